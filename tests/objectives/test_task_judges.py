"""Answers that are run as programs, or scored by a function of the user's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answering import Answering
from task_files import NAMES, SEED, built, measured, refused, sums, written

from mdm_opt.errors import InputError, RunError
from mdm_opt.objectives.documents import document_order
from mdm_opt.objectives.sandbox import check_sandbox

# Code.


@pytest.fixture
def sandbox() -> None:
    try:
        check_sandbox()
    except InputError as error:
        pytest.skip(str(error))


CODE = [
    {"prompt": "def a(): ", "reference": "assert a() == {1: 1}"},
    {"prompt": "def b(): ", "reference": "assert b() == 1"},
    {"prompt": "def c(): ", "reference": "assert c() == 1"},
    {"prompt": "def d(): ", "reference": "assert d() == 1"},
]
BODIES = {
    "def a(): ": "return {1: 1}",
    "def b(): ": "return 2",
    "def c(): ": "while True: pass",
    "def d(): ": "return 1\n__import__('os')._exit(0)",
}


@pytest.mark.usefixtures("sandbox")
def test_code_is_run(tmp_path: Path) -> None:
    written(tmp_path, CODE)
    model = Answering(BODIES.__getitem__, length=40)
    keys: dict[str, Any] = {"score": "code", "program": "{prompt}{answer}\n{reference}"}
    objective = built(tmp_path, model, timeout_seconds=1.0, **keys)
    found = measured(objective, 4, model)
    order = document_order(4, SEED).tolist()
    assert found.scores.tolist() == [float(i == 0) for i in order]


@pytest.mark.usefixtures("sandbox")
def test_the_program_has_the_keys_of_the_line_and_what_is_extracted(tmp_path: Path) -> None:
    fenced = "Sure:\n```python\nf = lambda: 4\n```\nBye"
    line = {"task": "x", "answer": "not this", "entry": "f", "want": 4}
    written(tmp_path, [line, {**line, "task": "y"}])
    model = Answering({"x": fenced, "y": "f = lambda: 4"}.__getitem__, length=40)
    objective = built(
        tmp_path,
        model,
        prompt="{task}",
        reference="{want}",
        score="code",
        extract="(?s)```python\n(.*?)```",
        program="{answer}\nassert {entry}() == {want} == {reference}\nassert '{prompt}' == 'x'",
    )
    order = document_order(2, SEED).tolist()
    assert measured(objective, 2, model).scores.tolist() == [float(i == 0) for i in order]


def test_code_that_nothing_would_test_is_refused(tmp_path: Path) -> None:
    file = written(
        tmp_path, [{"prompt": "a", "reference": "b"}, {"prompt": "b", "reference": "\n"}]
    )
    assert refused(tmp_path, score="code").replace(str(file), "F") == (
        "[objective] reference: F line 2 has an empty reference, so that nothing would test the "
        "answer"
    )


def test_a_machine_without_a_sandbox_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise InputError("[objective] score 'code' cannot run programs safely")

    monkeypatch.setattr("mdm_opt.objectives.task.check_sandbox", refuse)
    written(tmp_path, CODE)
    assert "cannot run programs safely" in refused(tmp_path, score="code")


# A function of the user's.


@pytest.fixture
def plugin(tmp_path: Path) -> Callable[[str], str]:
    def write(source: str) -> str:
        name = next(NAMES)
        (tmp_path / f"{name}.py").write_text(source)
        return name

    return write


def test_a_function_beside_the_study_file(tmp_path: Path, plugin: Callable[[str], str]) -> None:
    name = plugin(
        "def close(prompt, answer, reference, weight):\n"
        "    return weight * abs(len(prompt) - int(answer.strip('=.')) + int(reference))\n"
    )
    documents = [{"q": f"{i} + 1", "id": i} for i in range(6)]
    written(tmp_path, documents)
    objective = built(
        tmp_path,
        prompt="{q}",
        reference="{id}",
        score=f"{name}:close",
        options={"weight": 0.5},
        direction="minimize",
        unit="points",
    )
    assert (objective.direction, objective.unit) == ("minimize", "points")
    order = document_order(6, SEED).tolist()
    expected = [0.5 * (len(documents[i]["q"]) - 1) for i in order]
    assert measured(objective, 6).scores.tolist() == expected


def test_a_function_that_fails_names_itself_and_the_line(
    tmp_path: Path, plugin: Callable[[str], str]
) -> None:
    name = plugin(
        "def f(prompt, answer, reference):\n"
        "    if prompt == '2 + 2': raise ValueError('no')\n"
        "    return True\n"
    )
    file = written(tmp_path, sums(4))
    objective = built(tmp_path, score=f"{name}:f")
    with pytest.raises(RunError) as caught:
        measured(objective, 4)
    assert str(caught.value) == (
        f"[objective] score '{name}:f', {file} line 3: raised ValueError: no"
    )


def test_a_function_that_cannot_be_used(tmp_path: Path, plugin: Callable[[str], str]) -> None:
    written(tmp_path, sums(4))
    name = plugin("def f(samples): return 1\n")
    assert refused(tmp_path, score=f"{name}:g").startswith("[objective] score: ")
    assert f"'{name}:f' cannot be called with" in refused(tmp_path, score=f"{name}:f")
    assert "cannot import 'nowhere'" in refused(tmp_path, score="nowhere:f")

"""Objective `task`: from a file of prompts to a score for each answer."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from answering import Answering, added_up
from hypothesis import given
from hypothesis import strategies as st
from study_files import database, optuna_trials

from mdm_opt.candidates import beta
from mdm_opt.config import TaskObjective, load_study_file, parse_study
from mdm_opt.errors import InputError, RunError
from mdm_opt.measurement import Measurement, Problem, measure
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import toy_balanced
from mdm_opt.objectives.documents import document_order
from mdm_opt.objectives.registry import Build, build_objective
from mdm_opt.objectives.sandbox import check_sandbox
from mdm_opt.objectives.task import NORMALISATIONS, Extraction, Task, cut, plain_number
from mdm_opt.persistence import Repository
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import WorkerOptions, run_trials
from mdm_opt.study.opening import create_study
from mdm_opt.testing import check_objective

NAMES = (f"task_plugin_{index}" for index in itertools.count())
CANDIDATE = beta(1.0, 1.0, 4)
SEED = 1


def sums(count: int) -> list[dict[str, Any]]:
    return [
        {"prompt": f"{i} + {i % 7}", "reference": f"={i + i % 7}.", "id": i} for i in range(count)
    ]


def table(**keys: Any) -> TaskObjective:
    return TaskObjective(kind="task", data="data.jsonl", **keys)


def written(folder: Path, documents: Sequence[Any]) -> Path:
    file = folder / "data.jsonl"
    file.write_text("".join(json.dumps(document) + "\n" for document in documents))
    return file


def built(folder: Path, model: Any = None, total: int = 0, **keys: Any) -> Task:
    def draw(instances: Sequence[int]) -> list[int]:
        return list(instances)

    build = Build(model or Answering(), folder, draw, total, SEED)
    objective = build_objective(table(**keys), build)
    assert isinstance(objective, Task)
    return objective


def measured(objective: Task, count: int, model: Any = None, batch_size: int = 64) -> Measurement:
    problem = Problem(model or Answering(), objective, seed=SEED, batch_size=batch_size)
    return measure(problem, CANDIDATE, range(count))


def refused(folder: Path, **keys: Any) -> str:
    with pytest.raises(InputError) as caught:
        built(folder, **keys)
    message = str(caught.value)
    assert message.splitlines() == [message]
    return message


# Documents.


def test_every_instance_is_a_document_and_gets_its_score(tmp_path: Path) -> None:
    documents = sums(12)
    documents[5]["reference"] = "=9."
    written(tmp_path, documents)
    objective = built(tmp_path, total=12)
    assert (objective.name, objective.direction, objective.unit) == (
        "task",
        "maximize",
        "accuracy",
    )
    assert objective.deterministic is False
    order = document_order(12, SEED).tolist()
    found = measured(objective, 12)
    assert found.texts == tuple(added_up(documents[i]["prompt"]) for i in order)
    assert found.scores.tolist() == [float(i != 5) for i in order]
    assert found.nfe == 4
    assert found.sequence_calls == 48


def test_it_does_what_every_objective_must(tmp_path: Path) -> None:
    written(tmp_path, sums(20))
    check_objective(built(tmp_path), Answering(sure=0.6))


def test_answers_do_not_depend_on_the_batch(tmp_path: Path) -> None:
    written(tmp_path, sums(20))
    objective, model = built(tmp_path), Answering(sure=0.6)
    one, many = (measured(objective, 20, model, size) for size in (1, 20))
    assert one.texts == many.texts
    assert one.scores.tolist() == many.scores.tolist()
    assert 0 < one.value < 1


def test_prompts_are_what_the_templates_say(tmp_path: Path) -> None:
    documents = [{"a": 3, "b": "{a}", "c": ["x"]}, {"a": 4, "b": "b", "c": None, "d": 1}]
    written(tmp_path, documents)
    keys: dict[str, Any] = {"prompt": "{{{a}}} {b} {c}", "reference": "{a}"}
    model = Answering()
    order = document_order(2, SEED).tolist()
    for chat in (False, True):
        prompts = ['{3} {a} ["x"]', "{4} b null"]
        expected = [model.prompt_ids(prompts[i], chat=chat) for i in order]
        assert built(tmp_path, chat=chat, **keys).prompt_ids([0, 1]) == expected


def test_a_line_is_a_line_whatever_is_in_it(tmp_path: Path) -> None:
    """Separators that only Unicode knows, empty lines, Windows, a byte order mark."""
    lines = ['{"prompt": "a\u2028b", "reference": "c\x85"}', "", "  ", '{"prompt": "b"']
    lines[3] += ', "reference": "d"}'
    file = tmp_path / "data.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    model = Answering()
    model.prompt_ids = lambda text, chat=False: [len(text)]  # type: ignore[method-assign]
    assert sorted(built(tmp_path, model).prompt_ids([0, 1])) == [[1], [3]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "has no documents; one JSON object a line"),
        (b"\n\n", "has no documents; one JSON object a line"),
        (b'{"prompt": "a", "reference": "b"}\n{"prompt', "line 2 is no valid JSON: "),
        (b"[" * 100_000, "line 1 is no valid JSON: "),
        (b'["a"]', "line 1 is no JSON object: "),
        (b"\xff", "cannot read .*data.jsonl: .*codec can't decode"),
        (b'{"prompt": "\\ud800", "reference": "b"}', "line 1 has a character that is no text"),
        (
            b'{"prompt": "a", "reference": "b"}\n\n{"prompt": "a", "reference": "c"}',
            "lines 1 and 3 have the same prompt; search and verification must not share",
        ),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "data.jsonl").write_bytes(content)
    message = refused(tmp_path)
    assert message.startswith("[objective] data: ")
    assert "data.jsonl" in message
    assert re.search(words, message)


def test_a_missing_file(tmp_path: Path) -> None:
    assert re.match(r"\[objective\] data: cannot read .*data\.jsonl: ", refused(tmp_path))
    (tmp_path / "data.jsonl").mkdir()
    assert "cannot read" in refused(tmp_path)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"prompt": "{question}"}, "prompt: F line 2 has no key 'question'; it has: prompt, re"),
        ({"reference": "{x.y}"}, "reference: F line 2 has no key 'x.y'; it has: prompt, re"),
        (
            {"score": "code", "program": "{answer}{test}"},
            "program: F line 2 has no key 'test'; it has: prompt, reference",
        ),
    ],
)
def test_a_key_that_a_line_lacks(tmp_path: Path, keys: dict[str, Any], message: str) -> None:
    first = {"prompt": "a", "reference": "b", "question": "c", "x.y": "d", "test": "e"}
    file = written(tmp_path, [first, {"prompt": "b", "reference": "b"}])
    found = refused(tmp_path, **keys).replace(str(file), "F")
    assert found.startswith(f"[objective] {message}")


def test_too_few_documents(tmp_path: Path) -> None:
    file = written(tmp_path, sums(9))
    assert refused(tmp_path, total=10).startswith(f"[objective] data: {file} has 9 documents; ")


def test_a_prompt_that_does_not_fit(tmp_path: Path) -> None:
    file = written(tmp_path, [*sums(3), {"prompt": "1" * 193, "reference": "b"}])
    assert refused(tmp_path) == (
        f"[objective] data: {file} line 4: prompt of 193 tokens: too long for this model"
    )


def test_a_model_without_prompts(tmp_path: Path) -> None:
    written(tmp_path, sums(3))
    message = refused(tmp_path, model=EnumeratedDenoiser(toy_balanced()))
    assert message.startswith("[objective] kind 'task' needs a model that takes prompts")


def test_fingerprint_is_of_what_is_used(tmp_path: Path) -> None:
    documents = sums(4)
    written(tmp_path, documents)
    first = built(tmp_path).fingerprint
    assert len(first) == 64
    written(tmp_path, [{**document, "id": "other"} for document in documents])
    assert built(tmp_path).fingerprint == first
    assert built(tmp_path, prompt="{prompt} {id}").fingerprint != first
    documents[2]["reference"] = "=1."
    written(tmp_path, documents)
    assert built(tmp_path).fingerprint != first


# Exact match.


def scores(folder: Path, answers: dict[str, str], references: list[str], **keys: Any) -> list[int]:
    """Scores of answers to prompts a, b, ... in their order."""
    prompts = list(answers)
    written(
        folder, [{"prompt": p, "reference": r} for p, r in zip(prompts, references, strict=True)]
    )
    model = Answering(lambda prompt: answers[prompt], length=40)
    found = measured(built(folder, model, **keys), len(prompts), model)
    order = document_order(len(prompts), SEED).tolist()
    return [int(found.scores[order.index(number)]) for number in range(len(prompts))]


def test_answers_end_at_the_first_stop_text(tmp_path: Path) -> None:
    written(tmp_path, [{"prompt": "a", "reference": "4"}])
    model = Answering(lambda _: "4\n\nQ: 5", length=20)
    assert measured(built(tmp_path, model), 1, model).scores.tolist() == [0.0]
    for stop in (["\n\n"], ["Q:", "\n"], ["\n", "4\n5", "zzz"]):
        found = measured(built(tmp_path, model, stop=stop), 1, model)
        assert (found.scores.tolist(), found.texts[0].strip()) == ([1.0], "4")


@given(st.text("ab\n", max_size=12), st.lists(st.text("ab\n", min_size=1, max_size=3)))
def test_cut_leaves_no_stop_text_and_nothing_more(text: str, stop: list[str]) -> None:
    kept = cut(text, stop)
    assert text.startswith(kept)
    assert not any(end in kept for end in stop)
    if kept != text:
        assert any(text[len(kept) :].startswith(end) for end in stop)


GSM8K = {"extract": r"####\s*(-?[0-9.,]+)", "normalise": ["numbers"]}


def test_extraction_of_answers_and_references(tmp_path: Path) -> None:
    answers = {
        "a": "#### 1 then #### 1,234.",
        "b": "1234",
        "c": "#### 1234",
        "d": "####1234.00",
    }
    references = ["so it is\n#### 1234", "#### 1234", "1234", "#### 1235"]
    assert scores(tmp_path, answers, references, **GSM8K) == [1, 0, 1, 0]
    first = scores(tmp_path, answers, references, **GSM8K, extract_match="first")
    assert first == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        (None, "x 1", "x 1"),
        ("[0-9]+", "a1b22", "22"),
        ("([a-z])([0-9]+)", "a1b22", "b"),
        ("x(?:([0-9])|([a-z]))?", "x1xb", "b"),
        ("x([0-9])?", "x", "x"),
        ("y", "x", None),
        ("()", "x", ""),
    ],
)
def test_the_first_group_counts(expression: str | None, text: str, found: str | None) -> None:
    assert Extraction(expression)(text) == found


@pytest.mark.parametrize(
    ("normalise", "answer", "right"),
    [
        ([], " Yes ", False),
        (["strip"], " yes\n", True),
        (["strip"], "Yes", False),
        (["lower"], "YES", True),
        (["punctuation"], "y.e-s!", True),
        (["punctuation", "strip", "lower"], " Yes. ", True),
        (["whitespace"], "\n yes\t", True),
        (["strip"], "", False),
    ],
)
def test_normalisations(tmp_path: Path, normalise: list[str], answer: str, right: bool) -> None:
    assert scores(tmp_path, {"a": answer}, ["yes"], normalise=normalise) == [int(right)]


def test_every_normalisation_of_the_study_file_is_known() -> None:
    for name in NORMALISATIONS:
        assert table(normalise=[name]).normalise == [name]
    with pytest.raises(ValueError, match="'strip', 'lower', 'whitespace', 'punctuation' or"):
        table(normalise=["upper"])


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("18", "18"),
        (" 18. ", "18"),
        ("18.50", "18.5"),
        ("$1,234.00", "1234"),
        ("-$5", "-5"),
        ("+007", "7"),
        (".5", "0.5"),
        ("-0.0", "0"),
        ("1" * 40 + ".10", "1" * 40 + ".1"),
        ("1e5", "1e5"),
        ("nan", "nan"),
        ("18 apples", "18 apples"),
        ("", ""),
        ("$", "$"),
        ("-.", "-."),
        ("٣", "٣"),
    ],
)
def test_plain_numbers(text: str, plain: str) -> None:
    assert plain_number(text) == plain


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4), st.booleans())
def test_a_number_has_one_plain_form(number: Any, commas: bool) -> None:
    form = f"{number:,f}" if commas else f"{number:f}"
    plain = plain_number(form)
    assert type(number)(plain) == number
    assert plain_number(plain) == plain


def test_a_reference_that_nothing_could_be_is_refused(tmp_path: Path) -> None:
    file = written(
        tmp_path, [{"prompt": "a", "reference": "b"}, {"prompt": "b", "reference": " "}]
    )
    message = refused(tmp_path).replace(str(file), "F")
    assert message.startswith("[objective] reference: F line 2 has an empty reference")
    assert built(tmp_path, normalise=[]).unit == "accuracy"


def test_code_that_nothing_would_test_is_refused(tmp_path: Path) -> None:
    file = written(
        tmp_path, [{"prompt": "a", "reference": "b"}, {"prompt": "b", "reference": "\n"}]
    )
    assert refused(tmp_path, score="code").replace(str(file), "F") == (
        "[objective] reference: F line 2 has an empty reference, so that nothing would test the "
        "answer"
    )


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


# The study file.

STUDY = """
[study]
name = "sums"
[model]
kind = "answering:unsure"
[space]
steps = [3]
[objective]
kind = "task"
data = "data.jsonl"
instances = 32
[search]
trials = 5
sampler = "random"
racing = false
[verify]
instances = 40
top = 2
"""


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"promt": "x"}, "promt: unknown key; known: kind, data, instances, prompt, "),
        ({"data": ""}, "data: '' is not accepted: "),
        ({"prompt": "{"}, "prompt: '{' is not accepted: '{' at character 1 belongs to no {key}"),
        ({"reference": "}}}"}, "reference: '}}}' is not accepted: '}' at character 3 belongs"),
        ({"score": "f1"}, "score: 'f1' is not accepted: must be 'exact_match', 'code' or 'pack"),
        ({"extract": "(a"}, "extract: '(a' is not accepted: must be a regular expression: miss"),
        ({"extract": ""}, "extract: '' is not accepted: "),
        ({"extract_match": "all"}, "extract_match: 'all' is not accepted: "),
        ({"extract_match": "first"}, "extract_match needs extract, got score = 'exact_match'"),
        ({"stop": "\n"}, "stop: "),
        ({"stop": [""]}, "stop.0: '' is not accepted: "),
        ({"program": "{answer}"}, "program needs score = 'code', got score = 'exact_match'"),
        ({"program": "{reference}", "score": "code"}, "program: '{reference}' is not accepted:"),
        ({"options": {"a": 1}}, "options needs a score 'package.module:function', got"),
        ({"direction": "minimize"}, "direction needs a score 'package.module:function' to be"),
        ({"normalise": ["lower"], "score": "code"}, "normalise needs score = 'exact_match'"),
        ({"extract": "a", "score": "m:f"}, "extract needs score = 'exact_match' or 'c"),
        ({"options": {"answer": 1}, "score": "m:f"}, "options: the function is given its 'answ"),
        ({"timeout_seconds": 0.0}, "timeout_seconds: 0.0 is not accepted: "),
        ({"memory_mib": 1}, "memory_mib: 1 is not accepted: "),
        ({"instances": 1}, "instances: 1 is not accepted: "),
        ({"chat": "yes"}, "chat: 'yes' is not accepted: "),
    ],
)
def test_bad_keys_are_refused_in_one_line(keys: dict[str, Any], words: str) -> None:
    content = {
        "study": {"name": "a"},
        "model": {"kind": "m:f"},
        "space": {"steps": [2]},
        "objective": {"kind": "task", "data": "data.jsonl", **keys},
    }
    with pytest.raises(InputError) as caught:
        parse_study(content, "file")
    message = str(caught.value)
    assert message.splitlines() == [message]
    assert message.startswith("file: [objective]")
    assert words in message


def test_data_alone_is_enough_and_all_keys_survive(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(STUDY)
    study = load_study_file(path)
    again = parse_study(study.canonical(), "again")
    assert again == study
    full = table(score="m:f", options={"a": [1]}, direction="minimize", unit="points", chat=True)
    content = {**study.canonical(), "objective": full.model_dump(exclude_none=True)}
    assert parse_study(content, "full").objective == full


def study_of(folder: Path, name: str, source: str) -> Path:
    """The study with a function that scores, and documents for all of its instances."""
    (folder / f"{name}.py").write_text(source)
    written(folder, sums(110))
    path = folder / "study.toml"
    path.write_text(STUDY.replace("[search]", f'score = "{name}:score"\n[search]'))
    return path


def test_a_study_from_search_to_verification(tmp_path: Path) -> None:
    """Searched, selected and verified on documents that are all different."""
    name = next(NAMES)
    path = study_of(
        tmp_path,
        name,
        "from pathlib import Path\n"
        "log = Path(__file__).with_name('log')\n"
        "def score(prompt, answer, reference):\n"
        "    with log.open('a') as file: print(prompt, file=file)\n"
        "    return answer == reference\n",
    )
    log, url = tmp_path / "log", database(tmp_path)
    opened = create_study(path, url)
    values = [trial.measurement.value for trial in run_trials(opened)]
    assert len(set(values)) > 1
    assert all(0 < value < 1 for value in values)
    searched = set(log.read_text().splitlines())
    assert len(searched) == 32
    log.unlink()
    verify(opened)
    verified = set(log.read_text().splitlines())
    assert not searched & verified
    assert len(verified) == 32 + 40
    (record, *_) = Repository(url, create=False).measurements("sums", ["search"])
    assert all(re.fullmatch(r"[=0-9.?]*", text) for text in record.samples)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("raise ValueError('a\\nb')", "raised ValueError: a b"),
        ("while True: pass", "took more than 0.5 s"),
        ("x = bytearray(2**32)", "ran out of memory (memory_mib = 1024)"),
    ],
)
def test_a_trial_that_fails_is_said_and_the_study_goes_on(
    tmp_path: Path, harm: str, words: str
) -> None:
    name = next(NAMES)
    source = (
        "from pathlib import Path\n"
        "log = Path(__file__).with_name('log')\n"
        "def score(prompt, answer, reference):\n"
        "    with log.open('a') as file: print(prompt, file=file)\n"
        "    if len(log.read_text().splitlines()) == 40:\n"
        f"        {harm}\n"
        "    return answer == reference\n"
    )
    path = study_of(tmp_path, name, source)
    path.write_text(path.read_text().replace("[search]", "timeout_seconds = 0.5\n[search]"))
    url, said = database(tmp_path), []
    done = list(run_trials(create_study(path, url), WorkerOptions(report=said.append)))
    assert len(done) == 5
    (line,) = said
    assert f"failed and will be tried again: [objective] score '{name}:score', " in line
    assert re.search(r"data\.jsonl line \d+: ", line)
    assert line.endswith(words)
    assert [trial.state.name for trial in optuna_trials(url, "sums")] == ["COMPLETE"] * 5

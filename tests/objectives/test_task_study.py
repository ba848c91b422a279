"""Studies with objective `task`: their file, from search to verification, and failed trials."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from study_files import database, optuna_trials
from task_files import NAMES, sums, table, written

from mdm_opt.config import load_study_file, parse_study
from mdm_opt.errors import InputError
from mdm_opt.persistence import Repository
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import WorkerOptions, run_trials
from mdm_opt.study.opening import create_study

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
    repository = Repository(url, create=False)
    samples = repository.samples("sums")
    for role, prompts in (("search", searched), ("verification", verified)):
        for record in repository.measurements("sums", [role]):
            kept = samples[record.id]
            assert len(kept) == (3 if role == "search" else record.instances)
            assert all(re.fullmatch(r"[=0-9.?]*", text) for text in kept)
            assert {text.prompt for text in kept} <= prompts
            numbers = [opened.sets.ids(role)[i] for i in range(len(kept))]
            assert [text.prompt for text in kept] == opened.problem.objective.prompt_texts(numbers)
    repository.close()


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

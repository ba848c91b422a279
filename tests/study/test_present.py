"""The present setting, and what is refused before a study is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from own_samplers import toy_study

from mdm_opt.candidates import PRESENT, Candidate
from mdm_opt.config import StudyFile, parse_study
from mdm_opt.errors import InputError, RunError
from mdm_opt.measurement import Problem
from mdm_opt.study.present import (
    check_arguments,
    ends,
    present_seeds,
    present_setting,
    rehearse_present,
)
from mdm_opt.study.problem import build_problem


def opened(folder: Path, module: str, **changes: Any) -> tuple[StudyFile, Problem]:
    file = parse_study(toy_study(folder, module, **changes), "")
    return file, build_problem(file, folder)


def rehearsed(folder: Path, module: str, **changes: Any) -> None:
    file, problem = opened(folder, module, **changes)
    rehearse_present(file, problem, range(2))


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> tuple[StudyFile, Problem]:
    return opened(tmp_path_factory.mktemp("present"), "toy_present")


def test_present_values_are_the_file_s_else_the_sampler_s(toy: tuple[StudyFile, Problem]) -> None:
    file, problem = toy
    found = present_setting(file, problem.denoiser, 4)
    # `extra` is not active beside the plain mode.
    assert found == Candidate("arguments", 4, {"steps": 6, "bound": 0.1, "mode": "plain"})
    (seed,) = present_seeds(file, problem.denoiser)
    assert (seed.label, seed.candidate) == (PRESENT, found)


def test_each_end_is_tried_beside_the_present_values(toy: tuple[StudyFile, Problem]) -> None:
    file, problem = toy
    present = present_setting(file, problem.denoiser, 4).parameters
    tried = list(ends(file.family, present))
    assert {"steps": 1, "bound": 0.1, "mode": "plain"} in tried
    assert {"steps": 6, "bound": 2.0, "mode": "plain"} in tried
    assert {"steps": 6, "bound": 0.1, "mode": "odd", "extra": 0.0} in tried
    assert len(tried) == 5


def test_a_good_one_is_rehearsed(toy: tuple[StudyFile, Problem]) -> None:
    file, problem = toy
    found = rehearse_present(file, problem, range(2))
    assert found.calls.tolist() == [6, 6]
    check_arguments(file, problem.denoiser)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"sampler__arguments": {"stps": 6}},
            "[sampler] arguments.stps: function 'MODULE:write' has no such argument; it has: "
            "steps, bound, mode, extra",
        ),
        (
            {"space__arguments": {"depth": [1, 2]}, "sampler__arguments": {}},
            "[space] arguments.depth: function 'MODULE:write' has no such argument",
        ),
        (
            {"space__arguments": {"steps": {"low": 1, "high": 65}}},
            "[space] arguments: steps 65: function 'MODULE:write' raised ValueError: steps must "
            "be in 1..64, got 65; it was called with steps = 65",
        ),
    ],
)
def test_what_the_sampler_does_not_accept_is_refused(
    tmp_path: Path, changes: dict[str, Any], said: str, request: pytest.FixtureRequest
) -> None:
    module = f"toy_refused_{len(request.node.callspec.id)}_{abs(hash(said)) % 10**6}"
    with pytest.raises(InputError) as caught:
        rehearsed(tmp_path, module, **changes)
    assert str(caught.value).startswith(said.replace("MODULE", module))
    assert "\n" not in str(caught.value)


BOUND = {"bound": {"low": 0.1, "high": 1.0}}


@pytest.mark.parametrize(
    ("function", "error", "said"),
    [
        ("too_few", RunError, "returned 1 answers to 2 prompts; one for each is expected"),
        ("no_call", RunError, "called no model: Net.forward was not run; [sampler] module names"),
        ("unseeded", InputError, "writes different answers with the same seed of torch, NumPy"),
    ],
)
def test_samplers_that_cannot_be_searched_are_refused(
    tmp_path: Path, function: str, error: type[Exception], said: str
) -> None:
    module = f"toy_{function}"
    sampler = {"kind": f"{module}:{function}", "batch": 2}
    with pytest.raises(error) as caught:
        rehearsed(tmp_path, module, sampler=sampler, space__arguments=BOUND)
    assert said in str(caught.value)
    assert f"function '{module}:{function}'" in str(caught.value)


def test_an_argument_without_a_present_value_is_refused(tmp_path: Path) -> None:
    (tmp_path / "toy_bare.py").write_text(
        "from torch.nn import Linear\n"
        "def model():\n    return Linear(1, 1)\n"
        "def write(model, tokenizer, prompts, *, steps):\n    return []\n"
        "def score(samples):\n    return []\n"
    )
    content = {
        **toy_study(tmp_path, "toy_other"),
        "model": {"kind": "toy_bare:model"},
        "sampler": {"kind": "toy_bare:write"},
        "space": {"steps": [4], "arguments": {"steps": [1, 2]}},
    }
    with pytest.raises(InputError) as caught:
        build_problem(parse_study(content, ""), tmp_path)
    assert str(caught.value).startswith(
        "[sampler] arguments.steps: missing: function 'toy_bare:write' has no default for it"
    )

"""Objectives that look at the texts of samples."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mdm_opt import config
from mdm_opt.candidates import beta
from mdm_opt.errors import InputError, RunError
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4, toy_balanced
from mdm_opt.objectives.base import Objective
from mdm_opt.objectives.registry import Build, build_objective
from mdm_opt.objectives.sample_score import SampleScore, validity
from mdm_opt.processes import generate, instance_noise
from mdm_opt.sudoku import is_valid

NAMES = (f"score_plugin_{index}" for index in itertools.count())
CANDIDATE = beta(0.5, 0.5, 3)

PLUGIN = """
def count_a(samples, weight=1.0):
    return [weight * sample.count("a") for sample in samples]


def is_balanced(samples, low=2, high=3):
    return [low <= sample.count("a") <= high for sample in samples]
"""


@pytest.fixture
def plugin(tmp_path: Path) -> str:
    name = next(NAMES)
    (tmp_path / f"{name}.py").write_text(PLUGIN)
    return name


def problem(objective: Objective, **keys: Any) -> Problem:
    return Problem(EnumeratedDenoiser(toy_balanced()), objective, seed=1, **keys)


def built(table: config.Table, folder: Path) -> Objective:
    def draw(instances: Sequence[int]) -> list[int]:
        return list(instances)

    return build_objective(table, Build(EnumeratedDenoiser(toy_balanced()), folder, draw, 0, 1))


def scored(function: Callable[..., Any]) -> SampleScore:
    return SampleScore(function, name="mine:score", direction="minimize", unit="points")


def sampled_texts(instances: Sequence[int], steps: int) -> list[str]:
    """What the toy's denoiser writes for these instances at even counts."""
    denoiser = EnumeratedDenoiser(toy_balanced())
    counts = problem(scored(len)).plan(replace(CANDIDATE, steps=steps)).counts
    return denoiser.decode(generate(denoiser, counts, instance_noise(instances, 5, seed=1)).tokens)


def test_function_sees_the_texts_of_the_instances() -> None:
    seen: list[str] = []

    def function(samples: list[str]) -> list[int]:
        seen.extend(samples)
        return [int(sample.count("a")) for sample in samples]

    found = measure(problem(scored(function), batch_size=4), CANDIDATE, range(10))
    expected = sampled_texts(range(10), 3)
    assert seen == expected
    assert found.scores.tolist() == [text.count("a") for text in expected]
    assert found.scores.dtype == np.float64
    assert found.nfe == 3
    assert found.sequence_calls == 30
    assert list(found.texts) == expected


def test_texts_are_decoded_once_and_kept_from_the_function() -> None:
    """It may change the list that it is given."""

    class Counting(EnumeratedDenoiser):
        decoded = 0

        def decode(self, tokens: torch.Tensor) -> list[str]:
            Counting.decoded += len(tokens)
            return super().decode(tokens)

    def greedy(samples: list[str]) -> list[float]:
        scores = [0.0 for _ in samples]
        samples[:] = ["eaten" for _ in samples]
        return scores

    asked = Problem(Counting(toy_balanced()), scored(greedy), seed=1, batch_size=4)
    assert list(measure(asked, CANDIDATE, range(10)).texts) == sampled_texts(range(10), 3)
    assert Counting.decoded == 10


def test_user_function_of_a_study_file(plugin: str, tmp_path: Path) -> None:
    table = config.PluginObjective(
        kind=f"{plugin}:count_a", direction="maximize", unit="letters", options={"weight": 2.0}
    )
    objective = built(table, tmp_path)
    assert (objective.name, objective.direction) == (f"{plugin}:count_a", "maximize")
    assert (objective.unit, objective.deterministic) == ("letters", False)
    found = measure(problem(objective), CANDIDATE, range(6))
    assert found.scores.tolist() == [2.0 * text.count("a") for text in sampled_texts(range(6), 3)]


def test_validity_counts_accepted_samples(plugin: str, tmp_path: Path) -> None:
    table = config.ValidityObjective(kind="validity", verifier=f"{plugin}:is_balanced")
    objective = built(table, tmp_path)
    assert (objective.name, objective.direction, objective.unit) == (
        "validity",
        "maximize",
        "share",
    )
    found = measure(problem(objective), replace(CANDIDATE, steps=1), range(64))
    expected = [text.count("a") in (2, 3) for text in sampled_texts(range(64), 1)]
    assert 0 < sum(expected) < 64
    assert found.scores.tolist() == [float(ok) for ok in expected]
    # One token a step samples the law itself, all of whose words are balanced.
    assert measure(problem(objective), replace(CANDIDATE, steps=5), range(64)).value == 1.0


def test_verifier_gets_its_options(plugin: str, tmp_path: Path) -> None:
    table = config.ValidityObjective(
        kind="validity", verifier=f"{plugin}:is_balanced", options={"low": 3, "high": 3}
    )
    found = measure(problem(built(table, tmp_path)), CANDIDATE, range(32))
    expected = [text.count("a") == 3 for text in sampled_texts(range(32), 3)]
    assert found.scores.tolist() == [float(ok) for ok in expected]


def test_sudoku_verifier(tmp_path: Path) -> None:
    objective = built(config.ValidityObjective(kind="validity", verifier="sudoku"), tmp_path)
    denoiser = EnumeratedDenoiser(sudoku4())
    asked = Problem(denoiser, objective, seed=1)
    assert measure(asked, replace(CANDIDATE, steps=16), range(20)).value == 1.0
    few = replace(CANDIDATE, steps=4)
    noise = instance_noise(range(40), 16, seed=1)
    texts = denoiser.decode(generate(denoiser, asked.plan(few).counts, noise).tokens)
    found = measure(asked, few, range(40))
    assert found.scores.tolist() == [float(ok) for ok in is_valid(texts)]
    assert 0 < found.value < 1


def test_missing_verifier_is_refused(plugin: str, tmp_path: Path) -> None:
    table = config.ValidityObjective(kind="validity", verifier=f"{plugin}:absent")
    with pytest.raises(InputError, match=r"^\[objective\] verifier: .* no function 'absent'"):
        built(table, tmp_path)


@pytest.mark.parametrize(
    ("function", "shape"),
    [
        (lambda samples: 1.0, r"\(\)"),
        (lambda samples: [1.0], r"\(1,\)"),
        (lambda samples: [[1.0] for _ in samples], r"\(4, 1\)"),
        (lambda samples: [], r"\(0,\)"),
    ],
)
def test_wrong_shape_is_refused(function: Callable[..., Any], shape: str) -> None:
    with pytest.raises(RunError, match=rf"'mine:score' returned shape {shape} for 4 samples"):
        measure(problem(scored(function)), CANDIDATE, range(4))


@pytest.mark.parametrize(
    "function",
    [
        lambda samples: ["much"] * len(samples),
        lambda samples: None.foo,
        lambda samples: [[1.0], [1.0, 2.0], [], []],
        lambda: [],
    ],
)
def test_raising_function_is_named_in_one_line(function: Callable[..., Any]) -> None:
    said = r"^objective 'mine:score' (raised \w+Error: |returned .* for 4 samples; one number)"
    with pytest.raises(RunError, match=said) as caught:
        measure(problem(scored(function)), CANDIDATE, range(4))
    assert "\n" not in str(caught.value)


def test_message_of_a_raising_function_is_folded() -> None:
    def function(samples: list[str]) -> list[float]:
        raise RuntimeError("one\ntwo\n" + "x" * 1000)

    with pytest.raises(RunError, match="RuntimeError: one two x") as caught:
        measure(problem(scored(function)), CANDIDATE, range(4))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_number_that_is_not_finite_names_objective_and_instance(bad: float) -> None:
    def function(samples: list[str]) -> list[float]:
        return [bad if index == 1 else 0.5 for index in range(len(samples))]

    with pytest.raises(
        RunError,
        match=rf"'mine:score' returned {bad} for instance 15 at beta\(0.500, 0.500\), 3 steps",
    ):
        measure(problem(scored(function)), CANDIDATE, [11, 15, 19])


@pytest.mark.parametrize("bad", [-0.001, 1.001, 2, -np.inf, np.inf])
def test_verifier_outside_the_unit_interval_is_refused(bad: float) -> None:
    objective = validity(lambda samples: [0.0, 1.0, bad])
    with pytest.raises(
        RunError, match=r"'validity' returned .*; numbers from 0 to 1 are expected"
    ):
        measure(problem(objective), CANDIDATE, range(3))


def test_verifier_returning_nan_names_the_instance() -> None:
    objective = validity(lambda samples: [0.0, np.nan, 1.0])
    with pytest.raises(RunError, match="'validity' returned nan for instance 1 "):
        measure(problem(objective), CANDIDATE, range(3))


def test_shares_between_0_and_1_are_kept() -> None:
    objective = validity(lambda samples: [0.0, 0.25, 1.0])
    assert measure(problem(objective), CANDIDATE, range(3)).scores.tolist() == [0.0, 0.25, 1.0]

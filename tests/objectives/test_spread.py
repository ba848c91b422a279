"""The guard on the class spread: exact and sampled values, batches, calls, studies, refusals."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from study_contents import refusal, with_value
from study_files import database, write_study

from mdm_opt import config
from mdm_opt.candidates import Candidate, UniformDecoding, beta
from mdm_opt.config import parse_study
from mdm_opt.errors import InputError, RunError
from mdm_opt.measurement import Measurement, Problem, measure
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import EnumeratedLaw, toy_balanced
from mdm_opt.models.timed_law import EnumeratedTimedLaw
from mdm_opt.objectives.divergence import Divergence
from mdm_opt.objectives.energy_distance import EnergyDistance
from mdm_opt.objectives.registry import Build, build_objective
from mdm_opt.objectives.sample_score import SampleScore
from mdm_opt.objectives.spread import SpreadGuard, sampled_spread
from mdm_opt.processes import UNIFORM
from mdm_opt.processes.uniform.law import UniformLaw
from mdm_opt.processes.uniform.steps import moved_law
from mdm_opt.results.best import best
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.schedules.kernels import kernel_named
from mdm_opt.show.notes import guard_words
from mdm_opt.study.opening import create_study
from mdm_opt.testing import check_objective

Array = npt.NDArray[np.float64]
CANDIDATE = beta(0.4, 0.7, 3)
WORDS = np.array(list(itertools.product(range(4), repeat=2)))

# In which the best of a few schedules spreads more.
MOST = 3.8

STUDY = f"""
[study]
name = "spread"
[model]
kind = "enumerated"
law = "templates4"
process = "uniform"
[space]
steps = [4]
[objective]
kind = "divergence"
most_spread = {MOST}
[search]
trials = 4
seeds = ["energy", [0.2, 1.0]]
racing = false
[verify]
top = 1
equal_linear = false
"""


@cache
def model(kernel: str = "nearest") -> Any:
    law = EnumeratedLaw.uniform([[0, 1], [3, 3], [1, 2], [2, 0]], "abcd")
    return EnumeratedTimedLaw(law, kernel)


def decoding(step: str) -> UniformDecoding:
    return UniformDecoding.model_validate({"step": step, "first_alpha": 0.05})


def scored(texts: list[str]) -> list[float]:
    return [float(text.count("a")) for text in texts]


def counting() -> SampleScore:
    return SampleScore(scored, name="letters", direction="maximize", unit="letters")


def problem(objective: Any, step: str = "flow", kernel: str = "nearest", **keys: Any) -> Problem:
    return Problem(model(kernel), objective, keys.pop("seed", 3), decoding(step), **keys)


def ends(candidate: Candidate, step: str, kernel: str) -> tuple[Array, Array]:
    """Probabilities of the starts, and of each token of a sample given each, (16, 2, 4)."""
    settings, parts = decoding(step), kernel_named(kernel, 4)
    grid = candidate.plan(settings, 2).grid.tolist()
    chain = np.eye(16)
    for before, after in itertools.pairwise(grid):
        states = torch.from_numpy(WORDS)
        p = model(kernel).log_probs_at(states, before).exp()
        moves = moved_law(parts, p, states, (before, after), settings).numpy()
        chain = chain @ np.einsum("sa,sb->sab", moves[:, 0], moves[:, 1]).reshape(16, 16)
    joint = chain.reshape(16, 4, 4)
    start = np.outer(parts.stationary, parts.stationary).ravel()
    return start, np.stack([joint.sum(2), joint.sum(1)], axis=1)


def expected_spread(candidate: Candidate, step: str, kernel: str, draws: int) -> float:
    """What the standard deviation of so many samples is on average, over all outcomes of them."""
    start, tokens = ends(candidate, step, kernel)
    total = np.zeros(16)
    for outcome in itertools.product(range(4), repeat=draws):
        chances = np.prod([tokens[:, :, value] for value in outcome], axis=0)
        total += chances.sum(axis=1) * np.std(outcome, ddof=1)
    return float(start @ total)


def spreads(found: Measurement, most: float) -> float:
    return found.guards["spread"] + most


@pytest.mark.parametrize(
    ("step", "kernel", "draws"),
    [("flow", "nearest", 2), ("flow", "uniform", 3), ("ancestral", "nearest", 3)],
)
def test_sampled_spread_is_that_of_the_law(step: str, kernel: str, draws: int) -> None:
    """In the mean over instances, whose spreads are independent, within 4 standard errors."""
    count, asked = 1000, problem(counting(), step, kernel)
    found, calls = sampled_spread(asked.denoiser, asked.batch(CANDIDATE, range(count)), draws)
    assert calls == count * 3 * draws
    error = found.std(ddof=1) / np.sqrt(count)
    expected = expected_spread(CANDIDATE, step, kernel, draws)
    assert abs(found.mean() - expected) <= 4 * error
    # Of two samples of normal tokens it is 20% less than of all of them.
    exact = UniformLaw(model(kernel)).conditional_deviation(asked.plan(CANDIDATE), asked.decoding)
    assert 0.5 * exact < expected < exact


@pytest.mark.parametrize("step", ["flow", "ancestral"])
def test_many_samples_have_nearly_the_exact_spread(step: str) -> None:
    count, asked = 60, problem(counting(), step)
    exact = UniformLaw(model()).conditional_deviation(asked.plan(CANDIDATE), asked.decoding)
    found, _ = sampled_spread(asked.denoiser, asked.batch(CANDIDATE, range(count)), 64)
    # 1 / (4 x 63) of normal tokens; of those here at most eight times as much.
    error = found.std(ddof=1) / np.sqrt(count)
    assert -4 * error - 8 * exact / 252 <= found.mean() - exact <= 4 * error


def test_scores_stay_and_further_samples_are_counted() -> None:
    plain = measure(problem(counting()), CANDIDATE, range(20))
    found = measure(problem(SpreadGuard(counting(), 1.5, 5)), CANDIDATE, range(20))
    assert np.array_equal(found.scores, plain.scores)
    assert found.texts == plain.texts
    assert found.nfe == plain.nfe == 3
    assert plain.sequence_calls == 20 * 3
    assert found.sequence_calls == 20 * 3 * (1 + 5)
    assert plain.guards == {}


def test_batches_change_nothing() -> None:
    guarded = SpreadGuard(counting(), 1.5, 4)
    whole = measure(problem(guarded), CANDIDATE, range(12))
    for size in (1, 7):
        parts = measure(problem(guarded, batch_size=size), CANDIDATE, range(12))
        assert parts.guards["spread"] == pytest.approx(whole.guards["spread"], abs=1e-12)
    asked = problem(counting())
    alone, _ = sampled_spread(asked.denoiser, asked.batch(CANDIDATE, range(9, 11)), 4)
    among, _ = sampled_spread(asked.denoiser, asked.batch(CANDIDATE, range(12)), 4)
    assert np.array_equal(alone, among[9:11])


def test_a_chain_that_is_certain_of_its_end_spreads_nothing() -> None:
    """One sequence only: whatever it starts from, samples end there."""
    law: Any = EnumeratedTimedLaw(EnumeratedLaw(np.array([[1, 0]]), np.array([1.0]), "ab"))
    asked = Problem(law, SpreadGuard(counting(), 0.1), 0, UniformDecoding())
    found = measure(asked, CANDIDATE, range(10))
    assert found.guards == {"spread": -0.1}
    assert found.feasible


def test_guard_decides_at_the_mean_spread() -> None:
    most = spreads(measure(problem(SpreadGuard(counting(), 1.0)), CANDIDATE, range(40)), 1.0)
    assert most > 0.2
    for shift in (-1e-6, 1e-6):
        found = measure(problem(SpreadGuard(counting(), most + shift)), CANDIDATE, range(40))
        assert found.guards["spread"] == pytest.approx(-shift, abs=1e-12)
        assert found.feasible == (shift > 0)


@pytest.mark.parametrize("step", ["flow", "ancestral"])
def test_divergence_has_the_exact_spread(step: str) -> None:
    guarded = Divergence(model().law, "tv", UNIFORM, most_spread=1.25)
    found = measure(problem(guarded, step), CANDIDATE, [0])
    start, tokens = ends(CANDIDATE, step, "nearest")
    values = np.arange(4)
    deviations = np.sqrt(tokens @ values**2 - (tokens @ values) ** 2).sum(axis=1)
    assert spreads(found, 1.25) == pytest.approx(float(start @ deviations), rel=1e-6)
    assert found.sequence_calls == 0
    plain = measure(problem(Divergence(model().law, "tv", UNIFORM), step), CANDIDATE, [0])
    assert plain.value == found.value
    assert plain.guards == {}


def test_it_is_an_objective() -> None:
    check_objective(SpreadGuard(counting(), 2.0), EnumeratedDenoiser(toy_balanced()))
    fingerprints = {
        SpreadGuard(counting(), *keys).fingerprint for keys in [(1.0, 8), (2.0, 8), (1.0, 4)]
    }
    assert len(fingerprints | {counting().fingerprint}) == 4


@pytest.mark.parametrize("most", [0, -1.0, float("nan"), float("inf"), True, "2"])
def test_other_limits_are_refused(most: Any) -> None:
    for made in (
        lambda: SpreadGuard(counting(), most),
        lambda: Divergence(model().law, process=UNIFORM, most_spread=most),
    ):
        with pytest.raises(InputError, match=r"^most_spread: .* must be a number above 0$"):
            made()


@pytest.mark.parametrize("draws", [1, 65, 2.0, True])
def test_other_numbers_of_draws_are_refused(draws: Any) -> None:
    with pytest.raises(InputError, match=r"^draws: .* a whole number from 2 to 64$"):
        SpreadGuard(counting(), 1.0, draws)


def test_masked_samples_have_no_spread() -> None:
    with pytest.raises(InputError, match=r"^most_spread is not accepted in process 'masked'"):
        Divergence(toy_balanced(), most_spread=2.0)


# In study files.


def in_uniform(objective: Mapping[str, Any]) -> dict[str, Any]:
    own = {"kind": "enumerated", "law": "toy_balanced", "process": "uniform"}
    content: dict[str, Any] = with_value("model", own, with_value("objective", dict(objective)))
    return content


TABLES: list[dict[str, Any]] = [
    {"kind": "divergence"},
    {"kind": "energy_distance", "references": "x.txt"},
    {"kind": "validity", "verifier": "a:b"},
    {"kind": "judge_nll", "judge": {"kind": "causal", "path": "x"}},
    {"kind": "a:b", "direction": "maximize"},
]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table["kind"])
def test_the_guard_is_part_of_what_a_study_is(table: dict[str, Any]) -> None:
    hashes = [
        parse_study(in_uniform(table | more), "f").identity_hash()
        for more in ({}, {"most_spread": 2.0}, {"most_spread": 2.5})
    ]
    assert len(set(hashes)) == 3
    said = refusal(with_value("objective", table | {"most_spread": 2.0}))
    assert "[objective] most_spread = 2 is not accepted with process 'masked'" in said


def test_other_tables_and_values_are_refused() -> None:
    for table, said in [
        ({"kind": "path_kl", "most_spread": 2.0}, "[objective] most_spread: unknown key"),
        ({**TABLES[0], "spread_draws": 8}, "[objective] spread_draws: unknown key"),
        ({**TABLES[1], "spread_draws": 8}, "spread_draws needs most_spread"),
        ({**TABLES[1], "most_spread": 0}, "[objective] most_spread: 0 is not accepted"),
        ({**TABLES[1], "most_spread": 1, "spread_draws": 1}, "[objective] spread_draws: 1 is not"),
    ]:
        assert said in refusal(in_uniform(table))


def test_objectives_of_study_files_have_it(tmp_path: Any) -> None:
    (tmp_path / "references.txt").write_text("ab\ndd\n")
    table = config.EnergyDistanceObjective(
        kind="energy_distance", references="references.txt", draws=2, most_spread=1.5
    )
    objective = build_objective(table, Build(model(), tmp_path, list, 0, 0))
    found = measure(problem(objective), CANDIDATE, range(6))
    assert found.sequence_calls == 6 * 3 * (2 + 8)
    plain = EnergyDistance([[0, 1], [3, 3]], draws=2)
    assert np.array_equal(found.scores, measure(problem(plain), CANDIDATE, range(6)).scores)
    given = measure(problem(SpreadGuard(plain, 1.5)), CANDIDATE, range(6))
    assert found.guards == given.guards


def test_a_study_takes_what_spreads_little_enough(tmp_path: Any) -> None:
    opened = create_study(write_study(tmp_path, STUDY), database(tmp_path))
    held = {}
    denoiser: Any = opened.problem.denoiser
    exact = UniformLaw(denoiser)
    for trial in run_trials(opened):
        plan = opened.problem.plan(trial.candidate)
        spread = exact.conditional_deviation(plan, opened.study_file.sampler)
        held[trial.measurement.value] = trial.measurement.guards["spread"]
        assert trial.measurement.guards["spread"] == pytest.approx(spread - MOST, abs=1e-9)
    verify(opened)
    result = best(opened.name, opened.repository.url)
    (budget,) = result.budgets
    feasible = [value for value, above in held.items() if above <= 0]
    # The best of all spreads too much.
    assert min(held) < budget.value == min(feasible)
    assert budget.feasible
    shown = result.model_dump(mode="json")["budgets"][0]["guards"]
    assert shown == {"spread": pytest.approx(held[budget.value])}


def test_a_study_without_such_a_schedule_says_by_how_much(tmp_path: Any) -> None:
    path = write_study(tmp_path, STUDY.replace(f"{MOST}", "0.01"))
    opened = create_study(path, database(tmp_path))
    records = [trial.measurement for trial in run_trials(opened)]
    with pytest.raises(RunError, match=r"none of 4 trials at 4 steps is feasible.*spread by"):
        verify(opened)
    with pytest.raises(RunError, match="no feasible finished trial"):
        best(opened.name, opened.repository.url)
    noted = guard_words(opened.repository.measurements(opened.name, ["search"])[0])
    assert noted.startswith("INFEASIBLE: misses spread by ")
    assert not any(one.feasible for one in records)

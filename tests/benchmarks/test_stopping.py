"""When a search ends, what that costs, and how often the fewest calls are named wrongly."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
from finding import _Search, counts_of, linear_counts
from problems import study_file

from mdm_opt.candidates import baseline
from mdm_opt.results.fewest_calls import Kept
from mdm_opt.schedules import ProfileSample, fixed_weights
from mdm_opt.search import SearchSpace, outlook, seeds
from mdm_opt.statistics import paired_difference

pytestmark = pytest.mark.bench

LENGTH, STEPS, MOST, VERIFIED, TOLERANCE = 64, 8, 40, 256, 0.2


class NoisyProblem:
    """Scores with the noise of instances and of samples, whose mean may depend on the schedule.

    Args:
        gain: by which the best schedule is better than the linear one, in deviations of a score.
    """

    direction, instances, length, steps = "minimize", 96, LENGTH, (STEPS,)
    # Not path KL: its values are on a scale of their own.
    objective: ClassVar = {"kind": "validity", "verifier": "sudoku"}

    def __init__(self, gain: float) -> None:
        self.name = f"noise, gain {gain:g}"
        self._profile = np.exp(-np.arange(LENGTH) / 9)
        linear = self._cost(linear_counts(self, STEPS))
        file = study_file(self, [STEPS])
        space = SearchSpace.of(file, LENGTH, self._profile)
        best = space.family.optimum(STEPS, space.bounds, space.costs)
        self._scale = gain / (linear - self._cost(counts_of(self, best)))

    def scores(self, counts, run: int, first: int, end: int) -> np.ndarray:
        """Of the instances from ``first`` to ``end``."""
        common = np.random.default_rng(run).normal(size=self.instances)
        own = np.random.default_rng([run, *counts]).normal(size=self.instances)
        return (self.truth(counts) + (common + own) / np.sqrt(2))[first:end]

    def truth(self, counts) -> float:
        """The mean of the scores."""
        return self._scale * self._cost(counts)

    def trial_calls(self, steps: int, instances: int, new: int, *, tabled: bool) -> int:
        """Calls of a trial."""
        return instances * steps

    def _cost(self, counts) -> float:
        return float(fixed_weights(np.array(counts)) @ self._profile)


def study(problem: NoisyProblem, run: int, most: int) -> tuple[list[int], int, dict]:
    """Calls of each trial, seeds among them, and incumbents by number of trials."""
    file = study_file(problem, [STEPS])
    # A profile that knows little: what one sequence in five says differs.
    rng = np.random.default_rng(run)
    nats = problem._profile * np.exp(rng.normal(0, 0.5, (16, LENGTH)).cumsum(1) / 8)
    sample = ProfileSample(
        LENGTH, np.arange(LENGTH), np.maximum.accumulate(nats[:, ::-1], 1)[:, ::-1]
    )
    profile = sample.profile()
    first = seeds(file, LENGTH, profile, draws=sample.draws(64))
    search, calls, found = _Search(problem, SearchSpace.of(file, LENGTH, profile), run), [], {}
    for seed in first:
        calls.append(search.trial(STEPS, seed.candidate))
    ended = None
    while len(calls) < most:
        says = outlook(
            search._space, STEPS, search._observed, [],
            instances=problem.instances, verified=VERIFIED, confidence=0.95, seed=len(calls),
        )  # fmt: skip
        if says is not None and says.is_below(TOLERANCE):
            ended = len(calls)
            break
        calls.append(search.trial(STEPS, None))
    found[ended or most] = search.incumbent(STEPS)
    while len(calls) < most:
        calls.append(search.trial(STEPS, None))
    found[most] = search.incumbent(STEPS)
    return calls, len(first), {"ended": ended or most, "incumbents": found}


def test_where_there_is_nothing_to_gain_the_search_ends_and_claims_hardly_anything():
    """200 studies; a claim is the gain of the incumbent on fresh scores, interval above zero."""
    problem, extra, claims, runs = NoisyProblem(gain=0.0), [], 0, 200
    allowed = 0
    for run in range(runs):
        _, first, found = study(problem, run, most=26)
        extra.append(found["ended"] - first)
        allowed += extra[-1] <= (MOST - first) / 4
        rng = np.random.default_rng([7, run])
        common = rng.normal(size=VERIFIED)
        linear, best = common + rng.normal(size=(2, VERIFIED))
        claims += paired_difference(linear, best, 0.95).low > 0
    error = np.sqrt(0.025 * 0.975 / runs)
    print(
        f"\nnull studies: {np.median(extra):g} trials after the seeds (90%: "
        f"{np.quantile(extra, 0.9):g}); within a quarter of the rest: {allowed / runs}; false "
        f"claims {claims / runs}"
    )
    assert np.median(extra) <= (MOST - 9) / 4
    assert claims / runs <= 0.025 + 2 * error


def test_where_there_is_a_gain_little_of_it_is_lost():
    problem, lost, share = NoisyProblem(gain=0.5), [], []
    linear = problem.truth(linear_counts(problem, STEPS))
    for run in range(30):
        calls, _, found = study(problem, run, MOST)
        values = {n: problem.truth(counts) for n, counts in found["incumbents"].items()}
        ended = found["ended"]
        lost.append((values[ended] - values[MOST]) / (linear - values[MOST]))
        share.append(sum(calls[:ended]) / sum(calls))
    print(
        f"\ngainful studies: {np.median(share):.2f} of the calls of {MOST} trials; of the gain "
        f"{np.mean(lost):.3f} +- {np.std(lost, ddof=1) / np.sqrt(30):.3f} is lost"
    )
    assert np.median(share) <= 0.5
    assert np.mean(lost) <= 0.02 + 2 * np.std(lost, ddof=1) / np.sqrt(30)


def test_the_fewest_calls_are_named_wrongly_as_rarely_as_promised():
    """400 studies of six step counts, shares of which the smaller ones keep less and less."""
    rng, runs, wrong, naive = np.random.default_rng(0), 400, 0, 0
    kept = Kept(0.95, None, "maximize", 0.05)
    shares = np.array([0.90, 0.88, 0.862, 0.85, 0.82, 0.75])
    bad = shares < 0.95 * 0.90
    for _ in range(runs):
        common = rng.random(256)
        mixed = [np.where(rng.random(256) < 0.5, common, rng.random(256)) for _ in range(7)]
        reference = (mixed[0] < 0.90).astype(float)
        scores = [
            (one < share).astype(float) for one, share in zip(mixed[1:], shares, strict=True)
        ]
        named = -1
        for place, one in enumerate(scores):
            if not kept.is_shown(one, reference):
                break
            named = place
        wrong += named >= 0 and bad[named]
        good = [i for i, one in enumerate(scores) if one.mean() >= 0.95 * reference.mean()]
        naive += bool(good) and bad[max(good)]
    print(
        f"\nfewest calls that do not keep the quality, of 400 studies: tested {wrong / runs:.3f}, "
        f"the cheapest that looked good {naive / runs:.3f}"
    )
    assert wrong / runs <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / runs)
    assert naive > 5 * wrong


def test_the_baselines_of_the_benchmark_are_what_they_are_called():
    problem = NoisyProblem(gain=0.5)
    assert linear_counts(problem, STEPS) == counts_of(problem, baseline("linear", STEPS))

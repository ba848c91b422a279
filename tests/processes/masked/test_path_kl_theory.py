"""4x4 Sudoku: measure() measures what a few steps cost in theory (docs/mathematics.md 5)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
import torch

from mdm_opt.candidates import Candidate, baseline, counts_candidate
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4
from mdm_opt.objectives.path_kl import PathKl
from mdm_opt.schedules import named_schedule, reveal_counts
from mdm_opt.sudoku import is_valid

LENGTH = 16
# Exact to the digits shown, as in docs/mathematics.md 5. The profile sums to the entropy log(288).
PROFILE = [1.38629, 1.21369, 1.00704, 0.75215, 0.51167, 0.32472, 0.20043, 0.12259, 0.07305,
           0.04087, 0.02031, 0.00812, 0.00203, 0, 0, 0]  # fmt: skip
LINEAR_KL = {4: 2.2292, 6: 1.2098, 8: 0.7387}
LIMIT_KL = {4: 1.5588, 6: 0.7600, 8: 0.3469}
# docs/mathematics.md 5: h(0..12), path KL by steps, and the limit's share of valid samples.
NOTED_PROFILE = [1.386, 1.210, 1.003, 0.751, 0.521, 0.314, 0.208, 0.127, 0.069, 0.035, 0.016,
                 0.008, 0.002]  # fmt: skip
NOTED_LINEAR_KL = {4: 2.26, 6: 1.17, 8: 0.76}
NOTED_LIMIT_KL = {4: 1.50, 6: 0.73, 8: 0.33}
LIMIT_COUNTS = {4: [3, 2, 3, 8], 6: [2, 1, 2, 2, 3, 6], 8: [1, 1, 1, 1, 1, 2, 3, 6]}
VALID_SHARE = {4: 0.377, 6: 0.605, 8: 0.800}
INSTANCES = range(2000)
Array = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def profile() -> Array:
    """h(m), exactly: the mean entropy of an (m+1)-subset less that of an m-subset."""
    outcomes = sudoku4().outcomes.astype(np.float64)
    subsets = (np.arange(2**LENGTH)[:, None] >> np.arange(LENGTH)) & 1
    entropies = np.concatenate(
        [_entropies(chunk, outcomes) for chunk in np.array_split(subsets, 32)]
    )
    sizes = subsets.sum(axis=1)
    mean = np.bincount(sizes, weights=entropies) / np.bincount(sizes)
    return np.diff(mean)


def _entropies(subsets: npt.NDArray[np.int64], outcomes: Array) -> Array:
    """H(X_S) in nats of equally likely outcomes ``(n, 16)`` for subsets ``(k, 16)``."""
    keys = (subsets * 4.0 ** np.arange(LENGTH)) @ outcomes.T
    keys.sort(axis=1)
    starts = np.ones(keys.shape, dtype=bool)
    starts[:, 1:] = np.diff(keys, axis=1) > 0
    flat = np.flatnonzero(starts)
    runs = np.diff(np.append(flat, keys.size)) / len(outcomes)
    rows = flat // len(outcomes)
    return np.bincount(rows, weights=-runs * np.log(runs), minlength=len(subsets))


def _path_kl(counts: Sequence[int], profile: Array) -> float:
    boundaries = np.cumsum([0, *counts])
    return float((np.diff(boundaries) * profile[boundaries[:-1]]).sum() - profile.sum())


def _limit(steps: int, profile: Array) -> list[int]:
    """The best counts by the dynamic programme of docs/mathematics.md 5, as a plain recursion."""
    best: list[dict[int, tuple[float, list[int]]]] = [{0: (0.0, [])}]
    for _ in range(steps):
        after: dict[int, tuple[float, list[int]]] = {}
        for known, (cost, counts) in best[-1].items():
            for reached in range(known + 1, LENGTH + 1):
                total = cost + (reached - known) * profile[known]
                if reached not in after or total < after[reached][0]:
                    after[reached] = (total, [*counts, reached - known])
        best.append(after)
    return best[-1][LENGTH][1]


@pytest.fixture(scope="module")
def problem() -> Problem:
    """One objective for all: its tables do not depend on the candidate."""
    return Problem(EnumeratedDenoiser(sudoku4()), PathKl(), seed=20, batch_size=500)


def _candidate(kind: str, steps: int) -> Candidate:
    if kind == "linear":
        return baseline("linear", steps)
    return counts_candidate(tuple(LIMIT_COUNTS[steps]))


def test_profile_is_exact(profile: Array) -> None:
    assert profile == pytest.approx(PROFILE, abs=5.1e-6)
    assert profile.sum() == pytest.approx(np.log(288), rel=1e-12)
    assert (np.diff(profile) <= 1e-12).all()
    assert profile[: len(NOTED_PROFILE)] == pytest.approx(NOTED_PROFILE, abs=0.011)


def test_profile_is_the_mean_entropy_of_a_masked_cell(profile: Array) -> None:
    """By the definition: random m-subset, random cell outside it, conditional of the denoiser."""
    rng = np.random.default_rng(12)
    denoiser = EnumeratedDenoiser(sudoku4())
    grids = denoiser.law.outcomes
    for known in (1, 3, 5, 8):
        permutations = rng.permuted(np.tile(np.arange(LENGTH), (4000, 1)), axis=1)
        tokens = grids[rng.integers(len(grids), size=4000)].copy()
        np.put_along_axis(tokens, permutations[:, known:], denoiser.mask_token_id, axis=1)
        asked = permutations[:, known : known + 1]
        log_probs = denoiser.log_probs(torch.from_numpy(tokens), torch.from_numpy(asked))
        entropies = torch.special.entr(log_probs.exp()).sum(-1).numpy().ravel()
        standard_error = entropies.std(ddof=1) / np.sqrt(len(entropies))
        assert abs(entropies.mean() - profile[known]) < 4 * standard_error


@pytest.mark.parametrize("steps", [4, 6, 8])
def test_limit_counts_are_the_best(steps: int, profile: Array) -> None:
    assert _limit(steps, profile) == LIMIT_COUNTS[steps]
    limit = _path_kl(LIMIT_COUNTS[steps], profile)
    assert limit == pytest.approx(LIMIT_KL[steps], abs=5.1e-5)
    assert limit == pytest.approx(NOTED_LIMIT_KL[steps], abs=0.06)
    linear = _path_kl(reveal_counts(named_schedule("linear"), steps, LENGTH).tolist(), profile)
    assert linear == pytest.approx(LINEAR_KL[steps], abs=5.1e-5)
    assert linear == pytest.approx(NOTED_LINEAR_KL[steps], abs=0.06)
    for inner in itertools.combinations(range(1, LENGTH), steps - 1):
        counts = np.diff([0, *inner, LENGTH]).tolist()
        assert _path_kl(counts, profile) >= limit - 1e-12


@pytest.mark.parametrize("steps", [4, 6, 8])
@pytest.mark.parametrize("kind", ["linear", "limit"])
def test_measured_path_kl_is_the_theory(
    kind: str, steps: int, profile: Array, problem: Problem
) -> None:
    candidate = _candidate(kind, steps)
    if kind == "limit":
        assert problem.plan(candidate).counts.tolist() == LIMIT_COUNTS[steps]
    measured = measure(problem, candidate, INSTANCES)
    standard_error = measured.scores.std(ddof=1) / np.sqrt(len(INSTANCES))
    expected = _path_kl(problem.plan(candidate).counts.tolist(), profile)
    assert abs(measured.value - expected) < 4 * standard_error
    assert standard_error < 0.05
    assert measured.nfe == steps


@pytest.mark.parametrize("steps", [4, 6, 8])
def test_limit_saves_path_kl_instance_by_instance(
    steps: int, profile: Array, problem: Problem
) -> None:
    """Paired on common random numbers, the saving is far beyond its standard error."""
    linear, limit = (
        measure(problem, _candidate(kind, steps), INSTANCES) for kind in ("linear", "limit")
    )
    saved = linear.scores - limit.scores
    standard_error = saved.std(ddof=1) / np.sqrt(len(INSTANCES))
    expected = _path_kl(
        problem.plan(_candidate("linear", steps)).counts.tolist(), profile
    ) - _path_kl(LIMIT_COUNTS[steps], profile)
    assert abs(saved.mean() - expected) < 4 * standard_error
    assert saved.mean() > 4 * standard_error


def test_one_token_a_step_costs_nothing(problem: Problem) -> None:
    measured = measure(problem, baseline("linear", LENGTH), INSTANCES[:50])
    np.testing.assert_array_equal(measured.scores, np.zeros(50))


@pytest.mark.parametrize("steps", [4, 6, 8])
def test_valid_share_of_the_limit(steps: int, problem: Problem) -> None:
    instances = range(10_000, 14_000)
    samples = problem.batch(_candidate("limit", steps), instances).sample(problem.denoiser)
    valid = np.array(is_valid(problem.denoiser.decode(samples.tokens)))
    standard_error = np.sqrt(VALID_SHARE[steps] * (1 - VALID_SHARE[steps]) / len(instances))
    assert abs(valid.mean() - VALID_SHARE[steps]) < 4 * standard_error

"""Births of a step from clocks: their law, and how steps of different sizes pair."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from mdm_opt.candidates import BirthsDecoding, MaskedDecoding
from mdm_opt.processes.births.noise import BirthsNoise
from mdm_opt.processes.births.steps import (
    births_decoding,
    born_of,
    chance,
    expected_rest,
    passed,
    rounded,
    rounded_by_chance,
)

ROWS = 6000


@pytest.fixture(scope="module")
def noise() -> BirthsNoise:
    return BirthsNoise(range(ROWS), 7, 2, 6)


def fits(found: np.ndarray, law: np.ndarray) -> bool:
    """A chi-square test at the level of 0.1%; what is expected 5 times at most is one cell."""
    seen, expected = np.bincount(found, minlength=len(law)), ROWS * law
    assert seen[law == 0].sum() == 0
    rare = expected <= 5
    cells = [np.append(of[~rare], of[rare].sum()) for of in (seen, expected)]
    kept = cells[1] > 0
    return bool(stats.chisquare(cells[0][kept], cells[1][kept]).pvalue > 1e-3)


def test_passed_arrivals_are_those_up_to_the_accumulated_rate() -> None:
    clock = np.array([[[0.5, 0.7, 2.0], [1.0, 1.0, 3.0]]])
    for used, counts in (
        ([0.0, 0.0], [0, 0]),
        ([0.5, 0.99], [1, 0]),
        ([1.9, 1.0], [2, 2]),
        ([9.0, 9.0], [3, 3]),
    ):
        found = passed(clock, np.array([used]))
        assert found.dtype == np.int64
        assert found.tolist() == [counts]


def test_passed_arrivals_follow_poisson_laws(noise: BirthsNoise) -> None:
    law = stats.poisson.pmf(np.arange(7), 1.3)
    law[6] = stats.poisson.sf(5, 1.3)
    first = passed(noise.clock, np.full((ROWS, 2), 1.3))
    assert fits(first[:, 0], law)
    later = passed(noise.clock, np.full((ROWS, 2), 2.0))
    assert (later >= first).all()
    # From a count of 0 on, what comes later does not depend on how long nothing came.
    waiting = first[:, 1] == 0
    none = stats.binomtest(int((later[waiting, 1] == 0).sum()), int(waiting.sum()), np.exp(-0.7))
    assert none.pvalue > 1e-3


@pytest.mark.parametrize(("units", "share"), [(4, 0.3), (6, 0.05), (1, 0.9)])
def test_units_are_born_by_binomial_laws(units: int, share: float, noise: BirthsNoise) -> None:
    zeros = np.zeros((ROWS, 2))
    counts, used = born_of(zeros.astype(np.int64), zeros, np.full((ROWS, 2), units), share, noise)
    assert (used > 0).all()
    assert not zeros.any()
    assert fits(counts[:, 0], stats.binom.pmf(np.arange(7), units, share))


def test_units_of_a_later_step_are_independent_of_the_first(noise: BirthsNoise) -> None:
    """Two counts, then four more units with another chance, whatever came before."""
    zeros = np.zeros((ROWS, 2))
    first, used = born_of(zeros.astype(np.int64), zeros, np.full((ROWS, 2), 2), 0.4, noise)
    second, _ = born_of(first, used, np.full((ROWS, 2), 4), 0.25, noise)
    joint = np.zeros((3, 5))
    np.add.at(joint, (first[:, 0], (second - first)[:, 0]), 1)
    law = np.outer(stats.binom.pmf(range(3), 2, 0.4), stats.binom.pmf(range(5), 4, 0.25))
    assert stats.chisquare(joint.ravel(), ROWS * law.ravel()).pvalue > 1e-3


def test_what_is_born_for_certain_is_all_there_is_room_for(noise: BirthsNoise) -> None:
    counts = np.zeros((ROWS, 2), dtype=np.int64)
    counts[:, 1] = 4
    found, _ = born_of(counts, passed_times(noise, counts), np.full((ROWS, 2), 5.0), 1.0, noise)
    assert (found == [5, 6]).all()
    same, _ = born_of(counts, passed_times(noise, counts), np.zeros((ROWS, 2)), 1.0, noise)
    assert np.array_equal(same, counts)


def passed_times(noise: BirthsNoise, counts: np.ndarray) -> np.ndarray:
    """Accumulated rates just at the last arrival of each count."""
    padded = np.concatenate([np.zeros((ROWS, 2, 1)), noise.clock], axis=2)
    return np.take_along_axis(padded, counts[:, :, None], axis=2)[:, :, 0]


def test_steps_of_any_sizes_pair(noise: BirthsNoise) -> None:
    """Five units up to alpha = 0.7, in one step or in many: the same births."""
    zeros = np.zeros((ROWS, 2))
    whole, _ = born_of(zeros.astype(np.int64), zeros, np.full((ROWS, 2), 5), 0.7, noise)
    for grid in ([0, 0.2, 0.7], np.linspace(0, 0.7, 9)):
        counts, used = zeros.astype(np.int64), zeros
        for before, after in pairwise(grid):
            share = chance(before, after)
            counts, used = born_of(counts, used, 5 - counts, share, noise)
        assert np.array_equal(counts, whole)


def test_chances_of_a_step() -> None:
    assert chance(0.0, 0.25) == 0.25
    assert chance(0.5, 0.75) == 0.5
    assert chance(0.3, 1.0) == 1.0


def test_rests_are_rounded_as_the_papers_code_does() -> None:
    rest = expected_rest(np.array([[0.5, 1.5, 2.5, 0.4999, 0.5001]]) / (1 - 0.3), 0.3)
    assert rounded(rest).tolist() == [[0, 2, 2, 0, 1]]


def test_rests_are_rounded_by_chance() -> None:
    rest = np.array([[0.25, 0.25, 3.0, 3.0, 0.0]])
    uniforms = np.array([[0.2, 0.3, 0.0, 0.9, 0.0]])
    assert rounded_by_chance(rest, uniforms).tolist() == [[1, 0, 3, 3, 0]]


def test_settings_of_another_process_are_refused() -> None:
    decoding = BirthsDecoding(births="binomial")
    assert births_decoding(decoding) is decoding
    with pytest.raises(TypeError, match="settings of births are expected, got MaskedDecoding"):
        births_decoding(MaskedDecoding())

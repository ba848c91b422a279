"""The best schedules of the Beta family under an information profile (docs/mathematics.md 5)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from path_kls import (
    BOUNDS,
    FEWER,
    LINEAR,
    MODES,
    PROFILES,
    SHAPES,
    SUDOKU,
    Array,
    _from_drops,
    _riemann,
    _weights,
)

from mdm_opt.schedules import (
    BetaSchedule,
    Reveal,
    Rounding,
    best_beta,
    energy_fitted_beta,
    limit,
    linear_path_kls,
    path_kl_weights,
    reveal_counts,
)


@cache
def _cell_weights(steps: int, length: int, reveal: Reveal, rounding: Rounding) -> Array:
    """Of the 30 x 30 grid of Beta schedules, ``(900, length)``."""
    side = np.geomspace(*BOUNDS, 30)
    cells = [BetaSchedule(a, b) for a in side for b in side]
    return np.array([_weights(cell, steps, length, reveal, rounding) for cell in cells])


@pytest.mark.cases(4)
@pytest.mark.parametrize("name", [name for name in SHAPES if name != "sudoku"])
@pytest.mark.parametrize("mode", MODES, ids=" ".join)
def test_best_beta_is_as_good_as_every_cell_of_a_grid(
    name: str, mode: tuple[Reveal, Rounding]
) -> None:
    profile = SHAPES[name]
    for steps in (4, 8):
        best = best_beta(
            profile, steps, beta_a=BOUNDS, beta_b=BOUNDS, reveal=mode[0], rounding=mode[1]
        )
        got = float(_weights(best, steps, len(profile), *mode) @ profile)
        cells = _cell_weights(steps, len(profile), *mode) @ profile
        assert got <= cells.min() * (1 + 1e-9)
        assert got >= limit(profile, steps).nats[-1] - 1e-9


@FEWER
@given(PROFILES, st.integers(1, 10), st.sampled_from(MODES))
def test_best_beta_never_loses_to_linear(
    profile: list[float], steps: int, mode: tuple[Reveal, Rounding]
) -> None:
    values = np.array(profile)
    best = best_beta(values, steps, beta_a=BOUNDS, beta_b=BOUNDS, reveal=mode[0], rounding=mode[1])
    got, linear = (
        path_kl_weights(one, steps, len(profile), *mode) @ values for one in (best, LINEAR)
    )
    assert got <= linear + 1e-12


@pytest.mark.parametrize("mode", MODES, ids=" ".join)
@pytest.mark.parametrize("seed", range(2))
def test_best_beta_never_loses_to_linear_where_profiles_jump(
    seed: int, mode: tuple[Reveal, Rounding]
) -> None:
    rng = np.random.default_rng(seed)
    for length in (16, 40):
        profile = _from_drops(rng.gamma(0.1, size=length - 1))
        steps = int(rng.integers(2, 13))
        best = best_beta(
            profile, steps, beta_a=BOUNDS, beta_b=BOUNDS, reveal=mode[0], rounding=mode[1]
        )
        got, linear = (
            path_kl_weights(one, steps, length, *mode) @ profile for one in (best, LINEAR)
        )
        assert got <= linear + 1e-12


@pytest.mark.parametrize(("seed", "shape"), [(25, 0.3), (33, 0.1), (49, 0.3), (53, 1.0)])
def test_best_beta_searches_around_several_starts(seed: int, shape: float) -> None:
    """Where the best of the first grid leads no further than 5% above the best cell."""
    profile = _from_drops(np.random.default_rng(seed).gamma(shape, size=31))
    best = best_beta(profile, 4, beta_a=BOUNDS, beta_b=BOUNDS)
    cells = _cell_weights(4, 32, "fixed", "full") @ profile
    got = _riemann(reveal_counts(best, 4, 32).tolist(), profile.tolist())
    assert got <= cells.min() * (1 + 1e-6)


def test_best_beta_finds_counts_that_few_pairs_have() -> None:
    """Two jumps: counts that end at both cost nothing, and Beta(0.25, 0.61) has them.

    Only one pair in 120 has these counts, in a strip as thin as a grid is wide.
    """
    profile = np.repeat([1.3, 0.3, 0.0], [12, 3, 1])
    best = best_beta(profile, 3, beta_a=BOUNDS, beta_b=BOUNDS)
    assert reveal_counts(BetaSchedule(0.2476, 0.613), 3, 16).tolist() == [12, 3, 1]
    assert _riemann(reveal_counts(best, 3, 16).tolist(), profile.tolist()) < 0.01


@pytest.mark.parametrize("mode", MODES, ids=" ".join)
@pytest.mark.parametrize("length", [1, 9])
def test_linear_is_preferred_in_one_step(length: int, mode: tuple[Reveal, Rounding]) -> None:
    for profile in (np.exp(-np.arange(length) / 7) + 0.1, np.full(length, 0.1)):
        best = best_beta(
            profile, 1, beta_a=BOUNDS, beta_b=BOUNDS, reveal=mode[0], rounding=mode[1]
        )
        assert best == LINEAR


@pytest.mark.cases(1)
@pytest.mark.parametrize("mode", MODES, ids=" ".join)
def test_linear_is_preferred_among_equals(mode: tuple[Reveal, Rounding]) -> None:
    """Independent tokens, and one token a step: no schedule is better."""
    cases = [(np.full(5, 0.1), 4), (np.full(33, 0.7), 8)]
    if mode[0] == "fixed":
        cases += [(np.exp(-np.arange(9) / 7), 9), (np.exp(-np.arange(5) / 7), 8)]
    for profile, steps in cases:
        best = best_beta(
            profile, steps, beta_a=BOUNDS, beta_b=BOUNDS, reveal=mode[0], rounding=mode[1]
        )
        assert best == LINEAR


@pytest.mark.parametrize("mode", MODES, ids=" ".join)
def test_nearest_to_linear_is_preferred_where_bounds_exclude_it(
    mode: tuple[Reveal, Rounding],
) -> None:
    for beta_a, beta_b in ((1.0, 8.0), (0.1, 8.0)), ((0.1, 8.0), (1.0, 2.0)):
        best = best_beta(
            np.full(9, 0.4), 4, beta_a=beta_a, beta_b=beta_b, reveal=mode[0], rounding=mode[1]
        )
        expected = max(0.5, beta_a[0]), max(0.5, beta_b[0])
        assert (best.beta_a, best.beta_b) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", ["sudoku", "falls fast", "harmonic", "falls late"])
def test_best_beta_reaches_the_limit_of_simple_profiles(name: str) -> None:
    """In as many steps as make it easy: no counts of any shape are better."""
    profile = SHAPES[name]
    found = limit(profile, 12)
    for steps in (3, 6, 12):
        best = best_beta(profile, steps, beta_a=BOUNDS, beta_b=BOUNDS)
        counts = reveal_counts(best, steps, len(profile)).tolist()
        assert _riemann(counts, profile.tolist()) <= found.nats[steps - 1] + 1e-9


@pytest.mark.parametrize(("mode", "factor"), [*zip(MODES, (5, 5, 2.5), strict=True)])
def test_best_beta_saves_most_of_linear_on_templates(
    mode: tuple[Reveal, Rounding], factor: float
) -> None:
    profile = SHAPES["template"]
    best = best_beta(profile, 4, beta_a=BOUNDS, beta_b=BOUNDS, reveal=mode[0], rounding=mode[1])
    linear = linear_path_kls(profile, *mode)[3]
    assert factor * (_weights(best, 4, len(profile), *mode) @ profile) < linear


_LOW = st.floats(0.05, 19)


@FEWER
@given(_LOW, _LOW, st.floats(1e-12, 2), st.floats(1e-12, 2), st.sampled_from(MODES))
def test_bounds_hold_to_the_last_bit(
    low_a: float, low_b: float, wide_a: float, wide_b: float, mode: tuple[Reveal, Rounding]
) -> None:
    beta_a, beta_b = (low_a, low_a * (1 + wide_a)), (low_b, low_b * (1 + wide_b))
    profile = np.array(SUDOKU)
    best = best_beta(profile, 6, beta_a=beta_a, beta_b=beta_b, reveal=mode[0], rounding=mode[1])
    fitted = energy_fitted_beta(profile, beta_a=beta_a, beta_b=beta_b)
    for schedule in (best, fitted):
        assert beta_a[0] <= schedule.beta_a <= beta_a[1]
        assert beta_b[0] <= schedule.beta_b <= beta_b[1]


@pytest.mark.cases(3)
@pytest.mark.parametrize("mode", MODES, ids=" ".join)
@pytest.mark.parametrize("profile", [[0.7], [0.7, 0.2], [0.4] * 9], ids=str)
def test_best_beta_of_profiles_that_leave_little_to_choose(
    profile: list[float], mode: tuple[Reveal, Rounding]
) -> None:
    """One token or independent tokens cost nothing."""
    for steps in (2, len(profile) + 3):
        best = best_beta(
            np.array(profile),
            steps,
            beta_a=BOUNDS,
            beta_b=BOUNDS,
            reveal=mode[0],
            rounding=mode[1],
        )
        got = float(_weights(best, steps, len(profile), *mode) @ profile)
        if len(set(profile)) == 1:
            assert got == pytest.approx(0, abs=1e-9)
        elif mode[0] == "ancestral":
            # Two tokens: the mean of h(0) - h(1) over both falling into one of the steps.
            assert got == pytest.approx(0.5 / steps, rel=1e-3)
        else:
            assert got == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("mode", MODES, ids=" ".join)
def test_best_beta_refuses_no_steps(mode: tuple[Reveal, Rounding]) -> None:
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        best_beta(
            np.array(SUDOKU), 0, beta_a=BOUNDS, beta_b=BOUNDS, reveal=mode[0], rounding=mode[1]
        )


def test_best_beta_refuses_an_unknown_reveal() -> None:
    with pytest.raises(ValueError, match="'fixed' or 'ancestral', got 'sorted'"):
        best_beta(np.array(SUDOKU), 4, beta_a=BOUNDS, beta_b=BOUNDS, reveal="sorted")  # type: ignore[arg-type]


def test_best_beta_refuses_an_unknown_rounding() -> None:
    with pytest.raises(ValueError, match="'full' or 'cumulative', got 'nearest'"):
        best_beta(np.array(SUDOKU), 4, beta_a=BOUNDS, beta_b=BOUNDS, rounding="nearest")  # type: ignore[arg-type]

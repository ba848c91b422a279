"""The best schedules of any shape under an information profile (docs/mathematics.md 5)."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from path_kls import (
    _M,
    BOUNDS,
    FEW,
    LINEAR,
    MODES,
    NATS,
    PROFILES,
    SHAPES,
    SUDOKU,
    Array,
    _binomial,
    _binomial_weights,
    _riemann,
    _weights,
)
from scipy import integrate, optimize

from mdm_opt.schedules import (
    BetaSchedule,
    Reveal,
    Rounding,
    ancestral_limit,
    ancestral_weights,
    best_beta,
    energy_optimal_fraction,
    limit,
    linear_path_kls,
    path_kl,
    path_kl_weights,
)
from mdm_opt.schedules.optima import _few_steps, _many_steps

LONG_SHAPES: dict[str, Callable[[Array], Array]] = {
    "harmonic": lambda m: 1 / (1 + m),
    "falls late": lambda m: 1 - (m / len(m)) ** 4,
    "template": lambda m: np.where(m < 4, 3 - 0.6 * m, 0.3) - 0.2 * m / len(m),
    "parity": lambda m: np.where(m < len(m) - 1, math.log(2), 0.0),
}
SUDOKU_LIMIT = {
    4: (1.559, [3, 2, 3, 8]),
    6: (0.760, [2, 1, 2, 2, 3, 6]),
    8: (0.347, [1, 1, 1, 1, 1, 2, 3, 6]),
}
SUDOKU_LINEAR = {4: 2.229, 6: 1.210, 8: 0.739}


def _compositions(total: int, parts: int) -> Iterator[list[int]]:
    """All counts of at least one with that sum."""
    for inner in itertools.combinations(range(1, total), parts - 1):
        yield [b - a for a, b in itertools.pairwise([0, *inner, total])]


def _binomial_mean(profile: npt.ArrayLike, fractions: npt.ArrayLike) -> Array:
    """L times the mean of h(m)."""
    values = np.asarray(profile, dtype=np.float64)
    return np.asarray(len(values) * _binomial(len(values) - 1, fractions) @ values)


def _energy(profile: Sequence[float], progress: Sequence[float]) -> list[float]:
    """alpha(t) with d alpha/dt ~ |h'(alpha)|^(-1/2), by quadrature; t of independent tokens."""
    if len(profile) < 3 or profile[0] == profile[-1]:
        return list(progress)

    def speed(alpha: float) -> float:
        return math.sqrt(_binomial(len(profile) - 2, alpha) @ -np.diff(profile))

    def time_until(alpha: float) -> float:
        return float(integrate.quad(speed, 0, alpha)[0])

    whole = time_until(1)
    return [
        float(optimize.brentq(lambda alpha, t=t: time_until(alpha) - t * whole, 0, 1))
        for t in progress
    ]


# Of any shape.


@FEW
@given(PROFILES)
def test_limit_is_the_best_of_all_counts(profile: list[float]) -> None:
    length = len(profile)
    found = limit(np.array(profile), length)
    assert found.nats.shape == (length,)
    for steps in range(1, length + 1):
        best = min(_riemann(counts, profile) for counts in _compositions(length, steps))
        assert found.nats[steps - 1] == pytest.approx(best, abs=1e-9)
        counts = found.counts(steps)
        assert counts.dtype == np.int64
        assert counts.shape == (steps,)
        assert counts.min() >= 1
        assert counts.sum() == length
        assert _riemann(counts.tolist(), profile) == pytest.approx(best, abs=1e-9)


@FEW
@given(st.lists(NATS, min_size=1, max_size=40))
def test_limit_falls_with_the_steps_to_zero(values: list[float]) -> None:
    nats = limit(np.array(sorted(values, reverse=True)), len(values)).nats
    assert (np.diff(nats) <= 1e-9).all()
    assert (nats >= 0).all()
    assert nats[-1] == pytest.approx(0, abs=1e-9)


def test_limit_falls_strictly_where_every_token_says_something() -> None:
    assert (np.diff(limit(np.exp(-_M / 6), 32).nats) < 0).all()


def test_limit_of_a_budget_does_not_depend_on_the_largest() -> None:
    profile = SHAPES["falls fast"]
    small, large = limit(profile, 5), limit(profile, 20)
    np.testing.assert_array_equal(small.nats, large.nats[:5])
    for steps in range(1, 6):
        np.testing.assert_array_equal(small.counts(steps), large.counts(steps))


@pytest.mark.parametrize("steps", SUDOKU_LIMIT)
def test_limit_of_sudoku(steps: int) -> None:
    nats, counts = SUDOKU_LIMIT[steps]
    found = limit(np.array(SUDOKU), 8)
    assert found.nats[steps - 1] == pytest.approx(nats, abs=5.1e-4)
    assert found.counts(steps).tolist() == counts


def test_limit_of_long_sequences_takes_seconds() -> None:
    """L = 1024 in 64 steps; no boundary can move without loss, and linear is worse."""
    m = np.arange(1024)
    profile = np.exp(-m / 100) + 0.3 / (1 + m)
    start = time.process_time()
    found = limit(profile, 64)
    assert time.process_time() - start < 5
    counts = found.counts(64).tolist()
    values = profile.tolist()
    least = _riemann(counts, values)
    assert found.nats[-1] == pytest.approx(least, rel=1e-9)
    for step, move in itertools.product(range(63), (-1, 1)):
        moved = counts.copy()
        moved[step] += move
        moved[step + 1] -= move
        assert _riemann(moved, values) >= least - 1e-9
    assert least < _riemann([16] * 64, values) / 2


def test_limit_of_one_and_two_tokens() -> None:
    one = limit(np.array([0.7]), 1)
    assert one.nats.tolist() == [0]
    assert one.counts(1).tolist() == [1]
    two = limit(np.array([0.7, 0.25]), 2)
    assert two.nats == pytest.approx([0.45, 0])
    assert two.counts(1).tolist() == [2]
    assert two.counts(2).tolist() == [1, 1]


@FEW
@given(PROFILES)
def test_origins_lead_the_best_way_to_every_place(profile: list[float]) -> None:
    length = len(profile)
    origins = limit(np.array(profile), length).origins
    assert origins.dtype == np.int64
    assert origins.shape == (length, length + 1)
    for place in range(1, length + 1):
        for steps in range(1, place + 1):
            way = [place]
            for step in range(steps - 1, -1, -1):
                way.append(int(origins[step, way[-1]]))
            assert way[-1] == 0
            best = min(_riemann(counts, profile[:place]) for counts in _compositions(place, steps))
            counts = np.diff(way[::-1]).tolist()
            assert min(counts) >= 1
            assert _riemann(counts, profile[:place]) == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize("steps", [0, -1, 5])
def test_limit_refuses_budgets_outside(steps: int) -> None:
    with pytest.raises(ValueError, match=rf"max_steps must lie in 1\.\.4, got {steps}"):
        limit(np.ones(4), steps)
    with pytest.raises(ValueError, match=rf"steps must lie in 1\.\.4, got {steps}"):
        limit(np.ones(9), 4).counts(steps)


@pytest.mark.parametrize(
    "profile",
    [SUDOKU[:5], [2.0, 0.5, 0.5, 0.0], [3.0, 3.0, 3.0, 0.0], [0.5] * 4, [1.0], [1.0, 0.2]],
    ids=str,
)
def test_ancestral_limit_is_the_best_of_all_grids(profile: list[float]) -> None:
    """Slack: the fractions of the energy, which are known up to 1e-5."""
    half = [k / 4 for k in range(5)]
    places = np.sort([*(math.sin(math.pi / 2 * t) ** 2 for t in half), *_energy(profile, half)])
    found = ancestral_limit(np.array(profile), 4, cells=8)
    assert len(found) == 4
    for steps, (nats, grid) in enumerate(found, start=1):
        grids = [[0.0, *inner, 1.0] for inner in itertools.combinations(places[2:-2], steps - 1)]
        best = min(float(_binomial_weights(one, len(profile)) @ profile) for one in grids)
        assert nats == pytest.approx(best, abs=1e-4)
        assert grid.shape == (steps + 1,)
        assert (grid[0], grid[-1]) == (0, 1)
        assert (np.diff(grid) > 0).all()
        assert np.abs(grid[:, None] - places).min(axis=1).max() < 1e-5
        got = _binomial_weights(grid.tolist(), len(profile)) @ profile
        assert nats == pytest.approx(got, abs=1e-9)


@pytest.mark.parametrize("name", SHAPES)
def test_ancestral_limit_in_two_and_three_steps(name: str) -> None:
    """Of all grids of thousandths: within 0.01% either way."""
    profile, alpha = SHAPES[name], np.linspace(0, 1, 1001)
    rate = _binomial_mean(profile, alpha)
    two = alpha * rate[0] + (1 - alpha) * rate
    first, second = np.triu_indices(1001)
    three = alpha[first] * rate[0] + (1 - alpha[second]) * rate[second]
    three += (alpha[second] - alpha[first]) * rate[first]
    found = [nats for nats, _ in ancestral_limit(profile, 3)]
    expected = np.array([rate[0], two.min(), three.min()]) - profile.sum()
    assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("name", SHAPES)
def test_ancestral_limit_lies_above_the_limit_and_falls(name: str) -> None:
    """Ancestral reveal is a mixture of fixed counts in as many steps."""
    nats = np.array([nats for nats, _ in ancestral_limit(SHAPES[name], 12)])
    assert (nats >= limit(SHAPES[name], 12).nats - 1e-9).all()
    assert (np.diff(nats) < 0).all()


@pytest.mark.parametrize(
    ("name", "length"),
    [("harmonic", 256), ("falls late", 256), ("template", 256), ("parity", 256), ("parity", 1024)],
)
def test_nothing_lies_below_the_ancestral_limit(name: str, length: int) -> None:
    """The fractions that are optimal with many steps: where they are equally spaced, exactly.

    Slack: 0.2% in steps that do not divide 256. Parity is free but for its last token, so that
    everything happens within the last few thousandths.
    """
    profile = LONG_SHAPES[name](np.arange(length))
    found = ancestral_limit(profile, 64)
    for steps, slack in ((32, 1e-9), (50, 2e-3), (64, 1e-9)):
        least, best = found[steps - 1]
        assert ancestral_weights(best, length) @ profile == pytest.approx(least)
        grid = energy_optimal_fraction(profile, np.arange(steps + 1) / steps)
        assert ancestral_weights(grid, length) @ profile >= least * (1 - slack)


def test_best_beta_comes_close_to_the_ancestral_limit() -> None:
    """Of a profile that suits the family: within half a percent."""
    length = 256
    profile = LONG_SHAPES["falls late"](np.arange(length))
    least = ancestral_limit(profile, 32)[-1][0]
    beta = best_beta(profile, 32, beta_a=BOUNDS, beta_b=BOUNDS, reveal="ancestral")
    nats = path_kl_weights(beta, 32, length, "ancestral", "full") @ profile
    assert least <= nats <= least * 1.005


def test_ancestral_limit_of_as_many_steps_as_half_the_cells() -> None:
    """The fractions of fewer cells are among those of more, which are no worse."""
    found = ancestral_limit(np.array(SUDOKU), 256)
    assert len(found) == 256
    assert found[-1][1].shape == (257,)
    assert found[15][0] <= ancestral_limit(np.array(SUDOKU), 16, cells=32)[-1][0] + 1e-9
    for profile, cells in itertools.product(SHAPES.values(), (2, 3, 6, 32)):
        assert len(ancestral_limit(profile, cells // 2, cells)) == cells // 2


@pytest.mark.parametrize(("steps", "cells"), [(0, 6), (-1, 6), (7, 6), (0, 512), (513, 512)])
def test_ancestral_limit_refuses_more_steps_than_cells(steps: int, cells: int) -> None:
    for profile in (SUDOKU, [1.0], [0.4] * 5):
        with pytest.raises(ValueError, match=rf"max_steps must lie in 1\.\.\d+, got {steps}"):
            ancestral_limit(np.array(profile), steps, cells)


# What one schedule costs.


@FEW
@given(
    st.builds(BetaSchedule, st.floats(0.1, 8), st.floats(0.1, 8)),
    st.integers(1, 20),
    st.integers(1, 20),
    st.sampled_from(MODES),
)
def test_path_kl_weights_are_those_of_the_formulas(
    schedule: BetaSchedule, steps: int, length: int, mode: tuple[Reveal, Rounding]
) -> None:
    weights = path_kl_weights(schedule, steps, length, *mode)
    np.testing.assert_allclose(weights, _weights(schedule, steps, length, *mode), atol=1e-9)


def test_reveal_and_rounding_matter() -> None:
    """Beta(1, 0.2) leaves steps empty under cumulative rounding."""
    costs = [float(path_kl_weights(BetaSchedule(1, 0.2), 8, 16, *mode) @ SUDOKU) for mode in MODES]
    assert len({round(cost, 3) for cost in costs}) == 3


def test_path_kl_weights_refuse_an_unknown_reveal() -> None:
    with pytest.raises(ValueError, match="'fixed' or 'ancestral', got 'sorted'"):
        path_kl_weights(LINEAR, 4, 16, "sorted", "full")  # type: ignore[arg-type]


@pytest.mark.parametrize("reveal", ["fixed", "ancestral"])
def test_path_kl_weights_refuse_no_steps(reveal: Reveal) -> None:
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        path_kl_weights(LINEAR, 0, 16, reveal, "full")


@pytest.mark.parametrize("rounding", ["full", "cumulative"])
@pytest.mark.parametrize("length", [1, 2, 5, 16, 33])
def test_linear_path_kls_of_fixed_counts(length: int, rounding: Rounding) -> None:
    """Boundaries L k / N rounded half up are all different for N <= L: one rule for both."""
    profile = np.exp(-np.arange(length) / 5)
    values = linear_path_kls(profile, "fixed", rounding)
    assert values.shape == (length,)
    half = Fraction(1, 2)
    for steps in range(1, length + 1):
        edges = [math.floor(Fraction(length * k, steps) + half) for k in range(steps + 1)]
        counts = [b - a for a, b in itertools.pairwise(edges)]
        assert values[steps - 1] == pytest.approx(_riemann(counts, profile.tolist()), abs=1e-12)


@pytest.mark.parametrize("length", [1, 2, 3, 9])
def test_linear_path_kls_of_ancestral_reveal(length: int) -> None:
    """But for straight lines between 1025 fractions."""
    profile = [1 / (1 + m) for m in range(length)]
    values = linear_path_kls(np.array(profile), "ancestral", "full")
    assert values.shape == (length,)
    for steps in range(1, length + 1):
        expected = Fraction(0)
        for k, m in itertools.product(range(steps), range(length)):
            chance = Fraction(k, steps) ** m * Fraction(steps - k, steps) ** (length - 1 - m)
            share = Fraction(length, steps) * math.comb(length - 1, m) * chance
            expected += share * Fraction(profile[m])
        expected -= sum(map(Fraction, profile))
        assert values[steps - 1] == pytest.approx(float(expected), abs=1e-5)


def test_linear_path_kls_refuse_an_unknown_reveal() -> None:
    with pytest.raises(ValueError, match="'fixed' or 'ancestral', got 'sorted'"):
        linear_path_kls(np.array(SUDOKU), "sorted", "full")  # type: ignore[arg-type]


def test_linear_path_kls_refuse_an_unknown_rounding() -> None:
    with pytest.raises(ValueError, match="'full' or 'cumulative', got 'nearest'"):
        linear_path_kls(np.array(SUDOKU), "fixed", "nearest")  # type: ignore[arg-type]


def test_linear_path_kls_of_long_sequences() -> None:
    """Slack: the straight lines, 0.02% up to 64 steps and 5% of the little that is left later."""
    length = 1024
    profile = 1 / (1 + np.arange(length))
    start = time.process_time()
    values = linear_path_kls(profile, "ancestral", "full")
    assert time.process_time() - start < 3
    assert (np.diff(values) < 0).all()
    for steps, slack in [(1, 1e-9), (3, 2e-4), (33, 2e-4), (64, 1e-9), (333, 0.01), (777, 0.05)]:
        exact = path_kl_weights(LINEAR, steps, length, "ancestral", "full") @ profile
        assert values[steps - 1] == pytest.approx(exact, rel=slack)


@pytest.mark.parametrize("steps", SUDOKU_LINEAR)
def test_linear_path_kl_of_sudoku(steps: int) -> None:
    values = linear_path_kls(np.array(SUDOKU), "fixed", "full")
    assert values[steps - 1] == pytest.approx(SUDOKU_LINEAR[steps], abs=5.1e-4)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_long_sequences_have_the_limit_that_all_steps_give(
    data: st.DataObject,
) -> None:
    cells = data.draw(st.integers(1, 40))
    heights = st.sampled_from([0.0, 0.5, 1.0]) | st.floats(0, 3)
    drawn = data.draw(st.lists(heights, min_size=cells, max_size=cells))
    rates = np.sort(np.array(drawn))[::-1]
    places = np.concatenate([[0.0], np.cumsum(data.draw(
        st.lists(st.sampled_from([1.0, 0.01, 2.5]), min_size=cells, max_size=cells)
    ))])  # fmt: skip
    every, between = _few_steps(places, rates), _many_steps(places, rates)
    best = found = np.where(np.arange(cells) == 0, 0.0, np.inf)
    for _ in range(cells):
        (_, reached), (origins, near) = every(best), between(found)
        np.testing.assert_allclose(near, reached, rtol=1e-12, atol=1e-12)
        assert (np.diff(origins[np.isfinite(near)]) >= 0).all()
        best, found = reached[:-1], near[:-1]


def test_the_limit_of_a_long_sequence_is_found_at_once() -> None:
    profile = np.linspace(3.0, 0.2, 4096)
    started = time.perf_counter()
    found = limit(profile, 128)
    assert time.perf_counter() - started < 5
    counts = found.counts(128)
    assert counts.sum() == 4096
    assert found.nats[127] == pytest.approx(path_kl(profile, counts), rel=1e-9)
    # One token more here and less there is never better.
    for step in range(0, 127, 9):
        for more in (-1, 1):
            moved = counts.copy()
            moved[step] += more
            moved[step + 1] -= more
            if moved.min() > 0:
                assert path_kl(profile, moved) >= found.nats[127] - 1e-9

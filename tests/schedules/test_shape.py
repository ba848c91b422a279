"""Schedules given by counts, and the coordinates in which counts are searched."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_opt.schedules import (
    BetaSchedule,
    CountsSchedule,
    Rounding,
    count_coordinates,
    counts_at,
    named_schedule,
    reveal_counts,
    reveal_grid,
    shape_angles,
)

FEW = settings(max_examples=50, deadline=None)
Array = npt.NDArray[np.float64]
Counts = tuple[int, ...]

UNEVEN: Counts = (3, 2, 1, 8, 1, 30, 4)
UNIT = st.floats(0, 1)


@st.composite
def _counts(draw: st.DrawFn, most_steps: int = 1024, length: int = 1024) -> Counts:
    """Counts of at least one, up to one of each token, from even to very uneven."""
    total = draw(st.integers(1, length))
    steps = draw(st.integers(1, min(total, most_steps)) | st.just(min(total, most_steps)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shares = rng.gamma(draw(st.sampled_from([0.05, 1.0, 50.0])), size=steps) + 1e-300
    extra = rng.multinomial(total - steps, shares / shares.sum())
    return tuple((1 + extra).tolist())


def _exact(counts: Counts, progress: float) -> Fraction:
    """alpha(t) of a float t, in exact arithmetic."""
    place = Fraction(progress) * len(counts)
    step = min(math.floor(place), len(counts) - 1)
    return (sum(counts[:step]) + counts[step] * (place - step)) / sum(counts)


def _cosines(counts: npt.ArrayLike) -> Array:
    """Coordinates 1, 2, ... of the logarithms, as sums of cosines."""
    logs = np.log(np.asarray(counts, dtype=np.float64))
    steps = len(logs)
    places = (np.arange(steps) + 0.5) / steps
    waves = np.cos(np.pi * np.arange(1, steps)[:, None] * places)
    return np.asarray(np.sqrt(2 / steps) * waves @ logs)


def _rounding_error(counts: npt.ArrayLike) -> float:
    """Most that rounding can move the coordinates of counts above one.

    Each boundary moves by at most half, so each count by less than one and its logarithm by less
    than -log(1 - 1/count); the cosines are an orthonormal map of the logarithms.
    """
    values = np.asarray(counts, dtype=np.float64)
    assert (values > 1).all()
    return float(np.linalg.norm(np.log1p(-1 / values)))


# Schedules given by counts.


@FEW
@given(_counts(), st.sampled_from(["full", "cumulative"]))
def test_counts_come_back(counts: Counts, rounding: Rounding) -> None:
    schedule = CountsSchedule(counts)
    got = reveal_counts(schedule, len(counts), sum(counts), rounding)
    assert tuple(got.tolist()) == counts
    assert schedule.length == sum(counts)


@pytest.mark.parametrize("counts", [(1,) * 1024, (1,) * 1023 + (1000,), (1000,) + (1,) * 24])
def test_extreme_counts_come_back(counts: Counts) -> None:
    got = reveal_counts(CountsSchedule(counts), len(counts), sum(counts))
    assert tuple(got.tolist()) == counts


@FEW
@given(_counts(), st.integers(1, 40))
def test_twice_the_steps_halve_the_counts(counts: Counts, factor: int) -> None:
    """Straight between the boundaries, so a finer grid passes through all of them."""
    steps = len(counts)
    grid = reveal_grid(CountsSchedule(counts), factor * steps)
    assert grid[::factor] == pytest.approx(reveal_grid(CountsSchedule(counts), steps), abs=1e-12)
    pieces = np.diff(grid).reshape(steps, factor)
    assert np.ptp(pieces, axis=1).max() < 1e-12


def test_equal_counts_are_linear() -> None:
    t = np.linspace(0, 1, 101)
    np.testing.assert_allclose(CountsSchedule((4,) * 7).revealed(t), t, atol=1e-15)
    np.testing.assert_allclose(CountsSchedule((9,)).revealed(t), t, atol=1e-15)


@FEW
@given(_counts(), st.lists(UNIT, min_size=1, max_size=20))
def test_revealed_and_masked_are_straight_between_boundaries(
    counts: Counts, points: list[float]
) -> None:
    schedule = CountsSchedule(counts)
    exact = [_exact(counts, t) for t in points]
    assert schedule.revealed(points) == pytest.approx([float(x) for x in exact], abs=1e-14)
    assert schedule.masked(points) == pytest.approx([float(1 - x) for x in exact], abs=1e-14)


@FEW
@given(_counts())
def test_ends_are_exact(counts: Counts) -> None:
    schedule = CountsSchedule(counts)
    assert schedule.revealed([0, 1]).tolist() == [0, 1]
    assert schedule.masked([0, 1]).tolist() == [1, 0]
    assert schedule.progress([0, 1]).tolist() == [0, 1]


@FEW
@given(_counts(), st.lists(UNIT, min_size=1, max_size=20))
def test_revealed_rises_and_masked_falls(counts: Counts, points: list[float]) -> None:
    t = np.sort(points)
    assert (np.diff(CountsSchedule(counts).revealed(t)) >= 0).all()
    assert (np.diff(CountsSchedule(counts).masked(t)) <= 0).all()


@pytest.mark.parametrize("small", [1e-3, 1e-6, 1e-9, 1e-12, 1e-15])
def test_revealed_is_accurate_next_to_zero(small: float) -> None:
    for counts in ((3, 2, 3, 8), UNEVEN):
        got, expected = CountsSchedule(counts).revealed(small), float(_exact(counts, small))
        assert float(got) == pytest.approx(expected, rel=1e-14, abs=0)


@pytest.mark.parametrize("small", [1e-3, 1e-6, 1e-9, 1e-12, 1e-15])
def test_masked_is_accurate_next_to_zero(small: float) -> None:
    """As MaskSchedule promises, and as the Beta schedules are."""
    for counts in ((3, 2, 3, 8), UNEVEN):
        expected = float(1 - _exact(counts, 1 - small))
        got = float(CountsSchedule(counts).masked(1 - small))
        assert got == pytest.approx(expected, rel=1e-14, abs=0)


@FEW
@given(_counts(), st.lists(UNIT, min_size=1, max_size=20))
def test_progress_is_the_inverse(counts: Counts, points: list[float]) -> None:
    """Slack: a last bit of alpha is worth L / (N count) last bits of t, at most L of them."""
    schedule = CountsSchedule(counts)
    slack = 1e-15 * sum(counts)
    assert schedule.progress(schedule.revealed(points)) == pytest.approx(points, abs=slack)
    slack = 1e-15 * len(counts)
    assert schedule.revealed(schedule.progress(points)) == pytest.approx(points, abs=slack)


@FEW
@given(_counts(most_steps=40), st.floats(0.01, 0.99), st.data())
def test_angular_speed_is_the_derivative(
    counts: Counts, inside: float, data: st.DataObject
) -> None:
    """(2 theta')^2 of theta = arcsin sqrt(alpha), by a difference within one step."""
    schedule, steps = CountsSchedule(counts), len(counts)
    step = data.draw(st.integers(0, steps - 1))
    t, reach = (step + inside) / steps, 1e-4 * min(inside, 1 - inside) / steps
    before, after = np.arcsin(np.sqrt(schedule.revealed([t - reach, t + reach])))
    expected = ((after - before) / reach) ** 2
    assert float(schedule.angular_speed_squared(t)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("shape", [(), (3,), (2, 5)])
def test_shapes_are_kept(shape: tuple[int, ...]) -> None:
    schedule, points = CountsSchedule(UNEVEN), np.full(shape, 0.3)
    for found in (
        schedule.revealed(points),
        schedule.masked(points),
        schedule.progress(points),
        schedule.angular_speed_squared(points),
    ):
        assert isinstance(found, np.ndarray)
        assert found.shape == shape
        assert found.dtype == np.float64


def test_name_and_edges() -> None:
    schedule = CountsSchedule((3, 2, 8))
    assert schedule.name == "counts(3, 2, 8)"
    assert schedule.edge_exponents == (1, 1)
    assert schedule == CountsSchedule((3, 2, 8))
    assert schedule != CountsSchedule((3, 8, 2))
    assert len({schedule, CountsSchedule((3, 2, 8))}) == 1


@pytest.mark.parametrize("counts", [(), (0,), (3, 0, 2), (4, -1, 2)])
def test_counts_below_one_are_refused(counts: Counts) -> None:
    with pytest.raises(ValueError, match="must be at least 1 each, got") as refused:
        CountsSchedule(counts)
    assert str(counts) in str(refused.value)


@pytest.mark.parametrize("value", [-1e-9, 1 + 1e-9, math.nan])
def test_places_outside_are_refused(value: float) -> None:
    schedule = CountsSchedule(UNEVEN)
    for function in (schedule.revealed, schedule.masked, schedule.angular_speed_squared):
        with pytest.raises(ValueError, match=rf"progress must lie in \[0, 1\], got {value}"):
            function([0.5, value])
    with pytest.raises(ValueError, match=rf"revealed must lie in \[0, 1\], got {value}"):
        schedule.progress([0.5, value])


# Coordinates.


@FEW
@given(_counts(most_steps=60), st.integers(0, 60))
def test_coordinates_are_the_slowest_cosines(counts: Counts, dimensions: int) -> None:
    dimensions = min(dimensions, len(counts) - 1)
    found = count_coordinates(counts, dimensions)
    assert found.shape == (dimensions,)
    assert found == pytest.approx(_cosines(counts)[:dimensions], abs=1e-12)


def test_first_coordinate_is_the_share_of_the_first_steps() -> None:
    assert count_coordinates([8, 2], 1) == pytest.approx([math.log(4) / math.sqrt(2)])
    assert count_coordinates([8, 4, 2, 1], 1)[0] > 0 > count_coordinates([1, 2, 4, 8], 1)[0]


@pytest.mark.parametrize("steps", [1, 2, 7, 64])
def test_equal_counts_have_zero_coordinates(steps: int) -> None:
    for count in (1, 5, 16):
        found = count_coordinates([count] * steps, steps - 1)
        assert found == pytest.approx(np.zeros(steps - 1), abs=1e-13)


@FEW
@given(_counts())
def test_zero_coordinates_give_linear_counts(counts: Counts) -> None:
    """All of them at zero: nothing of ``like`` remains but its sum and its steps."""
    steps, length = len(counts), sum(counts)
    got = counts_at(np.zeros(steps - 1), counts)
    ideal = np.arange(steps + 1) * Fraction(length, steps)
    boundaries = np.concatenate([[0], np.cumsum(got)])
    assert max(abs(int(b) - x) for b, x in zip(boundaries, ideal, strict=True)) <= 0.5
    assert got.max() - got.min() <= 1


@FEW
@given(_counts(), st.integers(0, 1023))
def test_own_coordinates_give_the_same_counts(counts: Counts, dimensions: int) -> None:
    own = count_coordinates(counts, min(dimensions, len(counts) - 1))
    got = counts_at(own, counts)
    assert got.dtype == np.int64
    assert tuple(got.tolist()) == counts


@FEW
@given(_counts(), st.lists(st.floats(-1e4, 1e4), max_size=16))
def test_counts_stay_at_least_one_and_keep_their_sum(
    counts: Counts, coordinates: list[float]
) -> None:
    got = counts_at(coordinates[: len(counts) - 1], counts)
    assert got.shape == (len(counts),)
    assert got.dtype == np.int64
    assert got.min() >= 1
    assert got.sum() == sum(counts)


@st.composite
def _moves(draw: st.DrawFn) -> tuple[list[int], int, float]:
    """Counts with room, a coordinate, and how far it is moved."""
    steps = draw(st.integers(2, 16))
    counts = draw(st.lists(st.integers(40, 80), min_size=steps, max_size=steps))
    which = draw(st.integers(0, min(4, steps - 1) - 1))
    return counts, which, draw(st.sampled_from([-1.0, -0.5, 0.5, 1.0]))


@FEW
@given(_moves())
def test_moving_a_coordinate_moves_that_one(move: tuple[list[int], int, float]) -> None:
    """All cosines, the high ones included, are what was asked for, up to rounding."""
    counts, which, distance = move
    dimensions = min(4, len(counts) - 1)
    wanted = count_coordinates(counts, dimensions)
    wanted[which] += distance
    got = counts_at(wanted, counts)
    slack = _rounding_error(got)
    assert slack < abs(distance)
    moved = count_coordinates(got, dimensions) - count_coordinates(counts, dimensions)
    assert moved[which] * distance > 0
    every = _cosines(counts)
    every[which] += distance
    assert np.linalg.norm(_cosines(got) - every) <= slack


def test_high_cosines_are_kept() -> None:
    """A saw on top of equal counts is still there when the slow shape is another."""
    like = [60, 20] * 8
    got = counts_at([1.5, -0.5, 0.3], like)
    assert count_coordinates(got, 3) == pytest.approx([1.5, -0.5, 0.3], abs=_rounding_error(got))
    ratios = got[::2] / got[1::2]
    plain = counts_at([1.5, -0.5, 0.3], [40] * 16)
    assert ratios.min() > 2 > 1.5 > (plain[::2] / plain[1::2]).max()


# Angles.


def test_angles_at_eighths_of_eight_steps() -> None:
    grid = np.array([0, 0.05, 0.1, 0.3, 0.31, 0.5, 0.75, 0.99, 1])
    expected = [math.asin(math.sqrt(x)) for x in grid[1:-1]]
    assert shape_angles(grid[None, :]) == pytest.approx(np.array([expected]), abs=1e-15)


@FEW
@given(st.builds(BetaSchedule, st.floats(0.1, 8), st.floats(0.1, 8)), st.integers(1, 5))
def test_angles_of_a_beta_schedule_are_those_of_its_interpolation(
    schedule: BetaSchedule, factor: int
) -> None:
    """arcsin sqrt(alpha) = pi/2 I_t(a, b), at t = 1/8, ..., 7/8 exactly on a grid of eighths."""
    grid = reveal_grid(schedule, 8 * factor)
    expected = np.pi / 2 * schedule.interpolation(np.arange(1, 8) / 8)
    assert shape_angles(grid[None, :])[0] == pytest.approx(expected, abs=1e-7)


@FEW
@given(st.lists(_counts(most_steps=40, length=200), min_size=1, max_size=4))
def test_angles_of_any_number_of_steps(many: list[Counts]) -> None:
    """Straight in the angle between the boundaries of the steps."""
    for counts in many:
        steps = len(counts)
        grid = reveal_grid(CountsSchedule(counts), steps)
        found = shape_angles(np.stack([grid, np.linspace(0, 1, steps + 1)]))
        assert found.shape == (2, 7)
        angles = np.arcsin(np.sqrt(grid))
        expected = np.interp(np.arange(1, 8) / 8, np.arange(steps + 1) / steps, angles)
        assert found[0] == pytest.approx(expected, abs=1e-12)
        assert (np.diff(found) >= -1e-15).all()
        assert (found >= 0).all()
        assert (found <= np.pi / 2).all()


def test_angles_of_one_step() -> None:
    """Nothing is between its ends."""
    found = shape_angles(np.array([[0.0, 1.0]]))
    assert found == pytest.approx(np.pi / 2 * np.arange(1, 8)[None, :] / 8)


def test_angles_of_grids_that_leave_the_unit_interval_by_a_last_bit() -> None:
    grid = np.array([[-1e-17, 0.5, 1 + 2e-16]])
    assert shape_angles(grid)[0, 3] == pytest.approx(np.pi / 4)
    assert np.isfinite(shape_angles(grid)).all()


def test_angles_of_linear_schedules_are_nearly_equal() -> None:
    """From eight steps on within 0.005; of fewer steps straight angles are not linear.

    The slack is small against the distances to other shapes.
    """
    linear = np.arcsin(np.sqrt(np.arange(1, 8) / 8))

    def distance(name: str, steps: int) -> float:
        found = shape_angles(reveal_grid(named_schedule(name), steps)[None, :])[0]
        return float(np.abs(found - linear).max())

    for steps in range(1, 129):
        assert distance("linear", steps) < (0.17 if steps < 8 else 0.005)
        if steps % 8 == 0:
            assert distance("linear", steps) < 1e-12
        if steps >= 8:
            assert min(distance(other, steps) for other in ("sin2", "sine", "cosine")) > 0.15

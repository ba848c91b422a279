"""From a schedule to integers (docs/mathematics.md 4)."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mdm_opt.schedules import (
    BetaSchedule,
    MaskSchedule,
    ancestral_nfe,
    block_count,
    expected_nfe,
    named_schedule,
    reveal_counts,
    reveal_grid,
)

PARAMETERS = st.floats(0.05, 20)
SCHEDULES = st.builds(BetaSchedule, PARAMETERS, PARAMETERS) | st.sampled_from(
    [named_schedule(name) for name in ("linear", "sin2", "sine", "cosine")]
)
LINEAR = named_schedule("linear")
FEW = settings(max_examples=50, deadline=None)


@FEW
@given(SCHEDULES, st.integers(1, 200))
def test_grid_runs_from_zero_to_one(schedule: MaskSchedule, steps: int) -> None:
    grid = reveal_grid(schedule, steps)
    assert grid.shape == (steps + 1,)
    assert (grid[0], grid[-1]) == (0, 1)
    assert (np.diff(grid) >= 0).all()
    middle = steps // 2
    assert grid[middle] == pytest.approx(float(schedule.revealed(middle / steps)), rel=1e-14)


@FEW
@given(SCHEDULES, st.integers(1, 80), st.integers(1, 300), st.sampled_from(["full", "cumulative"]))
def test_counts_spend_the_length(
    schedule: MaskSchedule, steps: int, length: int, rounding: str
) -> None:
    counts = reveal_counts(schedule, steps, length, rounding)
    assert counts.shape == (steps,)
    assert counts.dtype == np.int64
    assert (counts >= 0).all()
    assert counts.sum() == length


@FEW
@given(SCHEDULES, st.integers(1, 80), st.integers(1, 300))
def test_cumulative_rounds_half_up(schedule: MaskSchedule, steps: int, length: int) -> None:
    boundaries = np.cumsum(reveal_counts(schedule, steps, length, "cumulative"))[:-1]
    ideal = length * reveal_grid(schedule, steps)[1:-1]
    assert (boundaries <= ideal + 0.5 + 1e-8).all()
    assert (boundaries > ideal - 0.5 - 1e-8).all()


def test_cumulative_ties_of_the_linear_schedule_round_up() -> None:
    for length, steps in itertools.product(range(1, 41), range(1, 25)):
        boundaries = np.cumsum([0, *reveal_counts(LINEAR, steps, length, "cumulative")])
        half = Fraction(1, 2)
        exact = [(Fraction(length * k, steps) + half).__floor__() for k in range(steps + 1)]
        assert boundaries.tolist() == exact, (length, steps)


def test_five_tokens_in_two_linear_steps() -> None:
    assert reveal_counts(LINEAR, 2, 5, "cumulative").tolist() == [3, 2]
    assert reveal_counts(LINEAR, 2, 5, "full").tolist() == [3, 2]


@FEW
@given(SCHEDULES, st.integers(1, 80), st.integers(0, 200))
def test_full_reveals_something_in_every_step(
    schedule: MaskSchedule, steps: int, surplus: int
) -> None:
    assert reveal_counts(schedule, steps, steps + surplus).min() >= 1


@FEW
@given(st.floats(0.3, 2), st.floats(0.3, 2), st.integers(1, 10), st.integers(1, 300))
def test_full_keeps_cumulative_counts_without_zeros(
    a: float, b: float, steps: int, length: int
) -> None:
    schedule = BetaSchedule(a, b)
    cumulative = reveal_counts(schedule, steps, length, "cumulative")
    assume((cumulative > 0).all())
    np.testing.assert_array_equal(reveal_counts(schedule, steps, length, "full"), cumulative)


@FEW
@given(SCHEDULES, st.integers(1, 9), st.data())
def test_full_is_the_nearest_increasing_sequence(
    schedule: MaskSchedule, length: int, data: st.DataObject
) -> None:
    steps = data.draw(st.integers(1, length))
    wanted = np.cumsum(reveal_counts(schedule, steps, length, "cumulative"))[:-1]
    got = np.cumsum(reveal_counts(schedule, steps, length, "full"))[:-1]
    distances = [
        ((np.array(inner) - wanted) ** 2).sum()
        for inner in itertools.combinations(range(1, length), steps - 1)
    ]
    assert ((got - wanted) ** 2).sum() == min(distances)


@pytest.mark.parametrize("seed", range(20))
def test_full_is_nearest_for_any_boundaries(seed: int) -> None:
    """Also for boundaries with long flat runs that no schedule above happens to draw."""
    rng = np.random.default_rng(seed)
    steps, length = 5, 10
    inner = np.sort(rng.integers(0, length + 1, steps - 1))
    schedule = _Tabulated(np.array([0, *inner, length]) / length)
    got = np.cumsum(reveal_counts(schedule, steps, length, "full"))[:-1]
    distances = [
        ((np.array(other) - inner) ** 2).sum()
        for other in itertools.combinations(range(1, length), steps - 1)
    ]
    assert ((got - inner) ** 2).sum() == min(distances)


def test_the_paper_point_leaves_steps_empty() -> None:
    schedule = BetaSchedule(1, 0.2)
    assert np.count_nonzero(reveal_counts(schedule, 64, 256, "cumulative")) == 42
    assert expected_nfe(schedule, 64, 256, rounding="cumulative") == 42
    assert expected_nfe(schedule, 64, 256, rounding="full") == 64


@FEW
@given(SCHEDULES, st.integers(1, 20), st.integers(1, 20))
def test_more_steps_than_tokens(schedule: MaskSchedule, length: int, surplus: int) -> None:
    steps = length + surplus
    full = reveal_counts(schedule, steps, length, "full")
    np.testing.assert_array_equal(full, reveal_counts(schedule, steps, length, "cumulative"))
    assert full.sum() == length
    assert expected_nfe(schedule, steps, length) <= length


@FEW
@given(SCHEDULES, st.integers(1, 40), st.integers(1, 100))
def test_fixed_nfe_counts_the_steps_that_reveal(
    schedule: MaskSchedule, steps: int, length: int
) -> None:
    cumulative = reveal_counts(schedule, steps, length, "cumulative")
    assert expected_nfe(schedule, steps, length, "fixed", "cumulative") == (cumulative > 0).sum()
    if steps <= length:
        assert expected_nfe(schedule, steps, length) == steps


@pytest.mark.parametrize(
    ("schedule", "steps", "length"),
    [(LINEAR, 8, 12), (BetaSchedule(1, 0.2), 64, 256), (BetaSchedule(5, 3), 16, 5)],
    ids=["linear", "uneven", "steep"],
)
def test_ancestral_nfe_is_the_mean_of_non_empty_steps(
    schedule: MaskSchedule, steps: int, length: int
) -> None:
    grid = reveal_grid(schedule, steps)
    rng = np.random.default_rng(11)
    non_empty = (rng.multinomial(length, np.diff(grid), size=20_000) > 0).sum(axis=1)
    standard_error = non_empty.std(ddof=1) / np.sqrt(len(non_empty))
    expected = expected_nfe(schedule, steps, length, "ancestral")
    assert abs(non_empty.mean() - expected) < 4 * standard_error
    assert expected == ancestral_nfe(grid, length)


@FEW
@given(SCHEDULES, st.integers(1, 60), st.integers(1, 100))
def test_ancestral_nfe_stays_within_the_budget(
    schedule: MaskSchedule, steps: int, length: int
) -> None:
    nfe = expected_nfe(schedule, steps, length, "ancestral")
    assert 1 - 1e-9 <= nfe <= min(steps, length) + 1e-9


@pytest.mark.parametrize("steps", [0, -3])
def test_fewer_than_one_step_is_refused(steps: int) -> None:
    with pytest.raises(ValueError, match=f"steps must be at least 1, got {steps}"):
        reveal_grid(LINEAR, steps)
    with pytest.raises(ValueError, match=f"steps must be at least 1, got {steps}"):
        reveal_counts(LINEAR, steps, 5)


@pytest.mark.parametrize("length", [0, -1])
def test_fewer_than_one_token_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=f"length must be at least 1, got {length}"):
        reveal_counts(LINEAR, 3, length)


def test_unknown_rounding_is_refused() -> None:
    with pytest.raises(ValueError, match="'full' or 'cumulative', got 'nearest'"):
        reveal_counts(LINEAR, 3, 5, "nearest")  # type: ignore[arg-type]


class _Tabulated(MaskSchedule):
    """Reveals ``fractions[k]`` at progress k / steps."""

    name = "tabulated"
    edge_exponents = (1.0, 1.0)

    def __init__(self, fractions: np.ndarray) -> None:
        self._fractions = fractions

    def revealed(self, progress: np.ndarray) -> np.ndarray:
        return np.interp(progress, np.linspace(0, 1, len(self._fractions)), self._fractions)

    def masked(self, progress: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def angular_speed_squared(self, progress: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def progress(self, revealed: np.ndarray) -> np.ndarray:
        raise NotImplementedError


BLOCKS = st.tuples(st.integers(1, 6), st.integers(1, 12), st.integers(1, 40))


@FEW
@given(SCHEDULES, BLOCKS, st.sampled_from(["full", "cumulative"]))
def test_the_schedule_starts_anew_in_every_block(
    schedule: MaskSchedule, shape: tuple[int, int, int], rounding: str
) -> None:
    blocks, inside, block_length = shape
    steps, length = blocks * inside, blocks * block_length
    counts = reveal_counts(schedule, steps, length, rounding, block_length)
    one = reveal_counts(schedule, inside, block_length, rounding)
    assert counts.dtype == np.int64
    assert counts.reshape(blocks, inside).tolist() == [one.tolist()] * blocks
    assert counts.sum() == length
    nfe = expected_nfe(schedule, steps, length, "fixed", rounding, block_length)
    assert nfe == blocks * expected_nfe(schedule, inside, block_length, "fixed", rounding)
    assert block_count(steps, length, block_length) == blocks


@FEW
@given(SCHEDULES, BLOCKS)
def test_the_grid_of_blocks_is_one_grid_after_the_other(
    schedule: MaskSchedule, shape: tuple[int, int, int]
) -> None:
    blocks, inside, _ = shape
    grid = reveal_grid(schedule, blocks * inside, blocks)
    assert grid.shape == (blocks * inside + 1,)
    assert (grid[0], grid[-1]) == (0, 1)
    assert (np.diff(grid) >= 0).all()
    one = reveal_grid(schedule, inside)
    for block in range(blocks):
        part = grid[block * inside : (block + 1) * inside + 1]
        # Values below one in float64.
        np.testing.assert_allclose(part * blocks - block, one, rtol=0, atol=1e-14 * blocks)


@FEW
@given(SCHEDULES, st.integers(1, 30), st.integers(1, 60))
def test_one_block_is_the_whole_sequence(schedule: MaskSchedule, steps: int, length: int) -> None:
    expected = reveal_counts(schedule, steps, length).tolist()
    assert reveal_counts(schedule, steps, length, block_length=length).tolist() == expected
    assert reveal_counts(schedule, steps, length, block_length=None).tolist() == expected
    assert reveal_grid(schedule, steps, 1).tolist() == reveal_grid(schedule, steps).tolist()


@pytest.mark.parametrize(
    ("steps", "length", "block_length"),
    [(4, 16, 5), (3, 16, 8), (4, 16, 32), (1, 16, 8), (4, 16, 0), (4, 16, -4)],
)
def test_uneven_blocks_are_refused(steps: int, length: int, block_length: int) -> None:
    message = f"blocks of {block_length} tokens do not share {length} tokens and {steps} steps"
    with pytest.raises(ValueError, match=message):
        reveal_counts(LINEAR, steps, length, block_length=block_length)
    with pytest.raises(ValueError, match=message):
        block_count(steps, length, block_length)


@pytest.mark.parametrize("blocks", [3, 8, 0, -1])
def test_a_grid_of_uneven_blocks_is_refused(blocks: int) -> None:
    with pytest.raises(ValueError, match=f"{blocks} blocks do not share 4 steps evenly"):
        reveal_grid(LINEAR, 4, blocks)

"""From a schedule to integers: reveal grid, reveal counts, NFE (docs/mathematics.md 4)."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from mdm_opt.schedules.base import Array, MaskSchedule

Counts = npt.NDArray[np.int64]
Rounding = Literal["full", "cumulative"]
Reveal = Literal["fixed", "ancestral"]

# A boundary that is a half in exact arithmetic must round up whatever its last bits are.
_HALF_TOLERANCE = 1e-9
# Of the tables of a dynamic programme.
_MOST_VALUES = 4_000_000


def reveal_grid(schedule: MaskSchedule, steps: int, blocks: int = 1) -> Array:
    """alpha_k = alpha(k / steps).

    Args:
        schedule: mask schedule.
        steps: number of steps N >= 1.
        blocks: in each of which the schedule starts anew; divides the steps.

    Returns:
        float64 ``(steps + 1,)``, from 0 to 1, non-decreasing.

    Raises:
        ValueError: for fewer than one step, or blocks that do not share the steps evenly.
    """
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}")
    if blocks < 1 or steps % blocks:
        raise ValueError(f"{blocks} blocks do not share {steps} steps evenly")
    inside = steps // blocks
    grid: Array = np.maximum.accumulate(schedule.revealed(np.arange(inside + 1) / inside))
    return _in_blocks(grid, blocks)


def _in_blocks(grid: Array, blocks: int) -> Array:
    if blocks == 1:
        return grid
    starts = np.arange(blocks)[:, None]
    return np.append(((starts + grid[:-1]) / blocks).ravel(), 1.0)


def reveal_counts(
    schedule: MaskSchedule,
    steps: int,
    length: int,
    rounding: Rounding = "full",
    block_length: int | None = None,
) -> Counts:
    """Tokens revealed by each step under fixed cardinality.

    ``cumulative`` rounds length * alpha_k half up and may reveal nothing in a step. ``full`` takes
    the boundaries nearest to those (least squares) among those that reveal at least one token in
    every step; with more steps than tokens that is impossible and both are the same.

    Args:
        schedule: mask schedule.
        steps: number of steps N >= 1.
        length: tokens to reveal, L >= 1.
        rounding: ``full`` or ``cumulative``.
        block_length: tokens of a block, in each of which the schedule starts anew with its share
            of the steps; None for one block.

    Returns:
        int64 ``(steps,)``, non-negative, sum = ``length``.

    Raises:
        ValueError: for an unknown rounding, steps or length below 1, and blocks that do not
            share length and steps evenly.
    """
    return grid_and_counts(schedule, steps, length, rounding, block_length)[1]


def grid_and_counts(
    schedule: MaskSchedule,
    steps: int,
    length: int,
    rounding: Rounding = "full",
    block_length: int | None = None,
) -> tuple[Array, Counts]:
    """What `reveal_grid` and `reveal_counts` return, from one evaluation of the schedule.

    Arguments and errors as `reveal_counts`.
    """
    blocks = block_count(steps, length, block_length)
    if length < 1:
        raise ValueError(f"length must be at least 1, got {length}")
    if rounding not in ("full", "cumulative"):
        raise ValueError(f"rounding must be 'full' or 'cumulative', got {rounding!r}")
    grid = reveal_grid(schedule, steps // blocks)
    ideal = length // blocks * grid
    counts = np.diff(rounded_boundaries(ideal[None], rounding)[0]).astype(np.int64, copy=False)
    return _in_blocks(grid, blocks), counts if blocks == 1 else np.tile(counts, blocks)


def rounded_boundaries(ideal: Array, rounding: Rounding) -> Counts:
    """Boundaries of the steps, rounded as `reveal_counts` says.

    Args:
        ideal: float64 ``(rows, steps + 1)``, tokens known before each step and at the end; the
            same length at the end of every row.
        rounding: ``full`` or ``cumulative``.

    Returns:
        int64 ``(rows, steps + 1)``, from 0 to the length.
    """
    length, steps = round(float(ideal[0, -1])), ideal.shape[1] - 1
    boundaries = plainly_rounded(ideal)
    boundaries[:, 0], boundaries[:, -1] = 0, length
    if rounding == "full" and steps <= length:
        boundaries = nearest_increasing(boundaries)
    return boundaries


def plainly_rounded(ideal: Array) -> Counts:
    """Halves up, int64 of the same shape."""
    return np.floor(ideal + 0.5 + _HALF_TOLERANCE).astype(np.int64)


def block_count(steps: int, length: int, block_length: int | None) -> int:
    """Blocks of a sequence.

    Raises:
        ValueError: where they do not share length and steps evenly.
    """
    if block_length is None or block_length == length:
        return 1
    if block_length < 1 or length % block_length or steps % (length // block_length):
        raise ValueError(
            f"blocks of {block_length} tokens do not share {length} tokens and {steps} steps "
            "evenly"
        )
    return length // block_length


def nearest_increasing(boundaries: Counts) -> Counts:
    """Strictly increasing integers with the same ends, least squared distance to each row.

    Subtracting 0, 1, ..., N turns "strictly increasing" into "non-decreasing with values in
    0..L-N", which a dynamic programme over (step, value) solves exactly in O(N (L - N)).

    Args:
        boundaries: int64 ``(rows, steps + 1)``, non-decreasing, from 0 to one length of at least
            ``steps``.
    """
    flat = np.flatnonzero((boundaries[:, 1:] <= boundaries[:, :-1]).any(axis=1))
    if not len(flat):
        return boundaries
    if len(boundaries) == 1:
        return _nearest_of(boundaries.tobytes()).copy()
    rows, kinds = np.unique(boundaries[flat], axis=0, return_inverse=True)
    steps = rows.shape[1] - 1
    many = max(1, _MOST_VALUES // ((steps + 1) * (int(rows[0, -1]) - steps + 1)))
    parts = [_nearest(rows[start : start + many]) for start in range(0, len(rows), many)]
    found = boundaries.copy()
    found[flat] = np.concatenate(parts)[kinds.ravel()]
    return found


# Of candidates that are near each other many have the same boundaries.
@lru_cache(maxsize=2048)
def _nearest_of(row: bytes) -> Counts:
    return _nearest(np.frombuffer(row, dtype=np.int64)[None])


def _nearest(boundaries: Counts) -> Counts:
    count, steps = boundaries.shape[0], boundaries.shape[1] - 1
    slack = int(boundaries[0, -1]) - steps
    targets = boundaries - np.arange(steps + 1)
    values = np.arange(slack + 1)
    best = np.full((count, slack + 1), np.inf)
    best[:, 0] = 0.0
    from_value = np.zeros((steps + 1, count, slack + 1), dtype=np.int32)
    first = np.ones((count, 1), dtype=bool)
    for step in range(1, steps + 1):
        running = np.minimum.accumulate(best, axis=1)
        improves = np.concatenate([first, best[:, 1:] < running[:, :-1]], axis=1)
        from_value[step] = np.maximum.accumulate(np.where(improves, values, 0), axis=1)
        best = running + (values - targets[:, step, None]).astype(np.float64) ** 2
    shifted = np.empty_like(boundaries)
    shifted[:, steps] = slack
    rows = np.arange(count)
    for step in range(steps, 0, -1):
        shifted[:, step - 1] = from_value[step, rows, shifted[:, step]]
    return shifted + np.arange(steps + 1)


def expected_nfe(
    schedule: MaskSchedule,
    steps: int,
    length: int,
    reveal: Reveal = "fixed",
    rounding: Rounding = "full",
    block_length: int | None = None,
) -> float:
    """Model calls for one sequence; a step that reveals nothing makes none.

    Exact for ``fixed``; for ``ancestral`` the expectation of the number of non-empty steps,
    sum_k 1 - (1 - (alpha_{k+1} - alpha_k))^L.

    Args:
        schedule: mask schedule.
        steps: step budget N >= 1.
        length: tokens of one sequence.
        reveal: ``fixed`` or ``ancestral``.
        rounding: of the fixed counts.
        block_length: see `reveal_counts`; under ``fixed`` only.

    Raises:
        ValueError: as `reveal_counts`, and for an unknown reveal.
    """
    if reveal == "fixed":
        counts = reveal_counts(schedule, steps, length, rounding, block_length)
        return float(np.count_nonzero(counts))
    if reveal != "ancestral":
        raise ValueError(f"reveal must be 'fixed' or 'ancestral', got {reveal!r}")
    return ancestral_nfe(reveal_grid(schedule, steps), length)


def ancestral_nfe(grid: Array, length: int) -> float:
    """Expected number of non-empty steps of ancestral sampling.

    Args:
        grid: float64 ``(steps + 1,)``, the reveal grid.
        length: tokens of one sequence.
    """
    return float((1 - (1 - np.diff(grid)) ** length).sum())

"""Schedules of any shape: given by counts, and the coordinates in which counts are searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from mdm_opt.schedules.base import Array, MaskSchedule, checked_unit
from mdm_opt.schedules.counts import Counts, nearest_increasing

# Angles of a schedule are compared at these shares of its steps.
_PROGRESS = np.arange(1, 8) / 8
SHAPE_ANGLES = len(_PROGRESS)


@dataclass(frozen=True)
class CountsSchedule(MaskSchedule):
    """The schedule that reveals given counts: straight between the boundaries of the steps.

    Attributes:
        counts: tokens that each step reveals, all at least 1.

    Raises:
        ValueError: for no counts, or one below 1.
    """

    counts: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.counts or min(self.counts) < 1:
            raise ValueError(f"counts must be at least 1 each, got {self.counts}")

    @property
    def name(self) -> str:
        return f"counts({', '.join(map(str, self.counts))})"

    @property
    def length(self) -> int:
        """Tokens that are revealed in all."""
        return sum(self.counts)

    @property
    def edge_exponents(self) -> tuple[float, float]:
        return 1.0, 1.0

    @property
    def _knots(self) -> tuple[Array, Array]:
        steps = len(self.counts)
        boundaries = np.concatenate([[0], np.cumsum(self.counts)])
        return np.arange(steps + 1) / steps, boundaries / self.length

    def revealed(self, progress: npt.ArrayLike) -> Array:
        return np.asarray(np.interp(checked_unit(progress, "progress"), *self._knots))

    def masked(self, progress: npt.ArrayLike) -> Array:
        times, _ = self._knots
        remaining = np.concatenate([[0], np.cumsum(self.counts[::-1])]) / self.length
        return np.asarray(np.interp(1 - checked_unit(progress, "progress"), times, remaining))

    def angular_speed_squared(self, progress: npt.ArrayLike) -> Array:
        t = checked_unit(progress, "progress")
        step = np.minimum((t * len(self.counts)).astype(np.int64), len(self.counts) - 1)
        speed = np.asarray(self.counts)[step] * len(self.counts) / self.length
        return np.asarray(speed**2 / (self.revealed(t) * self.masked(t)))

    def progress(self, revealed: npt.ArrayLike) -> Array:
        times, fractions = self._knots
        return np.asarray(np.interp(checked_unit(revealed, "revealed"), fractions, times))


def shape_angles(grid: Array) -> Array:
    """The angles arcsin sqrt(alpha) of schedules, whose distances say how much they differ.

    Args:
        grid: float64 ``(schedules, steps + 1)``, reveal grids.

    Returns:
        float64 ``(schedules, 7)`` in [0, pi/2], at eighths of the steps.
    """
    steps = grid.shape[1] - 1
    angles = np.arcsin(np.sqrt(np.clip(grid, 0.0, 1.0)))
    place = _PROGRESS * steps
    left = np.minimum(place.astype(np.int64), steps - 1)
    share = place - left
    return np.asarray(angles[:, left] * (1 - share) + angles[:, left + 1] * share)


def count_coordinates(counts: Sequence[int] | Counts, dimensions: int) -> Array:
    """The slowest cosines of the logarithms of counts: what distinguishes shapes most.

    Args:
        counts: integers ``(steps,)``, all at least 1.
        dimensions: how many, in 0..steps - 1.

    Returns:
        float64 ``(dimensions,)``; all zero for equal counts.
    """
    return np.asarray(
        scipy.fft.dct(np.log(np.asarray(counts, dtype=np.float64)), norm="ortho")[
            1 : dimensions + 1
        ]
    )


def counts_at(coordinates: npt.ArrayLike, like: Sequence[int] | Counts) -> Counts:
    """Counts with the given coordinates that resemble others in everything else.

    Args:
        coordinates: float64 ``(dimensions,)``, see `count_coordinates`.
        like: integers ``(steps,)``, all at least 1; whose remaining cosines are taken.

    Returns:
        int64 ``(steps,)``, all at least 1, with the sum of ``like``. Exactly ``like`` where the
        coordinates are its own; else they are met up to rounding.
    """
    wanted = np.asarray(coordinates, dtype=np.float64)
    cosines = scipy.fft.dct(np.log(np.asarray(like, dtype=np.float64)), norm="ortho")
    cosines[1 : len(wanted) + 1] = wanted
    logs = scipy.fft.idct(cosines, norm="ortho")
    shares = np.exp(logs - logs.max())
    length = int(np.sum(like))
    ideal = np.concatenate([[0.0], np.cumsum(shares / shares.sum())]) * length
    boundaries = np.floor(ideal + 0.5).astype(np.int64)
    boundaries[-1] = length
    return np.asarray(np.diff(nearest_increasing(boundaries[None])[0]), dtype=np.int64)

"""What is searched: candidates, and how Optuna sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution

from mdm_opt.config import SamplerTable, SpaceTable
from mdm_opt.schedules import (
    BetaSchedule,
    Counts,
    CountsSchedule,
    MaskSchedule,
    Rounding,
    count_coordinates,
    reveal_counts,
)

# Counts are searched along their slowest cosines; two parameters are what a Beta schedule has.
MAX_COORDINATES = 4
# Far beyond what counts of 2^20 tokens can reach.
_COORDINATE_BOUND = 64.0


@dataclass(frozen=True)
class Point:
    """A candidate of the search space: a Beta schedule, or counts in the family ``free``.

    Attributes:
        steps: step budget.
        beta_a: of the schedule, or None.
        beta_b: of the schedule, or None.
        counts: tokens that each step reveals, or None.
    """

    steps: int
    beta_a: float | None = None
    beta_b: float | None = None
    counts: tuple[int, ...] | None = None

    @property
    def schedule(self) -> MaskSchedule:
        """The mask schedule.

        Raises:
            ValueError: where the point has neither parameters nor counts.
        """
        if self.counts is not None:
            return CountsSchedule(self.counts)
        if self.beta_a is None or self.beta_b is None:
            raise ValueError(f"no candidate: {self}")
        return BetaSchedule(self.beta_a, self.beta_b)


@dataclass(frozen=True)
class Setting:
    """What a study searches in.

    Attributes:
        space: step counts, family and bounds.
        sampler: reveal, rounding and blocks.
        length: tokens of one sequence.
    """

    space: SpaceTable
    sampler: SamplerTable
    length: int

    def candidate_key(self, point: Point) -> tuple[object, ...]:
        """Equal for two points of a step budget iff they are the same candidate."""
        if self.sampler.reveal == "ancestral":
            return (point.beta_a, point.beta_b)
        return tuple(self.counts(point).tolist())

    def counts(self, point: Point) -> Counts:
        """Fixed counts of a candidate, int64 ``(steps,)``."""
        sampler = self.sampler
        return _counts(
            point.schedule, point.steps, self.length, sampler.rounding, sampler.block_length
        )


@lru_cache(maxsize=8192)
def _counts(
    schedule: MaskSchedule, steps: int, length: int, rounding: Rounding, block_length: int | None
) -> Counts:
    return reveal_counts(schedule, steps, length, rounding, block_length)


def distributions(space: SpaceTable, steps: int) -> dict[str, BaseDistribution]:
    """The parameters of one step budget: (beta_a, beta_b) on a log scale, or coordinates."""
    if space.family == "free":
        names = [f"free_{i}" for i in range(1, dimensions(steps) + 1)]
        return {name: FloatDistribution(-_COORDINATE_BOUND, _COORDINATE_BOUND) for name in names}
    return {
        "beta_a": FloatDistribution(space.beta_a[0], space.beta_a[1], log=True),
        "beta_b": FloatDistribution(space.beta_b[0], space.beta_b[1], log=True),
    }


def all_distributions(space: SpaceTable, steps: int) -> dict[str, BaseDistribution]:
    """The same, and the step count itself."""
    return {"steps": CategoricalDistribution(space.steps), **distributions(space, steps)}


def dimensions(steps: int) -> int:
    """How many coordinates counts of a step budget have."""
    return min(steps - 1, MAX_COORDINATES)


def params(point: Point) -> dict[str, float]:
    """A candidate as Optuna's parameters; counts by the coordinates that are searched."""
    if point.counts is not None:
        found = count_coordinates(point.counts, dimensions(point.steps))
        return {f"free_{i}": float(x) for i, x in enumerate(found, start=1)}
    if point.beta_a is None or point.beta_b is None:
        raise ValueError(f"no candidate: {point}")
    return {"beta_a": point.beta_a, "beta_b": point.beta_b}


def boundary_fractions(counts: Sequence[int]) -> np.ndarray:
    """Revealed fractions at the ends of the steps, float64 ``(steps + 1,)``."""
    total = np.concatenate([[0], np.cumsum(counts)])
    return np.asarray(total / total[-1], dtype=np.float64)

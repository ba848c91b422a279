"""Common random numbers of births: a clock for each count (docs/mathematics.md 7, 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mdm_opt.processes.base import Array

# What the raw words of an instance are for; each has a region of its generator's counter.
_CLOCK, _UNITS, _ROUNDING = range(3)


@dataclass(frozen=True, eq=False)
class BirthsNoise:
    """The randomness of a batch of instances, the same for every schedule.

    Each count of an instance has a Poisson clock of rate 1. A step lets it run for as long as the
    rate of births accumulates, and the arrivals that it passes are born: the count is the number
    of arrivals within the accumulated rate. So any two grids use the same clock, whatever their
    step numbers, and where their accumulated rates are equal, so are their counts. Binomial births
    use it, too, see `births.steps`. Randomised rounding takes uniform numbers besides, one for
    each count and step: these are shared by the steps of one index.

    All of it is drawn when it is first asked for, each row by itself from a counter-based
    generator keyed by (seed, instance), of which only raw 64-bit words are used.

    Args:
        instances: instance ids, each in 0..2^64 - 1.
        seed: the study's seed, in 0..2^64 - 1.
        length: counts of one sequence.
        max_count: the largest count, after which nothing is born.
    """

    instances: Sequence[int]
    seed: int
    length: int
    max_count: int

    def __len__(self) -> int:
        return len(self.instances)

    def rows(self, rows: Sequence[int]) -> BirthsNoise:
        """The noise of some of the instances."""
        chosen = [self.instances[row] for row in rows]
        return BirthsNoise(chosen, self.seed, self.length, self.max_count)

    @cached_property
    def clock(self) -> Array:
        """Arrival times of each clock, float64 ``(batch, length, max_count)``, ascending."""
        times = self._uniforms(_CLOCK)
        # In place: a batch of pictures has hundreds of megabytes of arrivals. The difference is
        # exact, and never 0.
        np.subtract(1.0, times, out=times)
        np.log(times, out=times)
        np.negative(times, out=times)
        return np.cumsum(times, axis=2, out=times)

    @cached_property
    def unit_times(self) -> Array:
        """When each unit of a count arrives, float64 ``(batch, length, max_count)`` in [0, 1).

        In alpha: a clean count of n has arrived up to alpha as far as its first n times are below.
        """
        return self._uniforms(_UNITS)

    def rounding(self, index: int) -> Array:
        """Uniform numbers of the step of an index, float64 ``(batch, length)`` in [0, 1)."""
        found = np.empty((len(self), self.length))
        for row in range(len(self)):
            self._fill(found[row], row, _ROUNDING, index)
        return found

    def _uniforms(self, purpose: int) -> Array:
        """One for each count and unit, float64 ``(batch, length, max_count)`` in [0, 1)."""
        found = np.empty((len(self), self.length, self.max_count))
        for row in range(len(self)):
            self._fill(found[row], row, purpose)
        return found

    def _fill(self, found: Array, row: int, purpose: int, index: int = 0) -> None:
        """Makes an array one of uniform numbers, of 53 bits each."""
        key = np.array([self.seed, self.instances[row]], dtype=np.uint64)
        counter = np.array([0, 0, index, purpose], dtype=np.uint64)
        words = np.random.Philox(key=key, counter=counter).random_raw(found.size)
        words >>= np.uint64(11)
        np.multiply(words.reshape(found.shape), 2.0**-53, out=found)

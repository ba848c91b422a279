"""Candidates that a search chooses from: what a pool is, and that of a box of parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from mdm_opt.candidates.base import Bounds, Candidate, Family
from mdm_opt.candidates.costs import Costs
from mdm_opt.candidates.parameters import Choice, Range, Value
from mdm_opt.schedules.base import Array

SPREAD, NEAR = 256, 192
# How far a proposal may be from a parent: standard deviations of logarithms, and of quarters of
# the range where differences count.
_STEPS = (0.05, 0.15, 0.45)
# How often a neighbour has another option of a choice.
_SWITCHES = 0.2


class Pool(Protocol):
    """Candidates of one step budget that the search chooses from."""

    def candidates(
        self, rng: np.random.Generator, parents: Sequence[Candidate], *, wide: bool
    ) -> Iterator[Candidate]:
        """Candidates, the most promising first; some may be the same.

        Args:
            rng: the randomness.
            parents: good ones, to look around.
            wide: whether to look everywhere, too.
        """
        ...

    def anything(self, rng: np.random.Generator) -> Candidate:
        """Some candidate, where all have been measured."""
        ...


class BoxPool:
    """The profile's optimum, candidates all over the box, and some near good ones.

    Args:
        family: whose candidates they are.
        steps: step budget.
        bounds: of the study.
        costs: what the profile predicts, where it is known.
    """

    def __init__(self, family: Family, steps: int, bounds: Bounds, costs: Costs | None) -> None:
        self._family, self._steps, self._bounds, self._costs = family, steps, bounds, costs
        self._ranges = [one for one in family.parameters if isinstance(one, Range)]
        self._choices = [one for one in family.parameters if isinstance(one, Choice)]
        ends = np.array([bounds[one.name] for one in self._ranges], dtype=np.float64)
        self._ends = ends.reshape(-1, 2).T
        self._log = np.array([one.log for one in self._ranges], dtype=bool)
        self._low, self._high = self._inner(self._ends)
        self._unit = np.where(self._log, 1.0, (self._high - self._low) / 4)

    def candidates(
        self, rng: np.random.Generator, parents: Sequence[Candidate], *, wide: bool
    ) -> Iterator[Candidate]:
        """See `Pool.candidates`."""
        if self._costs is not None:
            yield self._family.optimum(self._steps, self._bounds, self._costs)
        if wide:
            yield from self._points(rng, self.spread(rng, SPREAD), None)
        for parent in parents:
            values = [float(parent.parameters[one.name]) for one in self._ranges]
            center = self._inner(np.array(values))
            for step in _STEPS:
                noise = rng.normal(size=(NEAR // len(_STEPS), len(center)))
                yield from self._points(rng, center + step * self._unit * noise, parent)

    def anything(self, rng: np.random.Generator) -> Candidate:
        """See `Pool.anything`."""
        return next(self._points(rng, self.spread(rng, 1), None))

    def spread(self, rng: np.random.Generator, count: int) -> Array:
        """Points all over the box, float64 ``(at most count, ranges)``, logarithms where log."""
        unit = rng.random((count, len(self._low)))
        return np.asarray(self._low + unit * (self._high - self._low))

    def _inner(self, values: Array) -> Array:
        return np.where(self._log, np.log(np.where(self._log, values, 1.0)), values)

    def _points(
        self, rng: np.random.Generator, inner: Array, parent: Candidate | None
    ) -> Iterator[Candidate]:
        clipped = np.clip(inner, self._low, self._high)
        outer = np.where(self._log, np.exp(np.where(self._log, clipped, 0.0)), clipped)
        # The logarithm of a bound may come back as a number just outside it.
        for point in np.clip(outer, *self._ends):
            values: dict[str, Value] = {
                one.name: float(value) for one, value in zip(self._ranges, point, strict=True)
            }
            for one in self._choices:
                options = self._bounds[one.name]
                values[one.name] = options[int(rng.integers(len(options)))]
                if parent is not None and rng.random() > _SWITCHES:
                    values[one.name] = parent.parameters[one.name]
            yield Candidate(self._family.name, self._steps, values)

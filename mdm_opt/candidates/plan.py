"""What a candidate does to sequences of one length: steps on a grid, counts, a rule."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from mdm_opt.schedules import Counts, ancestral_nfe
from mdm_opt.schedules.base import Array

# What a position is certain by: its top probability, its entropy, or the sum of the entropies of
# all that are certain.
Measure = Literal["confidence", "entropy", "bound"]
MEASURES: tuple[str, ...] = get_args(Measure)
# The guard of candidates whose calls only samples tell: mean calls minus the step budget.
CALLS = "calls"


@dataclass(frozen=True)
class Rule:
    """Reveals what the model is certain of, and of the rest a share (docs/mathematics.md 4).

    Attributes:
        measure: what a position is certain by, see `Measure`; always under the model's law at
            temperature 1.
        cutoff: ``confidence``: the least top probability. ``entropy``: the largest entropy of a
            position in nats. ``bound``: positions are certain by rising entropy while the sum of
            their entropies without the largest is at most this, in nats.
        cap: steps of the schedule that gives the share of the rest; None for no schedule: then
            the rest is left alone, except for its most certain position where nothing is certain.
    """

    measure: Measure
    cutoff: float
    cap: int | None = None

    @property
    def scheduled(self) -> bool:
        """Whether a schedule gives the share of the rest."""
        return self.cap is not None

    @property
    def label(self) -> str:
        """The rule in a few words, e.g. ``entropy <= 0.05``."""
        sign = ">=" if self.measure == "confidence" else "<="
        return f"{self.measure} {sign} {self.cutoff:.3g}"


@dataclass(frozen=True, eq=False)
class Plan:
    """What a candidate does to sequences of one length under one decoding.

    Attributes:
        grid: float64 ``(steps + 1,)``, alpha at the ends of the steps, from 0 to 1.
        counts: int64 ``(steps,)``, tokens that each step reveals; None where that is random.
        length: tokens of one sequence.
        rule: that decides what a step reveals; None where the schedule alone does.
        shares: int64 ``(steps,)``, tokens that the schedule of a rule would reveal by itself, of
            which the rest gets its share; None without a rule. The steps are the most there are.

    The arrays are read-only, for plans are shared.
    """

    grid: Array
    counts: Counts | None
    length: int
    rule: Rule | None = None
    shares: Counts | None = None

    def __post_init__(self) -> None:
        for array in (self.grid, self.counts, self.shares):
            if array is not None:
                array.setflags(write=False)

    @property
    def steps(self) -> int:
        """Number of steps, the most there are under a rule."""
        return len(self.grid) - 1

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for two plans of a length only where their steps do the same."""
        arrays = self.shares, self.counts, self.grid
        decisive = next(array for array in arrays if array is not None)
        return self.rule, decisive.tobytes()

    @property
    def realised(self) -> Array:
        """Revealed fraction at the ends of the steps, after rounding; shape as `grid`.

        Under a rule that of its schedule.
        """
        counts = self.counts if self.rule is None else self.shares
        if counts is None:
            return self.grid
        return np.concatenate([[0], np.cumsum(counts)]) / self.length

    @cached_property
    def nfe(self) -> float:
        """Model calls that one sequence is expected to cost: steps that reveal something.

        Raises:
            ValueError: under a rule, whose calls only samples tell.
        """
        if self.rule is not None:
            raise ValueError(f"only samples tell how many calls the rule {self.rule.label} costs")
        if self.counts is None:
            return ancestral_nfe(self.grid, self.length)
        return float(np.count_nonzero(self.counts))


@dataclass(frozen=True, eq=False)
class GridPlan(Plan):
    """A plan of a process whose steps have no counts: a step is a call, wherever it leads.

    Its grid may begin above 0, where the process starts from noise that is nearly clean of data.
    """

    @property
    def realised(self) -> Array:
        """How far the steps are along the grid, from 0 to 1; shape as `grid`."""
        found: Array = (self.grid - self.grid[0]) / (self.grid[-1] - self.grid[0])
        return found

    @cached_property
    def nfe(self) -> float:
        """Model calls of one sequence: steps that lead anywhere."""
        return float(np.count_nonzero(np.diff(self.grid) > 0))


@dataclass(frozen=True, eq=False)
class OwnPlan(Plan):
    """What a sampler of the user's does: nothing is known of its steps before it has sampled."""

    @property
    def nfe(self) -> float:
        """None: only samples tell.

        Raises:
            ValueError: always.
        """
        raise ValueError("only samples tell how many calls a sampler of your own makes")

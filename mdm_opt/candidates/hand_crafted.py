"""Schedules without parameters: baselines that no study searches."""

from __future__ import annotations

from mdm_opt.candidates.base import Candidate, Family
from mdm_opt.candidates.beta import beta
from mdm_opt.schedules import CosineSchedule, MaskSchedule, SineSchedule


class Sine(Family):
    """alpha(t) = sin(pi t / 2)."""

    name = "sine"
    searchable = False

    def schedule(self, candidate: Candidate) -> MaskSchedule:
        """See `Family.schedule`."""
        return SineSchedule()


class Cosine(Family):
    """alpha(t) = 1 - cos(pi t / 2): MaskGIT's cosine mask ratio."""

    name = "cosine"
    searchable = False

    def schedule(self, candidate: Candidate) -> MaskSchedule:
        """See `Family.schedule`."""
        return CosineSchedule()


SINE, COSINE = Sine(), Cosine()


def baseline(name: str, steps: int) -> Candidate:
    """A baseline in a number of steps.

    Args:
        name: ``linear`` (alpha = t), ``sin2`` (sin^2(pi t/2)), ``sine`` or ``cosine``.
        steps: step budget.

    Raises:
        ValueError: for another name.
    """
    points = {"linear": (0.5, 0.5), "sin2": (1.0, 1.0)}
    if name in points:
        return beta(*points[name], steps)
    if name not in BASELINES:
        raise ValueError(f"no schedule named {name!r}; known: {', '.join(BASELINES)}")
    return Candidate(name, steps)


# The schedules that results are compared with, by the names used everywhere.
BASELINES = ("linear", "sin2", "sine", "cosine")

"""Schedules without parameters: baselines that no study searches."""

from __future__ import annotations

from mdm_opt.candidates.base import Candidate, Family
from mdm_opt.candidates.beta import beta
from mdm_opt.schedules import NAMED_SCHEDULES, MaskSchedule


class HandCrafted(Family):
    """One schedule that others have published.

    Args:
        name: of `mdm_opt.schedules.NAMED_SCHEDULES`.
    """

    searchable = False

    def __init__(self, name: str) -> None:
        # One class serves all: what is a class attribute elsewhere differs by instance here.
        self.name = name  # type: ignore[misc]

    def schedule(self, candidate: Candidate) -> MaskSchedule:
        """See `Family.schedule`."""
        return NAMED_SCHEDULES[self.name]


# Those of masked models, of Blackout Diffusion, and of uniform corruption.
HAND_CRAFTED = tuple(
    HandCrafted(name) for name in ("sine", "cosine", "logit", "constant_rate", "exponential_rate")
)


def baseline(name: str, steps: int) -> Candidate:
    """A baseline in a number of steps.

    Args:
        name: one of `BASELINES`: ``linear`` (alpha = t), ``sin2`` (sin^2(pi t/2)), ...
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
BASELINES = ("linear", "sin2", *(one.name for one in HAND_CRAFTED))

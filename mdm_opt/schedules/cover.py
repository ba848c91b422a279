"""Schedules that together are good under whatever profile the measurement leaves possible."""

from __future__ import annotations

import numpy as np

from mdm_opt.schedules.base import Array

# Values that a measurement leaves possible, as many as seeds and search look at.
DRAWS = 64
# What counts as good: within 5% of the best. Nearly good counts a little, less the farther off.
_GOOD = 1.05
_NEARLY, _FALLS = 0.25, 0.1
# In nats: below, a ratio to the best says nothing.
_FLOOR = 1e-3


def usefulness(costs: Array) -> Array:
    """How good schedules are under drawn profiles, float64 ``(candidates, draws)``.

    Args:
        costs: float64 ``(candidates, draws)``, path KL in nats.
    """
    ratio = _ratio(costs, costs.min(axis=0))
    return np.asarray((ratio <= _GOOD) + _NEARLY * np.exp(-(ratio - 1) / _FALLS))


def cover(costs: Array, first: int, count: int) -> list[int]:
    """Candidates that cover the draws: greedily the largest sum of the best usefulness.

    Args:
        costs: float64 ``(candidates, draws)``, path KL in nats.
        first: the candidate that comes first.
        count: of candidates, at least 1.

    Returns:
        At most ``count`` different candidates; fewer where no other adds anything.
    """
    useful = usefulness(costs)
    chosen, best = [first], useful[first]
    while len(chosen) < count:
        gains = np.maximum(useful, best).sum(axis=1) - best.sum()
        gains[chosen] = 0.0
        one = int(gains.argmax())
        if gains[one] <= 1e-9:
            break
        chosen.append(one)
        best = np.maximum(best, useful[one])
    return chosen


def share_of_good(costs: Array, least: Array) -> float:
    """The share of draws under which a candidate is within 5% of the best one.

    Args:
        costs: float64 ``(draws,)``, of the candidate.
        least: float64 ``(draws,)``, of the best one under each draw.
    """
    return float((_ratio(costs, least) <= _GOOD).mean())


def _ratio(costs: Array, least: Array) -> Array:
    # What is measured with noise may say less than 0 of what is never less.
    floored = np.maximum(costs, 0.0) + _FLOOR, np.maximum(least, 0.0) + _FLOOR
    return np.asarray(floored[0] / floored[1], dtype=np.float64)

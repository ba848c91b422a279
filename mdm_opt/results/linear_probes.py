"""Looking for the linear steps of equal quality with a few probes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mdm_opt.measurement import Measurement
from mdm_opt.results.comparison import Comparison
from mdm_opt.results.equal_steps import MOST_PROBES, Point, crossing
from mdm_opt.search import SearchSpace

# Growth of the steps tried while linear is worse: the first one, and the most; and how far beyond
# the steps at which it is expected to be as good, so that these lie between two that are known.
_GALLOP, _LEAP, _BEYOND = 1.35, 2.0, 1.25
# A probe has this share of the instances of a verification, and no fewer than so many.
_SHARE, _FEWEST = 8, 32
# Steps between which linear becomes as good are known well enough where their ratio is less.
_NEAR = 1.5


def find_equal_linear(
    compared: Comparison,
    space: SearchSpace,
    unit: int,
    most: int,
    known: Mapping[int, Measurement],
) -> None:
    """Measures linear schedules until it is known which steps equal the chosen candidate.

    Up to three probes, each on instances of its own, so that what is probed next can follow from
    those before without making their intervals wrong. Where probing costs no model calls, or the
    instances are too few for three, linear schedules are measured beside the candidate until the
    last two are neighbours.

    Args:
        compared: the candidate and linear at equal calls, measured.
        space: where the study looks, whose profile says where to probe first.
        unit: steps are multiples of it.
        most: steps of a sequence.
        known: linear schedules of the study's other step counts on the same instances, by steps.
    """
    size = max(_FEWEST, compared.planned // _SHARE)
    if compared.is_free or compared.winner.instances < MOST_PROBES * size:
        _find_neighbours(compared, unit, most)
        return
    start = compared.linear_steps
    for steps, found in sorted(known.items()):
        if steps > start:
            compared.adopt(steps, found)
    if _is_near(compared.points(compared.winner.instances)):
        return
    steps = _first(compared, space, start, unit, most)
    for number in range(MOST_PROBES):
        compared.probe(steps, number * size, size)
        points = compared.points((number + 1) * size)
        if steps == most and crossing(points, unit) is None:
            return
        steps = _next(points, start, unit, most)


def _is_near(points: Sequence[Point]) -> bool:
    """Whether step counts of the study already say where linear becomes as good."""
    worse = [point.steps for point in points if point.worse > 0]
    enough = [point.steps for point in points if point.worse <= 0]
    return bool(worse and enough) and 1 < min(enough) / max(worse) <= _NEAR


def _first(compared: Comparison, space: SearchSpace, start: int, unit: int, most: int) -> int:
    """Where to probe before anything has been: where the profile predicts as much path KL."""
    costs, candidate = space.costs, compared.winner.candidate
    steps = _GALLOP * start
    if costs is not None and costs.predicts(candidate):
        value = costs.of(candidate)
        steps = next(
            (n for n, one in enumerate(costs.linear(), start=1) if one <= value + 1e-12), steps
        )
    return _accepted(steps, start, unit, most)


def _next(points: Sequence[Point], start: int, unit: int, most: int) -> int:
    """Where linear is as good by the points so far; beyond them where it is at none."""
    found = crossing(points, unit)
    first, last = min(points), max(points)
    if found is not None:
        # At the start linear is worse on all instances, whatever the first few say.
        return _accepted(found if found > start else last.steps, start, unit, most)
    steps = _LEAP * last.steps
    if first.worse > last.worse:
        slope = (first.worse - last.worse) / math.log(last.steps / first.steps)
        steps = last.steps * min(_LEAP, _BEYOND * math.exp(min(1.0, last.worse / slope)))
    return _accepted(max(steps, last.steps + 1), start, unit, most)


def _accepted(steps: float, start: int, unit: int, most: int) -> int:
    """The multiple of the unit that is no less, beyond the start and within the sequence."""
    return min(most, max(start + unit, math.ceil(steps / unit - 1e-9) * unit))


def _find_neighbours(compared: Comparison, unit: int, most: int) -> None:
    """Measures linear schedules until the fewest steps that are as good are known.

    Quality is taken to improve with steps; the last two are neighbours.
    """
    low, high = 0, compared.linear_steps
    while not compared.reaches(high):
        if high == most:
            return
        low, high = high, min(most, math.ceil(high * _GALLOP / unit) * unit)
    while high - low > unit:
        middle = (low + high) // 2 // unit * unit
        low, high = (low, middle) if compared.reaches(middle) else (middle, high)

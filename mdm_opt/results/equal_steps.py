"""How many linear steps are as good as a schedule, from what was measured of linear ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mdm_opt.persistence import MeasurementRecord
from mdm_opt.statistics import paired_gain, simultaneous

# At most so many probes are chosen one after the other, each on instances of its own.
MOST_PROBES = 3
# Begins the label of a probe, which goes on with the place of its first instance; and the label
# of a linear schedule that was measured for another step count of the study.
PROBE, AGAIN = "linear from ", "linear again"


class Point(NamedTuple):
    """How much worse a linear schedule is than the one that was found.

    Attributes:
        steps: of the linear schedule.
        worse: mean over the instances of both; positive where it is worse.
        weight: how many instances.
    """

    steps: int
    worse: float
    weight: float


@dataclass(frozen=True)
class EqualSteps:
    """The linear steps of equal quality.

    Attributes:
        steps: fewest that are as good by what was measured; None where none of these is.
        interval: fewest steps that are not shown to be worse, and fewest that are shown to be at
            least as good, None where none are; None where it was not estimated by probes.
    """

    steps: int | None
    interval: tuple[int, int | None] | None


def probe_label(first: int) -> str:
    """Label of a probe whose first instance has this place."""
    return f"{PROBE}{first}"


def first_instance(label: str) -> int:
    """The place of the first instance of what has a label."""
    return int(label.removeprefix(PROBE)) if label.startswith(PROBE) else 0


def is_linear(label: str) -> bool:
    """Whether a label is one of a linear schedule."""
    return label in ("linear", AGAIN) or label.startswith(PROBE)


def crossing(points: Sequence[Point], unit: int = 1) -> int | None:
    """Fewest steps at which a linear schedule is no worse; None where it is worse at all points.

    Quality is taken to improve with steps: means that do not are pooled (isotonic regression), and
    what lies between two of them is a straight line over the logarithm of the steps. Where
    neighbours were measured, the second is it.

    Args:
        points: what was measured, in any order; several of one step count are pooled.
        unit: step counts are multiples of it.
    """
    blocks: list[list[Point]] = []
    for point in sorted(points):
        blocks.append([point])
        while len(blocks) > 1 and (
            blocks[-2][-1].steps == blocks[-1][0].steps or _worse(blocks[-2]) < _worse(blocks[-1])
        ):
            last = blocks.pop()
            blocks[-1] += last
    enough = next((place for place, one in enumerate(blocks) if _worse(one) <= 0), None)
    if enough is None:
        return None
    after = blocks[enough]
    most = after[0].steps
    if enough == 0:
        return most
    before = blocks[enough - 1]
    share = _worse(before) / (_worse(before) - _worse(after))
    middle = _middle(before) + share * (_middle(after) - _middle(before))
    found = math.ceil(math.exp(middle) / unit - 1e-9) * unit
    return max(before[-1].steps + unit, min(found, most)) if before[-1].steps < most else most


def equal_steps(
    direction: str, records: Sequence[MeasurementRecord], confidence: float, unit: int
) -> EqualSteps:
    """The linear steps of equal quality, from the verification of a step count.

    Each linear schedule is compared on the instances that it was measured on. The interval holds
    where the gain over linear does: a probe's instances had no part in choosing its steps, and all
    of them together err in a share of 1 - confidence at most (docs/mathematics.md 8).

    Args:
        direction: ``minimize`` or ``maximize``.
        records: of the verification, with the label ``best`` among them.
        confidence: of the interval, in (0, 1).
        unit: step counts are multiples of it.
    """
    best = next(record for record in records if record.label == "best")
    # Only one end of a probe's interval can say what is wrong of it.
    one_sided = simultaneous(2 * confidence - 1, MOST_PROBES)
    points, probed = [], False
    start = min(record.steps for record in records if record.label == "linear")
    low, high = start + unit, None
    for record in records:
        if not is_linear(record.label):
            continue
        own = best.scores[first_instance(record.label) :]
        count = min(len(own), record.instances)
        worse = paired_gain(own[:count], record.scores, direction, one_sided)
        points.append(Point(record.steps, worse.value, count))
        if not record.label.startswith(PROBE):
            continue
        probed = True
        if worse.low > 0:
            low = max(low, record.steps + unit)
        if worse.high <= 0:
            high = record.steps if high is None else min(high, record.steps)
    steps = crossing(points, unit)
    if not probed:
        return EqualSteps(steps, None)
    if steps is not None:
        steps = max(steps, low) if high is None else min(max(steps, low), high)
    return EqualSteps(steps, (low, high))


def _worse(block: Sequence[Point]) -> float:
    return sum(one.worse * one.weight for one in block) / sum(one.weight for one in block)


def _middle(block: Sequence[Point]) -> float:
    whole = sum(one.weight for one in block)
    return sum(math.log(one.steps) * one.weight for one in block) / whole

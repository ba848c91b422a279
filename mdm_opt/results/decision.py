"""What a verified result says is to be done."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from mdm_opt.statistics import Array, Estimate, needed_instances, paired_difference

# A gain whose proof takes more than so many times the instances is none that anybody looks for.
_MOST_TIMES = 16
# Of the baseline's calls: fewer saved calls than this share are not worth a word.
_LEAST_SAVED = 0.05


class FewerCalls(BaseModel):
    """Mean model calls of a sequence, and what is saved of the baseline's.

    `interval` is that of `baseline` - `mean`, paired over the instances of both.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    mean: float
    baseline: float
    interval: tuple[float, float]


class Decision(BaseModel):
    """What to do with the best schedule of a step count.

    `action` is "use" where its gain over the baseline is shown, "measure" where about `instances`
    more verification instances would show a gain of the measured size, and "keep" (the baseline)
    otherwise: where no gain was measured, where its proof would take more than 16 times the
    instances, where the guards do not hold, or where the best schedule found samples as the
    baseline does (`nothing_to_gain`).

    `fewer_calls` is there where the schedule is not shown to be worse and takes clearly fewer
    calls than the baseline. It changes no action: that no difference is shown does not say that
    there is none, and how much quality calls are worth is the user's to say.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    action: Literal["use", "keep", "measure"]
    baseline: str
    instances: int | None = None
    nothing_to_gain: bool = False
    fewer_calls: FewerCalls | None = None


def fewer_calls(own: Array, baseline: Array, confidence: float) -> FewerCalls | None:
    """What a schedule saves of a baseline's calls; None where it is not clearly something.

    Clear is a paired interval that lies above 5% of the baseline's calls.

    Args:
        own: model calls of each instance, float64 ``(n,)``; NaN where they are not known.
        baseline: float64 ``(m,)``, likewise; the instances of both are compared.
        confidence: of the interval, in (0, 1).
    """
    count = min(len(own), len(baseline))
    own, baseline = own[:count], baseline[:count]
    if not np.isfinite(own - baseline).all():
        return None
    mean, other = float(own.mean()), float(baseline.mean())
    saved = paired_difference(baseline, own, confidence)
    if saved.low <= _LEAST_SAVED * other:
        return None
    return FewerCalls(mean=mean, baseline=other, interval=(saved.low, saved.high))


def decide(
    gain: Estimate,
    instances: int,
    *,
    feasible: bool = True,
    same: bool = False,
    baseline: str = "linear",
    calls: FewerCalls | None = None,
) -> Decision:
    """The decision on a verified schedule.

    Args:
        gain: of the schedule over the baseline, with its interval.
        instances: that both were measured on.
        feasible: whether the guards of the schedule hold.
        same: whether the schedule and the baseline sample the same.
        baseline: its name.
        calls: where the schedule takes clearly fewer than the baseline, see `fewer_calls`.
    """
    saved = calls if feasible and not same and gain.high >= 0 else None
    keep = Decision(action="keep", baseline=baseline, nothing_to_gain=same, fewer_calls=saved)
    if same or not feasible or gain.value <= 0:
        return keep
    if gain.low > 0:
        return Decision(action="use", baseline=baseline, fewer_calls=saved)
    needed = needed_instances(instances, (gain.high - gain.low) / 2, gain.value)
    # An interval that is not even about its value may touch zero nevertheless.
    more = max(1, needed - instances)
    if needed > _MOST_TIMES * instances:
        return keep
    return Decision(action="measure", baseline=baseline, instances=more, fewer_calls=saved)

"""What a verified result says is to be done."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from mdm_opt.statistics import Estimate, needed_instances

# A gain whose proof takes more than so many times the instances is none that anybody looks for.
_MOST_TIMES = 16


class Decision(BaseModel):
    """What to do with the best schedule of a step count.

    `action` is "use" where its gain over the baseline is shown, "measure" where about `instances`
    more verification instances would show a gain of the measured size, and "keep" (the baseline)
    otherwise: where no gain was measured, where its proof would take more than 16 times the
    instances, where the guards do not hold, or where the best schedule found samples as the
    baseline does (`nothing_to_gain`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["use", "keep", "measure"]
    baseline: str
    instances: int | None = None
    nothing_to_gain: bool = False


def decide(
    gain: Estimate,
    instances: int,
    *,
    feasible: bool = True,
    same: bool = False,
    baseline: str = "linear",
) -> Decision:
    """The decision on a verified schedule.

    Args:
        gain: of the schedule over the baseline, with its interval.
        instances: that both were measured on.
        feasible: whether the guards of the schedule hold.
        same: whether the schedule and the baseline sample the same.
        baseline: its name.
    """
    keep = Decision(action="keep", baseline=baseline, nothing_to_gain=same)
    if same or not feasible or gain.value <= 0:
        return keep
    if gain.low > 0:
        return Decision(action="use", baseline=baseline)
    needed = needed_instances(instances, (gain.high - gain.low) / 2, gain.value)
    # An interval that is not even about its value may touch zero nevertheless.
    more = max(1, needed - instances)
    if needed > _MOST_TIMES * instances:
        return keep
    return Decision(action="measure", baseline=baseline, instances=more)

"""What families share whose candidates decide by a rule what a step reveals."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import ClassVar

import numpy as np

from mdm_opt.candidates.base import Bounds, Candidate, Family, Seed
from mdm_opt.candidates.costs import Costs
from mdm_opt.candidates.decoding import Decoding
from mdm_opt.candidates.plan import MEASURES, Measure, Plan, Rule
from mdm_opt.candidates.pools import BoxPool, Pool
from mdm_opt.messages import key_name
from mdm_opt.schedules import BetaSchedule, MaskSchedule
from mdm_opt.schedules.base import Array

# How far apart rules are on the scale of the angles of schedules, of which a few tenths lie
# between good and bad: by another measure, by a schedule for the rest, by a factor e of the
# cutoff and of the cap.
_MEASURE, _SCHEDULED, _CUTOFF, _CAP = 0.3, 0.5, 0.15, 0.3
# A cutoff that lets pass as little is nearly none.
_LEAST_DOUBT = 1e-3
RULE_COORDINATES = len(MEASURES) + 3


def rule_coordinates(plan: Plan, steps: int) -> Array:
    """Where the model of the search sees a rule, beside the angles of its schedule.

    Args:
        plan: of a candidate of any family.
        steps: its step budget.

    Returns:
        float64 ``(RULE_COORDINATES,)``; zeros where the schedule alone decides.
    """
    rule = plan.rule
    if rule is None:
        return np.zeros(RULE_COORDINATES)
    doubt = 1 - rule.cutoff if rule.measure == "confidence" else rule.cutoff
    cap = plan.steps / steps if rule.scheduled else 1.0
    return np.array(
        [
            *(_MEASURE * (rule.measure == one) for one in MEASURES),
            _SCHEDULED * (not rule.scheduled),
            _CUTOFF * math.log(max(doubt / _LEAST_DOUBT, 1.0)),
            _CAP * math.log(cap),
        ]
    )


class RuleFamily(Family):
    """Candidates that reveal what the model is certain of, and of the rest a share.

    The step budget N is the mean number of model calls that a candidate may cost, which is a
    guard of its measurement. What a profile predicts of schedules does not hold for them.
    """

    by_rule = True
    by_calls = True

    @abstractmethod
    def rule(self, candidate: Candidate) -> Rule:
        """See `Family.rule`."""

    def check_decoding(self, decoding: Decoding) -> None:
        """See `Family.check_decoding`."""
        try:
            decoding.check_rule()
        except ValueError as error:
            raise ValueError(f"{key_name('space.family')} {self.name!r}: {error}") from None

    def pool(self, steps: int, bounds: Bounds, costs: Costs | None = None, *, length: int) -> Pool:
        """See `Family.pool`; without what a profile predicts."""
        return BoxPool(self, steps, bounds, None)

    def profile_seeds(self, steps: int, bounds: Bounds, costs: Costs) -> list[Seed]:
        """None: a profile predicts nothing of rules."""
        return []


class PublishedRule(RuleFamily):
    """Reveals what is certain, or one position where nothing is; given by its ``cutoff``.

    Attributes:
        measure: what a position is certain by.
    """

    uses_profile = False
    # The rest is left alone or gives its most certain position, whatever the sampler's order.
    has_order = False
    measure: ClassVar[Measure]

    def rule(self, candidate: Candidate) -> Rule:
        """See `Family.rule`."""
        return Rule(self.measure, float(candidate.parameters["cutoff"]))

    def schedule(self, candidate: Candidate) -> MaskSchedule:
        """The linear one, of one token a step."""
        return BetaSchedule(0.5, 0.5)


def ladder(name: str, cutoffs: tuple[float, ...]) -> tuple[tuple[str, dict[str, float]], ...]:
    """Labels and parameters of seeds of a `PublishedRule`."""
    return tuple((f"{name}: {one:g}", {"cutoff": one}) for one in cutoffs)

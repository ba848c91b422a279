"""The family ``adaptive``: what is certain at once, the rest as a Beta schedule says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mdm_opt.candidates.base import Bounds, Candidate, Seed
from mdm_opt.candidates.beta import BETA
from mdm_opt.candidates.costs import Costs
from mdm_opt.candidates.parameters import Choice, Range, Value
from mdm_opt.candidates.plan import Rule
from mdm_opt.candidates.pools import BoxPool, Pool
from mdm_opt.candidates.rules import RuleFamily
from mdm_opt.schedules import BetaSchedule

CAP_RATIO, DOUBT, MEASURE = "cap_ratio", "doubt", "measure"
# Of the first candidates: steps of the schedule over the budget, and what counts as certain.
_RATIOS, _DOUBT = (1.0, 1.5, 2.0), 0.1


class Adaptive(RuleFamily):
    """A Beta schedule of ``cap_ratio`` N steps for what is not certain.

    ``doubt`` is what still counts as certain: a position of confidence at least 1 - doubt, of
    entropy at most doubt, or by rising entropy while all entropies but the largest sum to at most
    doubt, in nats. With a ratio of 1 no sequence takes more than N
    calls; with more, those that are certain early make up for the others.
    """

    name = "adaptive"
    parameters = (
        *BETA.parameters,
        Range(
            CAP_RATIO,
            (1.0, 64.0),
            (1.0, 8.0),
            title="cap of steps over budget",
            about="most steps of a sequence over the budget.",
        ),
        Range(
            DOUBT, (1e-6, 1e6), (0.003, 1.0), about="doubt that counts as certain, on a log scale."
        ),
        Choice(
            MEASURE, ("entropy", "confidence", "bound"), about="what certainty is measured by."
        ),
    )

    def schedule(self, candidate: Candidate) -> BetaSchedule:
        """See `Family.schedule`."""
        return BETA.schedule(candidate)

    def rule(self, candidate: Candidate) -> Rule:
        """See `Family.rule`."""
        values = candidate.parameters
        measure, doubt = str(values[MEASURE]), float(values[DOUBT])
        cutoff = 1 - doubt if measure == "confidence" else doubt
        cap = max(1, round(candidate.steps * float(values[CAP_RATIO])))
        return Rule(measure, cutoff, cap)  # type: ignore[arg-type]

    def label(self, candidate: Candidate) -> str:
        """See `Family.label`."""
        rule, schedule = self.rule(candidate), self.schedule(candidate)
        pair = f"{schedule.beta_a:.3f}, {schedule.beta_b:.3f}"
        return f"adaptive({pair}, cap {rule.cap}, {rule.label})"

    def seeds(
        self,
        wanted: Sequence[str | Sequence[Value]],
        steps: int,
        bounds: Bounds,
        length: int,
        costs: Costs | None,
    ) -> list[Seed]:
        """The first Beta schedule of each name with some caps, the others with the middle one."""
        found: list[Seed] = []
        for seed in wanted:
            if not isinstance(seed, str):
                found.append(self.given_seed(seed, steps))
                continue
            pairs = BETA.seeds([seed], steps, bounds, length, costs)
            caps = _caps(steps, bounds, length)
            for place, one in enumerate(pairs[:2]):
                ratios = caps if place == 0 and seed != "baselines" else caps[len(caps) // 2 :][:1]
                found += [self._seed(one, ratio, bounds) for ratio in ratios]
        return found

    def _seed(self, pair: Seed, ratio: float, bounds: Bounds) -> Seed:
        ends = np.array(bounds[DOUBT], dtype=np.float64)
        values: Mapping[str, Value] = {
            **pair.candidate.parameters,
            CAP_RATIO: ratio,
            DOUBT: float(np.clip(_DOUBT, *ends)),
            MEASURE: bounds[MEASURE][0],
        }
        candidate = Candidate(self.name, pair.candidate.steps, values)
        return Seed(f"{pair.label}, cap {self.rule(candidate).cap}", candidate)

    def pool(self, steps: int, bounds: Bounds, costs: Costs | None = None, *, length: int) -> Pool:
        """See `Family.pool`; more steps than tokens are none."""
        low, high = (float(end) for end in bounds[CAP_RATIO])
        most = min(high, max(low, length / steps))
        return BoxPool(self, steps, {**bounds, CAP_RATIO: [low, most]}, None)


def _caps(steps: int, bounds: Bounds, length: int) -> list[float]:
    """Ratios of the first candidates within the bounds, none of them beyond the length."""
    low, high = (float(end) for end in bounds[CAP_RATIO])
    most = min(high, max(low, length / steps))
    return sorted({float(np.clip(ratio, low, most)) for ratio in _RATIOS})


ADAPTIVE = Adaptive()

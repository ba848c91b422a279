"""The chosen candidate beside the baselines, on fresh instances until the decision is clear."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import final

import numpy as np

from mdm_opt.candidates import Candidate, MaskedDecoding, baseline
from mdm_opt.measurement import Measurement, joined
from mdm_opt.results.best import BEST, LINEAR, SIDE_BASELINES
from mdm_opt.results.equal_steps import AGAIN, Point, is_linear, probe_label
from mdm_opt.run.races import clearly_worse
from mdm_opt.statistics import Array, Estimate, at_look, early_look, paired_gain, side_look

# Of one look at a baseline that decides nothing.
_ERROR_RATE = 0.05

# Measures a candidate on some instances; the label is said.
Measure = Callable[[str, Candidate, Sequence[int]], Measurement]


@final
@dataclass(eq=False)
class Arm:
    """A candidate of a comparison.

    Attributes:
        candidate: that is measured.
        parts: its measurements, from the first instance on.
        first: place of its first instance among those of the comparison.
    """

    candidate: Candidate
    parts: list[Measurement] = field(default_factory=list)
    first: int = 0

    @property
    def measurement(self) -> Measurement:
        """Of all instances so far."""
        return joined(self.parts)

    @property
    def scores(self) -> Array:
        """float64 ``(instances so far,)``."""
        return np.concatenate([part.scores for part in self.parts])

    @property
    def instances(self) -> int:
        """How many it was measured on so far."""
        return sum(len(part.instances) for part in self.parts)


class Comparison:
    """Measures the chosen candidate and what it is compared with, until the decision is clear.

    What decides is the user's baseline where there is one, else the linear schedule. Half of the
    instances come first. There the candidate and what decides end where the
    interval of the gain excludes zero (at the confidence of an early look, see
    `mdm_opt.statistics.at_look`), or the candidate is no better: then no gain would be shown
    later, but by luck. Linear where it does not decide, and the best of other families, end there
    where they are clearly worse. Of the other baselines nothing is claimed: they end after a
    quarter of the instances where they are clearly worse, else after half of them.

    Args:
        candidate: the chosen one.
        ids: fresh instances, the same for all.
        direction: ``minimize`` or ``maximize``.
        confidence: of the interval of the gain.
        measure: measures a candidate on some instances.
        key: equal for two candidates only where they sample the same.
        sequential: whether half of the instances may decide.
        decisive: label of what decides.
        baselines: names of the schedules that it is compared with.
    """

    def __init__(
        self,
        candidate: Candidate,
        ids: Sequence[int],
        direction: str,
        confidence: float,
        measure: Measure,
        key: Callable[[Candidate], object],
        *,
        sequential: bool = True,
        decisive: str = LINEAR,
        baselines: Sequence[str] = MaskedDecoding.baselines,
    ) -> None:
        self._ids, self._direction, self._confidence = ids, direction, confidence
        self._measure, self._key, self._decisive = measure, key, decisive
        self._baselines = baselines
        self._half = early_look(len(ids)) if sequential else None
        self._quarter = side_look(len(ids)) if sequential else None
        self._arms: dict[tuple[str, int], Arm] = {}
        self.winner = self._arm(BEST, candidate)

    def measure(
        self, equal_cost: Callable[[str, float], int], others: Mapping[str, Candidate]
    ) -> None:
        """Measures the chosen candidate, the baselines and what else it is compared with.

        Args:
            equal_cost: the steps at which a baseline costs so many model calls.
            others: the best of other families, and the user's baseline, by label.
        """
        first = self._half or len(self._ids)
        self._to(self.winner, BEST, first)
        nfe = self.winner.measurement.nfe
        baselines = {name: baseline(name, equal_cost(name, nfe)) for name in self._baselines}
        compared = {**baselines, **others}
        # What decides comes first: the others end where it does.
        for name in sorted(compared, key=lambda label: label != self._decisive):
            arm = self._arm(name, compared[name])
            if name in SIDE_BASELINES and self._quarter is not None:
                self._to_the_side(arm, name, self._quarter)
                continue
            self._to(arm, name, first)
            if name == self._decisive and not self._is_decided(arm):
                self._to(self.winner, BEST, len(self._ids))
                self._to(arm, name, len(self._ids))
            elif not self._is_worse(arm, self.winner):
                self._to(arm, name, self.winner.instances)

    def _to_the_side(self, arm: Arm, name: str, look: int) -> None:
        """Measures a baseline of which nothing is claimed."""
        self._to(arm, name, look)
        if not self._is_worse(arm, self.winner):
            self._to(arm, name, self._half or self.winner.instances)

    def gain(self, label: str) -> Estimate:
        """By how much the chosen candidate is better than what has a label."""
        other = next(arm for (name, _), arm in self._arms.items() if name == label)
        count = min(other.instances, self.winner.instances)
        confidence = at_look(self._confidence, count, early=count < len(self._ids))
        return paired_gain(self.winner.scores, other.scores, self._direction, confidence)

    @property
    def planned(self) -> int:
        """How many instances there are."""
        return len(self._ids)

    @property
    def linear_steps(self) -> int:
        """Steps of the linear schedule of equal calls."""
        return next(steps for name, steps in self._arms if name == LINEAR)

    @property
    def linear(self) -> Measurement:
        """The linear schedule of equal calls."""
        return self._arms[LINEAR, self.linear_steps].measurement

    @property
    def is_free(self) -> bool:
        """Whether measuring one more schedule on the same instances takes no model calls.

        The first one may have paid for all, and what was known before took none now.
        """
        parts = [part for arm in self._arms.values() for part in arm.parts]
        return any(part.sequence_calls == 0 and part.seconds > 0 for part in parts)

    def adopt(self, steps: int, known: Measurement) -> None:
        """Takes a linear schedule as it was measured on the same instances, from the first on."""
        self._arms[AGAIN, steps] = Arm(baseline(LINEAR, steps), [known.known()])

    def probe(self, steps: int, first: int, count: int) -> None:
        """Measures a linear schedule on ``count`` instances of its own, from ``first`` on."""
        candidate = baseline(LINEAR, steps)
        ids = self._ids[first : first + count]
        found = self._measure(LINEAR, candidate, ids)
        self._arms[probe_label(first), steps] = Arm(candidate, [found], first)

    def points(self, end: int) -> list[Point]:
        """How much worse linear schedules are than the chosen candidate, on the first instances.

        Args:
            end: how many of them count.
        """
        found = []
        for (label, steps), arm in self._arms.items():
            last = min(end, arm.first + arm.instances, self.winner.instances)
            if is_linear(label) and arm.first < last:
                own = self.winner.scores[arm.first : last]
                worse = float((arm.scores[: len(own)] - own).mean())
                sign = 1.0 if self._direction == "minimize" else -1.0
                found.append(Point(steps, sign * worse, len(own)))
        return found

    def reaches(self, steps: int) -> bool:
        """Whether the linear schedule in so many steps is as good as the chosen candidate."""
        name, end = LINEAR, self.winner.instances
        arm = self._arm(name, baseline(name, steps))
        self._to(arm, name, min(end, self._half or end))
        if not self._is_worse(arm, self.winner) and not self._is_worse(self.winner, arm):
            self._to(arm, name, end)
        return self._difference(arm) <= 0

    def arms(self) -> Iterator[tuple[str, Arm]]:
        """Labels and candidates, in the order in which they were asked for."""
        for (label, _), arm in self._arms.items():
            yield label, arm

    def _arm(self, label: str, candidate: Candidate) -> Arm:
        return self._arms.setdefault((label, candidate.steps), Arm(candidate))

    def _to(self, arm: Arm, label: str, end: int) -> None:
        """Measures a candidate up to so many instances."""
        done = arm.instances
        if done >= end:
            return
        if not arm.parts:
            known = self._measured_already(arm)
            if known is not None:
                arm.parts = [part.known() for part in known.parts]
                return self._to(arm, label, end)
        arm.parts.append(self._measure(label, arm.candidate, self._ids[done:end]))
        return None

    def _measured_already(self, arm: Arm) -> Arm | None:
        wanted = self._key(arm.candidate)
        for other in self._arms.values():
            same_steps = other.candidate.steps == arm.candidate.steps
            if not other.parts or other.first:
                continue
            if same_steps and self._key(other.candidate) == wanted:
                return other
        return None

    def _is_decided(self, decisive: Arm) -> bool:
        """Whether half of the instances say what there is to say."""
        if decisive.instances == len(self._ids):
            return True
        found = self.gain(self._decisive)
        return found.low > 0 or found.value <= 0

    def _is_worse(self, arm: Arm, other: Arm) -> bool:
        count = min(arm.instances, other.instances)
        own, beside = arm.scores[:count], other.scores[:count]
        return clearly_worse(own, beside, self._direction, _ERROR_RATE)

    def _difference(self, arm: Arm) -> float:
        """How much worse than the chosen candidate it is, on the instances of both."""
        difference = float((arm.scores - self.winner.scores[: arm.instances]).mean())
        return difference if self._direction == "minimize" else -difference

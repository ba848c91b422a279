"""The chosen candidate beside the baselines, on fresh instances until the decision is clear."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import final

import numpy as np

from mdm_opt.candidates import Candidate, MaskedDecoding, baseline
from mdm_opt.measurement import Measurement, joined
from mdm_opt.results.best import BEST, LINEAR
from mdm_opt.run.races import clearly_worse
from mdm_opt.statistics import Array, Estimate, at_look, early_look, paired_gain

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
    """

    candidate: Candidate
    parts: list[Measurement] = field(default_factory=list)

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
    later, but by luck. The other baselines, and the best of other families, decide nothing: they
    end there where they are clearly worse.

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
            self._to(arm, name, first)
            if name == self._decisive and not self._is_decided(arm):
                self._to(self.winner, BEST, len(self._ids))
                self._to(arm, name, len(self._ids))
            elif not self._is_worse(arm, self.winner):
                self._to(arm, name, self.winner.instances)

    def gain(self, label: str) -> Estimate:
        """By how much the chosen candidate is better than what has a label."""
        other = next(arm for (name, _), arm in self._arms.items() if name == label)
        count = min(other.instances, self.winner.instances)
        confidence = at_look(self._confidence, count, early=count < len(self._ids))
        return paired_gain(self.winner.scores, other.scores, self._direction, confidence)

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
            if other.parts and same_steps and self._key(other.candidate) == wanted:
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

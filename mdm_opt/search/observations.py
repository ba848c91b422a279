"""Trials as the search sees them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mdm_opt.candidates import CALLS, Candidate
from mdm_opt.persistence import MeasurementRecord, StudyRecord
from mdm_opt.statistics import standard_error


@dataclass(frozen=True)
class Observation:
    """A trial that has been measured, wholly or until its race ended.

    Attributes:
        number: of the trial.
        candidate: that was measured.
        value: less is better; of a race that was lost, what pairing says of all instances.
        error: of the value relative to other candidates, one deviation; None where it is not
            known.
        guards: constraint values by name; feasible iff all are <= 0.
        complete: whether all instances were measured.
        calls_error: standard error of the mean model calls; NaN where it is not known.
        scores: float64 ``(instances,)``, less is better, of the first instances of the study;
            None where they are not known.
    """

    number: int
    candidate: Candidate
    value: float
    error: float | None
    guards: Mapping[str, float] = field(default_factory=dict)
    complete: bool = True
    calls_error: float = math.nan
    scores: npt.NDArray[np.float64] | None = None

    @property
    def guard(self) -> float:
        """Largest guard value; -inf without guards."""
        return max(self.guards.values(), default=-np.inf)

    @property
    def calls(self) -> float:
        """Mean model calls; the budget where the candidate itself says them."""
        return self.candidate.steps + self.guards.get(CALLS, 0.0)

    @property
    def spare(self) -> float:
        """How far the calls stay below the budget, see `Shapes.spare`."""
        return -math.log(self.calls / self.candidate.steps)

    @property
    def guard_without_calls(self) -> float:
        """As `guard`, but for the one that the mean model calls are within the budget."""
        return max((by for name, by in self.guards.items() if name != CALLS), default=-np.inf)

    @property
    def eligible(self) -> bool:
        """Whether it can be the best: wholly measured, and feasible."""
        return self.complete and self.guard <= 0


def observations(study: StudyRecord, measured: Iterable[MeasurementRecord]) -> list[Observation]:
    """The trials among the measurements of a study, in the order of their numbers."""
    sign = 1.0 if study.direction == "minimize" else -1.0
    found = [
        Observation(
            number=record.trial_number,
            candidate=record.candidate,
            value=sign * (record.value if record.paired_value is None else record.paired_value),
            error=noise_error(record, deterministic=study.deterministic),
            guards=record.guards,
            complete=not record.stopped_early,
            calls_error=standard_error(record.calls),
            scores=sign * record.scores,
        )
        for record in measured
        if record.role == "search" and record.trial_number is not None
    ]
    return sorted(found, key=lambda one: one.number)


def noise_error(record: MeasurementRecord, *, deterministic: bool) -> float | None:
    """Deviation of a value's noise relative to other candidates on the same instances.

    Its square is half of that of the difference to the rival: two candidates share it. None where
    the trial had no rival.
    """
    if deterministic:
        return 0.0
    return None if record.paired_error is None else record.paired_error / math.sqrt(2)

"""What our tables say, as values that outlive their session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mdm_opt.candidates import Candidate
from mdm_opt.statistics import standard_error


@dataclass(frozen=True)
class ModelRecord:
    """A frozen model; see `ModelRow`."""

    fingerprint: str
    source: Mapping[str, Any]
    process: str
    length: int
    vocab_size: int | None


@dataclass(frozen=True)
class StudyRecord:
    """A study as it was created; see `StudyRow`."""

    name: str
    study_file: Mapping[str, Any]
    identity_hash: str
    folder: str
    model: ModelRecord
    objective: str
    objective_fingerprint: str
    unit: str
    direction: str
    deterministic: bool
    package_version: str


@dataclass(frozen=True, eq=False)
class MeasurementRecord:
    """A measurement with its scores, float64 ``(instances,)``; see `MeasurementRow`.

    ``calls`` are the model calls of each instance, NaN where an older version kept their mean
    alone, which `nfe` is. ``samples`` are texts of the first instances, each a `Sample` where its
    prompt is known. They are kept, but are not read back with the measurement; see
    `Repository.samples`.
    """

    role: str
    label: str
    budget_steps: int
    candidate: Candidate
    scores: npt.NDArray[np.float64]
    calls: npt.NDArray[np.float64]
    nfe: float
    feasible: bool
    guards: Mapping[str, float]
    sequence_calls: int
    seconds: float
    device: str
    trial_number: int | None = None
    rival_number: int | None = None
    paired_value: float | None = None
    paired_error: float | None = None
    stopped_early: bool = False
    worker_id: int | None = None
    samples: tuple[str, ...] = ()
    id: int | None = None

    @property
    def steps(self) -> int:
        """Step count of the candidate; a baseline may take others than `budget_steps`."""
        return self.candidate.steps

    @property
    def value(self) -> float:
        """Mean score."""
        return float(self.scores.mean())

    @property
    def instances(self) -> int:
        """Number of instances."""
        return len(self.scores)

    @property
    def standard_error(self) -> float:
        """Standard error of the mean; zero for a single exact score."""
        return standard_error(self.scores)


# A candidate on which the model or the objective raised this often is left alone.
MAX_FAILURES = 3


@dataclass(frozen=True)
class TrialRecord:
    """A trial of the budget; see `TrialRow`."""

    id: int
    position: int
    label: str
    steps: int
    candidate: Candidate | None
    trial_number: int | None
    worker_id: int | None
    attempts: int
    failures: int
    last_error: str | None
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def given_up(self) -> bool:
        """Whether it has failed so often that nobody takes it any more."""
        idle = self.finished_at is None and self.worker_id is None
        return idle and self.failures >= MAX_FAILURES


@dataclass(frozen=True)
class WorkerRecord:
    """A worker; see `WorkerRow`.

    Attributes:
        silent_seconds: since its last heartbeat, by the clock of the database.
    """

    id: int
    host: str
    pid: int
    device: str
    grace_seconds: float
    ended: str | None
    silent_seconds: float


class Finished(NamedTuple):
    """A trial that a worker has finished.

    Attributes:
        number: of the trial; another than it had where it had been given up meanwhile.
        trials: that are finished now.
        planned: trials that there are, finished or not.
    """

    number: int
    trials: int
    planned: int


@dataclass(frozen=True)
class Progress:
    """How far a study is: trials by state; ``failed`` ones have been given up."""

    total: int
    finished: int
    running: int
    failed: int

    @property
    def waiting(self) -> int:
        """Trials that nobody has taken."""
        return self.total - self.finished - self.running - self.failed

    @property
    def settled(self) -> bool:
        """Whether no trial can be taken any more, now or later."""
        return self.finished + self.failed == self.total

"""Everything that is known about a study, read once, for those who show it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mdm_opt.config import StudyFile
from mdm_opt.persistence import (
    MeasurementRecord,
    ProfileKey,
    Profiles,
    Progress,
    Repository,
    StudyRecord,
    TrialQueue,
)
from mdm_opt.results.best import best_of
from mdm_opt.results.best_result import BestResult
from mdm_opt.results.text import metric_words
from mdm_opt.sample_texts import Sample
from mdm_opt.schedules import ProfileSample, StepSample
from mdm_opt.search import SearchSpace
from mdm_opt.study.profile_estimator import chain_key, chosen_estimator, estimator_check
from mdm_opt.study.search_space import space_of
from mdm_opt.study.stored_file import stored_study_file


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A study and what came out so far.

    Attributes:
        record: the study.
        file: its study file.
        progress: of its trials.
        measurements: all of it, oldest first.
        space: where it looks for candidates.
        result: the best schedules; None before a trial is feasible.
        profile: of the model, where it has been measured.
        samples: of the first instances, by id of the measurement; of the search a few, of the
            verification all that are kept.
    """

    record: StudyRecord
    file: StudyFile
    progress: Progress
    measurements: Sequence[MeasurementRecord]
    space: SearchSpace
    result: BestResult | None
    profile: ProfileSample | StepSample | None
    samples: Mapping[int, Sequence[Sample]]

    @property
    def trials(self) -> list[MeasurementRecord]:
        """Measurements of the search."""
        return [m for m in self.measurements if m.role == "search"]

    @property
    def metric(self) -> str:
        """The objective with its unit and direction."""
        return metric_words(self.record)

    def best_trials(self) -> dict[int, int]:
        """Step count to the number of the trial that is its best: the verified one, if any."""
        budgets = self.result.budgets if self.result else []
        return {budget.steps: budget.trial for budget in budgets if budget.trial is not None}

    def counts(self, record: MeasurementRecord) -> list[int]:
        """Tokens that each step of a measurement reveals; none where that is random."""
        counts = record.candidate.plan(self.space.decoding, self.space.length).counts
        return [] if counts is None else counts.tolist()

    def verified(self, steps: int) -> list[MeasurementRecord]:
        """Verification measurements of a step count."""
        return [
            m for m in self.measurements if m.role == "verification" and m.budget_steps == steps
        ]


def read_snapshot(name: str, repository: Repository) -> Snapshot:
    """Reads a study.

    Args:
        name: of the study.
        repository: of the database.

    Raises:
        InputError: where there is no such study.
    """
    record = repository.study(name)
    measurements = repository.measurements(name)
    space = space_of(repository, record)
    return Snapshot(
        record=record,
        file=stored_study_file(record),
        progress=TrialQueue(repository, name).progress(),
        measurements=measurements,
        space=space,
        result=best_of(record, space, measurements),
        profile=_profile(record, repository),
        samples=repository.samples(name),
    )


class Snapshots:
    """Studies as they were read last, and read again once something about them has changed.

    Args:
        repository: of the database.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._read: dict[str, tuple[tuple[int, ...], Snapshot]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def read(self, name: str) -> Snapshot:
        """The study as it is now; from any thread, of which the others wait for the first.

        Raises:
            InputError: where there is no such study.
        """
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            version = self._repository.version(name)
            last = self._read.get(name)
            if last is None or last[0] != version:
                found = read_snapshot(name, self._repository)
                if version is None:
                    return found
                last = self._read[name] = version, found
            return last[1]


def _profile(record: StudyRecord, repository: Repository) -> ProfileSample | StepSample | None:
    """The model's profile, found without loading the model; that of the study where it has one."""
    file, profiles = stored_study_file(record), Profiles(repository)
    used = profiles.of_study(record.name)
    if used is not None:
        return used.sample
    key = ProfileKey(
        model=record.model,
        references_fingerprint="",
        seed=file.profile.seed,
        boundaries=min(file.profile.boundaries, record.model.length),
        orders=file.profile.orders,
    )
    if file.profile_references != "model":
        found = profiles.from_any_file(key)
        return found.sample if found else None
    found, chain = profiles.find(key), profiles.find(chain_key(key))
    if chosen_estimator(file, found, estimator_check(key, found, chain)) == "chain":
        found = chain
    return found.sample if found else None

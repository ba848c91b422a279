"""Everything that is known about a study, read once, for those who show it."""

from __future__ import annotations

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
from mdm_opt.schedules import ProfileSample
from mdm_opt.service.best import BestResult, best_of
from mdm_opt.service.standing import candidate_of, standings
from mdm_opt.service.study_files import stored_study_file
from mdm_opt.service.wording import metric_words


@dataclass(frozen=True, eq=False)
class Findings:
    """A study and what came out so far.

    Attributes:
        record: the study.
        file: its study file.
        progress: of its trials.
        measurements: all of it, oldest first.
        standing: feasible trials of each step count, best first.
        result: the best schedules; None before a trial is feasible.
        profile: of the model, where it has been measured.
        samples: texts by id of the measurement.
    """

    record: StudyRecord
    file: StudyFile
    progress: Progress
    measurements: Sequence[MeasurementRecord]
    standing: Mapping[int, Sequence[MeasurementRecord]]
    result: BestResult | None
    profile: ProfileSample | None
    samples: Mapping[int, Sequence[str]]

    @property
    def trials(self) -> list[MeasurementRecord]:
        """Measurements of the search."""
        return [m for m in self.measurements if m.role == "search"]

    @property
    def metric(self) -> str:
        """The objective with its unit and direction."""
        return metric_words(self.record)

    def best_trials(self) -> dict[int, int]:
        """Step count to the number of the trial that is its best.

        The verified one where there is one, else the first of the standing.
        """
        found = {}
        for steps, standing in self.standing.items():
            chosen = standing[0]
            verified = self._verified_best(steps)
            if verified is not None:
                same = [m for m in standing if candidate_of(m) == candidate_of(verified)]
                chosen = same[0] if same else chosen
            if chosen.trial_number is not None:
                found[steps] = chosen.trial_number
        return found

    def verified(self, steps: int) -> list[MeasurementRecord]:
        """Verification measurements of a step count."""
        return [
            m for m in self.measurements if m.role == "verification" and m.budget_steps == steps
        ]

    def _verified_best(self, steps: int) -> MeasurementRecord | None:
        return next((m for m in self.verified(steps) if m.label == "best"), None)


def findings(name: str, repository: Repository) -> Findings:
    """Reads a study.

    Args:
        name: of the study.
        repository: of the database.

    Raises:
        InputError: where there is no such study.
    """
    record = repository.study(name)
    measurements = repository.measurements(name)
    standing = standings(record, measurements)
    return Findings(
        record=record,
        file=stored_study_file(record),
        progress=TrialQueue(repository, name).progress(),
        measurements=measurements,
        standing=standing,
        result=best_of(record, measurements, standing),
        profile=_profile(record, repository),
        samples=repository.samples(name),
    )


def _profile(record: StudyRecord, repository: Repository) -> ProfileSample | None:
    """The model's profile, found without loading the model."""
    file = stored_study_file(record)
    key = ProfileKey(
        model=record.model,
        references_fingerprint="",
        seed=file.profile.seed,
        boundaries=min(file.profile.boundaries, record.model.length),
        orders=file.profile.orders,
    )
    profiles = Profiles(repository)
    own = file.profile_references == "model"
    found = profiles.find(key) if own else profiles.from_any_file(key)
    return found.sample if found else None

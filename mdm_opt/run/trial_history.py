"""What a study has measured so far, read once and then only what is new."""

from __future__ import annotations

from mdm_opt.persistence import MeasurementRecord, Repository, StudyRecord
from mdm_opt.search import Observation, SearchSpace, observations, rank


class TrialHistory:
    """The trials of a study that have been measured, as they are when they are asked for.

    Args:
        repository: the database.
        study: the study.
        space: of the study.
    """

    def __init__(self, repository: Repository, study: StudyRecord, space: SearchSpace) -> None:
        self._repository, self._study, self._space = repository, study, space
        self._records: dict[int, MeasurementRecord] = {}

    def refresh(self) -> list[MeasurementRecord]:
        """Reads what has been measured since, and returns it."""
        known = [record.id for record in self._records.values() if record.id is not None]
        new = self._repository.measurements(self._study.name, ["search"], known=known)
        self._records |= {m.trial_number: m for m in new if m.trial_number is not None}
        return new

    @property
    def observations(self) -> list[Observation]:
        """The trials as the search sees them."""
        return observations(self._study, self._records.values())

    def best(self) -> dict[int, MeasurementRecord]:
        """The trial that is taken for the best of each step count, see `mdm_opt.search.rank`."""
        ranked = rank(self._space, self.observations)
        return {steps: self._records[found[0].number] for steps, found in ranked.items()}

    def eligible(self, steps: int) -> int:
        """From how many trials of a step count its best is chosen."""
        ours = (one for one in self.observations if one.candidate.steps == steps)
        return sum(one.eligible for one in ours)

"""What a list of studies says of each of them, in a few queries for all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from mdm_opt.persistence.repository import Repository
from mdm_opt.persistence.tables import MeasurementRow, StudyRow

# How the chosen candidate is called in a verification.
_BEST = "best"


@dataclass(frozen=True)
class StudySummary:
    """A study in a list.

    Attributes:
        created_at: when it was made, in UTC without a time zone.
        searched: step count to the best value of a feasible trial that ran to its end, which is
            biased.
        verified: step count to the value of the verified best.
    """

    created_at: datetime
    searched: dict[int, float] = field(default_factory=dict)
    verified: dict[int, float] = field(default_factory=dict)


def study_summaries(repository: Repository) -> dict[str, StudySummary]:
    """All studies by their name, in the order of their creation."""
    with repository.transaction() as session:
        asked = select(StudyRow.name, StudyRow.created_at).order_by(StudyRow.id)
        found = {name: StudySummary(created_at) for name, created_at in session.execute(asked)}
        trials = (
            select(
                StudyRow.name,
                StudyRow.direction,
                MeasurementRow.budget_steps,
                func.min(MeasurementRow.value),
                func.max(MeasurementRow.value),
            )
            .join(MeasurementRow, MeasurementRow.study_id == StudyRow.id)
            .where(
                MeasurementRow.role == "search",
                MeasurementRow.feasible,
                ~MeasurementRow.stopped_early,
            )
            .group_by(StudyRow.name, StudyRow.direction, MeasurementRow.budget_steps)
        )
        for name, direction, steps, least, most in session.execute(trials):
            found[name].searched[steps] = least if direction == "minimize" else most
        chosen = (
            select(StudyRow.name, MeasurementRow.budget_steps, MeasurementRow.value)
            .join(MeasurementRow, MeasurementRow.study_id == StudyRow.id)
            .where(MeasurementRow.role == "verification", MeasurementRow.label == _BEST)
        )
        for name, steps, value in session.execute(chosen):
            found[name].verified[steps] = value
        return found

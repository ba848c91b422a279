"""Which candidates of a search are taken for the best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mdm_opt.persistence import MeasurementRecord, StudyRecord
from mdm_opt.schedules import BetaSchedule, CountsSchedule, MaskSchedule, named_schedule
from mdm_opt.search import Excess, Observed, Point, Setting, ranked
from mdm_opt.service.study_files import stored_study_file

# How the schedule of a measurement is called that is given by its counts.
FREE = "free"


def schedule_of(record: MeasurementRecord) -> MaskSchedule:
    """The schedule that a measurement belongs to."""
    if record.schedule == FREE:
        return CountsSchedule(tuple(record.counts))
    if record.beta_a is None or record.beta_b is None:
        return named_schedule(record.schedule)
    return BetaSchedule(record.beta_a, record.beta_b)


def candidate_of(record: MeasurementRecord) -> tuple[object, ...]:
    """Equal for two measurements of a step count that are of the same candidate."""
    return (record.beta_a, record.beta_b, *record.counts)


def badness(direction: str, record: MeasurementRecord) -> float:
    """The value, turned so that less is better."""
    return record.value if direction == "minimize" else -record.value


def noise_variance(record: MeasurementRecord, *, deterministic: bool) -> float | None:
    """Variance of a value's noise relative to other candidates on the same instances.

    Half of that of the difference to the rival: two candidates share it. None where the trial had
    no rival.
    """
    if deterministic:
        return 0.0
    return None if record.paired_error is None else record.paired_error**2 / 2


def standings(
    study: StudyRecord, measured: Sequence[MeasurementRecord]
) -> dict[int, list[MeasurementRecord]]:
    """The feasible, wholly measured trials of each step count, best first.

    They are ranked by the model of the search and not by their values, whose best is the luckiest
    (see `mdm_opt.search.ranked`). Under fixed reveal, of those with the same counts only the first
    is listed.

    Args:
        study: the study.
        measured: its measurements.
    """
    setting, seen = setting_of(study), observations(study, measured)
    by_number = {record.trial_number: record for record in measured}
    standing: dict[int, dict[object, MeasurementRecord]] = {}
    for one in ranked(setting, Excess(setting, None), seen):
        budget = standing.setdefault(one.point.steps, {})
        budget.setdefault(setting.candidate_key(one.point), by_number[one.number])
    return {steps: list(records.values()) for steps, records in standing.items()}


def setting_of(study: StudyRecord) -> Setting:
    """What a study searches in."""
    file = stored_study_file(study)
    return Setting(file.space, file.sampler, study.model.length)


def observations(study: StudyRecord, measured: Sequence[MeasurementRecord]) -> list[Observed]:
    """The trials of a study as the model of the search sees them."""
    sign = 1.0 if study.direction == "minimize" else -1.0
    return [
        Observed(
            number=record.trial_number,
            point=_point(record),
            value=sign * (record.value if record.paired_value is None else record.paired_value),
            variance=noise_variance(record, deterministic=study.deterministic),
            guard=max(record.guards.values(), default=-np.inf),
            complete=not record.stopped_early,
        )
        for record in measured
        if record.role == "search" and record.trial_number is not None
    ]


def _point(record: MeasurementRecord) -> Point:
    if record.schedule == FREE:
        return Point(record.budget_steps, counts=tuple(record.counts))
    return Point(record.budget_steps, record.beta_a, record.beta_b)

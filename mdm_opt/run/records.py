"""Measurements as they are kept."""

from __future__ import annotations

from dataclasses import replace

from mdm_opt.candidates import Candidate
from mdm_opt.measurement import Drawn, Measurement, draw
from mdm_opt.persistence import MeasurementRecord
from mdm_opt.run.races import Paired, Rival, paired
from mdm_opt.study.instances import SET_STARTS
from mdm_opt.study.opening import OpenStudy


def measurement_record(
    opened: OpenStudy,
    candidate: Candidate,
    measurement: Measurement,
    *,
    role: str,
    label: str,
    budget_steps: int,
    trial_number: int | None = None,
    worker_id: int | None = None,
    rival: Rival | None = None,
) -> MeasurementRecord:
    """A measurement as it is kept, with samples to look at; see `_samples`.

    Raises:
        RunError: where samples have to be drawn, and the model fails.
    """
    drawn = _samples(opened, candidate, measurement, role)
    beside: Paired | None = None if rival is None else paired(measurement.scores, rival)
    return MeasurementRecord(
        role=role,
        label=label,
        budget_steps=budget_steps,
        candidate=candidate,
        scores=measurement.scores,
        calls=measurement.calls,
        nfe=measurement.nfe,
        feasible=measurement.feasible,
        guards=dict(measurement.guards),
        sequence_calls=measurement.sequence_calls + drawn.sequence_calls,
        seconds=measurement.seconds + drawn.seconds,
        device=measurement.device,
        trial_number=trial_number,
        rival_number=None if rival is None else rival.number,
        paired_value=None if beside is None else beside.value,
        paired_error=None if beside is None else beside.error,
        stopped_early=rival is not None and len(measurement.scores) < len(rival.scores),
        worker_id=worker_id,
        samples=drawn.texts,
    )


def _samples(
    opened: OpenStudy, candidate: Candidate, measurement: Measurement, role: str
) -> Drawn:
    """The samples that are kept of a measurement, and what they cost beyond it.

    They belong to the first instances of the role whatever the candidate, so that candidates can
    be compared sample by sample. Where the objective has drawn none, they are drawn here.
    """
    count = opened.study_file.search.samples if role in ("search", "verification") else 0
    if not count or measurement.texts:
        return Drawn(measurement.texts[:count], 0, 0.0)
    problem = replace(opened.problem, batch_size=measurement.batch_size)
    return draw(problem, candidate, range(SET_STARTS[role], SET_STARTS[role] + count))

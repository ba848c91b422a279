"""Measurements as they are kept."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

from mdm_opt.candidates import CALLS, Candidate
from mdm_opt.measurement import Drawn, Measurement, draw
from mdm_opt.persistence import MeasurementRecord
from mdm_opt.run.races import Paired, Rival, paired
from mdm_opt.statistics import standard_error
from mdm_opt.study.instances import SET_STARTS
from mdm_opt.study.opening import OpenStudy
from mdm_opt.study.samples import readable

# How far above the budget the mean calls on fresh instances may be.
CALLS_ERRORS = 2.0
# Characters of the samples of a verified candidate.
MOST_KEPT = 250_000


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
    # An exact objective has one instance and more samples.
    first = SET_STARTS[role]
    ids = range(first, first + len(drawn.texts))
    guards = _guards(measurement, role)
    beside: Paired | None = None if rival is None else paired(measurement.scores, rival)
    return MeasurementRecord(
        role=role,
        label=label,
        budget_steps=budget_steps,
        candidate=candidate,
        scores=measurement.scores,
        calls=measurement.calls,
        nfe=measurement.nfe,
        feasible=all(value <= 0 for value in guards.values()),
        guards=guards,
        sequence_calls=measurement.sequence_calls + drawn.sequence_calls,
        seconds=measurement.seconds + drawn.seconds,
        device=measurement.device,
        trial_number=trial_number,
        rival_number=None if rival is None else rival.number,
        paired_value=None if beside is None else beside.value,
        paired_error=None if beside is None else beside.error,
        stopped_early=len(measurement.scores) < len(opened.sets.ids(role)),
        worker_id=worker_id,
        samples=tuple(readable(opened.problem, drawn.texts, ids)),
    )


def _guards(measurement: Measurement, role: str) -> dict[str, float]:
    """Guards of a measurement; on fresh instances the mean calls may exceed the budget by chance.

    A search holds the budget on its own instances. Of a candidate that does so exactly, the mean
    on others is above the budget every other time; so there it misses its guard only where the
    mean is above by more than `CALLS_ERRORS` of its standard errors.
    """
    guards = dict(measurement.guards)
    if CALLS in guards and role != "search":
        guards[CALLS] -= CALLS_ERRORS * standard_error(measurement.calls)
    return guards


def _samples(
    opened: OpenStudy, candidate: Candidate, measurement: Measurement, role: str
) -> Drawn:
    """The samples that are kept of a measurement, and what they cost beyond it.

    They belong to the first instances of the role whatever the candidate, so that candidates can
    be compared sample by sample. Where the objective has drawn none, they are drawn here. Of what
    it has drawn in a verification all are kept, up to `MOST_KEPT` characters.
    """
    count = opened.study_file.search.samples if role in ("search", "verification") else 0
    if not count or measurement.texts:
        if count and role == "verification":
            sizes = accumulate(map(len, measurement.texts))
            count = max(count, sum(size <= MOST_KEPT for size in sizes))
        return Drawn(measurement.texts[:count], 0, 0.0)
    problem = replace(opened.problem, batch_size=measurement.batch_size)
    return draw(problem, candidate, range(SET_STARTS[role], SET_STARTS[role] + count))

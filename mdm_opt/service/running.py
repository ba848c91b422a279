"""Running the trials of a study."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mdm_opt.measurement import Candidate, Measurement, measure
from mdm_opt.persistence import MeasurementRecord
from mdm_opt.schedules import BetaSchedule
from mdm_opt.search import Proposal
from mdm_opt.service.studies import OpenStudy, exclusive


@dataclass(frozen=True, eq=False)
class FinishedTrial:
    """What a trial came to.

    Attributes:
        proposal: the candidate and its label.
        measurement: on the search instances.
        finished: trials finished so far, this one included.
    """

    proposal: Proposal
    measurement: Measurement
    finished: int


def run_trials(opened: OpenStudy) -> Iterator[FinishedTrial]:
    """Runs trials until the study's budget is spent; one that was interrupted is done again.

    Every finished trial is kept before the next one begins. Whatever ends the loop, a begun trial
    goes back into the queue.

    Raises:
        InputError: where another process works on the study.
        RunError: where the objective fails.
    """
    with exclusive(opened.name, opened.repository.url):
        recover(opened)
        finished = opened.search.finished()
        while finished < opened.study_file.search.trials:
            proposal = opened.search.ask()
            try:
                measurement = _run(opened, proposal)
            except BaseException:
                recover(opened)
                raise
            finished += 1
            yield FinishedTrial(proposal, measurement, finished)


def recover(opened: OpenStudy) -> None:
    """Settles trials that were begun and not finished, by this run or a killed one.

    One that was measured is finished with its measurement, another is queued again.
    """
    measured = {
        record.trial_number: record
        for record in opened.repository.measurements(opened.name, ["search"])
    }
    for number in opened.search.running():
        if number in measured:
            opened.search.finish(number, measured[number].value, measured[number].nfe)
        else:
            opened.search.release(number)


def _run(opened: OpenStudy, proposal: Proposal) -> Measurement:
    candidate = Candidate(BetaSchedule(proposal.beta_a, proposal.beta_b), proposal.steps)
    measurement = measure(opened.problem, candidate, opened.sets.ids("search"))
    record = measurement_record(
        opened,
        candidate,
        measurement,
        role="search",
        label=proposal.label,
        budget_steps=proposal.steps,
        trial_number=proposal.number,
    )
    opened.search.annotate(
        proposal,
        measurement.guards,
        {
            "counts": record.counts,
            "nfe": record.nfe,
            "standard_error": record.standard_error,
            "instances": record.instances,
        },
    )
    opened.repository.add_measurement(opened.name, record)
    opened.search.finish(proposal.number, record.value, record.nfe)
    return measurement


def measurement_record(
    opened: OpenStudy,
    candidate: Candidate,
    measurement: Measurement,
    *,
    role: str,
    label: str,
    budget_steps: int,
    trial_number: int | None = None,
) -> MeasurementRecord:
    """A measurement as it is kept; ancestral reveal has no fixed counts."""
    schedule = candidate.schedule
    beta = schedule if isinstance(schedule, BetaSchedule) else None
    fixed = opened.problem.reveal == "fixed"
    return MeasurementRecord(
        role=role,
        label=label,
        budget_steps=budget_steps,
        steps=candidate.steps,
        schedule="beta" if beta else schedule.name,
        beta_a=beta.beta_a if beta else None,
        beta_b=beta.beta_b if beta else None,
        counts=opened.problem.counts(candidate).tolist() if fixed else [],
        scores=measurement.scores,
        nfe=measurement.nfe,
        feasible=measurement.feasible,
        guards=dict(measurement.guards),
        sequence_calls=measurement.sequence_calls,
        seconds=measurement.seconds,
        device=measurement.device,
        trial_number=trial_number,
    )

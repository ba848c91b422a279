"""Running the trials of a study: one loop for every worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from mdm_opt.errors import MdmOptError
from mdm_opt.measurement import Candidate, Drawn, Measurement, draw, measure
from mdm_opt.persistence import (
    MeasurementRecord,
    TrialQueue,
    TrialRecord,
    is_sqlite,
)
from mdm_opt.plugins import one_line
from mdm_opt.schedules import BetaSchedule, CountsSchedule
from mdm_opt.search import Point
from mdm_opt.service.instances import SET_STARTS
from mdm_opt.service.racing import Paired, Rival, looks, paired, race
from mdm_opt.service.settling import settle, tell
from mdm_opt.service.standing import FREE
from mdm_opt.service.stopping import StopSignal
from mdm_opt.service.studies import OpenStudy, exclusive, open_study
from mdm_opt.service.workers import JOIN_SECONDS, Pulse, Worker, check_given_up
from mdm_opt.storage_errors import Patience

_IDLE_SECONDS = 1.0
# One error may be the candidate's or the moment's; this many are the model's or the objective's.
_ERRORS_IN_A_ROW = 3


@dataclass(frozen=True)
class Proposal:
    """A trial that is being measured.

    Attributes:
        number: in Optuna.
        label: of the seed, or ``search``.
        point: the candidate.
    """

    number: int
    label: str
    point: Point


@dataclass(frozen=True, eq=False)
class FinishedTrial:
    """What a trial came to.

    Attributes:
        proposal: the candidate and its label.
        measurement: on the search instances, or those until it had lost its race.
        standing: value of the candidate that is taken for the best of its step count, or the
            best value where nobody has asked which that is; None before there is one.
        finished: trials of the study finished so far, by all workers.
    """

    proposal: Proposal
    measurement: Measurement
    standing: float | None
    finished: int


@dataclass(frozen=True)
class Manners:
    """How a worker behaves.

    Attributes:
        pulse: of its heart.
        report: called with a line about what is unusual.
    """

    pulse: Pulse = field(default_factory=Pulse)
    report: Callable[[str], None] = lambda _: None


def join_study(
    name: str,
    url: str,
    stop: StopSignal,
    report: Callable[[str], None],
    *,
    wait_seconds: float = JOIN_SECONDS,
    own_file: str | Path | None = None,
    device: str | None = None,
) -> OpenStudy:
    """Opens a study to work on it; waits for a server that is being restarted or is crowded.

    Args:
        name: of the study.
        url: of the database.
        stop: asks to end.
        report: called with a line about what is unusual.
        wait_seconds: longest time to wait for the database.
        own_file: see `open_study`.
        device: see `open_study`.

    Raises:
        InputError: as `open_study`.
        Stopped: where ``stop`` was asked to.
    """

    def opened() -> OpenStudy:
        with stop.allowed():
            return open_study(name, url, own_file=own_file, device=device, to_work=True)

    return Patience(wait_seconds, stop.sleep, report)(opened)


def run_trials(
    opened: OpenStudy, manners: Manners | None = None, stop: StopSignal | None = None
) -> Iterator[FinishedTrial]:
    """Takes trials until the study's budget is spent by this worker and all others.

    Every finished trial is kept before the next one is taken. Whatever ends the loop, a trial that
    was taken goes back; where this process is killed, others take it after the grace period.

    Args:
        opened: the study.
        manners: of this worker.
        stop: asks the loop to end; see `StopSignal`.

    Raises:
        InputError: where the study is held by another process (SQLite), or the database is away
            for too long.
        RunError: where the objective fails again and again, or a trial was given up.
        Stopped: where ``stop`` was asked to.
    """
    manners = manners or Manners()
    loop = _Loop(opened, manners, stop or StopSignal())
    device = str(opened.problem.denoiser.device)
    with (
        exclusive(opened.name, opened.repository.url),
        Worker(loop.queue, device, manners.pulse, loop.patience) as worker,
    ):
        alone = worker.id if is_sqlite(opened.repository.url) else None
        loop.patience(lambda: loop.queue.free_lost(all_but=alone))
        loop.patience(lambda: settle(opened.repository, opened.queue, opened.search, opened.name))
        yield from loop.run(worker.id)
        loop.patience(lambda: settle(opened.repository, opened.queue, opened.search, opened.name))
        check_given_up(loop.patience(loop.queue.trials))


class _Loop:
    """The trials of one worker."""

    def __init__(self, opened: OpenStudy, manners: Manners, stop: StopSignal) -> None:
        self._opened = opened
        self._problem = opened.problem
        self._stop = stop
        self._report = manners.report
        self._errors_in_a_row = 0
        self.queue: TrialQueue = opened.queue
        self.patience = Patience(pause=stop.sleep, report=manners.report)

    def run(self, worker_id: int) -> Iterator[FinishedTrial]:
        while True:
            with self._stop.allowed():
                pass
            trial = self.patience(lambda: self.queue.claim(worker_id))
            if trial is not None:
                done = self._do(trial, worker_id)
                if done is not None:
                    yield done
                continue
            progress = self.patience(self.queue.progress)
            if progress.settled:
                break
            # Others may die, and leave their trials to us.
            self._stop.sleep(_IDLE_SECONDS)

    def _do(self, trial: TrialRecord, worker_id: int) -> FinishedTrial | None:
        proposal = self.patience(lambda: self._begin(trial))
        if proposal is None:
            return None
        candidate = Candidate(proposal.point.schedule, proposal.point.steps)
        rival = self.patience(lambda: self._rival(trial.steps))
        try:
            with self._stop.allowed():
                measurement = self._measure(candidate, rival)
                record = measurement_record(
                    self._opened,
                    candidate,
                    measurement,
                    role="search",
                    label=trial.label,
                    budget_steps=trial.steps,
                    trial_number=proposal.number,
                    worker_id=worker_id,
                    rival=rival,
                )
        except MdmOptError as error:
            self._note_error(trial, worker_id, error)
            return None
        self._errors_in_a_row = 0
        finished = self.patience(lambda: self.queue.finish(trial, worker_id, record))
        if finished is None:
            self._report(f"trial {proposal.number} had been finished by another worker")
            return None
        exact = self._opened.record.deterministic
        search = self._opened.search
        self.patience(lambda: tell(search, proposal.number, record, deterministic=exact))
        standing = self.patience(lambda: self._standing(rival, trial.steps))
        return FinishedTrial(proposal, measurement, standing, finished)

    def _rival(self, steps: int) -> Rival | None:
        """The best candidate so far, where somebody asks how others compare with it."""
        opened, instances = self._opened, self._opened.sets.search
        races = opened.study_file.search.racing and looks(instances)
        if opened.record.deterministic or not (
            races or opened.study_file.search.sampler == "shape"
        ):
            return None
        found = opened.search.incumbent(steps)
        if found is None:
            return None
        number, chosen_from = found
        scores = opened.repository.search_scores(opened.name, number)
        # Settled in Optuna alone, or measured on other instances: nothing to compare with.
        if scores is None or len(scores) != instances:
            return None
        return Rival(number, scores, chosen_from)

    def _standing(self, rival: Rival | None, steps: int) -> float | None:
        if rival is not None:
            return float(rival.scores.mean())
        record = self._opened.record
        return self._opened.repository.best_value(record.name, steps, record.direction)

    def _begin(self, trial: TrialRecord) -> Proposal | None:
        """Enters the trial in Optuna, or goes on with the attempt of a worker that died.

        None where another worker, who thought us dead, has taken the trial with a candidate of
        its own.
        """
        search = self._opened.search
        begun = _begun(trial)
        if begun is None and trial.attempts > 1:
            begun = search.begun(trial.position)
        if begun is None:
            point = _point(trial) or search.propose(trial.steps, trial.position)
            begun = search.begin(trial.position, trial.label, point), point
        number, point = begun
        entered = self.queue.begin(
            trial, number, beta_a=point.beta_a, beta_b=point.beta_b, counts=point.counts
        )
        if entered != number:
            search.fail(number)
            return None
        return Proposal(number, trial.label, point)

    def _measure(self, candidate: Candidate, rival: Rival | None) -> Measurement:
        racing = self._opened.study_file.search.racing
        measurement = race(
            lambda instances: measure(self._problem, candidate, instances),
            self._opened.sets.ids("search"),
            rival if racing else None,
            self._opened.record.direction,
        )
        if measurement.batch_size < self._problem.batch_size:
            self._report(
                f"out of memory on {measurement.device} with batches of "
                f"{self._problem.batch_size}; going on with {measurement.batch_size}"
            )
            self._problem = replace(self._problem, batch_size=measurement.batch_size)
        return measurement

    def _note_error(self, trial: TrialRecord, worker_id: int, error: MdmOptError) -> None:
        """Goes on with another trial, unless nothing but errors comes."""
        message = one_line(error)
        self.patience(lambda: self.queue.fail(trial, worker_id, message))
        self._errors_in_a_row += 1
        if self._errors_in_a_row >= _ERRORS_IN_A_ROW:
            raise error
        self._report(f"trial of {trial.steps} steps failed and will be tried again: {message}")


def _begun(trial: TrialRecord) -> tuple[int, Point] | None:
    point = _point(trial)
    if trial.trial_number is None or point is None:
        return None
    return trial.trial_number, point


def _point(trial: TrialRecord) -> Point | None:
    if trial.counts is None and (trial.beta_a is None or trial.beta_b is None):
        return None
    counts = None if trial.counts is None else tuple(trial.counts)
    return Point(trial.steps, trial.beta_a, trial.beta_b, counts)


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

    Ancestral reveal has no fixed counts.

    Raises:
        RunError: where samples have to be drawn, and the model fails.
    """
    drawn = _samples(opened, candidate, measurement, role)
    schedule = candidate.schedule
    beta = schedule if isinstance(schedule, BetaSchedule) else None
    name = FREE if isinstance(schedule, CountsSchedule) else schedule.name
    fixed = opened.problem.reveal == "fixed"
    beside: Paired | None = None if rival is None else paired(measurement.scores, rival)
    return MeasurementRecord(
        role=role,
        label=label,
        budget_steps=budget_steps,
        steps=candidate.steps,
        schedule="beta" if beta else name,
        beta_a=beta.beta_a if beta else None,
        beta_b=beta.beta_b if beta else None,
        counts=opened.problem.counts(candidate).tolist() if fixed else [],
        scores=measurement.scores,
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

"""Running the trials of a study: one loop for every worker."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from mdm_opt import supervised
from mdm_opt.candidates import Candidate
from mdm_opt.errors import InputError, MdmOptError
from mdm_opt.measurement import Measurement, measure
from mdm_opt.persistence import TrialQueue, TrialRecord, is_sqlite
from mdm_opt.plugins import one_line
from mdm_opt.run.races import Rival, looks, race
from mdm_opt.run.records import measurement_record
from mdm_opt.run.signals import StopSignal
from mdm_opt.run.stopping import Stopping
from mdm_opt.run.time_limit import TimeLimit
from mdm_opt.run.trial_history import TrialHistory
from mdm_opt.run.workers import JOIN_SECONDS, Heartbeat, Worker, check_given_up
from mdm_opt.search import proposal_seed, propose
from mdm_opt.storage_errors import Patience, StorageUnavailable
from mdm_opt.study.locks import exclusive
from mdm_opt.study.opening import OpenStudy, open_study

_IDLE_SECONDS = 1.0
# One error may be the candidate's or the moment's; this many are the model's or the objective's.
_ERRORS_IN_A_ROW = 3


@dataclass(frozen=True, eq=False)
class FinishedTrial:
    """A trial that has been measured and kept.

    Attributes:
        number: of the trial.
        label: of the seed, or ``search``.
        candidate: that was measured.
        measurement: on the search instances, or those until it had lost its race.
        best: value of the candidate that is taken for the best of its step count; None before
            there is one.
        finished: trials of the study finished so far, by all workers.
        planned: trials that there are, finished or not; a search that ends early has fewer.
    """

    number: int
    label: str
    candidate: Candidate
    measurement: Measurement
    best: float | None
    finished: int
    planned: int


@dataclass(frozen=True)
class WorkerOptions:
    """What a worker is told.

    Attributes:
        heartbeat: how it shows that it is alive.
        report: called with a line about what is unusual.
    """

    heartbeat: Heartbeat = field(default_factory=Heartbeat)
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
    opened: OpenStudy, options: WorkerOptions | None = None, stop: StopSignal | None = None
) -> Iterator[FinishedTrial]:
    """Takes trials until the study's budget is spent by this worker and all others.

    Every finished trial is kept before the next one is taken. Whatever ends the loop, a trial that
    was taken goes back; where this process is killed, others take it after the grace period.

    Args:
        opened: the study.
        options: of this worker.
        stop: asks the loop to end; see `StopSignal`.

    Raises:
        InputError: where the study is held by another process (SQLite), or the database is away
            for too long.
        RunError: where the objective fails again and again, or a trial was given up.
        Stopped: where ``stop`` was asked to.
    """
    options = options or WorkerOptions()
    loop = _Loop(opened, options, stop or StopSignal())
    device = str(opened.problem.denoiser.device)
    with (
        exclusive(opened.name, opened.repository.url),
        Worker(loop.queue, device, options.heartbeat, loop.patience) as worker,
    ):
        loop.note_predecessor()
        alone = worker.id if is_sqlite(opened.repository.url) else None
        loop.patience(lambda: loop.queue.workers.free_lost(all_but=alone))
        loop.sync()
        yield from loop.run(worker.id)
        loop.sync(wait=True)
        check_given_up(loop.patience(loop.queue.given_up))


class _Loop:
    """The trials of one worker."""

    def __init__(self, opened: OpenStudy, options: WorkerOptions, stop: StopSignal) -> None:
        self._opened = opened
        self._problem = opened.problem
        self._stop = stop
        self._report = options.report
        self._errors_in_a_row = 0
        self._history = TrialHistory(opened.repository, opened.record, opened.space)
        # The largest number that a trial has in Optuna's tables.
        self._taken = -1
        self._reported: set[str] = set()
        self._limit = TimeLimit(opened, options.report)
        self._stopping = Stopping(opened, self._history, options.report)
        self.queue: TrialQueue = opened.queue
        self.patience = Patience(pause=stop.sleep, report=options.report)

    def note_predecessor(self) -> None:
        """Counts the death of the process in whose place this one works."""
        died = supervised.predecessor()
        if died is not None:
            self.patience(lambda: self.queue.workers.died(socket.gethostname(), *died))

    def sync(self, *, wait: bool = False) -> None:
        """Brings Optuna's tables up to date; trials go on where that is not possible.

        Args:
            wait: for another worker that does it just now.
        """
        try:
            self._taken = self.patience(lambda: self._opened.mirror.sync(wait=wait))
        except StorageUnavailable:
            raise
        except InputError as error:
            said = f"optuna-dashboard does not see all trials: {one_line(error)}"
            if said not in self._reported:
                self._reported.add(said)
                self._report(said)

    def run(self, worker_id: int) -> Iterator[FinishedTrial]:
        while True:
            with self._stop.allowed():
                pass
            self._opened.repository.check_file()
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
        self._refresh()
        wanted = trial.candidate or self._proposal(trial, worker_id)
        if wanted is None:
            return None
        begun = self.patience(lambda: self.queue.begin(trial, wanted, after=self._taken))
        self.sync()
        if begun.worker_id != worker_id or begun.candidate is None or begun.trial_number is None:
            # Another worker, who thought us dead, has taken it meanwhile.
            return None
        number, candidate = begun.trial_number, begun.candidate
        rival = self._rival(trial.steps)
        try:
            doing = f"trial {number} ({candidate.steps} steps, {candidate.label})"
            with (
                self._limit(doing, self._opened.sets.search, candidate.steps),
                self._stop.allowed(),
            ):
                measurement = self._measure(candidate, rival)
                record = measurement_record(
                    self._opened,
                    candidate,
                    measurement,
                    role="search",
                    label=trial.label,
                    budget_steps=trial.steps,
                    trial_number=number,
                    worker_id=worker_id,
                    rival=rival,
                )
        except MdmOptError as error:
            self._note_error(trial, worker_id, error)
            return None
        self._errors_in_a_row = 0
        finished = self.patience(
            lambda: self.queue.finish(trial, worker_id, record, after=self._taken)
        )
        if finished is None:
            self._report(f"trial {number} had been finished by another worker")
            return None
        supervised.tell(finished=finished.trials)
        self.sync()
        best = self._best(rival, trial.steps)
        return FinishedTrial(
            finished.number,
            trial.label,
            candidate,
            measurement,
            best,
            finished.trials,
            finished.planned,
        )

    def _refresh(self) -> None:
        """Reads what has been measured since, by all workers."""
        self._limit.learn(self.patience(self._history.refresh))

    def _proposal(self, trial: TrialRecord, worker_id: int) -> Candidate | None:
        """The candidate of a trial that has none yet; None where the search has ended."""
        opened = self._opened
        running = [
            (one.trial_number, one.candidate)
            for one in self.patience(self.queue.begun)
            if one.trial_number is not None and one.candidate is not None and not one.given_up
        ]
        busy = [one for _, one in running]
        if self.patience(lambda: self._stopping.ends(trial.steps, busy, worker_id)):
            return None
        return propose(
            opened.study_file.search.sampler,
            opened.space,
            trial.steps,
            self._history.observations,
            running,
            direction=opened.record.direction,
            seed=proposal_seed(opened.study_file.study.seed, trial.position),
        )

    def _rival(self, steps: int) -> Rival | None:
        """The best candidate so far, where races or the search compare others with it."""
        opened, instances = self._opened, self._opened.sets.search
        races = opened.study_file.search.racing and looks(instances)
        if opened.record.deterministic or not (
            races or opened.study_file.search.sampler == "shape"
        ):
            return None
        best = self._history.best().get(steps)
        # Measured on other instances: nothing to compare with.
        if best is None or best.trial_number is None or best.instances != instances:
            return None
        return Rival(best.trial_number, best.scores, self._history.eligible(steps))

    def _best(self, rival: Rival | None, steps: int) -> float | None:
        """The value of the best candidate, which the rival is where there is one."""
        if rival is not None:
            return float(rival.scores.mean())
        self._refresh()
        best = self._history.best().get(steps)
        return None if best is None else best.value

    def _measure(self, candidate: Candidate, rival: Rival | None) -> Measurement:
        racing = self._opened.study_file.search.racing
        measurement = race(
            lambda instances: measure(self._problem, candidate, instances),
            self._opened.sets.ids("search"),
            rival if racing else None,
            self._opened.record.direction,
            by_rule=racing and candidate.by_calls,
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

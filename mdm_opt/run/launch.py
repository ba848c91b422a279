"""Starting workers of a study and keeping them going."""

from __future__ import annotations

import socket
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Protocol

from mdm_opt.errors import InputError, RunError
from mdm_opt.persistence import (
    Progress,
    Repository,
    StudyRecord,
    TrialQueue,
    WorkerRecord,
    is_sqlite,
)
from mdm_opt.persistence.mirror import Mirror
from mdm_opt.plugins import one_line
from mdm_opt.run.signals import StopSignal
from mdm_opt.run.trial_history import TrialHistory
from mdm_opt.run.workers import check_given_up
from mdm_opt.storage_errors import Patience, StorageUnavailable
from mdm_opt.study.locks import MORE_WORKERS
from mdm_opt.study.search_space import space_of
from mdm_opt.study.stored_file import stored_study_file

_LOOK_SECONDS = 0.5
_FIRST_RESTART_SECONDS = 0.5
_LONGEST_RESTART_SECONDS = 30.0
_LAST_WORDS_SECONDS = 60.0
_MOST_REFUSALS = 4
_MOST_DEATHS = 6
# A trial may take that long, whatever the others took.
_SILENCE_SECONDS, _SILENCE_TIMES = 60.0, 5.0


@dataclass(frozen=True)
class Exit:
    """How a worker ended.

    Attributes:
        code: 0 where the budget is spent.
        reason: its last words.
        pid: of its process, where that has ended on this machine.
    """

    code: int
    reason: str
    pid: int | None = None


class Engine(Protocol):
    """Where workers run. Each runs the same loop, `mdm_opt.run.trials.run_trials`."""

    def start(self, index: int) -> None:
        """Starts a worker, again where it has ended."""
        ...

    def exit_of(self, index: int) -> Exit | None:
        """How a worker ended, None while it runs."""
        ...

    def stop(self) -> None:
        """Asks all workers to give back their trials, and ends those that do not."""
        ...


@dataclass(frozen=True)
class LaunchState:
    """The state of a launch.

    Attributes:
        progress: trials by state.
        best: value of the candidate that is taken for the best of each step count.
        workers: that are alive, all of the study's.
        restarts: of workers that died.
        seconds: since the launch began.
        silent_seconds: since a trial was finished, or since the launch began.
        seconds_left: estimated from the trials finished since; None before there are any, and
            where none has been finished for much longer than they took.
        news: what is worth a line, since the last state.
    """

    progress: Progress
    best: dict[int, float]
    workers: list[WorkerRecord]
    restarts: int
    seconds: float
    silent_seconds: float
    seconds_left: float | None
    news: tuple[str, ...] = ()


@dataclass
class _Slot:
    """One of the workers that are to run."""

    index: int
    deaths: int = 0
    start_at: float = 0.0
    running: bool = False
    done: bool = False


def check_launch(name: str, url: str, workers: int) -> StudyRecord:
    """Finds the study that is to be launched.

    Raises:
        InputError: where there is none, or its database cannot serve so many workers.
    """
    if workers < 1:
        raise InputError(f"--workers: {workers} is not accepted: at least 1")
    if is_sqlite(url) and workers > 1:
        raise InputError(
            f"--workers: {workers} is not accepted: the study is in an SQLite file, which serves "
            f"one worker. {MORE_WORKERS}"
        )
    repository = Repository(url, create=False)
    try:
        return repository.study(name)
    finally:
        repository.close()


def launch(
    name: str, url: str, engine: Engine, workers: int, stop: StopSignal
) -> Generator[LaunchState, None, None]:
    """Keeps workers going until the study's budget is spent.

    A worker that dies is started again, after a pause that grows with the deaths since the last
    trial that was finished.

    Args:
        name: of the study.
        url: of the database.
        engine: where workers run.
        workers: how many.
        stop: asks to end.

    Raises:
        InputError: where workers refuse the study again and again.
        RunError: where workers die again and again and no trial gets finished, or trials were
            given up.
        Stopped: where ``stop`` was asked to; the workers have been ended.
    """
    watch = _Watch(name, url, engine, workers, stop)
    try:
        while watch.look_after_all():
            yield watch.state()
            stop.sleep(_LOOK_SECONDS)
    finally:
        engine.stop()
    watch.sync()
    yield watch.state()
    watch.check_given_up()


def sync_finished(name: str, url: str) -> list[str]:
    """Brings Optuna's tables up to date with a study that needs no workers any more.

    Args:
        name: of the study.
        url: of the database.

    Returns:
        A line where that is not possible.

    Raises:
        InputError: where there is no such study.
    """
    with closing(Repository(url, create=False)) as repository:
        return _synced(repository, repository.study(name), Patience())


def _synced(repository: Repository, record: StudyRecord, patience: Patience) -> list[str]:
    mirror = Mirror(repository, stored_study_file(record), record.model.length)
    try:
        patience(mirror.sync)
    except StorageUnavailable:
        raise
    except InputError as error:
        return [f"optuna-dashboard does not see all trials: {one_line(error)}"]
    return []


class _Watch:
    """The workers of a launch: starts those that are due, and knows how far the study is."""

    def __init__(
        self, name: str, url: str, engine: Engine, workers: int, stop: StopSignal
    ) -> None:
        self._repository = Repository(url, create=False)
        self._record = self._repository.study(name)
        self._queue = TrialQueue(self._repository, name)
        space = space_of(self._repository, self._record)
        self._history = TrialHistory(self._repository, self._record, space)
        self._engine = engine
        self._slots = [_Slot(index) for index in range(workers)]
        self._news: list[str] = []
        self._patience = Patience(pause=stop.sleep, report=self._news.append)
        self._progress = self._first = self._queue.progress()
        self._started = self._finished_at = time.monotonic()
        self._settled_at: float | None = None
        self._restarts = 0
        # Trials that were finished when it was asked for, and the answer.
        self._best: tuple[int, dict[int, float]] = (0, {})
        self._ask_again_at = 0.0
        # Since the last trial was finished: all deaths, and those with exit code 2.
        self._deaths = self._refusals = 0

    def look_after_all(self) -> bool:
        """Starts workers that are to run; False once none is needed any more."""
        progress = self._patience(self._queue.progress)
        if progress.finished > self._progress.finished:
            self._deaths = self._refusals = 0
            self._finished_at = time.monotonic()
        self._progress = progress
        for slot in self._slots:
            if not slot.done:
                self._look_after(slot)
        return not all(slot.done for slot in self._slots) and not self._waited_enough()

    def sync(self) -> None:
        """Brings Optuna's tables up to date after the last worker, and reads the progress."""
        self._news += _synced(self._repository, self._record, self._patience)
        self._progress = self._patience(self._queue.progress)

    def _waited_enough(self) -> bool:
        """Whether all is done, and workers that do not end have had their time."""
        if not self._progress.settled:
            self._settled_at = None
            return False
        for slot in self._slots:
            # There is nothing left to be started for.
            slot.done |= not slot.running
        self._settled_at = self._settled_at or time.monotonic()
        return time.monotonic() - self._settled_at > _LAST_WORDS_SECONDS

    def state(self) -> LaunchState:
        """The state now; its news are told once."""
        progress = self._progress
        seconds = time.monotonic() - self._started
        done = progress.finished - self._first.finished
        left = progress.total - progress.finished - progress.failed
        silent = time.monotonic() - self._finished_at
        usual = (seconds - silent) / max(1, done)
        known = done and silent <= max(_SILENCE_SECONDS, _SILENCE_TIMES * usual)
        # Asking takes longer the more trials there are; it must not keep the launch from looking.
        due = progress.settled or time.monotonic() >= self._ask_again_at
        if due and self._best[0] != progress.finished:
            asked = time.monotonic()
            self._best = progress.finished, self._patience(self._best_values)
            self._ask_again_at = time.monotonic() + 10 * (time.monotonic() - asked)
        alive = self._patience(self._queue.workers.alive)
        news, self._news[:] = tuple(self._news), []
        return LaunchState(
            progress=progress,
            best=self._best[1],
            workers=alive,
            restarts=self._restarts,
            seconds=seconds,
            silent_seconds=silent,
            seconds_left=left * seconds / done if known else None,
            news=news,
        )

    def _best_values(self) -> dict[int, float]:
        self._history.refresh()
        return {steps: record.value for steps, record in self._history.best().items()}

    def check_given_up(self) -> None:
        """See `mdm_opt.run.workers.check_given_up`."""
        check_given_up(self._patience(self._queue.given_up))

    def _look_after(self, slot: _Slot) -> None:
        if slot.running:
            ended = self._engine.exit_of(slot.index)
            if ended is None:
                return
            slot.running = False
            # What the queue says counts, whatever a worker ends with.
            slot.done = self._patience(self._queue.progress).settled
            if slot.done:
                return
            if ended.code == 0:
                reason = f"before its work was done: {ended.reason}"
                ended = replace(ended, reason=reason)
            self._note_death(slot, ended)
        if time.monotonic() >= slot.start_at:
            self._engine.start(slot.index)
            self._restarts += slot.deaths > 0
            slot.running = True

    def _note_death(self, slot: _Slot, ended: Exit) -> None:
        if ended.pid is not None:
            # Its trial need not wait for the grace period.
            host, pid = socket.gethostname(), ended.pid
            self._patience(lambda: self._queue.workers.died(host, pid, ended.reason))
        slot.deaths += 1
        self._deaths += 1
        self._refusals += ended.code == InputError.exit_code
        # A database that is being restarted refuses, too, but not for long.
        if self._refusals >= _MOST_REFUSALS:
            raise InputError(ended.reason)
        if self._deaths >= max(_MOST_DEATHS, 3 * len(self._slots)):
            raise RunError(
                f"workers died {self._deaths} times and no trial was finished in between; the "
                f"last one: {ended.reason}"
            )
        pause = min(_LONGEST_RESTART_SECONDS, _FIRST_RESTART_SECONDS * 2**self._deaths)
        slot.start_at = time.monotonic() + (pause if self._deaths > 1 else 0.0)
        self._news.append(f"worker {slot.index} ended: {ended.reason}; starting it again")

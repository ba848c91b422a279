"""A worker in the database: registered, and alive while it sends heartbeats."""

from __future__ import annotations

import math
import os
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from mdm_opt import __version__
from mdm_opt.errors import InputError, RunError
from mdm_opt.persistence import MAX_FAILURES, TrialQueue, TrialRecord
from mdm_opt.storage_errors import Patience

# How long a worker waits for a database before it has joined: enough for a server's restart.
JOIN_SECONDS = 30.0


@dataclass(frozen=True)
class Heartbeat:
    """How a worker shows that it is alive.

    Attributes:
        interval_seconds: between heartbeats.
        grace_seconds: without a heartbeat for this long, its trial goes to another worker.

    Raises:
        InputError: where the grace period is not longer than two intervals.
    """

    interval_seconds: float = 10.0
    grace_seconds: float = 60.0

    def __post_init__(self) -> None:
        if self.interval_seconds <= 0:
            raise InputError(f"--heartbeat: {self.interval_seconds:g} is not accepted: above 0")
        if self.grace_seconds < 2 * self.interval_seconds:
            raise InputError(
                f"--grace: {self.grace_seconds:g} is not accepted: at least two heartbeats of "
                f"{self.interval_seconds:g} seconds"
            )


class Worker:
    """Registers this process as a worker of a study while it is entered.

    Args:
        queue: of the study.
        device: where it measures.
        heartbeat: how it shows that it is alive.
        patience: for a database that is away.
    """

    def __init__(
        self, queue: TrialQueue, device: str, heartbeat: Heartbeat, patience: Patience
    ) -> None:
        self._queue = queue
        self._heartbeat = heartbeat
        self._patience = patience
        self._device = device
        self._stopped = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="mdm-opt-heartbeat", daemon=True)
        self.id = 0

    def __enter__(self) -> Worker:
        self.id = self._patience(
            lambda: self._queue.workers.register(
                socket.gethostname(),
                os.getpid(),
                self._device,
                __version__,
                self._heartbeat.grace_seconds,
            )
        )
        self._heart.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._stopped.set()
        # It may be waiting for a database that is away.
        self._heart.join(timeout=1.0)
        reason = "finished"
        if kind is not None:
            asked = issubclass(kind, KeyboardInterrupt | GeneratorExit)
            reason = "stopped" if asked else "failed"
        self._end(reason)

    def _end(self, reason: str) -> None:
        """Keeps why the worker ends; without the database the others notice its silence."""
        with suppress(InputError):
            Patience(seconds=10.0)(lambda: self._queue.workers.end(self.id, reason))

    def _beat(self) -> None:
        pause, failed_at = self._heartbeat.interval_seconds, -math.inf
        while not self._stopped.wait(pause):
            # While the database was away, the others could not show that they are alive, either.
            others_too = time.monotonic() - failed_at > self._heartbeat.grace_seconds
            try:
                self._queue.workers.beat(self.id, free_lost=others_too)
                pause = self._heartbeat.interval_seconds
            except Exception:  # a heart must not stop, whatever the reason
                # The trials' own calls wait for the database and report it.
                pause, failed_at = min(1.0, self._heartbeat.interval_seconds), time.monotonic()


def check_given_up(trials: Sequence[TrialRecord]) -> None:
    """Says so where trials were given up.

    Raises:
        RunError: with the number of them and the last error of one.
    """
    given_up = [trial for trial in trials if trial.given_up]
    if given_up:
        raise RunError(
            f"{len(given_up)} of the trials failed {MAX_FAILURES} times and were given up; the "
            f"last error: {given_up[0].last_error}"
        )

"""Sending a study to its trackers while it runs: a process for each, which nothing waits for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from mdm_opt.config.track import TrackTable
from mdm_opt.supervised import exit_words
from mdm_opt.track.child import LACKING, LATE

Report = Callable[[str], None]

# After this long it is said what is waited for.
_QUIET_SECONDS = 2.0
# The longest that is waited where the command is stopped or fails.
_STOP_SECONDS = 10.0
_LAST_LINES_SECONDS = 2.0


@contextmanager
def tracking(table: TrackTable, name: str, url: str, report: Report) -> Iterator[None]:
    """Sends a study to its trackers while the body runs, and what is missing at its end.

    Each tracker is served by a process of its own, which reads the database. One that is slow,
    away or failing delays nothing but the end, by at most ``wait_seconds``; what it lacks then is
    sent by the next command that tracks the study. Where the body raises, the end is waited for
    at most ten seconds. One process at a time sends a study to a tracker: of two that track the
    same study, the second goes on where the first one ends.

    Args:
        table: ``[track]`` of the study.
        name: of the study, which is in the database.
        url: of the database.
        report: called, from other threads too, with a line about what goes wrong.
    """
    limit = table.wait_seconds
    children = [_Child(tracker, name, url, limit, report) for tracker in table.names]
    try:
        yield
    except BaseException:
        _end(children, min(limit, _STOP_SECONDS), report)
        raise
    else:
        _end(children, limit, report)


def send(table: TrackTable, name: str, url: str, report: Report) -> list[str]:
    """Sends to the trackers of a study what they do not have, however long that takes.

    Args:
        table: ``[track]`` of the study.
        name: of the study.
        url: of the database.
        report: as `tracking`.

    Returns:
        The trackers that lack something afterwards.
    """
    children = [_Child(tracker, name, url, None, report) for tracker in table.names]
    return _end(children, None, report)


def _end(children: Sequence[_Child], limit: float | None, report: Report) -> list[str]:
    """Waits for all at once; returns those that lack something."""
    started = time.monotonic()
    try:
        for child in children:
            child.ask_for_end()
        for child in children:
            quiet = _QUIET_SECONDS if limit is None else min(limit, _QUIET_SECONDS)
            if not child.ended(started + quiet) and limit is not None and limit > quiet:
                report(f"waiting for {child.tracker}, at most {limit:g} s")
            child.ended(None if limit is None else started + limit)
        return [child.tracker for child in children if child.last_words(limit)]
    finally:
        for child in children:
            child.kill()


class _Child:
    """The process of one tracker.

    Args:
        tracker: its key.
        name: of the study.
        url: of the database, which goes through a pipe: it may hold a password.
        wait_seconds: how long the process may take at its end; None for no limit.
        report: called with what it says.
    """

    def __init__(
        self, tracker: str, name: str, url: str, wait_seconds: float | None, report: Report
    ) -> None:
        self.tracker, self._name, self._report = tracker, name, report
        self._process = subprocess.Popen(
            # Modules of the folder that one happens to be in are not ours.
            [sys.executable, "-P", "-m", "mdm_opt.track.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # A Ctrl-C is for us; what is missing is still sent.
            start_new_session=True,
        )
        job = {"tracker": tracker, "name": name, "url": url, "wait_seconds": wait_seconds}
        self._write(json.dumps(job).encode() + b"\n")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def ask_for_end(self) -> None:
        """Tells it that no trial will come any more."""
        self._write(b"end\n")

    def ended(self, deadline: float | None) -> bool:
        """Whether it has ended, after waiting until then; None waits for as long as it takes."""
        with suppress(subprocess.TimeoutExpired):
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            self._process.wait(left)
        return self._process.returncode is not None

    def last_words(self, limit: float | None) -> bool:
        """Says what it could not say itself; returns whether the tracker lacks something."""
        code = self._process.returncode
        if code is not None:
            self._reader.join(_LAST_LINES_SECONDS)
        rest = f"'mdm-opt track {self._name}' sends the rest"
        if code in (None, LATE):
            self._report(f"{self.tracker} has not taken everything in {limit or 0:g} s; {rest}")
        elif code not in (0, LACKING):
            self._report(f"{self.tracker}: its process {exit_words(code)}; {rest}")
        return code != 0

    def kill(self) -> None:
        """Ends it with all that it started."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            # What nobody reads any more.
            with suppress(OSError):
                if pipe is not None and (pipe is not self._process.stdout or self._is_read()):
                    pipe.close()

    def _is_read(self) -> bool:
        """Whether nobody reads from it any more: a grandchild may hold the pipe."""
        self._reader.join(_LAST_LINES_SECONDS)
        return not self._reader.is_alive()

    def _write(self, line: bytes) -> None:
        # One that has died is noticed at the end.
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.write(line)
                self._process.stdin.flush()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            with suppress(ValueError, KeyError, TypeError):
                self._report(str(json.loads(line)["say"]))

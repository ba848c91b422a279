"""Commands that run a user's model, each in a process of its own that is watched over.

A model, or a library that it uses, may end the process it runs in, with any exit code, or crash
it. The process that was started from the shell therefore runs no foreign code: it starts the same
command once more, passes signals on, and reports what became of it. `run` goes on where it was.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import Any

import click

from mdm_opt import supervised
from mdm_opt.supervised import exit_words

# Commands that load a model, and whether the same command goes on after a death.
_COMMANDS = {
    ("run",): True,
    ("verify",): True,
    ("worker",): False,
    ("sample",): False,
    ("profile",): False,
    ("doctor",): False,
    ("init",): False,
    ("study", "create"): False,
    ("study", "accept"): False,
}
# Deaths in a row, with no trial finished in between.
_MOST_DEATHS = 3
_LAST_LINES_SECONDS, _LOOK_SECONDS = 2.0, 0.5
_SHOW_CURSOR = "\x1b[?25h"
_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def entry() -> None:
    """The command ``mdm-opt``."""
    _open_missing()
    arguments = sys.argv[1:]
    goes_on = _COMMANDS.get(tuple(arguments[:1]), _COMMANDS.get(tuple(arguments[:2])))
    asked_for_help = {"--help", "-h"} & set(arguments)
    if goes_on is not None and supervised.VARIABLE not in os.environ and not asked_for_help:
        sys.exit(supervise(arguments, goes_on=goes_on))
    if goes_on is None:
        # To look for garbage while libraries are loaded takes a tenth of a short command.
        gc.set_threshold(100_000, 20, 100)
    from mdm_opt.cli.main import main

    with supervised.told():
        main(prog_name="mdm-opt")


def _open_missing() -> None:
    """Standard files that are closed lead nowhere: a pipe must not get their number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def supervise(arguments: Sequence[str], *, goes_on: bool) -> int:
    """Runs a command in a process of its own.

    Args:
        arguments: of ``mdm-opt``.
        goes_on: whether the command is given again where its process dies.

    Returns:
        The exit code: the command's own, or 1 where its process died too often.
    """
    with _Signals() as signals:
        deaths, furthest, died = 0, (0, 0), ""
        while signals.stopped_by is None:
            child = signals.start(arguments, died)
            child.wait()
            end = child.facts.get("end")
            if end is not None:
                return int(end)
            deaths = 1 if child.progress > furthest else deaths + 1
            furthest = max(furthest, child.progress)
            line, stopped = child.death(), signals.stopped_by is not None
            if stopped or not goes_on or deaths >= _MOST_DEATHS:
                again = f" ({deaths} times without a finished trial)" if deaths > 1 else ""
                _say(f"error: {line}{again}")
                return 128 + signals.stopped_by if signals.stopped_by is not None else 1
            _say(f"{line}; starting it again")
            died = f"{child.pid}:{child.cause()}"
        return 128 + signals.stopped_by


def _say(line: str) -> None:
    """Says a line, wherever a bar of a process that died has left the cursor, which it hides."""
    click.echo(_SHOW_CURSOR + "\n" + line if sys.stderr.isatty() else line, err=True)


class _Child:
    """The process of a command.

    Args:
        arguments: of ``mdm-opt``.
        died: process id and last words of the one that it takes the place of, if any.
    """

    def __init__(self, arguments: Sequence[str], died: str) -> None:
        self.facts: dict[str, Any] = {}
        # When its time is over; and the limit that it did not keep.
        self._deadline: float | None = None
        self._late: float | None = None
        ours, theirs = os.pipe()
        told = {
            supervised.VARIABLE: f"{theirs}:{os.getpid()}",
            supervised.PROGRAM: sys.argv[0],
            supervised.DIED: died,
        }
        self._process = subprocess.Popen(
            # Modules of the folder that one happens to be in are not ours.
            [sys.executable, "-P", "-m", "mdm_opt", *arguments],
            env=os.environ | told,
            pass_fds=[theirs],
            # A Ctrl-C reaches the process from the shell, which passes it on: once, not twice.
            start_new_session=True,
        )
        os.close(theirs)
        self.pid = self._process.pid
        self._reader = threading.Thread(target=self._read, args=(ours,), daemon=True)
        self._reader.start()

    @property
    def progress(self) -> tuple[int, int]:
        """Trials that are finished, and step counts that are verified."""
        return self.facts.get("finished", 0), self.facts.get("verified", 0)

    def wait(self) -> None:
        """Until the process has ended, and whatever it has left in its session."""
        while True:
            try:
                self._process.wait(_LOOK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                deadline = self._deadline
                if deadline is not None and time.monotonic() > deadline:
                    self._late = self.facts.get("limit")
                    self._process.kill()
        self._reader.join(_LAST_LINES_SECONDS)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def send(self, number: int) -> None:
        """Passes a signal on."""
        self._process.send_signal(number)

    def suspend(self) -> None:
        """Stops it together with this process, and goes on with it."""
        started = time.monotonic()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGSTOP)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGCONT)
        if self._deadline is not None:
            self._deadline += time.monotonic() - started

    def cause(self) -> str:
        """How the process ended; no foreign code but the model's runs in it."""
        words = exit_words(self._process.returncode, "ended")
        if self._late is not None:
            words = f"took more than {self._late:g} s"
        return f"{self.facts.get('model', 'the model')}: its process {words}"

    def death(self) -> str:
        """One line about how the process ended, and what it did then."""
        return f"{self.facts.get('doing', 'starting')}: {self.cause()}"

    def _read(self, pipe: int) -> None:
        with os.fdopen(pipe, "rb") as lines:
            for line in lines:
                # Foreign code can write there, too.
                with suppress(ValueError, TypeError):
                    self._note(dict(json.loads(line)))

    def _note(self, facts: dict[str, Any]) -> None:
        self.facts |= facts
        if "limit" in facts:
            limit = facts["limit"]
            self._deadline = None if limit is None else time.monotonic() + float(limit)


class _Signals:
    """Passes signals on to the process of a command, while it is entered.

    Attributes:
        stopped_by: the last one that asks to stop; None before there is any.
    """

    def __init__(self) -> None:
        self.stopped_by: int | None = None
        self._child: _Child | None = None
        # What came while there was no process that it could have been passed on to.
        self._held: list[int] = []
        self._before: dict[int, Any] = {}

    def __enter__(self) -> _Signals:
        for number in (*_PASSED_ON, signal.SIGTSTP):
            # Under nohup, closing the terminal is to be survived.
            if signal.getsignal(number) != signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def start(self, arguments: Sequence[str], died: str) -> _Child:
        """Starts a process; see `_Child`. What comes meanwhile it gets once it is there."""
        self._child = None
        self._child = child = _Child(arguments, died)
        held, self._held = self._held, []
        # One that came just before went to the process that is gone.
        if self.stopped_by is not None and self.stopped_by not in held:
            held.append(self.stopped_by)
        for number in held:
            self._pass_on(child, number)
        return child

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGTSTP:
            self.stopped_by = number
        if self._child is None:
            self._held.append(number)
        else:
            self._pass_on(self._child, number)

    def _pass_on(self, child: _Child, number: int) -> None:
        if number == signal.SIGTSTP:
            child.suspend()
        else:
            child.send(number)

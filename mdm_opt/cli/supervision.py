"""Commands that run a user's model, each in a process of its own that is watched over.

A model, or a library that it uses, may end the process it runs in, with any exit code, or crash
it. The process that was started from the shell therefore runs no foreign code: it starts the same
command once more, passes signals on, and reports what became of it. `run` goes on where it was.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
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
    ("study", "create"): False,
    ("study", "accept"): False,
}
# Deaths in a row, with no trial finished in between.
_MOST_DEATHS = 3
_LAST_LINES_SECONDS = 2.0
_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def entry() -> None:
    """The command ``mdm-opt``."""
    arguments = sys.argv[1:]
    goes_on = _COMMANDS.get(tuple(arguments[:1]), _COMMANDS.get(tuple(arguments[:2])))
    asked_for_help = {"--help", "-h"} & set(arguments)
    if goes_on is not None and supervised.VARIABLE not in os.environ and not asked_for_help:
        sys.exit(supervise(arguments, goes_on=goes_on))
    from mdm_opt.cli.main import main

    with supervised.told():
        main()


def supervise(arguments: Sequence[str], *, goes_on: bool) -> int:
    """Runs a command in a process of its own.

    Args:
        arguments: of ``mdm-opt``.
        goes_on: whether the command is given again where its process dies.

    Returns:
        The exit code: the command's own, or 1 where its process died too often.
    """
    deaths, finished, died = 0, 0, ""
    while True:
        child = _Child(arguments, died)
        with _signals(child):
            child.wait()
        end = child.facts.get("end")
        if end is not None:
            return int(end)
        deaths = 1 if child.facts.get("finished", 0) > finished else deaths + 1
        finished = max(finished, child.facts.get("finished", 0))
        line, asked_to = child.death(), child.stopped_by
        if asked_to is not None:
            click.echo(f"error: {line}", err=True)
            return 128 + asked_to
        if not goes_on or deaths >= _MOST_DEATHS:
            again = f" ({deaths} times without a finished trial)" if deaths > 1 else ""
            click.echo(f"error: {line}{again}", err=True)
            return 1
        click.echo(f"{line}; starting it again", err=True)
        died = f"{child.pid}:{child.cause()}"


class _Child:
    """The process of a command.

    Args:
        arguments: of ``mdm-opt``.
        died: process id and last words of the one that it takes the place of, if any.
    """

    def __init__(self, arguments: Sequence[str], died: str) -> None:
        self.facts: dict[str, Any] = {}
        self.stopped_by: int | None = None
        ours, theirs = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mdm_opt", *arguments],
            env=os.environ | {supervised.VARIABLE: str(theirs), supervised.DIED: died},
            pass_fds=[theirs],
            # A Ctrl-C reaches the process from the shell, which passes it on: once, not twice.
            start_new_session=True,
        )
        os.close(theirs)
        self.pid = self._process.pid
        self._reader = threading.Thread(target=self._read, args=(ours,), daemon=True)
        self._reader.start()

    def wait(self) -> None:
        """Until the process has ended, and whatever it has left in its session."""
        self._process.wait()
        self._reader.join(_LAST_LINES_SECONDS)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def send(self, number: int) -> None:
        """Passes a signal on."""
        if self._process.returncode is None:
            self.stopped_by = number
            self._process.send_signal(number)

    def suspend(self) -> None:
        """Stops it together with this process, and goes on with it."""
        os.killpg(self.pid, signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGSTOP)
        os.killpg(self.pid, signal.SIGCONT)

    def cause(self) -> str:
        """How the process ended; no foreign code but the model's runs in it."""
        code, limit = self._process.returncode, self.facts.get("limit")
        late = code == -signal.SIGALRM and limit is not None
        words = f"took more than {limit:g} s" if late else exit_words(code, "ended")
        return f"{self.facts.get('model', 'the model')}: its process {words}"

    def death(self) -> str:
        """One line about how the process ended, and what it did then."""
        return f"{self.facts.get('doing', 'starting')}: {self.cause()}"

    def _read(self, pipe: int) -> None:
        with os.fdopen(pipe, "rb") as lines:
            for line in lines:
                # Foreign code can write there, too.
                with suppress(ValueError):
                    fact = json.loads(line)
                    self.facts |= fact if isinstance(fact, dict) else {}


@contextmanager
def _signals(child: _Child) -> Iterator[None]:
    """Passes signals on to the process of a command while it runs."""

    def pass_on(number: int, _frame: FrameType | None) -> None:
        child.send(number)

    def suspend(_number: int, _frame: FrameType | None) -> None:
        child.suspend()

    wanted: dict[int, Callable[[int, FrameType | None], None]] = dict.fromkeys(_PASSED_ON, pass_on)
    wanted[signal.SIGTSTP] = suspend
    # Under nohup, closing the terminal is to be survived.
    before = {
        number: signal.signal(number, handler)
        for number, handler in wanted.items()
        if signal.getsignal(number) != signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

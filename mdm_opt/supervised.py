"""What a process that is watched over tells the one that started it.

The lines go through a pipe that the starter names in the environment: what the process does just
now, how far it is, and, where it comes to an end of its own, its exit code. A process that ends
without that line was ended by foreign code or by the machine.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

# Descriptor of the pipe and process id of the starter, or `BY_LAUNCH`.
VARIABLE = "MDM_OPT_SUPERVISED"
# A launch looks at the exit code and the database alone.
BY_LAUNCH = "launch"
# The program as it was typed.
PROGRAM = "MDM_OPT_PROGRAM"
# Process id and last words of the process that this one takes the place of.
DIED = "MDM_OPT_DIED"
# Of Linux, see prctl(2).
_PR_SET_PDEATHSIG = 1
_LOOK_SECONDS = 1.0


class _Channel:
    """The way to the process that watches over this one, if there is any."""

    def __init__(self) -> None:
        self.active = False
        self.pipe: int | None = None
        self.died: tuple[int, str] | None = None
        # Of the process that was started, not of what foreign code forks.
        self.process = os.getpid()


_channel = _Channel()


def ends_itself() -> bool:
    """Whether this process has to keep its time limits, because its starter does not."""
    return active() and _channel.pipe is None


def active() -> bool:
    """Whether somebody notices when this process ends, and goes on with its work."""
    return _channel.active and os.getpid() == _channel.process


def predecessor() -> tuple[int, str] | None:
    """Process id and last words of the process that this one takes the place of."""
    return _channel.died


def tell(**fact: Any) -> None:
    """Tells the starter ``doing``, ``model``, ``finished``, ``verified``, ``limit`` or ``end``.

    A ``limit`` is the time that what is done now may take, in seconds from now; None for no more.
    """
    if _channel.pipe is not None and active():
        # A starter that is gone has no use for it.
        with suppress(OSError):
            os.write(_channel.pipe, json.dumps(fact).encode() + b"\n")


@contextmanager
def told() -> Iterator[None]:
    """Tells the starter how this process ends, where it does so of its own accord."""
    _begin(os.environ.pop(VARIABLE, ""))
    try:
        yield
    except SystemExit as end:
        tell(end=end.code if isinstance(end.code, int) else int(end.code is not None))
        raise
    except BaseException:
        tell(end=1)
        raise
    else:
        tell(end=0)
    finally:
        # What foreign code still prints while Python ends is no result.
        with suppress(OSError, ValueError):
            if sys.stdout is not None:
                sys.stdout.flush()
            os.dup2(2, 1)


def _begin(given: str) -> None:
    if given == BY_LAUNCH:
        _channel.active = True
    elif given:
        pipe, _, starter = given.partition(":")
        _channel.active, _channel.pipe = True, int(pipe)
        os.set_inheritable(_channel.pipe, False)
        _end_with(int(starter))
    sys.argv[0] = os.environ.pop(PROGRAM, sys.argv[0])
    pid, _, words = os.environ.pop(DIED, "").partition(":")
    _channel.died = (int(pid), words) if pid.isdigit() else None


def _end_with(parent: int) -> None:
    """Lets this process be killed when its starter dies, which would leave nobody to stop it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    def look() -> None:
        wait = threading.Event().wait
        while os.getppid() == parent:
            wait(_LOOK_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)

    # Elsewhere, and where the starter died before it was asked for.
    threading.Thread(target=look, name="mdm-opt-parent", daemon=True).start()


def exit_words(exit_code: int, ended: str = "ended its process") -> str:
    """What the exit code of a process says, which is negative where a signal ended it.

    Args:
        exit_code: of the process.
        ended: what is said where it ended by itself.
    """
    if exit_code >= 0:
        return f"{ended} with exit code {exit_code}"
    try:
        return f"was killed by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"was killed by signal {-exit_code}"

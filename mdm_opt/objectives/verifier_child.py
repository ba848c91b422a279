"""What runs in a verifier's process: scores one answer after the other.

A script for a fresh interpreter, started by `mdm_opt.objectives.verifiers` alone; it imports
nothing but the standard library and the user's function. Every line on standard input is a JSON
object; so is every answer on what was standard output when it began.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import math
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

OUT_OF_MEMORY = "ran out of memory"
# Beyond the time limit, whose keeper may be dead.
_GRACE_SECONDS = 5


def main() -> None:
    """Answers until there are no more requests."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What the function prints or reads must not come between.
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)

    own = os.getpid()

    def say(**message: Any) -> None:
        if os.getpid() != own:
            # A child that the function started and forgot; its parent answers.
            os._exit(0)
        answers.write(json.dumps(message).encode() + b"\n")
        answers.flush()

    job = json.loads(requests.readline())
    try:
        function = _function(job)
    except BaseException as error:
        say(error=_described(error))
        return
    _limit_memory(job["memory_mib"])
    say(ready=True)
    for line in requests:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(math.ceil(job["timeout_seconds"]) + _GRACE_SECONDS)
        try:
            say(value=_number(function(**json.loads(line), **job["options"])))
        except BrokenPipeError:
            return
        except MemoryError:
            say(error=OUT_OF_MEMORY)
        except BaseException as error:
            say(error=_described(error))
        signal.alarm(0)


def _function(job: dict[str, Any]) -> Callable[..., Any]:
    sys.path[:] = job["path"]
    module, _, name = job["function"].partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def _limit_memory(memory_mib: int) -> None:
    """Bounds the address space beyond what the function's modules take."""
    # Where there is no such file, the system does not limit it either.
    with contextlib.suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + memory_mib * 2**20
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


class _NoNumber(Exception):
    """Its text says what was returned instead."""


def _number(value: Any) -> float:
    try:
        number = math.nan if isinstance(value, str | bytes) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise _NoNumber(f"returned {value!r:.80}; one finite number is expected")
    return number


def _described(error: BaseException) -> str:
    try:
        if isinstance(error, _NoNumber):
            return str(error)
        return f"raised {type(error).__name__}: {error!s:.1000}".removesuffix(": ")
    except BaseException:
        # An exception of the function's own need not have a text.
        return f"raised {type(error).__name__}"


if __name__ == "__main__":
    main()

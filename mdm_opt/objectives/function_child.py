"""What runs in the process of a user's function: one call after the other.

A script for a fresh interpreter, started by `mdm_opt.objectives.function_process` alone; besides
the user's function it imports little more than the standard library. Every line on standard input
is a JSON object; so is every answer on what was standard output when it began.
"""

from __future__ import annotations

import contextlib
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
    sys.path[:] = job["path"]
    from mdm_opt.errors import InputError
    from mdm_opt.objectives.function_calls import NoNumber
    from mdm_opt.plugins import same_folder

    def described(error: BaseException) -> str:
        return str(error) if isinstance(error, NoNumber) else _described(error)

    try:
        function, source = _function(job)
    except InputError as error:
        say(refused=str(error))
        return
    except BaseException as error:
        say(error=described(error))
        return
    if job["memory_mib"] is not None:
        _limit_memory(job["memory_mib"])
    say(source=source)
    for line in requests:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(math.ceil(job["timeout_seconds"]) + _GRACE_SECONDS)
        try:
            # A call finds the folder that the first one found.
            with same_folder():
                value = _answer(function, job, json.loads(line))
            say(value=value)
        except BrokenPipeError:
            return
        except MemoryError:
            say(error=OUT_OF_MEMORY)
        except BaseException as error:
            say(error=described(error))
        signal.alarm(0)


def _function(job: dict[str, Any]) -> tuple[Callable[..., Any], str]:
    """The function, and the fingerprint of its source."""
    from mdm_opt.objectives.function_calls import check_arguments
    from mdm_opt.plugins import load_callable, source_fingerprint

    folder = None if job["folder"] is None else Path(job["folder"])
    function = load_callable(job["function"], job["key"], folder)
    if job["takes"] == "answer":
        check_arguments(function, job["function"], job["options"], job["key"])
    return function, source_fingerprint(function, folder)


def _answer(
    function: Callable[..., Any], job: dict[str, Any], asked: dict[str, Any]
) -> float | list[float] | list[list[float]]:
    """What the function returns for a request: a number, or a number or vector a sample."""
    from mdm_opt.objectives.function_calls import as_number, as_numbers, as_vectors

    if job["takes"] == "answer":
        return as_number(function(**asked, **job["options"]))
    samples = asked["samples"]
    # The function may change the list that it is given.
    count = len(samples)
    returned = function(samples, **job["options"])
    return (
        as_vectors(returned, count) if job["takes"] == "vectors" else as_numbers(returned, count)
    )


def _limit_memory(memory_mib: int) -> None:
    """Bounds the address space beyond what the function's modules take."""
    # Where there is no such file, the system does not limit it either.
    with contextlib.suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + memory_mib * 2**20
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _described(error: BaseException) -> str:
    try:
        return f"raised {type(error).__name__}: {error!s:.1000}".removesuffix(": ")
    except BaseException:
        # An exception of the function's own need not have a text.
        return f"raised {type(error).__name__}"


if __name__ == "__main__":
    main()

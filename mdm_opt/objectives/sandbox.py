"""Programs that a model wrote, each run in a process of its own that can do no harm."""

from __future__ import annotations

import contextlib
import functools
import marshal
import os
import re
import secrets
import select
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mdm_opt.errors import InputError, RunError
from mdm_opt.objectives import sandbox_child
from mdm_opt.objectives.sandbox_creations import Creations
from mdm_opt.objectives.sandbox_folder import program_folder
from mdm_opt.plugins import one_line
from mdm_opt.supervised import exit_words

# Of the interpreter, before the program's own time begins.
_START_SECONDS = 60.0
_POLL_SECONDS = 0.1
_REPORT_BYTES = 4096
_MAX_THREADS = 256
_MAX_WRITTEN_BYTES = 2**30
_MAX_AT_ONCE = 4
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    # Sets and dictionaries of texts have the same order in every run.
    "PYTHONHASHSEED": "0",
    # An arena for every thread would use up the address space.
    "MALLOC_ARENA_MAX": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Outcome:
    """What became of a program.

    Attributes:
        passed: whether it came to its end.
        reason: in words.
    """

    passed: bool
    reason: str


def run_programs(
    programs: Sequence[str], *, timeout_seconds: float, memory_mib: int
) -> list[Outcome]:
    """Runs programs, a few at once; see `run_program`.

    Raises:
        RunError: as `run_program`.
    """
    stop = threading.Event()

    def run(program: str) -> Outcome:
        return run_program(
            program, timeout_seconds=timeout_seconds, memory_mib=memory_mib, stop=stop
        )

    workers = min(_MAX_AT_ONCE, len(os.sched_getaffinity(0)))
    with ThreadPoolExecutor(workers) as pool:
        try:
            return list(pool.map(run, programs))
        except BaseException:
            # Whoever interrupts us must not wait for programs that loop, or for those to come.
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise


def run_program(
    program: str,
    *,
    timeout_seconds: float,
    memory_mib: int,
    stop: threading.Event | None = None,
) -> Outcome:
    """Runs Python that nobody has read, in a fresh interpreter that is confined first.

    The kernel refuses the program (seccomp, Landlock): the network, new processes and other
    programs, signals to other processes, writing outside a temporary folder that is its working
    directory and is removed afterwards, and reading anything but Python's own files. A program
    that runs out of time or memory, writes more than 1 GiB, starts more than 256 threads, makes
    more than 2048 folders, or makes or opens for writing more than 16384 files and links ends, and
    has not passed. It is given no input, and its output is thrown away. What its folder takes
    longer to remove than 2 s is removed in the background.

    It has passed when it came to its last line: one that exits before that, with whatever code,
    has not. What is not prevented: a program that was written to deceive can look in its own
    memory for what the sandbox reports, or change the tests that follow it; and it can see the
    names and sizes of files whose paths it knows.

    Args:
        program: Python source.
        timeout_seconds: wall time from its first line on, without the removal of its folder.
        memory_mib: address space beyond that of the interpreter.
        stop: ends it, as if its time were over.

    Raises:
        RunError: where the sandbox cannot be set up; never for what the program does.
    """
    token = secrets.token_hex(16)
    try:
        with program_folder() as folder:
            job = {
                "program": program,
                "token": token,
                "folder": folder,
                "readable": _python_folders(),
                "parent": os.getpid(),
                "timeout_seconds": timeout_seconds,
                "memory_mib": memory_mib,
            }
            with _started(job, folder) as started:
                said, killed = _watch(started, timeout_seconds, stop or threading.Event())
    except OSError as error:
        raise RunError(f"the sandbox could not be started: {one_line(error)}") from error
    # What the interpreter itself has to say comes before.
    start, begun, end = said.partition(sandbox_child.READY)
    if begun and end == token.encode():
        return Outcome(True, "came to its end")
    text = one_line((end if begun else start).decode(errors="replace"))
    reason = killed or text or exit_words(started.process.returncode)
    if not begun:
        raise RunError(f"the sandbox could not be started: {text or reason}")
    return Outcome(False, reason)


def _python_folders() -> list[str]:
    prefixes = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
    places = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    return [*places, *(f"{prefix}/{name}" for prefix in prefixes for name in ("lib", "lib64"))]


@dataclass(frozen=True)
class _Started:
    """A process with a job.

    Attributes:
        process: that runs the program once it is confined.
        report: end of the pipe on which it reports.
        counter: socket on which it says where the kernel asks us about what it makes.
    """

    process: subprocess.Popen[bytes]
    report: int
    counter: socket.socket


@contextlib.contextmanager
def _started(job: Mapping[str, Any], folder: str) -> Iterator[_Started]:
    """A process with the job; killed afterwards."""
    environment = {**_ENVIRONMENT, "HOME": folder, "TMPDIR": folder}
    # Where Python's own libraries are in unusual places.
    if "LD_LIBRARY_PATH" in os.environ:
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    with contextlib.ExitStack() as ours:
        report, report_end = os.pipe()
        ours.callback(os.close, report)
        with contextlib.ExitStack() as theirs:
            theirs.callback(os.close, report_end)
            counter, counter_end = socket.socketpair()
            ours.enter_context(counter)
            theirs.enter_context(counter_end)
            file = theirs.enter_context(tempfile.TemporaryFile())
            file.write(marshal.dumps({**job, "counter": counter_end.fileno()}))
            file.seek(0)
            # As -I, which would also ignore the seed of the hashes.
            process = subprocess.Popen(
                [sys.executable, "-s", "-P", "-B", "-X", "utf8", sandbox_child.__file__],
                stdin=file,
                stdout=subprocess.DEVNULL,
                stderr=report_end,
                pass_fds=[counter_end.fileno()],
                cwd=folder,
                env=environment,
                start_new_session=True,
            )
        ours.callback(_end, process)
        yield _Started(process, report, counter)


def _end(process: subprocess.Popen[bytes]) -> None:
    # It has not been waited for yet, so that its id cannot be another's.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _watch(started: _Started, timeout_seconds: float, stop: threading.Event) -> tuple[bytes, str]:
    """Waits until a process ends or has to be killed.

    Returns:
        What it reported, and why it has to be killed; empty where it ended.
    """
    said, report = b"", started.report
    allowed, since, checked = _START_SECONDS, time.monotonic(), 0.0
    with contextlib.ExitStack() as ends:
        ended, poller = os.pidfd_open(started.process.pid), select.poll()
        ends.callback(os.close, ended)
        poller.register(ended, select.POLLIN)
        poller.register(report, select.POLLIN)
        creations: Creations | None = None
        while True:
            left = since + allowed - time.monotonic()
            ready = dict(poller.poll(1000 * max(0.0, min(left, _POLL_SECONDS))))
            reason = creations.answer(ready) if creations else ""
            if report in ready:
                chunk = os.read(report, _REPORT_BYTES)
                said += chunk
                if creations is None and sandbox_child.READY in said:
                    creations = Creations(started.counter, poller)
                    ends.callback(creations.close)
                    allowed, since = timeout_seconds, time.monotonic()
                if not chunk or len(said) > _REPORT_BYTES:
                    poller.unregister(report)
            elif ended in ready:
                return said, reason
            if time.monotonic() > checked + _POLL_SECONDS:
                checked = time.monotonic()
                reason = reason or _excess(started.process.pid)
            if time.monotonic() > since + allowed:
                reason = f"took more than {allowed:g} s"
            if stop.is_set():
                reason = "was stopped"
            if reason:
                return said, reason


def _excess(process: int) -> str:
    """What a process has had too much of; empty where nothing, or nobody knows."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
        written = Path(f"/proc/{process}/io").read_text()
    except OSError:
        return ""
    if _count(status, "Threads") > _MAX_THREADS:
        return f"started more than {_MAX_THREADS} threads"
    if max(_count(written, "wchar"), _count(written, "write_bytes")) > _MAX_WRITTEN_BYTES:
        return f"wrote more than {_MAX_WRITTEN_BYTES >> 20} MiB"
    return ""


def _count(text: str, key: str) -> int:
    """The number behind a key of a file under /proc; 0 where there is none."""
    found = re.search(rf"^{key}:\s*(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0


_PROBE = """
import os, socket

def refused(attempt):
    try:
        attempt()
    except PermissionError:
        return True

assert refused(socket.socket), "it has a network"
assert refused(lambda: open({outside!r}, "w")), "it writes elsewhere"
assert refused(lambda: open({outside!r})), "it reads elsewhere"
assert refused(os.fork), "it starts processes"
open("own", "w").close()
"""


@functools.cache
def check_sandbox() -> None:
    """Finds out whether this machine can confine a program, once for the process.

    Raises:
        InputError: where it cannot.
    """
    reason = "only Linux confines programs as needed"
    if sys.platform == "linux":
        with tempfile.NamedTemporaryFile() as outside:
            probe = _PROBE.format(outside=outside.name)
            try:
                outcome = run_program(probe, timeout_seconds=_START_SECONDS, memory_mib=1024)
            except RunError as error:
                reason = str(error)
            else:
                if outcome.passed:
                    return
                reason = f"a program that tried to leave the sandbox {outcome.reason}"
    raise InputError(
        f"[objective] score 'code' cannot run programs safely on this machine: {reason}; "
        "'package.module:function' scores answers as you see fit"
    )

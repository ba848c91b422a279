"""Functions of the user's, kept apart from the process that tunes."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from mdm_opt.errors import InputError
from mdm_opt.objectives import function_child
from mdm_opt.plugins import one_line
from mdm_opt.supervised import exit_words

# Of its imports.
_START_SECONDS = 300.0
_EXIT_SECONDS = 5.0
_CHUNK_BYTES = 65536


class FunctionProcess:
    """A function of the user's in a process of its own, with limits.

    The process starts with `start` or the first call, ends with this object or the process that
    made it, and is replaced after a failure. What the function prints goes to standard error.

    Args:
        function: its name, ``package.module:function``.
        key: of the study file that it stands under, for messages.
        folder: of the study file.
        takes: ``answer``: called as ``function(prompt=..., answer=..., reference=..., **options)``
            and returns a number; ``samples``: called as ``function(samples, **options)`` with a
            list of texts and returns a number for each; ``vectors``: the same, and returns a
            vector for each.
        options: passed on to it.
        timeout_seconds: wall time of one call.
        memory_mib: address space beyond that of the function's modules, which Linux keeps; None
            for no limit.
    """

    def __init__(
        self,
        function: str,
        *,
        key: str,
        folder: Path | None,
        takes: Literal["answer", "samples", "vectors"],
        options: Mapping[str, Any],
        timeout_seconds: float,
        memory_mib: int | None,
    ) -> None:
        self._timeout, self._memory = timeout_seconds, memory_mib
        self._job = {
            "function": function,
            "key": key,
            "folder": None if folder is None else str(folder),
            "takes": takes,
            "options": dict(options),
            "timeout_seconds": timeout_seconds,
            "memory_mib": memory_mib,
        }
        self._process: _Process | None = None
        self._source = ""

    def start(self) -> str:
        """Starts the process where it does not run, and imports the function there.

        Returns:
            The fingerprint of the function's source, empty where it has none.

        Raises:
            InputError: where there is no such function, or it cannot be called so.
            FunctionFailed: where its modules end the process.
        """
        self._started()
        return self._source

    def __call__(self, **question: Any) -> Any:
        """What the function returns: a number, a list of them, or a list of vectors.

        Raises:
            FunctionFailed: where it raises, takes too long or too much memory, ends its process,
                or returns anything else.
        """
        try:
            return self._started().ask(question, self._timeout)["value"]
        except FunctionFailed as failure:
            self.close()
            said = one_line(str(failure))
            if said == function_child.OUT_OF_MEMORY:
                said += f" (memory_mib = {self._memory})"
            raise FunctionFailed(said) from None
        except BaseException:
            # Whatever interrupts us leaves a question that has no answer yet.
            self.close()
            raise

    def _started(self) -> _Process:
        """The process, with the function imported."""
        if self._process is None:
            self._process = _Process()
            # Looked up now: a module beside the study file is found by the folder in there.
            job = {**self._job, "path": sys.path}
            try:
                self._source = self._process.ask(job, _START_SECONDS)["source"]
            except BaseException:
                self.close()
                raise
        return self._process

    def close(self) -> None:
        """Ends the process; the next call starts another."""
        if self._process is not None:
            self._process.end()
            self._process = None


class FunctionFailed(Exception):
    """What went wrong with a function, in words that follow its name."""


class _Process:
    """One process; questions and answers are lines of JSON."""

    def __init__(self) -> None:
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", function_child.__file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # Interrupts from the terminal are for us.
                start_new_session=True,
            )
        except OSError as error:
            raise FunctionFailed(f"its process could not be started: {error}") from error
        self.end = weakref.finalize(self, _end, self._process)

    def ask(self, question: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """The answer to a question.

        Raises:
            FunctionFailed: where none comes in time, or it is an error.
            InputError: where there is no such function.
        """
        questions, answers = self._process.stdin, self._process.stdout
        if questions is None or answers is None:
            raise RuntimeError("a process of ours has pipes")
        deadline = time.monotonic() + seconds
        # Where it has died, there will be no answer either.
        with contextlib.suppress(BrokenPipeError):
            questions.write(json.dumps(question).encode() + b"\n")
            questions.flush()
        poller = select.poll()
        poller.register(answers, select.POLLIN)
        line = b""
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left < 0:
                raise FunctionFailed(f"took more than {seconds:g} s")
            if poller.poll(1000 * left):
                chunk = os.read(answers.fileno(), _CHUNK_BYTES)
                if not chunk:
                    raise FunctionFailed(self._exit())
                line += chunk
        answer: dict[str, Any] = json.loads(line)
        if "refused" in answer:
            raise InputError(answer["refused"])
        if "error" in answer:
            raise FunctionFailed(answer["error"])
        return answer

    def _exit(self) -> str:
        try:
            return exit_words(self._process.wait(timeout=_EXIT_SECONDS))
        except subprocess.TimeoutExpired:
            return "closed the pipes of its process"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kills a process with all that it started."""
    # Where it has been waited for, its number may be another's by now.
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            # A question that nobody reads any more.
            with contextlib.suppress(BrokenPipeError):
                pipe.close()

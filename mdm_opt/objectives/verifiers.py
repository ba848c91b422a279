"""Functions of the user's that score answers, kept apart from the process that tunes."""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import select
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from mdm_opt.errors import InputError, RunError
from mdm_opt.objectives import verifier_child
from mdm_opt.objectives.sandbox import exit_words
from mdm_opt.plugins import one_line

# Of its imports, which the process that tunes has done before.
_START_SECONDS = 300.0
_EXIT_SECONDS = 5.0
_CHUNK_BYTES = 65536


class Verifier:
    """A function that scores answers, in a process of its own with limits.

    The process starts with the first answer, ends with this object or the process that made it,
    and is replaced after a failure. What the function prints goes to standard error.

    Args:
        function: its name, ``package.module:function``; it is called as
            ``function(prompt=..., answer=..., reference=..., **options)``.
        options: passed on to it.
        timeout_seconds: wall time of one answer.
        memory_mib: address space beyond that of the function's modules; Linux keeps it.
    """

    def __init__(
        self,
        function: str,
        *,
        options: Mapping[str, Any],
        timeout_seconds: float,
        memory_mib: int,
    ) -> None:
        self._name = function
        self._timeout, self._memory = timeout_seconds, memory_mib
        self._job = {
            "function": function,
            "options": dict(options),
            "timeout_seconds": timeout_seconds,
            "memory_mib": memory_mib,
        }
        self._process: _Process | None = None

    def __call__(self, *, prompt: str, answer: str, reference: str, place: str) -> float:
        """The number that the function returns.

        Args:
            prompt: of the document.
            answer: of the model.
            reference: of the document.
            place: of the document, for messages.

        Raises:
            RunError: where the function raises, takes too long or too much memory, ends its
                process, or returns no finite number.
        """
        text = {"prompt": prompt, "answer": answer, "reference": reference}
        try:
            if self._process is None:
                self._process = _Process()
                # Looked up now: a module beside the study file is found by the folder in there.
                self._process.ask({**self._job, "path": sys.path}, _START_SECONDS)
            return float(self._process.ask(text, self._timeout)["value"])
        except _Failure as failure:
            self.close()
            said = one_line(str(failure))
            if said == verifier_child.OUT_OF_MEMORY:
                said += f" (memory_mib = {self._memory})"
            raise RunError(f"[objective] score {self._name!r}, {place}: {said}") from None
        except BaseException:
            # Whoever interrupts us leaves a question that has no answer yet.
            self.close()
            raise

    def close(self) -> None:
        """Ends the process; the next answer starts another."""
        if self._process is not None:
            self._process.end()
            self._process = None


def check_arguments(
    function: Callable[..., Any], name: str, options: Mapping[str, Any], key: str
) -> None:
    """Refuses a function that cannot be called as a verifier is.

    Args:
        function: of the user's.
        name: as in the study file.
        options: of the study file.
        key: of the study file, for messages.

    Raises:
        InputError: with what Python says about it.
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(prompt="", answer="", reference="", **options)
    except TypeError as error:
        names = ", ".join(f"{word}=..." for word in ("prompt", "answer", "reference", *options))
        raise InputError(
            f"{key}: {name!r} cannot be called with ({names}): {one_line(error)}"
        ) from error


class _Failure(Exception):
    """What went wrong, in words."""


class _Process:
    """One process of a verifier; questions and answers are lines of JSON."""

    def __init__(self) -> None:
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", verifier_child.__file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # Interrupts from the terminal are for us.
                start_new_session=True,
            )
        except OSError as error:
            raise _Failure(f"its process could not be started: {error}") from error
        self.end = weakref.finalize(self, _end, self._process)

    def ask(self, question: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """The answer to a question.

        Raises:
            _Failure: where none comes in time, or it is an error.
        """
        questions, answers = self._process.stdin, self._process.stdout
        if questions is None or answers is None:
            raise RuntimeError("a verifier's process has pipes")
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
                raise _Failure(f"took more than {seconds:g} s")
            if poller.poll(1000 * left):
                chunk = os.read(answers.fileno(), _CHUNK_BYTES)
                if not chunk:
                    raise _Failure(self._exit())
                line += chunk
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise _Failure(answer["error"])
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

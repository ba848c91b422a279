"""Functions of the user's that score answers one by one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mdm_opt.errors import InputError, RunError
from mdm_opt.objectives.function_process import FunctionFailed, FunctionProcess


class Verifier:
    """A function that scores answers, see `FunctionProcess`.

    Args:
        function: its name, ``package.module:function``.
        options: passed on to it.
        timeout_seconds: wall time of one answer.
        memory_mib: address space beyond that of the function's modules; Linux keeps it.
        folder: of the study file.
    """

    def __init__(
        self,
        function: str,
        *,
        options: Mapping[str, Any],
        timeout_seconds: float,
        memory_mib: int,
        folder: Path | None = None,
    ) -> None:
        self._name = function
        self._function = FunctionProcess(
            function,
            key="[objective] score",
            folder=folder,
            takes="answer",
            options=options,
            timeout_seconds=timeout_seconds,
            memory_mib=memory_mib,
        )

    def start(self) -> str:
        """See `FunctionProcess.start`; a process that ends at once is a function to be refused."""
        try:
            return self._function.start()
        except FunctionFailed as failure:
            raise InputError(f"[objective] score {self._name!r}: {failure}") from None

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
        try:
            return float(self._function(prompt=prompt, answer=answer, reference=reference))
        except FunctionFailed as failure:
            raise RunError(f"[objective] score {self._name!r}, {place}: {failure}") from None

    def close(self) -> None:
        """Ends the process; the next answer starts another."""
        self._function.close()

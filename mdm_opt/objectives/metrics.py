"""Functions of the user's that score or describe samples, a batch at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from mdm_opt.errors import InputError
from mdm_opt.objectives.function_process import FunctionFailed, FunctionProcess

# Of one batch of samples, where the study file does not say.
TIMEOUT_SECONDS = 600.0


class _TextFunction:
    """A function of a study file that is given the texts of samples, see `FunctionProcess`.

    Args:
        function: its name, ``package.module:function``.
        key: of the study file that it stands under.
        folder: of the study file.
        options: passed on to it.
        timeout_seconds: wall time of one batch of samples; None takes `TIMEOUT_SECONDS`.
    """

    _takes: ClassVar[Literal["samples", "vectors"]]

    def __init__(
        self,
        function: str,
        *,
        key: str,
        folder: Path | None,
        options: Mapping[str, Any],
        timeout_seconds: float | None = None,
    ) -> None:
        self._function = FunctionProcess(
            function,
            key=key,
            folder=folder,
            takes=self._takes,
            options=options,
            timeout_seconds=timeout_seconds or TIMEOUT_SECONDS,
            memory_mib=None,
        )
        try:
            self.source = self._function.start()
        except FunctionFailed as failure:
            raise InputError(f"{key}: {function!r}: {failure}") from None


class Metric(_TextFunction):
    """A function of a study file that scores samples."""

    _takes = "samples"

    def __call__(self, samples: Sequence[str]) -> list[float]:
        """One number a sample; `FunctionFailed` where the function returns anything else."""
        numbers: list[float] = self._function(samples=list(samples))
        return numbers


class Features(_TextFunction):
    """A function of a study file that maps samples to vectors."""

    _takes = "vectors"

    def __call__(self, samples: Sequence[str]) -> list[list[float]]:
        """A vector of finite numbers a sample, all of one width.

        `FunctionFailed` where the function returns anything else.
        """
        vectors: list[list[float]] = self._function(samples=list(samples))
        return vectors

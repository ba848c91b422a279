"""Objectives that look at the text of each sample: `validity` and the user's own functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from mdm_opt.errors import RunError
from mdm_opt.models.base import Denoiser
from mdm_opt.objectives.base import Array, Direction, Scores
from mdm_opt.objectives.entropy import entropy_guard
from mdm_opt.objectives.function_calls import NoNumber, as_numbers
from mdm_opt.objectives.function_process import FunctionFailed
from mdm_opt.plugins import CalledExit, in_place, one_line
from mdm_opt.processes import Batch

SampleFunction = Callable[..., Sequence[float]]


class SampleScore:
    """Generates samples and lets a function score their texts.

    Args:
        function: ``function(samples)`` with a list of texts; one number a text.
        name: for messages and tables.
        direction: ``minimize`` or ``maximize``.
        unit: of the numbers.
        bounds: numbers outside are refused.
        fingerprint: of the function's source, empty where it is not known.
        min_entropy_nats: floor of the samples' mean unigram entropy, or None for no guard.
    """

    deterministic = False

    def __init__(
        self,
        function: SampleFunction,
        *,
        name: str,
        direction: Direction,
        unit: str,
        bounds: tuple[float, float] = (-np.inf, np.inf),
        fingerprint: str = "",
        min_entropy_nats: float | None = None,
    ) -> None:
        self.fingerprint = fingerprint
        self._min_entropy = min_entropy_nats
        self.name = name
        self.direction: Direction = direction
        self.unit = unit
        self._function = function
        self._bounds = bounds

    def score(self, denoiser: Denoiser, batch: Batch) -> Scores:
        """See `Objective.score`; the guard is ``entropy``: floor minus entropy."""
        samples = batch.sample(denoiser)
        texts = tuple(batch.texts(denoiser, samples))
        values = self._call(texts)
        guards = entropy_guard(samples.tokens, self._min_entropy)
        return Scores(
            values, samples.nfe.astype(np.float64), samples.sequence_calls, guards, texts
        )

    def _call(self, texts: Sequence[str]) -> Array:
        try:
            with in_place():
                returned = self._function(list(texts))
            values = np.array(as_numbers(returned, len(texts)), dtype=np.float64)
        except (NoNumber, CalledExit, FunctionFailed) as failure:
            raise RunError(f"objective {self.name!r} {failure}") from None
        except Exception as error:  # a user's function may raise anything
            raise RunError(
                f"objective {self.name!r} raised {type(error).__name__}: {one_line(error)}"
            ) from error
        low, high = self._bounds
        outside = (values < low) | (values > high)
        if outside.any():
            raise RunError(
                f"objective {self.name!r} returned {values[outside][0]}; numbers from {low:g} to "
                f"{high:g} are expected"
            )
        return values


def validity(
    verifier: SampleFunction, *, fingerprint: str = "", min_entropy_nats: float | None = None
) -> SampleScore:
    """Share of samples that ``verifier(samples)`` accepts, each in [0, 1]; see `SampleScore`."""
    return SampleScore(
        verifier,
        name="validity",
        direction="maximize",
        unit="share",
        bounds=(0.0, 1.0),
        fingerprint=fingerprint,
        min_entropy_nats=min_entropy_nats,
    )

"""Objectives that look at the text of each sample: `validity` and the user's own functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from mdm_opt.errors import RunError
from mdm_opt.models.base import Denoiser
from mdm_opt.objectives.base import Array, Direction, Scores
from mdm_opt.plugins import one_line
from mdm_opt.processes import Batch

SampleFunction = Callable[..., Sequence[float]]


class SampleScore:
    """Generates samples and lets a function score their texts.

    Args:
        function: ``function(samples, **options)`` with a list of texts; one number a text.
        name: for messages and tables.
        direction: ``minimize`` or ``maximize``.
        unit: of the numbers.
        options: passed on to the function.
        bounds: numbers outside are refused.
    """

    deterministic = False
    fingerprint = ""

    def __init__(
        self,
        function: SampleFunction,
        *,
        name: str,
        direction: Direction,
        unit: str,
        options: Mapping[str, Any] | None = None,
        bounds: tuple[float, float] = (-np.inf, np.inf),
    ) -> None:
        self.name = name
        self.direction: Direction = direction
        self.unit = unit
        self._function = function
        self._options = dict(options or {})
        self._bounds = bounds

    def score(self, denoiser: Denoiser, batch: Batch) -> Scores:
        """See `Objective.score`."""
        samples = batch.sample(denoiser)
        texts = denoiser.decode(samples.tokens)
        # The function may change the list that it is given.
        kept = tuple(texts)
        values = self._call(texts)
        return Scores(values, samples.nfe.astype(np.float64), samples.sequence_calls, texts=kept)

    def _call(self, texts: list[str]) -> Array:
        try:
            values = np.asarray(self._function(texts, **self._options), dtype=np.float64)
        except Exception as error:  # a user's function may raise anything
            raise RunError(
                f"objective {self.name!r} raised {type(error).__name__}: {one_line(error)}"
            ) from error
        if values.shape != (len(texts),):
            raise RunError(
                f"objective {self.name!r} returned shape {values.shape} for {len(texts)} samples; "
                "one number a sample is expected"
            )
        low, high = self._bounds
        outside = (values < low) | (values > high)
        if outside.any():
            raise RunError(
                f"objective {self.name!r} returned {values[outside][0]}; numbers from {low:g} to "
                f"{high:g} are expected"
            )
        return values


def validity(verifier: SampleFunction, options: Mapping[str, Any] | None = None) -> SampleScore:
    """Share of samples that ``verifier(samples, **options)`` accepts, each in [0, 1]."""
    return SampleScore(
        verifier,
        name="validity",
        direction="maximize",
        unit="share",
        options=options,
        bounds=(0.0, 1.0),
    )

"""Exact divergence of the law of the samples from an enumerable one (docs/mathematics.md 6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from mdm_opt.models.base import FrozenModel
from mdm_opt.models.laws import EnumeratedLaw
from mdm_opt.objectives.base import Array, Direction, Scores, check_in_law
from mdm_opt.processes import MASKED, Batch, ExactLaw, Process


class Divergence:
    """Total variation or KL(target || samples), enumerated; no noise, no error bar.

    Args:
        law: the target.
        metric: ``tv`` in [0, 1], or ``kl`` in nats, infinite where the samples miss an outcome, or
            ``path_kl`` in nats, that of whole paths (docs/mathematics.md 9).
        process: by which the samples come about.

    Raises:
        InputError: for a law too large to be enumerated.
    """

    name = "divergence"
    direction: Direction = "minimize"
    deterministic = True
    fingerprint = ""

    def __init__(
        self,
        law: EnumeratedLaw,
        metric: Literal["tv", "kl", "path_kl"] = "tv",
        process: Process[Any] = MASKED,
    ) -> None:
        process.check_enumerable(law.length, law.vocab_size)
        self.unit = "total variation" if metric == "tv" else "nats"
        self._metric, self._law = metric, law
        self._path_kl: Callable[[Array], float] | None = None
        self._target = np.zeros((law.vocab_size,) * law.length)
        self._target[tuple(law.outcomes.T)] = law.probabilities
        self._sample_law: ExactLaw | None = None

    def score(self, denoiser: FrozenModel, batch: Batch) -> Scores:
        """See `Objective.score`; every instance gets the same exact value."""
        check_in_law(self, batch)
        if self._sample_law is None:
            self._sample_law = batch.process.exact_law(denoiser)
        if self._metric == "path_kl":
            value = self._of_paths(denoiser, batch)
        else:
            value = self._divergence(self._sample_law.under(batch.plan, batch.decoding))
        count = len(batch.instances)
        return Scores(np.full(count, value), np.full(count, self._sample_law.nfe(batch.plan)), 0)

    def _of_paths(self, model: FrozenModel, batch: Batch) -> float:
        if self._path_kl is None:
            self._path_kl = batch.process.exact_path_kl(model, self._law)
        return self._path_kl(batch.plan.grid)

    def _divergence(self, samples: Array) -> float:
        if self._metric == "tv":
            return float(np.abs(samples - self._target).sum() / 2)
        support = self._target > 0
        with np.errstate(divide="ignore"):
            ratios = np.log(self._target[support]) - np.log(samples[support])
        return float((self._target[support] * ratios).sum())

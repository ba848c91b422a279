"""Exact divergence of the law of the samples from an enumerable one (docs/mathematics.md 6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from mdm_opt.errors import InputError
from mdm_opt.models.base import FrozenModel
from mdm_opt.models.laws import EnumeratedLaw
from mdm_opt.objectives.base import Array, Direction, Scores, check_in_law
from mdm_opt.objectives.spread import SPREAD, checked_spread
from mdm_opt.processes import MASKED, Batch, ExactLaw, Process
from mdm_opt.processes.uniform.law import UniformLaw


class Divergence:
    """Total variation or KL(target || samples), enumerated; no noise, no error bar.

    Args:
        law: the target.
        metric: ``tv`` in [0, 1], or ``kl`` in nats, infinite where the samples miss an outcome, or
            ``path_kl`` in nats, that of whole paths (docs/mathematics.md 9).
        process: by which the samples come about.
        most_spread: largest spread of a candidate, see `mdm_opt.objectives.spread`, here exact;
            None for no guard.

    Raises:
        InputError: for a law too large to be enumerated, and for a guard that is none or of a
            process whose samples all start from the same.
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
        most_spread: float | None = None,
    ) -> None:
        if most_spread is not None and process.name != "uniform":
            raise InputError(
                f"most_spread is not accepted in process {process.name!r}, whose samples all "
                "start from the same; accepted: 'uniform'"
            )
        self._most_spread = None if most_spread is None else checked_spread(most_spread)
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
        law, count = self._sample_law, len(batch.instances)
        if self._metric == "path_kl":
            value = self._of_paths(denoiser, batch)
        else:
            value = self._divergence(law.under(batch.plan, batch.decoding))
        guards = {}
        if self._most_spread is not None:
            # Only laws of uniform corruption get here.
            exact: UniformLaw = law  # type: ignore[assignment]
            spread = exact.conditional_deviation(batch.plan, batch.decoding)
            guards[SPREAD] = np.full(count, spread - self._most_spread)
        return Scores(np.full(count, value), np.full(count, law.nfe(batch.plan)), 0, guards)

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

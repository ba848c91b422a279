"""Path KL against one token per step (docs/mathematics.md 5, [CCL thm 3.3])."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from mdm_opt.errors import RunError
from mdm_opt.models.base import Denoiser
from mdm_opt.objectives.base import Direction, Scores, check_in_law
from mdm_opt.processes import Batch, PathCosts

# Instance ids of a study end far below; each reference has noise of its own from here on.
REFERENCE_START = 2**62

# Model, seed of the noise, instance, and tokens of a sequence.
_Key = tuple[str, int, int, int]
ReferenceLookup = Callable[[Sequence[int]], torch.Tensor]


class PathKl:
    """log p(reference, one token a step) - log p(reference, candidate), in nats a sequence.

    Each instance has a reference sequence and a random order. The cost of revealing token j of
    that order when m are known, -log p(x_j | x_<m), is asked from the model once for all j >= m:
    ``length`` model calls an instance, after which every schedule is a sum over a table.

    The model's own references are generated at one token per step, which costs ``length`` calls
    more, in an order independent of the one they are scored in. A sequence scored in the order
    that made it looks far likelier than any other order finds it wherever the conditionals of
    the model do not agree with one joint law.

    Args:
        references: tokens int64 ``(batch, length)`` of instances, or None for the model's own.
        fingerprint: hash of the references.
    """

    name = "path_kl"
    direction: Direction = "minimize"
    unit = "nats/sequence"
    deterministic = False

    def __init__(
        self, references: ReferenceLookup | None = None, *, fingerprint: str = ""
    ) -> None:
        self._references = references
        self.fingerprint = fingerprint
        self._costs: dict[_Key, PathCosts] = {}

    def score(self, denoiser: Denoiser, batch: Batch) -> Scores:
        """See `Objective.score`."""
        check_in_law(self, batch)
        if batch.plan.rule is not None:
            raise RunError(
                f"objective 'path_kl' is not defined for rules, got {batch.plan.rule.label}"
            )
        keys: list[_Key] = [
            (denoiser.fingerprint, batch.seed, instance, denoiser.length)
            for instance in batch.instances
        ]
        missing = [row for row, key in enumerate(keys) if key not in self._costs]
        calls = 0
        if missing:
            instances = [batch.instances[row] for row in missing]
            references, written = self._reference_tokens(denoiser, batch, instances)
            costs, asked = batch.process.path_costs(denoiser, references, batch, missing)
            calls = written + asked
            self._costs.update(zip([keys[row] for row in missing], costs, strict=True))
        costs = [self._costs[key] for key in keys]
        values, asked = batch.process.path_kl(denoiser, costs, batch)
        return Scores(values, batch.nfe.astype(np.float64), calls + asked)

    def _reference_tokens(
        self, denoiser: Denoiser, batch: Batch, instances: Sequence[int]
    ) -> tuple[torch.Tensor, int]:
        """References of instances, and the sequences put through the model to make them."""
        if self._references is not None:
            return self._references(instances), 0
        own = [REFERENCE_START + instance for instance in instances]
        samples = batch.process.finest(denoiser, own, seed=batch.seed)
        return samples.tokens, samples.sequence_calls

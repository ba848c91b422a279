"""A guard on the diversity of samples: the entropy of the tokens within each."""

from __future__ import annotations

import numpy as np
import torch

from mdm_opt.objectives.base import Array

ENTROPY = "entropy"


def entropy_guard(tokens: torch.Tensor, floor: float | None) -> dict[str, Array]:
    """The guard ``entropy`` of samples: floor minus entropy, in nats.

    Args:
        tokens: int64 ``(batch, length)``.
        floor: of the mean entropy; None for no guard.

    Returns:
        float64 ``(batch,)`` by the name of the guard, see `Scores`; empty without one.
    """
    return {} if floor is None else {ENTROPY: floor - unigram_entropy(tokens)}


def unigram_entropy(tokens: torch.Tensor) -> Array:
    """Entropy in nats of the token frequencies within each sample.

    Args:
        tokens: int64 ``(batch, length)``.

    Returns:
        float64 ``(batch,)``, between 0 (one token repeated) and ln(length).
    """
    entropies = []
    for row in tokens.cpu().numpy():
        shares = np.unique(row, return_counts=True)[1] / len(row)
        entropies.append(-(shares * np.log(shares)).sum())
    return np.array(entropies)

"""What a masked model says of clean sequences."""

from __future__ import annotations

import numpy as np
import torch

from mdm_opt.models.base import Denoiser
from mdm_opt.processes.base import Array, Batch
from mdm_opt.processes.masked.batch import masked_batch
from mdm_opt.processes.masked.noise import Noise


class PathTable:
    """What each token of a sequence costs in the random order of an instance.

    Args:
        costs: float64 ``(length, length)``: entry (m, j) is -log p(token j of the order | the
            first m of the order) in nats, zero for j < m.
    """

    def __init__(self, costs: Array) -> None:
        self._costs = costs

    def path_kl(self, batch: Batch, row: int) -> float:
        """Of the instance in a row of a batch, against one token a step [CCL thm 3.3]."""
        counts = masked_batch(batch).counts[row]
        known = np.repeat(np.cumsum(counts) - counts, counts)
        order = np.arange(len(known))
        return float((self._costs[known, order] - self._costs[order, order]).sum())


@torch.inference_mode()
def path_tables(denoiser: Denoiser, noise: Noise, clean: torch.Tensor) -> list[PathTable]:
    """Tables of clean sequences, int64 ``(batch, length)``; costs ``length`` model calls each."""
    batch, length = noise.permutation.shape
    device = denoiser.device
    order = torch.from_numpy(noise.permutation).to(device)
    in_order = clean.to(device).gather(1, order)
    known = torch.full((batch, length), denoiser.mask_token_id, device=device)
    tables = np.zeros((batch, length, length))
    for revealed in range(length):
        log_probs = denoiser.log_probs(known, order[:, revealed:])
        picked = log_probs.gather(2, in_order[:, revealed:, None])[:, :, 0]
        tables[:, revealed, revealed:] = -picked.double().cpu().numpy()
        here = slice(revealed, revealed + 1)
        known = known.scatter(1, order[:, here], in_order[:, here])
    return [PathTable(table) for table in tables]


@torch.inference_mode()
def pseudo_nll(denoiser: Denoiser, tokens: torch.Tensor) -> Array:
    """Mean of -log p of each token given all others (Salazar et al. 2020).

    Args:
        denoiser: a masked model; costs ``length`` model calls a sequence.
        tokens: int64 ``(batch, length)``.

    Returns:
        float64 ``(batch,)``, nats a token.
    """
    tokens = tokens.to(denoiser.device)
    total = torch.zeros(len(tokens), dtype=torch.float64, device=denoiser.device)
    for position in range(denoiser.length):
        hidden = tokens.clone()
        hidden[:, position] = denoiser.mask_token_id
        where = torch.full((len(tokens), 1), position, device=denoiser.device)
        log_probs = denoiser.log_probs(hidden, where)[:, 0].double()
        total -= log_probs.gather(1, tokens[:, position : position + 1])[:, 0]
    return np.asarray((total / denoiser.length).cpu().numpy())

"""What steps of ancestral sampling cost on clean sequences (docs/mathematics.md 9, 11)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.errors import RunError
from mdm_opt.processes.base import Array
from mdm_opt.processes.uniform.kernels import Kernel, rows
from mdm_opt.processes.uniform.steps import bridge_law, reverse_law

Cells = npt.NDArray[np.int64]


def cell_places(known: Cells, count: int) -> tuple[Cells, Cells]:
    """The places i and j of cells, int64 each.

    Args:
        known: int64 ``(n,)``, cells.
        count: of the intervals.

    Raises:
        ValueError: for a number that is no cell.
    """
    first, second = (known - 1) // count, (known - 1) % count + 1
    wrong = (known < 1) | (first >= second)
    if wrong.any():
        raise ValueError(f"{known[wrong][0]} is no cell of a table of {count} intervals")
    return first, second


def bridge_divergence(
    kernel: Kernel,
    p: torch.Tensor,
    states: torch.Tensor,
    clean: torch.Tensor,
    before: float,
    after: float,
) -> Array:
    """KL of the exact reverse step given the clean sequence from the sampler's step.

    Args:
        kernel: how tokens are corrupted.
        p: probabilities of the clean tokens, float64 ``(batch, length, V)``.
        states: at ``before``, int64 ``(batch, length)``.
        clean: sequences that they come from, int64 ``(batch, length)``.
        before: alpha in [0, 1).
        after: alpha in (before, 1].

    Returns:
        float64 ``(batch,)``, nats a sequence, summed over the positions.

    Raises:
        RunError: where the sampler's step never leads to where the exact one may.
    """
    exact = bridge_law(kernel, clean, states, before, after)
    ours = reverse_law(kernel, p, states, before, after)
    # Where the exact law is zero nothing is lost.
    terms = torch.xlogy(exact, exact) - torch.xlogy(exact, ours)
    found = np.asarray(terms.sum(-1).sum(-1).cpu().numpy())
    if not np.isfinite(found).all():
        raise RunError(
            "the model gives a token of a clean sequence probability zero or NaN at alpha = "
            f"{before:.6g}; what steps cost on such sequences is infinite"
        )
    return found


def start_divergence(kernel: Kernel, clean: torch.Tensor, first_alpha: float) -> Array:
    """KL of a clean sequence as it is at the first alpha from the noise that sampling starts from.

    Args:
        kernel: how tokens are corrupted.
        clean: int64 ``(batch, length)``.
        first_alpha: of the grid; at 0 nothing is lost.

    Returns:
        float64 ``(batch,)``, nats a sequence.
    """
    law = rows(kernel, clean, first_alpha)
    noise = torch.from_numpy(kernel.stationary).to(clean.device)
    terms = torch.xlogy(law, law) - torch.xlogy(law, noise)
    return np.asarray(terms.sum(-1).sum(-1).cpu().numpy())

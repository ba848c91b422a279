"""What kernels do to tensors of a batch; see `mdm_opt.schedules.kernels` for the kernels.

Each sequence is computed by itself, so that no result depends on the batch.
"""

from __future__ import annotations

import numpy as np
import torch

from mdm_opt.errors import InputError
from mdm_opt.models.base import TimedLaw
from mdm_opt.schedules.kernels import KERNELS, Kernel, kernel_named

__all__ = ["KERNELS", "Kernel", "columns", "drawn", "kernel_named", "kernel_of", "mixed", "rows"]


def kernel_of(model: TimedLaw) -> Kernel:
    """The kernel of a model.

    Raises:
        InputError: for a name that no kernel has, or a vocabulary that is none of it.
    """
    try:
        return kernel_named(model.kernel, model.vocab_size)
    except ValueError as error:
        raise InputError(f"the model's kernel is not known: {error}") from error


def rows(kernel: Kernel, clean: torch.Tensor, alpha: float) -> torch.Tensor:
    """q(y at alpha | clean) for every y.

    Args:
        kernel: of V states.
        clean: int64 ``(batch, length)``.
        alpha: in [0, 1].

    Returns:
        float64 ``(batch, length, V)``.
    """
    kept, rest = kernel.parts(alpha)
    return _picked(kept, rest, clean, kernel.vocab_size)


def columns(kernel: Kernel, states: torch.Tensor, alpha: float) -> torch.Tensor:
    """q(state at alpha | v) for every v; shapes as `rows`."""
    kept, rest = kernel.parts(alpha)
    return _picked(kept, rest.T, states, kernel.vocab_size)


def mixed(kernel: Kernel, weights: torch.Tensor, alpha: float) -> torch.Tensor:
    """sum_v weights(v) q(y at alpha | v) for every y.

    Args:
        kernel: of V states.
        weights: float64 ``(batch, length, V)``.
        alpha: in [0, 1].

    Returns:
        float64 ``(batch, length, V)``.
    """
    kept, rest = kernel.parts(alpha)
    if rest.ndim == 0:
        return kept * weights + weights.sum(-1, keepdim=True) * float(rest)
    matrix = torch.from_numpy(rest).to(weights.device)
    # A single product of all sequences would round as their number has it.
    found = torch.bmm(weights, matrix.expand(len(weights), -1, -1))
    return found + kept * weights if kept else found


def drawn(law: torch.Tensor, uniforms: torch.Tensor) -> torch.Tensor:
    """The state whose interval of the cumulative distribution holds the uniform number.

    Args:
        law: float64 ``(..., V)``, not negative, of any positive sum.
        uniforms: float64 ``(...)`` in [0, 1).

    Returns:
        int64 ``(...)``; never a state of probability zero.
    """
    cumulative = law.cumsum(-1)
    total = cumulative[..., -1:]
    # Rounding may put the target on the very end, behind which only impossible states lie.
    targets = torch.minimum(uniforms.unsqueeze(-1) * total, total.nextafter(total.new_zeros(())))
    found = torch.searchsorted(cumulative, targets, right=True).squeeze(-1)
    return found.clamp_(max=law.shape[-1] - 1)


def _picked(kept: float, rest: np.ndarray, index: torch.Tensor, size: int) -> torch.Tensor:
    if rest.ndim == 0:
        shape = (*index.shape, size)
        found = torch.full(shape, float(rest), dtype=torch.float64, device=index.device)
    else:
        found = torch.from_numpy(rest).to(index.device)[index]
    if kept:
        found.scatter_add_(-1, index[..., None], torch.full_like(found[..., :1], kept))
    return found

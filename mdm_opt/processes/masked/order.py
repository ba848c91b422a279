"""Which masked positions a step reveals, and which token each gets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch


def confidence(log_probs: torch.Tensor) -> torch.Tensor:
    """Largest probability first. Shapes: ``(..., V)`` to ``(...)``."""
    return log_probs.amax(-1)


def margin(log_probs: torch.Tensor) -> torch.Tensor:
    """Largest difference of the two largest probabilities first."""
    top = log_probs.topk(min(2, log_probs.shape[-1]), dim=-1).values.double().exp()
    return top[..., 0] - top[..., 1] if top.shape[-1] == 2 else top[..., 0]


def entropy(log_probs: torch.Tensor) -> torch.Tensor:
    """Smallest entropy first."""
    probabilities = log_probs.double().exp()
    negative: torch.Tensor = torch.special.xlogy(probabilities, probabilities).sum(-1)
    return negative


# Certainty of a position under the model at temperature 1; `random` needs none.
CERTAINTIES: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "confidence": confidence,
    "margin": margin,
    "entropy": entropy,
}


def inverse_cdf(
    log_probs: torch.Tensor, uniforms: torch.Tensor, temperature: float
) -> torch.Tensor:
    """The token whose interval of the cumulative distribution holds the uniform number.

    Args:
        log_probs: ``(..., V)``, computed on in float64.
        uniforms: float64 ``(...)`` in [0, 1).
        temperature: >= 0; 0 takes the most probable token.

    Returns:
        int64 ``(...)``; never a token of probability zero.
    """
    if temperature == 0:
        return log_probs.argmax(-1)
    # One copy: passes over a large vocabulary are what a draw costs beside the model.
    weights = log_probs.to(torch.float64, copy=True)
    if temperature != 1:
        weights.sub_(weights.amax(-1, keepdim=True)).div_(temperature)
    cumulative = weights.exp_().cumsum_(-1)
    total = cumulative[..., -1:]
    # Rounding may put the target on the very end, behind which only impossible tokens lie.
    targets = torch.minimum(uniforms.unsqueeze(-1) * total, total.nextafter(total.new_zeros(())))
    tokens = torch.searchsorted(cumulative, targets, right=True).squeeze(-1)
    # NaN compares with nothing; the caller hears of it, but no index may point outside.
    return tokens.clamp_(max=log_probs.shape[-1] - 1)


def block_by_block(
    permutation: npt.NDArray[np.int64],
    block_length: int,
    begun: npt.NDArray[np.int64] | int = 0,
) -> npt.NDArray[np.int64]:
    """A random order that finishes each block before the next one (docs/mathematics.md 4).

    Args:
        permutation: int64 ``(batch, length)``.
        block_length: tokens of a block; divides the length.
        begun: int64 ``(batch,)``, first positions that come before all others; less than a block.

    Returns:
        int64 ``(batch, length)``; inside a block the others keep their order.
    """
    later = permutation >= np.broadcast_to(begun, len(permutation))[:, None]
    blocks = np.argsort(permutation // block_length * 2 + later, axis=1, kind="stable")
    return np.take_along_axis(permutation, blocks, axis=1)

"""Which masked positions a step reveals, and which token each gets."""

from __future__ import annotations

from collections.abc import Callable

import torch


def confidence(probabilities: torch.Tensor) -> torch.Tensor:
    """Largest probability first. Shapes: ``(..., V)`` to ``(...)``."""
    return probabilities.amax(-1)


def margin(probabilities: torch.Tensor) -> torch.Tensor:
    """Largest difference of the two largest probabilities first."""
    top = probabilities.topk(min(2, probabilities.shape[-1]), dim=-1).values
    return top[..., 0] - top[..., 1] if top.shape[-1] == 2 else top[..., 0]


def entropy(probabilities: torch.Tensor) -> torch.Tensor:
    """Smallest entropy first."""
    negative: torch.Tensor = torch.special.xlogy(probabilities, probabilities).sum(-1)
    return negative


# Certainty of a position under the model at temperature 1; `random` needs none.
CERTAINTIES: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "confidence": confidence,
    "margin": margin,
    "entropy": entropy,
}
ORDERS = ("random", *CERTAINTIES)


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
    log_probs = log_probs.double()
    weights = ((log_probs - log_probs.amax(-1, keepdim=True)) / temperature).exp()
    cumulative = weights.cumsum(-1)
    targets = uniforms.unsqueeze(-1) * cumulative[..., -1:]
    tokens = torch.searchsorted(cumulative, targets, right=True).squeeze(-1)
    # Rounding may put the target on the very end, behind which only impossible tokens lie.
    last_possible = weights.shape[-1] - 1 - (weights > 0).flip(-1).int().argmax(-1)
    return torch.minimum(tokens, last_possible)

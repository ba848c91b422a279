"""What a rule calls certain, and the share of the rest (docs/mathematics.md 4)."""

from __future__ import annotations

import torch

from mdm_opt.candidates import Rule
from mdm_opt.processes.masked.order import entropy


def doubts(log_probs: torch.Tensor, rule: Rule) -> torch.Tensor:
    """What the rule's cutoff bounds, least for what is most certain.

    Args:
        log_probs: ``(..., V)`` at temperature 1.
        rule: the top probability's negative for ``confidence``, else the entropy in nats.

    Returns:
        float64 ``(...)``.
    """
    if rule.measure == "confidence":
        return -log_probs.amax(-1).double().exp()
    return -entropy(log_probs)


def certain(doubt: torch.Tensor, rule: Rule) -> torch.Tensor:
    """Which positions are certain.

    Args:
        doubt: float64 ``(rows, width)``, infinite where a position is none of the rule's.
        rule: of two positions of equal doubt at the end of a ``bound`` the first is certain.

    Returns:
        bool ``(rows, width)``.
    """
    if rule.measure == "confidence":
        return doubt <= -rule.cutoff
    if rule.measure == "entropy":
        return doubt <= rule.cutoff
    rising, columns = doubt.sort(dim=1, stable=True)
    # What comes before a position, of which it is the largest so far.
    before = torch.nn.functional.pad(rising[:, :-1].cumsum(dim=1), (1, 0))
    within = (before <= rule.cutoff) & rising.isfinite()
    return torch.zeros_like(within).scatter(1, columns, within)


def share(rest: torch.Tensor, count: torch.Tensor, masked: torch.Tensor) -> torch.Tensor:
    """Tokens of the rest that a step reveals; everything int64 of one shape.

    Args:
        rest: positions that are not certain.
        count: tokens that the schedule alone would reveal in the step.
        masked: tokens that it would find masked, at least ``count``.

    Returns:
        rest * count / masked, a half upwards, at least one where there is any rest.
    """
    nearest = (2 * rest * count + masked) // (2 * masked)
    return torch.minimum(nearest.clamp(min=1), rest)

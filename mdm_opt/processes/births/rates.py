"""Asking a model for rates, and refusing what are none."""

from __future__ import annotations

import numpy as np
import torch

from mdm_opt.errors import RunError
from mdm_opt.models.base import RateModel
from mdm_opt.processes.base import Array


@torch.inference_mode()
def asked_rates(model: RateModel, counts: torch.Tensor, alpha: float) -> Array:
    """The rates of a model, on the CPU; waits for its device.

    Args:
        model: frozen model, called once.
        counts: int64 ``(batch, length)`` on its device.
        alpha: surviving share, in [0, 1).

    Returns:
        float64 ``(batch, length)``, finite, at least 0.

    Raises:
        RunError: where the model answers with something else.
    """
    answer = model.rates(counts, alpha)
    if not isinstance(answer, torch.Tensor) or answer.shape != counts.shape:
        kind = type(answer).__name__
        if isinstance(answer, torch.Tensor):
            kind = f"rates of shape {tuple(answer.shape)}"
        raise RunError(
            f"the model answered with {kind} at alpha = {alpha:g}; one rate for each of the "
            f"counts of shape {tuple(counts.shape)} is expected"
        )
    rates = answer.cpu().double().numpy()
    wrong = ~np.isfinite(rates) | (rates < 0)
    if wrong.any():
        raise RunError(
            f"the model's rates at alpha = {alpha:g} have {rates[wrong][0]:g}; finite numbers of "
            "at least 0 are expected"
        )
    return np.asarray(rates, dtype=np.float64)

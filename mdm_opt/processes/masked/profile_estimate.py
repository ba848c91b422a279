"""Measuring the information profile of a frozen model (docs/mathematics.md 5)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.candidates import MaskedDecoding
from mdm_opt.errors import RunError
from mdm_opt.models.base import Denoiser
from mdm_opt.models.block_causal import attention_block
from mdm_opt.processes.base import OWN_START, PROFILE_START, PROFILE_STRIDE, Samples
from mdm_opt.processes.masked.loop import generate
from mdm_opt.processes.masked.noise import instance_noise


@torch.inference_mode()
def sequence_profiles(
    denoiser: Denoiser,
    tokens: torch.Tensor,
    sequences: Sequence[int],
    known: npt.NDArray[np.int64],
    *,
    orders: int,
    seed: int,
) -> npt.NDArray[np.float64]:
    """Unbiased estimates of h(m), the mean cost of a masked token when m are known.

    The known tokens are the first ones of a random order, the same one at all boundaries. The
    difference between two boundaries next to each other is measured on the tokens that are masked
    at both, so that the noise of these tokens cancels; the values are sums of such differences
    from h(0) on. A path KL, which knows differences only, is less noisy than with means of each
    boundary by itself: its variance on AntiBERTy and on templates is several times smaller.

    Args:
        denoiser: frozen model.
        tokens: clean tokens, int64 ``(batch, length)``.
        sequences: numbers of the sequences, ``(batch,)``, which fix their orders.
        known: int64 ``(boundaries,)``, increasing, each in 0..length - 1.
        orders: random orders of each sequence, over which the mean is taken.
        seed: of the orders.

    Returns:
        float64 ``(batch, boundaries)``, nats a token.

    Raises:
        RunError: where the model gives a clean token no finite log-probability.
    """
    device, length = denoiser.device, denoiser.length
    tokens = tokens.to(device)
    found = np.zeros((orders, len(sequences), len(known)))
    for repeat in range(orders):
        ids = [PROFILE_START + repeat * PROFILE_STRIDE + i for i in sequences]
        noise = instance_noise(ids, length, seed=seed)
        order = torch.from_numpy(noise.permutation).to(device)
        before: npt.NDArray[np.float64] | None = None
        for column, revealed in enumerate(known.tolist()):
            hidden = order[:, revealed:]
            masked = tokens.scatter(1, hidden, denoiser.mask_token_id)
            log_probs = denoiser.log_probs(masked, hidden)
            picked = log_probs.gather(2, tokens.gather(1, hidden)[:, :, None])[:, :, 0]
            costs = -picked.double().cpu().numpy()
            if not np.isfinite(costs).all():
                raise RunError(
                    "the model gives a token of a clean sequence probability zero or NaN; the "
                    "information profile of such sequences is infinite"
                )
            if before is None:
                found[repeat, :, column] = costs.mean(axis=1)
            else:
                shared = before[:, before.shape[1] - costs.shape[1] :]
                gained = (shared - costs).mean(axis=1)
                found[repeat, :, column] = found[repeat, :, column - 1] - gained
            before = costs
    return np.asarray(found.mean(axis=0))


def own_sequences(denoiser: Denoiser, sequences: Sequence[int], *, seed: int) -> Samples:
    """Sequences that the model writes one token a step, tokens int64 ``(batch, length)``.

    Their random orders are independent of those in which they are measured.
    """
    ids = [OWN_START + i for i in sequences]
    return one_by_one(denoiser, ids, seed=seed)


def one_by_one(denoiser: Denoiser, instances: Sequence[int], *, seed: int) -> Samples:
    """Sequences of some instances that the model writes one token a step."""
    noise = instance_noise(instances, denoiser.length, seed=seed)
    decoding = MaskedDecoding(block_length=attention_block(denoiser))
    return generate(denoiser, np.ones(denoiser.length, dtype=np.int64), noise, decoding)

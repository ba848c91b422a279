"""What the calls that write a sequence say of the information profile (docs/mathematics.md 5)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.errors import RunError
from mdm_opt.models.base import Denoiser
from mdm_opt.processes.base import OWN_START, Array, WrittenProfiles
from mdm_opt.processes.masked.noise import instance_noise
from mdm_opt.processes.masked.order import inverse_cdf

# Logarithm of a probability that is none; an infinite divergence could not be kept.
_NONE = -700.0
# Calls that it takes to exchange the order of two tokens.
_CALLS = 3


@torch.inference_mode()
def written_profiles(
    denoiser: Denoiser,
    sequences: Sequence[int],
    known: npt.NDArray[np.int64],
    *,
    seed: int,
) -> WrittenProfiles:
    """Writes the sequences of `own_sequences`, one token a step, and measures on the way.

    Between two boundaries, over the tokens that are masked at both: the divergence of what the
    model says at the second from what it says at the first, and by how much the entropy falls.
    Where the model's conditionals are those of one joint law, each has the drop of h as its
    expectation, because the sequence is one of that law.

    Args:
        denoiser: frozen model.
        sequences: numbers of the sequences, ``(batch,)``, which fix their noise.
        known: int64 ``(boundaries,)``, increasing from 0 to L - 1.
        seed: of the noise.

    Raises:
        RunError: where the model answers with NaN.
    """
    device, length = denoiser.device, denoiser.length
    noise = instance_noise([OWN_START + i for i in sequences], length, seed=seed)
    order = torch.from_numpy(noise.permutation).to(device)
    uniforms = torch.from_numpy(noise.token_uniforms).to(device)
    tokens = torch.full((len(sequences), length), denoiser.mask_token_id, device=device)
    levels = _Levels(len(sequences))
    boundaries = set(known.tolist())
    for revealed in range(length):
        # Between boundaries only the next token is looked at.
        end = length if revealed in boundaries else revealed + 1
        log_probs = denoiser.log_probs(tokens, order[:, revealed:end])
        if log_probs.isnan().any():
            raise RunError("the model's log-probabilities were NaN while it wrote sequences")
        if revealed in boundaries:
            levels.add(log_probs)
        here = order[:, revealed : revealed + 1]
        chosen = inverse_cdf(log_probs[:, 0], uniforms.gather(1, here)[:, 0], 1.0)
        tokens.scatter_(1, here, chosen[:, None])
    divergence, entropy = levels.found()
    return WrittenProfiles(tokens, divergence, entropy, len(sequences) * length)


class _Levels:
    """h at one boundary after the other, as divergences and entropies have it.

    Args:
        batch: sequences.
    """

    def __init__(self, batch: int) -> None:
        self._batch = batch
        self._before: torch.Tensor | None = None
        self._entropy_before: list[torch.Tensor] = []
        self._levels: list[Array] = []

    def add(self, log_probs: torch.Tensor) -> None:
        """What the model says at the next boundary, ``(batch, masked, V)``."""
        found, entropies = np.zeros((2, self._batch)), []
        # One sequence at a time: vocabularies are large.
        for row, ours in enumerate(log_probs):
            p, log_p = ours.double().exp(), ours.double().clamp_min(_NONE)
            entropy = -(p * log_p).sum(-1)
            entropies.append(entropy)
            if self._before is None:
                found[:, row] = float(entropy.mean())
                continue
            shared = self._before.shape[1] - len(ours)
            log_q = self._before[row, shared:].double().clamp_min(_NONE)
            found[0, row] = float((p * (log_p - log_q)).sum(-1).mean())
            found[1, row] = float((self._entropy_before[row][shared:] - entropy).mean())
        last = self._levels[-1] if self._levels else None
        self._levels.append(found if last is None else last - found)
        self._before, self._entropy_before = log_probs, entropies

    def found(self) -> tuple[Array, Array]:
        """Levels by divergences and by entropies, float64 ``(batch, boundaries)`` each."""
        divergence, entropy = np.stack(self._levels, axis=2)
        return divergence, entropy


@torch.inference_mode()
def exchange_error(
    denoiser: Denoiser,
    tokens: torch.Tensor,
    sequences: Sequence[int],
    known: npt.NDArray[np.int64],
    *,
    seed: int,
) -> tuple[Array, int]:
    """By how much two tokens are more probable in one order than in the other.

    Zero where the model's conditionals are those of one joint law, whatever the sequence.

    Args:
        denoiser: frozen model.
        tokens: its own sequences, int64 ``(batch, length)``.
        sequences: their numbers.
        known: boundaries; at two of them the next two tokens are exchanged.
        seed: of the sequences.

    Returns:
        Root mean square in nats, float64 ``(batch,)``, and the sequences put through the model.
    """
    length = denoiser.length
    places = {int(known[len(known) // part]) for part in (4, 2)}
    places = {min(place, length - 2) for place in places} if length > 1 else set()
    noise = instance_noise([OWN_START + i for i in sequences], length, seed=seed)
    order = torch.from_numpy(noise.permutation).to(denoiser.device)
    total = np.zeros(len(sequences))
    for place in places:
        first, second = order[:, place : place + 1], order[:, place + 1 : place + 2]
        nothing = tokens.scatter(1, order[:, place:], denoiser.mask_token_id)
        alone = _said(denoiser, nothing, torch.cat([first, second], 1), tokens)
        with_first = nothing.scatter(1, first, tokens.gather(1, first))
        with_second = nothing.scatter(1, second, tokens.gather(1, second))
        one = alone[:, 0] + _said(denoiser, with_first, second, tokens)[:, 0]
        other = alone[:, 1] + _said(denoiser, with_second, first, tokens)[:, 0]
        total += (one - other).cpu().numpy() ** 2
    errors = np.sqrt(total / max(len(places), 1))
    return np.asarray(errors), _CALLS * len(places) * len(sequences)


def _said(
    denoiser: Denoiser, state: torch.Tensor, positions: torch.Tensor, tokens: torch.Tensor
) -> torch.Tensor:
    """Log-probabilities of the tokens at some positions, float64 ``(batch, P)``."""
    log_probs = denoiser.log_probs(state, positions).double()
    picked: torch.Tensor = log_probs.gather(2, tokens.gather(1, positions)[:, :, None])[:, :, 0]
    return picked.clamp_min(_NONE)

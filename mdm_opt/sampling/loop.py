"""The few-step sampler: one loop for every order and both reveals (MATH.md 4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.denoisers.base import Denoiser
from mdm_opt.errors import RunError
from mdm_opt.sampling.noise import Noise
from mdm_opt.sampling.order import CERTAINTIES, ORDERS, inverse_cdf
from mdm_opt.schedules import Counts


@dataclass(frozen=True, eq=False)
class Samples:
    """What `generate` returns.

    Attributes:
        tokens: int64 ``(batch, length)`` on the denoiser's device, no token masked.
        nfe: int64 ``(batch,)``, model calls made for each sequence.
    """

    tokens: torch.Tensor
    nfe: npt.NDArray[np.int64]


@torch.inference_mode()
def generate(
    denoiser: Denoiser,
    counts: Counts,
    noise: Noise,
    *,
    order: str = "random",
    temperature: float = 1.0,
) -> Samples:
    """Samples sequences by revealing ``counts`` tokens a step.

    A step in which a sequence reveals nothing makes no model call for it.

    Args:
        denoiser: frozen model.
        counts: int64 ``(steps,)`` for all, or ``(batch, steps)``; non-negative, sum = length.
        noise: randomness of the batch; fixes the random order and every token's uniform.
        order: ``random``, ``confidence`` (largest top probability first), ``margin`` or
            ``entropy``; ties are broken by the random order.
        temperature: of the token distribution, >= 0; the order always looks at temperature 1.

    Raises:
        ValueError: for counts that do not sum to the length, an unknown order or a negative
            temperature.
        RunError: where the model answers with NaN.
    """
    batch, length = noise.permutation.shape
    counts = np.broadcast_to(counts, (batch, counts.shape[-1]))
    if (counts < 0).any() or (counts.sum(axis=1) != length).any() or length != denoiser.length:
        raise ValueError(f"counts must be >= 0 and sum to the length {denoiser.length}")
    if order not in ORDERS:
        raise ValueError(f"order must be one of {', '.join(ORDERS)}, got {order!r}")
    if not 0 <= temperature < np.inf:
        raise ValueError(f"temperature must be finite and >= 0, got {temperature}")
    device = denoiser.device
    permutation = torch.from_numpy(noise.permutation).to(device)
    uniforms = torch.from_numpy(noise.token_uniforms).to(device)
    tokens = torch.full((batch, length), denoiser.mask_token_id, device=device)
    nfe = np.zeros(batch, dtype=np.int64)
    revealed = np.zeros(batch, dtype=np.int64)
    damaged = torch.zeros((), dtype=torch.bool, device=device)
    for step_counts in counts.T:
        rows = np.flatnonzero(step_counts)
        if not len(rows):
            continue
        state = _Step(
            tokens[rows], permutation[rows], uniforms[rows], step_counts[rows], revealed[rows]
        )
        tokens[rows], nan = state.reveal(denoiser, order, temperature)
        damaged |= nan
        nfe[rows] += 1
        revealed += step_counts
    # Asked once, at the end: asking in every step would make the device wait.
    if bool(damaged):
        raise RunError("the model's log-probabilities were NaN while it was sampled")
    return Samples(tokens, nfe)


@dataclass(frozen=True, eq=False)
class _Step:
    """One step of the rows that reveal something; all tensors ``(rows, length)``."""

    tokens: torch.Tensor
    permutation: torch.Tensor
    uniforms: torch.Tensor
    counts: npt.NDArray[np.int64]
    revealed: npt.NDArray[np.int64]

    def reveal(
        self, denoiser: Denoiser, order: str, temperature: float
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The tokens after the step, and whether the model answered with a NaN."""
        if order == "random":
            positions, wanted = self._next_in_order()
            log_probs = denoiser.log_probs(self.tokens, positions)
        else:
            positions, masked = self._all_masked(denoiser.mask_token_id)
            log_probs = denoiser.log_probs(self.tokens, positions)
            certainty = CERTAINTIES[order](log_probs.double().exp())
            certainty = certainty.masked_fill(~masked, -torch.inf)
            ranks = certainty.argsort(dim=-1, descending=True, stable=True).argsort(dim=-1)
            wanted = ranks < torch.from_numpy(self.counts).to(ranks.device)[:, None]
        sampled = inverse_cdf(log_probs, self.uniforms.gather(1, positions), temperature)
        rows, columns = wanted.nonzero(as_tuple=True)
        tokens = self.tokens.clone()
        tokens[rows, positions[rows, columns]] = sampled[rows, columns]
        return tokens, log_probs.isnan().any()

    def _next_in_order(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Positions ``(rows, max count)`` next in the random order; padding is not wanted."""
        offsets = np.arange(self.counts.max())
        wanted = offsets < self.counts[:, None]
        ranks = self.revealed[:, None] + np.where(wanted, offsets, 0)
        device = self.tokens.device
        positions = self.permutation.gather(1, torch.from_numpy(ranks).to(device))
        return positions, torch.from_numpy(wanted).to(device)

    def _all_masked(self, mask_token_id: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Masked positions in random order, padded with the first one to the longest row."""
        masked = self.tokens.gather(1, self.permutation) == mask_token_id
        width = int(self.tokens.shape[1] - self.revealed.min())
        first = masked.int().argsort(dim=1, descending=True, stable=True)[:, :width]
        real = masked.gather(1, first)
        positions = self.permutation.gather(1, torch.where(real, first, first[:, :1]))
        return positions, real

"""Path KL against one token per step (MATH.md 5, [CCL thm 3.3])."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.denoisers.base import Denoiser
from mdm_opt.objectives.base import Array, Direction, Reveals, Scores
from mdm_opt.sampling import Noise, generate, instance_noise

# Instance ids of a study end far below; each reference has noise of its own from here on.
REFERENCE_START = 2**62

# Model, instance, and the noise that the study's seed gave it.
_Key = tuple[str, int, bytes]
ReferenceLookup = Callable[[Sequence[int]], torch.Tensor]


class PathKl:
    """log p(reference, one token a step) - log p(reference, candidate), in nats a sequence.

    Each instance has a reference sequence and a random order. The cost of revealing token j of
    that order when m are known, -log p(x_j | x_<m), is asked from the model once for all j >= m:
    ``length`` model calls an instance, after which every schedule is a sum over a table.

    The model's own references are generated at one token per step, which costs ``length`` calls
    more, in an order independent of the one they are scored in. A sequence scored in the order
    that made it looks far likelier than any other order finds it wherever the conditionals of
    the model do not agree with one joint law.

    Args:
        references: tokens int64 ``(batch, length)`` of instances, or None for the model's own.
        fingerprint: hash of the references.
    """

    name = "path_kl"
    direction: Direction = "minimize"
    unit = "nats/sequence"
    deterministic = False

    def __init__(
        self, references: ReferenceLookup | None = None, *, fingerprint: str = ""
    ) -> None:
        self._references = references
        self.fingerprint = fingerprint
        self._tables: dict[_Key, Array] = {}

    def score(self, denoiser: Denoiser, reveals: Reveals) -> Scores:
        """See `Objective.score`."""
        keys: list[_Key] = [
            (denoiser.fingerprint, instance, uniforms.tobytes())
            for instance, uniforms in zip(
                reveals.instances, reveals.noise.token_uniforms, strict=True
            )
        ]
        missing = [row for row, key in enumerate(keys) if key not in self._tables]
        calls = 0
        if missing:
            instances = [reveals.instances[row] for row in missing]
            references, calls = self._reference_tokens(denoiser, instances, reveals.seed)
            tables = _tables(denoiser, _rows_of(reveals.noise, missing), references)
            calls += len(missing) * denoiser.length
            self._tables.update(zip([keys[row] for row in missing], tables, strict=True))
        values = [
            self._path_kl(self._tables[key], counts)
            for key, counts in zip(keys, reveals.counts, strict=True)
        ]
        return Scores(np.array(values), reveals.nfe.astype(np.float64), calls)

    @staticmethod
    def _path_kl(table: Array, counts: npt.NDArray[np.int64]) -> float:
        known = np.repeat(np.cumsum(counts) - counts, counts)
        order = np.arange(len(known))
        return float((table[known, order] - table[order, order]).sum())

    def _reference_tokens(
        self, denoiser: Denoiser, instances: Sequence[int], seed: int
    ) -> tuple[torch.Tensor, int]:
        """References of instances, and the sequences put through the model to make them."""
        if self._references is not None:
            return self._references(instances), 0
        own = [REFERENCE_START + instance for instance in instances]
        noise = instance_noise(own, denoiser.length, seed=seed)
        samples = generate(denoiser, np.ones(denoiser.length, dtype=np.int64), noise)
        return samples.tokens, samples.sequence_calls


@torch.inference_mode()
def _tables(denoiser: Denoiser, noise: Noise, references: torch.Tensor) -> Array:
    """What each token costs in the instances' orders, by how much is known before.

    Returns:
        float64 ``(batch, length, length)``: entry (m, j) is
        -log p(token j of the order | the first m of the order), zero for j < m.
    """
    batch, length = noise.permutation.shape
    device = denoiser.device
    order = torch.from_numpy(noise.permutation).to(device)
    in_order = references.to(device).gather(1, order)
    known = torch.full((batch, length), denoiser.mask_token_id, device=device)
    tables = np.zeros((batch, length, length))
    for revealed in range(length):
        log_probs = denoiser.log_probs(known, order[:, revealed:])
        picked = log_probs.gather(2, in_order[:, revealed:, None])[:, :, 0]
        tables[:, revealed, revealed:] = -picked.double().cpu().numpy()
        here = slice(revealed, revealed + 1)
        known = known.scatter(1, order[:, here], in_order[:, here])
    return tables


def _rows_of(noise: Noise, rows: list[int]) -> Noise:
    return Noise(noise.permutation[rows], noise.token_uniforms[rows], noise.reveal_times[rows])

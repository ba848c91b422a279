"""Common random numbers: what is random about an instance (docs/mathematics.md 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mdm_opt.schedules import Counts


@dataclass(frozen=True, eq=False)
class Noise:
    """The randomness of a batch of instances, the same for every schedule.

    Attributes:
        permutation: int64 ``(batch, length)``, the random reveal order of each instance.
        token_uniforms: float64 ``(batch, length)`` in [0, 1), one for each position.
        reveal_times: float64 ``(batch, length)`` in [0, 1), ascending: in ancestral sampling the
            j-th position of the permutation is revealed once alpha exceeds the j-th time.
    """

    permutation: npt.NDArray[np.int64]
    token_uniforms: npt.NDArray[np.float64]
    reveal_times: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.permutation)

    def rows(self, rows: Sequence[int]) -> Noise:
        """The noise of some of the instances."""
        chosen = list(rows)
        return Noise(
            self.permutation[chosen], self.token_uniforms[chosen], self.reveal_times[chosen]
        )


def instance_noise(instances: Sequence[int], length: int, *, seed: int) -> Noise:
    """Noise of instances from a counter-based generator keyed by (seed, instance).

    Only raw 64-bit words of Philox are used, whose stream is fixed by its definition.

    Args:
        instances: instance ids, each in 0..2^64 - 1.
        length: tokens of one sequence.
        seed: the study's seed, in 0..2^64 - 1.
    """
    words = np.stack(
        [
            np.random.Philox(key=np.array([seed, instance], dtype=np.uint64)).random_raw(
                3 * length
            )
            for instance in instances
        ]
    ).reshape(len(instances), 3, length)
    uniforms = (words >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return Noise(
        permutation=np.argsort(words[:, 0], axis=1, kind="stable"),
        token_uniforms=uniforms[:, 1],
        reveal_times=np.sort(uniforms[:, 2], axis=1),
    )


def ancestral_counts(grid: npt.NDArray[np.float64], noise: Noise) -> Counts:
    """Reveal counts of ancestral sampling, where each token is revealed by itself.

    A token is revealed in step k iff its time lies in [alpha_k, alpha_{k+1}), which has
    probability (alpha_{k+1} - alpha_k) / (1 - alpha_k) given that it is masked before. In random
    order that is the same law as drawing the counts first.

    Args:
        grid: float64 ``(steps + 1,)``, the reveal grid.
        noise: of the batch.

    Returns:
        int64 ``(batch, steps)``, rows sum to the length.
    """
    boundaries = np.stack([np.searchsorted(times, grid) for times in noise.reveal_times])
    boundaries[:, -1] = noise.reveal_times.shape[1]
    return np.diff(boundaries, axis=1).astype(np.int64)

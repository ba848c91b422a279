"""Common random numbers of uniform and ordinal corruption (docs/mathematics.md 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from mdm_opt.processes.base import Array
from mdm_opt.processes.uniform.kernels import Kernel, drawn

# Streams of an instance: what sampling starts from, what corrupts clean sequences, its steps.
_START, _CORRUPTION, _STEPS = 0, 1, 2
# A generator is slow to set up: the uniforms of several steps are drawn together.
_VALUES_KEPT = 2**22
_MOST_STEPS_KEPT = 32


@dataclass(frozen=True, eq=False)
class UniformNoise:
    """The randomness of a batch of instances, the same for every schedule.

    Each step of a plan has uniforms of its own, so that two candidates pair where they have the
    same number of steps. Only raw 64-bit words of Philox are used, keyed by (seed, instance),
    whose stream is fixed by its definition.

    Attributes:
        instances: instance ids, ``(batch,)``, each in 0..2^64 - 1.
        length: tokens of one sequence.
        seed: the study's seed, in 0..2^64 - 1.
        starts: ids of the instances that these start like, ``(batch,)``; empty for themselves.
    """

    instances: tuple[int, ...]
    length: int
    seed: int
    starts: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.instances)

    def rows(self, rows: Sequence[int]) -> UniformNoise:
        """The noise of some of the instances."""
        chosen = tuple(self.instances[row] for row in rows)
        starts = tuple(self.starts[row] for row in rows) if self.starts else ()
        return UniformNoise(chosen, self.length, self.seed, starts)

    def step(self, index: int) -> Array:
        """Two uniforms a position for a step, float64 ``(2, batch, length)`` in [0, 1).

        Args:
            index: of the step, from 0.
        """
        values = 2 * self.length * len(self)
        size = max(1, min(_MOST_STEPS_KEPT, _VALUES_KEPT // values))
        first = index - index % size
        if first not in self._kept_steps:
            self._kept_steps.clear()
            self._kept_steps[first] = self._uniforms(_STEPS, first, size)
        return np.asarray(self._kept_steps[first][index - first])

    def start(self, kernel: Kernel) -> torch.Tensor:
        """Nothing but noise, int64 ``(batch, length)`` on the CPU, of the stationary law."""
        begun = UniformNoise(self.starts or self.instances, self.length, self.seed)
        uniforms = torch.from_numpy(begun._uniforms(_START, 0, 1)[0, 0])
        cumulative = torch.from_numpy(kernel.stationary.cumsum())
        found = torch.searchsorted(cumulative, uniforms, right=True)
        return found.clamp_(max=kernel.vocab_size - 1)

    def corrupted(self, kernel: Kernel, clean: torch.Tensor, alpha: float) -> torch.Tensor:
        """Clean sequences as they are at alpha.

        A token is kept with the probability that the kernel keeps it with, else it is what the
        kernel makes of it, by the same uniforms at every alpha. So the states at all alphas lie on
        one path, which for uniform corruption has a single change a position.

        Args:
            kernel: how tokens are corrupted.
            clean: int64 ``(batch, length)``.
            alpha: in [0, 1].

        Returns:
            int64 ``(batch, length)`` on the device of the clean ones.
        """
        uniforms = torch.from_numpy(self._corruption).to(clean.device)
        kept, rest = kernel.parts(alpha)
        if rest.ndim == 0:
            changed = (uniforms[1] * kernel.vocab_size).long().clamp(max=kernel.vocab_size - 1)
        else:
            changed = drawn(torch.from_numpy(rest).to(clean.device)[clean], uniforms[1])
        return torch.where(uniforms[0] < kept, clean, changed)

    @cached_property
    def _corruption(self) -> Array:
        """Kept: a profile corrupts the same sequences at many alphas."""
        return np.asarray(self._uniforms(_CORRUPTION, 0, 1)[0])

    @cached_property
    def _kept_steps(self) -> dict[int, Array]:
        return {}

    def _uniforms(self, stream: int, first: int, count: int) -> Array:
        """Two a position, of some draws from a stream: float64 ``(count, 2, batch, length)``."""
        # A counter of Philox makes four words.
        counters = -(-2 * self.length // 4)
        words = [
            np.random.Philox(
                key=np.array([self.seed, instance], dtype=np.uint64),
                counter=np.array([first * counters, stream, 0, 0], dtype=np.uint64),
            ).random_raw(count * 4 * counters)
            for instance in self.instances
        ]
        drawn_words = np.stack(words).reshape(len(words), count, 4 * counters)
        uniforms = (drawn_words[..., : 2 * self.length] >> np.uint64(11)) * 2.0**-53
        shaped = uniforms.reshape(len(words), count, 2, self.length)
        return np.ascontiguousarray(shaped.transpose(1, 2, 0, 3))

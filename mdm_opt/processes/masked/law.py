"""The exact law of the samples of a small problem, enumerated (docs/mathematics.md 6)."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.candidates import Decoding, Plan
from mdm_opt.errors import InputError
from mdm_opt.models.base import Denoiser
from mdm_opt.processes.masked.rule_law import RuleLaw
from mdm_opt.schedules import Counts

Array = npt.NDArray[np.float64]

# (V + 1)^L states, and a matrix of their square is walked through in blocks.
MAX_STATES = 4096
_BLOCK_STATES = 256


def check_enumerable(length: int, vocab_size: int) -> int:
    """Number of partly masked sequences, (V + 1)^L.

    Raises:
        InputError: where they are too many to enumerate.
    """
    states = (vocab_size + 1) ** length
    if states > MAX_STATES:
        raise InputError(
            f"a law of {length} tokens out of {vocab_size} has {states} partly masked states; at "
            f"most {MAX_STATES} can be enumerated"
        )
    return int(states)


class SampleLaw:
    """Exact law of random-order samples at temperature 1 under any schedule.

    Args:
        denoiser: a model with (V + 1)^L at most 4096; it is asked once for every state.

    Raises:
        InputError: where the states are too many.
    """

    def __init__(self, denoiser: Denoiser) -> None:
        self._base, self._length = denoiser.vocab_size + 1, denoiser.length
        states = check_enumerable(denoiser.length, denoiser.vocab_size)
        grid = np.indices((self._base,) * self._length).reshape(self._length, states).T
        self._masked = grid == self._base - 1
        tokens = np.where(self._masked, denoiser.mask_token_id, grid)
        positions = np.tile(np.arange(self._length), (states, 1))
        with torch.inference_mode():
            log_probs = denoiser.log_probs(torch.from_numpy(tokens), torch.from_numpy(positions))
        self._log_probs = log_probs
        self._last: tuple[Plan, tuple[Array, float]] | None = None
        # Per state and position: the law of the token if it is revealed, and "nothing changes".
        probabilities = np.exp(log_probs.cpu().double().numpy())
        self._revealed = np.concatenate([probabilities, np.zeros((*grid.shape, 1))], axis=2)
        self._kept = (grid[:, :, None] == np.arange(self._base)).astype(np.float64)
        self._revealed[~self._masked] = self._kept[~self._masked]

    def under(self, plan: Plan, decoding: Decoding | None = None) -> Array:
        """Law of samples under what a candidate does; see `ancestral`, `fixed` and `RuleLaw`."""
        if plan.rule is not None:
            return self._by_rule(plan)[0]
        return self.ancestral(plan.grid) if plan.counts is None else self.fixed(plan.counts)

    def nfe(self, plan: Plan) -> float:
        """Model calls that a sample is expected to cost."""
        return plan.nfe if plan.rule is None else self._by_rule(plan)[1]

    def ancestral(self, grid: Array) -> Array:
        """Law of samples under ancestral reveal.

        Args:
            grid: float64 ``(steps + 1,)``, the reveal grid alpha_k.

        Returns:
            float64 ``(V,) * L``, probabilities of all sequences, sum 1.
        """
        law = self._start()
        for before, after in itertools.pairwise(grid):
            rate = 1.0 if after >= 1 else (after - before) / (1 - before)
            law = self._push(law, rate * self._revealed + (1 - rate) * self._kept)
        return self._clean(law)

    def fixed(self, counts: Counts) -> Array:
        """Law of samples under fixed cardinality.

        Args:
            counts: int64 ``(steps,)``, sum = L.

        Returns:
            As `ancestral`.
        """
        law, masked = self._start(), self._length
        for count in counts:
            after = np.zeros_like(law)
            for subset in itertools.combinations(range(self._length), int(count)):
                chosen = np.isin(np.arange(self._length), subset)
                eligible = np.where(self._masked[:, chosen].all(axis=1), law, 0.0)
                moves = np.where(chosen[None, :, None], self._revealed, self._kept)
                after += self._push(eligible, moves)
            law = after / math.comb(masked, int(count))
            masked -= int(count)
        return self._clean(law)

    def _by_rule(self, plan: Plan) -> tuple[Array, float]:
        # Law and calls are asked for one after the other.
        if self._last is None or self._last[0] is not plan:
            self._last = plan, RuleLaw(self._log_probs, self._masked).under(plan)
        return self._last[1]

    def _start(self) -> Array:
        law = np.zeros(len(self._masked))
        law[-1] = 1.0
        return law

    def _push(self, law: Array, moves: Array) -> Array:
        """One step: positions move independently; ``moves`` is ``(states, L, V + 1)``."""
        after = np.zeros_like(law)
        support = np.flatnonzero(law)
        for start in range(0, len(support), _BLOCK_STATES):
            block = support[start : start + _BLOCK_STATES]
            joint = law[block, None]
            for position in range(self._length):
                joint = joint[:, :, None] * moves[block, None, position]
                joint = joint.reshape(len(block), -1)
            after += joint.sum(axis=0)
        return after

    def _clean(self, law: Array) -> Array:
        shaped = law.reshape((self._base,) * self._length)
        return shaped[(slice(0, self._base - 1),) * self._length]

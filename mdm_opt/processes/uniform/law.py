"""Exact laws of samples and exact costs of steps of small problems (docs/mathematics.md 11)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
from scipy import special

from mdm_opt.candidates import Decoding, Plan
from mdm_opt.errors import InputError
from mdm_opt.models.base import TimedLaw
from mdm_opt.models.laws import EnumeratedLaw
from mdm_opt.processes.base import Array
from mdm_opt.processes.uniform.kernels import Kernel, kernel_of
from mdm_opt.processes.uniform.steps import answer, moved_law, probabilities, uniform_decoding

# V^L states, and a matrix of their square is walked through in blocks.
MAX_STATES = 4096
_BLOCK_VALUES = 2**20
_LAWS_KEPT = 64


def check_states(length: int, vocab_size: int) -> int:
    """Number of sequences, V^L.

    Raises:
        InputError: where they are too many to enumerate.
    """
    states = vocab_size**length
    if states > MAX_STATES:
        raise InputError(
            f"a law of {length} tokens out of {vocab_size} has {states} sequences; at most "
            f"{MAX_STATES} can be enumerated"
        )
    return int(states)


class UniformLaw:
    """Exact law of the samples of a model under any grid and sampler.

    Args:
        model: with V^L at most 4096; it is asked once for all sequences at each alpha.

    Raises:
        InputError: where the sequences are too many.
    """

    def __init__(self, model: TimedLaw) -> None:
        states = check_states(model.length, model.vocab_size)
        self._model, self._kernel = model, kernel_of(model)
        self._shape = (model.vocab_size,) * model.length
        self._states = np.indices(self._shape).reshape(model.length, states).T
        self._seen: dict[float, torch.Tensor] = {}

    def under(self, plan: Plan, decoding: Decoding) -> Array:
        """Law of the samples, float64 ``(V,) * length``; see `ExactLaw.under`."""
        law = self._start()
        for moves in self._steps(plan, decoding):
            after = np.zeros_like(law)
            for rows, joint in _blocks(moves):
                after += law[rows] @ joint
            law = after
        return law.reshape(self._shape)

    def nfe(self, plan: Plan) -> float:
        """Model calls of a sample."""
        return plan.nfe

    def conditional_deviation(self, plan: Plan, decoding: Decoding) -> float:
        """CSD: how much is left to chance once sampling has started (2311.03886).

        Standard deviation of each token id of the samples given the start, summed over the
        positions, in the mean over starts. A chain that hardly moves has a small one, too.
        """
        # Around their middle, where squares lose least.
        values = self._states - (self._shape[0] - 1) / 2
        moments = np.concatenate([values, values**2], axis=1)
        for moves in reversed(list(self._steps(plan, decoding))):
            before = np.empty_like(moments)
            for rows, joint in _blocks(moves):
                before[rows] = joint @ moments
            moments = before
        mean, square = np.split(moments, 2, axis=1)
        deviations = np.sqrt(np.maximum(square - mean**2, 0.0)).sum(axis=1)
        return float(self._start() @ deviations)

    def _start(self) -> Array:
        return _product([self._kernel.stationary] * len(self._shape)).ravel()

    def _steps(self, plan: Plan, decoding: Decoding) -> Iterator[Array]:
        """Of each step that leads anywhere the law of each token given the state before."""
        settings = uniform_decoding(decoding)
        states = torch.from_numpy(self._states).to(self._model.device)
        for before, after in pairwise(plan.grid.tolist()):
            if after > before:
                p = self._probabilities(states, before)
                law = moved_law(self._kernel, p, states, (before, after), settings)
                yield law.cpu().numpy()

    @torch.inference_mode()
    def _probabilities(self, states: torch.Tensor, alpha: float) -> torch.Tensor:
        if alpha not in self._seen:
            if len(self._seen) >= _LAWS_KEPT:
                self._seen.clear()
            self._seen[alpha] = probabilities(answer(self._model, states, alpha))
        return self._seen[alpha]


def _blocks(moves: Array) -> Iterator[tuple[slice, Array]]:
    """Parts of the matrix of a step whose positions move by themselves.

    Args:
        moves: float64 ``(states, length, V)``.

    Yields:
        Rows, and their part of the matrix, float64 ``(rows, states)``.
    """
    states, length, _ = moves.shape
    size = max(1, _BLOCK_VALUES // states)
    for start in range(0, states, size):
        part = moves[start : start + size]
        joint = part[:, 0]
        for position in range(1, length):
            joint = (joint[:, :, None] * part[:, position, None, :]).reshape(len(part), -1)
        yield slice(start, start + size), joint


class ExactCosts:
    """What steps of ancestral sampling cost with the exact posterior of a law.

    Args:
        law: of clean sequences, with V^L at most 4096.
        kernel: how tokens are corrupted.

    Raises:
        InputError: where the sequences are too many.
    """

    def __init__(self, law: EnumeratedLaw, kernel: Kernel) -> None:
        check_states(law.length, law.vocab_size)
        self._kernel, self._length = kernel, law.length
        self._clean = np.zeros((law.vocab_size,) * law.length)
        self._clean[tuple(law.outcomes.T)] = law.probabilities
        # Bound here, so that what is kept goes with this object.
        self._others = lru_cache(maxsize=_LAWS_KEPT)(self._mixed_others)
        self._reached = lru_cache(maxsize=_LAWS_KEPT * law.length)(self._mixed)

    @property
    def clean_entropy(self) -> float:
        """H(x_0) in nats."""
        return _entropy(self._clean)

    def corrupted(self, alpha: float) -> Array:
        """Law of the sequence at alpha, float64 ``(V,) * length``."""
        return self._reached(alpha).copy()

    def step_cost(self, before: float, after: float) -> float:
        """c(before, after) of docs/mathematics.md 9, the mean of `GridProcess.step_costs`.

        Args:
            before: alpha in [0, 1).
            after: alpha in (before, 1].

        Returns:
            Nats, of which the costs along a grid without H(x_0) are the path KL.
        """
        kernel, total = self._kernel, self._tokens_entropy(before, after)
        for position in range(self._length):
            clean = _marginal(self._clean, position)
            middle = clean @ kernel.transition(after)
            total -= float(
                clean @ _row_entropies(kernel.transition(after))
                + middle @ _row_entropies(kernel.transition(before / after))
                - clean @ _row_entropies(kernel.transition(before))
            )
        return total

    def total_correlation(self, before: float, after: float) -> float:
        """Nats that a step loses because tokens are drawn by themselves.

        sum_i H(x_after,i | x_before) - H(x_after | x_before), arguments as of `step_cost`.
        """
        reached = self._reached(after)
        return_entropies = _row_entropies(self._kernel.transition(before / after))
        joint = _entropy(reached) - _entropy(self._reached(before))
        for position in range(self._length):
            joint += float(_marginal(reached, position) @ return_entropies)
        return self._tokens_entropy(before, after) - joint

    def path_kl(self, grid: Array) -> float:
        """KL of the exact reverse chain on a grid from the sampler's, in nats.

        Args:
            grid: float64 ``(steps + 1,)``, non-decreasing, to 1; where it begins above 0 with what
                the noise there loses against the stationary law.
        """
        begun = self.corrupted(float(grid[0]))
        noise = _product([self._kernel.stationary] * self._length)
        total = float(special.rel_entr(begun, noise).sum())
        for before, after in pairwise(np.asarray(grid).tolist()):
            if after > before:
                total += self.total_correlation(before, after)
        return total

    def table(self, alphas: Array) -> Array:
        """Total correlations of all steps between some alphas.

        Args:
            alphas: float64 ``(n,)``, increasing, in [0, 1].

        Returns:
            float64 ``(n, n)``, entry (i, j) of the step from i to j; ``inf`` unless i < j.
        """
        found = np.full((len(alphas),) * 2, np.inf)
        for i, j in zip(*np.triu_indices(len(alphas), 1), strict=True):
            found[i, j] = self.total_correlation(float(alphas[i]), float(alphas[j]))
        return found

    def _mixed(self, alpha: float) -> Array:
        law, matrix = self._clean, self._kernel.transition(alpha)
        for position in range(self._length):
            law = _along(law, position, matrix)
        return law

    def _mixed_others(self, alpha: float) -> list[Array]:
        """For each position the law with all other tokens as at alpha, itself clean."""
        matrix, found = self._kernel.transition(alpha), []
        for position in range(self._length):
            law = self._clean
            for other in range(self._length):
                if other != position:
                    law = _along(law, other, matrix)
            found.append(law)
        return found

    def _tokens_entropy(self, before: float, after: float) -> float:
        """sum_i H(x_after,i | x_before)."""
        there, back = self._kernel.transition(after), self._kernel.transition(before / after)
        total = -self._length * _entropy(self._reached(before))
        for position, law in enumerate(self._others(before)):
            middle = np.moveaxis(_along(law, position, there), position, -1)
            # Last axis but one: the token after the step; last: the token before it.
            total += _entropy(middle[..., :, None] * back)
        return total


def _along(law: Array, position: int, matrix: Array) -> Array:
    """A law after one of its tokens has gone through a kernel."""
    return np.moveaxis(np.moveaxis(law, position, -1) @ matrix, -1, position)


def _marginal(law: Array, position: int) -> Array:
    return np.asarray(np.moveaxis(law, position, 0).reshape(law.shape[position], -1).sum(axis=1))


def _product(laws: list[Array]) -> Array:
    found = np.array(1.0)
    for law in laws:
        found = found[..., None] * law
    return found


def _entropy(law: npt.NDArray[np.float64]) -> float:
    return float(special.entr(law).sum())


def _row_entropies(matrix: Array) -> Array:
    return np.asarray(special.entr(matrix).sum(axis=1))

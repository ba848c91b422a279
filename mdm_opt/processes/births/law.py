"""Births of small problems, exactly: the law of the samples (docs/mathematics.md 6, 10)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
from scipy import special

from mdm_opt.candidates import Decoding, Plan
from mdm_opt.errors import InputError
from mdm_opt.models.base import RateModel
from mdm_opt.processes.base import Array
from mdm_opt.processes.births.rates import asked_rates
from mdm_opt.processes.births.steps import births_decoding, chance, expected_rest, rounded

# (max_count + 1)^L states, and a matrix of their square is walked through in blocks.
MAX_STATES = 4096
_BLOCK_STATES = 256


def check_enumerable(length: int, max_count: int) -> int:
    """Number of sequences of counts, (max_count + 1)^L.

    Raises:
        InputError: where they are too many to enumerate.
    """
    states = (max_count + 1) ** length
    if states > MAX_STATES:
        raise InputError(
            f"a law of {length} counts of 0..{max_count} has {states} states; at most "
            f"{MAX_STATES} can be enumerated"
        )
    return int(states)


def all_counts(length: int, max_count: int) -> npt.NDArray[np.int64]:
    """All sequences of counts, int64 ``(states, length)``; the last count runs fastest.

    Raises:
        InputError: where they are too many to enumerate.
    """
    states = check_enumerable(length, max_count)
    return np.indices((max_count + 1,) * length).reshape(length, states).T


class BirthsLaw:
    """Exact law of the samples of a model of births under any grid and sampler.

    Args:
        model: with (max_count + 1)^L at most 4096; it is asked for all states at each alpha.

    Raises:
        InputError: where the states are too many.
    """

    def __init__(self, model: RateModel) -> None:
        self._model, self._top = model, model.max_count
        self._states = all_counts(model.length, model.max_count)
        self._asked = torch.from_numpy(self._states.copy()).to(model.device)

    def under(self, plan: Plan, decoding: Decoding) -> Array:
        """Law of samples, float64 ``(max_count + 1,) * length``, sum 1; see `ExactLaw.under`.

        What a Poisson step gives beyond the largest count is that of the largest count.

        Raises:
            RunError: where the model answers with what are no rates.
        """
        return self.along(plan.grid, births_decoding(decoding).births)

    def along(self, grid: Array, births: str = "poisson") -> Array:
        """Law of samples along a grid.

        Args:
            grid: float64 ``(steps + 1,)``, non-decreasing, from 0 to 1.
            births: as `BirthsDecoding.births`.
        """
        law = np.zeros(len(self._states))
        law[0] = 1.0
        for before, after in pairwise(grid.tolist()):
            if after > before:
                law = self._push(law, self._moves(before, after, births))
        return law.reshape((self._top + 1,) * self._states.shape[1])

    def nfe(self, plan: Plan) -> float:
        """Model calls of a sample."""
        return plan.nfe

    def _moves(self, before: float, after: float, births: str) -> Array:
        """The law of each count after a step, ``(states, length, max_count + 1)``."""
        rates = asked_rates(self._model, self._asked, before)
        born = np.arange(self._top + 1) - self._states[:, :, None]
        if births == "poisson":
            return self._poisson(born, (after - before) * rates[:, :, None])
        rest, share = expected_rest(rates, before), chance(before, after)
        if births == "binomial":
            return self._binomial(born, rounded(rest), share)
        down = np.floor(rest)
        up = (rest - down)[:, :, None]
        low, high = (self._binomial(born, units, share) for units in (down, down + 1))
        return np.asarray((1 - up) * low + up * high)

    def _poisson(self, born: npt.NDArray[np.int64], means: Array) -> Array:
        some = np.maximum(born, 0)
        logs = special.xlogy(some, means) - means - special.gammaln(some + 1)
        moves = np.where(born >= 0, np.exp(logs), 0.0)
        needed = born[:, :, -1]
        # P(at least so many); of none that is certain.
        least = special.pdtrc(np.maximum(needed - 1, 0), means[:, :, 0])
        moves[:, :, -1] = np.where(needed > 0, least, 1.0)
        return np.asarray(moves)

    def _binomial(self, born: npt.NDArray[np.int64], units: Array, share: float) -> Array:
        tried = np.minimum(units, born[:, :, -1])[:, :, None]
        there = (born >= 0) & (born <= tried)
        some = np.where(there, born, 0)
        logs = special.xlogy(some, share) + special.xlog1py(tried - some, -share)
        return np.where(there, special.comb(tried, some) * np.exp(logs), 0.0)

    def _push(self, law: Array, moves: Array) -> Array:
        """One step: counts grow independently."""
        after = np.zeros_like(law)
        support = np.flatnonzero(law)
        for start in range(0, len(support), _BLOCK_STATES):
            block = support[start : start + _BLOCK_STATES]
            joint = law[block, None]
            for place in range(moves.shape[1]):
                joint = joint[:, :, None] * moves[block, None, place]
                joint = joint.reshape(len(block), -1)
            after += joint.sum(axis=0)
        return after

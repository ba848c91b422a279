"""What few steps of births cost, exactly, for a law that is known (docs/mathematics.md 10)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy import special

from mdm_opt.models.laws import EnumeratedLaw
from mdm_opt.processes.base import Array
from mdm_opt.processes.births.law import check_enumerable
from mdm_opt.schedules import grid_limit


class BirthsInformation:
    """The information of a law of counts along alpha, and path KL with the perfect rates.

    F(alpha) = sum over i of E[lambda_i log lambda_i] with the rates lambda_i; it does not
    decrease, and path KL along a grid is its left Riemann error,

        integral of F - sum over steps of (after - before) F(before).

    Args:
        law: token ids are counts; with V^L at most 4096.

    Raises:
        InputError: where the sequences are too many to enumerate.

    Attributes:
        entropy: of the law, nats.
        integral: of F from 0 to 1, nats: E[sum of log(x_0!) + x_0] - entropy.
    """

    def __init__(self, law: EnumeratedLaw) -> None:
        check_enumerable(law.length, law.vocab_size - 1)
        self._law = np.zeros((law.vocab_size,) * law.length)
        self._law[tuple(law.outcomes.T)] = law.probabilities
        self._counts = np.arange(law.vocab_size)
        self.entropy = float(special.entr(law.probabilities).sum())
        clean = special.gammaln(law.outcomes + 1.0) + law.outcomes
        self.integral = float(law.probabilities @ clean.sum(axis=1)) - self.entropy

    def at(self, alpha: float) -> float:
        """F(alpha), nats for each unit of alpha.

        Raises:
            ValueError: for alpha outside [0, 1).
        """
        law, flows = self._marginal(alpha)
        return float(special.xlogy(flows, _rates(law, flows)).sum())

    def slope(self, alpha: float) -> float:
        """F'(alpha) = sum over i, j of E[lambda_j(x) B(lambda_i(x + e_j), lambda_i(x))].

        B(u, v) = u log(u/v) - u + v. Errors as `at`.
        """
        law, flows = self._marginal(alpha)
        rates, slope = _rates(law, flows), 0.0
        for place, flow in enumerate(flows):
            ahead = np.roll(rates, -1, axis=place + 1)
            gained = special.kl_div(ahead, rates).sum(axis=0)
            moving = flow > 0
            slope += float(flow[moving] @ gained[moving])
        return slope

    def path_kl(self, grid: Array) -> float:
        """Nats that the steps of a grid lose under Poisson births, not clipped.

        Args:
            grid: float64 ``(steps + 1,)``, non-decreasing, from 0 to 1.
        """
        nats = self.integral
        for before, after in pairwise(grid.tolist()):
            if after > before:
                nats -= (after - before) * self.at(before)
        return nats

    def limit(self, max_steps: int, cells: int = 512) -> list[tuple[float, Array]]:
        """The least path KL of any grid on sin^2-spaced places, for every budget.

        Args:
            max_steps: largest budget, in 1..cells.
            cells: between places.

        Returns:
            For 1, 2, ... steps the path KL in nats and the grid, float64 ``(steps + 1,)``.

        Raises:
            ValueError: for max_steps outside 1..cells.
        """
        places = np.sin(np.linspace(0, np.pi / 2, cells + 1)) ** 2
        found = grid_limit(places, np.array([-self.at(place) for place in places[:-1]]), max_steps)
        grids = [
            places[np.concatenate([[0], np.cumsum(found.counts(steps))])]
            for steps in range(1, max_steps + 1)
        ]
        return list(zip((found.nats + self.integral).tolist(), grids, strict=True))

    def _marginal(self, alpha: float) -> tuple[Array, Array]:
        """Probabilities p of the states at alpha, and p lambda_i, ``(length, ...)``."""
        if not 0 <= alpha < 1:
            raise ValueError(f"alpha must lie in [0, 1), got {alpha}")
        clean, left = self._counts[:, None], self._counts[None, :]
        gone = np.maximum(clean - left, 0)
        kept = special.comb(clean, left) * alpha**left * (1 - alpha) ** gone
        born = kept * gone / (1 - alpha)
        axes = range(self._law.ndim)
        flows = [self._thinned([born if i == place else kept for i in axes]) for place in axes]
        return self._thinned([kept] * self._law.ndim), np.stack(flows)

    def _thinned(self, tables: list[Array]) -> Array:
        """The law with a table ``(clean, left)`` applied to each count."""
        found = self._law
        for table in tables:
            # The first axis goes, and comes back as the last.
            found = np.tensordot(found, table, axes=(0, 0))
        return np.asarray(found)


def _rates(law: Array, flows: Array) -> Array:
    """lambda_i of each state, 0 where the state has no probability."""
    return np.divide(flows, law, out=np.zeros_like(flows), where=law > 0)

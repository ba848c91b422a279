"""The path KL that measured step costs predict for grids of alphas."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy

from mdm_opt.candidates.costs import BetaBounds, Costs
from mdm_opt.schedules import BetaSchedule, Counts, named_schedule, nearest_beta
from mdm_opt.schedules.base import Array
from mdm_opt.schedules.step_costs import StepTable, position
from mdm_opt.schedules.step_sample import MOST_STEPS

if TYPE_CHECKING:
    from mdm_opt.candidates.base import Candidate
    from mdm_opt.candidates.grid_decoding import GridDecoding

# Pairs along each side of the grid of (log a, log b), and how it is refined around its best.
_SIDE, _ZOOMS = 32, 2
# Pairs that are compared under draws, along each side.
_DRAWN_SIDE = 25


class StepCosts(Costs):
    """What grids cost under a table of step costs, in nats a sequence; less is better.

    Args:
        table: what the cells are.
        profile: float64 ``(cells,)``.
        decoding: the settings of the sampler, which say where grids start and end.
        draws: float64 ``(draws, cells)``, see `Costs`.
    """

    def __init__(
        self,
        table: StepTable,
        profile: Array,
        decoding: GridDecoding,
        draws: Array | None = None,
    ) -> None:
        super().__init__(profile, draws)
        self.table, self.decoding = table, decoding

    @property
    def most_steps(self) -> int:
        """See `Costs.most_steps`."""
        return MOST_STEPS

    def weights(self, candidate: Candidate) -> Array:
        """See `Costs.weights`."""
        return self.table.weights(candidate.plan(self.decoding, 1).grid)

    @cached_property
    def _linear(self) -> Array:
        schedule = named_schedule("linear")
        grids = [self.decoding.alphas(schedule, n)[None] for n in range(1, MOST_STEPS + 1)]
        found = [self.table.path_kls(self.profile, grid)[0] for grid in grids]
        return np.array(found, dtype=np.float64)

    def linear(self) -> Array:
        """See `Costs.linear`."""
        return self._linear

    def limit(self, steps: int) -> tuple[Array, Counts | None]:
        """See `Costs.limit`: of any grid; none has counts."""
        return self.table.weights(self.limit_grid(steps)), None

    def limit_grid(self, steps: int) -> Array:
        """The grid of least path KL, float64 ``(steps + 1,)``."""
        ends = self.decoding.ends
        inner = self.decoding.inner_steps(steps)
        if inner == 0:
            return np.array([ends[0], 1.0])
        grid = self.table.limit(self.profile, inner, *ends)[1]
        return grid if inner == steps else np.append(grid, 1.0)

    def limits(self, most: int) -> Array | None:
        """See `Costs.limits`."""
        grids = [self.limit_grid(steps) for steps in range(1, most + 1)]
        return np.array([self.table.weights(grid) @ self.profile for grid in grids])

    def least(self, steps: int) -> float | None:
        """See `Costs.least`."""
        return max(0.0, float(self.limit(steps)[0] @ self.profile))

    def best_beta(self, steps: int, bounds: BetaBounds) -> BetaSchedule:
        """See `Costs.best_beta`: a grid of pairs, refined around its best."""
        ends = np.log([bounds["beta_a"], bounds["beta_b"]])
        centre, reach = ends.mean(axis=1), np.diff(ends, axis=1)[:, 0] / 2
        best = np.log([0.5, 0.5])
        for _ in range(_ZOOMS + 1):
            pairs = _around(centre, reach, ends)
            costs = self.table.path_kls(self.profile, self._grids(pairs, steps))
            best = centre = np.log(pairs[int(costs.argmin())])
            reach = reach * 4 / _SIDE
        a, b = np.clip(np.exp(best), *np.exp(ends).T)
        return BetaSchedule(float(a), float(b))

    def energy_fit(self, bounds: BetaBounds) -> BetaSchedule:
        """See `Costs.energy_fit`."""
        count, (first, last) = self.table.count, self.decoding.ends
        times, among = self.table.energy_times(self.profile), np.arange(count + 1)
        inside = np.interp(position([first, last], count), among, times)

        def revealed(progress: Array) -> Array:
            time = inside[0] + progress * (inside[1] - inside[0])
            found = np.sin(np.pi / 2 * np.interp(time, times, among) / count) ** 2
            share = (found - first) / (last - first)
            return np.asarray(np.clip(share, 0.0, 1.0), dtype=np.float64)

        return nearest_beta(revealed, beta_a=bounds["beta_a"], beta_b=bounds["beta_b"])

    def under_draws(
        self, steps: int, bounds: BetaBounds, first: tuple[float, float]
    ) -> tuple[Array, Array]:
        """See `Costs.under_draws`."""
        draws = np.asarray(self.draws)
        sides = [np.geomspace(*bounds[name], _DRAWN_SIDE) for name in ("beta_a", "beta_b")]
        grid = np.stack([x.ravel() for x in np.meshgrid(*sides)], axis=1)
        pairs = np.concatenate([[first], grid])
        weights = np.array([self.table.weights(one) for one in self._grids(pairs, steps)])
        return pairs, np.asarray(weights @ draws.T)

    def _grids(self, pairs: Array, steps: int) -> Array:
        """Alphas of Beta schedules, float64 ``(pairs, steps + 1)``."""
        inner = self.decoding.inner_steps(steps)
        progress = np.arange(inner + 1) / max(inner, 1)
        gamma = scipy.special.betainc(pairs[:, :1], pairs[:, 1:], progress[None])
        return self.decoding.placed(np.sin(np.pi / 2 * gamma) ** 2)


def _around(centre: Array, reach: Array, ends: Array) -> Array:
    """Pairs (a, b) on a grid around (log a, log b), within bounds, float64 ``(pairs, 2)``."""
    sides = [
        np.clip(np.linspace(c - r, c + r, _SIDE), *end)
        for c, r, end in zip(centre, reach, ends, strict=True)
    ]
    found = np.exp(np.stack([x.ravel() for x in np.meshgrid(*sides)], axis=1))
    return np.asarray(np.concatenate([np.exp(centre)[None], found]), dtype=np.float64)

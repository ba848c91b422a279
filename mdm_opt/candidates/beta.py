"""The family ``beta``: alpha(t) = sin^2(pi/2 I_t(a, b)) [EM sec. 3.3]."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from mdm_opt.candidates.base import (
    Bounds,
    Candidate,
    Family,
    NamedSeeds,
    Seed,
)
from mdm_opt.candidates.costs import BetaBounds, Costs
from mdm_opt.candidates.parameters import Range
from mdm_opt.candidates.pools import BoxPool, Pool
from mdm_opt.schedules import BETA_MAX, BETA_MIN, BetaSchedule
from mdm_opt.schedules.base import Array

A, B = "beta_a", "beta_b"
# Seeds from a profile with draws, for each step budget.
_DESIGN = 5


def beta(a: float, b: float, steps: int) -> Candidate:
    """The Beta schedule of (a, b) in a number of steps."""
    return Candidate("beta", steps, {A: float(a), B: float(b)})


def beta_bounds(bounds: Bounds) -> BetaBounds:
    """The bounds of both parameters alone, as numbers."""
    return {name: (float(bounds[name][0]), float(bounds[name][1])) for name in (A, B)}


class Beta(Family):
    """Beta schedules; `a` and `b` are searched on a log scale."""

    name = "beta"
    parameters = (
        Range(
            A,
            (BETA_MIN, BETA_MAX),
            (0.1, 8.0),
            title="a",
            about="parameter a of the Beta schedule, searched on a log scale.",
        ),
        Range(
            B,
            (BETA_MIN, BETA_MAX),
            (0.1, 8.0),
            title="b",
            about="parameter b of the Beta schedule, searched on a log scale.",
        ),
    )
    named_seeds: ClassVar[NamedSeeds] = {
        # Minimisers of the three energies for the arcsine and the uniform weight [EM sec. 3.2].
        "energy": (("energy: linear", {A: 0.5, B: 0.5}), ("energy: sin2", {A: 1.0, B: 1.0})),
        # The good cells that the paper reports on code and mathematics [EM sec. 4].
        "baselines": (
            ("paper: (0.9, 0.3)", {A: 0.9, B: 0.3}),
            ("paper: (1, 0.2)", {A: 1.0, B: 0.2}),
        ),
    }

    @property
    def given_words(self) -> str:
        """See `Family.given_words`."""
        return f"a pair [a, b] of numbers in [{BETA_MIN:g}, {BETA_MAX:g}]"

    def schedule(self, candidate: Candidate) -> BetaSchedule:
        """See `Family.schedule`."""
        return BetaSchedule(float(candidate.parameters[A]), float(candidate.parameters[B]))

    def profile_seeds(self, steps: int, bounds: Bounds, costs: Costs) -> list[Seed]:
        """The optimum, and others where the measurement leaves open which is the best.

        Without draws of the profile, the fit to the energy that it measures.
        """
        ends = beta_bounds(bounds)
        if costs.draws is None:
            fit = costs.energy_fit(ends)
            return [
                Seed("profile: best Beta", self.optimum(steps, bounds, costs)),
                Seed("profile: energy fit", beta(fit.beta_a, fit.beta_b, steps)),
            ]
        first, *others = costs.covering_betas(steps, ends, _DESIGN)
        found = [Seed("profile: best Beta", beta(*first, steps))]
        for place, pair in enumerate(others, start=2):
            found.append(Seed(f"profile: cover {place}", beta(*pair, steps)))
        return found

    def optimum(self, steps: int, bounds: Bounds, costs: Costs) -> Candidate:
        """See `Family.optimum`."""
        best = costs.best_beta(steps, beta_bounds(bounds))
        return beta(best.beta_a, best.beta_b, steps)

    def pool(self, steps: int, bounds: Bounds, costs: Costs | None = None, *, length: int) -> Pool:
        """See `Family.pool`."""
        return _BetaPool(self, steps, bounds, costs)


class _BetaPool(BoxPool):
    """Spread evenly over (log ab, log a/b), whose axes lie along and across the valley."""

    def spread(self, rng: np.random.Generator, count: int) -> Array:
        """See `BoxPool.spread`."""
        # More than are needed at once, because the rotated square is wider than the space.
        unit = rng.random((2 * count, 2))
        middle, half = (self._low + self._high) / 2, (self._high - self._low) / 2
        total, ratio = (2 * unit - 1).T
        inner = np.stack([total + ratio, total - ratio], axis=1)
        kept = inner[(np.abs(inner) <= 1).all(axis=1)][:count]
        return np.asarray(middle + half * (kept if len(kept) else np.zeros((1, 2))))


BETA = Beta()

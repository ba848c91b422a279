"""The path KL that an information profile predicts for schedules in random order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mdm_opt.candidates.costs import BetaBounds, Costs
from mdm_opt.candidates.masked_decoding import MaskedDecoding
from mdm_opt.schedules import (
    BetaSchedule,
    Counts,
    ancestral_limit,
    ancestral_weights,
    best_beta,
    energy_fitted_beta,
    fixed_weights,
    limit,
    linear_path_kls,
    reveal_grid,
)
from mdm_opt.schedules.base import Array
from mdm_opt.schedules.beta_counts import beta_counts

if TYPE_CHECKING:
    from mdm_opt.candidates.base import Candidate

# Schedules under ancestral reveal that are compared under draws, along each side.
_SIDE = 25


class ProfileCosts(Costs):
    """What schedules cost under a profile h(m), in nats a sequence; less is better.

    Args:
        profile: float64 ``(length,)``, h(m), non-increasing.
        decoding: reveal and rounding of the schedules.
        draws: float64 ``(draws, length)``, other profiles that the measurement leaves possible;
            None for none.
    """

    def __init__(
        self, profile: Array, decoding: MaskedDecoding, draws: Array | None = None
    ) -> None:
        super().__init__(profile, draws)
        self.decoding = decoding

    @property
    def length(self) -> int:
        """Tokens of one sequence."""
        return len(self.profile)

    @property
    def most_steps(self) -> int:
        """See `Costs.most_steps`: one token a step."""
        return self.length

    def counts(self, candidate: Candidate) -> Counts | None:
        """See `Costs.counts`."""
        return candidate.plan(self.decoding, self.length).counts

    def weights(self, candidate: Candidate) -> Array:
        """Weights c, float64 ``(length,)``, with path KL = sum_m c(m) h(m).

        Raises:
            ValueError: for a rule, whose counts the model's answers decide.
        """
        if candidate.rule is not None:
            raise ValueError(f"a profile predicts nothing of {candidate.label}")
        plan = candidate.plan(self.decoding, self.length)
        if plan.counts is not None:
            return fixed_weights(plan.counts)
        return ancestral_weights(plan.grid, self.length)

    def linear(self) -> Array:
        """Predicted path KL of the linear schedule in 1, 2, ..., length steps."""
        return linear_path_kls(self.profile, self.decoding.reveal, self.decoding.rounding)

    def limit(self, steps: int) -> tuple[Array, Counts | None]:
        """The least that any schedule of so many steps can cost.

        Returns:
            Its weights, and its counts where it has any.
        """
        if self.decoding.reveal == "ancestral":
            # The grid must be finer than the steps.
            grid = ancestral_limit(self.profile, steps, max(512, 4 * steps))[-1][1]
            return ancestral_weights(grid, self.length), None
        counts = limit(self.profile, steps).counts(steps)
        return fixed_weights(counts), counts

    def limits(self, most: int) -> Array | None:
        """Path KL of the limit in 1, 2, ..., ``most`` steps; None where counts are random."""
        if self.decoding.reveal != "fixed":
            return None
        return limit(self.profile, most).nats

    def least(self, steps: int) -> float | None:
        """The last of `limits`; None where there are more steps than tokens, too."""
        found = self.limits(steps) if steps <= self.length else None
        return None if found is None else float(found[-1])

    def best_beta(self, steps: int, bounds: BetaBounds) -> BetaSchedule:
        """The Beta schedule of least path KL within bounds of both its parameters."""
        reveal, rounding = self.decoding.reveal, self.decoding.rounding
        return best_beta(self.profile, steps, **bounds, reveal=reveal, rounding=rounding)

    def under_draws(
        self, steps: int, bounds: BetaBounds, first: tuple[float, float]
    ) -> tuple[Array, Array]:
        """Pairs (a, b) with ``first`` in front, and what each costs under each draw."""
        ends = bounds["beta_a"], bounds["beta_b"]
        draws = np.asarray(self.draws)
        if self.decoding.reveal == "fixed":
            found = beta_counts(self.length, steps, *ends, self.decoding.rounding).with_pair(first)
            return found.pairs, found.costs(draws)
        sides = [np.geomspace(*end, _SIDE) for end in ends]
        grid = np.stack([x.ravel() for x in np.meshgrid(*sides)], axis=1)
        pairs = np.concatenate([[first], grid])
        weights = [
            ancestral_weights(reveal_grid(BetaSchedule(a, b), steps), self.length)
            for a, b in pairs.tolist()
        ]
        return pairs, np.asarray(np.array(weights) @ draws.T)

    def energy_fit(self, bounds: BetaBounds) -> BetaSchedule:
        """The Beta schedule nearest to the minimiser of the measured energy, within bounds."""
        return energy_fitted_beta(self.profile, **bounds)

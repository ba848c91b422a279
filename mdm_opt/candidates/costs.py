"""The path KL that an information profile predicts for schedules in random order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mdm_opt.candidates.decoding import Decoding
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
)
from mdm_opt.schedules.base import Array

if TYPE_CHECKING:
    from mdm_opt.candidates.base import Candidate

# Of both parameters of the Beta family, by name.
BetaBounds = Mapping[str, tuple[float, float]]


class ProfileCosts:
    """What schedules cost under a profile h(m), in nats a sequence; less is better.

    Args:
        profile: float64 ``(length,)``, h(m), non-increasing.
        decoding: reveal and rounding of the schedules.
    """

    def __init__(self, profile: Array, decoding: Decoding) -> None:
        self.profile, self.decoding = profile, decoding

    @property
    def length(self) -> int:
        """Tokens of one sequence."""
        return len(self.profile)

    def weights(self, candidate: Candidate) -> Array:
        """Weights c, float64 ``(length,)``, with path KL = sum_m c(m) h(m)."""
        plan = candidate.plan(self.decoding, self.length)
        if plan.counts is not None:
            return fixed_weights(plan.counts)
        return ancestral_weights(plan.grid, self.length)

    def of(self, candidate: Candidate) -> float:
        """Predicted path KL of a candidate."""
        return float(self.weights(candidate) @ self.profile)

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

    def energy_fit(self, bounds: BetaBounds) -> BetaSchedule:
        """The Beta schedule nearest to the minimiser of the measured energy, within bounds."""
        return energy_fitted_beta(self.profile, **bounds)

"""The path KL that is predicted of candidates before they are sampled."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from mdm_opt.schedules import BetaSchedule, Counts
from mdm_opt.schedules.base import Array
from mdm_opt.schedules.cover import cover

if TYPE_CHECKING:
    from mdm_opt.candidates.base import Candidate

# Of both parameters of the Beta family, by name.
BetaBounds = Mapping[str, tuple[float, float]]


class Costs(ABC):
    """What candidates cost under what was measured of a model, in nats a sequence; less is better.

    Path KL is a linear function of what was measured: weights @ profile.

    Args:
        profile: float64 ``(cells,)``, what was measured, smoothed.
        draws: float64 ``(draws, cells)``, other values that the measurement leaves possible; None
            for none.
    """

    def __init__(self, profile: Array, draws: Array | None = None) -> None:
        self.profile, self.draws = profile, draws

    @property
    @abstractmethod
    def most_steps(self) -> int:
        """The largest step count that is looked at."""

    def counts(self, candidate: Candidate) -> Counts | None:
        """Fixed counts of a candidate, int64 ``(steps,)``; None where they are random or none."""
        return None

    @abstractmethod
    def weights(self, candidate: Candidate) -> Array:
        """Weights c, float64 ``(cells,)``, with path KL = c @ profile.

        Raises:
            ValueError: for a rule, of which nothing is predicted.
        """

    @abstractmethod
    def linear(self) -> Array:
        """Predicted path KL of the linear schedule in 1, 2, ..., `most_steps` steps."""

    @abstractmethod
    def limit(self, steps: int) -> tuple[Array, Counts | None]:
        """The least that any schedule of so many steps can cost.

        Returns:
            Its weights, and its counts where it has any.
        """

    @abstractmethod
    def limits(self, most: int) -> Array | None:
        """Path KL of the limit in 1, 2, ..., ``most`` steps; None where that takes too long."""

    @abstractmethod
    def least(self, steps: int) -> float | None:
        """The least path KL that any schedule of so many steps can have; None where unknown."""

    @abstractmethod
    def best_beta(self, steps: int, bounds: BetaBounds) -> BetaSchedule:
        """The Beta schedule of least path KL within bounds of both its parameters."""

    @abstractmethod
    def energy_fit(self, bounds: BetaBounds) -> BetaSchedule:
        """The Beta schedule nearest to the minimiser of the measured energy, within bounds."""

    @abstractmethod
    def under_draws(
        self, steps: int, bounds: BetaBounds, first: tuple[float, float]
    ) -> tuple[Array, Array]:
        """Pairs (a, b) with ``first`` in front, and what each costs under each draw.

        Returns:
            float64 ``(pairs, 2)`` and ``(pairs, draws)``. Needs draws.
        """

    def predicts(self, candidate: Candidate) -> bool:
        """Whether something is predicted of a candidate: not of rules, nor of other orders.

        At other temperatures, and where the study itself fixes another order, it is a place to
        start from.
        """
        return candidate.rule is None and candidate.decoding.get("order", "random") == "random"

    def of(self, candidate: Candidate) -> float:
        """Predicted path KL of a candidate."""
        return float(self.weights(candidate) @ self.profile)

    def covering_betas(
        self, steps: int, bounds: BetaBounds, count: int
    ) -> list[tuple[float, float]]:
        """(a, b) of schedules that together are good whatever the measurement leaves possible.

        The best under the profile comes first, see `mdm_opt.schedules.cover`. Needs draws.

        Args:
            steps: step budget.
            bounds: of both parameters.
            count: how many, at most.
        """
        best = self.best_beta(steps, bounds)
        first = best.beta_a, best.beta_b
        pairs, costs = self.under_draws(steps, bounds, first)
        return [(float(a), float(b)) for a, b in pairs[cover(costs, 0, count)]]

    def least_under_draws(self, steps: int, bounds: BetaBounds) -> Array:
        """Path KL of the best Beta schedule under each draw, float64 ``(draws,)``."""
        _, costs = self.under_draws(steps, bounds, (0.5, 0.5))
        return np.asarray(costs.min(axis=0), dtype=np.float64)

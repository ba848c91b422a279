"""How models are sampled whose steps lead along a grid of alphas: births, uniform corruption."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from mdm_opt.candidates.decoding import Decoding
from mdm_opt.candidates.plan import GridPlan, Rule
from mdm_opt.candidates.step_costs import StepCosts
from mdm_opt.schedules import MaskSchedule, reveal_grid
from mdm_opt.schedules.base import Array
from mdm_opt.schedules.step_costs import table_of

# Beyond, more steps than this hardly help where the linear schedule needs them.
_MOST_STEPS = 256


class GridDecoding(Decoding):
    """Settings of a sampler that takes one step, and one model call, for each pair of alphas."""

    @property
    def ends(self) -> tuple[float, float]:
        """The alphas between which the schedule leads."""
        return 0.0, 1.0

    def inner_steps(self, steps: int) -> int:
        """Steps of the schedule, of so many in all."""
        return steps

    def placed(self, revealed: Array) -> Array:
        """Grids of alphas of how far schedules are.

        Args:
            revealed: float64 ``(..., inner steps + 1)``, from 0 to 1.

        Returns:
            float64 ``(..., steps + 1)``.
        """
        return revealed

    def alphas(self, schedule: MaskSchedule, steps: int) -> Array:
        """The ends of the steps, float64 ``(steps + 1,)``, non-decreasing."""
        inner = self.inner_steps(steps)
        # Where the only step leads to the clean sequence the schedule says nothing.
        return self.placed(reveal_grid(schedule, inner) if inner else np.zeros(1))

    def costs(self, profile: Array, draws: Array | None = None) -> StepCosts:
        """See `Decoding.costs`."""
        return StepCosts(table_of(self.process, len(profile)), profile, self, draws)

    def plan(
        self, schedule: MaskSchedule, steps: int, length: int, rule: Rule | None = None
    ) -> GridPlan:
        """See `Decoding.plan`.

        Raises:
            ValueError: for a rule.
        """
        if rule is not None:
            self.check_rule()
        return GridPlan(self.alphas(schedule, steps), None, length)

    def most_steps(self, length: int) -> int:
        """See `Decoding.most_steps`."""
        return _MOST_STEPS


class BirthsDecoding(GridDecoding):
    """The settings of the sampler of births (Blackout Diffusion).

    Attributes:
        births: of a step: ``poisson`` (tau leaping: as many as the rate says), ``binomial`` (the
            paper's: the expected rest, rounded, is born with the chance of the step), or
            ``randomised`` (the same, rounded up or down by chance, as CountsDiff does). Never
            above the model's largest count.
    """

    process: ClassVar[str] = "births"
    # The paper's grid, and the one that CountsDiff takes.
    baselines: ClassVar[tuple[str, ...]] = ("linear", "sin2", "logit")
    share_words: ClassVar[str] = "share of each count that is there"
    numbers: ClassVar[str] = "counts"

    births: Literal["poisson", "binomial", "randomised"] = "poisson"

    def check_exact(self, objective: str) -> None:
        """See `Decoding.check_exact`."""
        if objective == "path_kl" and self.births != "poisson":
            raise ValueError(
                f"objective 'path_kl' is not accepted with births = {self.births!r}: a rounded "
                "rest cannot be as large as the exact one, so that its path KL is infinite; "
                "accepted: 'poisson'"
            )


class UniformDecoding(GridDecoding):
    """The settings of the sampler of models of uniform or ordinal corruption.

    Attributes:
        step: ``ancestral`` (the exact reverse step of the model's law of each token), ``euler``
            (tau leaping: every change by its rate) or ``flow`` (the discrete probability flow:
            only towards what is more probable).
        first_alpha: of the noise that sampling starts from; above 0 for ``euler`` and ``flow``,
            where 0.01 is usual.
        last_alpha: at which the steps end; where it is below 1, the last call goes from there to
            the clean sequence at once.

    Raises:
        ValueError: for alphas that do not increase, or rates at alpha = 0.
    """

    process: ClassVar[str] = "uniform"
    # The grids of the discrete probability flow and of tauLDR.
    baselines: ClassVar[tuple[str, ...]] = ("linear", "constant_rate", "exponential_rate")
    share_words: ClassVar[str] = "share of tokens that are kept"

    step: Literal["ancestral", "euler", "flow"] = "ancestral"
    first_alpha: float = Field(0.0, ge=0, lt=1)
    last_alpha: float = Field(1.0, gt=0, le=1)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.first_alpha >= self.last_alpha:
            raise ValueError(
                f"first_alpha = {self.first_alpha:g} must be below last_alpha = "
                f"{self.last_alpha:g}"
            )
        if self.step != "ancestral" and self.first_alpha == 0:
            raise ValueError(
                f"step = {self.step!r} needs first_alpha above 0, got 0: from there rates take "
                "for ever; 0.01 is usual"
            )
        return self

    @property
    def ends(self) -> tuple[float, float]:
        """See `GridDecoding.ends`."""
        return self.first_alpha, self.last_alpha

    def inner_steps(self, steps: int) -> int:
        """See `GridDecoding.inner_steps`: a last alpha below 1 takes the last call."""
        return steps - (self.last_alpha < 1)

    def placed(self, revealed: Array) -> Array:
        """See `GridDecoding.placed`."""
        first, last = self.ends
        # Exact at both ends, to the last bit.
        found = first * (1 - revealed) + last * revealed
        if last == 1:
            return found
        return np.concatenate([found, np.ones((*found.shape[:-1], 1))], axis=-1)

    def check_exact(self, objective: str) -> None:
        """See `Decoding.check_exact`."""
        if objective == "path_kl" and self.step != "ancestral":
            raise ValueError(
                f"objective 'path_kl' is not accepted with step = {self.step!r}: such a step "
                "may lack changes that the exact reverse step makes, so that its path KL can be "
                "infinite; accepted: 'ancestral'"
            )

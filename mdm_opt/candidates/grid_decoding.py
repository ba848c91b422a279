"""How models are sampled whose steps lead along a grid of alphas: births, uniform corruption."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from mdm_opt.candidates.decoding import Decoding
from mdm_opt.candidates.plan import GridPlan, Rule
from mdm_opt.schedules import MaskSchedule, reveal_grid
from mdm_opt.schedules.base import Array

# Beyond, more steps than this hardly help where the linear schedule needs them.
_MOST_STEPS = 256


class GridDecoding(Decoding):
    """Settings of a sampler that takes one step, and one model call, for each pair of alphas."""

    def alphas(self, schedule: MaskSchedule, steps: int) -> Array:
        """The ends of the steps, float64 ``(steps + 1,)``, non-decreasing."""
        return reveal_grid(schedule, steps)

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
        births: of a step of the model's rate: ``poisson`` (tau leaping), ``binomial`` (the paper's:
            the expected rest, rounded, is born with the chance of the step), or ``randomised``
            (the same, rounded up or down by chance, as CountsDiff does). Never above the model's
            largest count.
    """

    process: ClassVar[str] = "births"

    births: Literal["poisson", "binomial", "randomised"] = "poisson"


class UniformDecoding(GridDecoding):
    """The settings of the sampler of models of uniform or ordinal corruption.

    Attributes:
        step: ``ancestral`` (the exact reverse step of the model's law of each token), ``euler``
            (tau leaping: every change by its rate) or ``flow`` (the discrete probability flow:
            only towards what is more probable).
        first_alpha: of the noise that sampling starts from; ``euler`` and ``flow`` need it above 0.
        last_alpha: at which the steps end; where it is below 1, the last call goes from there to
            the clean sequence at once.

    Raises:
        ValueError: for alphas that do not increase, or rates at alpha = 0.
    """

    process: ClassVar[str] = "uniform"

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

    def alphas(self, schedule: MaskSchedule, steps: int) -> Array:
        """See `GridDecoding.alphas`: between the first and the last alpha."""
        last = self.last_alpha < 1
        if last and steps == 1:
            return np.array([self.first_alpha, 1.0])
        inner = reveal_grid(schedule, steps - last)
        grid = self.first_alpha + (self.last_alpha - self.first_alpha) * inner
        # What is the last alpha must be it to the last bit.
        grid[-1] = self.last_alpha
        return np.append(grid, 1.0) if last else grid

"""How a masked model is sampled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal, Self, get_args

from pydantic import Field, model_validator

from mdm_opt.candidates.decoding import SEARCHABLE, Decoding
from mdm_opt.candidates.plan import Plan, Rule
from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.schedules import (
    MaskSchedule,
    Reveal,
    Rounding,
    block_count,
    grid_and_counts,
    reveal_grid,
)
from mdm_opt.schedules.base import Array

if TYPE_CHECKING:
    from mdm_opt.candidates.profile_costs import ProfileCosts

Order = Literal["random", "confidence", "margin", "entropy"]
ORDERS: tuple[str, ...] = get_args(Order)


class MaskedDecoding(Decoding):
    """The settings of the sampler of masked models, ``[sampler]`` in a study file.

    Attributes:
        order: ``random``, ``confidence`` (largest top probability first), ``margin`` or
            ``entropy``; ties are broken by the random order.
        temperature: of the token distribution; 0 takes the most probable token. The order always
            looks at temperature 1.
        reveal: ``fixed`` counts, or ``ancestral``: each token by itself.
        rounding: of fixed counts; ``full``: no empty step; ``cumulative``: empty steps may occur
            and cost nothing.
        block_length: tokens of a block that is finished before the next, in which the schedule
            starts anew; divides the length, and the number of blocks every step count. Of models
            that attend in blocks those of their attention. Needs ``fixed`` reveal. Default: one
            block.
        guidance: scale of classifier-free guidance; needs prompts.
        end_last: whether positions whose most probable token ends the text come last. The
            others are then ordered by their certainty among the tokens that do not end it, as
            LLaDA's ``confidence_eos_eot_inf`` does. Needs an order other than random.

    Raises:
        ValueError: for anything else, naming key and value.
    """

    process: ClassVar[str] = "masked"
    baselines: ClassVar[tuple[str, ...]] = ("linear", "sin2", "sine")
    share_words: ClassVar[str] = "revealed fraction"
    schedule_words: ClassVar[str] = "mask schedule"
    searchable: ClassVar[tuple[str, ...]] = SEARCHABLE

    order: Order = "random"
    temperature: float = Field(1.0, ge=0, le=100)
    reveal: Reveal = "fixed"
    rounding: Rounding = "full"
    block_length: int | None = Field(None, ge=1)
    guidance: float = Field(0.0, ge=0, le=100)
    end_last: bool = False

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.block_length is not None and self.reveal != "fixed":
            raise ValueError(f"block_length needs reveal = 'fixed', got reveal = {self.reveal!r}")
        if self.end_last and self.order == "random":
            raise ValueError(
                "end_last needs order = 'confidence', 'margin' or 'entropy', got order = 'random'"
            )
        return self

    @property
    def in_blocks(self) -> bool:
        """See `Decoding.in_blocks`."""
        return self.block_length is not None

    @property
    def predicted(self) -> bool:
        """See `Decoding.predicted`: a profile knows random orders only."""
        return self.order == "random"

    @property
    def guided(self) -> bool:
        """See `Decoding.guided`."""
        return self.guidance > 0

    @property
    def words(self) -> dict[str, str]:
        """See `Decoding.words`."""
        return {
            "order": f"order {self.order}",
            "temperature": f"temperature {self.temperature:g}",
            "reveal": f"{self.reveal} reveal",
            "rounding": f"{self.rounding} rounding",
        }

    def check_exact(self, objective: str) -> None:
        """See `Decoding.check_exact`: for whole sequences in random order at temperature 1."""
        if self.block_length is not None:
            raise ValueError(
                f"objective {objective!r} is defined for whole sequences only, got "
                f"{key_name('sampler.block_length')} = {self.block_length}"
            )
        if self.order != "random" or self.temperature != 1:
            raise ValueError(
                f"objective {objective!r} is defined for order = 'random' and "
                f"temperature = 1.0 only, got order = {self.order!r} and temperature = "
                f"{self.temperature}"
            )

    def check_prompts(self, objective: str, *, prompted: bool) -> None:
        """See `Decoding.check_prompts`: guidance needs prompts."""
        if self.guidance and not prompted:
            raise ValueError(
                f"{key_name('sampler.guidance')} = {self.guidance} needs an objective with "
                f"prompts (task or lm_eval), got objective {objective!r}"
            )

    def check_attention(self, block_length: int | None, length: int) -> None:
        """Refuses blocks other than those in which a model attends, and guidance in these.

        Args:
            block_length: tokens of a block of its attention; None where it attends to everything.
            length: tokens that it writes.

        Raises:
            InputError: naming the key.
        """
        if block_length is None:
            return
        if (self.block_length or length) != block_length:
            found = f"{key_name('sampler.block_length')}: "
            found += "missing" if self.block_length is None else f"{self.block_length} is not "
            found += "" if self.block_length is None else "accepted"
            raise InputError(
                f"{found}: the model attends block by block, and is served in its blocks only; "
                f"block_length = {block_length} is needed"
            )
        if self.guidance:
            raise InputError(
                f"{key_name('sampler.guidance')} = {self.guidance:g} is not accepted: the model "
                "attends block by block, and such models are served without guidance"
            )

    def check_counts(self) -> None:
        """See `Decoding.check_counts`."""
        if (self.reveal, self.rounding) != ("fixed", "full"):
            raise ValueError(
                "needs reveal = 'fixed' and rounding = 'full', got reveal = "
                f"{self.reveal!r} and rounding = {self.rounding!r}"
            )

    def without_one_block(self, length: int) -> Self:
        """The same where a block is shorter than sequences of a length; one block is none."""
        if self.block_length != length:
            return self
        return self.model_copy(update={"block_length": None})

    def blocks(self, length: int) -> int:
        """Blocks of a sequence, of which every step count is a multiple."""
        return length // (self.block_length or length)

    def check_rule(self) -> None:
        """Raises ValueError where a rule cannot decide what a step reveals."""
        if (self.reveal, self.rounding) != ("fixed", "full"):
            raise ValueError(
                "a rule of certainty needs reveal = 'fixed' and rounding = 'full', got reveal = "
                f"{self.reveal!r} and rounding = {self.rounding!r}"
            )

    def plan(
        self, schedule: MaskSchedule, steps: int, length: int, rule: Rule | None = None
    ) -> Plan:
        """See `Decoding.plan`.

        The cap of a rule is lowered to the length and rounded up to a multiple of the blocks; it
        takes the place of ``steps``.

        Raises:
            ValueError: for blocks that do not share length and steps evenly, and a rule under
                another reveal or rounding than the default.
        """
        if rule is not None:
            return self._rule_plan(schedule, rule, length)
        if self.reveal == "fixed":
            found = grid_and_counts(schedule, steps, length, self.rounding, self.block_length)
            return Plan(*found, length)
        blocks = block_count(steps, length, self.block_length)
        return Plan(reveal_grid(schedule, steps, blocks), None, length)

    def schedule_steps(self, steps: int, length: int, rule: Rule | None) -> int:
        """Steps of the schedule: the budget's, or the most that a rule takes."""
        if rule is None:
            return steps
        if rule.cap is None:
            return length
        blocks = self.blocks(length)
        return min(length, -(-rule.cap // blocks) * blocks)

    def _rule_plan(self, schedule: MaskSchedule, rule: Rule, length: int) -> Plan:
        self.check_rule()
        cap = self.schedule_steps(length, length, rule)
        grid, shares = grid_and_counts(schedule, cap, length, "full", self.block_length)
        kept = replace(rule, cap=cap) if rule.scheduled else rule
        return Plan(grid, None, length, kept, shares)

    def costs(self, profile: Array, draws: Array | None = None) -> ProfileCosts:
        """See `Decoding.costs`: the profile is h(m), float64 ``(length,)``."""
        from mdm_opt.candidates.profile_costs import ProfileCosts

        return ProfileCosts(profile, self, draws)

    def most_steps(self, length: int) -> int:
        """Up to which step count it makes sense to look for a schedule as good as another.

        More steps than tokens help only where a step may reveal none, and hardly beyond four
        times as many.
        """
        return length if (self.reveal, self.rounding) == ("fixed", "full") else 4 * length

    def check_steps(self, steps: Sequence[int], length: int) -> None:
        """Refuses more steps than tokens under fixed counts, and uneven blocks.

        Raises:
            InputError: naming the first such step count, or the length of the blocks.
        """
        too_many = [count for count in steps if count > length]
        if too_many and self.reveal == "fixed":
            raise InputError(
                f"{key_name('space.steps')}: {too_many[0]} is not accepted: the model writes "
                f"{length} tokens, and more steps than tokens cannot all reveal one"
            )
        if self.block_length is None:
            return
        if length % self.block_length:
            raise InputError(
                f"{key_name('sampler.block_length')}: {self.block_length} is not accepted: it "
                f"does not divide the {length} tokens that the model writes"
            )
        blocks = self.blocks(length)
        uneven = [count for count in steps if count % blocks]
        if uneven:
            raise InputError(
                f"{key_name('space.steps')}: {uneven[0]} is not accepted: {blocks} blocks of "
                f"{self.block_length} tokens share the steps evenly; multiples of {blocks} are "
                "accepted"
            )

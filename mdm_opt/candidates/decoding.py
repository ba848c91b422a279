"""How a frozen model is sampled: everything that a study fixes or searches beside the schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal, Self, get_args

import numpy as np
from pydantic import Field, ValidationError, model_validator

from mdm_opt.candidates.parameters import Value
from mdm_opt.errors import InputError
from mdm_opt.messages import key_name, refusal
from mdm_opt.schedules import (
    Counts,
    MaskSchedule,
    Reveal,
    Rounding,
    ancestral_nfe,
    block_count,
    grid_and_counts,
    reveal_grid,
)
from mdm_opt.schedules.base import Array
from mdm_opt.table import Table

Order = Literal["random", "confidence", "margin", "entropy"]
ORDERS: tuple[str, ...] = get_args(Order)
# What a position is certain by: its top probability, its entropy, or the sum of the entropies of
# all that are certain.
Measure = Literal["confidence", "entropy", "bound"]
MEASURES: tuple[str, ...] = get_args(Measure)
# What a candidate may bring of the decoding.
SEARCHABLE = ("order", "temperature", "guidance", "block_length")


@dataclass(frozen=True)
class Rule:
    """Reveals what the model is certain of, and of the rest a share (docs/mathematics.md 4).

    Attributes:
        measure: what a position is certain by, see `Measure`; always under the model's law at
            temperature 1.
        cutoff: ``confidence``: the least top probability. ``entropy``: the largest entropy of a
            position in nats. ``bound``: positions are certain by rising entropy while the sum of
            their entropies without the largest is at most this, in nats.
        cap: steps of the schedule that gives the share of the rest; None for no schedule: then
            the rest is left alone, except for its most certain position where nothing is certain.
    """

    measure: Measure
    cutoff: float
    cap: int | None = None

    @property
    def scheduled(self) -> bool:
        """Whether a schedule gives the share of the rest."""
        return self.cap is not None

    @property
    def label(self) -> str:
        """The rule in a few words, e.g. ``entropy <= 0.05``."""
        sign = ">=" if self.measure == "confidence" else "<="
        return f"{self.measure} {sign} {self.cutoff:.3g}"


@dataclass(frozen=True, eq=False)
class Plan:
    """What a candidate does to sequences of one length under one decoding.

    Attributes:
        grid: float64 ``(steps + 1,)``, alpha at the ends of the steps, from 0 to 1.
        counts: int64 ``(steps,)``, tokens that each step reveals; None where that is random.
        length: tokens of one sequence.
        rule: that decides what a step reveals; None where the schedule alone does.
        shares: int64 ``(steps,)``, tokens that the schedule of a rule would reveal by itself, of
            which the rest gets its share; None without a rule. The steps are the most there are.

    The arrays are read-only, for plans are shared.
    """

    grid: Array
    counts: Counts | None
    length: int
    rule: Rule | None = None
    shares: Counts | None = None

    def __post_init__(self) -> None:
        for array in (self.grid, self.counts, self.shares):
            if array is not None:
                array.setflags(write=False)

    @property
    def steps(self) -> int:
        """Number of steps, the most there are under a rule."""
        return len(self.grid) - 1

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for two plans of a length only where their steps do the same."""
        arrays = self.shares, self.counts, self.grid
        decisive = next(array for array in arrays if array is not None)
        return self.rule, decisive.tobytes()

    @property
    def realised(self) -> Array:
        """Revealed fraction at the ends of the steps, after rounding; shape as `grid`.

        Under a rule that of its schedule.
        """
        counts = self.counts if self.rule is None else self.shares
        if counts is None:
            return self.grid
        return np.concatenate([[0], np.cumsum(counts)]) / self.length

    @cached_property
    def nfe(self) -> float:
        """Model calls that one sequence is expected to cost: steps that reveal something.

        Raises:
            ValueError: under a rule, whose calls only samples tell.
        """
        if self.rule is not None:
            raise ValueError(f"only samples tell how many calls the rule {self.rule.label} costs")
        if self.counts is None:
            return ancestral_nfe(self.grid, self.length)
        return float(np.count_nonzero(self.counts))


class Decoding(Table):
    """The settings of the sampler of masked models, ``[sampler]`` in a study file.

    Attributes:
        order: ``random``, ``confidence`` (largest top probability first), ``margin`` or
            ``entropy``; ties are broken by the random order.
        temperature: of the token distribution, >= 0; the order always looks at temperature 1.
        reveal: ``fixed`` counts, or ``ancestral``: each token by itself.
        rounding: of fixed counts, see `mdm_opt.schedules.reveal_counts`.
        block_length: tokens of a block that is finished before the next, in which the schedule
            starts anew; None for one block. Divides the length, and the number of blocks every
            step count.
        guidance: scale >= 0 of classifier-free guidance; needs prompts.
        end_last: whether positions whose most probable token ends the text come last. The
            others are then ordered by their certainty among the tokens that do not end it, as
            LLaDA's ``confidence_eos_eot_inf`` does. Needs an order other than random.

    Raises:
        ValueError: for anything else, naming key and value.
    """

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

    def with_values(self, values: Mapping[str, Value]) -> Decoding:
        """This decoding with the values of it that a candidate brings.

        Args:
            values: of some of the keys in `SEARCHABLE`.

        Raises:
            ValueError: for another key, or a value that is not accepted.
        """
        return _with_values(self, tuple(values.items())) if values else self

    def without_one_block(self, length: int) -> Decoding:
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
        """What a schedule does in a number of steps.

        Args:
            schedule: alpha(t); of what a rule is not certain of.
            steps: step budget N >= 1.
            length: tokens of one sequence.
            rule: that decides what a step reveals, or None. Its cap is lowered to the length and
                rounded up to a multiple of the blocks; it takes the place of ``steps``.

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


def normal_values(values: Mapping[str, Value]) -> dict[str, Value]:
    """Values of a decoding with a whole number of tokens in a block; the database has floats."""
    found = dict(values)
    length = found.get("block_length")
    if isinstance(length, float) and length.is_integer():
        found["block_length"] = int(length)
    return found


@lru_cache(maxsize=4096)
def _with_values(decoding: Decoding, values: tuple[tuple[str, Value], ...]) -> Decoding:
    given = normal_values(dict(values))
    foreign = [key for key in given if key not in SEARCHABLE]
    if foreign:
        raise ValueError(f"{foreign[0]} cannot be searched; {', '.join(SEARCHABLE)} can")
    try:
        return Decoding(**{**decoding.model_dump(), **given})
    except ValidationError as error:
        raise ValueError(refusal(error)) from error

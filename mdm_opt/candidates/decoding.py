"""How a frozen model is sampled: everything that a study fixes or searches beside the schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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
    reveal_counts,
    reveal_grid,
)
from mdm_opt.schedules.base import Array
from mdm_opt.table import Table

Order = Literal["random", "confidence", "margin", "entropy"]
ORDERS: tuple[str, ...] = get_args(Order)
# What a candidate may bring of the decoding: what the plan of its steps does not depend on.
SEARCHABLE = ("order", "temperature", "guidance")


@dataclass(frozen=True, eq=False)
class Plan:
    """What a candidate does to sequences of one length under one decoding.

    Attributes:
        grid: float64 ``(steps + 1,)``, alpha at the ends of the steps, from 0 to 1.
        counts: int64 ``(steps,)``, tokens that each step reveals; None where that is random.
        length: tokens of one sequence.

    Both arrays are read-only, for plans are shared.
    """

    grid: Array
    counts: Counts | None
    length: int

    def __post_init__(self) -> None:
        self.grid.setflags(write=False)
        if self.counts is not None:
            self.counts.setflags(write=False)

    @property
    def steps(self) -> int:
        """Number of steps."""
        return len(self.grid) - 1

    @property
    def realised(self) -> Array:
        """Revealed fraction at the ends of the steps, after rounding; shape as `grid`."""
        if self.counts is None:
            return self.grid
        return np.concatenate([[0], np.cumsum(self.counts)]) / self.length

    @cached_property
    def nfe(self) -> float:
        """Model calls that one sequence is expected to cost: steps that reveal something."""
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
        if not values:
            return self
        foreign = [key for key in values if key not in SEARCHABLE]
        if foreign:
            raise ValueError(f"{foreign[0]} cannot be searched; {', '.join(SEARCHABLE)} can")
        try:
            return Decoding(**{**self.model_dump(), **values})
        except ValidationError as error:
            raise ValueError(refusal(error)) from error

    def blocks(self, length: int) -> int:
        """Blocks of a sequence, of which every step count is a multiple."""
        return length // (self.block_length or length)

    def plan(self, schedule: MaskSchedule, steps: int, length: int) -> Plan:
        """What a schedule does in a number of steps.

        Args:
            schedule: alpha(t).
            steps: step budget N >= 1.
            length: tokens of one sequence.

        Raises:
            ValueError: for blocks that do not share length and steps evenly.
        """
        blocks = block_count(steps, length, self.block_length)
        grid, counts = reveal_grid(schedule, steps, blocks), None
        if self.reveal == "fixed":
            counts = reveal_counts(schedule, steps, length, self.rounding, self.block_length)
        return Plan(grid, counts, length)

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

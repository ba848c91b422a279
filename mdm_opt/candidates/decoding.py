"""How a frozen model is sampled: everything that a study fixes or searches beside the schedule."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import ClassVar, Self

from pydantic import ValidationError

from mdm_opt.candidates.costs import Costs
from mdm_opt.candidates.parameters import Value
from mdm_opt.candidates.plan import Plan, Rule
from mdm_opt.messages import refusal
from mdm_opt.schedules import MaskSchedule
from mdm_opt.schedules.base import Array
from mdm_opt.table import Table

# What a candidate may bring of the decoding of a masked model.
SEARCHABLE = ("order", "temperature", "guidance", "block_length")


class Decoding(Table):
    """The settings of a sampler, ``[sampler]`` in a study file; each process has its own keys.

    Attributes:
        process: whose sampler it is, see `mdm_opt.processes.Process`.
        baselines: names of the schedules that results are compared with, ``linear`` first.
        share_words: what alpha is a share of.
        schedule_words: what the schedule is called.
        numbers: what a sequence consists of.
        searchable: keys of which a candidate may bring values.
    """

    process: ClassVar[str]
    baselines: ClassVar[tuple[str, ...]]
    share_words: ClassVar[str]
    schedule_words: ClassVar[str] = "schedule"
    numbers: ClassVar[str] = "tokens"
    searchable: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def plan(
        self, schedule: MaskSchedule, steps: int, length: int, rule: Rule | None = None
    ) -> Plan:
        """What a schedule does in a number of steps.

        Args:
            schedule: alpha(t); of what a rule is not certain of.
            steps: step budget N >= 1.
            length: tokens of one sequence.
            rule: that decides what a step reveals, or None.

        Raises:
            ValueError: for what does not fit together.
        """

    @abstractmethod
    def costs(self, profile: Array, draws: Array | None = None) -> Costs:
        """What schedules cost under what was measured of a model.

        Args:
            profile: see `Costs`.
            draws: likewise.
        """

    @abstractmethod
    def most_steps(self, length: int) -> int:
        """Up to which step count it makes sense to look for a schedule as good as another."""

    def with_values(self, values: Mapping[str, Value]) -> Self:
        """This decoding with the values of it that a candidate brings.

        Args:
            values: of some of the keys in `searchable`.

        Raises:
            ValueError: for another key, or a value that is not accepted.
        """
        found = _with_values(self, tuple(values.items())) if values else self
        return found  # type: ignore[return-value]  # of the type that it is given

    @property
    def in_blocks(self) -> bool:
        """Whether a sequence is filled block by block."""
        return False

    @property
    def predicted(self) -> bool:
        """Whether what was measured of a model predicts the path KL of its samples."""
        return True

    @property
    def guided(self) -> bool:
        """Whether the model is asked twice, with and without the prompt."""
        return False

    @property
    def words(self) -> dict[str, str]:
        """The settings in a few words each, by key."""
        return {key: f"{key} {value}" for key, value in self.model_dump().items()}

    def check_exact(self, objective: str) -> None:
        """Refuses an objective that is computed from the model's own law (path KL, divergence).

        Args:
            objective: its kind.

        Raises:
            ValueError: where it is not defined for this sampler, with the reason.
        """

    def check_prompts(self, objective: str, *, prompted: bool) -> None:
        """Refuses prompts that the model cannot take, and settings that need some.

        Args:
            objective: its kind.
            prompted: whether its samples are answers to prompts.

        Raises:
            ValueError: naming the objective.
        """
        if prompted:
            raise ValueError(
                f"objective {objective!r} asks for answers to prompts, which models of process "
                f"{self.process!r} do not take"
            )

    def check_attention(self, block_length: int | None, length: int) -> None:
        """Refuses settings that a block-causal model cannot be sampled with.

        Args:
            block_length: tokens of a block of its attention; None where it attends to everything.
            length: of a sequence.

        Raises:
            InputError: naming the key.
        """

    def check_counts(self) -> None:
        """Raises ValueError where steps have no fixed counts of tokens, each at least one."""
        raise ValueError(f"steps of the process {self.process!r} do not have")

    def without_one_block(self, length: int) -> Self:
        """The same where a block is shorter than sequences of a length; one block is none."""
        return self

    def blocks(self, length: int) -> int:
        """Blocks of a sequence, of which every step count is a multiple."""
        return 1

    @property
    def in_batches(self) -> bool:
        """Whether a sample depends on the instances that are sampled with it."""
        return False

    def sampled_with(self, instances: Sequence[int]) -> Sequence[int]:
        """The instances that have to be sampled for some; these themselves unless `in_batches`."""
        return instances

    def check_rule(self) -> None:
        """Raises ValueError where a rule cannot decide what a step reveals."""
        raise ValueError(f"models of process {self.process!r} are not sampled by rules")

    def check_steps(self, steps: Sequence[int], length: int) -> None:
        """Refuses step counts that no sequence of a length can be sampled in.

        Raises:
            InputError: naming the first such step count.
        """


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
    foreign = [key for key in given if key not in decoding.searchable]
    if foreign:
        known = ", ".join(decoding.searchable) or "nothing of this sampler"
        raise ValueError(f"{foreign[0]} cannot be searched; {known} can")
    try:
        return type(decoding)(**{**decoding.model_dump(), **given})
    except ValidationError as error:
        raise ValueError(refusal(error)) from error

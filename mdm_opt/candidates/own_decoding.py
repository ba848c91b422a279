"""How a model is sampled by a sampler of the user's, or by its own ``generate``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NoReturn, Self

import numpy as np
from pydantic import Field, field_validator

from mdm_opt.candidates.costs import Costs
from mdm_opt.candidates.decoding import Decoding
from mdm_opt.candidates.plan import OwnPlan, Rule
from mdm_opt.plugins import is_reference
from mdm_opt.schedules import MaskSchedule
from mdm_opt.schedules.base import Array
from mdm_opt.table import Options

# What ``kind`` calls the sampler that a model brings.
OWN = "own"
_MOST_BATCH = 1024


class OwnDecoding(Decoding):
    """The settings of a sampler that is not ours, ``[sampler]`` in a study file with a ``kind``.

    Attributes:
        kind: ``own`` for the ``generate`` (or ``diffusion_generate``) of the model, or a function
            ``package.module:function``.
        arguments: keyword arguments that it is called with. Of those that are searched, the values
            of the user's present setting.
        batch: answers that are written together, a power of two that divides both numbers of
            instances: instance ids kB .. kB + B - 1. Randomness is seeded for each batch, so it
            is part of what makes a study the same.
        module: dotted name of the part of the model whose forward passes are counted as calls.
            Default: the model itself.

    Raises:
        ValueError: for anything else, naming key and value.
    """

    process: ClassVar[str] = "own"
    baselines: ClassVar[tuple[str, ...]] = ()
    share_words: ClassVar[str] = "progress"
    schedule_words: ClassVar[str] = "setting of the sampler"

    kind: str
    arguments: Options = {}  # noqa: RUF012 - pydantic copies default values
    batch: int = Field(1, ge=1, le=_MOST_BATCH)
    module: str | None = Field(None, min_length=1)

    # Plans are kept by the settings that they are for, and a table has no hash.
    def __hash__(self) -> int:
        return hash((self.kind, self.batch, self.module, *sorted(self.arguments)))

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        if kind != OWN and not is_reference(kind):
            raise ValueError(f"must be {OWN!r} or 'package.module:function'")
        return kind

    @field_validator("arguments")
    @classmethod
    def _are_keywords(cls, arguments: dict[str, Any]) -> dict[str, Any]:
        for name in arguments:
            if not name.isidentifier():
                raise ValueError(f"{name!r} is no name of an argument")
        return arguments

    @field_validator("batch")
    @classmethod
    def _is_aligned(cls, batch: int) -> int:
        if batch & (batch - 1):
            raise ValueError("must be a power of two, so that batches of all sets are whole")
        return batch

    def without(self, names: Sequence[str]) -> Self:
        """The same without some of the arguments."""
        kept = {name: value for name, value in self.arguments.items() if name not in names}
        return self.model_copy(update={"arguments": kept})

    def called_with(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The keyword arguments of a candidate, after those that the study fixes."""
        return {**self.arguments, **parameters}

    def plan(
        self, schedule: MaskSchedule, steps: int, length: int, rule: Rule | None = None
    ) -> OwnPlan:
        """See `Decoding.plan`: nothing is known of its steps.

        Raises:
            ValueError: for a rule.
        """
        if rule is not None:
            self.check_rule()
        return OwnPlan(np.array([0.0, 1.0]), None, length)

    def costs(self, profile: Array, draws: Array | None = None) -> Costs:
        """See `Decoding.costs`.

        Raises:
            ValueError: always, for there is no profile of such a sampler.
        """
        raise ValueError("a profile predicts nothing of a sampler of your own")

    def most_steps(self, length: int) -> int:
        """See `Decoding.most_steps`; of no schedule that there would be."""
        return length

    @property
    def predicted(self) -> bool:
        """See `Decoding.predicted`."""
        return False

    @property
    def words(self) -> dict[str, str]:
        """See `Decoding.words`."""
        found = {"kind": "the model's own" if self.kind == OWN else self.kind}
        if self.arguments:
            given = ", ".join(f"{name} {value}" for name, value in self.arguments.items())
            found["arguments"] = f"with {given}"
        return {**found, "batch": f"in batches of {self.batch}"}

    @property
    def in_batches(self) -> bool:
        """See `Decoding.in_batches`."""
        return self.batch > 1

    def sampled_with(self, instances: Sequence[int]) -> list[int]:
        """See `Decoding.sampled_with`: whole batches, ascending."""
        blocks = sorted({one // self.batch for one in instances})
        return [block * self.batch + place for block in blocks for place in range(self.batch)]

    def check_exact(self, objective: str) -> None:
        """See `Decoding.check_exact`: it knows no law of a sampler that is not ours."""
        raise ValueError(
            f"objective {objective!r} is not accepted with a sampler of your own, whose law is "
            "not known; objectives that judge texts are"
        )

    def check_prompts(self, objective: str, *, prompted: bool) -> None:
        """See `Decoding.check_prompts`: with and without prompts."""

    def check_rule(self) -> NoReturn:
        """See `Decoding.check_rule`."""
        raise ValueError("a sampler of your own is searched by its arguments, not by rules")

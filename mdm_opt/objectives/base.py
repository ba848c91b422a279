"""How samples are judged: the protocol and what every objective is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from mdm_opt.denoisers.base import Denoiser
from mdm_opt.denoisers.prompts import Prompts
from mdm_opt.sampling import Noise, Samples, generate
from mdm_opt.schedules import Counts, Reveal

Direction = Literal["minimize", "maximize"]
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Reveals:
    """How one candidate reveals a batch of instances.

    Attributes:
        instances: instance ids, ``(batch,)``.
        noise: their randomness, the same for every candidate.
        grid: float64 ``(steps + 1,)``, the reveal grid.
        counts: int64 ``(batch, steps)``, tokens revealed by each step.
        reveal: ``fixed`` or ``ancestral``; the counts above already follow it.
        order: reveal order.
        temperature: of the token distribution.
        seed: the study's, from which the noise was drawn.
        block_length: tokens of a block that is finished before the next; None for one block.
        guidance: scale of classifier-free guidance.
        end_last: whether tokens that end the text come last.
        prompts: what the answers are given; None where there is nothing.
    """

    instances: Sequence[int]
    noise: Noise
    grid: Array
    counts: Counts
    reveal: Reveal
    order: str
    temperature: float
    seed: int
    block_length: int | None = None
    guidance: float = 0.0
    end_last: bool = False
    prompts: Prompts | None = None

    @property
    def nfe(self) -> npt.NDArray[np.int64]:
        """Non-empty steps of each instance."""
        return np.asarray((self.counts > 0).sum(axis=1), dtype=np.int64)

    def sample(self, denoiser: Denoiser) -> Samples:
        """The samples of these instances."""
        return generate(
            denoiser,
            self.counts,
            self.noise,
            order=self.order,
            temperature=self.temperature,
            block_length=self.block_length,
            guidance=self.guidance,
            end_last=self.end_last,
            prompts=self.prompts,
        )


@dataclass(frozen=True, eq=False)
class Scores:
    """Per-instance results of one batch.

    Attributes:
        values: float64 ``(batch,)``.
        nfe: float64 ``(batch,)``, model calls that one sequence of this candidate costs.
        sequence_calls: sequences that were put through the model to find out.
        guards: name to float64 ``(batch,)``; the candidate is feasible iff each mean is <= 0.
        texts: what was decoded of the samples, ``(batch,)``; empty where none are drawn.
    """

    values: Array
    nfe: Array
    sequence_calls: int
    guards: Mapping[str, Array] = field(default_factory=dict)
    texts: Sequence[str] = ()


class Objective(Protocol):
    """A way to judge candidates, one number an instance.

    Attributes:
        name: as in the study file.
        direction: whether less or more is better.
        unit: of the scores.
        deterministic: True where scores are exact and one instance says it all.
        fingerprint: hash of the data and models that it reads besides the model that is tuned;
            empty where it reads none.
    """

    @property
    def name(self) -> str: ...

    @property
    def direction(self) -> Direction: ...

    @property
    def unit(self) -> str: ...

    @property
    def deterministic(self) -> bool: ...

    @property
    def fingerprint(self) -> str: ...

    def score(self, denoiser: Denoiser, reveals: Reveals) -> Scores:
        """Scores a batch of instances under one candidate.

        Args:
            denoiser: frozen model.
            reveals: the candidate's counts and the instances' noise.

        Raises:
            RunError: where scores cannot be had.
        """
        ...


@runtime_checkable
class PromptedObjective(Objective, Protocol):
    """An objective whose samples are answers to prompts."""

    def prompt_ids(self, instances: Sequence[int]) -> list[list[int]]:
        """Token ids of the prompts of instances, for the model that the objective was made for."""
        ...

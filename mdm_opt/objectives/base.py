"""How samples are judged: the protocol and what every objective is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from mdm_opt.errors import RunError
from mdm_opt.models.base import Denoiser
from mdm_opt.processes import Batch

Direction = Literal["minimize", "maximize"]
Array = npt.NDArray[np.float64]


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

    def score(self, denoiser: Denoiser, batch: Batch) -> Scores:
        """Scores a batch of instances under one candidate.

        Args:
            denoiser: frozen model.
            batch: what the candidate does to the instances, with their noise;
                ``batch.sample(model)`` draws their samples.

        Raises:
            RunError: where scores cannot be had.
        """
        ...


@runtime_checkable
class PromptedObjective(Objective, Protocol):
    """An objective whose samples are answers to prompts."""

    def prompt_ids(self, instances: Sequence[int]) -> list[list[int]]:
        """Token ids of the prompts of instances, for the model that the objective was made for.

        An objective that has ``prompt_texts(instances)``, too, has samples shown after their
        prompts.
        """
        ...


def check_in_law(objective: Objective, batch: Batch) -> None:
    """Refuses samples that do not follow the model's own law, where a value is computed from it.

    Raises:
        RunError: naming the setting.
    """
    try:
        batch.decoding.check_exact(objective.name)
    except ValueError as error:
        raise RunError(str(error)) from None


_REQUIRED = ("name", "direction", "unit", "deterministic", "fingerprint", "score")


def lacking(candidate: Any) -> list[str]:
    """The attributes of an objective that an object does not have."""
    return [name for name in _REQUIRED if not hasattr(candidate, name)]

"""What a model says at some positions, looked at in parts of the vocabulary's size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import torch

from mdm_opt.models.base import Denoiser, offers
from mdm_opt.models.prompts import Prompts

# Values of one part: in float64 128 MiB, small beside a model whose vocabulary is large. A CPU
# works faster on what it keeps near; a GPU would read the weights of the projection too often.
PART_VALUES = 2**24
PART_VALUES_CPU = 2**22


class LogProbs(Protocol):
    """The answer of one model call, of which log-probabilities are had row by row.

    One row is one position of one sequence: row ``i * P + j`` belongs to ``positions[i, j]``.
    """

    def log_probs(self, rows: torch.Tensor | slice) -> torch.Tensor:
        """``(n, V)`` of some rows, as `Denoiser.log_probs` gives them."""
        ...


class WholeLogProbs:
    """All log-probabilities at once, ``(batch, P, V)``."""

    def __init__(self, log_probs: torch.Tensor) -> None:
        self._log_probs = log_probs.flatten(0, 1)

    def log_probs(self, rows: torch.Tensor | slice) -> torch.Tensor:
        """See `LogProbs.log_probs`."""
        return self._log_probs[rows]


class ProjectedLogProbs:
    """The vocabulary projection is computed for the rows that are looked at only.

    Args:
        hidden: ``(n, ...)``, what the projection reads.
        project: some of it to log-probabilities ``(..., V)``.
        index: int64 ``(rows,)``, where in ``hidden`` each row is; None where it is the row itself.
    """

    def __init__(
        self,
        hidden: torch.Tensor,
        project: Callable[[torch.Tensor], torch.Tensor],
        index: torch.Tensor | None = None,
    ) -> None:
        self._hidden, self._project, self._index = hidden, project, index

    @torch.inference_mode()
    def log_probs(self, rows: torch.Tensor | slice) -> torch.Tensor:
        """See `LogProbs.log_probs`."""
        return self._project(self._hidden[rows if self._index is None else self._index[rows]])


class LazyDenoiser(Protocol):
    """What a denoiser may offer: an answer that is not projected onto the vocabulary at once."""

    def lazy_log_probs(
        self,
        tokens: torch.Tensor,
        positions: torch.Tensor,
        prompts: Prompts | None = None,
        guidance: float = 0.0,
    ) -> LogProbs:
        """One model call; arguments as `PromptedDenoiser.log_probs`."""
        ...


class RemembersFirst(Protocol):
    """What a denoiser may offer: the answer to nothing but masks, which then costs no call."""

    def first_log_probs(self, positions: torch.Tensor) -> LogProbs:
        """What is remembered, at positions ``(batch, P)``."""
        ...


def ask(
    denoiser: Denoiser,
    tokens: torch.Tensor,
    positions: torch.Tensor,
    prompts: Prompts | None = None,
    guidance: float = 0.0,
) -> LogProbs:
    """Calls a model once.

    Args:
        denoiser: the model; a `LazyDenoiser` projects lazily.
        tokens: int64 ``(batch, length)``.
        positions: int64 ``(batch, P)``.
        prompts: see `PromptedDenoiser.log_probs`.
        guidance: likewise.
    """
    given = () if prompts is None else (prompts, guidance)
    if offers(denoiser, "lazy_log_probs"):
        lazy: LazyDenoiser = denoiser  # type: ignore[assignment]
        return lazy.lazy_log_probs(tokens, positions, *given)
    asked: Callable[..., torch.Tensor] = denoiser.log_probs
    return WholeLogProbs(asked(tokens, positions, *given))


def remembers_first(denoiser: Denoiser) -> RemembersFirst | None:
    """A denoiser that keeps its answer to nothing but masks; None where it does not."""
    found: Any = denoiser if offers(denoiser, "first_log_probs") else None
    remembering: RemembersFirst | None = found
    return remembering


def rows_at_once(denoiser: Denoiser) -> int:
    """Rows of an answer that make one part."""
    values = PART_VALUES_CPU if denoiser.device.type == "cpu" else PART_VALUES
    return max(1, values // denoiser.vocab_size)

"""Prompts: what a denoiser is given before the tokens that it generates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeGuard, runtime_checkable

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.models.base import Denoiser, offers


def upload(index: npt.NDArray[np.int64], device: torch.device) -> torch.Tensor:
    """Numbers on a device; the copy waits for its turn there, the host does not."""
    here = torch.from_numpy(index)
    # What does not wait in any case is a copy from pinned memory only.
    return here.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else here


@dataclass(frozen=True, eq=False)
class Prompts:
    """The prompts of a batch, padded on the left.

    Attributes:
        tokens: int64 ``(batch, width)`` on the denoiser's device; row i holds its prompt in the
            last ``lengths[i]`` columns, and zeros before.
        lengths: int64 ``(batch,)``, tokens of each prompt, >= 0.
    """

    tokens: torch.Tensor
    lengths: npt.NDArray[np.int64]

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]], device: torch.device) -> Prompts:
        """Pads token ids, one row a prompt."""
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        tokens = torch.zeros((len(rows), int(lengths.max(initial=0))), dtype=torch.int64)
        for padded, row in zip(tokens, rows, strict=True):
            if len(row):
                padded[-len(row) :] = torch.tensor(list(row), dtype=torch.int64)
        return cls(tokens.to(device), lengths)

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def padded(self) -> bool:
        """Whether prompts of different lengths stand beside each other."""
        return bool((self.lengths < self.tokens.shape[1]).any())

    @property
    def padding(self) -> torch.Tensor:
        """Padding of each row, int64 ``(batch,)`` on the denoiser's device."""
        return upload(self.tokens.shape[1] - self.lengths, self.tokens.device)

    def filled(self, token: int) -> Prompts:
        """Prompts of the same lengths that hold nothing but one token; the padding stays."""
        places = torch.arange(self.tokens.shape[1], device=self.tokens.device)
        real = places >= self.padding[:, None]
        return Prompts(torch.where(real, token, 0), self.lengths)

    def beside(self, other: Prompts) -> Prompts:
        """These prompts and below them others of the same width."""
        lengths = np.concatenate([self.lengths, other.lengths])
        return Prompts(torch.cat([self.tokens, other.tokens]), lengths)

    def rows(self) -> list[list[int]]:
        """Token ids of each prompt, without the padding."""
        width = self.tokens.shape[1]
        rows = self.tokens.tolist()
        return [row[width - n :] for row, n in zip(rows, self.lengths.tolist(), strict=True)]

    def part(self, rows: npt.NDArray[np.int64]) -> Prompts:
        """The prompts of some rows, padded to the longest of them only."""
        lengths = self.lengths[rows]
        width = self.tokens.shape[1] - int(lengths.max(initial=0))
        return Prompts(self.tokens[upload(rows, self.tokens.device), width:], lengths)


@runtime_checkable
class PromptedDenoiser(Denoiser, Protocol):
    """A denoiser that can be given prompts.

    Attributes:
        end_token_ids: tokens that end an answer, in ascending order; may be empty. `decode` cuts
            a text at the first of them.
    """

    @property
    def end_token_ids(self) -> Sequence[int]: ...

    def prompt_ids(self, text: str, *, chat: bool = False) -> list[int]:
        """Token ids of a prompt, with what the tokenizer puts before a text.

        Args:
            text: of the prompt.
            chat: whether the text is one user's message, to be put into the chat template.

        Raises:
            InputError: where the prompt and the answer exceed the model's positions, or there is
                no chat template.
        """
        ...

    def log_probs(
        self,
        tokens: torch.Tensor,
        positions: torch.Tensor,
        prompts: Prompts | None = None,
        guidance: float = 0.0,
    ) -> torch.Tensor:
        """As `Denoiser.log_probs`, given prompts.

        Args:
            tokens: int64 ``(batch, length)``, the answers so far.
            positions: int64 ``(batch, P)``, in the answers.
            prompts: one a row; None for none.
            guidance: scale s >= 0 of classifier-free guidance: the logits are
                ``u + (s + 1) (c - u)`` with c given the prompts and u given masks in their place.
        """
        ...


class DecodesAnswers(Protocol):
    """What a denoiser with prompts may offer: texts of answers as the prompts before them say."""

    def decode_answers(self, tokens: torch.Tensor, prompts: Prompts) -> list[str]:
        """Texts of answers, int64 ``(batch, length)``, each after the prompt of its row."""
        ...


def decoded_answers(denoiser: Denoiser, tokens: torch.Tensor, prompts: Prompts) -> list[str]:
    """Texts of answers to prompts.

    Args:
        denoiser: the model; one that is no `DecodesAnswers` decodes answers by themselves.
        tokens: int64 ``(batch, length)``.
        prompts: one a row.
    """
    if not offers(denoiser, "decode_answers"):
        return denoiser.decode(tokens)
    decoding: DecodesAnswers = denoiser  # type: ignore[assignment]
    return decoding.decode_answers(tokens, prompts)


def takes_prompts(denoiser: Any) -> TypeGuard[PromptedDenoiser]:
    """Whether a denoiser can be given prompts."""
    return offers(denoiser, "prompt_ids") and hasattr(denoiser, "end_token_ids")


def for_prompts(denoiser: Denoiser, kind: str) -> PromptedDenoiser:
    """A denoiser for an objective with prompts.

    Args:
        denoiser: any.
        kind: of the objective, for messages.

    Raises:
        InputError: where it takes none.
    """
    if not takes_prompts(denoiser):
        raise InputError(
            f"{key_name('objective.kind')} {kind!r} needs a model that takes prompts, such as "
            f"{key_name('model.kind')} "
            "'huggingface'"
        )
    return denoiser

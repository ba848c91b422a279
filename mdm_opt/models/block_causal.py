"""Denoisers whose blocks see those before them only, and sequences that are written so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.models.lazy_log_probs import LogProbs
from mdm_opt.models.prompts import Prompts, upload

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class KeysAndValues:
    """What one layer of attention remembers of finished blocks.

    Attributes:
        keys: ``(batch, tokens, heads, width)``, each row's from the start of its sequence.
        values: likewise.
    """

    keys: torch.Tensor
    values: torch.Tensor


@dataclass(eq=False)
class WrittenBlocks:
    """A batch that is written block by block, from left to right (docs/models.md).

    Blocks are counted from the start of the prompt. A block that the prompt begins ends short, so
    an answer has as many tokens fewer than ``length`` as the prompt has in its first block.

    Attributes:
        before: the whole blocks of each prompt.
        begun: int64 ``(batch,)``, tokens of each prompt in the first block of its answer.
        tokens: int64 ``(batch, length)`` on the denoiser's device: what stands in the blocks of
            the answers before anything is written, the prompt's part and masks.
        kept: int64 ``(batch,)``, tokens of each sequence of which keys and values are kept.
        store: those of each layer; empty where none are kept.
    """

    before: Prompts
    begun: Indices
    tokens: torch.Tensor
    kept: Indices = field(init=False)
    store: list[KeysAndValues] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.kept = np.zeros(len(self.begun), dtype=np.int64)

    @classmethod
    def of(cls, prompts: Prompts, block_length: int, length: int, mask: int) -> WrittenBlocks:
        """Nothing but prompts and masks.

        Args:
            prompts: one a sequence; none of them holds the mask.
            block_length: tokens of a block; divides the length.
            length: tokens in the blocks of an answer.
            mask: token id.
        """
        begun = prompts.lengths % block_length
        device = prompts.tokens.device
        # A prompt's last tokens stand at the right of its row.
        places = np.arange(length) + (prompts.tokens.shape[1] - begun)[:, None]
        real = upload(begun, device)[:, None] > torch.arange(length, device=device)
        width = max(prompts.tokens.shape[1], 1)
        padded = torch.nn.functional.pad(prompts.tokens, (0, width - prompts.tokens.shape[1]))
        theirs = padded.gather(1, upload(np.minimum(places, width - 1), device))
        return cls(_whole(prompts, begun), begun, torch.where(real, theirs, mask))

    def answers(self, tokens: torch.Tensor, end: int | None) -> torch.Tensor:
        """Answers int64 ``(batch, length)``, which begin where the prompts end.

        Args:
            tokens: int64 ``(batch, length)``, the blocks of the answers when all is written.
            end: token that fills what an answer is shorter; may be None where none is.
        """
        if end is None or not self.begun.any():
            return tokens
        length = tokens.shape[1]
        places = np.arange(length) + self.begun[:, None]
        moved = tokens.gather(1, upload(np.minimum(places, length - 1), tokens.device))
        return torch.where(upload(places, tokens.device) < length, moved, end)


class BlockCausal(Protocol):
    """What a denoiser has whose blocks see themselves and those before them, and none after.

    Attributes:
        attention_block: tokens of a block of its attention.
    """

    @property
    def attention_block(self) -> int: ...

    def open_blocks(self, batch: int, prompts: Prompts | None) -> WrittenBlocks:
        """A batch before anything is written; InputError where a prompt does not fit."""
        ...

    def block_log_probs(
        self,
        written: WrittenBlocks,
        rows: Indices,
        tokens: torch.Tensor,
        starts: Indices,
        positions: torch.Tensor,
    ) -> LogProbs:
        """One model call: answers at positions of the current block of some sequences.

        Args:
            written: the batch; keys and values of finished blocks may be kept there.
            rows: of the batch, int64 ``(n,)``, distinct.
            tokens: int64 ``(n, length)``, their blocks; all before the current one is written.
            starts: int64 ``(n,)``, where the current block of each begins in ``tokens``.
            positions: int64 ``(n, P)`` in ``tokens``, of the current block.
        """
        ...


def mean_calls(counts: npt.NDArray[np.int64], begun: Indices, blocks: int) -> float:
    """Model calls of a sequence by the counts of its blocks, mean over sequences.

    Args:
        counts: int64 ``(steps,)``, tokens that each step of a block reveals.
        begun: int64 ``(batch,)``, tokens of each prompt in the first block of its answer.
        blocks: of an answer.
    """
    revealed = counts[counts > 0].cumsum()
    first = np.searchsorted(revealed, revealed[-1] - begun) + 1
    return float(first.mean()) + (blocks - 1) * len(revealed)


def block_causal(denoiser: Any) -> BlockCausal | None:
    """The denoiser where its attention has blocks; None where it attends to everything."""
    return None if attention_block(denoiser) is None else denoiser


def attention_block(denoiser: Any) -> int | None:
    """Tokens of a block of a denoiser's attention; None where it attends to everything."""
    found: int | None = getattr(denoiser, "attention_block", None)
    return found


def needs_full_attention(denoiser: Any, what: str) -> None:
    """Refuses a block-causal denoiser.

    Args:
        denoiser: any model.
        what: needs one that attends to everything, for the message.

    Raises:
        InputError: naming the key of the study file.
    """
    block = attention_block(denoiser)
    if block is not None:
        raise InputError(
            f"{key_name('model.attention')}: the model attends block by block ({block} tokens), "
            f"and {what} is defined for models that attend to whole sequences only"
        )


def _whole(prompts: Prompts, begun: Indices) -> Prompts:
    """Each prompt without its last ``begun`` tokens."""
    lengths = prompts.lengths - begun
    width = int(lengths.max(initial=0))
    # Column j of the result is column j + shift of the row.
    shift = prompts.tokens.shape[1] - begun - width
    places = np.maximum(np.arange(width) + shift[:, None], 0)
    tokens = prompts.tokens.gather(1, upload(places, prompts.tokens.device))
    return Prompts(tokens, lengths)

"""Block-causal language models of Hugging Face transformers as frozen denoisers."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import torch
from transformers import PreTrainedModel

from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.models.block_causal import Indices, WrittenBlocks
from mdm_opt.models.block_forward import BlockForward
from mdm_opt.models.forward import Framed, distance
from mdm_opt.models.huggingface import HuggingFaceDenoiser
from mdm_opt.models.lazy_log_probs import ProjectedLogProbs
from mdm_opt.models.model_checks import embedding_rows, positions_of
from mdm_opt.models.prompts import Prompts, upload
from mdm_opt.plugins import one_line

# How sequences are read that are at different places: with the keys and values of finished blocks
# kept, beside each other from their start, or those of one length at a time.
Reading = Literal["cached", "padded", "grouped"]


class BlockCausalDenoiser(HuggingFaceDenoiser):
    """A masked LM whose blocks see themselves and those before them (LLaDA2, SDAR).

    Blocks are counted from the start of the prompt or the prefix (docs/models.md). `log_probs`
    answers at each position as its block is served: what comes after the block is not seen.

    Args:
        model: see `HuggingFaceDenoiser`, as all that is not here.
        tokenizer: likewise.
        block_length: tokens of a block of its attention, B >= 2; divides the length.
        cache: whether keys and values of finished blocks may be kept.

    Raises:
        InputError: besides, where the model cannot be told of such blocks, for a suffix, for
            shifted logits, and where an answer ends early and no token says so.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: Any,
        *,
        block_length: int,
        cache: bool = True,
        **settings: Any,
    ) -> None:
        self.attention_block = block_length
        super().__init__(model, tokenizer, **settings)
        self.reading: Reading = self._find_reading(cache=cache)

    @property
    def attention_words(self) -> str:
        """See `HuggingFaceDenoiser.attention_words`."""
        how = {
            "cached": "finished blocks cached",
            "padded": "without a cache",
            "grouped": "without a cache, one length at a time",
        }
        return f"attention in blocks of {self.attention_block}, {how[self.reading]}"

    def prompt_ids(self, text: str, *, chat: bool = False) -> list[int]:
        """See `PromptedDenoiser.prompt_ids`."""
        ids = super().prompt_ids(text, chat=chat)
        if self.mask_token_id in ids:
            raise InputError("prompt with the mask token: it would be written over")
        self._check_begun(len(ids), "prompt")
        return ids

    def open_blocks(self, batch: int, prompts: Prompts | None) -> WrittenBlocks:
        """See `BlockCausal.open_blocks`."""
        if prompts is None:
            prompts = Prompts.of([self._before.tolist()] * batch, self.device)
        for length in np.unique(prompts.lengths).tolist():
            self._check_begun(length, "prompt")
        return WrittenBlocks.of(prompts, self.attention_block, self.length, self.mask_token_id)

    @torch.inference_mode()
    def block_log_probs(
        self,
        written: WrittenBlocks,
        rows: Indices,
        tokens: torch.Tensor,
        starts: Indices,
        positions: torch.Tensor,
    ) -> ProjectedLogProbs:
        """See `BlockCausal.block_log_probs`; float32."""
        before = written.before.part(rows)
        sequences = _from_the_start(before, tokens)
        whole = before.lengths
        ends = whole + starts + self.attention_block
        columns = positions - upload(starts, self.device)[:, None]
        if self.reading == "grouped":
            hidden = self._one_length_at_a_time(sequences, ends, columns)
        else:
            hidden = self._at_once(written, rows, sequences, ends, columns)
        return ProjectedLogProbs(hidden.to(self.device).flatten(0, 1), self._log_probs)

    def _at_once(
        self,
        written: WrittenBlocks,
        rows: Indices,
        sequences: torch.Tensor,
        ends: Indices,
        columns: torch.Tensor,
    ) -> torch.Tensor:
        """What the projection reads at columns ``(n, P)`` of the current blocks."""
        cached = self.reading == "cached"
        step = self._blocks.step(written, rows, sequences, ends)
        framed, past = self._blocks.read(step, written, cached=cached)
        hidden = self._projection.hidden(framed, columns + step.pending)
        if cached:
            step.keep(written, past, int(written.before.lengths.max()) + self.length)
        return hidden

    def _one_length_at_a_time(
        self, sequences: torch.Tensor, ends: Indices, columns: torch.Tensor
    ) -> torch.Tensor:
        parts, order = [], []
        for end in np.unique(ends).tolist():
            local = np.flatnonzero(ends == end)
            index = upload(local, self.device)
            framed = Framed(sequences[index, :end])
            wanted = columns[index] + (end - self.attention_block)
            parts.append(self._projection.hidden(framed, wanted))
            order.append(local)
        return torch.cat(parts)[upload(np.argsort(np.concatenate(order)), self.device)]

    def _make_forward(self, model: PreTrainedModel) -> BlockForward:
        self._blocks = BlockForward(model, self.attention_block)
        self._find_mask()
        return self._blocks

    def _find_mask(self) -> None:
        """Finds out how the model is told of blocks, before it is asked anything."""
        limit, block = positions_of(self.model), self.attention_block
        rows = embedding_rows(self.model) or len(self.tokenizer)
        clean = [i for i in range(min(rows, len(self.tokenizer))) if i not in self._unwritten]
        clean = [i for i in clean if i != self.mask_token_id]
        blocks = 3 if limit is None else min(3, limit // block)
        if blocks < 2 or len(clean) < 2:
            raise InputError(
                f"{key_name('model.block_length')}: {block} is not accepted: the model has "
                f"{limit} positions and {len(clean)} tokens; two blocks and two tokens are needed"
            )
        places = torch.arange(blocks * block, device=self.device)
        ids = torch.tensor(clean, dtype=torch.int64, device=self.device)
        probe, other = ids[places % len(ids)], ids[(places + 1) % len(ids)]
        # Masks are what it is asked about; others see them.
        probe = torch.where(places % 2 == 0, probe, self.mask_token_id)
        wrong = self._blocks.find_mask(probe[None], other[None])
        if wrong is not None:
            raise InputError(
                f"{key_name('model.attention')} = 'block_causal' is not accepted: "
                f"{type(self.model).__name__} (type {self.model.config.model_type!r}) cannot be "
                f"told of blocks of {block} tokens: {one_line(wrong)}"
            )

    def _find_reading(self, *, cache: bool) -> Reading:
        """The fastest way to read sequences that agrees with reading each by itself."""
        self.reading = "grouped"
        expected = self._rehearsed()
        ways: list[tuple[Reading, bool]] = [
            ("cached", cache and self._blocks.takes_past),
            ("padded", self._blocks.takes_any_rows),
        ]
        for way, possible in ways:
            if not possible:
                continue
            self.reading = way
            try:
                found = self._rehearsed()
            except Exception:  # noqa: S112  # code that comes with a checkpoint raises anything
                continue
            if distance(found, expected) <= self._blocks.rounding * float(expected.std()):
                return way
        return "grouped"

    @torch.inference_mode()
    def _rehearsed(self) -> torch.Tensor:
        """Logits while three blocks are written after prompts of different lengths."""
        block, clean = self.attention_block, self._clean()[:256]
        limit = positions_of(self.model) or 4 * block
        blocks = min(2, self.length // block, limit // block)
        most = max(0, min(2, limit // block - blocks))
        rows = [[int(clean[i % len(clean)]) for i in range(n * block)] for n in (most, 0)]
        written = WrittenBlocks.of(
            Prompts.of(rows, self.device), block, blocks * block, self.mask_token_id
        )
        tokens, answers = written.tokens, []
        both = np.arange(2)
        for number in range(blocks):
            starts = np.full(2, number * block)
            positions = torch.arange(block, device=self.device).expand(2, -1) + number * block
            # Twice, for the second call finds the blocks before it kept.
            for rest in (both, both[:1]):
                asked = self.block_log_probs(
                    written, rest, tokens[: len(rest)], starts[: len(rest)], positions[: len(rest)]
                )
                answers.append(asked.log_probs(slice(None))[:, clean].flatten())
            tokens = tokens.scatter(1, positions, clean[positions % len(clean)])
        return torch.cat(answers)

    def _can_pad(self) -> bool:
        return self.reading != "grouped"

    def _check_attention(self, masked: torch.Tensor, clean: torch.Tensor) -> None:
        """Nothing: how the model is told of blocks has been found out."""

    def _check_frame(self, before: int, after: int) -> None:
        block = self.attention_block
        if self._shift:
            raise InputError(
                f"{key_name('model.logits_shift')}: 1 is not accepted with attention in blocks"
            )
        if after:
            raise InputError(
                f"{key_name('model.suffix')}: {after} tokens are not accepted with attention in "
                "blocks, which see nothing behind them; suffix = [] leaves them out"
            )
        if self.length % block:
            raise InputError(
                f"{key_name('model.length')}: {self.length} is not accepted: the model attends "
                f"in blocks of {block} tokens, and writes whole ones; a multiple is needed"
            )
        self._check_begun(before, key_name("model.prefix"))
        super()._check_frame(before, after)

    def _check_begun(self, tokens: int, what: str) -> None:
        if tokens % self.attention_block and not self.end_token_ids:
            raise InputError(
                f"{what} of {tokens} tokens: it begins a block of {self.attention_block}, so that "
                "the answer ends early, and no token says so; "
                f"{key_name('model.end_tokens')} may name one"
            )

    def _distinguishing(self, code: bytes) -> dict[str, Any]:
        return {**super()._distinguishing(code), "attention_block": self.attention_block}


def _from_the_start(before: Prompts, tokens: torch.Tensor) -> torch.Tensor:
    """Whole blocks of prompts and those of their answers, without padding between or before."""
    joined = torch.cat([before.tokens, tokens], dim=1)
    width = joined.shape[1]
    places = np.arange(width) + (before.tokens.shape[1] - before.lengths)[:, None]
    return joined.gather(1, upload(np.minimum(places, width - 1), tokens.device))

"""The few-step sampler: one loop for every order and both reveals (docs/mathematics.md 4)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from mdm_opt.candidates import MaskedDecoding
from mdm_opt.models.base import Denoiser
from mdm_opt.models.block_causal import attention_block
from mdm_opt.models.prompts import Prompts
from mdm_opt.processes.base import Samples
from mdm_opt.processes.masked.noise import Noise
from mdm_opt.processes.masked.state import Indices, State, by_certainty, pairs
from mdm_opt.schedules import Counts

_DEFAULT = MaskedDecoding()


@torch.inference_mode()
def generate(
    denoiser: Denoiser,
    counts: Counts,
    noise: Noise,
    decoding: MaskedDecoding = _DEFAULT,
    prompts: Prompts | None = None,
) -> Samples:
    """Samples sequences by revealing ``counts`` tokens a step.

    A step in which a sequence reveals nothing makes no model call for it. Inside a step the host
    never waits for the device.

    Blocks of a block-causal model are counted from the start of the prompt. One that the prompt
    begins takes the counts of a block from the first step on, and ends short (docs/models.md).

    Args:
        denoiser: frozen model.
        counts: int64 ``(steps,)`` for all, or ``(batch, steps)``; non-negative, sum = length; no
            step goes over the end of a block.
        noise: randomness of the batch; fixes the random order and every token's uniform.
        decoding: how positions and tokens are chosen; the counts have its reveal and rounding.
        prompts: one a sequence; needs a `PromptedDenoiser`.

    Raises:
        ValueError: for counts that do not sum to the length or cross a block's end, guidance
            without prompts, and blocks other than those of a block-causal model's attention.
        RunError: where the model answers with NaN.
    """
    batch, length = noise.permutation.shape
    counts = np.broadcast_to(counts, (batch, counts.shape[-1]))
    check_arguments(denoiser, counts, length, decoding, prompts)
    state = _StaticState(denoiser, decoding, noise, prompts)
    if attention_block(denoiser) is not None:
        state.by_blocks(counts[0, : counts.shape[1] // decoding.blocks(length)])
        return state.samples()
    for step_counts in counts.T:
        for rows, first in state.groups(step_counts):
            state.step(rows, step_counts[rows], first=first)
    return state.samples()


def check_arguments(
    denoiser: Denoiser,
    counts: Counts,
    length: int,
    decoding: MaskedDecoding,
    prompts: Prompts | None,
) -> None:
    """Raises ValueError for counts ``(batch, steps)`` and prompts that `generate` refuses."""
    if (counts < 0).any() or (counts.sum(axis=1) != length).any() or length != denoiser.length:
        raise ValueError(f"counts must be >= 0 and sum to the length {denoiser.length}")
    if prompts is not None and len(prompts) != len(counts):
        raise ValueError(f"{len(counts)} sequences need as many prompts, got {len(prompts)}")
    if decoding.guidance and prompts is None:
        raise ValueError("guidance needs prompts")
    block = attention_block(denoiser)
    if block is not None and (decoding.guidance or block != (decoding.block_length or length)):
        raise ValueError(f"a block-causal model needs blocks of {block} and no guidance")
    if decoding.block_length is None:
        return
    after = counts.cumsum(axis=1)
    first = (after - counts) // decoding.block_length
    if (
        length % decoding.block_length
        or ((after - 1) // decoding.block_length > first)[counts > 0].any()
    ):
        raise ValueError(f"counts must fill blocks of {decoding.block_length} tokens one by one")


class _StaticState(State):
    """Sequences whose counts are known before they are sampled."""

    def by_blocks(self, counts: Counts) -> None:
        """Writes all blocks, each with these counts ``(steps,)``; a short block ends early."""
        counts = counts[counts > 0]
        taken = np.zeros(len(self._revealed), dtype=np.int64)
        while len(rows := self.unfinished):
            left = self._block_length - self._revealed[rows] % self._block_length
            self.step(rows, np.minimum(counts[taken[rows]], left), first=False)
            done = self._revealed[rows] % self._block_length == 0
            taken[rows] = np.where(done, 0, taken[rows] + 1)

    def groups(self, step_counts: Counts) -> Iterator[tuple[Indices, bool]]:
        """Rows that reveal something, and whether all of them see nothing but masks.

        Where the answer to nothing but masks is remembered, these are asked by themselves.
        """
        rows = np.flatnonzero(step_counts)
        fresh = np.full(len(rows), self._remembered is not None) & (self._revealed[rows] == 0)
        for first in (True, False):
            part = rows[fresh == first]
            if len(part):
                yield part, first

    def step(self, rows: Indices, counts: Counts, *, first: bool) -> None:
        """Reveals ``counts[i]`` tokens of sequence ``rows[i]``."""
        random = self._decoding.order == "random"
        choose = self._in_order if random else self._by_certainty
        self._reveal(rows, counts, *choose(rows, counts, first))

    def _in_order(
        self, rows: Indices, counts: Counts, first: bool
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The next positions ``(sum of counts,)`` of the random order, and their tokens."""
        row, offset = pairs(counts)
        width = int(counts.max())
        # Padding repeats a position, and its answers are never looked at.
        ranks = self._revealed[rows, None] + np.minimum(np.arange(width), counts[:, None] - 1)
        positions = np.take_along_axis(self._order[rows], ranks, axis=1)
        answers = self._ask(rows, self._upload(positions), first=first)
        chosen = self._upload(positions[row, offset])
        wanted = self._upload(row * width + offset)
        return chosen, self._sampled(answers, wanted, self._upload(rows[row]), chosen)

    def _by_certainty(
        self, rows: Indices, counts: Counts, first: bool
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The positions of which the model is most certain, and their tokens."""
        positions, real = self._open(rows)
        answers = self._ask(rows, positions, first=first)
        looked = self._look(answers, positions, first=first)
        best = by_certainty(looked.certainty, real)
        return self._drawn(answers, looked, rows, counts, best, positions)

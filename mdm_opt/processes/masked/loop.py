"""The few-step sampler: one loop for every order and both reveals (docs/mathematics.md 4)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.candidates import Decoding
from mdm_opt.errors import RunError
from mdm_opt.models.base import Denoiser
from mdm_opt.models.lazy_log_probs import LogProbs, ask, remembers_first, rows_at_once
from mdm_opt.models.prompts import Prompts, takes_prompts, upload
from mdm_opt.processes.base import Samples
from mdm_opt.processes.masked.noise import Noise
from mdm_opt.processes.masked.order import CERTAINTIES, block_by_block, inverse_cdf
from mdm_opt.schedules import Counts

_DEFAULT = Decoding()
Indices = npt.NDArray[np.int64]


@torch.inference_mode()
def generate(
    denoiser: Denoiser,
    counts: Counts,
    noise: Noise,
    decoding: Decoding = _DEFAULT,
    prompts: Prompts | None = None,
) -> Samples:
    """Samples sequences by revealing ``counts`` tokens a step.

    A step in which a sequence reveals nothing makes no model call for it. Inside a step the host
    never waits for the device.

    Args:
        denoiser: frozen model.
        counts: int64 ``(steps,)`` for all, or ``(batch, steps)``; non-negative, sum = length; no
            step goes over the end of a block.
        noise: randomness of the batch; fixes the random order and every token's uniform.
        decoding: how positions and tokens are chosen; the counts have its reveal and rounding.
        prompts: one a sequence; needs a `PromptedDenoiser`.

    Raises:
        ValueError: for counts that do not sum to the length or cross a block's end, and guidance
            without prompts.
        RunError: where the model answers with NaN.
    """
    batch, length = noise.permutation.shape
    counts = np.broadcast_to(counts, (batch, counts.shape[-1]))
    _check(denoiser, counts, length, decoding, prompts)
    permutation = noise.permutation
    if decoding.block_length is not None:
        permutation = block_by_block(permutation, decoding.block_length)
    state = _State(denoiser, decoding, permutation, noise.token_uniforms, prompts)
    for step_counts in counts.T:
        for rows, first in state.groups(step_counts):
            state.step(rows, step_counts[rows], first=first)
    return state.samples()


def _check(
    denoiser: Denoiser, counts: Counts, length: int, decoding: Decoding, prompts: Prompts | None
) -> None:
    if (counts < 0).any() or (counts.sum(axis=1) != length).any() or length != denoiser.length:
        raise ValueError(f"counts must be >= 0 and sum to the length {denoiser.length}")
    if prompts is not None and len(prompts) != len(counts):
        raise ValueError(f"{len(counts)} sequences need as many prompts, got {len(prompts)}")
    if decoding.guidance and prompts is None:
        raise ValueError("guidance needs prompts")
    if decoding.block_length is None:
        return
    after = counts.cumsum(axis=1)
    first = (after - counts) // decoding.block_length
    if (
        length % decoding.block_length
        or ((after - 1) // decoding.block_length > first)[counts > 0].any()
    ):
        raise ValueError(f"counts must fill blocks of {decoding.block_length} tokens one by one")


class _State:
    """The sequences between two steps."""

    def __init__(
        self,
        denoiser: Denoiser,
        decoding: Decoding,
        permutation: Indices,
        uniforms: npt.NDArray[np.float64],
        prompts: Prompts | None,
    ) -> None:
        self._denoiser, self._decoding, self._prompts = denoiser, decoding, prompts
        self._device = denoiser.device
        self._order = permutation
        self._order_there = self._upload(permutation)
        self._uniforms = torch.from_numpy(uniforms).to(self._device)
        batch, length = permutation.shape
        self._tokens = torch.full((batch, length), denoiser.mask_token_id, device=self._device)
        self._revealed = np.zeros(batch, dtype=np.int64)
        self._nfe = np.zeros(batch, dtype=np.int64)
        self._calls = 0
        self._damaged = torch.zeros((), dtype=torch.bool, device=self._device)
        ends = sorted(denoiser.end_token_ids) if takes_prompts(denoiser) else []
        self._ends = torch.tensor(ends, dtype=torch.int64, device=self._device)
        self._rows_at_once = rows_at_once(denoiser)
        # Whether the answer to nothing but masks is the same for all, and is kept.
        self._remembered = remembers_first(denoiser) if prompts is None else None

    def samples(self) -> Samples:
        """What has been generated."""
        # Asked once, at the end: asking in every step would make the device wait.
        if bool(self._damaged):
            raise RunError("the model's log-probabilities were NaN while it was sampled")
        return Samples(self._tokens, self._nfe, self._calls)

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
        if self._decoding.order == "random":
            chosen, tokens = self._in_order(rows, counts, first)
        else:
            chosen, tokens = self._by_certainty(rows, counts, first)
        where = self._upload(np.repeat(rows, counts))
        self._tokens.index_put_((where, chosen), tokens)
        self._nfe[rows] += 1
        self._revealed[rows] += counts

    def _in_order(
        self, rows: Indices, counts: Counts, first: bool
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The next positions ``(sum of counts,)`` of the random order, and their tokens."""
        row, offset = _pairs(counts)
        width = int(counts.max())
        # Padding repeats a position, and its answers are never looked at.
        ranks = self._revealed[rows, None] + np.minimum(np.arange(width), counts[:, None] - 1)
        positions = np.take_along_axis(self._order[rows], ranks, axis=1)
        answers = self._ask(rows, self._upload(positions), first)
        chosen = self._upload(positions[row, offset])
        wanted = self._upload(row * width + offset)
        return chosen, self._sampled(answers, wanted, self._upload(rows[row]), chosen)

    def _by_certainty(
        self, rows: Indices, counts: Counts, first: bool
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The positions of which the model is most certain, and their tokens."""
        positions, real = self._open(rows)
        answers = self._ask(rows, positions, first)
        if first:
            certainty, tokens = self._first_certainties(positions.flatten())
        else:
            certainty, tokens = self._certainties(answers, positions.numel())
        certainty = certainty.reshape(positions.shape).masked_fill(~real, -torch.inf)
        best = certainty.argsort(dim=-1, descending=True, stable=True)
        row, offset = (self._upload(index) for index in _pairs(counts))
        column = best[row, offset]
        chosen, wanted = positions[row, column], row * positions.shape[1] + column
        if tokens is not None:
            return chosen, tokens[wanted]
        where = self._upload(np.repeat(rows, counts))
        return chosen, self._sampled(answers, wanted, where, chosen)

    def _open(self, rows: Indices) -> tuple[torch.Tensor, torch.Tensor]:
        """Masked positions of the current block in random order, padded with the first one."""
        block = self._decoding.block_length or self._order.shape[1]
        start = self._revealed[rows] // block * block
        columns = self._upload(start[:, None] + np.arange(block))
        index = self._upload(rows)[:, None]
        positions = self._order_there[index, columns]
        masked = self._tokens[index, positions] == self._denoiser.mask_token_id
        width = int((start + block - self._revealed[rows]).max())
        first = masked.int().argsort(dim=1, descending=True, stable=True)[:, :width]
        real = masked.gather(1, first)
        return positions.gather(1, torch.where(real, first, first[:, :1])), real

    def _first_certainties(
        self, positions: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Certainty of nothing but masks, for which every sequence has the same answers."""
        width = self._decoding.block_length or self._order.shape[1]
        everywhere = torch.arange(width, device=self._device)[None]
        certainty, tokens = self._certainties(self._first_answers(everywhere), width)
        return certainty[positions], None if tokens is None else tokens[positions]

    def _certainties(
        self, answers: LogProbs, count: int
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Certainty of all rows of the answers, and at temperature 0 their tokens."""
        decoding = self._decoding
        last = decoding.end_last and len(self._ends) > 0
        certainties, tokens = [], []
        for start in range(0, count, self._rows_at_once):
            log_probs = self._looked_at(answers, slice(start, start + self._rows_at_once))
            if decoding.temperature == 0 or last:
                tokens.append(log_probs.argmax(-1))
            if last:
                log_probs = _without(log_probs, self._ends)
            certainties.append(CERTAINTIES[decoding.order](log_probs))
        certainty = torch.cat(certainties)
        if last:
            lowest = torch.finfo(certainty.dtype).min
            certainty.masked_fill_(torch.isin(torch.cat(tokens), self._ends), lowest)
        return certainty, torch.cat(tokens) if decoding.temperature == 0 else None

    def _sampled(
        self, answers: LogProbs, wanted: torch.Tensor, rows: torch.Tensor, positions: torch.Tensor
    ) -> torch.Tensor:
        """Tokens of some rows of the answers; all arguments and the result ``(n,)``."""
        uniforms = self._uniforms[rows, positions]
        tokens = []
        for start in range(0, len(wanted), self._rows_at_once):
            part = slice(start, start + self._rows_at_once)
            log_probs = self._looked_at(answers, wanted[part])
            tokens.append(inverse_cdf(log_probs, uniforms[part], self._decoding.temperature))
        return torch.cat(tokens)

    def _looked_at(self, answers: LogProbs, rows: torch.Tensor | slice) -> torch.Tensor:
        log_probs = answers.log_probs(rows)
        self._damaged |= log_probs.amax(-1).isnan().any()
        return log_probs

    def _ask(self, rows: Indices, positions: torch.Tensor, first: bool) -> LogProbs:
        if first:
            return self._first_answers(positions)
        every = len(rows) == len(self._tokens)
        tokens = self._tokens if every else self._tokens[self._upload(rows)]
        prompts = self._prompts
        if prompts is not None and not every:
            prompts = prompts.part(rows)
        self._calls += len(rows) * (2 if self._decoding.guidance else 1)
        return ask(self._denoiser, tokens, positions, prompts, self._decoding.guidance)

    def _first_answers(self, positions: torch.Tensor) -> LogProbs:
        if self._remembered is None:
            raise RuntimeError("no answer to nothing but masks is remembered")
        return self._remembered.first_log_probs(positions)

    def _upload(self, index: Indices) -> torch.Tensor:
        return upload(index, self._device)


def _pairs(counts: Counts) -> tuple[Indices, Indices]:
    """Row and offset ``(sum of counts,)`` of what is revealed: 0 0, 0 1, ... of each row."""
    row = np.repeat(np.arange(len(counts)), counts)
    offset = np.arange(len(row)) - np.repeat(counts.cumsum() - counts, counts)
    return row, offset


def _without(log_probs: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    """A law given that the token is none of some."""
    others = log_probs.index_fill(-1, tokens, -torch.inf)
    return others - others.logsumexp(-1, keepdim=True)

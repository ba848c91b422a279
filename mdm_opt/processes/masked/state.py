"""The sequences between two steps, and what every sampling loop does with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.candidates import MaskedDecoding
from mdm_opt.errors import RunError
from mdm_opt.models.base import Denoiser
from mdm_opt.models.block_causal import WrittenBlocks, block_causal
from mdm_opt.models.lazy_log_probs import LogProbs, ask, remembers_first, rows_at_once
from mdm_opt.models.prompts import Prompts, takes_prompts, upload
from mdm_opt.processes.base import Samples
from mdm_opt.processes.masked.noise import Noise
from mdm_opt.processes.masked.order import CERTAINTIES, block_by_block, inverse_cdf
from mdm_opt.schedules import Counts

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Looked:
    """What is read off an answer, one value for each of its rows; None where nobody asks for it.

    Attributes:
        certainty: ``(n,)``, largest first in the study's order.
        tokens: int64 ``(n,)``, the most probable ones.
        doubt: float64 ``(n,)``, what a rule compares with its cutoff, least first.
    """

    certainty: torch.Tensor | None = None
    tokens: torch.Tensor | None = None
    doubt: torch.Tensor | None = None

    @classmethod
    def joined(cls, parts: Sequence[Looked]) -> Looked:
        """Several parts of an answer as one."""
        columns = zip(*(part.columns for part in parts), strict=True)
        return cls(*(None if one[0] is None else torch.cat(one) for one in columns))

    def at(self, rows: torch.Tensor) -> Looked:
        """The values of some rows, in the shape of ``rows``."""
        return Looked(*(None if one is None else one[rows] for one in self.columns))

    def shaped(self, shape: torch.Size) -> Looked:
        """All values in another shape."""
        return Looked(*(None if one is None else one.reshape(shape) for one in self.columns))

    @property
    def columns(self) -> tuple[torch.Tensor | None, ...]:
        """All three."""
        return self.certainty, self.tokens, self.doubt


class State:
    """The sequences between two steps.

    Nothing here waits for the device but `samples`.

    Args:
        denoiser: frozen model.
        decoding: how positions and tokens are chosen.
        noise: randomness of the batch.
        prompts: one a sequence, or None.
    """

    def __init__(
        self, denoiser: Denoiser, decoding: MaskedDecoding, noise: Noise, prompts: Prompts | None
    ) -> None:
        self._denoiser, self._decoding, self._prompts = denoiser, decoding, prompts
        self._device = denoiser.device
        self._uniforms = torch.from_numpy(noise.token_uniforms).to(self._device)
        batch, length = noise.permutation.shape
        self._tokens = torch.full((batch, length), denoiser.mask_token_id, device=self._device)
        # Tokens that each sequence holds; of a block that its prompt begins, those of the prompt.
        self._revealed = np.zeros(batch, dtype=np.int64)
        self._block_causal = block_causal(denoiser)
        self._written: WrittenBlocks | None = None
        if self._block_causal is not None:
            self._written = self._block_causal.open_blocks(batch, prompts)
            self._tokens, self._revealed = self._written.tokens.clone(), self._written.begun.copy()
        self._order = noise.permutation
        if decoding.block_length is not None:
            self._order = block_by_block(self._order, decoding.block_length, self._revealed)
        self._order_there = self._upload(self._order)
        self._nfe = np.zeros(batch, dtype=np.int64)
        self._calls = 0
        self._damaged = torch.zeros((), dtype=torch.bool, device=self._device)
        ends = sorted(denoiser.end_token_ids) if takes_prompts(denoiser) else []
        self._ends = torch.tensor(ends, dtype=torch.int64, device=self._device)
        self._ends_last = decoding.end_last and len(ends) > 0
        self._rows_at_once = rows_at_once(denoiser)
        # Whether the answer to nothing but masks is the same for all, and is kept.
        remembers = prompts is None and self._block_causal is None
        self._remembered = remembers_first(denoiser) if remembers else None

    def samples(self) -> Samples:
        """What has been generated."""
        # Asked once, at the end: asking in every step would make the device wait.
        if bool(self._damaged):
            raise RunError("the model's log-probabilities were NaN while it was sampled")
        tokens = self._tokens
        if self._written is not None:
            end = int(self._ends[0]) if len(self._ends) else None
            tokens = self._written.answers(tokens, end)
        return Samples(tokens, self._nfe, self._calls)

    @property
    def unfinished(self) -> Indices:
        """Sequences that still hold masks."""
        return np.flatnonzero(self._revealed < self._order.shape[1])

    def _reveal(
        self, rows: Indices, counts: Counts, chosen: torch.Tensor, tokens: torch.Tensor
    ) -> None:
        """Writes ``counts[i]`` tokens into sequence ``rows[i]``: ``(sum of counts,)`` of each."""
        where = self._upload(np.repeat(rows, counts))
        self._tokens.index_put_((where, chosen), tokens)
        self._nfe[rows] += 1
        self._revealed[rows] += counts

    def _open(self, rows: Indices) -> tuple[torch.Tensor, torch.Tensor]:
        """Masked positions of the current block in random order, padded with the first one.

        Returns:
            Positions int64 ``(rows, width)``, and bool ``(rows, width)``: which are no padding.
        """
        block = self._block_length
        start = self._revealed[rows] // block * block
        columns = self._upload(start[:, None] + np.arange(block))
        index = self._upload(rows)[:, None]
        positions = self._order_there[index, columns]
        masked = self._tokens[index, positions] == self._denoiser.mask_token_id
        width = int((start + block - self._revealed[rows]).max())
        first = masked.int().argsort(dim=1, descending=True, stable=True)[:, :width]
        real = masked.gather(1, first)
        return positions.gather(1, torch.where(real, first, first[:, :1])), real

    def _look(self, answers: LogProbs, positions: torch.Tensor, *, first: bool) -> Looked:
        """What is read off the answers at positions ``(rows, width)``, each as ``(rows, width)``.

        Of nothing but masks every sequence has the same answers, which are looked at once.
        """
        if first:
            everywhere = torch.arange(self._block_length, device=self._device)[None]
            kept = self._first_answers(everywhere)
            return self._looks(kept, self._block_length).at(positions)
        return self._looks(answers, positions.numel()).shaped(positions.shape)

    def _looks(self, answers: LogProbs, count: int) -> Looked:
        parts = (
            self._looked(self._log_probs(answers, slice(start, start + self._rows_at_once)))
            for start in range(0, count, self._rows_at_once)
        )
        return Looked.joined(list(parts))

    def _looked(self, log_probs: torch.Tensor) -> Looked:
        """Certainty of rows ``(n, V)`` in the study's order, and the tokens where they count."""
        order, tokens = self._decoding.order, None
        if self._decoding.temperature == 0 or self._ends_last:
            tokens = log_probs.argmax(-1)
        if order == "random":
            return Looked(None, tokens)
        if not self._ends_last or tokens is None:
            return Looked(CERTAINTIES[order](log_probs), tokens)
        certainty = CERTAINTIES[order](_without(log_probs, self._ends))
        lowest = torch.finfo(certainty.dtype).min
        return Looked(certainty.masked_fill_(self._is_end(tokens), lowest), tokens)

    def _is_end(self, tokens: torch.Tensor) -> torch.Tensor:
        return torch.isin(tokens, self._ends)

    def _drawn(
        self,
        answers: LogProbs,
        looked: Looked,
        rows: Indices,
        counts: Counts,
        best: torch.Tensor,
        positions: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The first ``counts[i]`` of row i's ``best`` columns: positions and their tokens.

        Args:
            answers: of the model at the positions.
            looked: see `_look`.
            rows: sequences, int64 ``(rows,)``.
            counts: of each, int64 ``(rows,)``.
            best: columns of the positions, those to be revealed first, int64 ``(rows, width)``.
            positions: int64 ``(rows, width)``.

        Returns:
            Both int64 ``(sum of counts,)``.
        """
        row, offset = (self._upload(index) for index in pairs(counts))
        column = best[row, offset]
        chosen = positions[row, column]
        if self._decoding.temperature == 0 and looked.tokens is not None:
            return chosen, looked.tokens[row, column]
        where = self._upload(np.repeat(rows, counts))
        wanted = row * positions.shape[1] + column
        return chosen, self._sampled(answers, wanted, where, chosen)

    def _sampled(
        self, answers: LogProbs, wanted: torch.Tensor, rows: torch.Tensor, positions: torch.Tensor
    ) -> torch.Tensor:
        """Tokens of some rows of the answers; all arguments and the result ``(n,)``."""
        uniforms = self._uniforms[rows, positions]
        tokens = []
        for start in range(0, len(wanted), self._rows_at_once):
            part = slice(start, start + self._rows_at_once)
            log_probs = self._log_probs(answers, wanted[part])
            tokens.append(inverse_cdf(log_probs, uniforms[part], self._decoding.temperature))
        return torch.cat(tokens)

    def _log_probs(self, answers: LogProbs, rows: torch.Tensor | slice) -> torch.Tensor:
        log_probs = answers.log_probs(rows)
        self._damaged |= log_probs.amax(-1).isnan().any()
        return log_probs

    def _ask(self, rows: Indices, positions: torch.Tensor, *, first: bool) -> LogProbs:
        if first:
            return self._first_answers(positions)
        every = len(rows) == len(self._tokens)
        tokens = self._tokens if every else self._tokens[self._upload(rows)]
        if self._block_causal is not None and self._written is not None:
            self._calls += len(rows)
            starts = self._revealed[rows] // self._block_length * self._block_length
            given = self._written, rows, tokens, starts, positions
            return self._block_causal.block_log_probs(*given)
        prompts = self._prompts
        if prompts is not None and not every:
            prompts = prompts.part(rows)
        self._calls += len(rows) * (2 if self._decoding.guidance else 1)
        return ask(self._denoiser, tokens, positions, prompts, self._decoding.guidance)

    def _first_answers(self, positions: torch.Tensor) -> LogProbs:
        if self._remembered is None:
            raise RuntimeError("no answer to nothing but masks is remembered")
        return self._remembered.first_log_probs(positions)

    @property
    def _block_length(self) -> int:
        return self._decoding.block_length or self._order.shape[1]

    def _upload(self, index: Indices) -> torch.Tensor:
        return upload(index, self._device)


def by_certainty(certainty: torch.Tensor | None, real: torch.Tensor) -> torch.Tensor:
    """Columns in the order in which they are revealed, padding last.

    Args:
        certainty: ``(rows, width)``, largest first; ties keep their order. None keeps it wholly.
        real: bool ``(rows, width)``, False for padding, which comes last already.
    """
    if certainty is None:
        return torch.arange(real.shape[1], device=real.device).expand(real.shape)
    there = certainty.masked_fill(~real, -torch.inf)
    return there.argsort(dim=-1, descending=True, stable=True)


def pairs(counts: Counts) -> tuple[Indices, Indices]:
    """Row and offset ``(sum of counts,)`` of what is revealed: 0 0, 0 1, ... of each row."""
    row = np.repeat(np.arange(len(counts)), counts)
    offset = np.arange(len(row)) - np.repeat(counts.cumsum() - counts, counts)
    return row, offset


def _without(log_probs: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    """A law given that the token is none of some."""
    others = log_probs.index_fill(-1, tokens, -torch.inf)
    return others - others.logsumexp(-1, keepdim=True)

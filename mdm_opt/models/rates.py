"""Models of births: any torch module or function, and the exact rates of an enumerated law."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import torch
from scipy import special

from mdm_opt.models.enumerated import LawModel
from mdm_opt.models.laws import EnumeratedLaw
from mdm_opt.models.torch_base import Decode, Encode, TorchModel

Output = Literal["rates", "rest"]

_CACHE_BYTES = 64 * 2**20
# Of the table of states, outcomes and places that is looked at once.
_BLOCK_VALUES = 2**20


class TorchRates(TorchModel):
    """A model of births of your own: ``model(counts, alpha) -> rates``.

    ``counts`` is int64 ``(batch, length)`` on the model's device, ``alpha`` a float in [0, 1), the
    share of each count that has survived. The answer is floating-point ``(batch, length)``: births
    that are expected of each count for each unit of alpha, or with ``output="rest"`` until
    alpha = 1, which is E[x_0 - x | x] as the networks of Blackout Diffusion predict it.

    A torch module is put into evaluation mode and asked without gradients. What the fingerprint
    sees, and what it does not, is the same as for `TorchDenoiser`.

    Args:
        model: a torch module, a method of one, or any other callable.
        length: counts of one sequence, L >= 1.
        max_count: the largest count, >= 1; counts run from 0.
        output: ``rates`` or ``rest``, what the model answers.
        decode: int64 ``(batch, length)`` on the CPU -> one text a sequence; by default counts
            separated by spaces.
        encode: texts -> int64 ``(len(texts), length)``, needed for reference sequences in a file;
            by default the inverse of the default ``decode``.
        fingerprint: in place of the hash of the weights, e.g. the name of a checkpoint.
        device: where the model takes its counts; None: where its parameters are, else the CPU.

    Raises:
        InputError: for impossible arguments, or a model whose answer to nothing but zeros at
            alpha = 0 is no rates.
    """

    _numbers = "counts"

    def __init__(
        self,
        model: Callable[[torch.Tensor, float], Any],
        *,
        length: int,
        max_count: int,
        output: Output = "rates",
        decode: Decode | None = None,
        encode: Encode | None = None,
        fingerprint: str | None = None,
        device: str | torch.device | None = None,
    ) -> None:
        super().__init__(model, length=length, decode=decode, encode=encode, device=device)
        self.max_count = self._whole("max_count", max_count, 1)
        if output not in get_args(Output):
            self._refuse("output", output, f"must be one of {', '.join(get_args(Output))}")
        self.output = output
        self._check_zeros()
        frame = ["births", self.length, self.max_count, output]
        self.fingerprint = self._find_fingerprint(fingerprint, frame)

    def rates(self, counts: torch.Tensor, alpha: float) -> torch.Tensor:
        """See `RateModel.rates`; float64.

        Raises:
            InputError: where the model returns something else than a number for each count.
        """
        answer = self._ask(counts, alpha)
        if not isinstance(answer, torch.Tensor) or not answer.is_floating_point():
            kind = answer.dtype if isinstance(answer, torch.Tensor) else type(answer).__name__
            raise self._wrong(
                f"the model returned {kind}; floating-point {self.output} of shape "
                "(batch, length) are expected"
            )
        if answer.shape != counts.shape:
            raise self._wrong(
                f"the model returned {self.output} of shape {tuple(answer.shape)} for counts of "
                f"shape {tuple(counts.shape)}; the same shape is expected"
            )
        rates = answer.to(self.device).double()
        return rates / (1 - alpha) if self.output == "rest" else rates

    def _check_generated(self, tokens: torch.Tensor) -> None:
        if bool(((tokens < 0) | (tokens > self.max_count)).any()):
            raise self._wrong(f"a text has a count outside 0..{self.max_count}")

    def _check_zeros(self) -> None:
        """The first thing a sampler asks must have an answer, and its samples a text."""
        zeros = torch.zeros((1, self.length), dtype=torch.int64, device=self.device)
        rates = self._first(lambda: self.rates(zeros, 0.0), "counts of nothing but zeros")
        wrong = ~rates.isfinite() | (rates < 0)
        if bool(wrong.any()):
            raise self._wrong(
                f"the model's {self.output} for counts of nothing but zeros have "
                f"{float(rates[wrong][0])}; finite numbers of at least 0 are expected"
            )
        self._check_decode(zeros)


class EnumeratedRates(LawModel):
    """The perfect rates of a law of counts; 0 off its support, where nothing more is born.

    A state is on the support where some outcome has at least its counts. Every row is computed by
    itself, in float64, so that no result depends on the batch (docs/mathematics.md 10).

    Args:
        law: of counts: token ids are counts, and the largest one is the last symbol's.

    Raises:
        ValueError: for a law of one symbol, of which nothing can be born.
    """

    def __init__(self, law: EnumeratedLaw) -> None:
        super().__init__(law, "enumerated rates")
        self.max_count = law.vocab_size - 1
        if self.max_count < 1:
            raise ValueError("a law of counts needs two symbols at least, got one")
        ids = np.arange(law.vocab_size)
        # Ways to choose x of the units of an outcome; 0 where it has fewer.
        self._ways = np.asarray(special.comb(ids[:, None], ids[None, :]), dtype=np.float64)
        self._totals = law.outcomes.sum(axis=1)
        self._seen: dict[tuple[float, bytes], npt.NDArray[np.float64]] = {}
        self._max_seen = max(1, _CACHE_BYTES // (8 * law.length))

    def rates(self, counts: torch.Tensor, alpha: float) -> torch.Tensor:
        """See `RateModel.rates`; float64."""
        rows = np.ascontiguousarray(counts.numpy(), dtype=np.int64)
        keys = [(alpha, row.tobytes()) for row in rows]
        fresh = {key: place for place, key in enumerate(keys) if key not in self._seen}
        if len(self._seen) + len(fresh) > self._max_seen:
            self._seen.clear()
            fresh = {key: place for place, key in enumerate(keys)}
        if fresh:
            found = self._rates(rows[list(fresh.values())], alpha)
            self._seen.update(zip(fresh, found, strict=True))
        return torch.from_numpy(np.stack([self._seen[key] for key in keys]))

    def _rates(self, rows: npt.NDArray[np.int64], alpha: float) -> npt.NDArray[np.float64]:
        size = max(1, _BLOCK_VALUES // self.law.outcomes.size)
        starts = range(0, len(rows), size)
        blocks = [self._block(rows[start : start + size], alpha) for start in starts]
        return np.concatenate(blocks)

    def _block(self, rows: npt.NDArray[np.int64], alpha: float) -> npt.NDArray[np.float64]:
        outcomes = self.law.outcomes
        weights = np.tile(self.law.probabilities, (len(rows), 1))
        for place in range(self.length):
            ways = self._ways[outcomes[:, place]][:, rows[:, place]].T
            # As shares of the most ways there are: their product could be too large a number.
            weights *= ways / np.maximum(ways.max(axis=1, keepdims=True), 1)
        there = weights > 0
        # Units that are still to be born; the fewest ones do not underflow.
        rest = self._totals - rows.sum(axis=1)[:, None]
        fewest = np.where(there, rest, self._totals.max()).min(axis=1)
        powers = (1 - alpha) ** np.arange(self._totals.max() + 1.0)
        weights *= powers[np.where(there, rest - fewest[:, None], 0)]
        whole = weights.sum(axis=1)
        rest = outcomes[None] - rows[:, None, :]
        means = (weights[:, :, None] * rest).sum(axis=1) / np.where(whole > 0, whole, 1)[:, None]
        return np.asarray(np.maximum(means, 0.0) / (1 - alpha), dtype=np.float64)

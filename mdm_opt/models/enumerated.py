"""Exact conditionals of an enumerated law."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.errors import InputError
from mdm_opt.models.laws import EnumeratedLaw

_CACHE_BYTES = 64 * 2**20


class LawModel:
    """What the perfect models of a law have in common: they run on the CPU, texts are symbols.

    Args:
        law: whose outcomes the model generates.
        kind: of model, the beginning of its fingerprint.
    """

    def __init__(self, law: EnumeratedLaw, kind: str) -> None:
        self.law = law
        self.device = torch.device("cpu")
        digest = hashlib.sha256(law.symbols.encode())
        digest.update(np.ascontiguousarray(law.outcomes).tobytes())
        digest.update(np.ascontiguousarray(law.probabilities).tobytes())
        self.fingerprint = f"{kind}:{digest.hexdigest()}"

    @property
    def length(self) -> int:
        return self.law.length

    def decode(self, tokens: torch.Tensor) -> list[str]:
        """Texts of the law's symbols."""
        return ["".join(self.law.symbols[token] for token in row) for row in tokens.tolist()]

    def show(self, text: str, prompt: str = "") -> Any:
        """The text as the law shows it; see `mdm_opt.sample_texts.lines_of`."""
        return text if self.law.show is None else self.law.show(text, prompt)

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        """Tokens of texts of ``length`` symbols."""
        for text in texts:
            if len(text) != self.length or not set(text) <= set(self.law.symbols):
                raise InputError(
                    f"{text!r} is no sequence of {self.length} out of {self.law.symbols!r}"
                )
        rows = [[self.law.symbols.index(symbol) for symbol in text] for text in texts]
        return torch.tensor(rows, dtype=torch.int64).reshape(len(texts), self.length)


class EnumeratedDenoiser(LawModel):
    """The perfect denoiser of a law; uniform over the vocabulary off its support.

    Every row is computed by itself, in float64, so that no result depends on the batch.

    Args:
        law: the law whose conditionals are served.
    """

    def __init__(self, law: EnumeratedLaw) -> None:
        super().__init__(law, "enumerated")
        one_hot = law.outcomes[:, :, None] == np.arange(law.vocab_size)
        self._one_hot = one_hot.reshape(len(law.outcomes), -1).astype(np.float64)
        self._seen: dict[bytes, npt.NDArray[np.float64]] = {}
        self._max_seen = max(1, _CACHE_BYTES // (8 * law.length * law.vocab_size))

    @property
    def vocab_size(self) -> int:
        return self.law.vocab_size

    @property
    def mask_token_id(self) -> int:
        return self.law.vocab_size

    def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """See `Denoiser.log_probs`; float64."""
        rows = tokens.numpy().astype(np.int64)
        conditionals = np.stack([self._conditional(row) for row in rows])
        picked = np.take_along_axis(conditionals, positions.numpy()[:, :, None], axis=1)
        with np.errstate(divide="ignore"):
            return torch.from_numpy(np.log(picked))

    def _conditional(self, row: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """p(token | revealed tokens of ``row``), float64 ``(length, vocab_size)``."""
        key = row.tobytes()
        if key not in self._seen:
            if len(self._seen) >= self._max_seen:
                self._seen.clear()
            law, known = self.law, row != self.mask_token_id
            consistent = (law.outcomes[:, known] == row[known]).all(axis=1)
            shape = (law.length, law.vocab_size)
            if consistent.any():
                joint = law.probabilities[consistent] @ self._one_hot[consistent]
                table = joint.reshape(shape)
                self._seen[key] = table / table.sum(axis=1, keepdims=True)
            else:
                self._seen[key] = np.full(shape, 1 / law.vocab_size)
        return self._seen[key]

"""Laws that are known exactly, fast enough to be sampled a million times: mixtures of products."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import torch

from mdm_opt.models.laws import sudoku4


class MixtureDenoiser:
    """Exact conditionals of a mixture of laws with independent tokens.

    Args:
        components: float64 ``(components, length, vocab)``, each row of tokens sums to 1.
        weights: float64 ``(components,)``, positive, sum 1; None for equal ones.
    """

    def __init__(self, components: np.ndarray, weights: np.ndarray | None = None) -> None:
        count, self.length, self.vocab_size = components.shape
        self.mask_token_id = self.vocab_size
        self.device = torch.device("cpu")
        digest = hashlib.sha256(np.ascontiguousarray(components).tobytes())
        self.fingerprint = f"mixture:{digest.hexdigest()}"
        self._flat = torch.from_numpy(components.reshape(count, -1))
        # Low enough to rule a component out, high enough to be added up.
        self._logs = self._flat.clamp_min(1e-300).log().T.contiguous()
        self.weights = np.full(count, 1 / count) if weights is None else weights
        self._prior = torch.from_numpy(self.weights).log()
        if weights is not None:
            digest.update(np.ascontiguousarray(weights).tobytes())
            self.fingerprint = f"mixture:{digest.hexdigest()}"

    def components(self, numbers: np.ndarray) -> np.ndarray:
        """Some of the components, float64 ``(len(numbers), length, vocab)``."""
        return self._flat[numbers].numpy().reshape(len(numbers), self.length, self.vocab_size)

    def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """See `mdm_opt.models.base.Denoiser.log_probs`; float64."""
        one_hot = torch.nn.functional.one_hot(tokens, self.vocab_size + 1)[:, :, :-1]
        likelihood = one_hot.reshape(len(tokens), -1).double() @ self._logs
        posterior = (likelihood + self._prior).softmax(dim=1)
        table = (posterior @ self._flat).reshape(len(tokens), self.length, self.vocab_size)
        # Off the support every component is ruled out, and any token may come.
        table[likelihood.amax(dim=1) < -600] = 1 / self.vocab_size
        picked = table.gather(1, positions[:, :, None].expand(-1, -1, self.vocab_size))
        return picked.log()

    def decode(self, tokens: torch.Tensor) -> list[str]:
        """Token ids as characters from ``1`` on."""
        return ["".join(chr(ord("1") + token) for token in row) for row in tokens.tolist()]

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        """The inverse of `decode`."""
        return torch.tensor([[ord(character) - ord("1") for character in text] for text in texts])


def sudoku() -> MixtureDenoiser:
    """The 288 Sudoku grids of side 4."""
    return MixtureDenoiser(np.eye(4)[sudoku4().outcomes])


def templates(count: int = 4096, length: int = 64, vocab: int = 27, noise: float = 0.1):
    """Random templates, each of whose tokens is replaced by a random one with chance ``noise``."""
    ids = np.random.default_rng(0).integers(vocab, size=(count, length))
    return MixtureDenoiser((1 - noise) * np.eye(vocab)[ids] + noise / vocab)


def independent(length: int = 32, vocab: int = 2) -> MixtureDenoiser:
    """Independent fair tokens: every schedule gives the same law."""
    return MixtureDenoiser(np.full((1, length, vocab), 1 / vocab))

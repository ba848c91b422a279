"""Laws on which a schedule is hard to find: exact conditionals that are computed when asked for.

Each is a denoiser with the attributes of `mdm_opt.models.base.Denoiser`; `written` draws exact
samples without asking it.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from laws import MixtureDenoiser


class _Structured:
    """What the laws of this file have in common: tokens without characters, no device.

    Args:
        name: of the law, which says all about it.
        length: tokens of one sequence.
        vocab: clean tokens.
    """

    def __init__(self, name: str, length: int, vocab: int) -> None:
        self.fingerprint, self.length, self.vocab_size = name, length, vocab
        self.mask_token_id = vocab
        self.device = torch.device("cpu")

    def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """See `mdm_opt.models.base.Denoiser.log_probs`; float64."""
        certain = self._certain(tokens)
        picked = certain.gather(1, positions)
        shape, level = (*positions.shape, self.vocab_size), -np.log(self.vocab_size)
        table = torch.full(shape, level, dtype=torch.float64)
        known = picked >= 0
        table[known] = -torch.inf
        table[known] = table[known].scatter(1, picked[known][:, None], 0.0)
        return table

    def _certain(self, tokens: torch.Tensor) -> torch.Tensor:
        """Tokens that follow from the known ones, int64 ``(batch, length)``, -1 for any."""
        raise NotImplementedError

    def decode(self, tokens: torch.Tensor) -> list[str]:
        """Token ids, separated by spaces."""
        return [" ".join(map(str, row)) for row in tokens.tolist()]

    def encode(self, texts: list[str]) -> torch.Tensor:
        """The inverse of `decode`."""
        return torch.tensor([[int(token) for token in text.split()] for text in texts])


class Cliff(_Structured):
    """A maximum distance separable code: any ``free`` tokens are free, and determine the rest.

    Polynomials of degree below ``free`` over a prime field, at as many points as there are tokens:
    h(m) falls from log(vocab) to 0 at m = free.
    """

    def __init__(self, free: int, length: int = 64, prime: int = 67) -> None:
        super().__init__(f"cliff:{free}:{length}:{prime}", length, prime)
        self._free, self._prime = free, prime
        base = _generator(prime)
        self._power = np.array([pow(base, k, prime) for k in range(prime - 1)])
        logs = np.zeros(prime, dtype=np.int64)
        logs[self._power] = np.arange(prime - 1)
        points = np.arange(length)
        # Discrete logarithms of x - i, so that products are sums; 0 where they are the same.
        self._apart = logs[(points[:, None] - points) % prime] * (points[:, None] != points)

    def _certain(self, tokens: torch.Tensor) -> torch.Tensor:
        sequences = tokens.numpy()
        known = sequences != self.mask_token_id
        used = known & (known.cumsum(axis=1) <= self._free)
        found = np.full(sequences.shape, -1)
        for row in np.flatnonzero(used.sum(axis=1) == self._free):
            points = np.flatnonzero(used[row])
            apart = self._apart[:, points]
            # The polynomial through the points, at all of them [Lagrange].
            weights = apart.sum(axis=1)[:, None] - apart - apart[points].sum(axis=1)
            terms = sequences[row, points] * self._power[weights % (self._prime - 1)]
            found[row] = terms.sum(axis=1) % self._prime
            found[row, points] = sequences[row, points]
        return torch.from_numpy(found)

    def profile(self) -> np.ndarray:
        """The exact h(m), float64 ``(length,)``."""
        known = np.arange(self.length)
        return np.where(known < self._free, np.log(self._prime), 0.0)


def _generator(prime: int) -> int:
    """A number whose powers are all numbers from 1 to prime - 1."""
    for base in range(2, prime):
        if len({pow(base, k, prime) for k in range(prime - 1)}) == prime - 1:
            return base
    raise ValueError(f"{prime} is no prime above 2")


class Copies(_Structured):
    """The second half repeats the first, token by token: h(m) falls in a straight line."""

    def __init__(self, length: int = 64, vocab: int = 8) -> None:
        super().__init__(f"copies:{length}:{vocab}", length, vocab)

    def _certain(self, tokens: torch.Tensor) -> torch.Tensor:
        partner = torch.roll(tokens, self.length // 2, dims=1)
        return torch.where(partner == self.mask_token_id, -1, partner)

    def profile(self) -> np.ndarray:
        """The exact h(m), float64 ``(length,)``."""
        known = np.arange(self.length)
        return np.log(self.vocab_size) * (1 - known / (self.length - 1))


class Parity(_Structured):
    """Groups of bits of even parity: a bit follows once all others of its group are known."""

    def __init__(self, group: int = 4, length: int = 64) -> None:
        super().__init__(f"parity:{group}:{length}", length, 2)
        self._group = group

    def _certain(self, tokens: torch.Tensor) -> torch.Tensor:
        groups = tokens.reshape(len(tokens), -1, self._group)
        masked = groups == self.mask_token_id
        others = masked.sum(2, keepdim=True) - masked.int()
        ones = groups.masked_fill(masked, 0).sum(2, keepdim=True) - groups.masked_fill(masked, 0)
        return torch.where(others == 0, ones % 2, -1).reshape(tokens.shape)

    def profile(self) -> np.ndarray:
        """The exact h(m), float64 ``(length,)``."""
        known, others = np.arange(self.length), self._group - 1
        chance = np.ones(self.length)
        for taken in range(others):
            chance *= np.maximum(known - taken, 0) / (self.length - 1 - taken)
        return np.log(2) * (1 - chance)


@cache
def hierarchical(topics: int = 16, each: int = 256, length: int = 64, vocab: int = 27):
    """Templates of some topics: half of a template's tokens are its topic's, half its own."""
    rng = np.random.default_rng(1)
    shared = np.repeat(rng.integers(vocab, size=(topics, length)), each, axis=0)
    own = rng.integers(vocab, size=(topics * each, length))
    ids = np.where(np.arange(length) % 2 == 0, shared, own)
    return MixtureDenoiser(0.9 * np.eye(vocab)[ids] + 0.1 / vocab)


@cache
def rare(share: float = 0.02, count: int = 256, length: int = 64, vocab: int = 27):
    """Sharp templates that are rare among nearly independent text."""
    rng = np.random.default_rng(2)
    sharp = 0.98 * np.eye(vocab)[rng.integers(vocab, size=(count, length))] + 0.02 / vocab
    # Two kinds of text, a little different in the frequencies of their letters.
    plain = rng.dirichlet(np.full(vocab, 2.0), size=(1, length))
    tilt = np.exp(0.1 * rng.normal(size=(2, length, vocab)))
    text = plain * tilt
    text /= text.sum(axis=2, keepdims=True)
    weights = np.concatenate([np.full(count, share / count), np.full(2, (1 - share) / 2)])
    return MixtureDenoiser(np.concatenate([sharp, text]), weights)


def true_profile(law, sequences: int = 256, batch: int = 64) -> np.ndarray:
    """h(m) of a law of this file, float64 ``(length,)``.

    Exact where there is a formula, else the mean entropy along random orders of exact samples; of
    rare components as many as of frequent ones, each with its weight.
    """
    if hasattr(law, "profile"):
        return law.profile()
    weights = law.weights
    rare_ones = weights < weights.max() / 10
    groups = [np.flatnonzero(group) for group in (rare_ones, ~rare_ones) if group.any()]
    total = np.zeros(law.length)
    for index, group in enumerate(groups):
        chances = weights[group] / weights[group].sum()
        rng = np.random.default_rng(100 + index)
        chosen = rng.choice(group, size=sequences, p=chances)
        found = [
            _entropies(law, chosen[first : first + batch], rng)
            for first in range(0, sequences, batch)
        ]
        total += weights[group].sum() * np.concatenate(found).mean(axis=0)
    # The mean has no noise that would let it rise but that of the sequences.
    return np.minimum.accumulate(total)


def _entropies(law, components: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mean entropy of masked tokens in samples of some components, ``(batch, length)``."""
    chances = law.components(components)
    uniforms = rng.random((*chances.shape[:2], 1))
    tokens = torch.from_numpy((chances.cumsum(axis=2) < uniforms).sum(axis=2))
    tokens = tokens.clamp_max(law.vocab_size - 1)
    order = torch.from_numpy(
        rng.permuted(np.tile(np.arange(law.length), (len(tokens), 1)), axis=1)
    )
    found, before = np.empty(tokens.shape), None
    for known in range(law.length):
        hidden = order[:, known:]
        masked = tokens.scatter(1, hidden, law.mask_token_id)
        log_p = law.log_probs(masked, hidden).clamp_min(-700.0)
        entropy = -(log_p.exp() * log_p).sum(-1)
        # Differences on the tokens that are masked at both, as `sequence_profiles` has them.
        if before is None:
            found[:, 0] = entropy.mean(1)
        else:
            found[:, known] = found[:, known - 1] - (before[:, 1:] - entropy).mean(1).numpy()
        before = entropy
    return found

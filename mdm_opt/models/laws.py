"""Small laws that are known exactly (docs/mathematics.md 5, 6): oracles, the paper's toys."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mdm_opt.sample_texts import Show
from mdm_opt.sudoku import canonical_grids, show

_STATES32 = "0123456789abcdefghijklmnopqrstuv"


@dataclass(frozen=True, eq=False)
class EnumeratedLaw:
    """A law of sequences given by its outcomes.

    Attributes:
        outcomes: int64 ``(outcomes, length)``, token ids ``0..len(symbols) - 1``, all different.
        probabilities: float64 ``(outcomes,)``, positive, sum 1.
        symbols: one character for every token id.
        show: how texts are shown, as a model's; None shows them as they are.

    Raises:
        ValueError: for shapes, ids or probabilities that do not fit.
    """

    outcomes: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float64]
    symbols: str
    show: Show | None = None

    def __post_init__(self) -> None:
        outcomes, probabilities = self.outcomes, self.probabilities
        if outcomes.ndim != 2 or probabilities.shape != outcomes.shape[:1] or not outcomes.size:
            raise ValueError(
                f"outcomes {outcomes.shape} and probabilities {probabilities.shape} do not fit"
            )
        if len(set(self.symbols)) != len(self.symbols):
            raise ValueError(f"symbols must differ from each other, got {self.symbols!r}")
        if outcomes.min() < 0 or outcomes.max() >= len(self.symbols):
            raise ValueError(f"token ids must lie in 0..{len(self.symbols) - 1}")
        if len(np.unique(outcomes, axis=0)) != len(outcomes):
            raise ValueError("an outcome is listed twice")
        if not (probabilities > 0).all() or abs(probabilities.sum() - 1) > 1e-9:
            raise ValueError("probabilities must be positive and sum to 1")

    @classmethod
    def uniform(cls, outcomes: npt.ArrayLike, symbols: str) -> EnumeratedLaw:
        """The uniform law over ``outcomes``, integers ``(outcomes, length)``."""
        array = np.asarray(outcomes, dtype=np.int64)
        return cls(array, np.full(len(array), 1 / len(array)), symbols)

    @property
    def length(self) -> int:
        return int(self.outcomes.shape[1])

    @property
    def vocab_size(self) -> int:
        return len(self.symbols)


def toy_extremes() -> EnumeratedLaw:
    """The paper's target A: {aaaaa, bbbbb} [EM fig. 4]."""
    return EnumeratedLaw.uniform([[0] * 5, [1] * 5], "ab")


def toy_balanced() -> EnumeratedLaw:
    """The paper's target B: five letters with exactly two or three a [EM fig. 4]."""
    words = [word for word in itertools.product((0, 1), repeat=5) if word.count(0) in (2, 3)]
    return EnumeratedLaw.uniform(words, "ab")


def sudoku4() -> EnumeratedLaw:
    """The uniform law of the 288 Sudoku grids of side 4."""
    labels = np.array(list(itertools.permutations(range(4))))
    grids = labels[:, canonical_grids(4).astype(np.int64)].reshape(-1, 16)
    return replace(EnumeratedLaw.uniform(grids, "1234"), show=show)


def bimodal() -> EnumeratedLaw:
    """One count of 0..8: half of the time Binomial(8, 0.15), else Binomial(8, 0.85)."""
    counts = np.arange(9)
    shares = np.array([[0.15], [0.85]])
    ways = np.array([math.comb(8, count) for count in counts])
    halves = ways * shares**counts * (1 - shares) ** (8 - counts)
    return EnumeratedLaw(counts[:, None], halves.mean(axis=0), "012345678")


def count_templates(noise: float = 0.1) -> EnumeratedLaw:
    """Three counts of 0..4: 440, 044, 404 or 111, each count replaced with some probability.

    Args:
        noise: that a count is replaced by a uniform one, in [0, 1].

    Raises:
        ValueError: for noise outside [0, 1].
    """
    if not 0 <= noise <= 1:
        raise ValueError(f"noise must lie in [0, 1], got {noise}")
    templates = np.array([[4, 4, 0], [0, 4, 4], [4, 0, 4], [1, 1, 1]])
    outcomes = np.array(list(itertools.product(range(5), repeat=3)))
    kept = outcomes[:, None, :] == templates
    probabilities = np.where(kept, 1 - noise + noise / 5, noise / 5).prod(axis=2).mean(axis=1)
    there = probabilities > 0
    return EnumeratedLaw(outcomes[there], probabilities[there], "01234")


def templates4() -> EnumeratedLaw:
    """Four tokens of four: 0123, 1122, 3210 or 0033, each replaced by any one in 5 %."""
    templates = np.array([[0, 1, 2, 3], [1, 1, 2, 2], [3, 2, 1, 0], [0, 0, 3, 3]])
    words = _words(4, 4)
    kept = words[:, None, :] == templates
    probabilities = np.where(kept, 0.95 + 0.05 / 4, 0.05 / 4).prod(axis=2).mean(axis=1)
    return EnumeratedLaw(words, probabilities, "0123")


def chain() -> EnumeratedLaw:
    """Five tokens of three, of which each follows the one before: +0, +1, +2 by .85, .10, .05."""
    words = _words(3, 5)
    following = np.array([0.85, 0.10, 0.05])[np.diff(words, axis=1) % 3]
    return EnumeratedLaw(words, following.prod(axis=1) / 3, "abc")


def checkerboard() -> EnumeratedLaw:
    """Two tokens of 32, uniform on the squares of side 8 of one colour; for ordinal kernels."""
    points = _words(32, 2)
    return EnumeratedLaw.uniform(points[(points // 8).sum(axis=1) % 2 == 0], _STATES32)


def gaussians() -> EnumeratedLaw:
    """Two tokens of 32: 8 Gaussians of width 1.5 on a circle of radius 10; for ordinal kernels.

    The densities at whole numbers, around (15.5, 15.5), normalised.
    """
    points, angles = _words(32, 2), np.arange(8) * (np.pi / 4)
    centres = 15.5 + 10 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    squares = ((points[:, None, :] - centres) ** 2).sum(axis=2)
    density = np.exp(-squares / (2 * 1.5**2)).sum(axis=1)
    return EnumeratedLaw(points, density / density.sum(), _STATES32)


def _words(vocab_size: int, length: int) -> npt.NDArray[np.int64]:
    """All sequences, int64 ``(vocab_size ** length, length)``."""
    return np.array(list(itertools.product(range(vocab_size), repeat=length)))


LAWS: dict[str, Callable[[], EnumeratedLaw]] = {
    "toy_extremes": toy_extremes,
    "toy_balanced": toy_balanced,
    "sudoku4": sudoku4,
    "bimodal": bimodal,
    "count_templates": count_templates,
    "templates4": templates4,
    "chain": chain,
    "checkerboard": checkerboard,
    "gaussians": gaussians,
}

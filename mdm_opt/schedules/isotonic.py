"""The nearest values that do not rise."""

from __future__ import annotations

import numpy as np

from mdm_opt.schedules.base import Array


def not_rising(values: Array, weights: Array) -> Array:
    """The values that fall or stay, nearest in weighted squares (isotonic regression).

    Neighbours that rise are pooled to their mean, and pools that rise, until none is left.
    ``scipy.optimize`` does it, too; loading it takes longer than reading a result.

    Args:
        values: float64 ``(n,)``.
        weights: float64 ``(n,)``, positive.

    Returns:
        float64 ``(n,)``.
    """
    means: list[float] = []
    masses: list[float] = []
    lengths: list[int] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        mean, mass, length = value, weight, 1
        while means and means[-1] < mean:
            before = masses.pop()
            mean = (before * means.pop() + mass * mean) / (before + mass)
            mass, length = before + mass, length + lengths.pop()
        means.append(mean)
        masses.append(mass)
        lengths.append(length)
    return np.repeat(np.array(means, dtype=np.float64), lengths)

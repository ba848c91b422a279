"""Path KLs by their formulas in plain Python, and profiles to try them on."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from hypothesis import settings
from hypothesis import strategies as st
from scipy import special

from mdm_opt.schedules import (
    BetaSchedule,
    Reveal,
    Rounding,
    named_schedule,
    reveal_counts,
)

FEW = settings(max_examples=30, deadline=None)
FEWER = settings(max_examples=8, deadline=None)
NATS = st.floats(0, 5).map(lambda x: round(x, 3))
PROFILES = st.lists(NATS, min_size=1, max_size=7).map(lambda values: sorted(values, reverse=True))
Array = npt.NDArray[np.float64]

# 4x4 Sudoku, exact to the digits shown (tests/processes/masked/test_path_kl_theory.py).
SUDOKU = [1.38629, 1.21369, 1.00704, 0.75215, 0.51167, 0.32472, 0.20043, 0.12259, 0.07305,
          0.04087, 0.02031, 0.00812, 0.00203, 0, 0, 0]  # fmt: skip

_M = np.arange(32)
SHAPES: dict[str, Array] = {
    "sudoku": np.array(SUDOKU),
    "falls fast": np.exp(-_M / 6),
    "harmonic": 1 / (1 + _M),
    "falls late": 1 - (_M / 32) ** 4,
    "template": np.where(_M < 4, 3 - 0.6 * _M, 0.3) - 0.2 * _M / 32,
}
MODES: list[tuple[Reveal, Rounding]] = [
    ("fixed", "full"),
    ("fixed", "cumulative"),
    ("ancestral", "full"),
]
BOUNDS = (0.1, 8.0)
LINEAR = named_schedule("linear")


def _riemann(counts: Sequence[int], profile: Sequence[float]) -> float:
    """sum_j (N_{j+1} - N_j) h(N_j) - sum_m h(m), in plain Python."""
    known, cost = 0, 0.0
    for count in counts:
        if count:
            cost += count * profile[known]
        known += count
    return cost - sum(profile)


def _riemann_weights(counts: Sequence[int]) -> Array:
    """The same as a vector: h(N_j) is charged for every token of step j."""
    weights = np.zeros(sum(counts))
    for position, known in enumerate(itertools.accumulate(counts, initial=0)):
        if position < len(counts) and counts[position]:
            weights[known] += counts[position]
    return weights - 1


def _binomial(count: int, chance: npt.ArrayLike) -> Array:
    """Binomial(count, chance)(m), from the formula, ``(..., count + 1)``."""
    m, chance = np.arange(count + 1), np.asarray(chance, dtype=np.float64)[..., None]
    ways = np.array([math.comb(count, int(k)) for k in m], dtype=np.float64)
    return np.asarray(ways * chance**m * (1 - chance) ** (count - m))


def _binomial_weights(grid: Sequence[float], length: int) -> Array:
    """sum_k (alpha_{k+1} - alpha_k) L Binomial(L-1, alpha_k)(m) - 1."""
    weights = -np.ones(length)
    for left, right in itertools.pairwise(grid):
        weights += (right - left) * length * _binomial(length - 1, left)
    return weights


def _weights(
    schedule: BetaSchedule, steps: int, length: int, reveal: Reveal, rounding: Rounding
) -> Array:
    if reveal == "ancestral":
        gamma = special.betainc(schedule.beta_a, schedule.beta_b, np.arange(steps + 1) / steps)
        return _binomial_weights((np.sin(np.pi / 2 * gamma) ** 2).tolist(), length)
    return _riemann_weights(reveal_counts(schedule, steps, length, rounding).tolist())


def _from_drops(drops: Array) -> Array:
    """The profile that falls by ``drops`` and ends at zero."""
    return np.append(np.cumsum(drops[::-1])[::-1], 0.0)

"""Smooth drops of the information profile, and draws of what else they may be.

A profile matters through its drops d(m) = h(m) - h(m + 1) alone. Their logarithms are taken to be
smooth: what fits a drop of one interval is shared with its neighbours, as much as cross-validation
over sequences says (docs/mathematics.md 5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mdm_opt.schedules.base import Array
from mdm_opt.schedules.boundaries import completed
from mdm_opt.schedules.isotonic import not_rising

# What falls by less relative to the levels does not fall.
_ROUNDING = 1e-12
# Weights of the second differences, from hardly any smoothing to almost a straight line.
_PENALTIES = np.geomspace(0.03, 100.0, 8)
_FOLDS = 4
_ITERATIONS, _TOLERANCE = 60, 1e-13
# Of all that drops, given to every interval: where nothing was seen the logarithm has an end.
_FLOOR = 1e-9
# Logarithm of drops that are none.
_NOTHING = -60.0
_MOST_VARIANCE, _MOST_NOISE = 2.0, 3.0


@dataclass(frozen=True, eq=False)
class SmoothDrops:
    """Drops of a profile between its boundaries, smoothed.

    Attributes:
        known: int64 ``(boundaries,)``, numbers of known tokens, from 0 to L - 1.
        logs: float64 ``(intervals,)``: logarithms of the drop at a token, each interval's.
        covariance: float64 ``(intervals, intervals)`` of the logarithms.
        penalty: weight of their second differences.
        last: h(L - 1), nats.
    """

    known: npt.NDArray[np.int64]
    logs: Array
    covariance: Array
    penalty: float
    last: float

    def profile(self, logs: Array | None = None) -> Array:
        """h(m) for m = 0..L-1, decreasing, float64 ``(length,)``, nats a token.

        Between the middles of intervals the logarithm is linear; each interval keeps its sum.

        Args:
            logs: a draw, see `draw`; None for the mean over all of them.
        """
        if logs is None:
            # The mean of what the logarithms leave open.
            logs = self.logs + np.minimum(np.diag(self.covariance), _MOST_VARIANCE) / 2
        lengths = np.diff(self.known)
        sums = lengths * np.exp(logs)
        middles = (self.known[:-1] + self.known[1:] - 1) / 2
        places = np.arange(self.known[-1])
        drops = np.exp(np.interp(places, middles, logs))
        inside = np.repeat(np.arange(len(lengths)), lengths)
        drops *= (sums / np.bincount(inside, drops))[inside]
        above = np.concatenate([np.cumsum(drops[::-1])[::-1], [0.0]])
        return np.asarray(self.last + above, dtype=np.float64)

    def draw(self, rng: np.random.Generator) -> Array:
        """Logarithms that the measurement leaves possible, float64 ``(intervals,)``."""
        noise = rng.multivariate_normal(np.zeros(len(self.logs)), self.covariance, method="eigh")
        return np.asarray(self.logs + np.clip(noise, -_MOST_NOISE, _MOST_NOISE))


def smooth_drops(
    known: npt.NDArray[np.int64],
    nats: Array,
    *,
    weights: Array | None = None,
    penalty: float | None = None,
) -> SmoothDrops:
    """Fits smooth drops to measured profiles of sequences.

    Args:
        known: int64 ``(boundaries,)``, at least 2.
        nats: float64 ``(sequences, boundaries)``, see `ProfileSample`.
        weights: of the sequences, non-negative with mean 1; None for equal ones.
        penalty: weight of the second differences; None lets cross-validation choose.
    """
    weights = np.ones(len(nats)) if weights is None else weights
    nats = completed(known, nats, weights)
    noise = _noise(-np.diff(nats, axis=1))
    if penalty is None:
        penalty = _cross_validated(nats, known, noise)
    logs, precision = _fitted(weights @ nats / weights.sum(), known, noise / len(nats), penalty)
    last = float(weights @ nats[:, -1] / weights.sum())
    covariance = np.asarray(np.linalg.pinv(precision, hermitian=True), dtype=np.float64)
    return SmoothDrops(known, logs, covariance, penalty, last)


def isotonic(levels: Array, known: npt.NDArray[np.int64]) -> Array:
    """The nearest levels that do not rise, each weighted by the tokens it is a mean of.

    Args:
        levels: float64 ``(boundaries,)``, h at the boundaries.
        known: int64 ``(boundaries,)``, numbers of known tokens, from 0 to L - 1.
    """
    tokens = (known[-1] + 1 - known).astype(np.float64)
    return not_rising(levels, tokens)


def _noise(drops: Array) -> float:
    """Nats of one event of a Poisson process as noisy as one sequence's drops."""
    total = float(drops.mean(axis=0).sum())
    if len(drops) < 2 or total <= 0:
        return 1.0
    return max(float(drops.var(axis=0, ddof=1).sum()) / total, 1e-12)


def _fitted(
    levels: Array, known: npt.NDArray[np.int64], scale: float, penalty: float
) -> tuple[Array, Array]:
    """The logarithms of greatest penalised likelihood, and the precision at them."""
    lengths = np.diff(known).astype(np.float64)
    # To take drops below zero for none would raise the sum of all.
    mean = -np.diff(isotonic(levels, known))
    total = float(mean.sum())
    if total <= _ROUNDING * np.abs(levels).max():
        return np.full(len(lengths), _NOTHING), np.eye(len(lengths))
    seen = np.maximum(mean, _FLOOR * total * lengths / lengths.sum())
    second = np.diff(np.eye(len(lengths)), n=2, axis=0)
    stiffness = penalty * second.T @ second
    logs = np.full(len(lengths), np.log(seen.sum() / lengths.sum()))

    def value(at: Array) -> float:
        return float((seen * at - lengths * np.exp(at)).sum() / scale - at @ stiffness @ at / 2)

    current = value(logs)
    for _ in range(_ITERATIONS):
        expected = lengths * np.exp(logs) / scale
        slope = seen / scale - expected - stiffness @ logs
        step = np.linalg.solve(np.diag(expected) + stiffness, slope)
        # Exponentials run away from steps that are too long.
        step *= min(1.0, 3.0 / max(np.abs(step).max(), 1e-300))
        share = 1.0
        while (found := value(logs + share * step)) < current and share > 1e-6:
            share /= 2
        if found <= current:
            break
        logs, gained, current = logs + share * step, found - current, found
        if gained <= _TOLERANCE * (1 + abs(current)):
            break
    return logs, np.diag(lengths * np.exp(logs) / scale) + stiffness


def _cross_validated(nats: Array, known: npt.NDArray[np.int64], noise: float) -> float:
    """The penalty of least Poisson deviance on sequences that had no part in the fit."""
    fold, lengths = np.arange(len(nats)) % _FOLDS, np.diff(known).astype(np.float64)
    folds = [fold == k for k in range(_FOLDS)] if len(nats) >= 2 * _FOLDS else []
    if not folds or len(lengths) < 3:
        return float(_PENALTIES[-1])
    deviance = np.zeros(len(_PENALTIES))
    for out in folds:
        fitted, held = nats[~out].mean(axis=0), -np.diff(nats[out].mean(axis=0))
        for place, penalty in enumerate(_PENALTIES):
            logs, _ = _fitted(fitted, known, noise / (~out).sum(), float(penalty))
            deviance[place] += out.sum() * float((lengths * np.exp(logs) - held * logs).sum())
    return float(_PENALTIES[deviance.argmin()])

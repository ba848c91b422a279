"""The information profile of a model, and what schedules cost (docs/mathematics.md 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy

from mdm_opt.schedules.base import Array
from mdm_opt.schedules.boundaries import Boundaries, completed, placed_anew, profile_boundaries
from mdm_opt.schedules.counts import Counts
from mdm_opt.schedules.cover import DRAWS
from mdm_opt.schedules.smooth_drops import SmoothDrops, isotonic, smooth_drops


@dataclass(frozen=True, eq=False)
class ProfileSample:
    """Measured profiles of single sequences.

    Attributes:
        length: tokens of one sequence, L.
        known: int64 ``(boundaries,)``, numbers m of known tokens; increasing, from 0 to L - 1;
            all at which any sequence was measured.
        nats: float64 ``(sequences, boundaries)``: unbiased estimates of h(m) from one sequence
            each, see `mdm_opt.processes.sequence_profiles`; NaN where a sequence was not measured.

    Raises:
        ValueError: for shapes or boundaries that do not fit.
    """

    length: int
    known: npt.NDArray[np.int64]
    nats: Array

    def __post_init__(self) -> None:
        known, nats = self.known, self.nats
        if nats.ndim != 2 or not nats.size or nats.shape[1] != len(known):
            raise ValueError(f"nats {nats.shape} do not fit {len(known)} boundaries")
        needed = np.concatenate([nats[:, [0, -1]].ravel(), nats[~np.isnan(nats)]])
        if not np.isfinite(needed).all():
            raise ValueError(f"nats must be finite, got {needed[~np.isfinite(needed)][0]}")
        ends = known[0], known[-1]
        if ends != (0, self.length - 1) or (np.diff(known) <= 0).any():
            raise ValueError(f"boundaries must increase from 0 to {self.length - 1}, got {known}")

    def __len__(self) -> int:
        return len(self.nats)

    @property
    def most_steps(self) -> int:
        """The largest step count that something is predicted of: one token a step."""
        return self.length

    def part(self, rows: Sequence[int] | npt.NDArray[np.int64]) -> ProfileSample:
        """The profile sample of some of the sequences."""
        nats = self.nats[np.asarray(rows)]
        measured = ~np.isnan(nats).all(axis=0)
        return ProfileSample(self.length, self.known[measured], nats[:, measured])

    @cached_property
    def completed(self) -> Array:
        """`nats` without gaps: what a sequence drops between its boundaries is shared."""
        return completed(self.known, self.nats)

    @property
    def mean(self) -> Array:
        """float64 ``(boundaries,)``: h(m) before it is smoothed, nats a token."""
        return np.asarray(self.completed.mean(axis=0), dtype=np.float64)

    @property
    def standard_error(self) -> Array:
        """float64 ``(boundaries,)``: of `mean`; zeros for a single sequence.

        Of a boundary that some sequences were not measured at, that of the others.
        """
        count = (~np.isnan(self.nats)).sum(axis=0)
        away = np.nansum((self.nats - np.nanmean(self.nats, axis=0)) ** 2, axis=0)
        return np.asarray(np.sqrt(away / np.maximum(count - 1, 1) / count), dtype=np.float64)

    @property
    def placed(self) -> Boundaries:
        """The boundaries that were placed anew, where the profile falls; see `placed_anew`."""
        usual = profile_boundaries(self.length, int((~np.isnan(self.nats[0])).sum()))
        return np.setdiff1d(self.known, usual)

    def better_boundaries(self) -> Boundaries | None:
        """As many as there are, placed where the profile falls; None where these will do."""
        return placed_anew(self.known, isotonic(self.mean, self.known))

    @cached_property
    def smooth(self) -> SmoothDrops:
        """The drops between boundaries, smoothed; sequences of one token have none."""
        return smooth_drops(self.known, self.nats)

    def profile(self) -> Array:
        """h(m) for m = 0..L-1: decreasing, float64 ``(length,)``, nats a token; see `smooth`."""
        return self.mean.copy() if self.length == 1 else self.smooth.profile()

    def plain(self) -> Array:
        """The mean with straight lines between boundaries, float64 ``(length,)``, nats a token."""
        return np.asarray(np.interp(np.arange(self.length), self.known, self.mean))

    def monotone(self) -> Array:
        """The non-increasing h(m) nearest to the mean, float64 ``(length,)``, nats a token.

        Isotonic regression at the boundaries, each weighted by the tokens it is a mean of, and
        straight lines between them. The least path KL under it is on average too low.
        """
        fitted = isotonic(self.mean, self.known)
        return np.asarray(np.interp(np.arange(self.length), self.known, fitted))

    def draws(self, count: int = DRAWS, seed: int = 0) -> Array:
        """Profiles that the measurement leaves possible, float64 ``(count, length)``.

        The Bayesian bootstrap over sequences, and for each draw what its fit leaves open.

        Args:
            count: how many.
            seed: of the draws.
        """
        if self.length == 1:
            return np.tile(self.mean, (count, 1))
        rng, found = np.random.default_rng(seed), []
        for _ in range(count):
            weights = rng.dirichlet(np.ones(len(self))) * len(self)
            one = smooth_drops(self.known, self.nats, weights=weights, penalty=self.smooth.penalty)
            found.append(one.profile(one.draw(rng)))
        return np.array(found)

    def costs(self, weights: Array) -> Array:
        """A linear functional of the profile, of each sequence by itself.

        Args:
            weights: float64 ``(length,)``, see `fixed_weights` and `ancestral_weights`.

        Returns:
            float64 ``(sequences,)``, whose mean is unbiased up to the straight lines between
            boundaries; not restricted to be monotone.
        """
        found = self.completed @ self._onto_boundaries(weights)
        return np.asarray(found, dtype=np.float64)

    def _onto_boundaries(self, weights: Array) -> Array:
        """Weights of the boundaries that give the same sum as interpolating between them."""
        m, last = np.arange(self.length), len(self.known) - 1
        if last == 0:
            return np.array([weights.sum()])
        right = np.clip(np.searchsorted(self.known, m, side="left"), 1, last)
        low, high = self.known[right - 1], self.known[right]
        share = (m - low) / (high - low)
        found = np.zeros(len(self.known))
        np.add.at(found, right - 1, weights * (1 - share))
        np.add.at(found, right, weights * share)
        return found


def fixed_weights(counts: npt.ArrayLike) -> Array:
    """Weights c with path KL = sum_m c(m) h(m) under fixed counts (docs/mathematics.md 5).

    Args:
        counts: integers ``(steps,)``, non-negative, sum = length.

    Returns:
        float64 ``(length,)``, sum 0.
    """
    revealed = np.asarray(counts, dtype=np.int64)
    revealed = revealed[revealed > 0]
    weights = -np.ones(int(revealed.sum()))
    weights[np.cumsum(revealed) - revealed] += revealed
    return weights


def ancestral_weights(grid: Array, length: int) -> Array:
    """Weights c with path KL = sum_m c(m) h(m) under ancestral reveal.

    f(alpha) = L sum_m Binomial(L-1, alpha)(m) h(m) integrates to sum_m h(m).

    Args:
        grid: float64 ``(steps + 1,)``, the reveal grid.
        length: tokens of one sequence.
    """
    known = np.arange(length)
    seen = binomial(known, length - 1, grid[:-1])
    return np.asarray(length * (np.diff(grid) @ seen) - 1, dtype=np.float64)


def path_kl(profile: Array, counts: Counts) -> float:
    """Path KL in nats of fixed counts; never negative for a non-increasing profile.

    Args:
        profile: float64 ``(length,)``, h(m).
        counts: int64 ``(steps,)``, sum = length.
    """
    return float(fixed_weights(counts) @ profile)


def binomial(counts: npt.NDArray[np.int64], trials: int, shares: Array) -> Array:
    """Probabilities of some numbers of successes, ``(len(shares), len(counts))``.

    ``scipy.stats`` has them, too; loading it takes longer than what is done with them.

    Args:
        counts: of successes, each in 0..trials.
        trials: at least 0.
        shares: probabilities of a success, each in [0, 1].
    """
    ways = scipy.special.gammaln(trials + 1) - scipy.special.gammaln(counts + 1)
    ways -= scipy.special.gammaln(trials - counts + 1)
    p = shares[:, None]
    logs = ways + scipy.special.xlogy(counts, p) + scipy.special.xlog1py(trials - counts, -p)
    return np.asarray(np.exp(logs), dtype=np.float64)

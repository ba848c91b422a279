"""The best schedules under an information profile: of any shape, and of the Beta family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from mdm_opt.schedules.base import Array, MaskSchedule
from mdm_opt.schedules.beta_counts import beta_counts
from mdm_opt.schedules.counts import Counts, Reveal, Rounding, reveal_counts, reveal_grid
from mdm_opt.schedules.family import BetaSchedule, named_schedule
from mdm_opt.schedules.profile import ancestral_weights, binomial, fixed_weights, path_kl

Bounds = tuple[float, float]

_GRID = 40
_ZOOMS = 2
_STARTS = 3
_FINALISTS = 12
# Beyond, looking at every step of every length takes seconds and more.
_MOST_CELLS_AT_ONCE = 512
_SMOOTH_POINTS = 1025


@dataclass(frozen=True, eq=False)
class Limit:
    """The least path KL of counts of any shape, for every budget (docs/mathematics.md 5).

    Attributes:
        nats: float64 ``(max_steps,)``: the least path KL in 1, 2, ... steps.
        origins: int64 ``(max_steps, length + 1)``: where the last step of the best way to each
            place starts.
    """

    nats: Array
    origins: npt.NDArray[np.int64]

    def counts(self, steps: int) -> Counts:
        """The best counts of a budget, int64 ``(steps,)``, each at least 1, sum = length.

        Raises:
            ValueError: for steps outside 1..max_steps.
        """
        if not 1 <= steps <= len(self.nats):
            raise ValueError(f"steps must lie in 1..{len(self.nats)}, got {steps}")
        boundaries = [self.origins.shape[1] - 1]
        for step in range(steps - 1, -1, -1):
            boundaries.append(int(self.origins[step, boundaries[-1]]))
        return np.asarray(np.diff(boundaries[::-1]), dtype=np.int64)


def limit(profile: Array, max_steps: int) -> Limit:
    """Dynamic programme over boundaries, O(max_steps L log L) (docs/mathematics.md 5).

    Args:
        profile: float64 ``(length,)``, h(m), non-increasing.
        max_steps: largest budget, in 1..length.

    Raises:
        ValueError: for max_steps outside 1..length.
    """
    length = len(profile)
    found = grid_limit(np.arange(length + 1.0), profile, max_steps)
    return Limit(np.maximum(found.nats - profile.sum(), 0.0), found.origins)


def ancestral_limit(profile: Array, max_steps: int, cells: int = 512) -> list[tuple[float, Array]]:
    """The least path KL of ancestral reveal on a grid of fractions, for every budget.

    Args:
        profile: float64 ``(length,)``, h(m), non-increasing.
        max_steps: largest budget, in 1..cells / 2.
        cells: of the grid: half of the fractions are dense at both ends, half where the measured
            energy has its minimiser.

    Returns:
        For 1, 2, ... steps the path KL in nats and the reveal grid, float64 ``(steps + 1,)``.

    Raises:
        ValueError: for more steps than the grid has cells; cells / 2 are always there.
    """
    half = np.linspace(0, 1, cells // 2 + 1)
    fractions = np.union1d(
        np.sin(np.pi / 2 * half) ** 2, np.clip(energy_optimal_fraction(profile, half), 0, 1)
    )
    rate = _binomial_mean(profile, fractions)
    found = grid_limit(fractions, rate[:-1], max_steps)
    results = []
    for steps in range(1, max_steps + 1):
        places = np.concatenate([[0], np.cumsum(found.counts(steps))])
        least = max(0.0, float(found.nats[steps - 1] - profile.sum()))
        results.append((least, fractions[places]))
    return results


def grid_limit(places: Array, rates: Array, max_steps: int) -> Limit:
    """Least sum of (place of the end - place of the start) * rate of the start, over all ways.

    Args:
        places: float64 ``(cells + 1,)``, increasing; ways lead from the first to the last.
        rates: float64 ``(cells,)``, non-increasing.
        max_steps: largest number of steps of a way, in 1..cells.

    Returns:
        The least sums in place of a path KL, and the best ways in numbers of places.

    Raises:
        ValueError: for max_steps outside 1..cells.
    """
    cells = len(rates)
    if not 1 <= max_steps <= cells:
        raise ValueError(f"max_steps must lie in 1..{cells}, got {max_steps}")
    step = (_few_steps if cells <= _MOST_CELLS_AT_ONCE else _many_steps)(places, rates)
    best = np.full(cells, np.inf)
    best[0] = 0.0
    nats, origins = [], []
    for _ in range(max_steps):
        origin, reached = step(best)
        nats.append(float(reached[-1]))
        origins.append(origin)
        best = reached[:-1]
    return Limit(np.array(nats), np.array(origins, dtype=np.int64))


# From the costs of the best ways to all places so far, float64 ``(cells,)``, inf where there is
# none: where the best last step to each place starts, and what the ways with this step cost.
_Step = Callable[[Array], tuple[npt.NDArray[np.int64], Array]]


def _few_steps(places: Array, rates: Array) -> _Step:
    """Looks at every start of every end."""
    ahead = np.arange(len(places))[None, :] > np.arange(len(rates))[:, None]
    costs = (places[None, :] - places[:-1, None]) * rates[:, None]
    costs = np.where(ahead, costs, np.inf)

    def step(best: Array) -> tuple[npt.NDArray[np.int64], Array]:
        ways = best[:, None] + costs
        origin = ways.argmin(axis=0)
        return origin, np.take_along_axis(ways, origin[None, :], axis=0)[0]

    return step


def _many_steps(places: Array, rates: Array) -> _Step:
    """Looks between the starts of neighbours, which are found first, in ever finer strides.

    Rates do not increase, so the best last step to a later place does not start earlier.
    """
    cells = len(rates)

    def step(best: Array) -> tuple[npt.NDArray[np.int64], Array]:
        origin = np.zeros(cells + 1, dtype=np.int64)
        reached = np.full(cells + 1, np.inf)
        stride = 1 << cells.bit_length()
        while stride > 1:
            stride //= 2
            ends = np.arange(stride, cells + 1, 2 * stride)
            first, after = origin[ends - stride], ends + stride
            last = np.where(after <= cells, origin[np.minimum(after, cells)], cells)
            many = np.maximum(np.minimum(last, ends - 1) - first, 0) + 1
            begins = np.concatenate([[0], np.cumsum(many)[:-1]])
            starts = np.repeat(first - begins, many) + np.arange(many.sum())
            ways = best[starts] + (np.repeat(places[ends], many) - places[starts]) * rates[starts]
            reached[ends] = np.minimum.reduceat(ways, begins)
            least = np.flatnonzero(ways == np.repeat(reached[ends], many))
            origin[ends] = starts[least[np.searchsorted(least, begins)]]
        return origin, reached

    return step


def path_kl_weights(
    schedule: MaskSchedule, steps: int, length: int, reveal: Reveal, rounding: Rounding
) -> Array:
    """Weights c, float64 ``(length,)``, with path KL = sum_m c(m) h(m) for a schedule.

    Args:
        schedule: mask schedule.
        steps: step budget N >= 1.
        length: tokens of one sequence.
        reveal: ``fixed`` or ``ancestral``.
        rounding: of fixed counts.

    Raises:
        ValueError: for another reveal or rounding, or steps or length below 1.
    """
    if reveal == "ancestral":
        return ancestral_weights(reveal_grid(schedule, steps), length)
    if reveal != "fixed":
        raise ValueError(f"reveal must be 'fixed' or 'ancestral', got {reveal!r}")
    return fixed_weights(reveal_counts(schedule, steps, length, rounding))


def linear_path_kls(profile: Array, reveal: Reveal, rounding: Rounding) -> Array:
    """Path KL of the linear schedule in 1, 2, ..., L steps, float64 ``(length,)``.

    Args:
        profile: float64 ``(length,)``, h(m).
        reveal: ``fixed`` or ``ancestral``.
        rounding: of fixed counts.

    Raises:
        ValueError: for an unknown reveal or rounding.
    """
    length, linear = len(profile), named_schedule("linear")
    if reveal not in ("fixed", "ancestral"):
        raise ValueError(f"reveal must be 'fixed' or 'ancestral', got {reveal!r}")
    if reveal == "fixed":
        values = [
            path_kl(profile, reveal_counts(linear, n, length, rounding))
            for n in range(1, length + 1)
        ]
        return np.array(values)
    fractions = np.linspace(0, 1, _SMOOTH_POINTS)
    rate = _binomial_mean(profile, fractions)
    means = [np.interp(np.arange(n) / n, fractions, rate).mean() for n in range(1, length + 1)]
    return np.asarray(np.array(means) - profile.sum(), dtype=np.float64)


def best_beta(
    profile: Array,
    steps: int,
    *,
    beta_a: Bounds,
    beta_b: Bounds,
    reveal: Reveal = "fixed",
    rounding: Rounding = "full",
) -> BetaSchedule:
    """The Beta schedule of least path KL under a profile.

    With fixed reveal the best of all counts that Beta schedules have; linear is preferred to
    others of the same cost. Under ancestral reveal the cost is smooth, and a grid over
    (log ab, log a/b), where the valley of good schedules is not diagonal, is refined around its
    best few.

    Args:
        profile: float64 ``(length,)``, h(m).
        steps: step budget N >= 1.
        beta_a: bounds of a.
        beta_b: bounds of b.
        reveal: ``fixed`` or ``ancestral``.
        rounding: of fixed counts.

    Raises:
        ValueError: for steps below 1, or an unknown reveal or rounding.
    """
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}")
    if reveal not in ("fixed", "ancestral"):
        raise ValueError(f"reveal must be 'fixed' or 'ancestral', got {reveal!r}")
    if reveal == "ancestral":
        return _best_ancestral(profile, steps, np.array([beta_a, beta_b], dtype=np.float64))
    (a_low, a_high), (b_low, b_high) = beta_a, beta_b
    found = beta_counts(len(profile), steps, (a_low, a_high), (b_low, b_high), rounding)
    return BetaSchedule(*found.best(profile))


def _best_ancestral(profile: Array, steps: int, bounds: Array) -> BetaSchedule:
    low, high = np.log(bounds.T)
    costs = _AncestralCosts(profile, steps, bounds)
    linear = np.clip(np.log([0.5, 0.5]), low, high)
    found = [(costs.exact(linear), -np.inf, tuple(linear))]

    def look(center: Array, reach: float) -> None:
        grid = np.unique(np.clip(_rotated_grid(center, reach), low, high), axis=0)
        found.extend(costs.finalists(grid))

    reach = float((high - low).max())
    look((low + high) / 2, reach)
    for _, _, start in sorted(found)[:_STARTS]:
        center, near = np.array(start), reach
        for _ in range(_ZOOMS):
            near *= 4 / _GRID
            known = len(found)
            look(center, near)
            center = np.array(min(found[known:])[2])
    return _within(np.exp(np.array(min(found)[2])), bounds)


def _within(pair: Array, bounds: Array) -> BetaSchedule:
    """exp(log(x)) may lie just outside."""
    a, b = np.clip(pair, bounds[:, 0], bounds[:, 1])
    return BetaSchedule(float(a), float(b))


def _rotated_grid(center: Array, reach: float) -> Array:
    """Points (log a, log b) on a grid over their sum and difference around a centre."""
    offsets = np.linspace(-reach, reach, _GRID + 1)
    total, difference = (x.ravel() for x in np.meshgrid(offsets, offsets))
    return center + np.stack([(total + difference) / 2, (total - difference) / 2], axis=1)


class _AncestralCosts:
    """Path KL of (log a, log b) under a profile and ancestral reveal; see `best_beta`."""

    def __init__(self, profile: Array, steps: int, bounds: Array) -> None:
        self._profile, self._steps, self._bounds = profile, steps, bounds
        self._fractions = np.linspace(0, 1, _SMOOTH_POINTS)
        self._rate = _binomial_mean(profile, self._fractions)

    def exact(self, point: Array) -> float:
        """In nats, to nine digits after the point, so that equal schedules are equal."""
        grid = reveal_grid(_within(np.exp(point), self._bounds), self._steps)
        weights = ancestral_weights(grid, len(self._profile))
        return round(float(weights @ self._profile), 9)

    def finalists(self, points: Array) -> list[tuple[float, float, tuple[float, ...]]]:
        """The exact path KL of the best few, the rough one, and the points."""
        rough = self._rough(points)
        order = np.argsort(rough, kind="stable")[:_FINALISTS]
        return [(self.exact(points[i]), float(rough[i]), tuple(points[i])) for i in order]

    def _rough(self, points: Array) -> Array:
        """Up to a constant."""
        a, b = np.exp(points).T
        progress = np.arange(1, self._steps) / self._steps
        gamma = scipy.special.betainc(a[:, None], b[:, None], progress[None, :])
        alpha = np.sin(np.pi / 2 * gamma) ** 2
        ends = np.zeros((len(points), 1)), np.ones((len(points), 1))
        alpha = np.concatenate([ends[0], alpha, ends[1]], axis=1)
        values = np.interp(alpha[:, :-1], self._fractions, self._rate)
        return np.asarray((np.diff(alpha, axis=1) * values).sum(axis=1))


def _binomial_mean(profile: Array, fractions: Array) -> Array:
    """f(alpha) = L sum_m Binomial(L-1, alpha)(m) h(m)."""
    length = len(profile)
    seen = binomial(np.arange(length), length - 1, fractions)
    return np.asarray(length * (seen @ profile), dtype=np.float64)


def energy_optimal_fraction(profile: Array, progress: npt.ArrayLike) -> Array:
    """alpha_h(t), the minimiser of the measured energy: d alpha/dt ~ |h'(alpha)|^(-1/2).

    Linear where the profile is constant: then every schedule is optimal.

    Args:
        profile: float64 ``(length,)``, h(m), non-increasing.
        progress: any shape, in [0, 1].

    Returns:
        float64 of the same shape, in [0, 1].
    """
    length = len(profile)
    drops = np.maximum(-np.diff(profile), 0.0)
    if length < 3 or drops.sum() <= 0:
        return np.asarray(progress, dtype=np.float64)
    # Dense at both ends, where the slope may change within a few tokens.
    alpha = np.sin(np.linspace(0, np.pi / 2, 1025)) ** 2
    middle = (alpha[1:] + alpha[:-1]) / 2
    slope = binomial(np.arange(length - 1), length - 2, middle) @ drops
    time = np.concatenate([[0.0], np.cumsum(np.sqrt(slope) * np.diff(alpha))])
    # Where the profile is flat no time passes; a little keeps both ends where they are.
    time = time / time[-1] + 1e-9 * alpha
    return np.asarray(np.interp(np.asarray(progress), time / time[-1], alpha), dtype=np.float64)


def energy_fitted_beta(profile: Array, *, beta_a: Bounds, beta_b: Bounds) -> BetaSchedule:
    """The Beta schedule nearest to the minimiser of the measured energy.

    Least squares between I_t(a, b) and gamma(t) = (2/pi) arcsin sqrt(alpha_h(t)).

    Args:
        profile: float64 ``(length,)``, h(m).
        beta_a: bounds of a.
        beta_b: bounds of b.
    """
    return nearest_beta(
        lambda t: energy_optimal_fraction(profile, t), beta_a=beta_a, beta_b=beta_b
    )


def nearest_beta(
    revealed: Callable[[Array], Array], *, beta_a: Bounds, beta_b: Bounds
) -> BetaSchedule:
    """The Beta schedule nearest to a curve: least squares between I_t(a, b) and its angle.

    Args:
        revealed: alpha(t) of an array of progress in (0, 1).
        beta_a: bounds of a.
        beta_b: bounds of b.
    """
    t = (np.arange(128) + 0.5) / 128
    gamma = np.arcsin(np.sqrt(np.clip(revealed(t), 0.0, 1.0))) * (2 / np.pi)
    bounds = np.array([beta_a, beta_b], dtype=np.float64)
    low, high = np.log(bounds.T)
    margin = 0.01 * (high - low)
    start = np.clip(np.log([0.5, 0.5]), low + margin, high - margin)

    def residuals(log_ab: Array) -> Array:
        a, b = np.exp(log_ab)
        return np.asarray(scipy.special.betainc(a, b, t) - gamma, dtype=np.float64)

    fitted = scipy.optimize.least_squares(residuals, start, bounds=(low, high)).x
    return _within(np.exp(fitted), bounds)

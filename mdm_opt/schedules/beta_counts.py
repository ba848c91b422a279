"""All counts that Beta schedules have, and what they cost under any number of profiles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy

from mdm_opt.schedules.base import Array
from mdm_opt.schedules.counts import Rounding, plainly_rounded, rounded_boundaries
from mdm_opt.schedules.family import beta_revealed

Bounds = tuple[float, float]
Boundaries = npt.NDArray[np.int64]

# Points of a side of the first grid over (log a, log b), and how often its cells are halved.
_SIDE, _HALVINGS = 33, 5
# Beyond, cells are not halved any more.
_MOST_POINTS, _MOST_VALUES = 60_000, 1_000_000
# Of rounding, in cells of its dynamic programme: a few seconds.
_MOST_WORK = 1_000_000_000
# Of the best, how many are looked around, how often, and in how many places along each side.
_FEW, _LOOKS, _AROUND = 16, 2, 13
# (a, b) that are looked at whatever the grid: the closed forms, and the paper's cells.
_ALWAYS = [(0.5, 0.5), *((a / 10, b / 10) for a in range(1, 11) for b in range(1, 11))]


@dataclass(frozen=True, eq=False)
class BetaCounts:
    """The different counts of Beta schedules in a number of steps.

    Attributes:
        boundaries: int64 ``(candidates, steps + 1)``, tokens known before each step and at the
            end; linear comes first.
        pairs: float64 ``(candidates, 2)``, (a, b) of one schedule of each.
        bounds: float64 ``(2, 2)``, of a and of b.
        spacing: float64 ``(2,)``, of the pairs that were looked at, in log a and log b.
        rounding: of the counts.
    """

    boundaries: Boundaries
    pairs: Array
    bounds: Array
    spacing: Array
    rounding: Rounding

    def costs(self, profiles: Array) -> Array:
        """Path KL in nats, float64 ``(candidates,)``, or ``(candidates, profiles)``.

        Args:
            profiles: float64 ``(length,)`` or ``(profiles, length)``, h(m).
        """
        ends = self.boundaries
        levels = profiles.T
        total = np.zeros((len(ends), *levels.shape[1:]))
        widths = np.diff(ends, axis=1).astype(np.float64)
        for step in range(widths.shape[1]):
            # A step that reveals nothing may stand behind the last token.
            start = np.minimum(ends[:, step], len(levels) - 1)
            width = widths[:, step].reshape(-1, *[1] * (levels.ndim - 1))
            total += width * levels[start]
        return np.asarray(total - levels.sum(axis=0), dtype=np.float64)

    def best(self, profile: Array) -> tuple[float, float]:
        """(a, b) of least path KL; the one nearer to linear where several have it.

        The best few are looked around, for counts whose part of the space is small.

        Args:
            profile: float64 ``(length,)``, h(m).
        """
        found, spacing = self, self.spacing
        steps, length = self.boundaries.shape[1] - 1, int(self.boundaries[0, -1])
        around = _AROUND if _work(length, steps) * _FEW * _AROUND**2 <= _MOST_WORK else 3
        offsets = _product(np.linspace(-1.0, 1.0, around))
        for _ in range(_LOOKS):
            few = found.pairs[np.argsort(_comparable(found.costs(profile)), kind="stable")[:_FEW]]
            near = np.log(few)[:, None] + offsets * spacing
            pairs = np.concatenate([few, np.exp(near.reshape(-1, 2))])
            found = self._at(np.clip(pairs, self.bounds[:, 0], self.bounds[:, 1]))
            spacing = 2 * spacing / around
        a, b = found.pairs[_comparable(found.costs(profile)).argmin()].tolist()
        return a, b

    def with_pair(self, pair: tuple[float, float]) -> BetaCounts:
        """The same with the counts of (a, b) in front, whether they are there already or not."""
        one = self._at(np.array([pair]))
        boundaries = np.concatenate([one.boundaries, self.boundaries])
        return replace(self, boundaries=boundaries, pairs=np.concatenate([one.pairs, self.pairs]))

    def _at(self, pairs: Array) -> BetaCounts:
        steps, length = self.boundaries.shape[1] - 1, int(self.boundaries[0, -1])
        ends = exact_boundaries(pairs, length, steps, self.rounding)
        return replace(self, boundaries=ends, pairs=pairs)


@lru_cache(maxsize=64)
def beta_counts(
    length: int, steps: int, beta_a: Bounds, beta_b: Bounds, rounding: Rounding
) -> BetaCounts:
    """The counts of all Beta schedules within bounds.

    Boundaries move one way with a and the other way with b. So where two opposite corners of a
    rectangle have the same ones, all of it has, and only the others are cut in four. Counts whose
    part of the space is smaller than the last rectangles can be missed.

    Args:
        length: tokens of one sequence, L >= 1.
        steps: step budget N >= 1.
        beta_a: bounds of a.
        beta_b: bounds of b.
        rounding: of the counts.

    Raises:
        ValueError: for an unknown rounding.
    """
    if rounding not in ("full", "cumulative"):
        raise ValueError(f"rounding must be 'full' or 'cumulative', got {rounding!r}")
    bounds = np.array([beta_a, beta_b], dtype=np.float64)
    given = np.array(_ALWAYS)
    given = given[((given >= bounds[:, 0]) & (given <= bounds[:, 1])).all(axis=1)]
    spread, spacing = _spread(bounds, length, steps)
    pairs = np.concatenate([given, spread])
    first, groups = _groups(_boundaries(pairs, length, steps))
    chosen = _middles(np.log(pairs), first, groups, len(given))
    # Of those that stand for others now, as every schedule's counts are made.
    exact = exact_boundaries(pairs[chosen], length, steps, rounding)
    near = np.argsort(np.abs(np.log(pairs[chosen]) - np.log(0.5)).sum(axis=1), kind="stable")
    first, _ = _groups(exact[near])
    kept = near[np.sort(first)]
    return BetaCounts(exact[kept], pairs[chosen][kept], bounds, spacing, rounding)


def exact_boundaries(pairs: Array, length: int, steps: int, rounding: Rounding) -> Boundaries:
    """Boundaries of Beta schedules as `reveal_counts` makes them, int64 ``(pairs, steps + 1)``.

    Args:
        pairs: float64 ``(pairs, 2)``, (a, b).
        length: tokens of one sequence.
        steps: step budget.
        rounding: of the counts.
    """
    a, b = pairs.T[:, :, None]
    grid = np.maximum.accumulate(beta_revealed(a, b, np.arange(steps + 1) / steps), axis=1)
    return rounded_boundaries(length * grid, rounding)


def _work(length: int, steps: int) -> int:
    """What rounding one schedule takes at most, in cells of a dynamic programme."""
    return steps * max(1, length - steps)


def _comparable(costs: Array) -> Array:
    """Costs of equal counts are equal, in whatever order they were summed."""
    return np.asarray(np.round(costs, 9), dtype=np.float64)


def _spread(bounds: Array, length: int, steps: int) -> tuple[Array, Array]:
    """Pairs (a, b) over the space, closer together where boundaries change, and how close."""
    low, high = np.log(bounds).T
    size = (high - low) / (_SIDE - 1)

    def pairs_at(points: Array) -> Array:
        inside = np.clip(np.exp(low + points * size), bounds[:, 0], bounds[:, 1])
        return np.asarray(inside, dtype=np.float64)

    def at(corner: list[int]) -> Boundaries:
        return _boundaries(pairs_at(cells + np.array(corner) * side), length, steps)

    many = min(_MOST_POINTS, _MOST_VALUES // steps, _MOST_WORK // _work(length, steps))
    lines = np.linspace(0, _SIDE - 1, min(_SIDE, 1 + 2 ** max(2, int(np.log2(many) / 2))))
    found = [_product(lines)]
    cells, side = _product(lines[:-1]), float(lines[1])
    for _ in range(_HALVINGS):
        cells = cells[(at([1, 0]) != at([0, 1])).any(axis=1)]
        if 5 * len(cells) + sum(map(len, found)) > many:
            break
        side /= 2
        # The middle, and the middles of the sides; some are those of neighbours.
        middles = cells[:, None] + np.array([[1, 1], [0, 1], [1, 0], [2, 1], [1, 2]]) * side
        found.append(np.unique(middles.reshape(-1, 2), axis=0))
        cells = (cells[:, None] + _product(np.array([0.0, 1.0])) * side).reshape(-1, 2)
    return pairs_at(np.concatenate(found)), side * size


def _product(lines: Array) -> Array:
    return np.stack([x.ravel() for x in np.meshgrid(lines, lines, indexing="ij")], axis=1)


def _boundaries(pairs: Array, length: int, steps: int) -> Boundaries:
    """Rounded boundaries before they are told apart, int64 ``(pairs, steps - 1)``."""
    progress = np.arange(1, steps) / steps
    share = scipy.special.betainc(pairs[:, :1], pairs[:, 1:], progress[None, :])
    ideal = length * np.sin(np.pi / 2 * share) ** 2
    return plainly_rounded(ideal)


def _groups(rows: Boundaries) -> tuple[Boundaries, Boundaries]:
    """The first of each kind of row, and the kind of each row."""
    if not rows.shape[1]:
        return np.zeros(1, dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    _, first, kinds = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    return first, kinds.ravel()


def _middles(points: Array, first: Boundaries, kinds: Boundaries, given: int) -> Boundaries:
    """One of the points of each kind: a given one, else the one nearest to their mean."""
    count = np.bincount(kinds)[:, None]
    mean = np.stack([np.bincount(kinds, x) for x in points.T], axis=1) / count
    far = np.abs(points - mean[kinds]).sum(axis=1)
    far[:given] = -1.0 / (1 + np.arange(given))
    order = np.lexsort((far, kinds))
    return np.asarray(order[np.searchsorted(kinds[order], np.arange(len(first)))])

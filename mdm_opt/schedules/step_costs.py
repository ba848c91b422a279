"""What steps cost between any two alphas, from what was measured at some (docs/mathematics.md 9).

Every cost is a linear function of the measured cells, so that costs of many grids under many
draws are one product.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mdm_opt.schedules.base import Array
from mdm_opt.schedules.isotonic import not_rising

Cells = npt.NDArray[np.int64]
# Of the integral of the rate over alpha.
_QUADRATURE = 4096
# Places between which the dynamic programme of the limit chooses, for each that was measured.
_FINER = 4
_MOST_PLACES = 192


def places(count: int) -> Array:
    """Alphas that are dense at both ends, where the law changes fastest: sin^2(pi/2 i/count).

    Args:
        count: of intervals, at least 1.

    Returns:
        float64 ``(count + 1,)``, from 0 to 1.
    """
    found = np.sin(np.pi / 2 * np.arange(count + 1) / count) ** 2
    found[-1] = 1.0
    return np.asarray(found, dtype=np.float64)


def position(alphas: npt.ArrayLike, count: int) -> Array:
    """Where alphas lie among `places`, in [0, count], as real numbers; any shape."""
    angle = np.arcsin(np.sqrt(np.clip(alphas, 0.0, 1.0)))
    return np.asarray(count * angle * (2 / np.pi), dtype=np.float64)


class StepTable(ABC):
    """Costs of steps as sums over cells that were measured.

    Args:
        count: of intervals of `places`.

    Attributes:
        cells: numbers of the cells, int64 ``(cells,)``, increasing.
    """

    cells: Cells

    def __init__(self, count: int) -> None:
        if count < 2:
            raise ValueError(f"at least 2 places are needed, got {count}")
        self.count = count

    @abstractmethod
    def terms(self, before: Array, after: Array) -> tuple[Cells, Array]:
        """The cells that steps are made of, and their shares.

        Args:
            before: alphas in [0, 1), float64 ``(steps,)``.
            after: alphas above them, likewise.

        Returns:
            Columns of cells, int64 ``(steps, K)``, and their weights, float64 ``(steps, K)``.
        """

    def losses(self, values: Array) -> Array:
        """The cells that `terms` speaks of, linear in those that are measured; the same size."""
        return values

    def _measured(self, weights: Array) -> Array:
        """Weights of measured cells of weights of `losses`."""
        return weights

    @abstractmethod
    def small_steps(self, values: Array) -> Array:
        """What a step from each place to the next loses, float64 ``(count,)``, nats.

        Args:
            values: of the cells, float64 ``(cells,)``.
        """

    @abstractmethod
    def possible(self, values: Array, precision: Array) -> Array:
        """The values nearest to measured ones that a process can have, float64 ``(cells,)``.

        Args:
            values: of the cells, float64 ``(cells,)``.
            precision: one over the variance of each, likewise.
        """

    def constant(self) -> Array:
        """Weights of what every grid costs at least, which path KL does not count."""
        return np.zeros(len(self.cells))

    def steps(self, values: Array, before: Array, after: Array) -> Array:
        """Costs of steps, float64 ``(steps,)``, the constant not taken off."""
        columns, shares = self.terms(before, after)
        return np.asarray((self.losses(values)[columns] * shares).sum(axis=1), dtype=np.float64)

    def weights(self, grid: Array) -> Array:
        """Weights of the cells with path KL = weights @ values, float64 ``(cells,)``.

        Args:
            grid: float64 ``(steps + 1,)``, non-decreasing.
        """
        before, after = _moving(grid)
        columns, shares = self.terms(before, after)
        found = np.zeros(len(self.cells))
        np.add.at(found, columns.ravel(), shares.ravel())
        return np.asarray(self._measured(found) - self.constant(), dtype=np.float64)

    def path_kls(self, values: Array, grids: Array) -> Array:
        """Path KL of many grids of as many steps, float64 ``(grids,)``, nats.

        Args:
            values: of the cells, float64 ``(cells,)``.
            grids: float64 ``(grids, steps + 1)``, increasing.
        """
        before, after = grids[:, :-1], grids[:, 1:]
        each = self.steps(values, before.ravel(), after.ravel()).reshape(before.shape)
        each = np.where(after > before, each, 0.0)
        return np.asarray(each.sum(axis=1) - self.constant() @ values, dtype=np.float64)

    def limit(
        self, values: Array, steps: int, first: float = 0.0, last: float = 1.0
    ) -> tuple[float, Array]:
        """The least path KL of any grid of so many steps, and the grid.

        A dynamic programme over places that are finer than the measured ones.

        Args:
            values: of the cells, float64 ``(cells,)``.
            steps: N >= 1.
            first: alpha of the start.
            last: alpha of the end.

        Returns:
            Nats, and float64 ``(steps + 1,)``.
        """
        fine = _between(max(min(_FINER * self.count, _MOST_PLACES), 2 * steps), first, last)
        if len(fine) <= 2 * steps:
            # The ends are near to each other.
            start, end = position([first, last], 1).tolist()
            turns = np.linspace(start, end, 2 * steps + 1)
            fine = np.concatenate([[first], np.sin(np.pi / 2 * turns[1:-1]) ** 2, [last]])
        costs = np.full((len(fine), len(fine)), np.inf)
        rows, columns = np.triu_indices(len(fine), 1)
        costs[rows, columns] = self.steps(values, fine[rows], fine[columns])
        best, origins = costs[0], []
        for _ in range(steps - 1):
            ways = best[:, None] + costs
            origins.append(ways.argmin(axis=0))
            best = ways.min(axis=0)
        route = [len(fine) - 1]
        for origin in reversed(origins):
            route.append(int(origin[route[-1]]))
        grid = fine[[0, *reversed(route)]]
        return float(best[-1] - self.constant() @ values), np.asarray(grid)

    def energy_times(self, values: Array) -> Array:
        """Progress at `places` of the schedule that minimises the measured energy.

        As many small steps cost least where each loses the same, so time passes as the square root
        of what a small step loses.

        Args:
            values: of the cells, float64 ``(cells,)``.

        Returns:
            float64 ``(count + 1,)``, increasing from 0 to 1; even where nothing is lost anywhere.
        """
        lost = np.sqrt(np.maximum(self.small_steps(values), 0.0))
        time = np.concatenate([[0.0], np.cumsum(lost)])
        if time[-1] <= 0:
            return np.arange(self.count + 1) / self.count
        # A little time passes everywhere, so that progress can be inverted.
        time = time / time[-1] + 1e-9 * np.arange(self.count + 1)
        return np.asarray(time / time[-1], dtype=np.float64)


class RateTable(StepTable):
    """Births: a step costs (b - a) f(a), and every grid at least the integral of f.

    Cell i is f at place i. Between places f is linear in the angle; beyond the last it stays.
    """

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.cells = np.arange(count)

    def terms(self, before: Array, after: Array) -> tuple[Cells, Array]:
        """See `StepTable.terms`."""
        columns, shares = self._at(before)
        return columns, shares * (after - before)[:, None]

    def _at(self, alphas: Array) -> tuple[Cells, Array]:
        place = np.minimum(position(alphas, self.count), self.count - 1.0)
        left = np.minimum(place.astype(np.int64), self.count - 2)
        share = place - left
        return np.stack([left, left + 1], axis=1), np.stack([1 - share, share], axis=1)

    def constant(self) -> Array:
        """See `StepTable.constant`: weights of the integral of f."""
        angle = (np.arange(_QUADRATURE) + 0.5) / _QUADRATURE * (np.pi / 2)
        columns, shares = self._at(np.sin(angle) ** 2)
        shares = shares * (np.sin(2 * angle) * (np.pi / 2) / _QUADRATURE)[:, None]
        found = np.bincount(columns.ravel(), shares.ravel(), minlength=len(self.cells))
        # So that a constant rate loses nothing, to the last bit.
        return np.asarray(found / found.sum(), dtype=np.float64)

    def possible(self, values: Array, precision: Array) -> Array:
        """See `StepTable.possible`: f never rises with alpha."""
        return not_rising(values, precision)

    def small_steps(self, values: Array) -> Array:
        """See `StepTable.small_steps`: half of what f falls by, over the step."""
        falls = -np.diff(values, append=values[-1])
        return np.asarray(falls * np.diff(places(self.count)) / 2, dtype=np.float64)


class PairTable(StepTable):
    """Uniform corruption: the cost of every pair of places is a cell of its own.

    Cell i * count + j is c(place i, place j), i < j. What x_b tells of the clean sequence beyond
    x_a is a part of c that adds up to the same along every grid; the rest is what the step loses.
    With s_k = c(k, k + 2) - c(k, k + 1) - c(k + 1, k + 2), which that part is not in, a step
    between neighbours loses (s_{k-1} + s_k)/4, because what is lost grows with the square of small
    steps.
    Between places the loss over the squared distance of the angles is bilinear.
    """

    def __init__(self, count: int) -> None:
        super().__init__(count)
        rows, columns = np.triu_indices(count + 1, 1)
        self.cells = rows * count + columns
        self._column = np.zeros((count + 1, count + 1), dtype=np.int64)
        self._column[rows, columns] = np.arange(len(rows))
        small = self._small()
        ends = np.arange(count)
        told = np.zeros((count + 1, len(rows)))
        told[1:] = np.cumsum(np.eye(len(rows))[self._column[ends, ends + 1]] - small, axis=0)
        # float64 (cells, cells): losses of measured cells.
        self._losses = np.eye(len(rows)) - (told[columns] - told[rows])
        self._small_steps = small

    def _small(self) -> Array:
        """What steps between neighbours lose, as weights of cells, float64 ``(count, cells)``."""
        first = np.arange(self.count - 1)
        seconds = np.zeros((self.count - 1, len(self.cells)))
        seconds[first, self._column[first, first + 2]] += 1
        seconds[first, self._column[first, first + 1]] -= 1
        seconds[first, self._column[first + 1, first + 2]] -= 1
        around = np.concatenate([seconds[:1], seconds, seconds[-1:]])
        return np.asarray((around[:-1] + around[1:]) / 4, dtype=np.float64)

    def losses(self, values: Array) -> Array:
        """See `StepTable.losses`."""
        return np.asarray(self._losses @ values, dtype=np.float64)

    def _measured(self, weights: Array) -> Array:
        return np.asarray(weights @ self._losses, dtype=np.float64)

    def terms(self, before: Array, after: Array) -> tuple[Cells, Array]:
        """See `StepTable.terms`."""
        start, end = position(before, self.count), position(after, self.count)
        left = np.minimum(start.astype(np.int64), self.count - 1)
        right = np.minimum(end.astype(np.int64), self.count - 1)
        columns, shares = [], []
        for down, down_share in ((0, 1 - (start - left)), (1, start - left)):
            for up, up_share in ((0, 1 - (end - right)), (1, end - right)):
                row = np.minimum(left + down, self.count - 1)
                # Next to the diagonal the nearest cell that is one.
                column = np.maximum(right + up, row + 1)
                columns.append(self._column[row, column])
                shares.append(down_share * up_share / (column - row) ** 2)
        scale = (end - start) ** 2
        return np.stack(columns, axis=1), np.stack(shares, axis=1) * scale[:, None]

    def possible(self, values: Array, precision: Array) -> Array:
        """See `StepTable.possible`: any."""
        return values

    def small_steps(self, values: Array) -> Array:
        """See `StepTable.small_steps`."""
        return np.asarray(self._small_steps @ values, dtype=np.float64)


@lru_cache(maxsize=32)
def step_table(process: str, count: int) -> StepTable:
    """The table of a process.

    Args:
        process: ``births`` or ``uniform``.
        count: of intervals of `places`.

    Raises:
        ValueError: for another process.
    """
    if process not in _TABLES:
        raise ValueError(f"process {process!r} has no table of step costs")
    return _TABLES[process](count)


def table_of(process: str, cells: int) -> StepTable:
    """The table of a process that has so many cells."""
    count = cells if process == "births" else round((math.sqrt(8 * cells + 1) - 1) / 2)
    return step_table(process, count)


def _between(count: int, first: float, last: float) -> Array:
    """The places from one alpha to another, both included, float64 ``(n,)``."""
    found = places(count)
    return np.concatenate([[first], found[(found > first) & (found < last)], [last]])


def _moving(grid: Array) -> tuple[Array, Array]:
    pairs = np.array([(a, b) for a, b in pairwise(grid.tolist()) if b > a]).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


_TABLES: dict[str, type[StepTable]] = {"births": RateTable, "uniform": PairTable}

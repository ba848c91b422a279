"""Step costs measured on single sequences (docs/mathematics.md 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mdm_opt.schedules.base import Array
from mdm_opt.schedules.cover import DRAWS
from mdm_opt.schedules.step_costs import Cells, StepTable

# Beyond, steps are small whatever the schedule, and the places too few to tell what they lose.
MOST_STEPS = 64


@dataclass(frozen=True, eq=False)
class StepSample:
    """What steps cost, of single sequences.

    Attributes:
        table: what the cells are.
        nats: float64 ``(sequences, cells)``: unbiased estimates of each cell.

    Raises:
        ValueError: for shapes that do not fit, or what is not finite.
    """

    table: StepTable
    nats: Array

    def __post_init__(self) -> None:
        if self.nats.ndim != 2 or self.nats.shape[1] != len(self.known) or not self.nats.size:
            raise ValueError(f"nats {self.nats.shape} do not fit {len(self.known)} cells")
        if not np.isfinite(self.nats).all():
            bad = self.nats[~np.isfinite(self.nats)][0]
            raise ValueError(f"nats must be finite, got {bad}")

    def __len__(self) -> int:
        return len(self.nats)

    @property
    def known(self) -> Cells:
        """Numbers of the cells, int64 ``(cells,)``."""
        return self.table.cells

    @property
    def most_steps(self) -> int:
        """The largest step count that something is predicted of."""
        return MOST_STEPS

    @property
    def placed(self) -> Cells:
        """Cells that were placed anew: none."""
        return self.known[:0]

    def better_boundaries(self) -> None:
        """None: places stay where they are."""

    def part(self, rows: Sequence[int] | npt.NDArray[np.int64]) -> StepSample:
        """The sample of some of the sequences."""
        return StepSample(self.table, self.nats[np.asarray(rows)])

    @property
    def mean(self) -> Array:
        """float64 ``(cells,)``, nats."""
        return np.asarray(self.nats.mean(axis=0), dtype=np.float64)

    @property
    def standard_error(self) -> Array:
        """float64 ``(cells,)``: of `mean`; zeros for a single sequence."""
        count = len(self)
        spread = self.nats.std(axis=0, ddof=1) if count > 1 else np.zeros(len(self.known))
        return np.asarray(spread / np.sqrt(count), dtype=np.float64)

    @cached_property
    def _precision(self) -> Array:
        """One over the noise of each cell, float64 ``(cells,)``."""
        spread = self.nats.var(axis=0)
        return np.asarray(1 / np.maximum(spread, 1e-6 * spread.max() + 1e-12), dtype=np.float64)

    def profile(self) -> Array:
        """The cells that schedules are predicted from, float64 ``(cells,)``, nats.

        The nearest to the means that a process can have, see `StepTable.possible`.
        """
        return self._fitted(self.mean)

    def plain(self) -> Array:
        """The means of the cells, float64 ``(cells,)``, nats."""
        return self.mean

    def monotone(self) -> Array:
        """As `profile`; the least path KL under it is on average too low."""
        return self.profile()

    def draws(self, count: int = DRAWS, seed: int = 0) -> Array:
        """Values that the measurement leaves possible, float64 ``(count, cells)``.

        The Bayesian bootstrap over sequences.

        Args:
            count: how many.
            seed: of the draws.
        """
        weights = np.random.default_rng(seed).dirichlet(np.ones(len(self)), size=count)
        return np.array([self._fitted(one) for one in weights @ self.nats])

    def costs(self, weights: Array) -> Array:
        """A linear functional of the cells, of each sequence by itself, float64 ``(sequences,)``.

        Args:
            weights: float64 ``(cells,)``, see `StepTable.weights`.
        """
        return np.asarray(self.nats @ weights, dtype=np.float64)

    def _fitted(self, values: Array) -> Array:
        return self.table.possible(values, self._precision)

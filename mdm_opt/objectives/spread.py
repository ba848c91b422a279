"""A guard on how much is left to chance once sampling has started: the class spread (CSD)."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from mdm_opt.errors import InputError
from mdm_opt.models.base import Denoiser
from mdm_opt.objectives.base import Array, Direction, Objective, Scores
from mdm_opt.processes import Batch

MOST_DRAWS = 64
# The ids of a study's instances end far below; noise of an instance's further draws begins here.
_START = 2**61 + 2**60
SPREAD = "spread"


class SpreadGuard:
    """An objective whose candidates must not spread more than this; scores stay as they are.

    The spread of uniform or ordinal corruption is CSD of the discrete probability flow
    (2311.03886): the standard deviation of each token id of the samples given the start, summed
    over the positions, in the mean over starts (docs/mathematics.md 11). Alone it says nothing,
    for a chain that hardly moves spreads little, too.

    Each instance is sampled anew several times from its own start, with other noise in its steps.
    The standard deviations of these samples have the divisor ``draws`` - 1, so that their squares
    have no bias; they themselves are on average too small, by about 1 / (4 (draws - 1)) of
    themselves where tokens are normal, and by more where a token rarely differs. The spread of an
    instance depends on no other one.

    Args:
        objective: that draws samples.
        most: largest mean spread, above 0.
        draws: samples of an instance that the spread is measured on, in 2..64. Each costs what a
            sample costs.

    Raises:
        InputError: for values that are not accepted.
    """

    def __init__(self, objective: Objective, most: float, draws: int = 8) -> None:
        if isinstance(draws, bool) or not isinstance(draws, int) or not 2 <= draws <= MOST_DRAWS:
            raise InputError(
                f"draws: {draws!r} is not accepted: must be a whole number from 2 to {MOST_DRAWS}"
            )
        self.objective, self._most, self._draws = objective, checked_spread(most), draws

    @property
    def name(self) -> str:
        """See `Objective`: of the objective itself, as all below."""
        return self.objective.name

    @property
    def direction(self) -> Direction:
        """See `Objective`."""
        return self.objective.direction

    @property
    def unit(self) -> str:
        """See `Objective`."""
        return self.objective.unit

    @property
    def deterministic(self) -> bool:
        """See `Objective`."""
        return self.objective.deterministic

    @property
    def fingerprint(self) -> str:
        """See `Objective`: with the guard, which decides what is feasible."""
        guard = f"{self.objective.fingerprint}\0{SPREAD}\0{self._most!r}\0{self._draws}"
        return hashlib.sha256(guard.encode()).hexdigest()

    def score(self, denoiser: Denoiser, batch: Batch) -> Scores:
        """See `Objective.score`; the guard is ``spread``: how far it is above the most."""
        scores = self.objective.score(denoiser, batch)
        spread, calls = sampled_spread(denoiser, batch, self._draws)
        return replace(
            scores,
            sequence_calls=scores.sequence_calls + calls,
            guards={**scores.guards, SPREAD: spread - self._most},
        )


def checked_spread(most: float) -> float:
    """The largest spread that is accepted; InputError where it is no number above 0."""
    if isinstance(most, bool) or not isinstance(most, int | float) or not 0 < most < np.inf:
        raise InputError(f"most_spread: {most!r} is not accepted: must be a number above 0")
    return float(most)


def sampled_spread(denoiser: Denoiser, batch: Batch, draws: int) -> tuple[Array, int]:
    """Standard deviation of the numbers of samples from one start, summed over the positions.

    Args:
        denoiser: frozen model.
        batch: a candidate on instances.
        draws: samples of each instance, at least 2.

    Returns:
        float64 ``(batch,)``, and the sequences put through the model to find out.
    """
    drawn, calls = [], 0
    for draw in range(draws):
        ids = [_START + MOST_DRAWS * instance + draw for instance in batch.instances]
        samples = batch.others(denoiser, ids, same_start=True).sample(denoiser)
        drawn.append(samples.tokens.cpu().numpy())
        calls += samples.sequence_calls
    found: Array = np.std(np.stack(drawn).astype(np.float64), axis=0, ddof=1).sum(axis=1)
    return found, calls

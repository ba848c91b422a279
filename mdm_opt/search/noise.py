"""The noise that trials share because they are measured on the same instances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mdm_opt.search.observations import Observation

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Noise:
    """The noise of the values of several trials.

    Attributes:
        errors: float64 ``(n,)``, deviations; NaN where not known.
        correlations: float64 ``(n, n)``.
    """

    errors: Array
    correlations: Array


def noise_of(observations: Sequence[Observation], before: int = 0) -> Noise:
    """The noise of trials, relative to the others of their step budget.

    Candidates that are alike do alike on the same instances, so that many of them can be wrong
    together: their mean is no better than each. What all trials of a step budget share on an
    instance is left out, because it says nothing of which is better.

    What is estimated from few instances is shrunk towards independent noise by which two
    candidates differ as much (O. Ledoit and M. Wolf, *A well-conditioned estimator for
    large-dimensional covariance matrices*, 2004). A trial whose scores are not known, or are the
    same as the others', has the error that it says.

    Args:
        observations: trials of any step budgets.
        before: of the scores so many come first that every trial has, lost races, too.
    """
    errors = np.array([np.nan if one.error is None else one.error for one in observations])
    correlations = np.eye(len(errors))
    budgets = _beside_each_other(observations, before)
    if not budgets:
        return Noise(errors, correlations)
    covariances = _covariances(budgets)
    deviations = np.sqrt(np.diag(covariances))
    told = deviations > 0
    rows = np.concatenate([one.rows for one in budgets])[told]
    units = np.concatenate([np.full(len(one.rows), one.unit) for one in budgets])[told]
    errors[rows] = units * deviations[told]
    found = covariances[np.ix_(told, told)] / np.outer(deviations[told], deviations[told])
    correlations[np.ix_(rows, rows)] = found
    return Noise(errors, correlations)


@dataclass(frozen=True, eq=False)
class _Budget:
    """The trials of one step budget beside each other.

    Attributes:
        rows: int64 ``(trials,)``, where they stand among all trials.
        unit: of the scores; squares of small numbers vanish.
        residuals: float64 ``(trials, instances)``, in the unit: scores minus what all trials have
            in common on the instance, of mean 0 over instances. Where a race ended, the mean of
            those that were measured stands for the others.
        missing: float64 ``(trials,)``, variances of what lost races leave open, in the unit.
    """

    rows: npt.NDArray[np.int64]
    unit: float
    residuals: Array
    missing: Array

    @classmethod
    def of(
        cls, rows: Sequence[int], scores: Sequence[Array], instances: int, before: int
    ) -> _Budget:
        """From scores of the first instances, fewer than ``instances`` of a lost race.

        The first ``before`` of them are no part of the race.
        """
        whole = [one for one in scores if len(one) == instances]
        common = np.mean(whole, axis=0) if whole else np.zeros(instances)
        unit = max(float(np.abs(one - common[: len(one)]).max()) for one in scores) or 1.0
        found, missing = np.empty((len(scores), instances)), np.zeros(len(scores))
        for row, one in enumerate(scores):
            done = len(one)
            away = (one - common[:done]) / unit
            raced, all_raced = away[before:], instances - before
            found[row, :done], found[row, done:] = away, raced.mean() if len(raced) else 0.0
            if 1 < len(raced) < all_raced:
                left_open = raced.var(ddof=1) * (1 / len(raced) - 1 / all_raced)
                missing[row] = left_open * (all_raced / instances) ** 2
        found -= found.mean(axis=0)
        found -= found.mean(axis=1, keepdims=True)
        return cls(np.array(rows), unit, found, missing)


def _beside_each_other(observations: Sequence[Observation], before: int) -> list[_Budget]:
    """Step budgets with several trials whose scores are known; none without two instances."""
    scores: dict[int, dict[int, Array]] = {}
    for row, one in enumerate(observations):
        if one.scores is not None:
            scores.setdefault(one.candidate.steps, {})[row] = one.scores
    several = [ours for ours in scores.values() if len(ours) > 1]
    instances = max((len(one) for ours in several for one in ours.values()), default=0)
    if instances < 2:
        return []
    return [_Budget.of(list(ours), list(ours.values()), instances, before) for ours in several]


def _covariances(budgets: Sequence[_Budget]) -> Array:
    """Of the values of all trials, each in the unit of its step budget."""
    residuals = np.concatenate([one.residuals for one in budgets])
    counts = np.concatenate([np.full(len(one.rows), len(one.rows)) for one in budgets])
    instances = residuals.shape[1]
    sample = residuals @ residuals.T / (instances - 1)
    # What all have in common is left out of the sample; independent noise has it, too.
    target = np.diag(counts / (counts - 1) * np.diag(sample))
    share = _shrinkage(residuals, sample, target)
    missing = np.diag(np.concatenate([one.missing for one in budgets]))
    found = ((1 - share) * sample + share * target) / instances + missing
    return np.asarray(found, dtype=np.float64)


def _shrinkage(residuals: Array, sample: Array, target: Array) -> float:
    """How much of a sample covariance to replace by a target, in [0, 1]."""
    instances = residuals.shape[1]
    distance = float(((sample - target) ** 2).sum())
    squares = float(((residuals**2).sum(axis=0) ** 2).sum()) / instances
    noise = (squares - float((sample**2).sum())) / instances
    return float(np.clip(noise / distance, 0.0, 1.0)) if distance > 0 else 0.0

"""The mean model calls of candidates, where only samples tell them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from mdm_opt.candidates import CALLS, Candidate
from mdm_opt.schedules.base import Array
from mdm_opt.search.observations import Observation
from mdm_opt.search.shapes import shapes_of
from mdm_opt.search.space import SearchSpace
from mdm_opt.search.surrogate import Posterior, ShapeModel

# Differences of the logarithm of calls that are of scale 1 to the model.
_SCALE = 0.25


class CallsModel:
    """What measured trials say of the mean calls of others.

    Modelled is the logarithm of calls over budget, each with its standard error, and of each
    family by itself: rules of different families have nothing in common but the budget.

    Args:
        space: of the study.
        seen: trials of all step budgets.
    """

    def __init__(self, space: SearchSpace, seen: Sequence[Observation]) -> None:
        self._space = space
        self._counted: dict[str, list[Observation]] = {}
        for one in seen:
            if CALLS in one.guards:
                self._counted.setdefault(one.candidate.family, []).append(one)

    def posterior(self, candidates: Sequence[Candidate]) -> Posterior:
        """Of the logarithm of calls over budget, float64 ``(len(candidates),)``.

        Zeros for candidates of families of which no trial has been counted: they are taken to
        cost their budget.
        """
        mean, deviation = np.zeros(len(candidates)), np.zeros(len(candidates))
        families = np.array([one.family for one in candidates])
        for family, model in self._models.items():
            rows = np.flatnonzero(families == family).tolist()
            if rows:
                found = model.posterior(shapes_of(self._space, [candidates[row] for row in rows]))
                mean[rows], deviation[rows] = _SCALE * found.mean, _SCALE * found.deviation
        return Posterior(mean, deviation)

    def within_budget(self, candidates: Sequence[Candidate]) -> Array:
        """Probabilities that the mean calls are at most the budget, ``(len(candidates),)``.

        1 where no trial says anything. Where every trial of a family took whole numbers of calls,
        what is nearer to the budget than to the next number is within it.
        """
        found = self.posterior(candidates)
        whole = np.array([self._whole.get(one.family, False) for one in candidates])
        most = np.where(whole, np.log1p(0.5 / np.array([one.steps for one in candidates])), 0.0)
        counted = [one.family in self._counted for one in candidates]
        return np.where(counted, found.below(most), 1.0)

    def spare(self, candidates: Sequence[Candidate]) -> Array:
        """How far calls are expected to stay below the budget, see `Shapes.spare`.

        None of what is expected to be above it: a candidate counts only if it turns out to be
        within.
        """
        return np.maximum(-self.posterior(candidates).mean, 0.0)

    @cached_property
    def _whole(self) -> dict[str, bool]:
        """Whether each sequence of a trial took the same calls, by family."""
        return {
            family: all(one.calls_error == 0 for one in counted)
            for family, counted in self._counted.items()
        }

    @cached_property
    def _models(self) -> dict[str, ShapeModel]:
        return {name: self._model(counted) for name, counted in self._counted.items()}

    def _model(self, counted: Sequence[Observation]) -> ShapeModel:
        errors = np.array([one.calls_error for one in counted]) / [one.calls for one in counted]
        known = errors[np.isfinite(errors)]
        errors = np.where(np.isfinite(errors), errors, np.median(known) if len(known) else 0.0)
        return ShapeModel(
            shapes_of(self._space, [one.candidate for one in counted]),
            -np.array([one.spare for one in counted]) / _SCALE,
            (errors / _SCALE) ** 2,
        )

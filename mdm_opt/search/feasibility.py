"""How likely candidates hold their guards, as the measured trials let expect."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from mdm_opt.candidates import CALLS, Candidate
from mdm_opt.schedules.base import Array
from mdm_opt.search.observations import Observation
from mdm_opt.search.ranking import shapes_of
from mdm_opt.search.space import SearchSpace
from mdm_opt.search.surrogate import ShapeModel

# Variance of guards relative to the largest.
_GUARD_NOISE = 0.01
# Differences of the logarithm of calls that are of scale 1 to the model.
_CALLS_SCALE = 0.25
_LEAST_DEVIATION = 1e-12


def feasibility(
    space: SearchSpace, seen: Sequence[Observation], pool: Sequence[Candidate]
) -> Array:
    """Probabilities that candidates hold all guards, by what measured trials did.

    Mean model calls are modelled by the logarithm of their share of the budget, each with its
    standard error, and of each family by itself: rules of different families have nothing in
    common but the budget. Of all other guards the largest is modelled.

    Args:
        space: of the study.
        seen: trials of all step budgets.
        pool: candidates.

    Returns:
        float64 ``(len(pool),)``; 1 where no measured trial says anything.
    """
    found = np.ones(len(pool))
    families = np.array([one.family for one in pool])
    for family in set(families.tolist()):
        rows = np.flatnonzero(families == family).tolist()
        counted = [one for one in seen if CALLS in one.guards and one.candidate.family == family]
        if counted:
            found[rows] = _within_budget(space, counted, [pool[row] for row in rows])
    others = [one for one in seen if np.isfinite(one.guard_without_calls)]
    if any(one.guard_without_calls > 0 for one in others):
        found *= _held(space, others, pool)
    return found


def _within_budget(
    space: SearchSpace, counted: Sequence[Observation], pool: Sequence[Candidate]
) -> Array:
    budgets = np.array([one.candidate.steps for one in counted])
    calls = budgets + np.array([one.guards[CALLS] for one in counted])
    errors = np.array([one.calls_error for one in counted]) / calls
    known = errors[np.isfinite(errors)]
    errors = np.where(np.isfinite(errors), errors, np.median(known) if len(known) else 0.0)
    model = ShapeModel(
        shapes_of(space, [one.candidate for one in counted]),
        np.log(calls / budgets) / _CALLS_SCALE,
        (errors / _CALLS_SCALE) ** 2,
    )
    return _below_zero(model, space, pool)


def _held(space: SearchSpace, guarded: Sequence[Observation], pool: Sequence[Candidate]) -> Array:
    guards = np.array([one.guard_without_calls for one in guarded])
    scale = float(np.abs(guards).max())
    measured = shapes_of(space, [one.candidate for one in guarded])
    model = ShapeModel(measured, guards / scale, np.full(len(guards), _GUARD_NOISE))
    return _below_zero(model, space, pool)


def _below_zero(model: ShapeModel, space: SearchSpace, pool: Sequence[Candidate]) -> Array:
    found = model.posterior(shapes_of(space, pool))
    return np.asarray(special.ndtr(-found.mean / np.maximum(found.deviation, _LEAST_DEVIATION)))

"""The search of our own: expected improvement under the model of shapes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import scipy

from mdm_opt.candidates import Candidate
from mdm_opt.schedules.base import Array
from mdm_opt.search.calls import CallsModel
from mdm_opt.search.observations import Observation
from mdm_opt.search.ranking import manageable, measured_shapes, model_of
from mdm_opt.search.shapes import Shapes, shapes_of
from mdm_opt.search.space import SearchSpace
from mdm_opt.search.surrogate import LEAST_DEVIATION, ShapeModel

# Trials of a budget that look everywhere where there is no profile to start from, and the share of
# later ones that do.
_STARTUP, _WIDE_SHARE = 8, 0.15
_PARENTS = 3
# Variance of guards relative to the largest.
_GUARD_NOISE = 0.01


class ShapeSearch:
    """Proposes the candidate of one step budget with the largest expected improvement.

    It learns from the trials of all step budgets, weighs each by its own noise, improves on the
    best posterior mean and not on the luckiest value, starts from the profile's optimum where
    there is a profile, looks around the best candidates and now and then everywhere, and never
    proposes one that has been measured: schedules with the same counts are one candidate. Trials
    that run count as if they had scored what is expected.

    Args:
        space: of the study.
        steps: the step budget to propose for.
        seed: of the proposals.

    Raises:
        ValueError: where the family needs a profile and the space has none.
    """

    def __init__(self, space: SearchSpace, steps: int, *, seed: int | None = None) -> None:
        self._space, self._steps = space, steps
        self._rng = np.random.default_rng(seed)
        self._pool = space.pool(steps)

    def propose(
        self, observations: Sequence[Observation], running: Sequence[Candidate]
    ) -> Candidate:
        """The candidate to measure next.

        Args:
            observations: trials of all step budgets.
            running: candidates that are being measured.
        """
        seen = manageable(observations)
        taken = [one.candidate for one in seen] + list(running)
        ours = [one for one in seen if one.candidate.steps == self._steps and one.eligible]
        model = model_of(self._space, seen) if seen else None
        parents = [one.candidate for one in sorted(ours, key=lambda one: one.value)[:_PARENTS]]
        if model is not None and ours:
            parents = self._best(model, ours)
        known = self._space.profile is not None or len(ours) >= _STARTUP
        wide = not known or not parents or self._rng.random() < _WIDE_SHARE
        pool = self._new(self._pool.candidates(self._rng, parents, wide=wide), taken)
        if not pool:
            pool = self._new(self._pool.candidates(self._rng, parents, wide=True), taken)
        if model is None or not pool:
            return pool[0] if pool else self._pool.anything(self._rng)
        calls = CallsModel(self._space, seen)
        if running:
            model = model.believing(shapes_of(self._space, running, calls.spare(running)))
        return pool[int(np.argmax(self._improvement(model, calls, seen, ours, pool)))]

    def expected_gain(
        self, observations: Sequence[Observation], running: Sequence[Candidate]
    ) -> float | None:
        """By how much the best trial of all is expected to be better after another one.

        Args:
            observations: trials of all step budgets.
            running: candidates that are being measured.

        Returns:
            In the unit of the values; 0 where every candidate has been measured, None where no
            trial of the budget can be the best yet.
        """
        seen = manageable(observations)
        ours = [one for one in seen if one.candidate.steps == self._steps]
        eligible = [one for one in ours if one.eligible]
        if not eligible:
            return None
        model = model_of(self._space, seen)
        taken = [one.candidate for one in seen] + list(running)
        parents = self._best(model, eligible)
        pool = self._new(self._pool.candidates(self._rng, parents, wide=True), taken)
        if not pool:
            return 0.0
        calls = CallsModel(self._space, seen)
        if running:
            model = model.believing(shapes_of(self._space, running, calls.spare(running)))
        unit = model.scales[self._steps].unit
        return unit * float(self._improvement(model, calls, seen, eligible, pool).max())

    def _best(self, model: ShapeModel, ours: Sequence[Observation]) -> list[Candidate]:
        means = model.posterior(measured_shapes(self._space, ours)).mean
        return [ours[row].candidate for row in np.argsort(means, kind="stable")[:_PARENTS]]

    def _new(self, pool: Iterator[Candidate], taken: Sequence[Candidate]) -> list[Candidate]:
        key = self._space.key
        seen = {key(one) for one in taken if one.steps == self._steps}
        kept = []
        for one in pool:
            found = key(one)
            if found not in seen:
                seen.add(found)
                kept.append(one)
        return kept

    def _improvement(
        self,
        model: ShapeModel,
        calls: CallsModel,
        seen: Sequence[Observation],
        ours: Sequence[Observation],
        pool: Sequence[Candidate],
    ) -> Array:
        shapes = shapes_of(self._space, pool, calls.spare(pool))
        found = model.posterior(shapes)
        deviation = np.maximum(found.deviation, LEAST_DEVIATION)
        if ours:
            target = float(model.posterior(measured_shapes(self._space, ours)).mean.min())
        else:
            # Nothing of this budget is feasible yet: look where the mean is best.
            target = float(found.mean.min())
        gain = (target - found.mean) / deviation
        density = np.exp(-(gain**2) / 2) / math.sqrt(2 * math.pi)
        improvement = deviation * (gain * scipy.special.ndtr(gain) + density)
        return np.asarray(improvement * calls.within_budget(pool) * self._held(seen, shapes))

    def _held(self, seen: Sequence[Observation], shapes: Shapes) -> Array:
        """Probability that all guards but that of the calls hold, by a model of the largest."""
        guarded = [one for one in seen if np.isfinite(one.guard_without_calls)]
        if not any(one.guard_without_calls > 0 for one in guarded):
            return np.ones(len(shapes))
        guards = np.array([one.guard_without_calls for one in guarded])
        scale = float(np.abs(guards).max())
        model = ShapeModel(
            measured_shapes(self._space, guarded),
            guards / scale,
            np.full(len(guards), _GUARD_NOISE),
        )
        return model.posterior(shapes).below(0.0)

"""An Optuna sampler for schedules: expected improvement under the model of shapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, TrialState
from scipy import stats

from mdm_opt.schedules import count_coordinates, counts_at, limit
from mdm_opt.schedules.base import Array
from mdm_opt.search.model import ShapeModel
from mdm_opt.search.observed import Excess, Observed, manageable, model_of, shapes_of
from mdm_opt.search.seeds import best_beta_in
from mdm_opt.search.space import Point, Setting, dimensions, distributions, params

# User attribute of a trial: what the model needs to know besides value and parameters.
MEASURED = "measured"
# The same: tokens that each step reveals, in the family ``free``.
COUNTS = "counts"

_SPREAD, _NEAR = 256, 192
# Trials of a budget that look everywhere where there is no profile to start from, and the share of
# later ones that do.
_STARTUP, _WIDE_SHARE = 8, 0.15
# How far a proposal may be from what is known, as standard deviations of log a and log b, and of
# the coordinates of counts.
_BETA_STEPS = (0.05, 0.15, 0.45)
_FREE_STEPS = (0.05, 0.15, 0.4)
_PARENTS = 3
# Variance of guards relative to the largest.
_GUARD_NOISE = 0.01


class ShapeSampler(BaseSampler):
    """Proposes the candidate of one step budget with the largest expected improvement.

    It learns from the trials of all step budgets, weighs each by its own noise, improves on the
    best posterior mean and not on the luckiest value, starts from the profile's optimum where
    there is a profile, looks around the best candidates and now and then everywhere, and never
    proposes one that has been measured: schedules with the same counts are one candidate. Trials
    that run count as if they had scored what is expected.

    Parameters are ``beta_a`` and ``beta_b``, or in the family ``free`` the coordinates ``free_1``
    and so on of `mdm_opt.schedules.count_coordinates`. A trial may carry its standing in the user
    attribute ``measured``: ``noise_variance``, and where it was pruned ``value``; its step budget
    and counts in ``steps`` and ``counts``.

    Args:
        setting: of the study.
        steps: the step budget to propose for.
        profile: float64 ``(length,)``, h(m), or None; the family ``free`` needs it.
        seed: of the proposals.
    """

    def __init__(
        self, setting: Setting, steps: int, profile: Array | None, *, seed: int | None = None
    ) -> None:
        self._setting, self._steps, self._profile = setting, steps, profile
        self._rng = np.random.default_rng(seed)
        self._independent = RandomSampler(seed=seed)
        self._excess = Excess(setting, profile)
        free = setting.space.family == "free"
        self._pool: _FreePool | _BetaPool = (
            _FreePool(setting, steps, profile) if free else _BetaPool(setting, steps, profile)
        )

    def reseed_rng(self) -> None:
        """See `optuna.samplers.BaseSampler.reseed_rng`."""
        self._rng = np.random.default_rng()
        self._independent.reseed_rng()

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """See `optuna.samplers.BaseSampler.infer_relative_search_space`."""
        return distributions(self._setting.space, self._steps)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """See `optuna.samplers.BaseSampler.sample_relative`."""
        finished = study.get_trials(
            deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED)
        )
        running = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        sign = 1.0 if study.direction == StudyDirection.MINIMIZE else -1.0
        seen = [one for one in (observed(trial, self._steps, sign) for trial in finished) if one]
        busy = [point_of(one, self._steps) for one in running if one.number != trial.number]
        return self._pool.params(self.propose(seen, [point for point in busy if point]))

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """See `optuna.samplers.BaseSampler.sample_independent`."""
        return self._independent.sample_independent(study, trial, param_name, param_distribution)

    def point(self, found: Mapping[str, float]) -> Point:
        """The candidate that parameters stand for."""
        return self._pool.point(found)

    def propose(self, observed: Sequence[Observed], running: Sequence[Point]) -> Point:
        """The candidate to measure next.

        Args:
            observed: trials of all step budgets.
            running: candidates that are being measured.
        """
        observed = manageable(observed)
        taken = [one.point for one in observed] + list(running)
        ours = [one for one in observed if one.point.steps == self._steps and one.eligible]
        model = model_of(self._setting, self._excess, observed) if observed else None
        parents = [one.point for one in sorted(ours, key=lambda one: one.value)[:_PARENTS]]
        if model is not None and ours:
            parents = self._best(model, ours)
        known = self._profile is not None or len(ours) >= _STARTUP
        wide = not known or not parents or self._rng.random() < _WIDE_SHARE
        pool = self._new(self._pool.candidates(self._rng, parents, wide=wide), taken)
        if not pool:
            pool = self._new(self._pool.candidates(self._rng, parents, wide=True), taken)
        if model is None or not pool:
            return pool[0] if pool else self._pool.anything(self._rng)
        model = self._with_running(model, observed, running)
        return pool[int(np.argmax(self._improvement(model, observed, ours, pool)))]

    def _best(self, model: ShapeModel, ours: Sequence[Observed]) -> list[Point]:
        points = [one.point for one in ours]
        means = model.posterior(shapes_of(self._setting, self._excess, points)).mean
        return [points[row] for row in np.argsort(means, kind="stable")[:_PARENTS]]

    def _new(self, pool: Iterator[Point], taken: Sequence[Point]) -> list[Point]:
        key = self._setting.candidate_key
        seen = {key(point) for point in taken if point.steps == self._steps}
        kept = []
        for point in pool:
            if key(point) not in seen:
                seen.add(key(point))
                kept.append(point)
        return kept

    def _with_running(
        self, model: ShapeModel, observed: Sequence[Observed], running: Sequence[Point]
    ) -> ShapeModel:
        """The model after the running trials score what is expected of them."""
        if not running:
            return model
        return model.believing(shapes_of(self._setting, self._excess, running))

    def _improvement(
        self,
        model: ShapeModel,
        observed: Sequence[Observed],
        ours: Sequence[Observed],
        pool: Sequence[Point],
    ) -> Array:
        found = model.posterior(shapes_of(self._setting, self._excess, pool))
        deviation = np.maximum(found.deviation, 1e-12)
        if ours:
            points = [one.point for one in ours]
            own = model.posterior(shapes_of(self._setting, self._excess, points)).mean
            target = float(own.min())
        else:
            # Nothing of this budget is feasible yet: look where the mean is best.
            target = float(found.mean.min())
        gain = (target - found.mean) / deviation
        improvement = deviation * (gain * stats.norm.cdf(gain) + stats.norm.pdf(gain))
        return np.asarray(improvement * self._feasible(observed, pool))

    def _feasible(self, observed: Sequence[Observed], pool: Sequence[Point]) -> Array:
        """Probability that the guards hold, by a model of the largest guard value."""
        guarded = [one for one in observed if np.isfinite(one.guard)]
        if not any(one.guard > 0 for one in guarded):
            return np.ones(len(pool))
        guards = np.array([one.guard for one in guarded])
        scale = float(np.abs(guards).max())
        measured = shapes_of(self._setting, self._excess, [one.point for one in guarded])
        model = ShapeModel(measured, guards / scale, np.full(len(guards), _GUARD_NOISE))
        found = model.posterior(shapes_of(self._setting, self._excess, pool))
        return np.asarray(stats.norm.cdf(-found.mean / np.maximum(found.deviation, 1e-12)))


def point_of(trial: FrozenTrial, steps: int) -> Point | None:
    """The candidate of a trial, by its counts where it carries them; None where it has none.

    Args:
        trial: in any state.
        steps: the step budget of trials that do not say theirs.
    """
    budget = int(trial.params.get("steps", trial.user_attrs.get("steps", steps)))
    if COUNTS in trial.user_attrs:
        return Point(budget, counts=tuple(trial.user_attrs[COUNTS]))
    if "beta_a" not in trial.params or "beta_b" not in trial.params:
        return None
    return Point(budget, trial.params["beta_a"], trial.params["beta_b"])


def observed(trial: FrozenTrial, steps: int, sign: float) -> Observed | None:
    """A finished trial as the model sees it, or None where its value is not known.

    Args:
        trial: complete or pruned.
        steps: the step budget of trials that do not say theirs.
        sign: 1 where less is better, -1 where more is.
    """
    known: Mapping[str, Any] = trial.user_attrs.get(MEASURED, {})
    point = point_of(trial, steps)
    value = trial.values[0] if trial.values else known.get("value")
    if point is None or value is None:
        return None
    return Observed(
        number=trial.number,
        point=point,
        value=sign * float(value),
        variance=known.get("noise_variance"),
        guard=max((trial.constraints or {}).values(), default=-np.inf),
        complete=trial.state == TrialState.COMPLETE,
    )


class _BetaPool:
    """Candidates of the Beta family: the profile's, spread over the space, and near good ones."""

    def __init__(self, setting: Setting, steps: int, profile: Array | None) -> None:
        self._setting, self._steps, self._profile = setting, steps, profile
        space = setting.space
        self._low = np.log([space.beta_a[0], space.beta_b[0]])
        self._high = np.log([space.beta_a[1], space.beta_b[1]])

    def candidates(
        self, rng: np.random.Generator, parents: Sequence[Point], *, wide: bool
    ) -> Iterator[Point]:
        """Candidates, the most promising first; some may be the same."""
        if self._profile is not None:
            best = best_beta_in(
                self._profile, self._steps, self._setting.space, self._setting.sampler
            )
            yield Point(self._steps, best.beta_a, best.beta_b)
        if wide:
            yield from self._spread(rng, _SPREAD)
        for parent in parents:
            center = np.log([parent.beta_a or 1.0, parent.beta_b or 1.0])
            for scale in _BETA_STEPS:
                yield from self._points(center + scale * rng.normal(size=(_NEAR // 3, 2)))

    def anything(self, rng: np.random.Generator) -> Point:
        """Some candidate, where all have been measured."""
        return next(iter(self._spread(rng, 1)))

    def params(self, point: Point) -> dict[str, float]:
        """As Optuna's parameters."""
        return params(point)

    def point(self, found: Mapping[str, float]) -> Point:
        """From Optuna's parameters."""
        return Point(self._steps, found["beta_a"], found["beta_b"])

    def _spread(self, rng: np.random.Generator, count: int) -> Iterator[Point]:
        """Even over (log ab, log a/b), whose axes lie along and across the valley."""
        # More than are needed at once, because the rotated square is wider than the space.
        unit = rng.random((2 * count, 2))
        middle, half = (self._low + self._high) / 2, (self._high - self._low) / 2
        total, ratio = (2 * unit - 1).T
        inner = np.stack([total + ratio, total - ratio], axis=1)
        kept = inner[(np.abs(inner) <= 1).all(axis=1)][:count]
        yield from self._points(middle + half * (kept if len(kept) else np.zeros((1, 2))))

    def _points(self, logs: Array) -> Iterator[Point]:
        low, high = self._setting.space.beta_a, self._setting.space.beta_b
        for a, b in np.exp(np.clip(logs, self._low, self._high)):
            # The logarithm of a bound may come back as a number just outside it.
            yield Point(
                self._steps,
                float(np.clip(a, low[0], low[1])),
                float(np.clip(b, high[0], high[1])),
            )


class _FreePool:
    """Counts around those of least path KL and around good ones, along slow cosines."""

    def __init__(self, setting: Setting, steps: int, profile: Array | None) -> None:
        if profile is None:
            raise ValueError("the family 'free' starts from a profile")
        self._steps, self._dimensions = steps, dimensions(steps)
        self._base = limit(profile, steps).counts(steps)
        self._made: dict[tuple[int, ...], Array] = {}

    def candidates(
        self, rng: np.random.Generator, parents: Sequence[Point], *, wide: bool
    ) -> Iterator[Point]:
        """Candidates, the most promising first; some may be the same."""
        centers = [count_coordinates(self._base, self._dimensions)]
        yield self._at(centers[0])
        centers += [
            count_coordinates(parent.counts, self._dimensions)
            for parent in parents
            if parent.counts is not None
        ]
        # Slower cosines change more tokens for the same logarithm.
        slowness = np.sqrt(self._steps) / np.sqrt(np.arange(1, self._dimensions + 1))
        for center in centers:
            for scale in _FREE_STEPS if wide else _FREE_STEPS[:2]:
                for step in rng.normal(size=(_NEAR // 4, self._dimensions)):
                    yield self._at(center + scale * slowness * step)

    def anything(self, rng: np.random.Generator) -> Point:
        """Some candidate, where all have been measured."""
        return self._at(count_coordinates(self._base, self._dimensions))

    def params(self, point: Point) -> dict[str, float]:
        """As Optuna's parameters: the coordinates before rounding."""
        if point.counts is None or point.counts not in self._made:
            return params(point)
        found = self._made[point.counts]
        return {f"free_{i}": float(x) for i, x in enumerate(found, start=1)}

    def point(self, found: Mapping[str, float]) -> Point:
        """From Optuna's parameters."""
        return self._at(np.array([found[f"free_{i + 1}"] for i in range(self._dimensions)]))

    def _at(self, coordinates: Array) -> Point:
        counts = tuple(counts_at(coordinates, self._base).tolist())
        self._made.setdefault(counts, coordinates)
        return Point(self._steps, counts=counts)

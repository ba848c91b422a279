"""A Gaussian process over the shapes of schedules, with the noise that each trial had."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from mdm_opt.search.shapes import Shapes

Array = npt.NDArray[np.float64]
# Length scale, amplitude, slopes along excess and spare.
Hyperparameters = tuple[float, float, float, float]

# Of the residual: root mean square differences of angles, a few tenths between good and bad.
_LENGTH_SCALES = (0.05, 0.1, 0.2, 0.4, 0.8)
_AMPLITUDES = (0.1, 0.5, 2.0, 8.0)
# Prior variance of the slope along the excess that the profile predicts; 0 leaves it out.
_SLOPES = (0.0, 1.0, 10.0)
# Likewise along the share of the budget that is left: calls make most of the quality of rules.
_SPARE_SLOPES = (0.0, 5.0, 40.0)
# Of the level of each step budget, on values of scale 1.
_LEVEL = 4.0
# How fast what is known at one step count says less about others.
_FORGOTTEN_PER_DOUBLING = 0.3
_JITTER = 1e-6
# Share of what arguments do each by itself in the variance of what they do.
_ALONE = 0.7
# Variance of a trial's noise where nobody says it, on values of scale 1.
_UNKNOWN_NOISE = 0.05
# Settings less likely than the best by this factor are left out of the mean over settings.
_NEGLIGIBLE = 0.02
# Below, a deviation is rounding.
LEAST_DEVIATION = 1e-12
# Beyond this many trials the model is made from the best and the newest.
MOST_TRIALS = 300


@dataclass(frozen=True, eq=False)
class Posterior:
    """What the model says of candidates.

    Attributes:
        mean: float64 ``(n,)``, less is better; each step budget has a scale of its own.
        deviation: float64 ``(n,)``, standard deviation on that scale, noise not included.
    """

    mean: Array
    deviation: Array

    def below(self, most: Array | float) -> Array:
        """Probabilities of being at most a value, float64 ``(n,)``."""
        above = most - self.mean
        return np.asarray(scipy.special.ndtr(above / np.maximum(self.deviation, LEAST_DEVIATION)))


class ShapeModel:
    """Gaussian process posterior over candidates of all step budgets.

    A candidate is the shape of its schedule, seven angles that are comparable between step
    counts, and where its rule is among rules and the sampler's settings are, which add to the
    distance. Arguments of a sampler of the user's stand in place of the angles; what each does by
    itself is most of what they do. The value is a level of its step budget, plus a slope times
    what the profile predicts, plus a slope times the share of the budget that is left, plus a
    smooth deviation that near step counts share. Values are
    scaled by the spread of the better half of a budget, and bad ones are compressed: how bad they
    are does not matter.
    Predictions are means over settings of length scale, amplitude and slopes, weighted by their
    likelihood.

    Args:
        shapes: of the measured candidates, at least one.
        targets: float64 ``(n,)``, less is better, of scale 1 within each step budget.
        noise: float64 ``(n,)``, variances on that scale.
        correlations: float64 ``(n, n)``, of the noise; None where each has its own.
        settings: what to take the mean over, with weights; None for all by their likelihood.

    Attributes:
        scales: of the values of each step budget, where the model was made `of_values`.
    """

    def __init__(
        self,
        shapes: Shapes,
        targets: Array,
        noise: Array,
        correlations: Array | None = None,
        settings: Sequence[tuple[float, Hyperparameters]] | None = None,
    ) -> None:
        self.scales: dict[int, Scale] = {}
        self._shapes, self._targets, self._noise = shapes, targets, noise
        self._correlations = np.eye(len(noise)) if correlations is None else correlations
        covariances = self._correlations * np.sqrt(np.outer(noise, noise))
        pairs = _Pairs.of(shapes, shapes)

        def fitted(setting: Hyperparameters) -> _Fit:
            return _Fit.of(setting, pairs, targets, covariances)

        if settings is not None:
            self._fits = [(weight, fitted(setting)) for weight, setting in settings]
            return
        slopes = _SLOPES if np.ptp(shapes.excess) > 0 else (0.0,)
        spares = _SPARE_SLOPES if np.ptp(shapes.spare) > 0 else (0.0,)
        every = itertools.product(_LENGTH_SCALES, _AMPLITUDES, slopes, spares)
        fits = [fitted(one) for one in every]
        best = max(fit.log_likelihood for fit in fits)
        weighed = [(np.exp(fit.log_likelihood - best), fit) for fit in fits]
        kept = [(weight, fit) for weight, fit in weighed if weight >= _NEGLIGIBLE]
        total = sum(weight for weight, _ in kept)
        self._fits = [(weight / total, fit) for weight, fit in kept]

    @classmethod
    def of_values(
        cls,
        shapes: Shapes,
        values: Array,
        errors: Array,
        correlations: Array | None = None,
    ) -> ShapeModel:
        """The model of values on any scale.

        Args:
            shapes: of the measured candidates, at least one.
            values: float64 ``(n,)``, less is better.
            errors: float64 ``(n,)``, deviations of the values' noise; NaN where not known.
            correlations: float64 ``(n, n)``, of the noise; None where each has its own.
        """
        found = cls(shapes, *_scaled(shapes.steps, values, errors), correlations)
        found.scales = _scales(shapes.steps, values, errors)
        return found

    def believing(self, shapes: Shapes) -> ShapeModel:
        """The model after further candidates have scored what is expected of them."""
        targets = np.concatenate([self._targets, self.posterior(shapes).mean])
        noise = np.concatenate([self._noise, np.full(len(shapes), np.median(self._noise))])
        correlations = scipy.linalg.block_diag(self._correlations, np.eye(len(shapes)))
        settings = [(weight, fit.setting) for weight, fit in self._fits]
        both = Shapes.joined([self._shapes, shapes])
        found = ShapeModel(both, targets, noise, correlations, settings=settings)
        found.scales = self.scales
        return found

    def posterior(self, shapes: Shapes) -> Posterior:
        """Mean and deviation of candidates, measured or not."""
        pairs = _Pairs.of(shapes, self._shapes)
        mean = np.zeros(len(shapes))
        square = np.zeros(len(shapes))
        for weight, fit in self._fits:
            own, variance = fit.predict(pairs, shapes)
            mean += weight * own
            square += weight * (variance + own**2)
        return Posterior(mean, np.sqrt(np.maximum(square - mean**2, 0.0)))

    @property
    def measured(self) -> Posterior:
        """What the model says of the candidates it was made from."""
        return self.posterior(self._shapes)


@dataclass(frozen=True, eq=False)
class _Pairs:
    """What kernels are made of, each float64 ``(n, m)``; `apart` has one for each argument."""

    distance: Array
    doublings: Array
    excess: Array
    spare: Array
    apart: tuple[Array, ...] = ()

    @classmethod
    def of(cls, first: Shapes, second: Shapes) -> _Pairs:
        # |x - y|^2 = |x|^2 + |y|^2 - 2 x y, kept from turning negative by rounding.
        squares = (
            (first.angles**2).mean(axis=1)[:, None]
            + (second.angles**2).mean(axis=1)[None, :]
            - 2 * first.angles @ second.angles.T / first.angles.shape[1]
        )
        for one, other in ((first.rules, second.rules), (first.settings, second.settings)):
            if one.any() or other.any():
                squares += ((one[:, None] - other[None]) ** 2).sum(axis=2)
        return cls(
            distance=np.sqrt(np.maximum(squares, 0.0)),
            doublings=np.abs(np.log2(first.steps[:, None] / second.steps[None, :])),
            excess=first.excess[:, None] * second.excess[None, :],
            spare=first.spare[:, None] * second.spare[None, :],
            apart=tuple(_apart(first.angles, second.angles, first.parts)),
        )


def _apart(first: Array, second: Array, parts: Sequence[int]) -> Iterator[Array]:
    """Distances ``(n, m)`` along each of several arguments, in the unit of the whole distance."""
    ends = np.cumsum([0, *parts])
    for start, end in itertools.pairwise(ends.tolist()):
        squares = (first[:, None, start:end] - second[None, :, start:end]) ** 2
        yield np.sqrt(squares.sum(axis=2) / first.shape[1])


@dataclass(frozen=True, eq=False)
class _Fit:
    """The process under one setting of its parameters."""

    setting: Hyperparameters
    factor: tuple[Array, bool]
    solved: Array
    log_likelihood: float

    @classmethod
    def of(cls, setting: Hyperparameters, pairs: _Pairs, targets: Array, noise: Array) -> _Fit:
        covariance = _kernel(setting, pairs) + noise
        covariance[np.diag_indices_from(covariance)] += _JITTER
        factor = scipy.linalg.cho_factor(covariance, lower=True)
        solved = scipy.linalg.cho_solve(factor, targets)
        log_determinant = 2 * np.log(np.diag(factor[0])).sum()
        return cls(setting, factor, solved, float(-(targets @ solved + log_determinant) / 2))

    def predict(self, pairs: _Pairs, shapes: Shapes) -> tuple[Array, Array]:
        cross = _kernel(self.setting, pairs)
        reduced = scipy.linalg.solve_triangular(self.factor[0], cross.T, lower=True)
        _, amplitude, slope, spare = self.setting
        prior = _LEVEL + slope * shapes.excess**2 + spare * shapes.spare**2 + amplitude
        return cross @ self.solved, np.maximum(prior - (reduced**2).sum(axis=0), 0.0)


def _kernel(setting: Hyperparameters, pairs: _Pairs) -> Array:
    length_scale, amplitude, slope, spare = setting
    matern = _matern(pairs.distance / length_scale)
    if pairs.apart:
        alone = sum(_matern(one / length_scale) for one in pairs.apart) / len(pairs.apart)
        matern = _ALONE * alone + (1 - _ALONE) * matern
    shared = np.exp(-_FORGOTTEN_PER_DOUBLING * pairs.doublings)
    trends = slope * pairs.excess + spare * pairs.spare
    return np.asarray(_LEVEL * (pairs.doublings == 0) + trends + amplitude * matern * shared)


def _matern(distance: Array) -> Array:
    """Correlations at a distance in length scales, smoothness 5/2."""
    scaled = np.sqrt(5) * distance
    return np.asarray((1 + scaled + scaled**2 / 3) * np.exp(-scaled))


@dataclass(frozen=True)
class Scale:
    """Centre and scale of the values of one step budget.

    Attributes:
        middle: their median.
        unit: spread of their better half, or of their noise.
    """

    middle: float
    unit: float

    @classmethod
    def of(cls, values: Array, errors: Array) -> Scale:
        """From values, less is better, and deviations of their noise, NaN where not known."""
        known = errors[np.isfinite(errors)]
        middle = float(np.median(values))
        largest = float(known.max(initial=0.0))
        # Scaled before they are squared: squares of small numbers vanish.
        noise = largest * np.sqrt(np.median((known / largest) ** 2)) if largest > 0 else 0.0
        spread = max(middle - float(values.min()), noise)
        # A single value, or all the same: any unit serves.
        return cls(middle, spread if spread > 0 else max(abs(middle), 1.0))

    def compressed(self, values: Array) -> Array:
        """Values on scale 1, with bad ones pulled towards the others."""
        raw = (values - self.middle) / self.unit
        return np.where(raw > 0, np.log1p(np.maximum(raw, 0.0)), raw)

    def restored(self, targets: Array) -> Array:
        """The inverse of `compressed`."""
        raw = np.where(targets > 0, np.expm1(np.maximum(targets, 0.0)), targets)
        return np.asarray(self.middle + self.unit * raw)


def _scales(steps: npt.NDArray[np.int64], values: Array, errors: Array) -> dict[int, Scale]:
    """The scale of each step budget."""
    budgets = np.unique(steps).tolist()
    return {n: Scale.of(values[steps == n], errors[steps == n]) for n in budgets}


def _scaled(steps: npt.NDArray[np.int64], values: Array, errors: Array) -> tuple[Array, Array]:
    """Values of scale 1 within each step budget, and the variances of their noise."""
    targets, noise = np.empty(len(values)), np.empty(len(values))
    for budget, scale in _scales(steps, values, errors).items():
        rows = steps == budget
        own = values[rows]
        squares = (errors[rows] / scale.unit) ** 2
        known = squares[np.isfinite(squares)]
        typical = float(np.median(known)) if len(known) else _UNKNOWN_NOISE
        filled = np.where(np.isfinite(squares), squares, typical)
        above = np.maximum((own - scale.middle) / scale.unit, 0.0)
        targets[rows] = scale.compressed(own)
        noise[rows] = filled / (1 + above) ** 2
    return targets, noise

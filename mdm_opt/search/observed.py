"""Trials as the model of shapes sees them, and the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mdm_opt.schedules import limit, reveal_grid
from mdm_opt.schedules.base import Array
from mdm_opt.search.model import MOST_TRIALS, Posterior, Scale, ShapeModel, Shapes
from mdm_opt.search.seeds import best_beta_in, expected_path_kl
from mdm_opt.search.space import Point, Setting, boundary_fractions


@dataclass(frozen=True)
class Observed:
    """A trial that has been measured, wholly or until its race ended.

    Attributes:
        number: of the trial.
        point: the candidate.
        value: less is better; of a race that was lost, what pairing says of all instances.
        variance: of the noise of the value relative to other candidates; None where it is not
            known.
        guard: largest guard value, feasible iff <= 0; -inf without guards.
        complete: whether all instances were measured.
    """

    number: int
    point: Point
    value: float
    variance: float | None
    guard: float = -np.inf
    complete: bool = True

    @property
    def eligible(self) -> bool:
        """Whether it can be the best: wholly measured, and feasible."""
        return self.complete and self.guard <= 0


class Excess:
    """What a profile predicts of candidates, relative to the least of their step budget.

    Args:
        setting: of the study.
        profile: float64 ``(length,)``, h(m), or None.
    """

    def __init__(self, setting: Setting, profile: Array | None) -> None:
        self._setting, self._profile = setting, profile
        self._least: dict[int, float] = {}

    def of(self, points: Sequence[Point]) -> Array:
        """float64 ``(len(points),)``: logarithms of ratios; zeros without a profile."""
        if self._profile is None:
            return np.zeros(len(points))
        found = []
        for point in points:
            least = self._least_of(point.steps)
            # Next to zero a ratio says nothing.
            floor = 0.05 * least + 1e-3
            value = expected_path_kl(self._setting, self._profile, point)
            found.append(np.log((max(value, 0.0) + floor) / (least + floor)))
        return np.array(found)

    def _least_of(self, steps: int) -> float:
        if steps not in self._least and self._profile is not None:
            sampler = self._setting.sampler
            if sampler.reveal == "fixed" and steps <= len(self._profile):
                self._least[steps] = float(limit(self._profile, steps).nats[-1])
            else:
                best = best_beta_in(self._profile, steps, self._setting.space, sampler)
                point = Point(steps, best.beta_a, best.beta_b)
                self._least[steps] = max(
                    0.0, expected_path_kl(self._setting, self._profile, point)
                )
        return self._least[steps]


def shapes_of(setting: Setting, excess: Excess, points: Sequence[Point]) -> Shapes:
    """Candidates of any step budgets as the model sees them, in the same order."""
    parts = []
    for point in points:
        if setting.sampler.reveal == "fixed":
            grid = boundary_fractions([int(n) for n in setting.counts(point)])
        else:
            grid = reveal_grid(point.schedule, point.steps)
        parts.append(Shapes.of(point.steps, grid[None, :], excess.of([point])))
    return Shapes.joined(parts)


def model_of(setting: Setting, excess: Excess, observed: Sequence[Observed]) -> ShapeModel:
    """The model of measured trials, at least one."""
    return ShapeModel.of_values(
        shapes_of(setting, excess, [one.point for one in observed]),
        np.array([one.value for one in observed]),
        np.array([np.nan if one.variance is None else one.variance for one in observed]),
    )


def manageable(observed: Sequence[Observed]) -> list[Observed]:
    """All of them, or the better and the newer half of what can be handled, in order."""
    if len(observed) <= MOST_TRIALS:
        return list(observed)
    newest = {one.number for one in observed[-MOST_TRIALS // 2 :]}
    rest = sorted((one for one in observed if one.number not in newest), key=lambda o: o.value)
    kept = newest | {one.number for one in rest[: MOST_TRIALS // 2]}
    return [one for one in observed if one.number in kept]


def ranked(setting: Setting, excess: Excess, observed: Sequence[Observed]) -> list[Observed]:
    """The eligible trials of each step budget, best posterior mean first.

    The luckiest value is not the best candidate: what its neighbours scored counts too, as much
    as the noise of its own value says.

    Args:
        setting: of the study.
        excess: what the profile predicts.
        observed: trials of any step budgets.
    """
    eligible = [one for one in observed if one.eligible]
    if len(eligible) < 2:
        return eligible
    chosen = manageable(observed)
    posterior: Posterior = model_of(setting, excess, chosen).measured
    means = {one.number: float(m) for one, m in zip(chosen, posterior.mean, strict=True)}
    exact = all(one.variance == 0 for one in eligible)
    last = max(means.values())
    return sorted(
        eligible,
        key=lambda o: (0.0 if exact else means.get(o.number, last), o.value, o.number),
    )


def expected_values(
    setting: Setting, observed: Sequence[Observed], points: Sequence[Point]
) -> Array:
    """What the measured trials let expect of candidates, on the scale of the trials' values.

    Args:
        setting: of the study.
        observed: trials of any step budgets, at least one of that of the candidates.
        points: candidates of one step budget.

    Returns:
        float64 ``(len(points),)``, less is better.
    """
    chosen, nothing = manageable(observed), Excess(setting, None)
    mean = model_of(setting, nothing, chosen).posterior(shapes_of(setting, nothing, points)).mean
    ours = [one for one in chosen if one.point.steps == points[0].steps]
    variances = np.array([np.nan if one.variance is None else one.variance for one in ours])
    return Scale.of(np.array([one.value for one in ours]), variances).restored(mean)

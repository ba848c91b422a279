"""What a measured profile predicts for every step budget, judged on held-out sequences."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

from mdm_opt.config import SamplerTable, SpaceTable
from mdm_opt.schedules import (
    BetaSchedule,
    CountsSchedule,
    MaskSchedule,
    ProfileSample,
    ancestral_limit,
    ancestral_weights,
    fixed_weights,
    limit,
    linear_path_kls,
    named_schedule,
    path_kl_weights,
    reveal_counts,
)
from mdm_opt.schedules.base import Array
from mdm_opt.search import NAMED_SEEDS, best_beta_in, energy_fit_in

BEST_BETA, ENERGY_FIT, LIMIT = "best Beta", "energy fit", "limit"
_FOLDS = 4


class PredictedSchedule(BaseModel):
    """Path KL of one schedule in nats a sequence, less is better.

    `value` is measured on sequences that had no part in fitting the schedule; `gain_over_linear`
    is the paired difference. Each with its standard error. `linear_steps` is the fewest steps of
    the linear schedule with at most this value, None where none has.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    beta_a: float | None
    beta_b: float | None
    counts: list[int] | None
    value: float
    standard_error: float
    gain_over_linear: float
    gain_standard_error: float
    linear_steps: int | None


class PredictedBudget(BaseModel):
    """All schedules of one step budget.

    `limit_from_below` is the least path KL under the whole profile: on average at most the true
    limit, because it is fitted to its own noise, while the held-out value of the row "limit" is on
    average at least that.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int
    schedules: list[PredictedSchedule]
    limit_from_below: float


# What turns a profile into the weights of a schedule, and into the schedule itself.
_Fit = Callable[[Array], tuple[Array, MaskSchedule | None]]


class Predictions:
    """Path KL under a profile.

    Args:
        sample: measured profiles of sequences, at least 8.
        space: bounds of the Beta family.
        sampler: reveal and rounding.
    """

    def __init__(self, sample: ProfileSample, space: SpaceTable, sampler: SamplerTable) -> None:
        self._sample, self._space, self._sampler = sample, space, sampler
        self._profile = sample.profile()
        folds = np.arange(len(sample)) % _FOLDS
        self._folds = [np.flatnonzero(folds == fold) for fold in range(_FOLDS)]
        self._fitted = [
            sample.part(np.flatnonzero(folds != fold)).profile() for fold in range(_FOLDS)
        ]
        # Not made monotone: a mean over sequences, as the values it is compared with.
        plain = np.interp(np.arange(sample.length), sample.known, sample.mean)
        self._linear_values = linear_path_kls(plain, sampler.reveal, sampler.rounding)

    def budget(self, steps: int) -> PredictedBudget:
        """Every schedule of one step budget.

        Args:
            steps: N, in 1..length.
        """
        fixed = {name: named_schedule(name) for name in ("linear", "sin2", "sine")}
        cells = {label: BetaSchedule(a, b) for label, a, b in NAMED_SEEDS["baselines"]}
        rows = [
            self._row(label, steps, self._given(schedule, steps))
            for label, schedule in (fixed | cells).items()
        ]
        rows.append(self._row(ENERGY_FIT, steps, lambda profile: self._energy(profile, steps)))
        rows.append(self._row(BEST_BETA, steps, lambda profile: self._beta(profile, steps)))
        rows.append(self._row(LIMIT, steps, lambda profile: self._limit(profile, steps)))
        weights, _ = self._limit(self._profile, steps)
        return PredictedBudget(
            steps=steps, schedules=rows, limit_from_below=float(weights @ self._profile)
        )

    def optimism(self, steps: int) -> float:
        """How much the best Beta schedule of a step budget is fitted to its own noise.

        The difference between its path KL on held-out and on fitted sequences, relative to the
        former, or to a tenth of the linear schedule's where that is more. About twice what fitting
        to so few sequences costs.
        """
        held_out = float(self._held_out(lambda profile: self._beta(profile, steps)).mean())
        weights, _ = self._beta(self._profile, steps)
        linear = float(self._weights(named_schedule("linear"), steps) @ self._profile)
        # Below a thousandth of a nat there is nothing to be gained.
        scale = max(held_out, 0.1 * linear, 1e-3)
        return (held_out - float(weights @ self._profile)) / scale

    def _weights(self, schedule: MaskSchedule, steps: int) -> Array:
        sampler = self._sampler
        length = self._sample.length
        return path_kl_weights(schedule, steps, length, sampler.reveal, sampler.rounding)

    def _given(self, schedule: MaskSchedule, steps: int) -> _Fit:
        weights = self._weights(schedule, steps)
        return lambda profile: (weights, schedule)

    def _beta(self, profile: Array, steps: int) -> tuple[Array, MaskSchedule]:
        found = best_beta_in(profile, steps, self._space, self._sampler)
        return self._weights(found, steps), found

    def _energy(self, profile: Array, steps: int) -> tuple[Array, MaskSchedule]:
        found = energy_fit_in(profile, self._space)
        return self._weights(found, steps), found

    def _limit(self, profile: Array, steps: int) -> tuple[Array, MaskSchedule | None]:
        if self._sampler.reveal == "ancestral":
            # The grid must be finer than the steps.
            grid = ancestral_limit(profile, steps, max(512, 4 * steps))[-1][1]
            return ancestral_weights(grid, self._sample.length), None
        counts = limit(profile, steps).counts(steps)
        return fixed_weights(counts), CountsSchedule(tuple(counts.tolist()))

    def _row(self, label: str, steps: int, fit: _Fit) -> PredictedSchedule:
        values = self._held_out(fit)
        linear = self._sample.costs(self._weights(named_schedule("linear"), steps))
        _, schedule = fit(self._profile)
        value = float(values.mean())
        reaches = np.flatnonzero(self._linear_values <= value + 1e-12)
        beta = schedule if isinstance(schedule, BetaSchedule) else None
        return PredictedSchedule(
            label=label,
            beta_a=beta.beta_a if beta else None,
            beta_b=beta.beta_b if beta else None,
            counts=self._counts(schedule, steps),
            value=value,
            standard_error=_standard_error(values),
            gain_over_linear=float((linear - values).mean()),
            gain_standard_error=_standard_error(linear - values),
            linear_steps=int(reaches[0]) + 1 if len(reaches) else None,
        )

    def _held_out(self, fit: _Fit) -> Array:
        """Path KL of each sequence, of what is fitted to the other folds."""
        values = np.empty(len(self._sample))
        for rows, profile in zip(self._folds, self._fitted, strict=True):
            values[rows] = self._sample.part(rows).costs(fit(profile)[0])
        return values

    def _counts(self, schedule: MaskSchedule | None, steps: int) -> list[int] | None:
        """Fixed counts; ancestral reveal has none."""
        if schedule is None or self._sampler.reveal == "ancestral":
            return None
        counts = reveal_counts(schedule, steps, self._sample.length, self._sampler.rounding)
        return [int(n) for n in counts]


def _standard_error(values: Sequence[float] | Array) -> float:
    return float(np.std(values, ddof=1) / np.sqrt(len(values)))

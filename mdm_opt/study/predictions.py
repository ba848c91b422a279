"""What a measured profile predicts for every step budget, judged on held-out sequences."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from mdm_opt.candidates import (
    FAMILIES,
    Candidate,
    Costs,
    Seed,
    Value,
    baseline,
    counts_candidate,
)
from mdm_opt.candidates.beta import BETA, beta_bounds
from mdm_opt.config import StudyFile
from mdm_opt.schedules import ProfileSample, StepSample
from mdm_opt.schedules.base import Array
from mdm_opt.schedules.cover import share_of_good
from mdm_opt.statistics import standard_error
from mdm_opt.study.flatness import LargestDifference, largest_difference

LIMIT = "limit"
_FOLDS = 4


class PredictedSchedule(BaseModel):
    """Path KL of one schedule in nats a sequence, less is better.

    `value` is measured on sequences that had no part in fitting the schedule; `gain_over_linear`
    is the paired difference. Each with its standard error. `linear_steps` is the fewest steps of
    the linear schedule with at most this value, None where none has. `within_5_percent` is the
    probability, as far as the measured sequences tell, of being within 5% of the best Beta.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    parameters: dict[str, Value | None]
    counts: list[int] | None
    value: float
    standard_error: float
    gain_over_linear: float
    gain_standard_error: float
    linear_steps: int | None
    within_5_percent: float

    @model_serializer(mode="wrap")
    def _flat(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """JSON has the parameters beside the other keys."""
        found: dict[str, Any] = handler(self)
        label, parameters = found.pop("label"), found.pop("parameters")
        return {"label": label, **parameters, **found}


class PredictedBudget(BaseModel):
    """All schedules of one step budget, and how far two of them are apart.

    `limit_from_below` is the least path KL under the measured means: on average at most the true
    limit, because it is fitted to their noise, while the held-out value of the row "limit" is on
    average at least that.

    `expected_excess` is how much more than the best the chosen schedule is expected to cost,
    whatever the sequences leave open, as a share; see `Predictions.regret`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int
    schedules: list[PredictedSchedule]
    limit_from_below: float
    largest_difference: LargestDifference
    expected_excess: float


# Weights of a schedule under a profile, and the schedule where it is a candidate.
_Fitted = tuple[Array, Candidate | None]


class Predictions:
    """Path KL under a profile.

    Args:
        sample: measured profiles of sequences, at least 4.
        study_file: whose family, bounds, reveal and rounding are looked at; of a family of rules
            the Beta schedules alone, for nothing is predicted of a rule.
    """

    def __init__(self, sample: ProfileSample | StepSample, study_file: StudyFile) -> None:
        self._sample = sample
        self._family = BETA if study_file.family.by_rule else study_file.family
        own = study_file.space.bounds
        self._baselines = study_file.sampler.baselines
        masked = study_file.model.process == "masked"
        self._cells = FAMILIES["beta"].named_seeds["baselines"] if masked else ()
        self._bounds = {key.name: own.get(key.name, key.searched) for key in self._family.keys}
        self._decoding = decoding = study_file.sampler
        self._costs = decoding.costs(sample.profile())
        self._draws = sample.draws()
        self._drawn = decoding.costs(self._costs.profile, self._draws)
        self._least_known: dict[int, Array] = {}
        folds = np.arange(len(sample)) % _FOLDS
        self._folds = [np.flatnonzero(folds == fold) for fold in range(_FOLDS)]

    def budget(self, steps: int) -> PredictedBudget:
        """Every schedule of one step budget.

        Args:
            steps: N, in 1..length.
        """
        given = {name: baseline(name, steps) for name in self._baselines}
        for label, values in self._cells:
            given[label] = Candidate("beta", steps, values)
        fits = [
            (label, [self._of(candidate)] * (_FOLDS + 1)) for label, candidate in given.items()
        ]
        # The best of the family comes last, before the limit.
        seeds = [self._seeds(costs, steps) for costs in self._all_costs]
        for fitted in reversed(list(zip(*seeds, strict=True))):
            label = fitted[0].label.removeprefix("profile: ")
            fits.append((label, [self._of(one.candidate) for one in fitted]))
        fits.append((LIMIT, [self._limit(costs, steps) for costs in self._all_costs]))
        held_out = {label: self._held_out(fitted) for label, fitted in fits}
        lowest = self._decoding.costs(self._sample.monotone())
        return PredictedBudget(
            steps=steps,
            schedules=[self._row(label, steps, fitted, held_out[label]) for label, fitted in fits],
            limit_from_below=float(lowest.limit(steps)[0] @ lowest.profile),
            largest_difference=largest_difference(held_out),
            expected_excess=self.regret(steps),
        )

    def regret(self, steps: int) -> float:
        """How much worse than the best the chosen schedule of a step budget is expected to be.

        The mean over the profiles that the measurement leaves possible, relative to the best
        schedule's path KL, or to a tenth of the linear schedule's where that is more.
        """
        least = self._least(steps)
        weights = self._costs.weights(self._seeds(self._costs, steps)[0].candidate)
        linear = self._draws @ self._costs.weights(baseline("linear", steps))
        # Below a thousandth of a nat there is nothing to be gained.
        scale = np.maximum(np.maximum(least, 0.1 * linear), 1e-3)
        return float(np.mean(np.maximum(self._draws @ weights - least, 0.0) / scale))

    # Whether a profile suffices is asked after every block of sequences, and needs neither.
    @cached_property
    def _all_costs(self) -> list[Costs]:
        """Those that each fold is judged by, and those of all sequences."""
        rows = np.arange(len(self._sample))
        parts = [self._sample.part(np.setdiff1d(rows, fold)) for fold in self._folds]
        of_folds = [self._decoding.costs(part.profile()) for part in parts]
        return [*of_folds, self._costs]

    @cached_property
    def _linear_values(self) -> Array:
        # Not made monotone: a mean over sequences, as the values it is compared with.
        return self._decoding.costs(self._sample.plain()).linear()

    def _seeds(self, costs: Costs, steps: int) -> list[Seed]:
        return self._family.profile_seeds(steps, self._bounds, costs)

    def _limit(self, costs: Costs, steps: int) -> _Fitted:
        weights, counts = costs.limit(steps)
        return weights, None if counts is None else counts_candidate(counts.tolist())

    def _of(self, candidate: Candidate) -> _Fitted:
        return self._costs.weights(candidate), candidate

    def _row(
        self, label: str, steps: int, fitted: Sequence[_Fitted], values: Array
    ) -> PredictedSchedule:
        """A schedule that was fitted without each of the folds, and to all sequences."""
        linear = self._sample.costs(self._costs.weights(baseline("linear", steps)))
        weights, candidate = fitted[-1]
        value = float(values.mean())
        reaches = np.flatnonzero(self._linear_values <= value + 1e-12)
        return PredictedSchedule(
            label=label,
            parameters={key.name: None for key in self._family.keys}
            | ({} if candidate is None else dict(candidate.parameters)),
            counts=self._counts(candidate),
            value=value,
            standard_error=standard_error(values),
            gain_over_linear=float((linear - values).mean()),
            gain_standard_error=standard_error(linear - values),
            linear_steps=int(reaches[0]) + 1 if len(reaches) else None,
            within_5_percent=share_of_good(self._draws @ weights, self._least(steps)),
        )

    def _least(self, steps: int) -> Array:
        """Path KL of the best Beta schedule under each draw, in the bounds that there are."""
        if steps not in self._least_known:
            ends = {key.name: self._bounds.get(key.name, key.searched) for key in BETA.keys}
            self._least_known[steps] = self._drawn.least_under_draws(steps, beta_bounds(ends))
        return self._least_known[steps]

    def _held_out(self, fitted: Sequence[_Fitted]) -> Array:
        """Path KL of each sequence, of what is fitted to the other folds."""
        values = np.empty(len(self._sample))
        for rows, (weights, _) in zip(self._folds, fitted, strict=False):
            values[rows] = self._sample.costs(weights)[rows]
        return values

    def _counts(self, candidate: Candidate | None) -> list[int] | None:
        """Fixed counts; None where they are random."""
        if candidate is None:
            return None
        counts = self._costs.counts(candidate)
        return None if counts is None else counts.tolist()

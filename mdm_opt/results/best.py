"""The best schedule of every step count, with what is known about it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from mdm_opt.candidates import BASELINES as KNOWN_BASELINES
from mdm_opt.candidates import Candidate, baseline, family_named
from mdm_opt.errors import RunError
from mdm_opt.persistence import MeasurementRecord, Repository, StudyRecord
from mdm_opt.search import SearchSpace, observations, rank
from mdm_opt.statistics import (
    Estimate,
    deviation,
    mean_interval,
    paired_difference,
    simultaneous,
)
from mdm_opt.study.search_space import space_of
from mdm_opt.study.stored_file import stored_study_file

# Measured beside the best schedule, and how it is called itself.
BASELINES = ("linear", "sin2", "sine")
BEST = "best"


class Result(BaseModel):
    """Base of what ``--json`` prints."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ValueResult(Result):
    """A value and its confidence interval."""

    value: float
    interval: tuple[float, float]

    @classmethod
    def of(cls, estimate: Estimate, **more: Any) -> Any:
        """From an estimate."""
        return cls(value=estimate.value, interval=(estimate.low, estimate.high), **more)


class BaselineResult(ValueResult):
    """A baseline at its own number of steps, which cost at least as many model calls."""

    steps: int
    nfe: float


class CallsResult(Result):
    """Model calls of a sequence where a rule decides; a batch waits for its slowest one."""

    mean: float
    standard_error: float
    percentile_95: float
    most: float

    @classmethod
    def of(cls, record: MeasurementRecord) -> CallsResult | None:
        """From a measurement; None where the schedule alone decides."""
        calls = record.calls
        if record.candidate.rule is None or not np.isfinite(calls).all():
            return None
        error = deviation(calls) / math.sqrt(len(calls)) if len(calls) > 1 else 0.0
        return cls(
            mean=float(calls.mean()),
            standard_error=error,
            percentile_95=float(np.percentile(calls, 95)),
            most=float(calls.max()),
        )


class BudgetResult(Result):
    """The best schedule of one step count.

    `gain_over_linear` is positive where the schedule is better, whatever the direction; its
    interval holds together with those of all other step counts, and `better_than_linear` says
    whether it lies above zero (None where the result is not verified). `trial` is the
    number of the best trial that measured the candidate and `label` its seed, or "search". JSON
    has the candidate as its family and parameters. `counts` is None where the tokens of a step are
    random, and `calls` None where a schedule fixes them. `feasible` says whether
    every guard held on these instances; `trials_since` counts the trials since the verification.
    `linear_steps_for_equal_quality` is None where linear never is as good, or where that was not
    looked for (`equal_linear_sought`).
    """

    steps: int
    candidate: Candidate
    trial: int | None
    label: str
    nfe: float
    calls: CallsResult | None = None
    counts: list[int] | None
    value: float
    interval: tuple[float, float]
    verified: bool
    feasible: bool
    trials_since: int
    instances: int
    baselines: dict[str, BaselineResult]
    gain_over_linear: ValueResult | None
    better_than_linear: bool | None
    linear_steps_for_equal_quality: int | None
    equal_linear_sought: bool

    @model_serializer(mode="wrap")
    def _with_parameters(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """JSON has the candidate's family and parameters beside the other keys."""
        found: dict[str, Any] = handler(self)
        if "candidate" not in found:
            return found
        values = family_named(self.candidate.family).values(self.candidate)
        own = {"family": self.candidate.family, **values}
        return {
            name: value
            for key, kept in found.items()
            for name, value in (own.items() if key == "candidate" else [(key, kept)])
        }


class BestResult(Result):
    """What ``mdm-opt best NAME --json`` prints.

    `confidence` is the coverage of every interval by itself, except for the gains over linear,
    which all hold together with that confidence. So `claim_error_rate` bounds the probability
    that any of the study's claims "better than linear" is wrong.
    """

    study: str
    objective: str
    unit: str
    direction: str
    confidence: float
    claim_error_rate: float
    trials: int
    budgets: list[BudgetResult]


def equal_linear_steps(direction: str, records: Sequence[MeasurementRecord]) -> int | None:
    """Fewest linear steps measured to be at least as good as the best schedule, or None."""
    best = next(record for record in records if record.label == BEST)
    target = badness(direction, best)
    equal = [
        record.steps
        for record in records
        if record.label == "linear" and badness(direction, record) <= target
    ]
    return min(equal, default=None)


def badness(direction: str, record: MeasurementRecord) -> float:
    """The value, turned so that less is better."""
    return record.value if direction == "minimize" else -record.value


def ranked_records(
    study: StudyRecord, space: SearchSpace, measured: Sequence[MeasurementRecord]
) -> dict[int, list[MeasurementRecord]]:
    """The trials of each step count that can be the best, in the order of `rank`."""
    by_number = {m.trial_number: m for m in measured if m.role == "search"}
    ranked = rank(space, observations(study, measured))
    return {steps: [by_number[one.number] for one in found] for steps, found in ranked.items()}


def best(name: str, url: str) -> BestResult:
    """The best schedule of every step count that has a feasible trial.

    Verified numbers where there are any; else those of the search, whose best is biased.

    Raises:
        InputError: where there is no such study.
        RunError: where it has no feasible trial yet.
    """
    repository = Repository(url, create=False)
    record = repository.study(name)
    measurements = repository.measurements(name)
    space = space_of(repository, record)
    found = best_of(record, space, measurements, ranked_records(record, space, measurements))
    if found is None:
        raise RunError(f"study {name!r} has no feasible finished trial yet")
    return found


def best_of(
    record: StudyRecord,
    space: SearchSpace,
    measurements: Sequence[MeasurementRecord],
    ranked: Mapping[int, Sequence[MeasurementRecord]],
) -> BestResult | None:
    """The best schedule of every step count, from what has been read; None before there is one.

    Args:
        record: the study.
        space: where it looks for candidates.
        measurements: all of it.
        ranked: see `ranked_records`.
    """
    confidence = stored_study_file(record).verify.confidence
    together = simultaneous(confidence, len(space.steps))
    summary = _Summary(record, space, measurements, confidence, together)
    budgets = [summary.budget(steps, ranked.get(steps, ())) for steps in space.steps]
    found = [budget for budget in budgets if budget is not None]
    if not found:
        return None
    return BestResult(
        study=record.name,
        objective=record.objective,
        unit=record.unit,
        direction=record.direction,
        confidence=confidence,
        claim_error_rate=(1 - confidence) / 2,
        trials=sum(1 for m in measurements if m.role == "search"),
        budgets=found,
    )


@dataclass(frozen=True, eq=False)
class _Summary:
    """What the results of all step counts are made from."""

    record: StudyRecord
    space: SearchSpace
    measurements: Sequence[MeasurementRecord]
    confidence: float
    # Of the gains over linear, which hold together.
    together: float

    def budget(self, steps: int, ranked: Sequence[MeasurementRecord]) -> BudgetResult | None:
        ours = [m for m in self.measurements if m.budget_steps == steps]
        verified = [m for m in ours if m.role == "verification"]
        if verified:
            return self._verified(ours, ranked, verified)
        return self._searched(ranked) if ranked else None

    def _verified(
        self,
        ours: Sequence[MeasurementRecord],
        ranked: Sequence[MeasurementRecord],
        measured: Sequence[MeasurementRecord],
    ) -> BudgetResult:
        newest = max(m.id or 0 for m in measured)
        searched = [*ranked, *(m for m in ours if m.role == "search")]
        return self._result(
            searched,
            next(m for m in measured if m.label == BEST),
            # That of equal cost was measured first, probes for equal quality after it.
            {name: next(m for m in measured if m.label == name) for name in BASELINES},
            verified=True,
            trials_since=sum(m.role == "search" and (m.id or 0) > newest for m in ours),
            linear_steps_for_equal_quality=equal_linear_steps(self.record.direction, measured),
            equal_linear_sought=sum(m.label == "linear" for m in measured) > 1,
        )

    def _searched(self, ranked: Sequence[MeasurementRecord]) -> BudgetResult:
        baselines: dict[str, MeasurementRecord] = {}
        for m in ranked:
            for name in KNOWN_BASELINES:
                if m.candidate == baseline(name, m.steps):
                    baselines.setdefault(name, m)
        return self._result(
            ranked,
            ranked[0],
            baselines,
            verified=False,
            trials_since=0,
            linear_steps_for_equal_quality=None,
            equal_linear_sought=False,
        )

    def _result(
        self,
        searched: Sequence[MeasurementRecord],
        chosen: MeasurementRecord,
        baselines: Mapping[str, MeasurementRecord],
        *,
        verified: bool,
        **more: Any,
    ) -> BudgetResult:
        gain = None
        if "linear" in baselines:
            pair = (baselines["linear"].scores, chosen.scores)
            first, second = pair if self.record.direction == "minimize" else pair[::-1]
            gain = ValueResult.of(paired_difference(first, second, self.together))
        counts = chosen.candidate.plan(self.space.decoding, self.space.length).counts
        trial = next((m for m in searched if m.candidate == chosen.candidate), None)
        own = mean_interval(chosen.scores, self.confidence)
        return BudgetResult(
            value=own.value,
            interval=(own.low, own.high),
            steps=chosen.steps,
            candidate=chosen.candidate,
            trial=None if trial is None else trial.trial_number,
            label="" if trial is None else trial.label,
            nfe=chosen.nfe,
            calls=CallsResult.of(chosen),
            counts=None if counts is None else counts.tolist(),
            verified=verified,
            feasible=chosen.feasible,
            instances=chosen.instances,
            baselines={
                name: BaselineResult.of(
                    mean_interval(m.scores, self.confidence), steps=m.steps, nfe=m.nfe
                )
                for name, m in baselines.items()
            },
            gain_over_linear=gain,
            better_than_linear=gain is not None and gain.interval[0] > 0 if verified else None,
            **more,
        )

"""What ``mdm-opt best`` knows of a study, as data."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from mdm_opt.candidates import Candidate, Value, family_named
from mdm_opt.persistence import MeasurementRecord
from mdm_opt.results.decision import Decision
from mdm_opt.statistics import Estimate, standard_error


class Result(BaseModel):
    """Base of what ``--json`` prints."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ValueResult(Result):
    """A value and its confidence interval."""

    value: float
    interval: tuple[float, float]

    @classmethod
    def of(cls, estimate: Estimate, **more: Any) -> Any:
        """From an estimate."""
        return cls(value=estimate.value, interval=(estimate.low, estimate.high), **more)


class BaselineResult(ValueResult):
    """A baseline at its own number of steps, which cost at least as many model calls.

    JSON has no `candidate`: `label` and `steps` say which it is. `same_schedule` says whether it
    samples as the best schedule does.
    """

    candidate: Candidate = Field(exclude=True)
    label: str
    steps: int
    nfe: float
    instances: int
    same_schedule: bool = False


class CallsResult(Result):
    """Model calls of a sequence; a batch waits for its slowest one.

    All but the mean are those of the sequences that were measured.
    """

    mean: float
    standard_error: float
    percentile_95: float
    most: float

    @classmethod
    def of(cls, record: MeasurementRecord) -> CallsResult:
        """From the calls of each instance; where an old version kept none, from their mean."""
        known = np.isfinite(record.calls).all()
        calls = record.calls if known else np.full(len(record.calls), record.nfe)
        return cls(
            mean=record.nfe,
            standard_error=standard_error(calls),
            percentile_95=float(np.quantile(calls, 0.95, method="higher")),
            most=float(calls.max()),
        )


class FamilyResult(ValueResult):
    """The best candidate of a family that did not win.

    `sampler` has the values of the sampler's settings that were searched. `gain_of_best` is the
    paired gain of the best candidate over it, with its own interval.
    """

    label: str
    parameters: dict[str, Value | None]
    sampler: dict[str, int | Value] = {}
    calls: CallsResult
    instances: int
    gain_of_best: ValueResult


class BudgetResult(Result):
    """The best schedule of one step count.

    `gain_over_linear` is positive where the schedule is better, whatever the direction; its
    interval holds together with those of all other step counts, and `better_than_linear` says
    whether it lies above zero (None where the result is not verified). `trial` is the
    number of the best trial that measured the candidate and `label` its seed, or "search". JSON
    has the candidate as its family and parameters, and under `sampler` the values of the settings
    that were searched. `counts` is None where the tokens of a step are
    random. `feasible` says whether
    every guard held on these instances, and `guards` by how much each is above what is allowed
    (negative where it holds); `trials_since` counts the trials since the verification.
    `gain_over_baseline` is likewise for the user's own baseline, which `baselines` has as
    "baseline", too. `families` has the best of every other family that was searched.
    `decided_early` says whether the first half of the verification's instances decided; the
    intervals are as wide as that takes.
    `linear_steps_for_equal_quality` is None where linear never is as good, or where that was not
    looked for (`equal_linear_sought`). `linear_steps_interval` has the fewest steps that are not
    shown to be worse, and the fewest that are shown to be as good (None where none are); it is
    None where no probes were taken. `only_score` is the score of every instance of the best
    schedule and of all baselines, where that is one: the metric separates nothing.
    """

    steps: int
    candidate: Candidate
    trial: int | None
    label: str
    nfe: float
    counts: list[int] | None
    value: float
    interval: tuple[float, float]
    verified: bool
    feasible: bool
    guards: dict[str, float] = {}
    trials_since: int
    instances: int
    calls: CallsResult
    families: dict[str, FamilyResult]
    decided_early: bool
    decision: Decision | None
    baselines: dict[str, BaselineResult]
    gain_over_linear: ValueResult | None
    gain_over_baseline: ValueResult | None
    against_reference: ValueResult | None
    keeps_quality: bool | None
    better_than_linear: bool | None
    linear_steps_for_equal_quality: int | None
    linear_steps_interval: tuple[int, int | None] | None
    equal_linear_sought: bool
    only_score: float | None = None

    @model_serializer(mode="wrap")
    def _with_parameters(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """JSON has the candidate's family and parameters beside the other keys."""
        found: dict[str, Any] = handler(self)
        if "candidate" not in found:
            return found
        values = family_named(self.candidate.family).shown_values(self.candidate)
        own = {"family": self.candidate.family, **values, "sampler": self.candidate.decoding}
        return {
            name: value
            for key, kept in found.items()
            for name, value in (own.items() if key == "candidate" else [(key, kept)])
        }


class GoalResult(Result):
    """The fewest calls at which the quality of a reference is shown to be kept.

    `steps` is their step count and `nfe` the mean calls of a sequence there; None where it is
    shown at no step count. `error_rate` is the probability, at most, that a step count is named
    which does not keep `quality`, the share of the reference's value, or loses more than `margin`.
    """

    reference: str
    quality: float | None
    margin: float | None
    error_rate: float
    steps: int | None
    nfe: float | None


class BestResult(Result):
    """What ``mdm-opt best NAME --json`` prints.

    `confidence` is the coverage of every interval by itself, except for the gains over linear,
    which all hold together with that confidence. So `claim_error_rate` bounds the probability
    that any of the study's claims "better than linear" is wrong. `goal` is None where it is the
    best quality. `calls_reported` stands there where calls are not counted here, but are as a
    function says that asks a server.
    """

    study: str
    objective: str
    unit: str
    direction: str
    confidence: float
    claim_error_rate: float
    trials: int
    goal: GoalResult | None
    budgets: list[BudgetResult]
    calls_reported: bool = False

    @model_serializer(mode="wrap")
    def _said_where_so(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = handler(self)
        if not self.calls_reported:
            found.pop("calls_reported", None)
        return found

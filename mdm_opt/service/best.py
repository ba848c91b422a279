"""The best schedule of every step count, with what is known about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from mdm_opt.errors import RunError
from mdm_opt.persistence import MeasurementRecord, Repository, StudyRecord
from mdm_opt.schedules import NAMED_SCHEDULES, BetaSchedule, CountsSchedule, MaskSchedule
from mdm_opt.service.standing import schedule_of, standings
from mdm_opt.service.study_files import stored_study_file
from mdm_opt.service.verification import BASELINES, BEST, equal_linear_steps
from mdm_opt.statistics import Estimate, mean_interval, paired_difference, simultaneous


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


class BudgetResult(Result):
    """The best schedule of one step count.

    `gain_over_linear` is positive where the schedule is better, whatever the direction; its
    interval holds together with those of all other step counts, and `better_than_linear` says
    whether it lies above zero (None where the result is not verified). `beta_a` and `beta_b` are
    None in the family ``free``, `counts` is None under ancestral reveal. `feasible` says whether
    every guard held on these instances; `trials_since` counts the trials since the verification.
    `linear_steps_for_equal_quality` is None where linear never is as good, or where that was not
    looked for (`equal_linear_sought`).
    """

    steps: int
    nfe: float
    beta_a: float | None
    beta_b: float | None
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
    found = best_of(record, measurements, standings(record, measurements))
    if found is None:
        raise RunError(f"study {name!r} has no feasible finished trial yet")
    return found


def best_of(
    record: StudyRecord,
    measurements: Sequence[MeasurementRecord],
    standing: Mapping[int, Sequence[MeasurementRecord]],
) -> BestResult | None:
    """The same from what has been read of a study; None where no trial is feasible yet.

    Args:
        record: the study.
        measurements: all of it.
        standing: see `standings`.
    """
    confidence = stored_study_file(record).verify.confidence
    budgets = []
    all_steps = record.study_file["space"]["steps"]
    together = simultaneous(confidence, len(all_steps))
    for steps in all_steps:
        ours = [m for m in measurements if m.budget_steps == steps]
        verified = [m for m in ours if m.role == "verification"]
        if verified:
            newest = max(m.id or 0 for m in verified)
            since = sum(1 for m in ours if m.role == "search" and (m.id or 0) > newest)
            budgets.append(_verified(record, verified, (confidence, together), since))
        elif steps in standing:
            found = _searched(record, standing[steps], (confidence, together))
            budgets.append(found)
    if not budgets:
        return None
    return BestResult(
        study=record.name,
        objective=record.objective,
        unit=record.unit,
        direction=record.direction,
        confidence=confidence,
        claim_error_rate=(1 - confidence) / 2,
        trials=sum(1 for m in measurements if m.role == "search"),
        budgets=budgets,
    )


def _verified(
    record: StudyRecord,
    measured: Sequence[MeasurementRecord],
    confidence: tuple[float, float],
    trials_since: int,
) -> BudgetResult:
    chosen = next(m for m in measured if m.label == BEST)
    # The baseline of equal cost was measured first, probes for equal quality after it.
    baselines = {name: next(m for m in measured if m.label == name) for name in BASELINES}
    return _budget(
        record,
        chosen,
        baselines,
        confidence,
        verified=True,
        trials_since=trials_since,
        equal_steps=equal_linear_steps(record.direction, measured),
        sought=sum(m.label == "linear" for m in measured) > 1,
    )


def _searched(
    record: StudyRecord, standing: Sequence[MeasurementRecord], confidence: tuple[float, float]
) -> BudgetResult:
    baselines: dict[str, MeasurementRecord] = {}
    for m in standing:
        for name, schedule in NAMED_SCHEDULES.items():
            if schedule == schedule_of(m):
                baselines.setdefault(name, m)
    return _budget(
        record,
        standing[0],
        baselines,
        confidence,
        verified=False,
        trials_since=0,
        equal_steps=None,
        sought=False,
    )


def _budget(
    record: StudyRecord,
    chosen: MeasurementRecord,
    baselines: dict[str, MeasurementRecord],
    confidence: tuple[float, float],
    *,
    verified: bool,
    trials_since: int,
    equal_steps: int | None,
    sought: bool,
) -> BudgetResult:
    alone, together = confidence
    own = mean_interval(chosen.scores, alone)
    gain = None
    if "linear" in baselines:
        pair = (baselines["linear"].scores, chosen.scores)
        first, second = pair if record.direction == "minimize" else pair[::-1]
        gain = ValueResult.of(paired_difference(first, second, together))
    return BudgetResult(
        steps=chosen.steps,
        nfe=chosen.nfe,
        beta_a=chosen.beta_a,
        beta_b=chosen.beta_b,
        counts=chosen.counts or None,
        value=own.value,
        interval=(own.low, own.high),
        verified=verified,
        feasible=chosen.feasible,
        trials_since=trials_since,
        instances=chosen.instances,
        baselines={
            name: BaselineResult.of(mean_interval(m.scores, alone), steps=m.steps, nfe=m.nfe)
            for name, m in baselines.items()
        },
        gain_over_linear=gain,
        better_than_linear=gain is not None and gain.interval[0] > 0 if verified else None,
        linear_steps_for_equal_quality=equal_steps,
        equal_linear_sought=sought,
    )


def budget_schedule(budget: BudgetResult) -> MaskSchedule:
    """The best schedule of a step count."""
    if budget.beta_a is not None and budget.beta_b is not None:
        return BetaSchedule(budget.beta_a, budget.beta_b)
    return CountsSchedule(tuple(budget.counts or ()))

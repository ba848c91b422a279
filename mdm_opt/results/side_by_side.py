"""The verified best of several studies beside each other, paired where instances are the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mdm_opt.candidates import Value
from mdm_opt.config import StudyFile
from mdm_opt.config.models import source_words
from mdm_opt.errors import InputError, RunError
from mdm_opt.persistence import MeasurementRecord, Repository, StudyRecord
from mdm_opt.results.best import BEST, best_of
from mdm_opt.results.best_result import BestResult, BudgetResult, Result, ValueResult
from mdm_opt.statistics import (
    Estimate,
    at_look,
    early_look,
    paired_gain,
    simultaneous,
    unpaired_gain,
)
from mdm_opt.study.search_space import space_of
from mdm_opt.study.stored_file import stored_study_file


class GainResult(ValueResult):
    """By how much a schedule is better than that of the first study.

    `unpaired` says why instances are not the same, and is empty where they are: `instances` are
    then those of both. `same_schedule` says whether both schedules reveal the same.
    """

    study: str
    steps: int
    unpaired: list[str]
    instances: int
    same_schedule: bool


class ComparedResult(Result):
    """The best schedule of one step count of a study; see `BudgetResult`.

    `sampler` has how it samples, with the settings that were searched. `gain` is None in the first
    study, and where either is not verified.
    """

    study: str
    steps: int
    model: str
    model_fingerprint: str
    length: int
    seed: int
    trials: int
    label: str
    sampler: dict[str, Any]
    nfe: float
    value: float
    interval: tuple[float, float]
    verified: bool
    feasible: bool
    instances: int
    gain: GainResult | None


class Comparison(Result):
    """What ``mdm-opt compare A B --json`` prints.

    Intervals of values cover with `confidence` each, those of all gains together.
    """

    studies: list[str]
    objective: str
    unit: str
    direction: str
    confidence: float
    budgets: list[ComparedResult]


@dataclass(frozen=True, eq=False)
class _Study:
    """A study with its best, and the scores of what was verified."""

    record: StudyRecord
    file: StudyFile
    result: BestResult
    scores: Mapping[int, MeasurementRecord]

    def nearest(self, steps: int) -> BudgetResult:
        """The best of that many steps, else of the nearest count."""
        return min(self.result.budgets, key=lambda one: (abs(one.steps - steps), one.steps))

    def sampler(self, budget: BudgetResult) -> dict[str, Value | Any]:
        return {**self.file.canonical()["sampler"], **budget.candidate.decoding}


def compare(names: Sequence[str], url: str) -> Comparison:
    """The best of several studies of one objective; gains are those over the first.

    Each step count is compared with the same one of the first study, else with the nearest.
    Instances are the same, and gains paired, where the objective with its data, the seed, the
    length and the step count are; models may differ. Intervals of gains allow for their number and
    for verifications that may have ended early.

    Args:
        names: of the studies, at least two.
        url: of the database.

    Raises:
        InputError: where there is no such study, or objectives differ.
        RunError: where one has no feasible trial yet.
    """
    names = list(dict.fromkeys(names))
    if len(names) < 2:
        raise InputError("compare: names of at least two studies are needed")
    repository = Repository(url, create=False)
    studies = [_read(repository, name) for name in names]
    first, *others = studies
    for other in others:
        _check_comparable(first.record, other.record)
    pairs = [
        (first, first.nearest(budget.steps), study, budget)
        for study in others
        for budget in study.result.budgets
    ]
    tested = sum(a.verified and b.verified for _, a, _, b in pairs)
    each = simultaneous(first.result.confidence, max(1, tested))
    gains = (_gain(*pair, each) for pair in pairs)
    return Comparison(
        studies=names,
        objective=first.record.objective,
        unit=first.record.unit,
        direction=first.record.direction,
        confidence=first.result.confidence,
        budgets=[
            *(_compared(first, budget, None) for budget in first.result.budgets),
            *(
                _compared(study, budget, gain)
                for (_, _, study, budget), gain in zip(pairs, gains, strict=True)
            ),
        ],
    )


def _read(repository: Repository, name: str) -> _Study:
    record, measured = repository.study(name), repository.measurements(name)
    space = space_of(repository, record)
    result = best_of(record, space, measured)
    if result is None:
        raise RunError(f"study {name!r} has no feasible finished trial yet")
    verified = [one for one in measured if one.role == "verification" and one.label == BEST]
    scores = {one.budget_steps: one for one in verified}
    return _Study(record, stored_study_file(record), result, scores)


def _check_comparable(first: StudyRecord, other: StudyRecord) -> None:
    ours, theirs = (f"{one.objective} in {one.unit}, {one.direction}d" for one in (first, other))
    if ours != theirs:
        raise InputError(
            f"studies {first.name!r} and {other.name!r} cannot be compared: the one measures "
            f"{ours}, the other {theirs}"
        )


def _compared(study: _Study, budget: BudgetResult, gain: GainResult | None) -> ComparedResult:
    record = study.record
    return ComparedResult(
        study=record.name,
        steps=budget.steps,
        model=source_words(record.model.source),
        model_fingerprint=record.model.fingerprint,
        length=record.model.length,
        seed=study.file.study.seed,
        trials=study.result.trials,
        label=budget.candidate.label,
        sampler=study.sampler(budget),
        nfe=budget.nfe,
        value=budget.value,
        interval=budget.interval,
        verified=budget.verified,
        feasible=budget.feasible,
        instances=budget.instances,
        gain=gain,
    )


def _gain(
    first: _Study, ours: BudgetResult, other: _Study, theirs: BudgetResult, confidence: float
) -> GainResult | None:
    if not (ours.verified and theirs.verified):
        return None
    a, b = first.scores[ours.steps], other.scores[theirs.steps]
    reasons = list(_differences(first, other, ours.steps, theirs.steps))
    gain = unpaired_gain if reasons else paired_gain
    found: Estimate = gain(b.scores, a.scores, first.record.direction, _at_looks(a, b, confidence))
    result: GainResult = GainResult.of(
        found,
        study=first.record.name,
        steps=ours.steps,
        unpaired=reasons,
        instances=min(a.instances, b.instances),
        same_schedule=_same_schedule(ours, theirs),
    )
    return result


def _at_looks(a: MeasurementRecord, b: MeasurementRecord, confidence: float) -> float:
    """Confidence of a gain where each of both verifications may have ended early.

    The error rate of an early look, see `at_look`, is shared among the ways to have ended early.
    """
    possible = [one.stopped_early or early_look(one.instances) is not None for one in (a, b)]
    if not any(possible):
        return confidence
    most = max(a.instances, b.instances)
    if a.stopped_early or b.stopped_early:
        return simultaneous(at_look(confidence, most, early=True), 2 ** sum(possible) - 1)
    return at_look(confidence, most, early=False)


def _differences(first: _Study, other: _Study, ours: int, theirs: int) -> Iterator[str]:
    """Why instances of two step counts are not the same, in words."""
    a, b = first.record, other.record
    if a.objective_fingerprint != b.objective_fingerprint:
        yield "data, judge or function of the objective"
    if first.file.study.seed != other.file.study.seed:
        yield "seed"
    if (a.model.process, a.model.length) != (b.model.process, b.model.length):
        yield "length" if a.model.process == b.model.process else "process"
    if ours != theirs:
        yield "step count"
    # Documents are handed out to the search first.
    if (
        a.objective_fingerprint
        and first.file.objective.instances != other.file.objective.instances
    ):
        yield "[objective] instances"


def _same_schedule(ours: BudgetResult, theirs: BudgetResult) -> bool:
    """Whether both reveal the same in each step, whatever else differs."""
    if ours.counts is not None or theirs.counts is not None:
        return ours.counts == theirs.counts
    a, b = ours.candidate, theirs.candidate
    return (a.family, a.steps, a.parameters) == (b.family, b.steps, b.parameters)

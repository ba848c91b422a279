"""The best schedule of every step count, with what is known about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from mdm_opt.candidates import BASELINES as KNOWN_BASELINES
from mdm_opt.candidates import PRESENT, family_named
from mdm_opt.config import ServedModel
from mdm_opt.errors import RunError
from mdm_opt.persistence import MeasurementRecord, Repository, StudyRecord
from mdm_opt.results.best_result import (
    BaselineResult,
    BestResult,
    BudgetResult,
    CallsResult,
    FamilyResult,
    GoalResult,
    ValueResult,
)
from mdm_opt.results.decision import Decision, decide, fewer_calls
from mdm_opt.results.equal_steps import EqualSteps, equal_steps, is_linear
from mdm_opt.results.fewest_calls import Kept
from mdm_opt.search import SearchSpace, observations, rank
from mdm_opt.statistics import (
    Estimate,
    at_look,
    at_side_look,
    mean_interval,
    paired_gain,
)
from mdm_opt.study.search_space import space_of
from mdm_opt.study.stored_file import stored_study_file

# Measured beside the best schedule, and how it is called itself.
LINEAR, BEST = "linear", "best"
# Nothing is claimed of these.
SIDE_BASELINES = KNOWN_BASELINES[1:]
# The user's own, and what the fewest calls have to keep the quality of.
BASELINE, REFERENCE = "baseline", "reference"


def decisive(beside: Collection[str]) -> str:
    """What decides whether a schedule is used: the user's baseline where it is among these names.

    Args:
        beside: names of what was measured beside it.
    """
    return BASELINE if BASELINE in beside else LINEAR


def value_of(record: MeasurementRecord, confidence: float) -> Estimate:
    """The value of a measurement with its interval."""
    return mean_interval(record.scores, _confidence_of(record, confidence))


def _confidence_of(record: MeasurementRecord, confidence: float) -> float:
    """That of an interval, where a verification may have ended after half of its instances."""
    if record.role != "verification":
        return confidence
    if record.label in SIDE_BASELINES:
        return at_side_look(confidence, record.instances, early=record.stopped_early)
    return at_look(confidence, record.instances, early=record.stopped_early)


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
    found = best_of(record, space, measurements)
    if found is None:
        raise RunError(f"study {name!r} has no feasible finished trial yet")
    return found


def best_of(
    record: StudyRecord, space: SearchSpace, measurements: Sequence[MeasurementRecord]
) -> BestResult | None:
    """The best schedule of every step count, from what has been read; None before there is one.

    Args:
        record: the study.
        space: where it looks for candidates.
        measurements: all of it.
    """
    study_file = stored_study_file(record)
    confidence = study_file.verify.confidence
    kept = Kept.of(study_file, record.direction)
    summary = _Summary(record, space, measurements, confidence, study_file.gain_confidence, kept)
    budgets = [summary.budget(steps) for steps in space.steps]
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
        goal=None if kept is None else _goal(kept, found),
        budgets=found,
        calls_reported=isinstance(study_file.model, ServedModel),
    )


def _goal(kept: Kept, budgets: Sequence[BudgetResult]) -> GoalResult:
    shown = [one for one in budgets if one.keeps_quality]
    fewest = min(shown, key=lambda one: one.steps, default=None)
    labels = [one.baselines[REFERENCE].label for one in budgets if REFERENCE in one.baselines]
    return GoalResult(
        reference=labels[0] if labels else "",
        quality=kept.quality,
        margin=kept.margin,
        error_rate=kept.error_rate,
        steps=None if fewest is None else fewest.steps,
        nfe=None if fewest is None else fewest.nfe,
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
    # Where the goal is the fewest calls.
    kept: Kept | None

    def budget(self, steps: int) -> BudgetResult | None:
        ours = [m for m in self.measurements if m.budget_steps == steps]
        verified = [m for m in ours if m.role == "verification"]
        if verified:
            return self._verified(ours, verified)
        ranked = self._ranked.get(steps)
        return self._searched(ranked) if ranked else None

    @cached_property
    def _ranked(self) -> Mapping[int, Sequence[MeasurementRecord]]:
        """See `ranked_records`; made where it is asked for: verified results seldom need it."""
        return ranked_records(self.record, self.space, self.measurements)

    def _verified(
        self, ours: Sequence[MeasurementRecord], measured: Sequence[MeasurementRecord]
    ) -> BudgetResult:
        newest = max(m.id or 0 for m in measured)
        sought = sum(is_linear(m.label) for m in measured) > 1
        blocks = self.space.decoding.blocks(self.space.length)
        equal = EqualSteps(None, None)
        if sought:
            equal = equal_steps(self.record.direction, measured, self.confidence, blocks)
        chosen = next(m for m in measured if m.label == BEST)
        return self._result(
            self._trial(ours, chosen),
            chosen,
            # That of equal cost was measured first, probes for equal quality after it.
            {
                name: next(m for m in measured if m.label == name)
                for name in (*self.space.decoding.baselines, BASELINE, REFERENCE)
                if any(m.label == name for m in measured)
            },
            others=_others(measured),
            verified=True,
            trials_since=sum(m.role == "search" and (m.id or 0) > newest for m in ours),
            linear_steps_for_equal_quality=equal.steps,
            linear_steps_interval=equal.interval,
            equal_linear_sought=sought,
        )

    def _searched(self, ranked: Sequence[MeasurementRecord]) -> BudgetResult:
        baselines: dict[str, MeasurementRecord] = {}
        for m in ranked:
            for name in self.space.decoding.baselines:
                if self.space.is_baseline(m.candidate, name):
                    baselines.setdefault(name, m)
            if m.label == PRESENT:
                baselines.setdefault(BASELINE, m)
        return self._result(
            ranked[0],
            ranked[0],
            baselines,
            others=_best_of_others(ranked),
            verified=False,
            trials_since=0,
            linear_steps_for_equal_quality=None,
            linear_steps_interval=None,
            equal_linear_sought=False,
        )

    def _trial(
        self, ours: Sequence[MeasurementRecord], chosen: MeasurementRecord
    ) -> MeasurementRecord | None:
        """The trial of a candidate that was verified; of several the one that ranks first."""
        same = [m for m in ours if m.role == "search" and m.candidate == chosen.candidate]
        if len(same) > 1:
            ranked = self._ranked.get(chosen.budget_steps, ())
            same = [m for m in ranked if m.candidate == chosen.candidate] or same
        return same[0] if same else None

    def _result(
        self,
        trial: MeasurementRecord | None,
        chosen: MeasurementRecord,
        baselines: Mapping[str, MeasurementRecord],
        *,
        others: Mapping[str, MeasurementRecord],
        verified: bool,
        **more: Any,
    ) -> BudgetResult:
        gains = {
            name: self._gain(chosen, baselines[name], self.together)
            for name in ("linear", BASELINE)
            if name in baselines
        }
        kept = None
        if self.kept is not None and REFERENCE in baselines:
            reference = baselines[REFERENCE].scores
            kept = ValueResult.of(self.kept.estimate(chosen.scores, reference))
        results = {name: ValueResult.of(one) for name, one in gains.items()}
        gain = results.get("linear")
        counts = chosen.candidate.plan(self.space.decoding, self.space.length).counts
        own = value_of(chosen, self.confidence)
        return BudgetResult(
            value=own.value,
            interval=(own.low, own.high),
            steps=chosen.steps,
            candidate=chosen.candidate,
            trial=None if trial is None else trial.trial_number,
            label="" if trial is None else trial.label,
            nfe=chosen.nfe,
            counts=None if counts is None else counts.tolist(),
            verified=verified,
            feasible=chosen.feasible,
            guards=dict(chosen.guards),
            instances=chosen.instances,
            calls=CallsResult.of(chosen),
            families={name: self._family(m, chosen) for name, m in others.items()},
            decided_early=verified and chosen.stopped_early,
            decision=self._decision(chosen, baselines, gains) if verified else None,
            baselines={
                name: BaselineResult.of(
                    value_of(m, self.confidence),
                    candidate=m.candidate,
                    label=m.candidate.label,
                    steps=m.steps,
                    nfe=m.nfe,
                    instances=m.instances,
                    same_schedule=self.space.key(m.candidate) == self.space.key(chosen.candidate),
                )
                for name, m in baselines.items()
            },
            only_score=_only_score([chosen, *baselines.values()]),
            gain_over_linear=gain,
            gain_over_baseline=results.get(BASELINE),
            against_reference=kept,
            keeps_quality=None if kept is None else chosen.feasible and kept.interval[0] >= 0,
            better_than_linear=gain is not None and gain.interval[0] > 0 if verified else None,
            **more,
        )

    def _decision(
        self,
        chosen: MeasurementRecord,
        baselines: Mapping[str, MeasurementRecord],
        gains: Mapping[str, Estimate],
    ) -> Decision | None:
        """What is to be done, by the user's baseline where there is one, else by linear."""
        name = decisive(gains)
        if name not in gains:
            return None
        other = baselines[name].candidate
        shorter = min(chosen, baselines[name], key=lambda one: one.instances)
        confidence = _confidence_of(shorter, self.confidence)
        return decide(
            gains[name],
            chosen.instances,
            feasible=chosen.feasible,
            same=self.space.key(other) == self.space.key(chosen.candidate),
            baseline=other.label if name == BASELINE else name,
            calls=fewer_calls(chosen.calls, baselines[name].calls, confidence),
        )

    def _family(self, record: MeasurementRecord, chosen: MeasurementRecord) -> FamilyResult:
        own, candidate = value_of(record, self.confidence), record.candidate
        found: FamilyResult = FamilyResult.of(
            own,
            label=candidate.label,
            parameters=family_named(candidate.family).values(candidate),
            sampler=dict(candidate.decoding),
            calls=CallsResult.of(record),
            instances=record.instances,
            gain_of_best=ValueResult.of(self._gain(chosen, record, self.confidence)),
        )
        return found

    def _gain(
        self, chosen: MeasurementRecord, other: MeasurementRecord, confidence: float
    ) -> Estimate:
        """By how much a measurement is better than another one, on the instances of both."""
        shorter = min(chosen, other, key=lambda one: one.instances)
        confidence = _confidence_of(shorter, confidence)
        return paired_gain(chosen.scores, other.scores, self.record.direction, confidence)


def _only_score(records: Sequence[MeasurementRecord]) -> float | None:
    """The score of all instances, where it is one; exact scores have one instance and say more."""
    scores = np.concatenate([one.scores for one in records])
    alike = len(records) > 1 and len(records[0].scores) > 1 and bool((scores == scores[0]).all())
    return float(scores[0]) if alike else None


def _others(measured: Sequence[MeasurementRecord]) -> dict[str, MeasurementRecord]:
    """The verified best of other families; a baseline may have the name of its family, too."""
    return {
        m.label: m
        for m in measured
        if m.label == m.candidate.family and m.label not in KNOWN_BASELINES
    }


def _best_of_others(ranked: Sequence[MeasurementRecord]) -> dict[str, MeasurementRecord]:
    """The best trial of every family but that of the best trial of all."""
    found: dict[str, MeasurementRecord] = {}
    for one in ranked:
        if one.candidate.family != ranked[0].candidate.family:
            found.setdefault(one.candidate.family, one)
    return found

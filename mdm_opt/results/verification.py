"""Verification: fresh instances, paired with the baselines."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from mdm_opt import supervised
from mdm_opt.candidates import CALLS, Candidate, baseline, setting_candidate
from mdm_opt.errors import RunError
from mdm_opt.measurement import Measurement, excess_calls, measure
from mdm_opt.persistence import MeasurementRecord
from mdm_opt.results.best import BASELINE, BEST, LINEAR, REFERENCE, badness, ranked_records
from mdm_opt.results.comparison import Comparison
from mdm_opt.results.fewest_calls import Kept
from mdm_opt.results.linear_probes import find_equal_linear
from mdm_opt.results.measured_parts import MeasuredParts
from mdm_opt.run.records import measurement_record
from mdm_opt.run.time_limit import TimeLimit
from mdm_opt.statistics import early_look
from mdm_opt.study.locks import exclusive
from mdm_opt.study.opening import OpenStudy
from mdm_opt.study.present import present_setting

Report = Callable[[str], None]


def verify(opened: OpenStudy, report: Report = lambda _: None) -> None:
    """Measures the best candidate of every step count and the baselines on fresh instances.

    The `top` candidates of the search are first measured on the selection instances, and the best
    over search and selection together is chosen; only that one is measured on the verification
    instances, so its value there is not biased by having been chosen. A step count is left as it
    is where the same candidates are the best as when it was verified, and no trial has come since.
    What was measured for one before an interruption is not measured again.

    Where the goal is the fewest calls, the chosen ones are measured beside the reference, from the
    largest step count down to the first that is not shown to keep the quality, see `Kept`.

    Args:
        opened: the study.
        report: called with a line about what is being measured.

    Raises:
        RunError: where a step count has no feasible trial, or the objective fails.
        InputError: where another process works on the study.
    """
    with exclusive(opened.name, opened.repository.url):
        found = opened.repository.measurements(opened.name)
        ranked = ranked_records(opened.record, opened.space, found)
        limit = TimeLimit(opened, report)
        limit.learn(found)
        kept = Kept.of(opened.study_file, opened.record.direction)
        # The largest step count comes first: of the fewest calls it is tested first, and its
        # linear schedule is one that may equal what was found in fewer steps.
        order = sorted(opened.study_file.space.steps, reverse=True)
        references: dict[Candidate, Measurement] = {}
        linear: dict[int, Measurement] = {}
        for place, steps in enumerate(order, start=1):
            ours = [m for m in found if m.budget_steps == steps]
            top = _top(opened, steps, ours, ranked.get(steps, []))
            records = [m for m in ours if m.role == "verification"]
            if _is_current(opened, steps, ours, top):
                for record in records:
                    if record.label == LINEAR:
                        linear[record.steps] = _measurement(opened, record)
                    elif record.label == REFERENCE:
                        references[record.candidate] = _measurement(opened, record)
            else:
                budget = _Budget(opened, steps, limit, report)
                if kept is None:
                    records = budget.verified(top, linear)
                else:
                    records = budget.beside_reference(top, references)
                opened.repository.replace_verification(opened.name, steps, records)
            supervised.tell(verified=place)
            if kept is not None and not _is_kept(kept, records):
                # Fewer calls are not tested any more, and what was said of them is void.
                for fewer in order[place:]:
                    opened.repository.replace_verification(opened.name, fewer, [])
                break


def _is_kept(kept: Kept, records: Sequence[MeasurementRecord]) -> bool:
    best, reference = (
        next(m for m in records if m.role == "verification" and m.label == label)
        for label in (BEST, REFERENCE)
    )
    return best.feasible and kept.is_shown(best.scores, reference.scores)


def _beside(opened: OpenStudy, steps: int) -> dict[str, Candidate]:
    """What the user wants candidates to be measured beside, by label."""
    file = opened.study_file
    if file.process == "own":
        # One candidate for all step counts, which is measured once.
        most = max(file.space.steps) if file.search.goal == "calls" else steps
        label = REFERENCE if file.search.goal == "calls" else BASELINE
        return {label: present_setting(file, opened.problem.denoiser, most)}
    if file.search.goal == "calls":
        given = file.search.reference
        most = opened.problem.finest_steps
        finest = baseline("linear", most)
        return {REFERENCE: finest if given is None else setting_candidate(given, most)}
    own = file.study.baseline
    return {} if own is None else {BASELINE: setting_candidate(own, steps)}


def _is_current(
    opened: OpenStudy,
    steps: int,
    records: Sequence[MeasurementRecord],
    best: Sequence[MeasurementRecord],
) -> bool:
    searched = [m.id or 0 for m in records if m.role == "search"]
    verified = [m for m in records if m.role == "verification"]
    top = [m.candidate for m in best]
    beside = {m.label: m.candidate for m in verified if m.label in (BASELINE, REFERENCE)}
    if beside != _beside(opened, steps):
        return False
    if _needs_selection(opened, top):
        same_top = [m.candidate for m in records if m.role == "selection"] == top
    else:
        same_top = [m.candidate for m in verified if m.label == BEST] == top[:1]
    return (
        bool(verified)
        and same_top
        and all((m.id or 0) > max(searched, default=0) for m in verified)
        and all(m.instances == _planned(opened, m) for m in verified if m.label == BEST)
    )


def _measurement(opened: OpenStudy, record: MeasurementRecord) -> Measurement:
    """What was measured for a step count that is verified already, its cost counted there."""
    calls = np.where(np.isnan(record.calls), record.nfe, record.calls)
    texts = opened.repository.texts(record.id or 0)
    whole = len(texts) == record.instances
    guards = dict(record.guards)
    if CALLS in guards:
        # As it was before chance was allowed for.
        guards[CALLS] = excess_calls(calls, record.steps)
    return Measurement(
        instances=tuple(opened.sets.ids("verification")[: record.instances]),
        scores=record.scores,
        calls=calls,
        sequence_calls=0,
        seconds=0.0,
        device=record.device,
        guards=guards,
        batch_size=opened.problem.batch_size,
        # Of long ones some are not kept; what is measured of linear after them would be misplaced.
        texts=tuple(texts) if record.label == REFERENCE or whole else (),
    )


def _planned(opened: OpenStudy, record: MeasurementRecord) -> int | None:
    """Instances of a comparison that ends where this one did."""
    whole = opened.sets.verification
    return early_look(whole) if record.stopped_early else whole


@dataclass(frozen=True, eq=False)
class _Budget:
    """One step count of a study that is being verified."""

    opened: OpenStudy
    steps: int
    limit: TimeLimit
    report: Report

    @cached_property
    def parts(self) -> MeasuredParts:
        """What has been measured of it."""
        return MeasuredParts(self.opened, self.steps)

    def verified(
        self, top: Sequence[MeasurementRecord], linear: dict[int, Measurement]
    ) -> list[MeasurementRecord]:
        """Measurements of the chosen candidate and of the baselines, selection included.

        Args:
            top: candidates to choose from.
            linear: linear schedules of other step counts, by steps; this one's is added.
        """
        selected, chosen = self._selected(top)
        best = chosen[0].candidate
        others: dict[str, Candidate] = {}
        for record in chosen[1:]:
            if record.candidate.family != best.family:
                others.setdefault(record.candidate.family, record.candidate)
        own = _beside(self.opened, self.steps)
        others |= own
        compared = self._comparison(best, next(iter(own), "linear"))
        compared.measure(lambda name, nfe: equal_nfe_steps(self.opened, name, nfe), others)
        if not self.opened.space.decoding.baselines:
            return [*selected, *self._records_of(compared)]
        if self.opened.study_file.verify.equal_linear and compared.gain("linear").low > 0:
            unit, most = self.opened.problem.blocks, _max_steps(self.opened)
            find_equal_linear(compared, self.opened.space, unit, most, linear)
        linear[compared.linear_steps] = compared.linear
        return [*selected, *self._records_of(compared)]

    def _records_of(self, compared: Comparison) -> list[MeasurementRecord]:
        return [
            self._record(arm.candidate, arm.measurement, "verification", label)
            for label, arm in compared.arms()
        ]

    def beside_reference(
        self, top: Sequence[MeasurementRecord], references: dict[Candidate, Measurement]
    ) -> list[MeasurementRecord]:
        """Measurements of the chosen candidate and of the reference, selection included.

        Args:
            top: candidates to choose from.
            references: that were measured at other step counts; what is measured here is added.
        """
        selected, chosen = self._selected(top)
        best, ids = chosen[0].candidate, self.opened.sets.ids("verification")
        ((label, reference),) = _beside(self.opened, self.steps).items()
        known = references.get(reference)
        found = self._fresh(label, reference, ids) if known is None else known.known()
        references[reference] = found
        own = self._fresh(BEST, best, ids)
        return [
            *selected,
            self._record(best, own, "verification", BEST),
            self._record(reference, found, "verification", label),
        ]

    def _fresh(self, label: str, candidate: Candidate, ids: Sequence[int]) -> Measurement:
        doing = f"{label} at {candidate.steps} steps on {len(ids)} fresh instances"
        return self.measured(candidate, "verification", doing, ids)

    def _comparison(self, candidate: Candidate, decisive: str) -> Comparison:
        opened, file = self.opened, self.opened.study_file
        return Comparison(
            candidate,
            opened.sets.ids("verification"),
            opened.record.direction,
            file.gain_confidence,
            self._fresh,
            opened.space.key,
            sequential=file.verify.sequential,
            decisive=decisive,
            baselines=opened.space.decoding.baselines,
        )

    def measured(
        self, candidate: Candidate, role: str, doing: str, ids: Sequence[int]
    ) -> Measurement:
        """A candidate on some instances, said, limited in time, and kept at once."""
        kept = self.parts.find(candidate, ids)
        if kept is not None:
            found, interrupted = kept
            if interrupted:
                self.report(f"{self.steps} steps: {doing}: was measured before the interruption")
            return found
        self.report(f"{self.steps} steps: {doing}")
        with self.limit(f"{role} ({candidate.steps} steps, {doing})", len(ids), candidate.steps):
            found = measure(self.opened.problem, candidate, ids)
        self.parts.keep(candidate, found)
        return found

    def _selected(
        self, top: Sequence[MeasurementRecord]
    ) -> tuple[list[MeasurementRecord], list[MeasurementRecord]]:
        """Measurements of the top candidates on the selection instances, and all by what both say.

        The first is the chosen one.
        """
        if not _needs_selection(self.opened, top):
            return [], list(top)
        selected, ids = [], self.opened.sets.ids("selection")
        for place, record in enumerate(top, start=1):
            doing = f"candidate {place} of {len(top)} again, to choose one"
            found = self.measured(record.candidate, "selection", doing, ids)
            selected.append(self._record(record.candidate, found, "selection", record.label))
        pooled = [
            replace(first, scores=np.concatenate([first.scores, again.scores]))
            for first, again in zip(top, selected, strict=True)
            if again.feasible
        ]
        if not pooled:
            raise RunError(
                f"none of the best {len(top)} candidates at {self.steps} steps held its guards"
            )
        direction = self.opened.record.direction
        return selected, sorted(pooled, key=lambda record: badness(direction, record))

    def _record(
        self, candidate: Candidate, measurement: Measurement, role: str, label: str
    ) -> MeasurementRecord:
        return measurement_record(
            self.opened, candidate, measurement, role=role, label=label, budget_steps=self.steps
        )


def _needs_selection(opened: OpenStudy, top: Sequence[object]) -> bool:
    return len(top) > 1 and not opened.record.deterministic


def _top(
    opened: OpenStudy,
    steps: int,
    records: Sequence[MeasurementRecord],
    ranked: Sequence[MeasurementRecord],
) -> list[MeasurementRecord]:
    if not ranked:
        ours = [m for m in records if m.role == "search"]
        guards = [f"{key} by {value:.4g}" for m in ours[:1] for key, value in m.guards.items()]
        missed = f"; the first one missed {', '.join(guards)}" if guards else ""
        raise RunError(f"none of {len(ours)} trials at {steps} steps is feasible{missed}")
    top = list(ranked[: opened.study_file.verify.top])
    for record in ranked[len(top) :]:
        # The best of every family is verified, too.
        if all(record.candidate.family != one.candidate.family for one in top):
            top.append(record)
    return top


def equal_nfe_steps(opened: OpenStudy, name: str, nfe: float) -> int:
    """The fewest steps at which a baseline costs ``nfe`` calls or more (docs/mathematics.md 4)."""
    unit, most = opened.problem.blocks, _max_steps(opened)
    first = max(unit, math.floor(nfe) // unit * unit)
    ids = opened.sets.ids("verification")
    for steps in range(first, most + 1, unit):
        if opened.problem.expected_nfe(baseline(name, steps), ids) >= nfe - 1e-9:
            return steps
    return most


def _max_steps(opened: OpenStudy) -> int:
    return opened.problem.decoding.most_steps(opened.problem.denoiser.length)

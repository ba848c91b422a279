"""Verification: fresh instances, paired with the baselines."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from mdm_opt.candidates import Candidate, baseline
from mdm_opt.errors import RunError
from mdm_opt.measurement import measure
from mdm_opt.persistence import MeasurementRecord
from mdm_opt.results.best import BASELINES, BEST, badness, ranked_records
from mdm_opt.run.records import measurement_record
from mdm_opt.study.locks import exclusive
from mdm_opt.study.opening import OpenStudy

# Fastest growth of the steps tried while looking for the linear schedule of equal quality.
_GALLOP = 1.35

Report = Callable[[str], None]


def verify(opened: OpenStudy, report: Report = lambda _: None) -> None:
    """Measures the best candidate of every step count and the baselines on fresh instances.

    The `top` candidates of the search are first measured on the selection instances, and the best
    over search and selection together is chosen; only that one is measured on the verification
    instances, so its value there is not biased by having been chosen. A step count is left as it
    is where the same candidates are the best as when it was verified, and no trial has come since.

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
        for steps in opened.study_file.space.steps:
            ours = [m for m in found if m.budget_steps == steps]
            top = _top(opened, steps, ours, ranked.get(steps, []))
            if not _is_current(opened, ours, top):
                records = _verify_budget(opened, steps, top, report)
                opened.repository.replace_verification(opened.name, steps, records)


def _is_current(
    opened: OpenStudy, records: Sequence[MeasurementRecord], best: Sequence[MeasurementRecord]
) -> bool:
    searched = [m.id or 0 for m in records if m.role == "search"]
    verified = [m for m in records if m.role == "verification"]
    top = [m.candidate for m in best]
    if _needs_selection(opened, top):
        same_top = [m.candidate for m in records if m.role == "selection"] == top
    else:
        same_top = [m.candidate for m in verified if m.label == BEST] == top[:1]
    return (
        bool(verified)
        and same_top
        and all(
            (m.id or 0) > max(searched, default=0) and m.instances == opened.sets.verification
            for m in verified
        )
    )


def _verify_budget(
    opened: OpenStudy, steps: int, top: Sequence[MeasurementRecord], report: Report
) -> list[MeasurementRecord]:
    selected, best = _select(opened, steps, top, report)
    measured: dict[tuple[str, int], MeasurementRecord] = {}

    def verified(label: str, candidate: Candidate) -> MeasurementRecord:
        key = (label, candidate.steps)
        if key not in measured:
            report(f"{steps} steps: {label} at {candidate.steps} steps on fresh instances")
            measured[key] = _record(opened, candidate, "verification", label, steps)
        return measured[key]

    winner = verified(BEST, best.candidate)
    for name in BASELINES:
        verified(name, baseline(name, equal_nfe_steps(opened, name, winner.nfe)))
    if opened.study_file.verify.equal_linear:
        _find_equal_linear(opened, winner, lambda n: verified("linear", baseline("linear", n)))
    return [*selected, *measured.values()]


def _select(
    opened: OpenStudy, steps: int, top: Sequence[MeasurementRecord], report: Report
) -> tuple[list[MeasurementRecord], MeasurementRecord]:
    """Measurements of the top candidates on the selection instances, and the chosen one."""
    if not _needs_selection(opened, top):
        return [], top[0]
    selected = []
    for rank, record in enumerate(top, start=1):
        report(f"{steps} steps: candidate {rank} of {len(top)} again, to choose one")
        selected.append(_record(opened, record.candidate, "selection", record.label, steps))
    pooled = [
        replace(first, scores=np.concatenate([first.scores, again.scores]))
        for first, again in zip(top, selected, strict=True)
        if again.feasible
    ]
    if not pooled:
        raise RunError(f"none of the best {len(top)} candidates at {steps} steps held its guards")
    return selected, min(pooled, key=lambda record: badness(opened.record.direction, record))


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
    return list(ranked[: opened.study_file.verify.top])


def equal_nfe_steps(opened: OpenStudy, name: str, nfe: float) -> int:
    """The fewest steps at which a baseline costs ``nfe`` calls or more (docs/mathematics.md 4)."""
    unit, most = opened.problem.blocks, _max_steps(opened)
    first = max(unit, math.floor(nfe) // unit * unit)
    for steps in range(first, most + 1, unit):
        if opened.problem.plan(baseline(name, steps)).nfe >= nfe - 1e-9:
            return steps
    return most


def _max_steps(opened: OpenStudy) -> int:
    return opened.problem.decoding.most_steps(opened.problem.denoiser.length)


def _find_equal_linear(
    opened: OpenStudy, winner: MeasurementRecord, probe: Callable[[int], MeasurementRecord]
) -> None:
    """Probes linear schedules until the fewest steps that equal the winner are known.

    Quality is taken to improve with steps; the last probes are neighbours.
    """
    unit, limit = opened.problem.blocks, _max_steps(opened)
    target = badness(opened.record.direction, winner)

    def reaches(steps: int) -> bool:
        return badness(opened.record.direction, probe(steps)) <= target

    start = equal_nfe_steps(opened, "linear", winner.nfe)
    low, high = 0, start
    while not reaches(high):
        if high == limit:
            return
        low, high = high, min(limit, math.ceil(high * _GALLOP / unit) * unit)
    while high - low > unit:
        middle = (low + high) // 2 // unit * unit
        low, high = (low, middle) if reaches(middle) else (middle, high)


def _record(
    opened: OpenStudy, candidate: Candidate, role: str, label: str, budget_steps: int
) -> MeasurementRecord:
    measurement = measure(opened.problem, candidate, opened.sets.ids(role))
    return measurement_record(
        opened, candidate, measurement, role=role, label=label, budget_steps=budget_steps
    )

"""Verification: fresh instances, paired with the baselines (DESIGN.md, Numbers are honest)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from mdm_opt.errors import RunError
from mdm_opt.measurement import Candidate, measure
from mdm_opt.persistence import MeasurementRecord
from mdm_opt.schedules import MaskSchedule, expected_nfe, named_schedule
from mdm_opt.service.running import measurement_record
from mdm_opt.service.standing import badness, candidate_of, schedule_of, standings
from mdm_opt.service.studies import OpenStudy, exclusive

BASELINES = ("linear", "sin2", "sine")
BEST = "best"
# Fastest growth of the steps tried while looking for the linear schedule of equal quality.
_GALLOP = 1.35

Report = Callable[[str], None]


def verify(opened: OpenStudy, report: Report = lambda _: None) -> None:
    """Measures the best candidate of every step count and the baselines on fresh instances.

    The `top` candidates of the search are first measured on the selection instances, and the best
    over search and selection together is chosen; only that one is measured on the verification
    instances, so its value there is not biased by having been chosen. A step count that is
    verified already, and has had no trial since, is left as it is.

    Args:
        opened: the study.
        report: called with a line about what is being measured.

    Raises:
        RunError: where a step count has no feasible trial, or the objective fails.
        InputError: where another process works on the study.
    """
    with exclusive(opened.name, opened.repository.url):
        found = opened.repository.measurements(opened.name)
        standing = standings(opened.record, found)
        for steps in opened.study_file.space.steps:
            ours = [m for m in found if m.budget_steps == steps]
            top = _top(opened, steps, ours, standing.get(steps, []))
            if not _is_current(opened, ours, top):
                records = _verify_budget(opened, steps, top, report)
                opened.repository.replace_verification(opened.name, steps, records)


def _is_current(
    opened: OpenStudy, records: Sequence[MeasurementRecord], best: Sequence[MeasurementRecord]
) -> bool:
    searched = [m.id or 0 for m in records if m.role == "search"]
    verified = [m for m in records if m.role == "verification"]
    selected = [candidate_of(m) for m in records if m.role == "selection"]
    top = [candidate_of(m) for m in best]
    same_top = selected == (top if _needs_selection(opened, top) else [])
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

    winner = verified(BEST, Candidate(schedule_of(best), steps))
    for name in BASELINES:
        schedule = named_schedule(name)
        verified(name, Candidate(schedule, equal_nfe_steps(opened, schedule, winner.nfe)))
    if opened.study_file.verify.equal_linear:
        _find_equal_linear(opened, winner, lambda n: verified("linear", _linear(n)))
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
        candidate = Candidate(schedule_of(record), steps)
        selected.append(_record(opened, candidate, "selection", record.label, steps))
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


def top_candidates(opened: OpenStudy, steps: int) -> list[MeasurementRecord]:
    """The best feasible candidates of a step count, all different; see `standings`.

    Raises:
        RunError: where no trial of the step count is feasible.
    """
    records = opened.repository.measurements(opened.name, ["search"])
    ours = [m for m in records if m.budget_steps == steps]
    return _top(opened, steps, ours, standings(opened.record, records).get(steps, []))


def _top(
    opened: OpenStudy,
    steps: int,
    records: Sequence[MeasurementRecord],
    standing: Sequence[MeasurementRecord],
) -> list[MeasurementRecord]:
    if not standing:
        ours = [m for m in records if m.role == "search"]
        guards = [f"{key} by {value:.4g}" for m in ours[:1] for key, value in m.guards.items()]
        missed = f"; the first one missed {', '.join(guards)}" if guards else ""
        raise RunError(f"none of {len(ours)} trials at {steps} steps is feasible{missed}")
    return list(standing[: opened.study_file.verify.top])


def equal_nfe_steps(opened: OpenStudy, schedule: MaskSchedule, nfe: float) -> int:
    """The fewest steps at which a schedule costs at least ``nfe`` model calls (MATH.md 4)."""
    unit = opened.problem.blocks
    first = max(unit, math.floor(nfe) // unit * unit)
    for steps in range(first, _max_steps(opened) + 1, unit):
        if _nfe(opened, schedule, steps) >= nfe - 1e-9:
            return steps
    return _max_steps(opened)


def _nfe(opened: OpenStudy, schedule: MaskSchedule, steps: int) -> float:
    problem = opened.problem
    return expected_nfe(
        schedule,
        steps,
        problem.denoiser.length,
        problem.reveal,
        problem.rounding,
        problem.block_length,
    )


def _max_steps(opened: OpenStudy) -> int:
    """More steps than tokens make sense only where a step may reveal none."""
    length = opened.problem.denoiser.length
    plain = opened.problem.reveal == "fixed" and opened.problem.rounding == "full"
    return length if plain else 4 * length


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

    start = equal_nfe_steps(opened, named_schedule("linear"), winner.nfe)
    low, high = 0, start
    while not reaches(high):
        if high == limit:
            return
        low, high = high, min(limit, math.ceil(high * _GALLOP / unit) * unit)
    while high - low > unit:
        middle = (low + high) // 2 // unit * unit
        low, high = (low, middle) if reaches(middle) else (middle, high)


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


def _record(
    opened: OpenStudy, candidate: Candidate, role: str, label: str, budget_steps: int
) -> MeasurementRecord:
    measurement = measure(opened.problem, candidate, opened.sets.ids(role))
    return measurement_record(
        opened, candidate, measurement, role=role, label=label, budget_steps=budget_steps
    )


def _linear(steps: int) -> Candidate:
    return Candidate(named_schedule("linear"), steps)

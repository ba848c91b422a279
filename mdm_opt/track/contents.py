"""What trackers are told of a study, read from its tables."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mdm_opt import __version__
from mdm_opt.candidates import family_named
from mdm_opt.config import StudyFile
from mdm_opt.handoff.export import export_budget
from mdm_opt.persistence import MeasurementRecord, Repository, StudyRecord
from mdm_opt.results.best_result import BaselineResult, BestResult, BudgetResult, ValueResult
from mdm_opt.results.text import metric_words
from mdm_opt.search import SearchSpace
from mdm_opt.show.figures import figures
from mdm_opt.show.report.pages import html, model_card
from mdm_opt.show.report.report_data import report_of
from mdm_opt.show.snapshot import Snapshot, read_snapshot
from mdm_opt.study.stored_file import stored_study_file, study_toml
from mdm_opt.track.base import Cell, TrackedResult, TrackedStudy, TrackedTrial

COLUMNS = (
    *("steps", "schedule", "nfe", "value", "low", "high", "instances", "verified"),
    *("gain_over_linear", "gain_low", "gain_high"),
)


def study_of(record: StudyRecord, repository: Repository) -> TrackedStudy:
    """A study as trackers are told it.

    Args:
        record: the study.
        repository: of its database.
    """
    file = stored_study_file(record)
    own = record.name, record.identity_hash, repository.made_at(record.name).isoformat()
    return TrackedStudy(
        key=hashlib.sha256("\0".join(own).encode()).hexdigest()[:16],
        name=record.name,
        metric=metric_words(record),
        settings=dict(_settings(file)),
        toml=study_toml(file),
        folder=folder_of(record),
    )


def folder_of(record: StudyRecord) -> Path:
    """That of the study file; where it is not on this machine, the current one."""
    folder = Path(record.folder)
    return folder if folder.is_dir() else Path.cwd()


def _settings(file: StudyFile) -> Iterator[tuple[str, Cell]]:
    """Keys and values of a study file, without where it is sent."""
    for table, content in file.canonical().items():
        if table != "track":
            yield from _flat(table, content)


def _flat(name: str, value: Any) -> Iterator[tuple[str, Cell]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}", inner)
    elif isinstance(value, str | int | float):
        yield name, value
    else:
        yield name, str(value)


def trial_of(record: MeasurementRecord, space: SearchSpace) -> TrackedTrial:
    """A finished trial as trackers are told it.

    Args:
        record: its measurement.
        space: of the study.
    """
    values: dict[str, float] = {
        "steps": record.steps,
        "instances": record.instances,
        "nfe": record.nfe,
        "sequence_calls": record.sequence_calls,
        "seconds": record.seconds,
        "feasible": record.feasible,
        "stopped_early": record.stopped_early,
        "standard_error": record.standard_error,
        "value": record.value,
        f"steps_{record.budget_steps}/value": record.value,
    }
    values |= {f"guards/{name}": by for name, by in record.guards.items()}
    candidate, costs = record.candidate, space.costs
    if costs is not None and space.decoding.predicted and costs.predicts(candidate):
        values["predicted_path_kl"] = costs.of(candidate)
    words = {"schedule": candidate.label, "from": record.label, "state": _state(record)}
    shown = family_named(candidate.family).shown_values(candidate)
    for name, value in {**shown, **candidate.decoding}.items():
        if isinstance(value, str):
            words[f"parameters/{name}"] = value
        elif value is not None:
            values[f"parameters/{name}"] = value
    finite = {name: float(value) for name, value in values.items() if math.isfinite(value)}
    return TrackedTrial(record.trial_number or 0, finite, words)


def _state(record: MeasurementRecord) -> str:
    if record.stopped_early:
        return "lost its race"
    return "finished" if record.feasible else "misses a guard"


def result_version(searched: Collection[int], verified: Collection[int]) -> str:
    """What changes with the result of a study.

    Args:
        searched: ids of the trials' measurements.
        verified: ids of those of selection and verification.
    """
    ids = [__version__, sorted(searched), sorted(verified)]
    return hashlib.sha256(repr(ids).encode()).hexdigest()[:16]


def result_of(name: str, repository: Repository, version: str) -> TrackedResult | None:
    """The result of a study as trackers are told it; None before a trial is feasible.

    Args:
        name: of the study.
        repository: of its database.
        version: of the result, see `result_version`.
    """
    found = read_snapshot(name, repository)
    if found.result is None:
        return None
    data = report_of(found)
    card = model_card(data)
    pages = {
        drawn: figure.to_html(include_plotlyjs="cdn", full_html=True)
        for drawn, figure in figures(found).items()
    }
    return TrackedResult(
        version=version,
        columns=COLUMNS,
        rows=list(_rows(found.result)),
        words=data.said,
        markdown=card,
        values=dict(_values(found.result)),
        pictures=pages,
        files={
            "report.html": html(data),
            "report.md": card,
            "best.json": found.result.model_dump_json(indent=2),
            **_schedules(found, found.result),
        },
    )


def _schedules(found: Snapshot, result: BestResult) -> dict[str, str]:
    """Exported schedules that are to be used, by their paths."""
    return {
        f"schedules/{budget.steps}.json": export_budget(found.record, result, budget).to_json()
        for budget in result.budgets
    }


def _rows(result: BestResult) -> Iterator[Sequence[Cell]]:
    for budget in result.budgets:
        for name, one in budget.baselines.items():
            yield _row(budget, one, one.steps, name, one.nfe, one.instances, None)
        for name, other in budget.families.items():
            label = f"best of {name}: {other.label}"
            yield _row(budget, other, budget.steps, label, other.calls.mean, other.instances, None)
        own = ValueResult(value=budget.value, interval=budget.interval)
        label = f"best: {budget.candidate.label}"
        gain = budget.gain_over_linear
        yield _row(budget, own, budget.steps, label, budget.nfe, budget.instances, gain)


def _row(
    budget: BudgetResult,
    value: ValueResult | BaselineResult,
    steps: int,
    label: str,
    nfe: float,
    instances: int,
    gain: ValueResult | None,
) -> Sequence[Cell]:
    gained = (None, None, None) if gain is None else (gain.value, *gain.interval)
    about = (steps, label, nfe, value.value, *value.interval, instances, str(budget.verified))
    return (*about, *gained)


def _values(result: BestResult) -> Iterator[tuple[str, float]]:
    """Numbers of the best schedule of each step count."""
    for budget in result.budgets:
        head = f"{'verified' if budget.verified else 'searched'}/{budget.steps}"
        yield f"{head}/value", budget.value
        yield f"{head}/low", budget.interval[0]
        yield f"{head}/high", budget.interval[1]
        yield f"{head}/nfe", budget.nfe
        if budget.gain_over_linear is not None:
            yield f"{head}/gain_over_linear", budget.gain_over_linear.value

"""Handing a schedule on, with everything that is known about it."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from mdm_opt import __version__
from mdm_opt.errors import InputError
from mdm_opt.handoff.files import is_special, write_text
from mdm_opt.handoff.formats import Artefact, kept_name
from mdm_opt.handoff.parts import DecisionValues, MeasuredBaseline
from mdm_opt.handoff.result_values import Provenance, ResultValues
from mdm_opt.handoff.sampler_values import sampler_values
from mdm_opt.handoff.schedule_file import (
    ExportedSchedule,
    ScheduleValues,
)
from mdm_opt.persistence import Repository, StudyRecord
from mdm_opt.results.best import BASELINE, best, decisive
from mdm_opt.results.best_result import BestResult, BudgetResult
from mdm_opt.study.stored_file import stored_study_file


def export_schedule(
    name: str, url: str, steps: int | None = None, *, found: bool = False
) -> ExportedSchedule:
    """The schedule of a step count that is to be used, with its provenance.

    That is the best one, or the baseline where the decision is to keep it.

    Args:
        name: of the study.
        url: of the database.
        steps: the step count; may be left out where the study has one.
        found: the best one, whatever the decision.

    Raises:
        InputError: where there is no such study or step count.
        RunError: where the study has no feasible trial yet.
    """
    result = best(name, url)
    record = Repository(url, create=False).study(name)
    return export_budget(record, result, pick_budget(result, steps), found=found)


def export_budget(
    record: StudyRecord, result: BestResult, budget: BudgetResult, *, found: bool = False
) -> ExportedSchedule:
    """The schedule of one of the study's results with its provenance.

    Args:
        record: the study.
        result: the best of it.
        budget: one of its results.
        found: the best one, whatever the decision.
    """
    kept = None if found else kept_baseline(budget)
    candidate, trial, label = budget.candidate, budget.trial, budget.label
    if kept is not None:
        candidate, trial, label = budget.baselines[kept].candidate, None, f"baseline {kept}"
    study_file = stored_study_file(record)
    decoding = study_file.decoding.with_values(candidate.decoding)
    return ExportedSchedule(
        schema_version=1 if decoding.process == "masked" else 2,
        schedule=ScheduleValues.of(candidate, decoding, record.model.length),
        sampler=sampler_values(decoding),
        result=_result_values(result, budget, kept),
        provenance=Provenance(
            study=record.name,
            study_file=_without_trackers(study_file.canonical()),
            study_file_hash=record.identity_hash,
            trial=trial,
            label=label,
            seed=study_file.study.seed,
            model=_model(study_file.canonical()["model"], record.model.source),
            model_fingerprint=record.model.fingerprint,
            objective_fingerprint=record.objective_fingerprint or None,
            versions=_versions(),
            git_hash=_git_hash(),
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        ),
    )


def _without_trackers(content: dict[str, Any]) -> dict[str, Any]:
    """A study file without the places of its owner's that results are sent to."""
    return {table: values for table, values in content.items() if table != "track"}


def _model(table: dict[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """The [model] table with the attention that the model was measured with, where it has blocks.

    Args:
        table: of the study file.
        asked: as it was kept when the study was made.
    """
    if asked.get("attention") != "block_causal":
        return table
    return {**table, **{key: asked[key] for key in ("attention", "block_length") if key in asked}}


def keep_export(url: str, exported: ExportedSchedule, format_name: str) -> None:
    """Keeps in the database that a schedule was handed on, whatever the format.

    Args:
        url: of the database.
        exported: the schedule with its provenance.
        format_name: of the format; one that is no built-in is kept as ``plug-in``.
    """
    repository = Repository(url, create=False)
    repository.add_export(
        exported.provenance.study,
        steps=exported.schedule.steps,
        format_name=kept_name(format_name),
        schedule=json.loads(exported.to_json()),
    )


def write_artefact(path: str | Path, artefact: Artefact) -> list[Path]:
    """Writes an artefact, and what belongs beside it where that is a file.

    Args:
        path: of its file.
        artefact: what is written.

    Returns:
        The files, the artefact's own first.

    Raises:
        InputError: where one cannot be written.
    """
    target = Path(path)
    if target.is_dir():
        raise InputError(f"--out: {str(path)!r} is a folder; accepted: a file")
    companions = {} if is_special(target) else artefact.companions
    beside = {target.with_name(name): text for name, text in companions.items()}
    if target in beside:
        raise InputError(f"--out: {target.name} is the name of a file that is written beside it")
    new = [companion for companion in beside if not companion.exists()]
    try:
        for companion, text in beside.items():
            write_text(companion, text)
        write_text(target, artefact.text)
    except InputError:
        for companion in new:
            companion.unlink(missing_ok=True)
        raise
    return [target, *beside]


def pick_budget(result: BestResult, steps: int | None) -> BudgetResult:
    """The result of a step count; of the only one where None is asked for.

    Raises:
        InputError: naming the step counts there are.
    """
    found = [budget for budget in result.budgets if steps in (None, budget.steps)]
    if len(found) != 1:
        have = ", ".join(str(budget.steps) for budget in result.budgets)
        asked = "a step count is needed" if steps is None else f"{steps} is not accepted"
        raise InputError(f"--steps: {asked}: study {result.study!r} has results for {have}")
    return found[0]


def kept_baseline(budget: BudgetResult) -> str | None:
    """Name of the baseline that is to be kept; None where what was found may be used."""
    if budget.decision is None or budget.decision.action != "keep":
        return None
    return decisive(budget.baselines)


def _result_values(result: BestResult, budget: BudgetResult, kept: str | None) -> ResultValues:
    own = _found_values(budget) if kept is None else _kept_values(budget, kept)
    decision = budget.decision
    known, kept_of_baseline = set(DecisionValues.model_fields), set(MeasuredBaseline.model_fields)
    return ResultValues.model_validate(
        {
            "objective": result.objective,
            "unit": result.unit,
            "direction": result.direction,
            "confidence": result.confidence,
            "claim_error_rate": result.claim_error_rate,
            "decision": None if decision is None else decision.model_dump(include=known),
            "verified": budget.verified,
            "baselines": {
                name: one.model_dump(include=kept_of_baseline)
                for name, one in budget.baselines.items()
            },
            **own,
        }
    )


def _found_values(budget: BudgetResult) -> dict[str, Any]:
    """What the result says of the schedule that was found."""
    return budget.model_dump(
        include={
            "value",
            "interval",
            "instances",
            "nfe",
            "gain_over_linear",
            "better_than_linear",
            "linear_steps_for_equal_quality",
            "linear_steps_interval",
        }
    )


def _kept_values(budget: BudgetResult, kept: str) -> dict[str, Any]:
    """What it says of the baseline that is exported in its place."""
    own = budget.baselines[kept].model_dump(include={"value", "interval", "instances", "nfe"})
    gain = budget.gain_over_baseline if kept == BASELINE else budget.gain_over_linear
    found = budget.model_dump(include={"value", "interval", "steps", "nfe", "instances"})
    said = {
        "label": budget.candidate.label,
        "gain": None if gain is None else gain.model_dump(),
    }
    return {
        **own,
        "gain_over_linear": None,
        "linear_steps_for_equal_quality": None,
        "instead_of": {**found, **said},
    }


def _versions() -> dict[str, str]:
    found = {"mdm-opt": __version__, "python": platform.python_version()}
    for package in ("torch", "transformers", "optuna", "numpy", "scipy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found


def _git_hash() -> str | None:
    """Commit of the source checkout that is running, None for an installed package."""
    source = Path(__file__).resolve()
    git = ["git", "-C", str(source.parent)]
    try:
        subprocess.run(
            [*git, "ls-files", "--error-unmatch", source.name], check=True, capture_output=True
        )
        done = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.decode().strip()

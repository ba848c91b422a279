"""Handing on all schedules of a study at once: a folder of artefacts and their index."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mdm_opt.errors import InputError
from mdm_opt.handoff.export import export_budget, keep_export, write_artefact
from mdm_opt.handoff.formats import FORMATS, Artefact, Target, format_named, rendered_by
from mdm_opt.handoff.schedule_file import ExportedSchedule
from mdm_opt.persistence import Repository
from mdm_opt.results.best import best

INDEX = "index.json"


@dataclass(frozen=True)
class BundleEntry:
    """One artefact of a bundle.

    Attributes:
        file: its name in the folder.
        format_name: its format.
        exported: the schedule.
        artefact: what is written.
    """

    file: str
    format_name: str
    exported: ExportedSchedule
    artefact: Artefact


@dataclass(frozen=True)
class LeftOut:
    """What a bundle cannot have.

    Attributes:
        steps: the step count.
        format_name: the format; None where the step count has no schedule at all.
        reason: one line.
    """

    steps: int
    format_name: str | None
    reason: str


@dataclass(frozen=True)
class Bundle:
    """Everything of a study that can be handed on, rendered and not yet written."""

    study: str
    entries: tuple[BundleEntry, ...]
    left_out: tuple[LeftOut, ...]


def make_bundle(
    name: str,
    url: str,
    format_names: Sequence[str] = (),
    block_length: int | None = None,
    *,
    found: bool = False,
) -> Bundle:
    """Renders the schedules of all step counts, see `export_budget`; writes nothing.

    Args:
        name: of the study.
        url: of the database.
        format_names: formats that are wanted; all built-in ones that can express the schedule
            where none is named, and those that cannot are left out.
        block_length: tokens of a block, for formats that have blocks.
        found: the best schedules, whatever the decisions.

    Raises:
        InputError: where there is no such study or format, or a format that was named cannot
            express a schedule.
        RunError: where the study has no feasible trial yet.
    """
    formats = [format_named(each) for each in dict.fromkeys(format_names or FORMATS)]
    result, record = best(name, url), Repository(url, create=False).study(name)
    entries, left_out = [], _without_schedule(name, url, {b.steps for b in result.budgets})
    refused = []
    for budget in result.budgets:
        exported = export_budget(record, result, budget, found=found)
        for wanted in formats:
            file = _stem(budget.steps, wanted.name) + wanted.suffix
            try:
                artefact = rendered_by(wanted, exported, Target(block_length, file))
            except InputError as error:
                refused.append(LeftOut(budget.steps, wanted.name, str(error)))
                continue
            entries.append(BundleEntry(file, wanted.name, exported, artefact))
    if refused and (format_names or not entries):
        raise InputError(f"--all-steps: {refused[0].steps} steps: {refused[0].reason}")
    return Bundle(name, tuple(entries), (*left_out, *refused))


def write_bundle(bundle: Bundle, folder: str | Path, url: str) -> None:
    """Writes a bundle with its index, and keeps in the database what was handed on.

    Args:
        bundle: from `make_bundle`.
        folder: made where it is missing, in one that exists; files of the same names are
            replaced.
        url: of the database.

    Raises:
        InputError: where it cannot be written.
    """
    target = Path(folder).resolve()
    partial = target.parent / f".{target.name}.{os.getpid()}.partial"
    try:
        partial.mkdir()
        for entry in bundle.entries:
            write_artefact(partial / entry.file, entry.artefact)
        (partial / INDEX).write_text(json.dumps(index(bundle), indent=2) + "\n", encoding="utf-8")
        target.mkdir(exist_ok=True)
        files = sorted(partial.iterdir())
        _check_free(target, files)
        for file in files:
            file.replace(target / file.name)
    except OSError as error:
        raise InputError(f"cannot write {folder}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    for entry in bundle.entries:
        keep_export(url, entry.exported, entry.format_name)


def _check_free(folder: Path, files: Sequence[Path]) -> None:
    """Refuses a folder that has a folder where a file is to be."""
    taken = [file.name for file in files if (folder / file.name).is_dir()]
    if taken:
        raise InputError(f"--out: {taken[0]!r} in {folder} is a folder; accepted: a file, or none")


def index(bundle: Bundle) -> dict[str, Any]:
    """What the index says of a bundle, as JSON holds it."""
    return {
        "format": "mdm-opt bundle",
        "study": bundle.study,
        "files": [_listed(entry) for entry in bundle.entries],
        "left_out": [
            {"steps": each.steps, "format": each.format_name, "reason": each.reason}
            for each in bundle.left_out
        ],
    }


def _listed(entry: BundleEntry) -> dict[str, Any]:
    values, result = entry.exported.schedule, entry.exported.result
    return {
        "file": entry.file,
        "companions": list(entry.artefact.companions),
        "format": entry.format_name,
        "steps": values.steps,
        "length": values.length,
        "counts": values.counts,
        "objective": result.objective,
        "unit": result.unit,
        "value": result.value,
        "interval": list(result.interval),
        "confidence": result.confidence,
        "verified": result.verified,
        "is_kept_baseline": entry.exported.is_kept_baseline,
        "model_fingerprint": entry.exported.provenance.model_fingerprint,
        "use": list(entry.artefact.use),
        "notes": list(entry.artefact.notes),
    }


def _without_schedule(name: str, url: str, have: set[int]) -> list[LeftOut]:
    record = Repository(url, create=False).study(name)
    return [
        LeftOut(steps, None, "no feasible finished trial yet")
        for steps in record.study_file["space"]["steps"]
        if steps not in have
    ]


def _stem(steps: int, format_name: str) -> str:
    if format_name == "json":
        return f"steps_{steps}"
    return f"steps_{steps}_{re.sub('[^A-Za-z0-9]+', '_', format_name)}"

"""Whole studies from their files: search and verification, and the schedules as exported."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from mdm_opt.handoff.export import export_budget
from mdm_opt.handoff.schedule_file import ExportedSchedule
from mdm_opt.persistence import Repository
from mdm_opt.results.best import best
from mdm_opt.results.progress import search_with_progress, verify_with_progress
from mdm_opt.study.opening import create_study


def found_schedules(
    tables: Mapping[str, Mapping[str, Any]], folder: Path
) -> dict[int, ExportedSchedule]:
    """What a study finds, whatever its decision, by step count.

    Linear steps of equal quality are not looked for: they take most of the time, and choose
    nothing.

    Args:
        tables: of the study file, without the name of the study.
        folder: of the file and the database.
    """
    content = {**tables, "study": {"name": "bench", **tables.get("study", {})}}
    content["verify"] = {"equal_linear": False, **tables.get("verify", {})}
    file, url = folder / "bench.toml", f"sqlite:///{folder}/bench.db"
    file.write_text("".join(_table(*one) for one in content.items()), encoding="utf-8")
    opened, screen = create_study(file, url), Console(quiet=True)
    try:
        search_with_progress(opened, screen)
        verify_with_progress(opened, screen)
    finally:
        opened.repository.close()
    result, record = best(opened.name, url), Repository(url, create=False).study(opened.name)
    return {one.steps: export_budget(record, result, one, found=True) for one in result.budgets}


def _table(name: str, keys: Mapping[str, Any]) -> str:
    # Text, numbers, booleans and lists are the same in JSON and TOML.
    lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
    return "\n".join([f"[{name}]", *lines, "", ""])

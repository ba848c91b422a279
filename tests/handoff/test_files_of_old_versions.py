"""Exported schedules that earlier versions wrote are read as they are."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mdm_opt.handoff.schedule_file import load_schedule

DUMPS = sorted((Path(__file__).parents[1] / "persistence" / "databases").glob("*.sql"))


def exported(dump: Path) -> dict[str, Any]:
    """What a version with the schema of a dump had exported and kept."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(dump.read_text())
        rows = connection.execute("SELECT schedule FROM mdm_exports").fetchall()
    ((content,),) = rows
    found: dict[str, Any] = json.loads(content)
    return found


@pytest.mark.parametrize(
    "dump", [one for one in DUMPS if "mdm_exports" in one.read_text()], ids=lambda one: one.stem
)
def test_they_say_what_they_said(dump: Path, tmp_path: Path) -> None:
    content = exported(dump)
    file = tmp_path / "old.json"
    file.write_text(json.dumps(content))
    found = load_schedule(file)
    version = "0.1.0" if dump.stem < "0008" else "0.2.0"
    assert content["provenance"]["versions"]["mdm-opt"] == version
    schedule = content["schedule"]
    assert list(found.counts) == schedule["counts"]
    assert found.mask_schedule.revealed([0.0, 0.5, 1.0]).tolist()[::2] == [0.0, 1.0]
    assert found.schedule.revealed == schedule["revealed"]
    assert found.sampler.order == content["sampler"]["order"]
    assert found.result.value == content["result"]["value"]
    assert list(found.result.interval) == content["result"]["interval"]

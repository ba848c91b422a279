"""Scores that older versions kept and this one refuses: a study can always be read."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from commands import succeed
from study_files import database, write_study


@pytest.mark.slow
@pytest.mark.parametrize("role", ["search", "verification"])
def test_scores_whose_sums_cannot_be_represented_do_not_keep_a_study_from_being_read(
    tmp_path, role
):
    url = database(tmp_path)
    succeed("run", write_study(tmp_path), "--storage", url)
    with closing(sqlite3.connect(tmp_path / "test.db")) as connection, connection:
        found = connection.execute(
            "SELECT id FROM mdm_measurements WHERE role = ? ORDER BY id LIMIT 2", (role,)
        )
        for (number,), score in zip(found.fetchall(), (1e308, -1.7e308), strict=True):
            connection.execute(
                "UPDATE mdm_scores SET score = ? WHERE measurement_id = ?", (score, number)
            )
    for command in (
        ["best", "sudoku4"],
        ["best", "sudoku4", "--json"],
        ["report", "sudoku4", "--out", tmp_path / "report.html"],
        ["export", "sudoku4", "--out", tmp_path / "schedule.json"],
        ["verify", "sudoku4"],
        ["run", write_study(tmp_path, trials="8")],
    ):
        succeed(*command, "--storage", url)

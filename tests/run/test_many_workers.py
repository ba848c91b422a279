"""Many worker loops at once on one PostgreSQL server."""

from __future__ import annotations

from collections import Counter

import pytest
from many_loops import run_loops
from postgres import fresh_database, private_server
from sqlalchemy import text
from study_files import SUDOKU4, optuna_trials, write_study

from mdm_opt.search import seeds
from mdm_opt.study.opening import create_study

pytestmark = pytest.mark.postgres


@pytest.mark.slow
def test_sixty_loops_share_a_server_with_a_hundred_connections(tmp_path):
    """On a server of its own: other tests may hold connections of the shared one."""
    with private_server() as server, fresh_database(server) as url:
        sixty_loops(tmp_path, url)


def sixty_loops(tmp_path, postgres_url):
    path = write_study(tmp_path, SUDOKU4, trials="150", steps="[4, 6]", instances="2")
    opened = create_study(path, postgres_url)
    with opened.repository.transaction() as session:
        assert session.scalar(text("SHOW max_connections")) == "100"
    result = run_loops("ours", postgres_url, "sudoku4", 150, 60, 3, tmp_path)
    assert result.errors == []
    assert 60 <= result.peak_connections < 100
    progress = opened.queue.progress()
    assert (progress.finished, progress.total, progress.running) == (150, 150, 0)
    records = opened.repository.measurements("sudoku4", ["search"])
    numbers = [record.trial_number for record in records]
    assert len(set(numbers)) == len(numbers) == 150
    labels = Counter((r.label, r.budget_steps) for r in records if r.label != "search")
    assert labels == {
        (seed.label, seed.candidate.steps): 1 for seed in seeds(opened.study_file, 16)
    }
    states = [trial.state.name for trial in optuna_trials(postgres_url)]
    assert states == ["COMPLETE"] * 150
    # Two workers that ask at the same moment are not told the same.
    candidates = {r.candidate for r in records if r.label == "search"}
    assert len(candidates) == sum(r.label == "search" for r in records)

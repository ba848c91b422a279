"""Seeds from what earlier studies have verified."""

from __future__ import annotations

import pytest
from study_files import SUDOKU4, database, write_study

from mdm_opt.results.best import best
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.study.opening import create_study

LATER = SUDOKU4.replace('name = "sudoku4"', 'name = "later"').replace(
    'seeds = ["energy", "baselines"]', 'seeds = ["history", "energy"]'
)


@pytest.fixture
def verified(tmp_path):
    url = database(tmp_path)
    opened = create_study(write_study(tmp_path, SUDOKU4, steps="[4, 6]", trials="8"), url)
    list(run_trials(opened))
    verify(opened)
    return url


def labels(tmp_path, url, text=LATER, **changes):
    opened = create_study(write_study(tmp_path, text, **changes), url)
    return {
        n: [t for t in opened.queue.trials() if t.steps == n and t.label.startswith("history")]
        for n in opened.study_file.space.steps
    }


def test_the_nearest_verified_schedules_are_tried_first(tmp_path, verified):
    found = labels(tmp_path, verified, steps="[4, 8]", trials="12")
    result = {budget.steps: budget for budget in best("sudoku4", verified).budgets}
    assert found[4][0].label == "history: sudoku4, 4 steps"
    assert found[4][0].candidate == result[4].candidate
    assert found[8][0].label == "history: sudoku4, 6 steps"
    assert found[4][0].position == 0


def test_another_model_and_another_task_have_no_history(tmp_path, verified):
    text = (
        LATER.replace("sudoku4", "toy_extremes")
        .replace('name = "toy_extremes"', "")
        .replace('verifier = "sudoku"', 'verifier = "other_check:always"')
    )
    (tmp_path / "other_check.py").write_text(
        "def always(samples):\n    return [True] * len(samples)\n"
    )
    assert labels(tmp_path, verified, text) == {4: []}


def test_another_task_of_the_same_model_has_history(tmp_path, verified):
    text = LATER.replace('kind = "validity"\nverifier = "sudoku"', 'kind = "path_kl"')
    assert len(labels(tmp_path, verified, text)[4]) >= 1


def test_schedules_outside_the_bounds_are_left_out(tmp_path, verified):
    text = LATER.replace("[space]", "[space]\nbeta_a = [7.0, 8.0]\nbeta_b = [7.0, 8.0]")
    text = text.replace('seeds = ["history", "energy"]', 'seeds = ["history"]')
    assert labels(tmp_path, verified, text) == {4: []}

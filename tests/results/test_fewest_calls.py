"""The fewest calls: what is tested, how sure it is, and a study that looks for them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from commands import succeed
from hypothesis import given
from hypothesis import strategies as st
from study_files import SUDOKU4, database, write_study

from mdm_opt.errors import InputError, RunError
from mdm_opt.results.best import best
from mdm_opt.results.fewest_calls import Kept
from mdm_opt.results.text import conclusions, result_rows
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.study.opening import create_study

SHARE = Kept(0.9, None, "maximize", 0.05)


def test_a_share_of_the_reference_is_kept_or_a_margin_lost():
    ours, theirs = np.array([1.0, 2.0]), np.array([2.0, 1.0])
    np.testing.assert_allclose(SHARE.differences(ours, theirs), [1 - 1.8, 2 - 0.9])
    within = Kept(None, 0.5, "maximize", 0.05)
    np.testing.assert_allclose(within.differences(ours, theirs), [-0.5, 1.5])
    less = Kept(None, 0.5, "minimize", 0.05)
    np.testing.assert_allclose(less.differences(ours, theirs), [1.5, -0.5])


def test_a_share_of_negative_values_is_refused():
    with pytest.raises(RunError, match=r"use .*margin"):
        SHARE.differences(np.array([-1.0, 1.0]), np.array([1.0, 1.0]))


@pytest.mark.parametrize(("instances", "shown"), [(20, False), (256, True)])
def test_a_few_instances_without_a_loss_show_little(instances, shown):
    kept = Kept(0.98, None, "maximize", 0.05)
    ones = np.ones(instances)
    assert kept.estimate(ones, ones).value == pytest.approx(0.02)
    assert kept.is_shown(ones, ones) == shown


@given(st.floats(0.5, 1.0), st.integers(0, 2**31))
def test_what_is_shown_to_keep_more_keeps_less(quality, seed):
    rng = np.random.default_rng(seed)
    ours, theirs = (rng.random(64) < 0.7).astype(float), (rng.random(64) < 0.7).astype(float)
    more, less = (Kept(q, None, "maximize", 0.05) for q in (quality, quality / 2))
    assert less.is_shown(ours, theirs) or not more.is_shown(ours, theirs)


@pytest.mark.parametrize("binary", [True, False])
def test_a_loss_just_beyond_what_is_asked_for_is_seldom_shown_to_be_kept(binary):
    """By chance in 5% of 2000 cases, plus two standard errors of 0.5%."""
    rng, runs, wrong = np.random.default_rng(0), 2000, 0
    kept = Kept(None, 0.1, "maximize", 0.05)
    for _ in range(runs):
        common = rng.random(128)
        if binary:
            theirs, ours = (common < 0.7).astype(float), (rng.random(128) < 0.6).astype(float)
        else:
            theirs, ours = common, common - 0.1 + rng.normal(0, 0.3, 128)
        wrong += kept.is_shown(ours, theirs)
    assert wrong / runs <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / runs)


GOAL = '6\ngoal = "calls"\nquality = 0.5'


def searched(folder, trials=GOAL, **changes):
    changes = {"steps": "[2, 6, 10]", "instances": "64", **changes}
    study = SUDOKU4.replace("instances = 32", "instances = 96")
    opened = create_study(write_study(folder, study, trials=trials, **changes), database(folder))
    list(run_trials(opened))
    return opened


def test_step_counts_are_tested_from_the_most_calls_down_until_one_fails(tmp_path):
    opened = searched(tmp_path)
    said = []
    verify(opened, said.append)
    result = best(opened.name, opened.repository.url)
    by_steps = {budget.steps: budget for budget in result.budgets}
    # Ten steps write valid grids as often as sixteen; two hardly ever do.
    assert by_steps[10].keeps_quality
    assert not by_steps[2].keeps_quality
    assert result.goal.steps == min(n for n, one in by_steps.items() if one.keeps_quality)
    assert (result.goal.error_rate, result.goal.quality) == (pytest.approx(0.05), 0.5)
    failed = max(n for n, one in by_steps.items() if not one.keeps_quality)
    assert by_steps[failed].verified
    for steps, budget in by_steps.items():
        assert budget.verified == (steps >= failed)
        assert budget.decision is budget.gain_over_linear is None or not budget.verified
    assert said[0].startswith("10 steps: ")
    reference = by_steps[10].baselines["reference"]
    assert (reference.steps, reference.nfe) == (16, 16)
    lines = conclusions(result, "mdm-opt verify sudoku4")
    assert any(line.startswith(f"fewest calls: {result.goal.steps} steps, ") for line in lines)
    assert any(row.cells[1].startswith("reference: ") for row in result_rows(result))
    before = [m.id for m in opened.repository.measurements(opened.name)]
    verify(opened)
    assert [m.id for m in opened.repository.measurements(opened.name)] == before


def test_another_reference_is_measured_anew_and_the_study_stays(tmp_path):
    verify(searched(tmp_path))
    own = GOAL + '\nreference = { family = "linear", steps = 10 }'
    opened = searched(tmp_path, own)
    verify(opened)
    shown = succeed("best", "sudoku4", "--json", "--storage", opened.repository.url)
    found = json.loads(shown.stdout)
    tested = [one for one in found["budgets"] if one["verified"]]
    assert all(one["baselines"]["reference"]["steps"] == 10 for one in tested)
    assert found["goal"]["reference"] == "beta(0.500, 0.500)"


def test_the_reference_is_measured_once_for_all_step_counts(tmp_path):
    """In blocks that the step counts of the search do not share."""
    own = GOAL + '\nreference = { family = "threshold", cutoff = 0.9, block_length = 4 }'
    opened, said = searched(tmp_path, own), []
    verify(opened, said.append)
    found = opened.repository.measurements(opened.name, ["verification"])
    references = [m for m in found if m.label == "reference"]
    assert len(references) > 1
    assert len({m.candidate for m in references}) == 1
    assert sum(": reference at 16 steps" in line for line in said) == 1
    assert [m.sequence_calls > 0 for m in references].count(True) == 1
    for one in references:
        np.testing.assert_array_equal(one.scores, references[0].scores)


def test_what_no_step_count_keeps_is_said(tmp_path):
    opened = searched(tmp_path, GOAL.replace("0.5", "1.0"), steps="[2, 3]")
    verify(opened)
    result = best(opened.name, opened.repository.url)
    assert (result.goal.steps, result.goal.nfe) == (None, None)
    lines = conclusions(result, "mdm-opt verify sudoku4")
    assert lines[-1].startswith("no step count is shown to keep 100% of the value of ")
    assert lines[0] == "2 steps: not tested: more calls are not shown to keep the quality"


@pytest.mark.parametrize(
    ("trials", "message"),
    [
        ('6\ngoal = "calls"', "needs one of .*quality and .*margin, got none"),
        ('6\ngoal = "calls"\nquality = 0.9\nmargin = 0.1', "got quality and margin"),
        ("6\nquality = 0.9", "quality = 0.9 needs .*goal = 'calls'"),
        ('6\nreference = { family = "linear" }', "reference = .* needs .*goal = 'calls'"),
        (GOAL + '\nreference = { family = "junk" }', "family: 'junk' is not accepted: one of"),
        (GOAL + "\nreference = 3", "reference: 3 is not accepted: a table"),
        (
            GOAL + '\nreference = { family = "linear", block_length = 5 }',
            "reference: .*5",
        ),
        (
            GOAL + '\nreference = { family = "linear", guidance = 1.5 }',
            "reference: guidance needs an objective with prompts",
        ),
    ],
)
def test_goals_that_cannot_be_tested_are_refused(tmp_path, trials, message):
    path = write_study(tmp_path, SUDOKU4, trials=trials)
    with pytest.raises(InputError, match=message):
        create_study(path, database(tmp_path))


def test_a_share_of_what_is_minimised_is_refused(tmp_path):
    study = SUDOKU4.replace('kind = "validity"\nverifier = "sudoku"', 'kind = "path_kl"')
    path = write_study(tmp_path, study, trials=GOAL)
    with pytest.raises(InputError, match=r"is minimised; give .*margin in nats"):
        create_study(path, database(tmp_path))

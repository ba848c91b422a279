"""What trackers are told of a study."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update
from study_files import database
from tracked import TRIALS, searched

from mdm_opt.handoff.schedule_file import load_schedule
from mdm_opt.persistence import Repository
from mdm_opt.persistence.tables import StudyRow
from mdm_opt.results.best import best
from mdm_opt.study.search_space import space_of
from mdm_opt.track.contents import (
    COLUMNS,
    folder_of,
    result_of,
    result_version,
    study_of,
    trial_of,
)

NAME = "sudoku4"


@pytest.fixture(scope="module")
def result(made):
    repository = Repository(database(made), create=False)
    yield result_of(NAME, repository, "v1")
    repository.close()


def test_settings_are_the_flat_study_file_without_where_it_is_sent(repository, made):
    told = study_of(repository.study(NAME), repository)
    assert (told.name, told.metric) == (NAME, "validity in share (more is better)")
    assert told.settings["study.name"] == NAME
    assert told.settings["search.trials"] == TRIALS
    assert told.settings["space.steps"] == "[4, 8]"
    assert told.settings["verify.sequential"] is True
    assert not any(key.startswith("track") for key in told.settings)
    assert "[track]" in told.toml
    assert told.folder == made


def test_a_study_that_is_made_again_is_another(repository):
    record = repository.study(NAME)
    first = study_of(record, repository).key
    assert study_of(record, repository).key == first
    assert len(first) == 16
    assert set(first) <= set("0123456789abcdef")
    later = repository.made_at(NAME) + timedelta(microseconds=1)
    with repository.transaction() as session:
        session.execute(update(StudyRow).values(created_at=later))
    assert study_of(record, repository).key != first


def test_a_folder_of_another_machine_is_the_current_one(repository, made, tmp_path, monkeypatch):
    from dataclasses import replace

    record = repository.study(NAME)
    assert folder_of(record) == made
    monkeypatch.chdir(tmp_path)
    assert folder_of(replace(record, folder="/not/here")) == Path.cwd() == tmp_path


def test_trials_have_what_was_measured(repository):
    record = repository.study(NAME)
    space = space_of(repository, record)
    found = repository.measurements(NAME, ["search"])
    told = [trial_of(one, space) for one in found]
    assert [one.number for one in told] == list(range(TRIALS))
    for one, measured in zip(told, found, strict=True):
        scores = measured.scores
        assert one.values["value"] == scores.mean()
        assert one.values[f"steps_{measured.budget_steps}/value"] == scores.mean()
        error = scores.std(ddof=1) / np.sqrt(len(scores))
        # A share's error has a floor where all answers are the same.
        assert one.values["standard_error"] == pytest.approx(error) or error == 0
        assert one.values["nfe"] == measured.nfe
        assert one.values["steps"] == measured.candidate.steps
        assert one.values["instances"] == 16
        assert one.words["schedule"] == measured.candidate.label
        parameters = {
            key.partition("/")[2]: value
            for key, value in one.values.items()
            if key.startswith("parameters/")
        }
        assert "predicted_path_kl" not in one.values
        assert parameters == dict(measured.candidate.parameters)
        assert all(type(value) is float for value in one.values.values())
    assert [one.words["from"] for one in told[:2]] == [one.label for one in found[:2]]


def test_states_say_what_became_of_a_trial(repository):
    from dataclasses import replace

    record = repository.study(NAME)
    space = space_of(repository, record)
    one = repository.measurements(NAME, ["search"])[0]
    assert trial_of(one, space).words["state"] == "finished"
    stopped = trial_of(replace(one, stopped_early=True), space)
    assert (stopped.words["state"], stopped.values["stopped_early"]) == ("lost its race", 1)
    missed = trial_of(replace(one, feasible=False, guards={"entropy": 0.25}), space)
    assert (missed.words["state"], missed.values["feasible"]) == ("misses a guard", 0)
    assert missed.values["guards/entropy"] == 0.25
    unknown = trial_of(replace(one, guards={"entropy": float("nan")}), space)
    assert "guards/entropy" not in unknown.values


def test_a_profile_predicts_the_path_kl_of_trials(tmp_path):
    text = """
[study]
name = "exact"
[model]
kind = "enumerated"
law = "sudoku4"
[space]
steps = [4]
[objective]
kind = "path_kl"
[search]
trials = 4
[profile]
sequences = 8
boundaries = 6
"""
    opened = searched(tmp_path, text, verified=False)
    found = opened.repository.measurements("exact", ["search"])
    told = [trial_of(one, opened.space).values for one in found]
    assert len(told) == 4
    costs = opened.space.costs
    for one, measured in zip(told, found, strict=True):
        expected = costs.weights(measured.candidate) @ opened.space.profile
        assert one["predicted_path_kl"] == pytest.approx(expected)
    opened.repository.close()


def test_the_table_has_every_schedule_with_its_interval_and_the_gain_of_the_best(result, made):
    found = best(NAME, database(made))
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in result.rows]
    assert result.columns == COLUMNS
    for budget in found.budgets:
        ours = [row for row in rows if row["steps"] == budget.steps]
        (own,) = [row for row in ours if row["schedule"].startswith("best: ")]
        assert (own["value"], own["nfe"]) == (budget.value, budget.nfe)
        assert (own["low"], own["high"]) == budget.interval
        assert own["gain_over_linear"] == budget.gain_over_linear.value
        assert (own["gain_low"], own["gain_high"]) == budget.gain_over_linear.interval
        assert own["verified"] == "True"
        names = {row["schedule"]: row["value"] for row in ours if row is not own}
        expected = {
            name: one.value for name, one in budget.baselines.items() if one.steps == budget.steps
        }
        assert expected.items() <= names.items()
        assert result.values[f"verified/{budget.steps}/value"] == budget.value
        gain = result.values[f"verified/{budget.steps}/gain_over_linear"]
        assert gain == budget.gain_over_linear.value
    assert len(rows) == sum(len(one.baselines) + 1 for one in found.budgets)


def test_the_files_are_those_that_commands_write(result, tmp_path):
    assert json.loads(result.files["best.json"])["study"] == NAME
    for steps in (4, 8):
        file = tmp_path / f"{steps}.json"
        file.write_text(result.files[f"schedules/{steps}.json"])
        exported = load_schedule(file)
        assert exported.schedule.steps == steps
        # Whoever gets a schedule need not know where its owner sends results.
        assert "track" not in exported.provenance.study_file
    assert "<html" in result.files["report.html"]
    assert result.markdown == result.files["report.md"]
    assert any(line.startswith("4 steps: ") for line in result.words)
    assert {"quality", "schedules", "reveal-counts-4", "landscape-8"} <= result.pictures.keys()
    for page in result.pictures.values():
        assert "plotly" in page
        assert len(page) < 200_000


def test_a_version_changes_with_trials_and_with_the_verification():
    versions = [
        result_version([1, 2], [3]),
        result_version([1, 2, 4], [3]),
        result_version([1, 2], [5]),
        result_version([1, 2, 3], []),
    ]
    assert len(set(versions)) == 4
    assert result_version([2, 1], [3]) == versions[0]


def test_without_a_feasible_trial_there_is_no_result(tmp_path):
    from study_files import SUDOKU4, write_study

    from mdm_opt.study.opening import create_study

    opened = create_study(write_study(tmp_path, SUDOKU4), database(tmp_path))
    assert result_of(NAME, opened.repository, "v") is None
    opened.repository.close()

"""Everything that is known about a study, read once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from study_files import database, write_study

from mdm_opt.errors import InputError
from mdm_opt.persistence import Progress, Repository
from mdm_opt.results.best import best
from mdm_opt.run.trials import run_trials
from mdm_opt.show.snapshot import Snapshots, read_snapshot
from mdm_opt.study.opening import create_study
from mdm_opt.study.profile_result import profile_study


def test_a_finished_study_is_known_as_it_is_kept(found, url):
    assert found.record.name == found.file.study.name == "sudoku4"
    assert found.progress == Progress(10, 10, 0, 0)
    assert found.result == best("sudoku4", url)
    assert found.metric == "validity in share (more is better)"
    assert sorted(m.trial_number for m in found.trials) == list(range(10))
    assert {m.role for m in found.trials} == {"search"}
    assert {m.role for m in found.measurements} >= {"search", "selection", "verification"}
    # Three texts of each, as the study file does not say otherwise.
    assert {len(found.samples[m.id]) for m in found.trials} == {3}


def test_verified_measurements_are_those_of_the_step_count(found):
    for steps in (4, 8):
        kept = found.verified(steps)
        assert {m.label for m in kept} >= {"best", "linear", "sin2", "sine"}
        assert {(m.role, m.budget_steps) for m in kept} == {("verification", steps)}
    assert found.verified(5) == []


def test_best_trials_are_the_verified_ones(found):
    best_numbers = found.best_trials()
    assert list(best_numbers) == [4, 8]
    for steps, number in best_numbers.items():
        (trial,) = [m for m in found.trials if m.trial_number == number]
        (verified,) = [m for m in found.verified(steps) if m.label == "best"]
        assert trial.candidate == verified.candidate
    assert replace(found, result=None).best_trials() == {}


def test_counts_are_those_of_the_steps_and_none_where_they_are_random(found):
    for record in found.trials:
        counts = found.counts(record)
        assert (len(counts), sum(counts)) == (record.steps, 16)
    ancestral = found.space.decoding.model_copy(update={"reveal": "ancestral"})
    random = replace(found, space=replace(found.space, decoding=ancestral))
    assert random.counts(found.trials[0]) == []


def test_a_new_study_has_no_result_and_the_profile_once_it_is_measured(tmp_path):
    path, url = write_study(tmp_path), database(tmp_path)
    create_study(path, url).repository.close()
    repository = Repository(url, create=False)
    new = read_snapshot("sudoku4", repository)
    assert new.progress == Progress(6, 0, 0, 0)
    assert (new.trials, new.result, new.best_trials(), new.profile) == ([], None, {}, None)
    # Whoever has measured it: it is the model's.
    profile_study(path, url, sequences=8)
    assert len(read_snapshot("sudoku4", repository).profile) == 8
    repository.close()


def test_an_unknown_study_is_refused(url):
    repository = Repository(url, create=False)
    with pytest.raises(InputError, match="no study 'nobody'"):
        read_snapshot("nobody", repository)
    repository.close()


def test_a_study_is_read_again_once_it_has_changed(tmp_path):
    opened = create_study(write_study(tmp_path), database(tmp_path))
    snapshots, running = Snapshots(opened.repository), run_trials(opened)
    first = snapshots.read("sudoku4")
    assert snapshots.read("sudoku4") is first
    next(running)
    second = snapshots.read("sudoku4")
    assert (len(first.trials), len(second.trials)) == (0, 1)
    assert snapshots.read("sudoku4") is second
    with pytest.raises(InputError, match="no study 'nobody'"):
        snapshots.read("nobody")
    list(running)
    opened.repository.close()

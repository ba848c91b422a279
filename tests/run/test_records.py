"""Samples that are kept of every trial: which, at what cost, and what happens when they fail."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import pytest
from study_files import SUDOKU4, database, optuna_trials, write_study

from mdm_opt.errors import InputError, RunError
from mdm_opt.measurement import draw
from mdm_opt.models.named import unnamed
from mdm_opt.persistence import Repository
from mdm_opt.results.verification import verify
from mdm_opt.run import records as kept_records
from mdm_opt.run.signals import Stopped, StopSignal
from mdm_opt.run.trials import WorkerOptions, measurement_record, run_trials
from mdm_opt.study.instances import SET_STARTS
from mdm_opt.study.opening import create_study

VALIDITY = 'kind = "validity"\nverifier = "sudoku"'
PATH_KL = SUDOKU4.replace(VALIDITY, 'kind = "path_kl"')
EXACT = SUDOKU4.replace(f"{VALIDITY}\ninstances = 16", 'kind = "divergence"').replace(
    'law = "sudoku4"', 'law = "toy_balanced"'
)


def keeping(study, samples):
    """A study file that keeps so many samples."""
    return study.replace("[search]", f"[search]\nsamples = {samples}")


def records(opened, *roles):
    return opened.repository.measurements(opened.name, roles or ("search",))


def drawn(opened, record, count):
    """What the candidate writes for the first instances of its role."""
    start = SET_STARTS[record.role]
    candidate = record.candidate
    return draw(opened.problem, candidate, range(start, start + count))


@pytest.mark.cases(2)
@pytest.mark.parametrize("kept", [1, 3, 16, 64])
def test_the_first_samples_that_were_scored_are_kept_and_cost_nothing(tmp_path, kept):
    opened = create_study(write_study(tmp_path, keeping(SUDOKU4, kept)), database(tmp_path))
    trials = list(run_trials(opened))
    samples = opened.repository.samples("sudoku4")
    found = records(opened)
    assert len(found) == 6
    for record, trial in zip(found, trials, strict=True):
        assert samples[record.id] == list(trial.measurement.texts[:kept])
        assert len(samples[record.id]) == min(kept, 16)
        assert samples[record.id] == list(drawn(opened, record, min(kept, 16)).texts)
        assert record.sequence_calls == trial.measurement.sequence_calls == 16 * 4


def test_three_are_kept_unless_said_otherwise(tmp_path):
    opened = create_study(write_study(tmp_path), database(tmp_path))
    list(run_trials(opened))
    assert [len(texts) for texts in opened.repository.samples("sudoku4").values()] == [3] * 6


@pytest.mark.parametrize("reveal", ["fixed", "ancestral"])
def test_where_the_objective_draws_none_they_are_drawn_and_paid_for(tmp_path, reveal):
    study = keeping(PATH_KL, 5).replace("[space]", f'[sampler]\nreveal = "{reveal}"\n[space]')
    opened = create_study(write_study(tmp_path, study), database(tmp_path))
    trials = list(run_trials(opened))
    samples = opened.repository.samples("sudoku4")
    for record, trial in zip(records(opened), trials, strict=True):
        assert trial.measurement.texts == ()
        expected = drawn(opened, record, 5)
        assert samples[record.id] == list(expected.texts)
        assert record.sequence_calls == (
            trial.measurement.sequence_calls + expected.sequence_calls
        )
        assert record.seconds > trial.measurement.seconds
        if reveal == "fixed":
            assert expected.sequence_calls == 5 * 4
    assert len({text for texts in samples.values() for text in texts}) > 5


def test_an_exact_objective_has_one_instance_and_as_many_samples_as_asked_for(tmp_path):
    path = write_study(tmp_path, keeping(EXACT, 4), steps="[2]")
    opened = create_study(path, database(tmp_path))
    list(run_trials(opened))
    samples = opened.repository.samples("sudoku4")
    for record in records(opened):
        assert record.instances == 1
        assert samples[record.id] == list(drawn(opened, record, 4).texts)
        assert record.sequence_calls == 4 * 2
    verify(opened)
    samples = opened.repository.samples("sudoku4")
    for record in records(opened, "verification"):
        assert samples[record.id] == list(drawn(opened, record, 4).texts)


@pytest.mark.parametrize("study", [SUDOKU4, PATH_KL], ids=["drawn", "not drawn"])
def test_none_are_kept_or_drawn_where_none_are_asked_for(tmp_path, study, monkeypatch):
    monkeypatch.setattr(kept_records, "draw", pytest.fail)
    opened = create_study(write_study(tmp_path, keeping(study, 0)), database(tmp_path))
    list(run_trials(opened))
    verify(opened)
    assert len(records(opened, "search", "verification")) >= 10
    assert opened.repository.samples("sudoku4") == {}


def test_a_race_that_is_lost_has_the_same_instances(tmp_path):
    path = write_study(tmp_path, keeping(SUDOKU4, 20), instances="64", trials="4")
    opened = create_study(path, database(tmp_path))
    list(run_trials(opened))
    samples, found = opened.repository.samples("sudoku4"), records(opened)
    assert {record.stopped_early for record in found} == {False, True}
    for record in found:
        assert samples[record.id] == list(drawn(opened, record, 20).texts)


@pytest.mark.parametrize("study", [SUDOKU4, PATH_KL], ids=["drawn", "not drawn"])
def test_verification_keeps_samples_of_its_own_instances_and_selection_none(tmp_path, study):
    opened = create_study(write_study(tmp_path, keeping(study, 2)), database(tmp_path))
    list(run_trials(opened))
    searched = set(opened.repository.samples("sudoku4"))
    verify(opened)
    samples = opened.repository.samples("sudoku4")
    verified = records(opened, "verification")
    assert {"best", "linear", "sin2", "sine"} <= {record.label for record in verified}
    assert len(records(opened, "selection")) == 2
    assert set(samples) == searched | {record.id for record in verified}
    for record in verified:
        # Of what the metric has read all are kept.
        kept = record.instances if study is SUDOKU4 else 2
        assert samples[record.id] == list(drawn(opened, record, kept).texts)


def test_samples_are_drawn_in_the_batches_that_fitted(tmp_path, monkeypatch):
    opened = create_study(write_study(tmp_path, PATH_KL), database(tmp_path))
    (trial, *_) = run_trials(opened)
    seen = []

    def watched(problem, *arguments):
        seen.append(problem.batch_size)
        return draw(problem, *arguments)

    monkeypatch.setattr(kept_records, "draw", watched)
    measurement_record(
        opened,
        trial.candidate,
        replace(trial.measurement, batch_size=2),
        role="search",
        label="l",
        budget_steps=4,
    )
    assert seen == [2]


def test_how_many_are_kept_may_change_later(tmp_path):
    url = database(tmp_path)
    list(run_trials(create_study(write_study(tmp_path, keeping(SUDOKU4, 1)), url)))
    study = keeping(SUDOKU4, 5)
    opened = create_study(write_study(tmp_path, study, trials="8"), url)
    assert len(list(run_trials(opened))) == 2
    kept = [len(texts) for texts in opened.repository.samples("sudoku4").values()]
    assert kept == [1] * 6 + [5] * 2
    with pytest.raises(
        InputError, match=r"another study file: \[objective\] instances was 16"
    ) as no:
        create_study(write_study(tmp_path, keeping(SUDOKU4, 2), instances="17"), url)
    assert "samples" not in str(no.value)


def test_a_model_that_cannot_be_looked_at_fails_the_trial(tmp_path, monkeypatch):
    path, url = write_study(tmp_path, PATH_KL), database(tmp_path)
    opened = create_study(path, url)
    denoiser = type(unnamed(opened.problem.denoiser))
    said = []

    def broken(*_arguments):
        raise ValueError("no such token")

    with monkeypatch.context() as patch:
        patch.setattr(denoiser, "decode", broken)
        with pytest.raises(RunError, match="model 'sudoku4' raised ValueError: no such tok"):
            list(run_trials(opened, WorkerOptions(report=said.append)))
    # Three in a row, and the first two were tried again later.
    assert len(said) == 2
    assert records(opened) == []
    failed = [trial for trial in opened.queue.trials() if trial.failures]
    assert [trial.failures for trial in failed] == [1, 1, 1]
    assert all("no such token" in trial.last_error for trial in failed)
    assert len(list(run_trials(create_study(path, url)))) == 6
    assert [trial.state.name for trial in optuna_trials(url)] == ["COMPLETE"] * 6


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_samples_are_drawn_ends_the_run_at_once(tmp_path, monkeypatch, sent):
    path, url = write_study(tmp_path, PATH_KL), database(tmp_path)
    went_on = []

    def slow(*arguments):
        os.kill(os.getpid(), sent)
        went_on.append(draw(*arguments))
        return went_on[-1]

    with monkeypatch.context() as patch, StopSignal() as stop:
        patch.setattr(kept_records, "draw", slow)
        with pytest.raises(Stopped):
            list(run_trials(create_study(path, url), stop=stop))
    assert went_on == []
    repository = Repository(url, create=False)
    assert repository.measurements("sudoku4") == []
    repository.close()
    opened = create_study(path, url)
    assert opened.queue.progress().running == 0
    assert len(list(run_trials(opened))) == 6

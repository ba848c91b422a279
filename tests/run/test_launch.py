"""Watching workers: started again when they die, given up when that leads nowhere."""

from __future__ import annotations

import time

import pytest
from study_files import database, optuna_trials, write_study

from mdm_opt.errors import InputError, RunError
from mdm_opt.persistence.mirror import Mirror
from mdm_opt.results.best import best
from mdm_opt.run import launch as launching
from mdm_opt.run.launch import Exit, launch
from mdm_opt.run.signals import Stopped, StopSignal
from mdm_opt.run.trials import run_trials
from mdm_opt.study.opening import create_study


class ScriptedEngine:
    """An engine whose workers end as a script says; None is a worker that runs on."""

    def __init__(self, ends, at_start=lambda: None):
        self.ends = {index: list(codes) for index, codes in ends.items()}
        self.at_start = at_start
        self.started = []
        self.stopped = False

    def start(self, index):
        self.started.append(index)
        self.at_start()

    def exit_of(self, index):
        code = self.ends[index].pop(0) if self.ends[index] else None
        return None if code is None else Exit(code, f"code {code}")

    def stop(self):
        self.stopped = True


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(launching, "_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(launching, "_FIRST_RESTART_SECONDS", 0.0)


@pytest.fixture
def opened(tmp_path):
    return create_study(write_study(tmp_path), database(tmp_path))


def again(study):
    return create_study(f"{study.record.folder}/study.toml", study.repository.url)


def follow(opened, engine, workers, stop=None):
    url = opened.repository.url
    return list(launch("sudoku4", url, engine, workers, stop or StopSignal()))


def test_workers_that_die_are_started_again_and_those_that_are_done_are_not(opened):
    def work():
        if engine.started == [0, 1, 0]:
            list(run_trials(again(opened)))

    engine = ScriptedEngine({0: [-9, 0], 1: [None, None, 0]}, work)
    states = follow(opened, engine, 2)
    assert engine.started == [0, 1, 0]
    assert states[-1].restarts == 1
    news = [line for state in states for line in state.news]
    assert news == ["worker 0 ended: code -9; starting it again"]
    assert engine.stopped


def test_deaths_without_a_finished_trial_end_the_launch(opened):
    engine = ScriptedEngine({0: [1] * 20})
    with pytest.raises(
        RunError, match=r"workers died 6 times and no trial .*; the last one: code"
    ):
        follow(opened, engine, 1)
    assert engine.started == [0] * 6
    assert engine.stopped


def test_deaths_with_finished_trials_in_between_do_not(opened):
    """Each worker finishes one trial and dies of it."""
    trials = []

    def work():
        trials.append(next(run_trials(again(opened))))

    engine = ScriptedEngine({0: [-9] * 6}, work)
    states = follow(opened, engine, 1)
    assert len(trials) == 6
    assert states[-1].progress.finished == 6


def test_done_is_what_the_queue_says_whatever_a_worker_ends_with(opened):
    engine = ScriptedEngine({0: [0] * 20})
    with pytest.raises(RunError, match=r"the last one: before its work was done: code 0"):
        follow(opened, engine, 1)
    assert engine.started == [0] * 6


def test_workers_that_refuse_the_study_end_the_launch_soon(opened):
    engine = ScriptedEngine({0: [2] * 20})
    with pytest.raises(InputError, match="code 2"):
        follow(opened, engine, 1)
    assert len(engine.started) == 4


def test_trials_that_were_given_up_are_said(opened):
    for trial in opened.queue.trials():
        for _ in range(3):
            worker = opened.queue.workers.register("h", 1, "cpu", "0", 60.0)
            taken = opened.queue.claim(worker)
            opened.queue.fail(taken, worker, "no luck")
            opened.queue.workers.end(worker, "failed")
        assert trial.failures == 0
    engine = ScriptedEngine({0: [1]})
    with pytest.raises(RunError, match=r"6 of the trials failed 3 times .* last error: no luck"):
        follow(opened, engine, 1)
    assert engine.started == [0]


def test_a_stop_ends_the_workers(opened):
    engine, stop = ScriptedEngine({0: []}), StopSignal()
    states = launch("sudoku4", opened.repository.url, engine, 1, stop)
    next(states)
    stop.stop()
    with pytest.raises(Stopped):
        next(states)
    assert engine.stopped


@pytest.mark.slow
def test_a_worker_that_hangs_is_no_reason_to_promise_an_end(opened, monkeypatch):
    engine = ScriptedEngine({0: []})
    states = launch("sudoku4", opened.repository.url, engine, 1, StopSignal())
    next(states)
    next(run_trials(opened))
    assert next(states).seconds_left is not None
    now = time.monotonic()
    monkeypatch.setattr("mdm_opt.run.launch.time.monotonic", lambda: now + 3600.0)
    monkeypatch.setattr("mdm_opt.run.launch._SILENCE_SECONDS", 0.0)
    monkeypatch.setattr(StopSignal, "sleep", lambda *_: None)
    silent = next(states)
    assert silent.silent_seconds > 3590
    assert silent.seconds_left is None
    next(run_trials(opened))
    later = next(states)
    assert later.silent_seconds == 0
    assert later.seconds_left == pytest.approx(4 * later.seconds / 2)


def test_what_is_left_is_estimated_from_what_was_done(opened):
    engine = ScriptedEngine({0: []})
    states = launch("sudoku4", opened.repository.url, engine, 1, StopSignal())
    first = next(states)
    assert (first.seconds_left, first.best, first.progress.waiting) == (None, {}, 6)
    for _, _trial in zip(range(3), run_trials(opened), strict=False):
        pass
    later = next(states)
    assert later.progress.finished == 3
    assert later.seconds_left == pytest.approx(later.seconds, rel=1e-9)
    # What the search takes for the best, which need not be the luckiest.
    (found,) = best("sudoku4", opened.repository.url).budgets
    assert later.best == {4: found.value}
    states.close()
    assert engine.stopped


def test_a_worker_that_is_frozen_at_the_end_does_not_hold_up_the_launch(opened, monkeypatch):
    monkeypatch.setattr(launching, "_LAST_WORDS_SECONDS", 0.0)
    engine = ScriptedEngine({0: [], 1: [0]}, at_start=lambda: None)
    for _trial in run_trials(opened):
        pass
    states = follow(opened, engine, 2)
    assert states[-1].progress.finished == 6
    assert engine.stopped


def test_a_launch_tells_optuna_what_its_last_worker_could_not(opened, monkeypatch):
    """The worker is killed between our tables and Optuna; nobody comes after it."""

    sync, calls = Mirror.sync, []

    def killed(mirror, **more):
        # Once the trial has been begun, but not when it has been kept.
        calls.append(1)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return sync(mirror, **more)

    trials = run_trials(opened)
    for _ in range(5):
        next(trials)
    monkeypatch.setattr(Mirror, "sync", killed)
    with pytest.raises(KeyboardInterrupt):
        next(trials)
    monkeypatch.undo()
    states = [trial.state.name for trial in optuna_trials(opened.repository.url)]
    assert states == ["COMPLETE"] * 5 + ["RUNNING"]
    follow(opened, ScriptedEngine({0: [-9]}), 1)
    states = [trial.state.name for trial in optuna_trials(opened.repository.url)]
    assert states == ["COMPLETE"] * 6

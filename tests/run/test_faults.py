"""What happens to machines: killed, frozen and restarted workers, a restarted database."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from postgres import fresh_database, private_server
from study_files import SUDOKU4, database, optuna_trials, write_study

from mdm_opt.measurement import measure
from mdm_opt.persistence import Repository, TrialQueue
from mdm_opt.run.launch import launch
from mdm_opt.run.local_engine import LocalEngine
from mdm_opt.run.signals import StopSignal
from mdm_opt.run.trials import run_trials
from mdm_opt.run.workers import Heartbeat
from mdm_opt.search import seeds
from mdm_opt.storage_errors import Patience
from mdm_opt.study.opening import create_study

pytestmark = pytest.mark.postgres
PULSE = Heartbeat(interval_seconds=0.5, grace_seconds=3.0)


@dataclass(frozen=True)
class Faults:
    """What is done to a launch."""

    workers: int
    trials: int
    kills: int
    # Long enough that a worker is nearly always in the middle of one.
    trial_seconds: float


SHORT = Faults(workers=3, trials=36, kills=3, trial_seconds=0.4)
LONG = Faults(workers=8, trials=200, kills=20, trial_seconds=0.5)


def light_study(folder, faults, seconds):
    """A study whose score is a number of the sample; the candidates depend on nothing else."""
    module = f"light_{faults.trials}_{str(seconds).replace('.', '_')}"
    (folder / f"{module}.py").write_text(
        "import time\n"
        "def score(samples):\n"
        f"    time.sleep({seconds})\n"
        "    return [sum(int(c) * k for k, c in enumerate(s)) for s in samples]\n"
    )
    text = SUDOKU4.replace(
        'kind = "validity"\nverifier = "sudoku"',
        f'kind = "{module}:score"\ndirection = "maximize"',
    )
    return write_study(folder, text, trials=str(faults.trials), steps="[4, 6]")


def undisturbed(folder, faults):
    """Position to candidate and scores of one worker on SQLite, to whom nothing happens."""
    folder.mkdir()
    opened = create_study(light_study(folder, faults, 0.0), database(folder))
    for _ in run_trials(opened):
        pass
    return by_position(opened.repository, opened.queue)


def by_position(repository, queue):
    measured = {m.trial_number: m for m in repository.measurements("sudoku4", ["search"])}
    return {
        trial.position: (
            (trial.label, trial.steps, trial.candidate),
            measured[trial.trial_number].scores.tolist(),
        )
        for trial in queue.trials()
    }


class Disturber:
    """Kills and freezes workers and restarts the server, spread over the trials."""

    def __init__(self, faults, server, queue, engine):
        self.queue, self.engine, self.server = queue, engine, server
        self.random = random.Random(7)
        gap = faults.trials / (faults.kills + 1)
        self.kills_at = [round(gap * (k + 1)) for k in range(faults.kills)]
        self.freeze_at = faults.trials // 4
        self.restart_at = faults.trials // 2
        self.frozen = self.frozen_id = None
        self.thaw_at = 0.0
        self.killed = set()
        self.restarted = False

    def holders(self):
        """Process and worker ids of the live processes that hold a trial now."""
        trials = Patience()(self.queue.trials)
        held = {t.worker_id for t in trials if t.finished_at is None}
        ours = set(self.engine.pids.values()) - self.killed
        alive = Patience()(self.queue.workers.alive)
        return {w.pid: w.id for w in alive if w.id in held and w.pid in ours}

    def disturb(self, finished):
        if self.frozen is not None and time.monotonic() > self.thaw_at:
            os.kill(self.frozen, signal.SIGCONT)
            self.frozen = None
        if self.kills_at and finished >= self.kills_at[0]:
            candidates = sorted(self.holders().keys() - {self.frozen})
            if candidates:
                chosen = self.random.choice(candidates)
                os.kill(chosen, signal.SIGKILL)
                self.kills_at.pop(0)
                self.killed.add(chosen)
        if self.frozen_id is None and finished >= self.freeze_at:
            holders = self.holders()
            if holders:
                self.frozen = self.random.choice(sorted(holders))
                self.frozen_id = holders[self.frozen]
                os.kill(self.frozen, signal.SIGSTOP)
                self.thaw_at = time.monotonic() + 2 * PULSE.grace_seconds
        if not self.restarted and finished >= self.restart_at:
            self.server.restart()
            self.restarted = True


def survive(tmp_path, faults):
    """Runs a study through the faults and checks that nothing shows."""
    expected = undisturbed(tmp_path / "undisturbed", faults)
    with private_server() as server, fresh_database(server) as url:
        opened = create_study(light_study(tmp_path, faults, faults.trial_seconds), url)
        engine = LocalEngine(
            opened.record, url, faults.workers, gpus=[], logs=tmp_path / "logs", heartbeat=PULSE
        )
        disturber = Disturber(faults, server, opened.queue, engine)
        for state in launch("sudoku4", url, engine, faults.workers, StopSignal()):
            disturber.disturb(state.progress.finished)
        assert len(disturber.killed) == faults.kills
        assert disturber.restarted
        assert disturber.frozen_id is not None
        # Connections from before the restart are gone.
        Patience()(opened.queue.progress)
        check_study(opened, url, faults, expected)
        check_workers(opened.queue, disturber, faults)
        opened.repository.close()


def check_study(opened, url, faults, expected):
    progress = opened.queue.progress()
    assert (progress.finished, progress.total) == (faults.trials, faults.trials)
    assert (progress.running, progress.failed) == (0, 0)
    records = opened.repository.measurements("sudoku4", ["search"])
    assert len(records) == faults.trials
    assert by_position(opened.repository, opened.queue) == expected
    labels = Counter((m.label, m.budget_steps) for m in records if m.label != "search")
    wanted = {(seed.label, seed.candidate.steps): 1 for seed in seeds(opened.study_file, 16)}
    assert labels == wanted
    trials = optuna_trials(url)
    states = Counter(trial.state.name for trial in trials)
    assert states["COMPLETE"] == faults.trials
    assert set(states) <= {"COMPLETE", "FAIL"}
    values = {t.number: t.values[0] for t in trials if t.state.name == "COMPLETE"}
    assert values == {m.trial_number: m.value for m in records}
    # The rows say what measure() says, whoever wrote them.
    record = records[-1]
    again = measure(
        opened.problem,
        record.candidate,
        opened.sets.ids("search"),
    )
    np.testing.assert_array_equal(again.scores, record.scores)


def check_workers(queue, disturber, faults):
    ended = {worker.id: worker.ended for worker in queue.workers.all()}
    assert len(ended) >= faults.workers + faults.kills
    assert list(ended.values()).count("lost") >= faults.kills
    # The frozen one was thought dead, and lived again; unless it was killed later.
    assert ended[disturber.frozen_id] in ("finished", "lost")
    # Most were in the middle of a trial; some had just finished it.
    assert sum(trial.attempts - 1 for trial in queue.trials()) > faults.kills / 2


@pytest.mark.slow
def test_a_study_survives_what_happens_to_machines(tmp_path):
    survive(tmp_path, SHORT)


@pytest.mark.slow
def test_a_long_study_survives_what_happens_to_machines(tmp_path):
    survive(tmp_path, LONG)


@pytest.mark.slow
def test_a_worker_that_was_thought_dead_finishes_its_trial_or_finds_it_finished(
    tmp_path, postgres_url, monkeypatch
):
    """The trial is taken over while it is being measured; the first to finish wins."""
    opened = create_study(write_study(tmp_path), postgres_url)
    other = TrialQueue(Repository(postgres_url, create=False), "sudoku4")
    told = []

    def taken_over(*arguments):
        measurement = measure(*arguments)
        if not told:
            held = next(t for t in other.trials() if t.worker_id and not t.finished_at)
            other.workers.release(held.worker_id)
            stranger = other.workers.register("elsewhere", 1, "cpu", "0", 60.0)
            told.append(other.claim(stranger))
            assert told[0].trial_number == held.trial_number
        return measurement

    monkeypatch.setattr("mdm_opt.run.trials.measure", taken_over)
    trials = run_trials(opened)
    first = next(trials)
    assert first.number == told[0].trial_number
    (record,) = opened.repository.measurements("sudoku4", ["search"])
    stranger = opened.queue.workers.all()[-1]
    assert not other.finish(told[0], stranger.id, record)
    other.workers.end(stranger.id, "stopped")
    assert len(list(trials)) == 5
    assert opened.queue.progress().finished == 6

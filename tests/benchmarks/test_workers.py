"""Ratios of one run: many loops beside plain Optuna, and two workers beside one."""

from __future__ import annotations

import time

import numpy as np
import optuna
import pytest
from click.testing import CliRunner
from many_loops import Result, run_loops
from study_files import SUDOKU4, optuna_trials, write_study

from mdm_opt.cli.main import main
from mdm_opt.persistence import Repository, TrialQueue
from mdm_opt.results.best import ranked_records
from mdm_opt.study.opening import create_study
from mdm_opt.study.search_space import space_of

pytestmark = [pytest.mark.bench, pytest.mark.postgres]


ROUNDS = 2
LOOPS, PROCESSES = 32, 8


def test_thirty_two_loops_do_a_thousand_trials_beside_plain_optuna(tmp_path, postgres_url):
    """Rounds take turns, so that what else the machine does falls on both."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = optuna.storages.RDBStorage(postgres_url)
    optuna.create_study(study_name="plain", storage=storage)
    storage.scoped_session.remove()
    storage.engine.dispose()
    results = {"optuna": [], "ours": []}
    for number in range(1, ROUNDS + 1):
        trials = str(1000 * number // ROUNDS)
        path = write_study(tmp_path, SUDOKU4, trials=trials, steps="[4, 6]", instances="2")
        create_study(path, postgres_url).repository.close()
        for kind, name in (("optuna", "plain"), ("ours", "sudoku4")):
            folder = tmp_path / str(number)
            folder.mkdir(exist_ok=True)
            done = run_loops(kind, postgres_url, name, trials, LOOPS, PROCESSES, folder)
            results[kind].append(done)
    pooled = {kind: Result.pooled(rounds) for kind, rounds in results.items()}
    for kind, result in pooled.items():
        assert result.errors == [], kind
        rate = len(result.trial_seconds) / result.wall_seconds
        p95 = np.quantile(result.trial_seconds, 0.95)
        print(
            f"\n{kind}: {rate:.1f} trials/s, p95 of ask + tell {1000 * p95:.0f} ms, "
            f"at most {result.peak_connections} connections"
        )
    check_thousand(postgres_url)
    ours, plain = pooled["ours"], pooled["optuna"]
    assert ours.peak_connections <= 100
    ratio = np.mean(ours.trial_seconds) / np.mean(plain.trial_seconds)
    wall = ours.wall_seconds / plain.wall_seconds
    print(f"ours / plain Optuna: mean of ask + tell {ratio:.2f}, wall time {wall:.2f}")
    assert ratio < 1.25


def check_thousand(url):
    """None lost, none doubled."""
    repository = Repository(url, create=False)
    progress = TrialQueue(repository, "sudoku4").progress()
    assert (progress.finished, progress.total, progress.running) == (1000, 1000, 0)
    numbers = [m.trial_number for m in repository.measurements("sudoku4", ["search"])]
    assert len(set(numbers)) == len(numbers) == 1000
    complete = [t.number for t in optuna_trials(url) if t.state.name == "COMPLETE"]
    assert sorted(complete) == sorted(numbers)


def launch_seconds(tmp_path, url, name, workers):
    """Wall time of a launch of the bundled model, start of the processes included."""
    text = f"""
[study]
name = "{name}"
[model]
kind = "bundled"
[space]
steps = [12]
[objective]
kind = "validity"
verifier = "sudoku"
instances = 64
[search]
trials = 50
sampler = "random"
"""
    create_study(write_study(tmp_path, text), url).repository.close()
    command = ["launch", name, "--storage", url, "--workers", str(workers)]
    started = time.perf_counter()
    result = CliRunner().invoke(main, [*command, "--logs", str(tmp_path / name)])
    assert result.exit_code == 0, result.output
    return time.perf_counter() - started


def test_two_workers_are_nearly_twice_as_fast_as_one(tmp_path, postgres_url, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    seconds = [launch_seconds(tmp_path, postgres_url, f"with-{n}", n) for n in (1, 2)]
    print(f"\ntwo workers / one: {seconds[1] / seconds[0]:.2f}")
    repository = Repository(postgres_url, create=False)
    best = []
    for n in (1, 2):
        measured = repository.measurements(f"with-{n}", ["search"])
        study = repository.study(f"with-{n}")
        found = ranked_records(study, space_of(repository, study), measured)
        best.append({steps: records[0].value for steps, records in found.items()})
    assert best[0] == best[1]
    assert seconds[1] / seconds[0] <= 0.6

"""Running trials: resumed, reproducible, nothing lost."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import numpy as np
import pytest
from records import pair
from sqlalchemy import text
from study_files import SUDOKU4, database, optuna_trials, write_study

from mdm_opt.errors import InputError, RunError
from mdm_opt.persistence import Repository
from mdm_opt.persistence.mirror import Mirror
from mdm_opt.run.trials import WorkerOptions, run_trials
from mdm_opt.study.locks import exclusive
from mdm_opt.study.opening import create_study


def run_all(path, url):
    """Runs a study to its end; returns what every finished trial measured."""
    return [
        (t.label, t.candidate.steps, *pair(t.candidate), t.measurement.scores.tolist())
        for t in run_trials(create_study(path, url))
    ]  # fmt: skip


def finished_trials(file):
    """Counts without opening the database as we do, which would race with its creation."""
    if not file.exists():
        return 0
    with closing(sqlite3.connect(file)) as connection:
        try:
            return connection.execute("select count(*) from mdm_measurements").fetchone()[0]
        except sqlite3.OperationalError:
            return 0


def test_same_file_and_seed_give_same_trials(tmp_path):
    path = write_study(tmp_path, trials="14", sampler='"gp"', steps="[4, 6]")
    (tmp_path / "other").mkdir()
    first = run_all(path, database(tmp_path))
    assert first == run_all(path, database(tmp_path / "other"))
    assert len(first) == 14


def test_another_seed_gives_other_scores(tmp_path):
    (tmp_path / "other").mkdir()
    first = run_all(write_study(tmp_path), database(tmp_path))
    reseeded = SUDOKU4.replace('name = "sudoku4"', 'name = "sudoku4"\nseed = 1')
    assert first != run_all(
        write_study(tmp_path / "other", reseeded), database(tmp_path / "other")
    )


def test_seeds_come_first_once_for_every_budget(tmp_path):
    path = write_study(tmp_path, trials="12", steps="[4, 6]")
    trials = run_all(path, database(tmp_path))
    labels = [(label, steps) for label, steps, *_ in trials]
    names = ["energy: linear", "energy: sin2", "paper: (0.9, 0.3)", "paper: (1, 0.2)"]
    assert labels[:8] == [(name, steps) for name in names for steps in (4, 6)]
    assert [label for label, _ in labels[8:]] == ["search"] * 4
    assert [steps for _, steps in labels].count(4) == 6


def test_named_seeds_beyond_the_trials_are_left_out_and_come_back(tmp_path):
    path, url = write_study(tmp_path, trials="3", steps="[4, 6]"), database(tmp_path)
    first = [("energy: linear", 4), ("energy: linear", 6), ("energy: sin2", 4)]
    assert [(label, steps) for label, steps, *_ in run_all(path, url)] == first
    more = run_all(write_study(tmp_path, trials="9", steps="[4, 6]"), url)
    rest = [("energy: sin2", 6)]
    rest += [(f"paper: {pair}", steps) for pair in ("(0.9, 0.3)", "(1, 0.2)") for steps in (4, 6)]
    assert [(label, steps) for label, steps, *_ in more] == [*rest, ("search", 4)]


def test_the_users_pairs_stay_where_named_seeds_are_left_out(tmp_path):
    seeds = '["energy", "baselines", [2.0, 3.0]]'
    path = write_study(tmp_path, trials="2", seeds=seeds)
    labels = [label for label, *_ in run_all(path, database(tmp_path))]
    assert labels == ["energy: linear", "user: (2, 3)"]


def test_seeds_with_the_same_counts_are_tried_once(tmp_path):
    """At two steps of 16 tokens (0.5, 0.5) and (1, 1) are the same halves."""
    path = write_study(tmp_path, trials="4", steps="[2]")
    labels = [label for label, *_ in run_all(path, database(tmp_path))]
    assert labels == ["energy: linear", "paper: (0.9, 0.3)", "paper: (1, 0.2)", "search"]


@pytest.mark.parametrize("sampler", ["random", "shape"])
def test_stopping_and_resuming_gives_the_undisturbed_study(tmp_path, sampler):
    """Races included: the rival is the same, too."""
    (tmp_path / "other").mkdir()
    keys = {"sampler": f'"{sampler}"', "instances": "32"}
    path = write_study(tmp_path / "other", trials="9", **keys)
    whole = run_all(path, database(tmp_path / "other"))
    url = database(tmp_path)
    run_all(write_study(tmp_path, trials="5", **keys), url)
    rest = run_all(write_study(tmp_path, trials="9", **keys), url)
    assert len(rest) == 4
    assert rest == whole[5:]


def test_a_race_that_is_lost_ends_early_and_is_pruned_in_optuna(tmp_path):
    url = database(tmp_path)
    opened = create_study(write_study(tmp_path, instances="64", trials="4"), url)
    done = list(run_trials(opened))
    lengths = [len(trial.measurement.scores) for trial in done]
    assert lengths[0] == 64
    assert {*lengths} == {32, 64}
    early = [n == 32 for n in lengths]
    records = opened.repository.measurements("sudoku4", ["search"])
    assert [m.stopped_early for m in records] == early
    trials = optuna_trials(url)
    assert [trial.state.name == "PRUNED" for trial in trials] == early
    for trial, record, ended in zip(trials, records, early, strict=True):
        # A mean over fewer instances would not be comparable.
        assert (trial.values is None) == ended
        assert trial.user_attrs["measured"]["instances"] == len(record.scores)
    for trial, record in zip(done[1:], records[1:], strict=True):
        rival = records[record.rival_number]
        assert not rival.stopped_early
        assert trial.best == rival.value
        beside = record.scores - rival.scores[: len(record.scores)]
        assert record.paired_value == pytest.approx(rival.value + beside.mean(), abs=1e-12)
    # The first had nobody to be compared with.
    assert (records[0].rival_number, done[0].best) == (None, records[0].value)


def test_without_racing_everything_is_measured(tmp_path):
    study = SUDOKU4.replace("[verify]", "racing = false\n[verify]")
    url = database(tmp_path)
    opened = create_study(write_study(tmp_path, study, instances="64", trials="4"), url)
    assert [len(trial.measurement.scores) for trial in run_trials(opened)] == [64] * 4
    assert [trial.state.name for trial in optuna_trials(url)] == ["COMPLETE"] * 4


def test_finished_study_is_left_alone(tmp_path):
    path, url = write_study(tmp_path), database(tmp_path)
    run_all(path, url)
    assert run_all(path, url) == []


def test_an_interrupted_trial_is_gone_on_with_and_the_rest_is_as_it_would_have_been(
    tmp_path, monkeypatch
):
    (tmp_path / "other").mkdir()
    whole = run_all(write_study(tmp_path / "other", trials="8"), database(tmp_path / "other"))
    path, url = write_study(tmp_path, trials="8"), database(tmp_path)
    trials = run_trials(create_study(path, url))
    done = [next(trials) for _ in range(5)]

    def interrupted(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("mdm_opt.run.trials.measure", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(trials)
    monkeypatch.undo()
    assert len(done) == 5
    left = optuna_trials(url)
    assert [trial.state.name for trial in left] == ["COMPLETE"] * 5 + ["RUNNING"]
    assert run_all(path, url) == whole[5:]
    after = optuna_trials(url)
    assert [trial.state.name for trial in after] == ["COMPLETE"] * 8
    # The same Optuna trial under the same number, not failed and queued anew.
    assert (after[5].params, after[5].datetime_start) == (left[5].params, left[5].datetime_start)


def test_second_process_is_refused(tmp_path):
    path, url = write_study(tmp_path), database(tmp_path)
    opened = create_study(path, url)
    with exclusive(opened.name, url), pytest.raises(InputError, match="another process"):
        next(run_trials(create_study(path, url)))


def moody(folder, name, bad_calls):
    """A study file whose objective returns no number on some of its calls; one is a rehearsal."""
    (folder / f"{name}.py").write_text(
        "import pathlib\n"
        "def score(samples):\n"
        "    file = pathlib.Path(__file__).with_suffix('.calls')\n"
        "    file.open('a').write('x')\n"
        "    calls = file.stat().st_size\n"
        f"    return [float('nan') if calls in {bad_calls} else 0.5 for _ in samples]\n"
    )
    text = SUDOKU4.replace(
        'kind = "validity"\nverifier = "sudoku"', f'kind = "{name}:score"\ndirection = "maximize"'
    )
    return write_study(folder, text)


def test_failing_objective_stops_the_run_and_keeps_finished_trials(tmp_path):
    path, url = moody(tmp_path, "moody", [4, 5, 6]), database(tmp_path)
    finished = []
    with pytest.raises(RunError, match=r"'moody:score' returned nan for instance 0"):
        finished.extend(run_trials(create_study(path, url)))
    assert len(finished) == 2
    rest = list(run_trials(create_study(path, url)))
    assert len(rest) == 4
    records = Repository(url, create=False).measurements("sudoku4", ["search"])
    assert [r.label for r in records].count("paper: (0.9, 0.3)") == 1
    assert [trial.state.name for trial in optuna_trials(url)] == ["COMPLETE"] * 6


def test_one_failure_is_said_and_the_trial_is_tried_again_last(tmp_path):
    path, url = moody(tmp_path, "once", [4]), database(tmp_path)
    said = []
    options = WorkerOptions(report=said.append)
    labels = [t.label for t in run_trials(create_study(path, url), options)]
    assert labels[:3] == ["energy: linear", "energy: sin2", "paper: (1, 0.2)"]
    assert labels[-1] == "paper: (0.9, 0.3)"
    assert len(labels) == 6
    (line,) = said
    assert "failed and will be tried again: objective 'once:score' returned nan" in line
    assert [trial.state.name for trial in optuna_trials(url)] == ["COMPLETE"] * 6


@pytest.mark.parametrize("told", [False, True])
def test_a_measured_trial_that_was_not_told_is_finished_not_repeated(tmp_path, monkeypatch, told):
    """Interrupted between keeping and telling, or right after; the next run settles it."""
    path, url = write_study(tmp_path), database(tmp_path)
    opened = create_study(path, url)
    trials = run_trials(opened)
    next(trials)
    sync, calls = Mirror.sync, []

    def interrupted(mirror, **more):
        calls.append(1)
        if told or len(calls) == 1:
            last = sync(mirror, **more)
        # The first time the trial was begun, the second time it has been kept.
        if len(calls) == 2:
            raise KeyboardInterrupt
        return last

    monkeypatch.setattr(Mirror, "sync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(trials)
    monkeypatch.undo()
    assert len(run_all(path, url)) == 4
    assert [trial.state.name for trial in optuna_trials(url)] == ["COMPLETE"] * 6
    assert len(Repository(url, create=False).measurements("sudoku4", ["search"])) == 6


@pytest.mark.parametrize(
    "sent",
    [
        signal.SIGKILL,
        *(pytest.param(one, marks=pytest.mark.slow) for one in (signal.SIGINT, signal.SIGTERM)),
    ],
)
def test_killed_run_loses_no_finished_trial_and_resumes(tmp_path, sent):
    # A module of its own for each case: Python imports a name once.
    module = f"slow_{sent.name.lower()}"
    (tmp_path / f"{module}.py").write_text(
        "import time\n"
        "def score(samples):\n"
        "    time.sleep(0.3)\n"
        "    return [sample.count('1') for sample in samples]\n"
    )
    text = SUDOKU4.replace(
        'kind = "validity"\nverifier = "sudoku"',
        f'kind = "{module}:score"\ndirection = "maximize"',
    )
    path, url = write_study(tmp_path, text), database(tmp_path)
    command = [sys.executable, "-m", "mdm_opt", "run", str(path), "--storage", url, "--no-verify"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while finished_trials(tmp_path / "test.db") < 2:
        assert time.monotonic() < deadline, "the run did not get going"
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.05)
    process.send_signal(sent)
    _, error = process.communicate(timeout=60)
    assert process.returncode == (-sent if sent == signal.SIGKILL else 128 + sent)
    if sent != signal.SIGKILL:
        assert "trials are finished and kept; go on with 'mdm-opt run" in error
        assert "Traceback" not in error
    repository = Repository(url, create=False)
    before = repository.measurements("sudoku4", ["search"])
    assert 2 <= len(before) < 6
    assert len(run_all(path, url)) == 6 - len(before)
    after = repository.measurements("sudoku4", ["search"])
    assert len(after) == 6
    for kept, found in zip(before, after, strict=False):
        assert (kept.trial_number, kept.label) == (found.trial_number, found.label)
        np.testing.assert_array_equal(kept.scores, found.scores)
    finished = [t for t in optuna_trials(url) if t.state.name == "COMPLETE"]
    assert {t.number for t in finished} == {m.trial_number for m in after}
    assert not [t for t in optuna_trials(url) if t.state.name in ("RUNNING", "WAITING")]
    repository.close()


def test_trials_go_on_where_optunas_tables_cannot_be_written(tmp_path):
    path, url = write_study(tmp_path), database(tmp_path)
    opened = create_study(path, url)
    with opened.repository.transaction() as session:
        for table in ("trial_user_attributes", "trial_values", "trials"):
            session.execute(text(f"DROP TABLE {table}"))
    said = []
    assert len(list(run_trials(opened, WorkerOptions(report=said.append)))) == 6
    assert len(said) == 1
    assert said[0].startswith("optuna-dashboard does not see all trials: storage ")
    assert "no such table" in said[0]
    assert opened.queue.progress().settled


@pytest.mark.parametrize("direction", ["maximize", "minimize"])
def test_without_a_rival_the_best_value_so_far_stands(tmp_path, direction):
    (tmp_path / f"standing_{direction}.py").write_text(
        "def ones(samples):\n    return [float(s.count('1')) for s in samples]\n"
    )
    text = SUDOKU4.replace(
        'kind = "validity"\nverifier = "sudoku"',
        f'kind = "standing_{direction}:ones"\ndirection = "{direction}"',
    ).replace('sampler = "random"', 'sampler = "random"\nracing = false')
    opened = create_study(write_study(tmp_path, text, trials="8"), database(tmp_path))
    better = max if direction == "maximize" else min
    done = list(run_trials(opened))
    values = [trial.measurement.value for trial in done]
    assert [t.best for t in done] == [better(values[: i + 1]) for i in range(8)]
    # Not merely the last one's.
    assert values != [t.best for t in done]

"""Running trials: resumed, reproducible, nothing lost."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import numpy as np
import optuna
import pytest
from study_files import SUDOKU4, database, write_study

from mdm_opt.errors import InputError, RunError
from mdm_opt.persistence import Repository
from mdm_opt.search import SearchStudy
from mdm_opt.service.running import run_trials
from mdm_opt.service.studies import create_study, exclusive


def run_all(path, url):
    """Runs a study to its end; returns what every finished trial measured."""
    return [
        (t.proposal.label, t.proposal.steps, t.proposal.beta_a, t.proposal.beta_b,
         t.measurement.scores.tolist())
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


def test_stopping_and_resuming_gives_the_undisturbed_study(tmp_path):
    (tmp_path / "other").mkdir()
    whole = run_all(write_study(tmp_path / "other", trials="9"), database(tmp_path / "other"))
    url = database(tmp_path)
    run_all(write_study(tmp_path, trials="5"), url)
    rest = run_all(write_study(tmp_path, trials="9"), url)
    assert len(rest) == 4
    assert rest == whole[5:]


def test_finished_study_is_left_alone(tmp_path):
    path, url = write_study(tmp_path), database(tmp_path)
    run_all(path, url)
    assert run_all(path, url) == []


def test_another_file_of_the_same_name_is_refused(tmp_path):
    url = database(tmp_path)
    create_study(write_study(tmp_path), url)
    with pytest.raises(InputError, match=r"objective\.instances was 16, is 17"):
        create_study(write_study(tmp_path, instances="17"), url)


def test_trials_of_another_version_are_refused(tmp_path, monkeypatch):
    path, url = write_study(tmp_path), database(tmp_path)
    create_study(path, url)
    monkeypatch.setattr("mdm_opt.service.studies.__version__", "0.99.0")
    with pytest.raises(InputError, match=r"made by mdm-opt 0\.1\.0, this is 0\.99\.0"):
        create_study(path, url)


def test_an_interrupted_trial_is_done_again_and_the_rest_is_as_it_would_have_been(
    tmp_path, monkeypatch
):
    (tmp_path / "other").mkdir()
    whole = run_all(write_study(tmp_path / "other", trials="8"), database(tmp_path / "other"))
    path, url = write_study(tmp_path, trials="8"), database(tmp_path)
    trials = run_trials(create_study(path, url))
    done = [next(trials) for _ in range(5)]

    def interrupted(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("mdm_opt.service.running.measure", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(trials)
    monkeypatch.undo()
    assert len(done) == 5
    assert run_all(path, url) == whole[5:]


def test_second_process_is_refused(tmp_path):
    path, url = write_study(tmp_path), database(tmp_path)
    opened = create_study(path, url)
    with exclusive(opened.name, url), pytest.raises(InputError, match="another process"):
        next(run_trials(create_study(path, url)))


def test_failing_objective_stops_the_run_and_keeps_finished_trials(tmp_path):
    (tmp_path / "moody.py").write_text(
        "calls = []\n"
        "def score(samples):\n"
        "    calls.append(1)\n"
        "    return [float('nan') if len(calls) == 3 else 0.5 for _ in samples]\n"
    )
    text = SUDOKU4.replace(
        'kind = "validity"\nverifier = "sudoku"', 'kind = "moody:score"\ndirection = "maximize"'
    )
    path, url = write_study(tmp_path, text), database(tmp_path)
    finished = []
    with pytest.raises(RunError, match=r"'moody:score' returned nan for instance 0"):
        finished.extend(run_trials(create_study(path, url)))
    assert len(finished) == 2
    rest = list(run_trials(create_study(path, url)))
    assert len(rest) == 4
    records = Repository(url, create=False).measurements("sudoku4", ["search"])
    assert [r.label for r in records].count("paper: (0.9, 0.3)") == 1


@pytest.mark.parametrize("killed", [True, False])
def test_a_measured_trial_that_was_not_told_is_finished_not_repeated(
    tmp_path, monkeypatch, killed
):
    """Interrupted between keeping and telling; where it is killed, the next run settles it."""
    path, url = write_study(tmp_path), database(tmp_path)
    opened = create_study(path, url)
    trials = run_trials(opened)
    next(trials)
    finish, attempts = SearchStudy.finish, []

    def interrupted(*arguments):
        attempts.append(arguments)
        if killed or len(attempts) == 1:
            raise KeyboardInterrupt
        finish(*arguments)

    monkeypatch.setattr(SearchStudy, "finish", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(trials)
    monkeypatch.undo()
    assert len(run_all(path, url)) == 4
    study = optuna.load_study(study_name="sudoku4", storage=url)
    states = [trial.state.name for trial in study.get_trials()]
    assert states == ["COMPLETE"] * 6
    assert Repository(url, create=False).finished_trials("sudoku4") == 6


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
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
    if sent == signal.SIGINT:
        assert process.returncode == 1
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
    study = optuna.load_study(study_name="sudoku4", storage=url)
    finished = [t for t in study.get_trials() if t.state.name == "COMPLETE"]
    assert {t.number for t in finished} == {m.trial_number for m in after}
    assert not [t for t in study.get_trials() if t.state.name in ("RUNNING", "WAITING")]
    repository.close()

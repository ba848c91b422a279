"""Bringing a tracker up to what the tables say, whatever it does."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from study_files import database
from tracked import TRACK, TRACKED, TRIALS, Recorder, searched

from mdm_opt.persistence import Repository
from mdm_opt.persistence.turns import Turn
from mdm_opt.track import sender as module
from mdm_opt.track.sender import Sender

NAME = "sudoku4"
ALL = list(range(TRIALS))


@pytest.fixture
def recorder(monkeypatch):
    """What every tracker that is made is, and what it has kept outlives it."""
    found = Recorder()
    monkeypatch.setattr(module, "make_tracker", lambda name, table: found)
    monkeypatch.setattr(module, "_TURN_SECONDS", 0.3)
    # What it is made of has tests of its own.
    monkeypatch.setattr(
        module, "result_of", lambda name, repository, version: SimpleNamespace(version=version)
    )
    return found


@pytest.fixture
def said():
    return []


@pytest.fixture
def sender(repository, said):
    return Sender(repository, NAME, "mlflow", said.append)


def test_everything_arrives_once(sender, recorder, said, repository):
    sender.look()
    assert recorder.kept == ALL
    sender.look()
    assert recorder.calls == ["begin", "trials"]
    assert sender.finish()
    assert recorder.kept == ALL
    assert recorder.calls == ["begin", "trials", "result", "end"]
    assert recorder.ended == [True]
    assert [study.name for study in recorder.studies] == [NAME]
    assert said == []
    # Another process, later: nothing is new.
    again = Sender(repository, NAME, "mlflow", said.append)
    assert again.finish()
    assert recorder.kept == ALL
    assert len(recorder.results) == 1
    assert said == []


def test_what_another_run_lacks_is_caught_up(sender, recorder):
    recorder.kept = [0, 1, 5]
    assert sender.finish()
    assert recorder.kept == [0, 1, 5, 2, 3, 4, 6]


def test_trials_that_come_later_follow(tmp_path, recorder, said):
    opened = searched(tmp_path, TRACKED + TRACK, verified=False)
    with_half = Sender(opened.repository, NAME, "wandb", said.append)
    recorder.kept = []
    with_half.look()
    assert recorder.kept == ALL
    text = (tmp_path / "study.toml").read_text().replace("trials = 7", "trials = 9")
    (tmp_path / "study.toml").write_text(text)
    opened.repository.close()
    more = searched(tmp_path, text)
    with_half.look()
    assert recorder.kept == list(range(9))
    assert with_half.finish()
    assert recorder.calls.count("begin") == 1
    assert len(recorder.results) == 1
    more.repository.close()


def test_an_unfinished_study_has_no_result_yet(tmp_path, recorder, said):
    from study_files import write_study

    from mdm_opt.run.trials import run_trials
    from mdm_opt.study.opening import create_study

    opened = create_study(write_study(tmp_path, TRACKED), database(tmp_path))
    trials = run_trials(opened)
    next(trials), next(trials)
    trials.close()
    assert Sender(opened.repository, NAME, "mlflow", said.append).finish()
    assert recorder.kept == [0, 1]
    assert (recorder.results, recorder.ended) == ([], [False])
    opened.repository.close()


def test_a_failure_is_said_once_and_waits(sender, recorder, said, monkeypatch):
    now = 100.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    recorder.failures["trials"] = [ConnectionError("is\naway")] * 3
    sender.look()
    first = "mlflow: ConnectionError: is away; trials go on, and what it lacks is sent later"
    assert said == [first]
    sender.look()
    now += 4.9
    sender.look()
    assert recorder.calls == ["begin", "trials"]
    # 5 s, 10 s, 20 s.
    now += 0.2
    sender.look()
    now += 10.1
    sender.look()
    assert recorder.calls == ["begin", "trials"] * 3
    assert said == [first]
    now += 20.1
    sender.look()
    assert recorder.kept == ALL
    assert sender.finish()
    assert said == [first, "mlflow failed 3 times, and has everything now"]


def test_after_a_failure_it_is_asked_what_has_arrived(sender, recorder, said):
    """The answer can be lost, and what was asked for done all the same."""
    kept = Recorder.trials

    def lost(trials):
        kept(recorder, trials)
        recorder.trials = lambda trials: kept(recorder, trials)
        raise TimeoutError("no answer")

    recorder.trials = lost
    sender.look()
    assert recorder.kept == ALL
    assert sender.finish()
    assert recorder.kept == ALL
    assert said[-1] == "mlflow failed once, and has everything now"


@pytest.mark.parametrize("method", ["begin", "trials", "result", "end"])
def test_what_is_missing_at_the_end_is_said_with_the_command(method, sender, recorder, said):
    recorder.failures[method] = [OSError("no")]
    assert not sender.finish()
    lacks = TRIALS if method in ("begin", "trials") else 0
    assert said == [
        f"mlflow lacks {lacks} of {TRIALS} trials, or the result: OSError: no; "
        "'mdm-opt track sudoku4' sends it"
    ]


def test_another_process_that_sends_is_left_to_it(sender, recorder, said, folder):
    other = Repository(database(folder), create=False)
    turn = Turn(other, NAME, "mlflow")
    assert turn.taken()
    sender.look()
    assert sender.finish()
    assert recorder.calls == []
    assert said == ["mlflow: another process sends the trials of study sudoku4"]
    turn.give_back()
    other.close()


def test_a_database_that_is_away_is_no_end(sender, recorder, said, monkeypatch):
    from mdm_opt.storage_errors import StorageUnavailable

    def away(*_):
        raise StorageUnavailable("the server is away")

    with monkeypatch.context() as patched:
        patched.setattr(Repository, "version", away)
        sender.look()
    assert said[0].startswith("mlflow: StorageUnavailable: the server is away; trials go on")
    assert sender.finish()
    assert recorder.kept == ALL

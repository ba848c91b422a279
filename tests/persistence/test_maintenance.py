"""Copying studies between two databases: all values as they are, and no worker in between."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace

import optuna
import pytest
from copies import (
    BETWEEN,
    ODD,
    ODD_TEXT,
    as_seen_in_optuna,
    content,
    copy_all,
    execute,
    finish,
    full_study,
    optuna_names,
)
from kept_profiles import KEY, add, count
from records import MODEL, study_record
from study_files import optuna_trials, write_study

from mdm_opt.errors import InputError
from mdm_opt.persistence import Profiles, Repository, TrialQueue
from mdm_opt.persistence.maintenance import copy_study, held_still
from mdm_opt.persistence.workers import Workers
from mdm_opt.run.trials import run_trials
from mdm_opt.statistics import MOST_SCORE
from mdm_opt.study.opening import create_study


@pytest.mark.slow
@pytest.mark.parametrize(
    ("from_backend", "to_backend"),
    [
        # Both ways already; the others are slow.
        BETWEEN[0],
        pytest.param("sqlite", "sqlite", marks=pytest.mark.slow),
        *(
            pytest.param("postgresql", to, marks=[pytest.mark.postgres, pytest.mark.slow])
            for to in ("sqlite", "postgresql")
        ),
    ],
)
def test_everything_is_copied_bit_for_bit_there_and_back(
    tmp_path, new_database, from_backend, to_backend
):
    source, target, back = map(new_database, (from_backend, to_backend, from_backend))
    full_study(tmp_path, source)
    before, seen = content(source), as_seen_in_optuna(source)
    assert {len(rows) for rows in before.values()} >= {1, 2, 8, 9, 16, 96}
    assert {row["stopped_early"] for row in before["mdm_measurements"]} == {False, True}
    assert {trial["state"].name for trial in seen} == {"COMPLETE", "PRUNED"}
    (copied,) = copy_all(source, target)
    assert (copied.name, copied.trials, copied.finished, copied.exports) == ("sudoku4", 9, 9, 1)
    assert copied.scores == len(before["mdm_scores"])
    assert copied.samples == len(before["mdm_samples"]) > 100
    copy_all(target, back)
    assert before == content(source) == content(target) == content(back)
    assert seen == as_seen_in_optuna(source) == as_seen_in_optuna(target)
    assert optuna_names(target) == ["sudoku4"]
    for url in (target, back):
        repository = Repository(url, create=False)
        first = repository.measurements("sudoku4", ["search"])[0]
        # Kept as they were; one that cannot be summed is read as the largest that can.
        assert first.scores[: len(ODD)].tolist() == [min(score, MOST_SCORE) for score in ODD]
        assert repository.samples("sudoku4")[first.id][0] == ODD_TEXT
        repository.close()


def abandoned(tmp_path, url):
    """A study with a worker that died in the middle of its third trial."""
    path = write_study(tmp_path)
    opened = create_study(path, url)
    trials = run_trials(opened)
    next(trials)
    next(trials)

    def killed(*_arguments):
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mdm_opt.run.trials.measure", killed)
        patch.setattr(Workers, "end", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            next(trials)
    assert opened.queue.progress().running == 1
    opened.repository.close()
    return path


@pytest.mark.parametrize(("from_backend", "to_backend"), BETWEEN)
def test_claims_of_dead_workers_are_free_in_the_copy(
    tmp_path, new_database, from_backend, to_backend
):
    source, target = new_database(from_backend), new_database(to_backend)
    path = abandoned(tmp_path, source)
    if from_backend == "postgresql":
        with pytest.raises(InputError, match="is being worked on by 1 workers"):
            copy_all(source, target)
        execute(
            source, "UPDATE mdm_workers SET heartbeat_at = heartbeat_at - interval '2 minutes'"
        )
    before = content(source)
    copy_all(source, target)
    assert content(source) == before
    queue = TrialQueue(Repository(target, create=False), "sudoku4")
    assert queue.progress().running == 0
    assert [worker.ended for worker in queue.workers.all()] == ["lost"]
    assert queue.workers.all()[-1].silent_seconds >= 0
    assert optuna_trials(target)[2].state == optuna.trial.TrialState.RUNNING
    assert len(finish(path, target)) == 4
    # The trial that was begun was finished under the number it had.
    trials = optuna_trials(target)
    assert [trial.number for trial in trials] == list(range(6))
    assert {trial.state for trial in trials} == {optuna.trial.TrialState.COMPLETE}


@pytest.mark.postgres
def test_a_worker_that_starts_during_a_copy_waits_for_its_end(tmp_path, new_database, monkeypatch):
    source, target = new_database("postgresql"), new_database("postgresql")
    path = write_study(tmp_path)
    finish(path, source)
    from mdm_opt.study import storage

    opened = create_study(path, source)
    joined = threading.Event()

    def join():
        opened.queue.workers.register("here", 1, "cpu", "0", 60.0)
        joined.set()

    thread = threading.Thread(target=join)
    copy = storage.copy_study

    def copy_while_one_starts(*arguments):
        thread.start()
        assert not joined.wait(1.0)
        return copy(*arguments)

    monkeypatch.setattr(storage, "copy_study", copy_while_one_starts)
    (copied,) = copy_all(source, target)
    assert joined.wait(30)
    thread.join()
    assert copied.workers == 1
    assert len(opened.queue.workers.all()) == 2
    opened.repository.close()


def copied(source, target, name):
    with held_still(source, name) as reading, target.transaction() as writing:
        copy_study(reading, writing, name)


@pytest.fixture(params=["from", "to"])
def both(request, repository, tmp_path):
    """Two databases, one of them a file: where a study ``s`` is, and where there is nothing."""
    url = f"sqlite:///{tmp_path}/other.db"
    with closing(Repository(url, create=True)) as other:
        if request.param == "from":
            yield repository, other
            return
        repository.delete_study("s")
        other.add_study(study_record())
        yield other, repository


def test_profiles_are_copied_with_the_first_study_of_their_model_and_not_again(both):
    source, target = both
    source.add_study(study_record("t"))
    source.add_study(study_record("none", model=replace(MODEL, fingerprint="g")))
    seeded = replace(KEY, seed=1)
    add(Profiles(source), 3, 5)
    add(Profiles(source), 0, key=seeded)
    copied(source, target, "none")
    assert count(target) == (0, 0, 0)
    for name in ("s", "t"):
        copied(source, target, name)
        assert count(target) == count(source) == (2, 3, 9)
    for key in (KEY, seeded):
        here, there = Profiles(source).find(key), Profiles(target).find(key)
        assert there.sequences == here.sequences
        assert there.sample.nats.tobytes() == here.sample.nats.tobytes()
        assert (there.sequence_calls, there.seconds) == (here.sequence_calls, here.seconds)
    # It goes on growing there.
    add(Profiles(target), 5, 6)
    assert Profiles(target).find(KEY).sequences == (3, 5, 6)
    assert Profiles(source).find(KEY).sequences == (3, 5)


def test_a_profile_that_the_target_has_stays_as_it_is(both):
    source, target = both
    missing = replace(KEY, orders=7)
    add(Profiles(source), 0, 1)
    add(Profiles(source), 0, key=missing)
    add(Profiles(target), 8, first=50.0)
    copied(source, target, "s")
    assert Profiles(target).find(KEY).sequences == (8,)
    assert Profiles(target).find(KEY).sample.nats[0, 0] == 58.0
    assert Profiles(target).find(missing).sequences == (0,)
    assert count(target) == (2, 2, 6)


def test_the_profile_of_a_study_is_copied_with_it(both):
    source, target = both
    add(Profiles(source), 3, 5, 6)
    Profiles(source).use("s", KEY, [3, 6])
    # What the target has is kept; what the study needs is added.
    add(Profiles(target), 3, first=50.0)
    copied(source, target, "s")
    assert Profiles(target).of_study("s").sequences == (3, 6)
    assert Profiles(target).of_study("s").sample.nats[:, 0].tolist() == [53.0, 7.0]
    assert Profiles(target).find(KEY).sequences == (3, 6)

"""A worker in the database: alive while it works, and why it ended."""

from __future__ import annotations

import os
import socket
import time
from contextlib import closing

import pytest
from queues import age
from records import study_record, trial_record
from study_files import database

from mdm_opt.errors import InputError, RunError
from mdm_opt.persistence import MAX_FAILURES, Repository, TrialQueue
from mdm_opt.run.signals import Stopped
from mdm_opt.run.workers import Heartbeat, Worker, check_given_up
from mdm_opt.storage_errors import Patience, StorageUnavailable


@pytest.fixture
def repository(tmp_path):
    with closing(Repository(database(tmp_path), create=True)) as found:
        found.add_study(study_record())
        yield found


@pytest.fixture
def queue(repository):
    return TrialQueue(repository, "s")


def worker(queue, heartbeat=None, **patience):
    return Worker(queue, "cuda:1", heartbeat or Heartbeat(), Patience(**patience))


@pytest.mark.parametrize(
    ("interval", "grace", "said"),
    [
        (0.0, 60.0, "--heartbeat: 0 is not accepted: above 0"),
        (-1.0, 60.0, "--heartbeat: -1 is not accepted: above 0"),
        (10.0, 19.9, "--grace: 19.9 is not accepted: at least two heartbeats of 10 seconds"),
    ],
)
def test_a_grace_period_has_room_for_two_heartbeats(interval, grace, said):
    with pytest.raises(InputError) as no:
        Heartbeat(interval, grace)
    assert str(no.value) == said
    Heartbeat(10.0, 20.0)


def test_it_is_known_by_its_host_and_process_while_it_works(queue):
    with worker(queue, Heartbeat(10.0, 45.0)) as me:
        (found,) = queue.workers.alive()
        assert (found.id, found.host, found.pid) == (me.id, socket.gethostname(), os.getpid())
        assert (found.device, found.grace_seconds, found.ended) == ("cuda:1", 45.0, None)
    assert queue.workers.alive() == []


@pytest.mark.parametrize(
    ("ended_by", "reason"),
    [
        (Stopped(15), "stopped"),
        (KeyboardInterrupt(), "stopped"),
        (GeneratorExit(), "stopped"),
        (RunError("no luck"), "failed"),
        (ZeroDivisionError(), "failed"),
    ],
)
def test_why_it_ended_is_kept_and_its_trial_goes_back(queue, ended_by, reason):
    queue.plan([], [8], 1)

    def work(worker_id):
        assert queue.claim(worker_id).worker_id == worker_id
        raise ended_by

    with pytest.raises(type(ended_by)), worker(queue) as me:
        work(me.id)
    assert [one.ended for one in queue.workers.all()] == [reason]
    assert queue.progress().running == 0


def test_work_that_came_to_its_end_is_finished(queue):
    with worker(queue):
        pass
    assert [one.ended for one in queue.workers.all()] == ["finished"]


def wait_for(condition):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.01)


def test_its_heart_beats_and_frees_the_trials_of_the_dead(queue, repository):
    queue.plan([], [8], 1)
    dead = queue.workers.register("there", 1, "cpu", "0", 60.0)
    queue.claim(dead)
    age(repository, dead, 61)
    with worker(queue, Heartbeat(0.01, 60.0)) as me:
        wait_for(lambda: queue.progress().running == 0)
        age(repository, me.id, 30)
        wait_for(lambda: queue.workers.all()[1].silent_seconds < 20)
        assert [one.ended for one in queue.workers.all()] == ["lost", None]


def test_a_heart_goes_on_after_an_error_and_takes_nothing_from_others_then(
    queue, repository, monkeypatch
):
    """While the database was away, they could not show that they are alive, either."""
    beat, calls = queue.workers.beat, []

    def failing(worker_id, *, free_lost=True):
        calls.append(free_lost)
        if len(calls) == 1:
            raise StorageUnavailable("away")
        beat(worker_id, free_lost=free_lost)

    monkeypatch.setattr(queue.workers, "beat", failing)
    silent = queue.workers.register("there", 1, "cpu", "0", 60.0)
    age(repository, silent, 61)
    with worker(queue, Heartbeat(0.01, 60.0)):
        wait_for(lambda: len(calls) > 3)
    assert calls[0] is True
    assert not any(calls[1:])
    assert queue.workers.all()[0].ended is None


def test_it_waits_for_a_database_that_is_away_when_it_comes(queue, monkeypatch):
    register, said, calls = queue.workers.register, [], []

    def away(*arguments):
        calls.append(1)
        if len(calls) < 3:
            raise StorageUnavailable("the server is being restarted")
        return register(*arguments)

    monkeypatch.setattr(queue.workers, "register", away)
    with worker(queue, pause=lambda _: None, report=said.append) as me:
        assert [one.id for one in queue.workers.alive()] == [me.id]
    assert said == ["the server is being restarted; waiting for it"]


def test_trials_that_were_given_up_are_said_with_the_error_of_one():
    failed = {"failures": MAX_FAILURES, "last_error": "no luck"}
    fine = [trial_record(), trial_record(failures=MAX_FAILURES - 1, last_error="passing")]
    check_given_up([])
    check_given_up(fine)
    # One that somebody holds, or has finished, is not given up.
    check_given_up([trial_record(**failed, worker_id=3)])
    with pytest.raises(RunError) as no:
        check_given_up([*fine, trial_record(**failed), trial_record(**failed)])
    assert str(no.value) == (
        "2 of the trials failed 3 times and were given up; the last error: no luck"
    )

"""What every backend keeps to: the workers of a study, alive, dead, thought dead and ended."""

from __future__ import annotations

import pytest
from queues import ONE, age, finish, worker
from records import measurement, study_record

from mdm_opt.persistence import Progress, TrialQueue
from mdm_opt.persistence.workers import DIED


def test_the_dead_lose_their_trials_and_the_living_keep_them(queue, repository):
    queue.plan([], [4], 4)
    dead, slow, alive = worker(queue, 60.0), worker(queue, 600.0), worker(queue, 60.0)
    finish(queue, dead)
    for one in (dead, slow, alive):
        queue.claim(one)
    age(repository, dead, 61)
    age(repository, slow, 61)
    age(repository, alive, 50)
    assert [w.id for w in queue.workers.alive()] == [slow, alive]
    assert queue.progress() == Progress(4, 1, 3, 0)
    assert queue.workers.free_lost() == 1
    assert queue.workers.free_lost() == 0
    assert queue.progress() == Progress(4, 1, 2, 0)
    assert [w.ended for w in queue.workers.all()] == ["lost", None, None]
    # What it had finished stays its own.
    assert queue.trials()[0].worker_id == dead
    assert queue.claim(worker(queue)).position == 1


def test_another_studys_workers_are_none_of_our_business(queue, repository):
    repository.add_study(study_record("other"))
    others = TrialQueue(repository, "other")
    others.plan([], [4], 1)
    theirs = worker(others)
    others.claim(theirs)
    age(repository, theirs, 61)
    assert queue.workers.free_lost() == 0
    assert queue.workers.all() == []
    assert queue.claim(worker(queue)) is None
    assert others.progress().running == 1


def test_where_one_alone_can_be_alive_all_others_are_dead(queue):
    queue.plan([], [4], 2)
    before, now = worker(queue), worker(queue)
    queue.claim(before)
    queue.claim(now)
    assert queue.workers.free_lost(all_but=now) == 1
    assert [w.ended for w in queue.workers.all()] == ["lost", None]
    assert queue.progress().running == 1


def test_a_worker_that_was_thought_dead_lives_again(queue, repository):
    queue.plan([], [4], 1)
    one = worker(queue)
    queue.claim(one)
    age(repository, one, 61)
    queue.workers.free_lost()
    assert queue.workers.alive() == []
    queue.workers.beat(one)
    (found,) = queue.workers.alive()
    assert (found.id, found.ended) == (one, None)
    assert found.silent_seconds < 30
    # Its trial was given back, and may come back to it.
    assert queue.progress().running == 0
    assert queue.claim(one).attempts == 2


def test_a_heartbeat_frees_what_the_dead_left(queue, repository):
    queue.plan([], [4], 1)
    dead, alive = worker(queue), worker(queue)
    queue.claim(dead)
    age(repository, dead, 61)
    queue.workers.beat(alive)
    assert [w.ended for w in queue.workers.all()] == ["lost", None]
    assert queue.claim(alive).position == 0


@pytest.mark.parametrize("reason", ["finished", "stopped", "failed"])
def test_a_worker_that_ended_gives_back_its_trial_and_stays_ended(queue, reason):
    queue.plan([], [4], 1)
    one = worker(queue)
    queue.claim(one)
    queue.workers.end(one, reason)
    queue.workers.beat(one)
    assert [w.ended for w in queue.workers.all()] == [reason]
    assert queue.workers.alive() == []
    assert queue.progress().running == 0
    assert queue.workers.free_lost() == 0


def test_facts_of_a_worker_come_back(queue, repository):
    one = queue.workers.register("Rechner-ü", 2**31 - 1, "cuda:7", "0.2.0", 0.5)
    (found,) = queue.workers.all()
    assert (found.id, found.host, found.pid) == (one, "Rechner-ü", 2**31 - 1)
    assert (found.device, found.grace_seconds, found.ended) == ("cuda:7", 0.5, None)
    # Seconds since the last heartbeat, by a clock that may tick in whole seconds.
    age(repository, one, 100)
    assert 99 <= queue.workers.all()[0].silent_seconds < 130


def test_a_trial_taken_by_a_worker_after_its_end_is_freed(queue, repository):
    """It was thought dead, took another trial before its heart beat again, and died."""
    queue.plan([], [4], 2)
    frozen, other = worker(queue, grace=5.0), worker(queue)
    age(repository, frozen, 6)
    queue.workers.beat(other)
    taken = queue.claim(frozen)
    assert queue.claim(other).position != taken.position
    assert queue.claim(worker(queue)) is None
    queue.workers.beat(other)
    assert queue.claim(worker(queue)).position == taken.position


def test_a_worker_that_has_ended_is_not_called_lost_afterwards(queue, repository):
    queue.plan([], [4], 1)
    done, other = worker(queue, grace=5.0), worker(queue)
    queue.workers.end(done, "finished")
    age(repository, done, 60)
    assert queue.workers.free_lost() == 0
    assert {w.id: w.ended for w in queue.workers.all()} == {done: "finished", other: None}


def test_a_trial_whose_workers_die_is_tried_after_the_others_and_given_up(queue, repository):
    """Three deaths; a claim that had not begun is nobody's fault."""
    queue.plan([], [4], 2)
    for died in range(1, 4):
        one = worker(queue)
        trial = queue.claim(one)
        while trial.position != 0:
            # The other one first, which lives.
            queue.begin(trial, ONE)
            assert queue.finish(trial, one, measurement(trial_number=1))
            trial = queue.claim(one)
        queue.begin(trial, ONE)
        age(repository, one, 61)
        assert queue.workers.free_lost() == 1
        found = queue.trials()[0]
        assert (found.failures, found.last_error) == (died, DIED)
    assert queue.claim(worker(queue)) is None
    assert queue.progress() == Progress(2, 1, 0, 1)
    (given_up,) = queue.given_up()
    assert given_up.last_error == DIED
    # Asked for again it is tried once more.
    queue.plan([], [4], 2)
    assert queue.claim(worker(queue)).position == 0


def test_a_claim_that_had_not_begun_is_no_death_of_its_trial(queue, repository):
    queue.plan([], [4], 1)
    one = worker(queue)
    queue.claim(one)
    age(repository, one, 61)
    queue.workers.free_lost()
    assert queue.trials()[0].failures == 0

"""What every backend keeps to: the trials of a budget and the workers that take them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from records import measurement, study_record
from sqlalchemy import select

from mdm_opt.candidates import Seed, beta, counts_candidate
from mdm_opt.errors import InputError
from mdm_opt.persistence import MAX_FAILURES, Progress, TrialQueue
from mdm_opt.persistence.tables import TrialRow, WorkerRow, utc_now

SEEDS = [Seed(label, beta(0.5, 1 / 3, steps)) for label in ("first", "second") for steps in (4, 8)]
ONE, OTHER = beta(1.0, 1.0, 4), beta(2.0, 2.0, 4)


@pytest.fixture
def queue(repository):
    return TrialQueue(repository, "s")


def worker(queue, grace=60.0):
    return queue.workers.register("here", 1, "cpu", "0", grace)


def age(repository, worker_id, seconds):
    """Moves the last heartbeat back."""
    with repository.transaction() as session:
        row = session.get(WorkerRow, worker_id)
        row.heartbeat_at -= timedelta(seconds=seconds)


def finish(queue, worker_id, number=None):
    """Takes the next trial and finishes it."""
    trial = queue.claim(worker_id)
    after = -1 if number is None else number - 1
    begun = queue.begin(trial, beta(1.0, 2.0, trial.steps), after=after)
    assert number in (None, begun.trial_number)
    assert queue.finish(trial, worker_id, measurement(trial_number=begun.trial_number))
    return trial


def state(queue):
    """Everything about trials and workers but the times."""
    workers = [
        (w.id, w.host, w.pid, w.device, w.grace_seconds, w.ended) for w in queue.workers.all()
    ]
    return queue.trials(), workers, queue.progress()


def test_plan_puts_seeds_first_and_shares_the_rest_equally(queue):
    queue.plan(SEEDS, [4, 8], 9)
    trials = queue.trials()
    assert [t.position for t in trials] == list(range(9))
    assert [(t.label, t.steps, t.candidate) for t in trials[:4]] == [
        (seed.label, seed.candidate.steps, beta(0.5, 1 / 3, t.steps))
        for seed, t in zip(SEEDS, trials, strict=False)
    ]
    assert {(t.label, t.candidate) for t in trials[4:]} == {("search", None)}
    assert Counter(t.steps for t in trials) == {4: 5, 8: 4}
    assert all((t.attempts, t.failures, t.worker_id) == (0, 0, None) for t in trials)
    assert queue.progress() == Progress(9, 0, 0, 0)


def test_planning_twice_changes_nothing(queue):
    queue.plan(SEEDS, [4, 8], 9)
    finish(queue, worker(queue))
    queue.claim(worker(queue))
    before = state(queue)
    queue.plan(SEEDS, [4, 8], 9)
    assert state(queue) == before


def test_raising_the_budget_adds_trials_and_keeps_shares_equal(queue):
    queue.plan(SEEDS, [4, 8], 5)
    before = queue.trials()
    queue.plan(SEEDS, [4, 8], 10)
    assert queue.trials()[:5] == before
    assert Counter(t.steps for t in queue.trials()) == {4: 5, 8: 5}
    assert Counter((t.label, t.steps) for t in queue.trials() if t.label != "search") == {
        (seed.label, seed.candidate.steps): 1 for seed in SEEDS
    }


def test_lowering_the_budget_takes_the_last_trials_that_nobody_has_begun(queue):
    queue.plan(SEEDS, [4, 8], 9)
    done = finish(queue, worker(queue))
    taken = queue.claim(worker(queue))
    released = worker(queue)
    tried = queue.claim(released)
    queue.workers.release(released)
    queue.plan([], [4, 8], 5)
    assert [t.position for t in queue.trials()] == [0, 1, 2, 3, 4]
    queue.plan([], [4, 8], 1)
    kept = {done.id, taken.id, tried.id}
    assert {t.id for t in queue.trials()} == kept
    queue.plan(SEEDS, [4, 8], 9)
    assert {t.id for t in queue.trials()} > kept
    assert queue.progress() == Progress(9, 1, 1, 0)
    # The seed that had been left out came back, once.
    assert Counter(t.label for t in queue.trials())["second"] == 2


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(["plan", "finish", "claim"]), st.integers(1, 12))))
def test_no_plan_ever_removes_what_was_begun(repository, actions):
    name = f"s{len(repository.studies())}"
    repository.add_study(study_record(name))
    queue = TrialQueue(repository, name)
    begun, total = set(), 0
    for action, number in actions:
        if action == "plan":
            queue.plan(SEEDS, [4, 8], number)
            total = max(number, len(begun))
        elif (trial := queue.claim(worker(queue))) is not None:
            begun.add(trial.id)
            if action == "finish":
                number = queue.begin(trial, beta(1.0, 1.0, trial.steps)).trial_number
                record = measurement(trial_number=number)
                assert queue.finish(trial, trial.worker_id, record)
    trials = queue.trials()
    assert begun <= {t.id for t in trials}
    assert len(trials) == total
    labels = Counter((t.label, t.steps) for t in trials if t.label != "search")
    assert set(labels.values()) <= {1}
    assert queue.progress().finished == len(repository.measurements(name, ["search"]))


def test_trials_are_taken_in_order_by_one_worker_each(queue):
    queue.plan(SEEDS, [4, 8], 3)
    workers = [worker(queue) for _ in range(4)]
    taken = [queue.claim(one) for one in workers]
    assert [t and t.position for t in taken] == [0, 1, 2, None]
    assert [t.worker_id for t in taken[:3]] == workers[:3]
    assert [t.attempts for t in taken[:3]] == [1, 1, 1]
    assert queue.progress() == Progress(3, 0, 3, 0)
    assert queue.progress().waiting == 0
    assert not queue.progress().settled


def test_a_finished_trial_holds_its_measurement(queue, repository):
    queue.plan(SEEDS, [4, 8], 4)
    one = worker(queue)
    finish(queue, one, number=7)
    trial = queue.trials()[0]
    assert (trial.trial_number, trial.worker_id) == (7, one)
    assert trial.finished_at is not None
    (found,) = repository.measurements("s")
    assert found.trial_number == 7
    assert queue.progress() == Progress(4, 1, 0, 0)


def test_searched_trials_get_their_candidate_when_they_are_begun(queue):
    queue.plan([], [4], 1)
    trial = queue.claim(worker(queue))
    assert (trial.candidate, trial.trial_number) == (None, None)
    candidate = beta(0.1, 1 / 3, 4)
    assert queue.begin(trial, candidate, after=2).trial_number == 3
    (begun,) = queue.trials()
    assert (begun.candidate, begun.trial_number) == (candidate, 3)


def test_numbers_follow_each_other_in_the_order_in_which_trials_are_begun(queue):
    queue.plan(SEEDS, [4, 8], 4)
    taken = [queue.claim(worker(queue)) for _ in range(4)]
    order = [2, 0, 3, 1]
    numbers = [queue.begin(taken[place], ONE).trial_number for place in order]
    assert numbers == [0, 1, 2, 3]
    # What is taken elsewhere is left out.
    queue.plan(SEEDS, [4, 8], 6)
    for after, number in ((2, 4), (8, 9)):
        assert queue.begin(queue.claim(worker(queue)), ONE, after=after).trial_number == number


def test_counts_of_seeds_and_of_begun_trials_come_back(queue, repository):
    seed = Seed("counts", counts_candidate((1, 2, 3, 2**31)))
    queue.plan([seed, Seed("beta", beta(0.5, 1 / 3, 4))], [4], 3)
    kept = [(t.label, t.candidate) for t in queue.trials()]
    assert kept == [
        ("counts", seed.candidate),
        ("beta", beta(0.5, 1 / 3, 4)),
        ("search", None),
    ]
    with repository.transaction() as session:
        empty = select(TrialRow.label).where(TrialRow.candidate_id.is_(None))
        assert list(session.scalars(empty)) == ["search"]
    searched = counts_candidate((4, 3, 1, 1))
    for _ in range(3):
        queue.begin(queue.claim(worker(queue)), searched)
    begun = [(t.trial_number, t.candidate) for t in queue.trials()]
    assert begun == [(0, seed.candidate), (1, beta(0.5, 1 / 3, 4)), (2, searched)]


def test_a_trial_that_was_taken_over_keeps_its_counts(queue, repository):
    queue.plan([], [2], 1)
    slow, fast = worker(queue), worker(queue)
    trial = queue.claim(slow)
    queue.begin(trial, counts_candidate([3, 1]))
    age(repository, slow, 61)
    queue.workers.free_lost()
    again = queue.claim(fast)
    assert (again.trial_number, again.candidate) == (0, counts_candidate([3, 1]))
    begun = queue.begin(again, counts_candidate([2, 2]))
    assert (begun.trial_number, begun.candidate) == (0, counts_candidate([3, 1]))
    assert queue.trials() == [begun]


def test_of_two_that_begin_a_trial_the_first_gives_it_its_number(queue):
    queue.plan([], [4], 1)
    first, second = worker(queue), worker(queue)
    trial = queue.claim(first)
    queue.workers.release(first)
    again = queue.claim(second)
    assert (again.id, again.attempts) == (trial.id, 2)
    assert queue.begin(again, ONE, after=4).trial_number == 5
    late = queue.begin(trial, OTHER)
    assert (late.trial_number, late.candidate, late.worker_id) == (5, ONE, second)
    (begun,) = queue.trials()
    assert (begun.trial_number, begun.candidate, begun.worker_id) == (5, ONE, second)


def test_a_trial_is_finished_once_and_the_first_measurement_stays(queue, repository):
    queue.plan([], [4], 1)
    slow, fast = worker(queue), worker(queue)
    trial = queue.claim(slow)
    queue.begin(trial, ONE)
    age(repository, slow, 61)
    assert queue.workers.free_lost() == 1
    taken_over = queue.claim(fast)
    assert (taken_over.trial_number, taken_over.candidate) == (0, ONE)
    kept = measurement(trial_number=0, worker_id=fast, label="fast")
    late = measurement(trial_number=0, worker_id=slow, label="slow", scores=np.zeros(3))
    assert queue.finish(taken_over, fast, kept).trials == 1
    assert queue.finish(trial, slow, late) is None
    (found,) = repository.measurements("s")
    assert (found.label, found.worker_id) == ("fast", fast)
    assert queue.trials()[0].worker_id == fast


def test_the_slow_worker_may_finish_first(queue, repository):
    queue.plan([], [4], 1)
    slow, fast = worker(queue), worker(queue)
    trial = queue.claim(slow)
    queue.begin(trial, ONE)
    age(repository, slow, 61)
    queue.workers.free_lost()
    queue.claim(fast)
    assert queue.finish(trial, slow, measurement(trial_number=0, worker_id=slow))
    assert queue.trials()[0].worker_id == slow
    assert queue.claim(fast) is None
    assert queue.progress() == Progress(1, 1, 0, 0)


def test_beginning_a_trial_of_a_deleted_study_is_an_error(queue, repository):
    queue.plan([], [4], 1)
    trial = queue.claim(worker(queue))
    repository.delete_study("s")
    with pytest.raises(InputError, match="deleted while it was being worked on"):
        queue.begin(trial, ONE)
    assert queue.finish(trial, 1, measurement(trial_number=0)) is None


def test_a_released_trial_is_taken_again_before_later_ones(queue):
    queue.plan([], [4], 3)
    one, two = worker(queue), worker(queue)
    queue.claim(one)
    queue.claim(two)
    queue.workers.release(one)
    queue.workers.release(one)
    again = queue.claim(worker(queue))
    assert (again.position, again.attempts, again.failures) == (0, 2, 0)
    assert queue.progress() == Progress(3, 0, 2, 0)


def test_a_trial_that_fails_too_often_is_given_up_until_it_is_planned_again(queue):
    queue.plan([], [4], 2)
    one = worker(queue)
    for attempt in range(1, MAX_FAILURES + 1):
        trial = queue.claim(one)
        assert (trial.position, trial.attempts) == (0, attempt)
        queue.fail(trial, one, f"error {attempt}")
        # The answer was lost: said again, it counts once.
        queue.fail(trial, one, f"error {attempt} again")
        if attempt == 1:
            # Those that have failed come last.
            assert finish(queue, one).position == 1
    failed = queue.trials()[0]
    assert (failed.failures, failed.last_error) == (MAX_FAILURES, f"error {MAX_FAILURES}")
    assert queue.progress() == Progress(2, 1, 0, 1)
    assert queue.claim(one) is None
    assert queue.progress().settled
    queue.plan([], [4], 2)
    assert queue.progress() == Progress(2, 1, 0, 0)
    assert finish(queue, one).position == 0
    assert queue.trials()[0].last_error is None


def test_a_failure_of_a_worker_that_lost_the_trial_does_not_count(queue, repository):
    queue.plan([], [4], 1)
    slow, fast = worker(queue), worker(queue)
    trial = queue.claim(slow)
    age(repository, slow, 61)
    queue.workers.free_lost()
    queue.claim(fast)
    queue.fail(trial, slow, "too late")
    (found,) = queue.trials()
    assert (found.worker_id, found.failures, found.last_error) == (fast, 0, None)


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


def test_calls_repeated_after_a_lost_answer_give_the_same_state(queue, repository):
    queue.plan([], [4], 3)
    one = worker(queue)
    trial = queue.claim(one)
    again = queue.claim(one)
    assert (again.id, again.worker_id) == (trial.id, one)
    assert queue.progress() == Progress(3, 0, 1, 0)

    def twice(call):
        call()
        once = state(queue), len(repository.measurements("s"))
        call()
        assert (state(queue), len(repository.measurements("s"))) == once

    twice(lambda: queue.begin(trial, ONE))
    twice(lambda: queue.finish(trial, one, measurement(trial_number=0)))
    assert len(repository.measurements("s")) == 1
    second = queue.claim(one)
    twice(lambda: queue.workers.release(one))
    assert queue.claim(one).id == second.id
    twice(lambda: queue.workers.beat(one))
    twice(lambda: queue.plan([], [4], 5))
    twice(lambda: queue.workers.end(one, "stopped"))
    twice(queue.workers.free_lost)
    assert queue.progress() == Progress(5, 1, 0, 0)


def test_times_are_kept_as_utc(queue, repository):
    queue.plan([], [4], 1)
    one = worker(queue)
    finish(queue, one)
    queue.workers.end(one, "finished")
    with repository.transaction() as session:
        row = session.scalars(select(TrialRow)).one()
        who = session.scalars(select(WorkerRow)).one()
        times = [row.started_at, row.finished_at, who.started_at, who.heartbeat_at, who.ended_at]
    assert all(time.tzinfo is None for time in times)
    assert all(abs((utc_now() - time).total_seconds()) < 60 for time in times)


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


def test_a_trial_that_was_given_up_starts_anew_with_its_candidate(queue):
    """Under another number: in Optuna's tables that of before has failed."""
    queue.plan([], [4], 1)
    me = worker(queue)
    for _ in range(3):
        taken = queue.claim(me)
        assert queue.begin(taken, ONE, after=6).trial_number == 7
        assert not queue.trials()[0].given_up
        queue.fail(taken, me, "no luck")
    assert queue.progress().failed == 1
    assert queue.trials()[0].given_up
    queue.plan([], [4], 1)
    again = queue.claim(me)
    assert (again.trial_number, again.candidate) == (8, ONE)
    assert queue.begin(again, OTHER).candidate == ONE
    assert queue.trials()[0].trial_number == 8

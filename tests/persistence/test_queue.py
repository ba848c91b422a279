"""What every backend keeps to: the trials of a budget, taken, begun, finished and failed."""

from __future__ import annotations

import numpy as np
import pytest
from queues import ONE, OTHER, SEEDS, age, finish, state, worker
from records import measurement
from sqlalchemy import select

from mdm_opt.candidates import Seed, beta, counts_candidate
from mdm_opt.errors import InputError
from mdm_opt.persistence import MAX_FAILURES, Progress
from mdm_opt.persistence.tables import TrialRow


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


def test_an_ended_search_leaves_seeds_other_step_counts_and_what_others_do(queue):
    queue.plan(SEEDS, [4, 8], 9)
    seeds = len(SEEDS)
    mine, theirs = worker(queue), worker(queue)
    for _ in range(seeds):
        finish(queue, mine)
    before = [(t.steps, t.label) for t in queue.trials()]
    begun = queue.claim(theirs)
    queue.begin(begun, ONE)
    own = queue.claim(mine)
    waiting = [t for t in queue.trials(finished=False) if t.steps == own.steps]
    removed = queue.end_search(own.steps, mine)
    assert removed == len(waiting) - (begun.steps == own.steps)
    left = queue.trials()
    assert begun.id in [t.id for t in left]
    assert own.id not in [t.id for t in left]
    assert [t.steps for t in left if t.candidate is None and t.id != begun.id] == [
        n for n, label in before[seeds:] if n != own.steps
    ][(begun.steps != own.steps) :]
    assert queue.end_search(own.steps, mine) == 0


def test_seeds_wait_until_they_are_finished_or_given_up(queue):
    steps = SEEDS[0].candidate.steps
    queue.plan(SEEDS[:1], [steps], 1)
    assert queue.waiting_seeds(steps)
    assert not queue.waiting_seeds(steps + 1)
    for _ in range(MAX_FAILURES):
        assert queue.waiting_seeds(steps)
        one = worker(queue)
        queue.fail(queue.claim(one), one, "error")
    assert not queue.waiting_seeds(steps)
    queue.plan(SEEDS[1:2], [SEEDS[1].candidate.steps], 2)
    assert queue.waiting_seeds(SEEDS[1].candidate.steps)
    finish(queue, worker(queue))
    finish(queue, worker(queue))
    assert not queue.waiting_seeds(SEEDS[1].candidate.steps)

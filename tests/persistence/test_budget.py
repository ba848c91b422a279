"""The trials of a budget: seeds first, equal shares, and what a changed budget adds or removes."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from queues import SEEDS, finish, state, worker
from records import measurement, study_record

from mdm_opt.candidates import beta
from mdm_opt.persistence import Progress, TrialQueue


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


@pytest.mark.slow
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

"""What a list of studies says of each of them."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from queues import worker
from records import measurement, study_record
from study_files import database

from mdm_opt.candidates import beta
from mdm_opt.persistence import Repository, TrialQueue
from mdm_opt.persistence.summaries import study_summaries


@pytest.fixture
def repository(tmp_path):
    with closing(Repository(database(tmp_path), create=True)) as found:
        yield found


def add_trials(repository, name, direction, trials):
    """A study whose trials have these values and further facts."""
    repository.add_study(study_record(name, direction=direction))
    queue = TrialQueue(repository, name)
    queue.plan([], [4, 8], len(trials))
    me = worker(queue)
    for value, more in trials:
        trial = queue.claim(me)
        number = queue.begin(trial, beta(1.0, 2.0, 4)).trial_number
        record = measurement(scores=np.full(4, value), trial_number=number, **more)
        assert queue.finish(trial, me, record)


TRIALS = [
    (2.0, {"budget_steps": 4}),
    (3.0, {"budget_steps": 4}),
    # What did not run to its end, or does not keep the guards, is no best.
    (9.0, {"budget_steps": 4, "stopped_early": True}),
    (0.5, {"budget_steps": 4, "stopped_early": True}),
    (8.0, {"budget_steps": 4, "feasible": False}),
    (1.0, {"budget_steps": 4, "feasible": False}),
    (5.0, {"budget_steps": 8}),
]


@pytest.mark.parametrize(("direction", "best"), [("minimize", 2.0), ("maximize", 3.0)])
def test_the_best_of_the_search_is_feasible_and_ran_to_its_end(repository, direction, best):
    add_trials(repository, "s", direction, TRIALS)
    found = study_summaries(repository)["s"]
    assert found.searched == {4: best, 8: 5.0}
    assert found.verified == {}
    now = datetime.now(UTC).replace(tzinfo=None)
    assert timedelta(0) <= now - found.created_at < timedelta(minutes=2)


def test_studies_do_not_mix_and_stand_in_their_order(repository):
    for name, value in (("b", 1.0), ("a", 2.0)):
        add_trials(repository, name, "minimize", [(value, {"budget_steps": 8})])
    chosen = measurement(scores=np.full(4, 7.0), role="verification", label="best")
    linear = measurement(scores=np.full(4, 6.0), role="verification", label="linear")
    repository.replace_verification("a", 8, [linear, chosen])
    found = study_summaries(repository)
    assert list(found) == ["b", "a"]
    assert [one.searched for one in found.values()] == [{8: 1.0}, {8: 2.0}]
    assert [one.verified for one in found.values()] == [{}, {8: 7.0}]

"""What a study has measured so far: read once, and then only what is new."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from exact_profile import study_file
from queues import worker
from records import MODEL, measurement, study_record
from sqlalchemy import text
from study_files import database

from mdm_opt.candidates import beta
from mdm_opt.persistence import Repository, TrialQueue
from mdm_opt.run.trial_history import TrialHistory
from mdm_opt.study.search_space import space_of


class Study:
    """A study at two step counts and the history that one worker has of it."""

    def __init__(self, repository):
        record = study_record(
            study_file=study_file(steps=(4, 6)).canonical(), model=replace(MODEL, length=16)
        )
        repository.add_study(record)
        self.repository, self.queue = repository, TrialQueue(repository, "s")
        self.history = TrialHistory(repository, record, space_of(repository, record))
        self.queue.plan([], [4, 6], 12)

    def finish(self, value, pair, **changes):
        """Measures the next trial, which has this value on every instance; returns its number."""
        trial = self.queue.claim(worker(self.queue))
        begun = self.queue.begin(trial, beta(*pair, trial.steps))
        values = {
            "budget_steps": trial.steps,
            "candidate": begun.candidate,
            "scores": np.full(4, value),
            "guards": {},
        }
        record = measurement(trial_number=begun.trial_number, **(values | changes))
        assert self.queue.finish(trial, trial.worker_id, record)
        return begun.trial_number

    def numbers(self):
        return [one.number for one in self.history.observations]


@pytest.fixture
def study(tmp_path):
    with closing(Repository(database(tmp_path), create=True)) as repository:
        yield Study(repository)


def test_a_history_knows_what_was_there_when_it_was_last_asked_for(study):
    study.history.refresh()
    assert (study.numbers(), study.history.best()) == ([], {})
    study.finish(3.0, (0.5, 0.5))
    assert study.numbers() == []
    study.history.refresh()
    assert study.numbers() == [0]
    study.finish(2.0, (0.5, 0.5))
    study.finish(1.0, (3.0, 0.3))
    study.history.refresh()
    assert study.numbers() == [0, 1, 2]
    assert [one.value for one in study.history.observations] == [3.0, 2.0, 1.0]


def test_what_is_known_is_not_read_again(study):
    study.finish(3.0, (0.5, 0.5))
    study.history.refresh()
    with study.repository.transaction() as session:
        session.execute(text("UPDATE mdm_scores SET score = 99.0"))
    study.finish(2.0, (0.5, 0.5))
    study.history.refresh()
    assert [one.value for one in study.history.observations] == [3.0, 2.0]


def test_only_the_search_counts(study):
    study.finish(3.0, (0.5, 0.5))
    records = [measurement(role=role, budget_steps=4) for role in ("selection", "verification")]
    study.repository.replace_verification("s", 4, records)
    study.history.refresh()
    assert study.numbers() == [0]


def test_the_best_of_each_step_count_is_a_measurement_of_it(study):
    """Step counts take turns: the even numbers have 4 steps, the odd ones 6."""
    for value, pair in [(3.0, (0.5, 0.5)), (7.0, (0.5, 0.5)), (2.0, (3.0, 0.3)), (8.0, (3, 0.3))]:
        study.finish(value, pair)
    study.history.refresh()
    found = study.history.best()
    assert {steps: (m.trial_number, m.value) for steps, m in found.items()} == {
        4: (2, 2.0),
        6: (1, 7.0),
    }
    assert {steps: m.steps for steps, m in found.items()} == {4: 4, 6: 6}


def test_the_best_is_chosen_from_those_that_are_feasible_and_whole(study):
    study.finish(3.0, (0.5, 0.5))
    study.finish(7.0, (0.5, 0.5))
    study.finish(1.0, (3.0, 0.3), feasible=False, guards={"entropy": 0.5})
    study.finish(8.0, (3.0, 0.3))
    study.finish(
        2.0, (0.3, 3.0), stopped_early=True, rival_number=0, paired_value=2.0, paired_error=0.1
    )
    study.history.refresh()
    assert study.numbers() == [0, 1, 2, 3, 4]
    assert {n: study.history.eligible(n) for n in (4, 6, 8)} == {4: 1, 6: 2, 8: 0}
    assert study.history.best()[4].trial_number == 0

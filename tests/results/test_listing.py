"""What studies a database has, and everything about one but its results."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from exact_profile import study_file
from queues import age, finish, worker
from records import MODEL, measurement, study_record
from study_files import database

from mdm_opt.candidates import beta
from mdm_opt.errors import InputError
from mdm_opt.persistence import MAX_FAILURES, Progress, Repository, TrialQueue
from mdm_opt.results.listing import list_studies, show_study, state_words

FILE = study_file(steps=(4, 6), trials=5)


@pytest.fixture
def repository(tmp_path):
    """A database with the studies ``s`` and ``other``, of five trials each."""
    with closing(Repository(database(tmp_path), create=True)) as found:
        for name in ("s", "other"):
            found.add_study(study_record(name, study_file=FILE.canonical()))
            TrialQueue(found, name).plan([], [4, 6], 5)
        yield found


def test_studies_are_listed_in_the_order_in_which_they_were_made(repository):
    studies = list_studies(repository.url)
    made = [datetime.fromisoformat(one.pop("created_at")) for one in studies]
    assert all(timedelta(0) <= datetime.now(UTC) - one < timedelta(minutes=2) for one in made)
    assert studies == [
        {
            "study": name,
            "objective": "o",
            "unit": "u",
            "direction": "minimize",
            "steps": [4, 6],
            "trials": 5,
            "finished": 0,
            "running": 0,
            "failed": 0,
            "workers": 0,
            "state": "new",
            "values": {},
            "verified_steps": [],
        }
        for name in ("s", "other")
    ]


def test_trials_and_workers_are_counted_by_their_state(repository):
    queue = TrialQueue(repository, "s")
    me, other, dead = (worker(queue) for _ in range(3))
    queue.claim(other)
    queue.fail(queue.claim(me), me, "no luck")
    # Those that have failed come last.
    for _ in range(3):
        finish(queue, me)
    for _ in range(MAX_FAILURES - 1):
        queue.fail(queue.claim(me), me, "no luck")
    age(repository, dead, 61)
    repository.replace_verification("s", 6, [measurement(role="verification", budget_steps=6)])
    found, untouched = list_studies(repository.url)
    assert (found["finished"], found["running"], found["failed"]) == (3, 1, 1)
    assert found["state"] == "running"
    assert found["workers"] == 2
    assert found["verified_steps"] == [6]
    assert (untouched["finished"], untouched["workers"], untouched["verified_steps"]) == (0, 0, [])


@pytest.mark.parametrize(
    ("progress", "workers", "verified", "state"),
    [
        (Progress(5, 0, 0, 0), 0, 0, "new"),
        (Progress(5, 0, 1, 0), 1, 0, "running"),
        (Progress(5, 2, 0, 0), 0, 0, "stopped"),
        (Progress(5, 2, 0, 0), 0, 1, "stopped"),
        (Progress(5, 5, 0, 0), 1, 0, "not verified"),
        (Progress(5, 4, 0, 1), 0, 1, "partly verified"),
        (Progress(5, 5, 0, 0), 0, 2, "verified"),
        (Progress(5, 0, 0, 5), 0, 0, "not verified, all given up"),
    ],
)
def test_the_state_follows_from_trials_workers_and_verification(
    progress, workers, verified, state
):
    assert state_words(progress, workers, 2, verified) == state


def test_values_are_those_of_the_verification_else_the_best_of_the_search(repository):
    queue = TrialQueue(repository, "s")
    # Of 8 steps, as `finish` has it; a study of 4 and 6 steps does not ask for these.
    finish(queue, worker(queue))
    trial = queue.claim(me := worker(queue))
    number = queue.begin(trial, beta(1.0, 2.0, trial.steps)).trial_number
    record = measurement(scores=np.full(4, 7.5), budget_steps=4, trial_number=number)
    assert queue.finish(trial, me, record)
    verified = [
        measurement(scores=np.full(4, value), role="verification", label=label, budget_steps=6)
        for label, value in (("linear", 3.5), ("best", 2.5))
    ]
    repository.replace_verification("s", 6, verified)
    found, untouched = list_studies(repository.url)
    assert found["values"] == {
        "4": {"value": 7.5, "verified": False},
        "6": {"value": 2.5, "verified": True},
    }
    assert untouched["values"] == {}


def test_a_study_is_shown_with_its_file_its_model_and_its_version(repository):
    (summary, _) = list_studies(repository.url)
    assert show_study("s", repository.url) == summary | {
        "study_file": FILE.canonical(),
        "study_file_hash": "h",
        "model_fingerprint": "f",
        "objective_fingerprint": "p",
        "accepted_changes": [],
        "length": MODEL.length,
        "package_version": "0",
    }


def test_what_is_not_there_is_refused(repository, tmp_path):
    with pytest.raises(InputError, match="no study 'x' in this database; there are: s, other"):
        show_study("x", repository.url)
    for ask in (list_studies, lambda url: show_study("s", url)):
        with pytest.raises(InputError, match="no database at"):
            ask(f"sqlite:///{tmp_path}/none.db")


def test_what_an_unknown_model_was_given_is_shown_without_loading_it(repository):
    content = FILE.canonical() | {"model": {"kind": "no_such_module:model"}}
    model = replace(MODEL, fingerprint="g", length=99)
    repository.add_study(study_record("strange", study_file=content, model=model))
    found = show_study("strange", repository.url)
    assert (found["study_file"]["model"], found["length"]) == (content["model"], 99)

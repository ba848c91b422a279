"""What studies a database has, and everything about one but its results."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest
from exact_profile import study_file
from queues import age, finish, worker
from records import MODEL, measurement, study_record
from study_files import database

from mdm_opt.errors import InputError
from mdm_opt.persistence import MAX_FAILURES, Repository, TrialQueue
from mdm_opt.results.listing import list_studies, show_study

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
    assert list_studies(repository.url) == [
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
    assert found["workers"] == 2
    assert found["verified_steps"] == [6]
    assert (untouched["finished"], untouched["workers"], untouched["verified_steps"]) == (0, 0, [])


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

"""One process at a time sends a study to a tracker."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text

from mdm_opt.errors import InputError
from mdm_opt.persistence import Repository
from mdm_opt.persistence.turns import Turn
from mdm_opt.study.locks import exclusive


@pytest.fixture
def other(url, repository):
    """Another process's way to the same database."""
    found = Repository(url, create=False)
    yield found
    found.close()


def test_one_has_it_until_it_gives_it_back(repository, other):
    ours, theirs = Turn(repository, "s", "mlflow"), Turn(other, "s", "mlflow")
    assert ours.taken()
    assert ours.taken()
    assert not theirs.taken()
    ours.give_back()
    assert theirs.taken()
    assert not ours.taken()
    theirs.give_back()


def test_other_studies_and_trackers_have_turns_of_their_own(repository, other):
    ours = Turn(repository, "s", "mlflow")
    assert ours.taken()
    others = [Turn(other, "s", "wandb"), Turn(other, "t", "mlflow")]
    assert all(one.taken() for one in others)
    for one in (ours, *others):
        one.give_back()


def test_it_does_not_keep_workers_away(tmp_path):
    """A study may be called as a tracker is: ``s.mlflow``."""
    url = f"sqlite:///{tmp_path}/r.db"
    ours = Turn(Repository(url, create=True), "s", "mlflow")
    assert ours.taken()
    with exclusive("s.mlflow", url):
        assert ours.taken()
    ours.give_back()


@pytest.mark.postgres
def test_a_turn_goes_with_a_lost_connection(postgres_url):
    repository, other = (Repository(postgres_url, create=True) for _ in range(2))
    ours, theirs = Turn(repository, "s", "mlflow"), Turn(other, "s", "mlflow")
    assert ours.taken()
    with other.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        )
    with pytest.raises(InputError):
        ours.taken()
    # The client hears of it before the server has given the lock back.
    deadline = time.monotonic() + 60
    while not theirs.taken():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert not ours.taken()
    theirs.give_back()
    assert ours.taken()
    ours.give_back()
    repository.close()
    other.close()

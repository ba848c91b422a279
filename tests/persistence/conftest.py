"""A database of every backend."""

from __future__ import annotations

import pytest
from mirrors import Bench
from records import study_record

from mdm_opt.persistence import Repository, TrialQueue

BACKENDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=BACKENDS)
def url(request, tmp_path):
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/r.db"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def repository(url):
    """Our tables with a study ``s``."""
    found = Repository(url, create=True)
    found.add_study(study_record())
    yield found
    found.close()


@pytest.fixture
def queue(repository):
    """The trials of the study ``s``."""
    return TrialQueue(repository, "s")


@pytest.fixture
def bench(repository):
    """A study ``m`` and its mirror."""
    return Bench(repository)

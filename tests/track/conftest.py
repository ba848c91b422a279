"""A finished study that no tracker has been told of, and an environment that stays at home."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from study_files import database
from tracked import QUIET, searched

from mdm_opt.persistence import Repository


@pytest.fixture(autouse=True)
def _quiet(monkeypatch):
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The folder of a verified study at two step counts; nobody writes to its database."""
    folder = tmp_path_factory.mktemp("tracked")
    searched(folder).repository.close()
    return folder


@pytest.fixture
def folder(made, tmp_path):
    """The same, to be written to; the study's own folder is the one it was made in."""
    source, target = (sqlite3.connect(one / "test.db") for one in (made, tmp_path))
    with closing(source), closing(target):
        source.backup(target)
    return tmp_path


@pytest.fixture
def repository(folder):
    """The database of that study."""
    found = Repository(database(folder), create=False)
    yield found
    found.close()

"""A verified study to look at; nobody writes to its database."""

from __future__ import annotations

import pytest
from study_files import database, write_study

from mdm_opt.persistence import Repository
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.show.snapshot import read_snapshot
from mdm_opt.study.opening import create_study


@pytest.fixture(scope="session")
def url(tmp_path_factory):
    """A verified study at two step counts."""
    folder = tmp_path_factory.mktemp("report")
    opened = create_study(write_study(folder, steps="[4, 8]", trials="10"), database(folder))
    list(run_trials(opened))
    verify(opened)
    return opened.repository.url


@pytest.fixture(scope="session")
def found(url):
    """All that is known about it."""
    return read_snapshot("sudoku4", Repository(url, create=False))

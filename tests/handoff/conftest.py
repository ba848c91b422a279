"""A study to hand on."""

from __future__ import annotations

import pytest
from study_files import database, write_study

from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.study.opening import create_study


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A verified study of 4x4 Sudoku at two step counts."""
    folder = tmp_path_factory.mktemp("finished")
    opened = create_study(write_study(folder, steps="[4, 8]", trials="10"), database(folder))
    list(run_trials(opened))
    verify(opened)
    return opened

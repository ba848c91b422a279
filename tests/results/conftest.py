"""A study whose best is to be found and verified."""

from __future__ import annotations

import pytest
from searched import PATH_KL
from study_files import database, write_study

from mdm_opt.run.trials import run_trials
from mdm_opt.study.opening import create_study


@pytest.fixture
def searched(tmp_path):
    """A study whose trials have run, on path KL at two step counts."""
    seeds = '["energy", "baselines", [0.6, 0.4]]'
    path = write_study(tmp_path, PATH_KL, steps="[4, 6]", trials="14", seeds=seeds)
    opened = create_study(path, database(tmp_path))
    list(run_trials(opened))
    return opened

"""Finished studies whose figures are looked at."""

from __future__ import annotations

from study_files import SUDOKU4, database, write_study

from mdm_opt.persistence import Repository
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.show.snapshot import read_snapshot
from mdm_opt.study.opening import create_study

WITH_PROFILE = SUDOKU4.replace('sampler = "random"', 'sampler = "shape"').replace(
    'seeds = ["energy", "baselines"]', 'seeds = ["energy", "profile", "baselines"]'
)


def finished(folder, text=WITH_PROFILE, *, verified=True, **changes):
    """What is known about a study that has run to its end."""
    opened = create_study(write_study(folder, text, **changes), database(folder))
    list(run_trials(opened))
    if verified:
        verify(opened)
    return read_snapshot("sudoku4", Repository(opened.repository.url, create=False))


def traces(figure):
    """Traces of a figure by their names."""
    return {trace.name: trace for trace in figure.data}

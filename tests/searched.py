"""A study that has been searched, and what has been measured of it."""

from __future__ import annotations

from study_files import SUDOKU4

from mdm_opt.results.best import ranked_records

PATH_KL = SUDOKU4.replace('kind = "validity"\nverifier = "sudoku"', 'kind = "path_kl"')


def rows(opened, role, steps, label=None):
    found = opened.repository.measurements(opened.name, [role])
    return [m for m in found if m.budget_steps == steps and label in (None, m.label)]


def top_candidates(opened, steps):
    """The trials of a step count that can be its best, best first."""
    found = opened.repository.measurements(opened.name, ["search"])
    return ranked_records(opened.record, opened.space, found)[steps]


def counts_of(opened, record):
    return opened.problem.plan(record.candidate).counts.tolist()

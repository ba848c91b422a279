"""Accepting that the function of an objective has changed while its scores stay comparable."""

from __future__ import annotations

from pathlib import Path

from mdm_opt.errors import InputError
from mdm_opt.persistence import Repository
from mdm_opt.study.changes import check_model_unchanged, check_version
from mdm_opt.study.locks import check_idle, exclusive
from mdm_opt.study.problem import build_problem
from mdm_opt.study.stored_file import stored_study_file


def accept_objective(name: str, url: str, reason: str) -> None:
    """Takes the objective of a study as it is now for the study's own.

    The reason is kept with the study. Scores that were measured before stay as they are.

    Args:
        name: of the study.
        url: of the database.
        reason: why its scores stay comparable.

    Raises:
        InputError: where there is no such study, workers are alive, its model has changed, nothing
            has, or no reason is given.
    """
    if not reason.strip():
        raise InputError("--reason: a text is needed that says why the scores stay comparable")
    repository = Repository(url, create=False)
    record = repository.study(name)
    check_version(record)
    check_idle(repository, name)
    with exclusive(name, url):
        problem = build_problem(stored_study_file(record), Path(record.folder))
        check_model_unchanged(record, problem)
        if record.objective_fingerprint == problem.objective.fingerprint:
            raise InputError(f"the objective of study {name!r} is as it was; nothing to accept")
        repository.accept_objective(name, problem.objective.fingerprint, reason)

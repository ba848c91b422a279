"""Accepting that the function of an objective has changed while its scores stay comparable."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mdm_opt.errors import InputError
from mdm_opt.measurement import Problem
from mdm_opt.persistence import Repository
from mdm_opt.study.changes import check_model_unchanged, check_version
from mdm_opt.study.locks import check_idle, exclusive
from mdm_opt.study.problem import build_problem
from mdm_opt.study.stored_file import stored_study_file


def accept_objective(name: str, url: str, reason: str) -> None:
    """Takes the objective of a study as it is now for the study's own, see `take_source`.

    Raises:
        InputError: as `take_source`, and where nothing has changed.
    """
    if not take_source(name, url, reason):
        raise InputError(f"the objective of study {name!r} is as it was; nothing to accept")


def take_source(
    name: str, url: str, reason: str, build: Callable[[], Problem] | None = None
) -> bool:
    """Takes the objective, and the code that makes the model, as they are now for a study's own.

    The reason is kept with the study. Scores that were measured before stay as they are.

    Args:
        name: of the study.
        url: of the database.
        reason: why its scores stay comparable.
        build: makes the model and the objective; None as the study file says.

    Returns:
        Whether anything had changed.

    Raises:
        InputError: where there is no such study, workers are alive, its weights have changed, or
            no reason is given.
    """
    if not reason.strip():
        raise InputError("--reason: a text is needed that says why the scores stay comparable")
    repository = Repository(url, create=False)
    record = repository.study(name)
    check_version(record)
    check_idle(repository, name)
    with exclusive(name, url):
        problem = (
            build_problem(stored_study_file(record), Path(record.folder))
            if build is None
            else build()
        )
        check_model_unchanged(record, problem)
        if record.objective_fingerprint == problem.source_fingerprint:
            return False
        repository.accept_objective(name, problem.source_fingerprint, reason)
        return True

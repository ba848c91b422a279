"""Deleting a study."""

from __future__ import annotations

from mdm_opt.persistence import Repository
from mdm_opt.persistence.optuna_tables import delete_mirror
from mdm_opt.study.locks import check_idle, exclusive


def delete_study(name: str, url: str) -> None:
    """Deletes a study with all its trials, measurements and scores.

    Raises:
        InputError: where there is none of that name, or it is running.
    """
    repository = Repository(url, create=False)
    repository.study(name)
    check_idle(repository, name)
    with exclusive(name, url):
        delete_mirror(repository.engine, name)
        repository.delete_study(name)

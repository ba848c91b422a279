"""What an administrator does with a database: making it, upgrading it, moving studies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress

from mdm_opt.errors import InputError
from mdm_opt.persistence import (
    CopiedStudy,
    Repository,
    copy_study,
    database_file,
    database_state,
    grant_to_workers,
    held_still,
    is_sqlite,
    schema_lock,
    shown,
    upgrade_database,
)
from mdm_opt.persistence.mirror import Mirror
from mdm_opt.persistence.optuna_tables import (
    WORKER_RIGHTS,
    copy_mirror,
    delete_mirror,
    make_tables,
    optuna_names,
    rename_mirror,
)
from mdm_opt.study.locks import check_idle, exclusive
from mdm_opt.study.stored_file import stored_study_file


def upgrade_storage(
    url: str, worker_role: str | None = None, *, adopt: bool = False
) -> tuple[str | None, str]:
    """Brings our tables to this version's schema, and makes all tables where there are none.

    Optuna's are made too, so that workers need no right to make any.

    Args:
        url: see `mdm_opt.persistence.storage_url`.
        worker_role: gets the rights that workers need, no more; PostgreSQL only.
        adopt: whether missing tables are made beside tables of another program.

    Returns:
        The revision before, None where there were no tables, and the revision now.

    Raises:
        InputError: where the database cannot be used, or something would have to be changed while
            workers are alive.
    """
    if worker_role is not None and is_sqlite(url):
        raise InputError("--worker-role: an SQLite file has no roles")
    state = database_state(url)
    with ExitStack() as held:
        if state.revision not in (None, state.head):
            for name in state.studies:
                held.enter_context(exclusive(name, url))
            if state.workers and not is_sqlite(url):
                host, process = state.workers[0]
                raise InputError(
                    f"storage {shown(url)}: {len(state.workers)} workers are alive, one of them "
                    f"process {process} on {host}; stop them first"
                )
        upgrade_database(url, adopt=adopt)
        _make_tables(_open(held, url, create=False))
        if worker_role is not None:
            grant_to_workers(url, worker_role, WORKER_RIGHTS)
    return state.revision, state.head


def copy_studies(
    source_url: str, target_url: str, names: Sequence[str] = (), *, adopt: bool = False
) -> Iterator[CopiedStudy]:
    """Copies studies with everything that is known about them to another database.

    Each is there as a whole or not at all, whatever interrupts the copy. The source stays as it
    is. Trials that dead workers hold are free in the copy.

    Args:
        source_url: where the studies are.
        target_url: another database, which is made where it does not exist.
        names: of the studies; none means all.

    Yields:
        Each study once it has been copied.

    Raises:
        InputError: before anything is written, where a study does not exist, is being worked on,
            or its name is taken in the target.
    """
    _check_different(source_url, target_url)
    with ExitStack() as held:
        source = _open(held, source_url, create=False)
        names = _chosen(source, names)
        for name in names:
            check_idle(source, name)
            held.enter_context(exclusive(name, source_url))
        target = _open(held, target_url, create=True, adopt=adopt)
        _make_tables(target)
        _check_free(target, names)
        for name in names:
            yield _copy(source, target, name)


def _copy(source: Repository, target: Repository, name: str) -> CopiedStudy:
    with schema_lock(target.url), held_still(source, name) as reading:
        # One may have started since.
        check_idle(source, name)
        _check_free(target, [name])
        passing = copy_mirror(source.engine, target.engine, name)
        try:
            with target.transaction() as writing:
                copied = copy_study(reading, writing, name)
                if passing is not None:
                    rename_mirror(writing.connection(), passing, name)
        except BaseException:
            if passing is not None:
                with suppress(InputError):
                    delete_mirror(target.engine, passing)
            raise
    if passing is None:
        record = target.study(name)
        Mirror(target, stored_study_file(record), record.model.length).sync()
    return copied


def _open(held: ExitStack, url: str, *, create: bool, adopt: bool = False) -> Repository:
    repository = Repository(url, create=create, adopt=adopt)
    held.callback(repository.close)
    return repository


def _make_tables(repository: Repository) -> None:
    with schema_lock(repository.url):
        make_tables(repository.engine)


def _check_different(source_url: str, target_url: str) -> None:
    same = source_url == target_url
    if is_sqlite(source_url) and is_sqlite(target_url):
        same = database_file(source_url).resolve() == database_file(target_url).resolve()
    if same:
        raise InputError(
            f"{shown(source_url)} is the source and the target; name another database with "
            "--storage"
        )


def _chosen(source: Repository, names: Sequence[str]) -> list[str]:
    chosen = [source.study(name).name for name in dict.fromkeys(names)]
    chosen = chosen or [record.name for record in source.studies()]
    if not chosen:
        raise InputError(f"no studies in {shown(source.url)}")
    return chosen


def _check_free(target: Repository, names: Sequence[str]) -> None:
    ours = {record.name for record in target.studies()}
    theirs = optuna_names(target.engine)
    for name in names:
        if name in ours:
            raise InputError(
                f"study {name!r} exists in {shown(target.url)}; delete it there, or copy others "
                "with --study"
            )
        if name in theirs:
            raise InputError(
                f"study {name!r}: an Optuna study that mdm-opt did not make has this name in "
                f"{shown(target.url)}; choose another database"
            )

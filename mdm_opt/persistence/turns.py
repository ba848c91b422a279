"""Who sends a study to a tracker: one process at a time."""

from __future__ import annotations

import fcntl
from contextlib import suppress
from typing import IO

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from mdm_opt.persistence.location import database_file, is_sqlite, shown
from mdm_opt.persistence.repository import Repository
from mdm_opt.storage_errors import storage_errors

# Beside those of `mdm_opt.persistence.mirror` and `queue`.
_LOCK = 0x6D646D74


class Turn:
    """The right to send a study to a tracker, which one process has at a time.

    Args:
        repository: of the database, which all of them share.
        name: of the study.
        tracker: its key.
    """

    def __init__(self, repository: Repository, name: str, tracker: str) -> None:
        self._repository, self._key = repository, f"{name}.{tracker}"
        self._file: IO[str] | None = None
        self._connection: Connection | None = None

    def taken(self) -> bool:
        """Whether this process has it, after taking it where it is free.

        Raises:
            InputError: where the database cannot be reached; it is somebody else's then.
        """
        if is_sqlite(self._repository.url):
            return self._file is not None or self._take_file()
        try:
            with storage_errors(shown(self._repository.url)):
                return self._take_connection()
        except BaseException:
            # A connection that is lost is asked nothing; the turn goes with it.
            self._drop()
            raise

    def give_back(self) -> None:
        """Lets others have it."""
        if self._connection is not None:
            # Closing alone would give it back once the server notices.
            with suppress(SQLAlchemyError):
                self._connection.execute(select(func.pg_advisory_unlock(*self._lock)))
        self._drop()

    @property
    def _lock(self) -> tuple[object, object]:
        return _LOCK, func.hashtext(self._key)

    def _drop(self) -> None:
        if self._file is not None:
            self._file.close()
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.invalidate()
                self._connection.close()
        self._file = self._connection = None

    def _take_file(self) -> bool:
        file = database_file(self._repository.url)
        handle = file.with_name(f"{file.name}.{self._key}.turn").open("w")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            return False
        self._file = handle
        return True

    def _take_connection(self) -> bool:
        if self._connection is not None:
            # Raises where the connection, and so the lock, has been lost.
            self._connection.execute(text("SELECT 1"))
            return True
        engine = self._repository.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection = engine.connect()
        if self._connection.scalar(select(func.pg_try_advisory_lock(*self._lock))):
            return True
        self._drop()
        return False

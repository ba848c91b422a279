"""Who works on a study now, and keeping others away from it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from mdm_opt.errors import InputError
from mdm_opt.persistence import Repository, TrialQueue, database_file, is_sqlite

MORE_WORKERS = (
    "For more, start a server with 'mdm-opt storage start' and move the study to it with "
    "'mdm-opt storage copy'"
)


# Files whose locks this process holds.
_held: set[IO[str]] = set()


def _let_go() -> None:
    """A process that foreign code forks must not hold what this one gives back."""
    for handle in _held:
        os.close(handle.fileno())


os.register_at_fork(after_in_child=_let_go)


def check_idle(repository: Repository, name: str) -> None:
    """Refuses to go on while workers of a study are alive.

    Raises:
        InputError: naming one of them.
    """
    if is_sqlite(repository.url):
        return
    alive = TrialQueue(repository, name).workers.alive()
    if alive:
        raise InputError(
            f"study {name!r} is being worked on by {len(alive)} workers, one of them process "
            f"{alive[0].pid} on {alive[0].host}; stop them first"
        )


@contextmanager
def exclusive(name: str, url: str) -> Iterator[None]:
    """Holds a study in an SQLite file for one process; PostgreSQL serves any number.

    Raises:
        InputError: where another process holds it.
    """
    if not is_sqlite(url):
        yield
        return
    file = database_file(url)
    lock = file.with_name(f"{file.name}.{name}.lock")
    with lock.open("w") as handle:
        _held.add(handle)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(
                f"study {name!r} is being worked on by another process; an SQLite file serves "
                f"one worker. {MORE_WORKERS}"
            ) from error
        else:
            yield
        finally:
            _held.discard(handle)
            # Closing it would not do where a child that was just forked has it open, too.
            fcntl.flock(handle, fcntl.LOCK_UN)

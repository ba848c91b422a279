"""The process of a running server: what it says of itself, and whether it is there."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


@dataclass(frozen=True)
class Postmaster:
    """What a running server says of itself in ``postmaster.pid``."""

    pid: int
    port: int
    socket_folder: str
    ready: bool

    @property
    def socket_file(self) -> Path:
        return Path(self.socket_folder, f".s.PGSQL.{self.port}")

    @property
    def url(self) -> str:
        host = quote(self.socket_folder, safe="/")
        port = "" if str(self.port) == os.environ.get("PGPORT", "5432") else f"&port={self.port}"
        return f"postgresql+psycopg://postgres@/postgres?host={host}{port}"


def listens(path: Path) -> bool:
    """Whether something listens on a socket file."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.setblocking(False)
        try:
            client.connect(str(path))
        except BlockingIOError:  # its queue is full
            return True
        except OSError:
            return False
    return True


def program_name(pid: int) -> str | None:
    """The name of a program where the system shows it; empty for one that has ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    name, _, state = stat.partition("(")[2].rpartition(") ")
    return "" if state.startswith("Z") else name

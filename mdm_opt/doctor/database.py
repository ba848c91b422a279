"""The database of `mdm-opt doctor`: where it is, its server, its schema."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from mdm_opt.doctor.checks import Check, Known
from mdm_opt.persistence import database_file, is_sqlite, shown
from mdm_opt.persistence.health import schema_revision, server_facts
from mdm_opt.persistence.location import chosen_storage

_OLDEST_POSTGRESQL = 14
# One worker takes two now and then: its own, and its heartbeat's.
_FEW_CONNECTIONS = 4
_NETWORK = re.compile(
    r"nfs\d?|cifs|smb\w*|9p|afs|ceph|lustre|gpfs|beegfs\w*|glusterfs|pvfs2|fuse\.(sshfs|s3fs|gcsfuse"
    r"|glusterfs|ceph\S*|rclone|juicefs)"
)
_MOUNTS = Path("/proc/self/mounts")


def check_storage(known: Known) -> Iterator[Check]:
    """Whether the database that is asked for can be there."""
    url, why = chosen_storage(known.storage)
    found = f"{shown(url)} ({why})"
    if not is_sqlite(url):
        known.url = url
        yield Check("storage", "ok", found)
        return
    file = database_file(url).absolute()
    if not file.parent.is_dir():
        mend = "make it, or name another file with --storage"
        yield Check("storage", "fail", f"{found}: the folder does not exist", mend)
        return
    if file.exists() and not file.is_file():
        mend = "name another file with --storage"
        yield Check("storage", "fail", f"{found}: it is no file", mend)
        return
    known.url = url
    system = file_system(file.parent)
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        mend = "change its permissions, or name another file with --storage"
        yield Check("storage", "fail", f"{found}: it cannot be written to", mend)
    elif _NETWORK.fullmatch(system):
        mend = "use a local file, or a server: 'mdm-opt storage start'"
        at = f"{found}: SQLite is not safe on a network file system ({system})"
        yield Check("storage", "warn", at, mend)
    else:
        yield Check("storage", "ok", found)


def check_server(known: Known) -> Iterator[Check]:
    """Whether a PostgreSQL server is new enough and has connections left."""
    if known.url is None or is_sqlite(known.url):
        return
    facts = server_facts(known.url)
    found = (
        f"PostgreSQL {facts.version}, {facts.free_connections} of {facts.most_connections} "
        f"connections free, time zone {facts.time_zone} (mdm-opt sets UTC)"
    )
    if facts.number < _OLDEST_POSTGRESQL:
        mend = f"use PostgreSQL {_OLDEST_POSTGRESQL} or newer"
        yield Check("server", "fail", found, mend)
    elif facts.free_connections < _FEW_CONNECTIONS:
        mend = "raise max_connections, or end programs that hold connections"
        yield Check("server", "warn", found, mend)
    else:
        yield Check("server", "ok", found)


def check_schema(known: Known) -> Iterator[Check]:
    """Whether the tables are this version's."""
    if known.url is None:
        return
    if is_sqlite(known.url) and not database_file(known.url).exists():
        yield Check("schema", "ok", "no database yet; the first study makes it")
        return
    revision, head = schema_revision(known.url)
    known.readable = revision == head
    if revision is None:
        yield Check("schema", "ok", "no tables yet; the first study makes them")
    elif known.readable:
        yield Check("schema", "ok", f"{head}, this version's")
    else:
        found = f"{revision} is older than this version's {head}"
        mend = "back it up, stop its workers, then run 'mdm-opt storage upgrade'"
        yield Check("schema", "warn" if is_sqlite(known.url) else "fail", found, mend)


def file_system(folder: Path) -> str:
    """Type of the file system that a folder lies on; empty where the system does not say."""
    folder = folder.resolve()
    found, depth = "", -1
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        _, point, kind, *_ = line.split(" ")
        # Blanks and the like are written as octal numbers.
        place = Path(re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), point))
        if folder.is_relative_to(place) and len(place.parts) >= depth:
            found, depth = kind, len(place.parts)
    return found

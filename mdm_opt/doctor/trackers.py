"""What `mdm-opt doctor` says of the trackers of a study; nothing is sent to them."""

from __future__ import annotations

import netrc
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mdm_opt.config.track import (
    TRACKERS,
    MlflowTable,
    TensorboardTable,
    WandbTable,
    missing_package,
)
from mdm_opt.doctor.checks import Check, Known, guarded
from mdm_opt.plugins import one_line

_SECONDS = 5.0
_PORTS = {"http": 80, "https": 443}
_WANDB_HOST = "api.wandb.ai"


def check_trackers(known: Known) -> Iterator[Check]:
    """Whether each tracker of the study's [track] is installed and can be reached."""
    if not known.asked or known.study_file is None:
        return
    table, folder = known.study_file.track, known.folder or Path.cwd()
    later = f"it runs without it; 'mdm-opt track {known.study_file.study.name}' sends the rest"
    for name in table.names:
        yield from guarded(name, partial(_check, name, getattr(table, name), folder, later))


def _check(name: str, table: Any, folder: Path, later: str) -> Iterator[Check]:
    install = missing_package(name)
    if install is not None:
        yield Check(name, "fail", f"[track] {name} asks for it, but it is not installed", install)
        return
    try:
        yield Check(name, "ok", f"{_version(name)}, {_PLACES[name](table, folder)}")
    except _Away as away:
        yield Check(name, "warn", f"{_version(name)}, {away}", away.mend or later)


def _version(name: str) -> str:
    for package in (f"{TRACKERS[name]}-skinny", TRACKERS[name]):
        with suppress(ImportError):
            return version(package)
    return "installed"


class _Away(Exception):
    """A tracker that nothing can be sent to now.

    Args:
        text: what was found.
        mend: what to do about it; None for waiting.
    """

    def __init__(self, text: str, mend: str | None = None) -> None:
        super().__init__(text)
        self.mend = mend


def _mlflow(table: MlflowTable, folder: Path) -> str:
    parts = urlsplit(table.uri)
    if parts.scheme in _PORTS and parts.hostname:
        return _answers(parts.hostname, parts.port or _PORTS[parts.scheme])
    path = table.uri.removeprefix("sqlite:///") if parts.scheme == "sqlite" else parts.path
    if parts.scheme in ("sqlite", "file", ""):
        return _writable(folder / path, is_file=parts.scheme == "sqlite")
    return f"{parts.scheme}: its client says more when a study is sent"


def _wandb(table: WandbTable, folder: Path) -> str:
    if table.mode == "offline":
        return _writable(folder / table.directory)
    base = urlsplit(os.environ.get("WANDB_BASE_URL") or f"https://{_WANDB_HOST}")
    host = base.hostname or _WANDB_HOST
    if not os.environ.get("WANDB_API_KEY") and not _in_netrc(host):
        mend = "set WANDB_API_KEY, or log in with 'wandb login'"
        raise _Away(f"there is no key for {host}", mend)
    return _answers(host, base.port or _PORTS.get(base.scheme, 443))


def _tensorboard(table: TensorboardTable, folder: Path) -> str:
    return _writable(folder / table.directory)


_PLACES: Mapping[str, Callable[[Any, Path], str]] = {
    "mlflow": _mlflow,
    "wandb": _wandb,
    "tensorboard": _tensorboard,
}


def _answers(host: str, port: int) -> str:
    try:
        with socket.create_connection((host, port), timeout=_SECONDS):
            return f"{host}:{port} answers"
    except OSError as error:
        raise _Away(f"{host}:{port} does not answer: {one_line(error)}") from error


def _in_netrc(host: str) -> bool:
    with suppress(OSError, netrc.NetrcParseError):
        return netrc.netrc().authenticators(host) is not None
    return False


def _writable(path: Path, *, is_file: bool = False) -> str:
    """Whether a file or folder is there or can be made."""
    there = path if path.exists() else next(one for one in path.parents if one.exists())
    wrong_kind = path.exists() and path.is_file() != is_file
    if wrong_kind or (there != path and not there.is_dir()):
        raise _Away(f"{there} is not a {'file' if is_file and there == path else 'folder'}")
    if not os.access(there, os.W_OK):
        raise _Away(f"{there} cannot be written")
    return f"{path} can be written"

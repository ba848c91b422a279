"""What all tests share: no network, fixed threads, small laws and models."""

from __future__ import annotations

import atexit
import os
import random
import shutil
import signal
import sqlite3
import tempfile
from typing import Any

import pytest
from hypothesis import settings
from optuna.storages._rdb import storage
from sqlalchemy import Engine, event

# Before anything imports a hub client: tests never touch the network.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"
# Code that comes with checkpoints is copied here before it runs.
os.environ["HF_MODULES_CACHE"] = tempfile.mkdtemp(prefix="mdm-opt-modules-")
atexit.register(shutil.rmtree, os.environ["HF_MODULES_CACHE"], ignore_errors=True)
os.environ.pop("MDM_OPT_STORAGE", None)
# Threads that wait for each other on a busy machine cost more than they save.
os.environ["OMP_NUM_THREADS"] = "1"

# A starter may ignore signals (nohup, jobs in the background); tests send them.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# What is found by chance is found where somebody can look at it.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI") == "true":
    settings.load_profile("ci")

pytest_plugins = ["postgres"]


def _read_once() -> None:
    """Optuna reads its migrations anew for every database, which takes longer than most tests."""
    scripts = storage._VersionManager._create_alembic_script
    read: list[Any] = []

    def kept(manager: Any) -> Any:
        if not read:
            read.append(scripts(manager))
        return read[0]

    storage._VersionManager._create_alembic_script = kept


_read_once()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a test with the marker ``cases(n)``, all but n cases that are drawn by its name are slow.

    What differs between settings is seen in a sample of all their combinations; all of them run
    in the slow step.
    """
    several: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("cases"):
            several.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for name, cases in several.items():
        marker = cases[0].get_closest_marker("cases")
        kept = 0 if marker is None else marker.args[0]
        for item in random.Random(name).sample(cases, len(cases))[kept:]:
            item.add_marker("slow")


@event.listens_for(Engine, "connect")
def _leave_writing_to_the_system(connection: Any, _record: Any) -> None:
    """Nothing of a test has to outlive a loss of power; each commit would wait for the disk."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")

"""What all tests share: no network, fixed threads, small laws and models."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
from typing import Any

from hypothesis import settings
from optuna.storages._rdb import storage

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

"""Trackers for tests: real ones in a folder, and stand-ins that misbehave."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn
from unittest.mock import patch

import pytest
from study_files import SUDOKU4, database, write_study

from mdm_opt.config.track import TRACKERS
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.study.opening import create_study
from mdm_opt.track.base import Known

# Nothing leaves this machine, and nothing asks others about it.
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "WANDB_ERROR_REPORTING": "false",
    "WANDB_MODE": "offline",
}
TRACK = """
[track]
mlflow = "sqlite:///mlflow.db"
wandb = { project = "schedules", mode = "offline" }
tensorboard = "events"
wait_seconds = 400
"""
TRIALS = 7
TRACKED = SUDOKU4.replace("steps = [4]", "steps = [4, 8]").replace("trials = 6", "trials = 7")


def needs(*names: str) -> None:
    """Skips a test where a tracker is not installed, and fails it when CI=true."""
    missing = [name for name in names if find_spec(TRACKERS[name]) is None]
    if missing:
        unavailable(f"no package of the extras {', '.join(missing)}")


def unavailable(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def searched(folder: Path, text: str = TRACKED + TRACK, *, verified: bool = True):
    """A study whose trials are finished, which no tracker has been told of; it is open."""
    # Whoever reads it needs the packages, and skips where they are missing.
    with patch("mdm_opt.config.track.find_spec", lambda name: name):
        opened = create_study(write_study(folder, text), database(folder))
    list(run_trials(opened))
    if verified:
        verify(opened)
    return opened


def stand_in(folder: Path, lines: str) -> dict[str, str]:
    """The environment of a process that finds a package mlflow of a few lines.

    Args:
        folder: in which it is made.
        lines: of the constructor of its client.
    """
    package = folder / "packages" / "mlflow"
    package.mkdir(parents=True)
    body = "".join(f"        {line}\n" for line in lines.splitlines())
    (package / "__init__.py").write_text(
        "import os, sys, time, signal\n\n\nclass MlflowClient:\n"
        f"    def __init__(self, tracking_uri):\n{body}"
    )
    path = [str(package.parent), *(one for one in sys.path if one)]
    return {"PYTHONPATH": os.pathsep.join(path)}


class Recorder:
    """A tracker that keeps what it is told, and fails when it is asked to.

    Attributes:
        kept: numbers of trials in the order in which they came.
        results: that came.
        calls: names of the methods that were called.
        failures: what the next calls raise, by the method's name.
    """

    def __init__(self) -> None:
        self.kept: list[int] = []
        self.results = []
        self.studies = []
        self.calls: list[str] = []
        self.ended: list[bool] = []
        self.failures: dict[str, list[BaseException]] = {}

    def begin(self, study):
        self._called("begin")
        self.studies.append(study)
        version = self.results[-1].version if self.results else ""
        return Known(frozenset(self.kept), version)

    def trials(self, trials):
        self._called("trials")
        self.kept += [trial.number for trial in trials]

    def result(self, result):
        self._called("result")
        self.results.append(result)

    def end(self, *, complete):
        self._called("end")
        self.ended.append(complete)

    def _called(self, method: str) -> None:
        self.calls.append(method)
        if self.failures.get(method):
            raise self.failures[method].pop(0)

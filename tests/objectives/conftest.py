"""What several files of this folder need: a task, functions that score, a clean sandbox."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lm_eval_tasks import prepared
from verifier_calls import FUNCTIONS, NAMES

from mdm_opt.errors import InputError
from mdm_opt.objectives.sandbox import check_sandbox
from mdm_opt.objectives.verifiers import Verifier


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A task with its data, a model and a study; the folder in which the commands run."""
    return prepared(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def _available() -> None:
    try:
        check_sandbox()
    except InputError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))


@pytest.fixture
def _leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    # A slow disk leaves the rest of a folder to the background.
    until = time.monotonic() + 60
    while (left := list(folder.iterdir())) and time.monotonic() < until:
        time.sleep(0.05)
    assert left == []


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = next(NAMES)
    (tmp_path / f"{name}.py").write_text(FUNCTIONS)
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


@pytest.fixture
def made() -> Iterator[Any]:
    all_made: list[Verifier] = []

    def make(function: str, **keys: Any) -> Verifier:
        limits = {"options": {}, "timeout_seconds": 20.0, "memory_mib": 256, **keys}
        all_made.append(Verifier(function, **limits))
        return all_made[-1]

    yield make
    for verifier in all_made:
        verifier.close()

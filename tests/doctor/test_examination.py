"""mdm-opt doctor: what is there, what is broken, and how it is mended; nothing is written."""

from __future__ import annotations

import os
import re
import sys

import pytest
from examined import NAMES, contents, examined
from study_files import SUDOKU4, write_study

from mdm_opt.doctor import machine
from mdm_opt.study.opening import create_study


def test_without_a_study_it_looks_at_everything_and_tries_the_bundled_model(tmp_path):
    found = examined()
    assert {check.status for check in found.values()} == {"ok"}
    for name in ("python", "mdm-opt", "torch", "optuna", "transformers", "sqlalchemy",
                 "optuna-dashboard", "extras", "git", "cpu", "gpu", "storage", "schema", "model",
                 "speed"):  # fmt: skip
        assert name in found
    assert found["storage"].found == f"{tmp_path}/mdm-opt.db (the default)"
    assert found["model"].found.startswith("bundled: fingerprint ")
    assert "36 tokens, vocabulary 7, float32 on cpu" in found["model"].found
    # On a busy machine it takes seconds.
    assert re.search(r"sequences: [\d.]+ m?s, [\d.e+]+ sequences/s$", found["speed"].found)
    assert not {"study", "objective", "server", "mps"} & found.keys()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("by", ["file", "name"])
def test_a_study_of_the_database_is_looked_at_and_left_alone(tmp_path, made, by):
    path, url = made
    before = contents(tmp_path)
    found = examined(*([path] if by == "file" else ["--study", "sudoku4"]), "--storage", url)
    assert {check.status for check in found.values()} == {"ok"}
    assert "the study's own" in found["study"].found or by == "name"
    assert found["schema"].found.endswith("this version's")
    assert contents(tmp_path) == before


def test_a_database_that_is_in_use_is_looked_at_and_left_alone(tmp_path, made):
    path, url = made
    opened = create_study(path, url)
    try:
        opened.queue.workers.register("here", 1, "cpu", "0", 60.0)
        journal = tmp_path / "test.db-wal"
        before = (tmp_path / "test.db").read_bytes(), journal.read_bytes()
        assert before[1]
        assert examined("--study", "sudoku4", "--storage", url)["study"].status == "ok"
        assert ((tmp_path / "test.db").read_bytes(), journal.read_bytes()) == before
    finally:
        opened.repository.close()


def test_a_module_beside_the_study_file_is_not_compiled_there(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    # As it is read by processes that are started.
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    name = next(NAMES)
    (tmp_path / f"{name}.py").write_text(
        "def score(samples):\n    return [0.0 for _ in samples]\n"
    )
    text = SUDOKU4.replace('kind = "validity"\nverifier = "sudoku"', f'kind = "{name}:score"')
    path = write_study(
        tmp_path, text.replace("instances = 16", 'instances = 16\ndirection = "minimize"')
    )
    before = contents(tmp_path)
    assert examined(path)["objective"].found == f"{name}:score in score, minimize"
    assert contents(tmp_path) == before
    assert sys.dont_write_bytecode is False
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ


def test_a_check_that_breaks_does_not_keep_the_others_from_running(monkeypatch):
    def broken():
        raise ZeroDivisionError("by\nzero")

    monkeypatch.setattr(machine, "check_cpu", broken)
    found = examined(code=1)
    assert (found["cpu"].status, found["cpu"].found) == ("fail", "ZeroDivisionError: by zero")
    assert found["speed"].status == "ok"

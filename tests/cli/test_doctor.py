"""mdm-opt doctor: how it is asked, and how it ends."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner
from examined import made_study

from mdm_opt.cli.main import main


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Every test in a folder of its own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def made(tmp_path):
    """A study file and the database in which its study is."""
    return made_study(tmp_path)


def test_all_is_well_is_said(made):
    path, url = made
    shown = CliRunner().invoke(main, ["doctor", str(path), "--storage", url])
    assert shown.stdout.splitlines()[-1] == "all is well"


def test_both_a_file_and_a_name_are_bad_usage(made):
    path, _ = made
    result = CliRunner().invoke(main, ["doctor", str(path), "--study", "sudoku4"])
    assert result.exit_code == 2
    assert "only one of them is accepted" in result.stderr


def test_help_needs_no_torch():
    code = (
        "import sys; from mdm_opt.cli.main import main; "
        "main(['doctor', '--help'], standalone_mode=False); "
        "print(sorted(set(sys.modules) & {'torch', 'optuna', 'sqlalchemy', 'rich', 'packaging'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_what_fails_and_what_is_doubtful_is_counted(tmp_path):
    shown = CliRunner().invoke(main, ["doctor", str(tmp_path / "none.toml")])
    assert shown.exit_code == 1
    assert shown.stdout.splitlines()[-1] == "1 failed, 0 warnings"
    (line,) = [line for line in shown.stdout.splitlines() if line.startswith("FAIL")]
    assert line.startswith("FAIL study            cannot read study file ")

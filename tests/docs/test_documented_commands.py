"""Every command and query that the documentation shows is run here."""

from __future__ import annotations

import re
import shlex
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

import mdm_opt
from mdm_opt.cli.main import main

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", "studies/README.md", "storage/README.md"]
COMMAND = re.compile(r"^(?:mdm-opt|make|pip|python|optuna-dashboard) .*")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


def commands(page: str) -> list[str]:
    """Commands in shell blocks, indented blocks and inline code, without comments."""
    text = (ROOT / page).read_text()
    lines = [line for block in blocks(page, "sh") for line in block.splitlines()]
    lines += [line[4:] for line in text.splitlines() if line.startswith("    ")]
    lines += re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    shown = [line.partition("  #")[0].strip() for line in lines]
    return sorted({line for line in shown if COMMAND.match(line)})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder as the README's reader has it: a study of their own, and those that ship."""
    from mdm_opt.denoisers.packaged import BUNDLED_CHECKPOINT

    found = tmp_path_factory.mktemp("reader")
    (study,) = [block for block in blocks("README.md", "toml") if 'name = "mine"' in block]
    # Smaller, so that it runs in seconds, and on a checkpoint that is at hand.
    for shown, used in (
        ("length = 128", "length = 36"),
        ("instances = 64", "instances = 4"),
        ("trials = 60", "trials = 10"),
    ):
        assert shown in study
        study = study.replace(shown, used)
    (found / "mine.toml").write_text(study + "\n[verify]\ninstances = 4\ntop = 1\n")
    (found / "checkpoint").symlink_to(BUNDLED_CHECKPOINT)
    (found / "my_metric.py").write_text(
        "def score(samples):\n    return [len(set(sample)) for sample in samples]\n"
    )
    (found / "studies").mkdir()
    quickstart = (ROOT / "studies" / "quickstart.toml").read_text()
    for setting in ("instances = 96", "instances = 256"):
        assert setting in quickstart
        quickstart = quickstart.replace(setting, "instances = 2")
    small = quickstart.replace("trials = 24", "trials = 4").replace("steps = [12]", "steps = [4]")
    (found / "studies" / "NAME.toml").write_text(small.replace("quickstart", "NAME"))
    (found / "studies" / "quickstart.toml").write_text(small)
    antibody = (ROOT / "studies" / "antibody.toml").read_text()
    for shown, used in (
        ("length = 121", "length = 6"),
        ("steps = [8, 16]", "steps = [2, 4]"),
        ("instances = 32", "instances = 2"),
        ("instances = 48", "instances = 2"),
        ("trials = 60", "trials = 8"),
    ):
        assert shown in antibody
        antibody = antibody.replace(shown, used)
    (found / "studies" / "antibody.toml").write_text(antibody)
    return found


def test_commands_of_the_readme_run_in_their_order(folder, monkeypatch):
    monkeypatch.chdir(folder)
    ran = []
    for block in blocks("README.md", "sh"):
        for line in block.splitlines():
            command = shlex.split(line, comments=True)
            if command[:1] == ["mdm-opt"]:
                result = CliRunner().invoke(main, command[1:])
                assert result.exit_code == 0, (line, result.output)
                ran.append(command[1])
    assert {"run", "best", "sample", "export", "energy"} <= set(ran)
    assert mdm_opt.load_schedule("mine-8.json").counts.sum() == 36


# What the pages' placeholders stand for in the reader's folder.
PLACEHOLDERS = {"STUDY.toml": "studies/NAME.toml", "N": "4", "FILE": "file.json"}


@pytest.fixture(scope="module")
def filled(folder):
    """A database in which the studies that the pages speak of are finished."""
    url = f"sqlite:///{folder}/shown.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for study in ("mine.toml", "studies/NAME.toml"):
            result = CliRunner().invoke(main, ["run", study, "--storage", url])
            assert result.exit_code == 0, result.output
    return url


@pytest.mark.parametrize("page", PAGES)
def test_every_shown_command_is_known_and_runs(page, folder, filled, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MDM_OPT_STORAGE", filled)
    for line in commands(page):
        program, *arguments = shlex.split(line)
        if program == "make":
            subprocess.run(["make", "-n", *arguments], cwd=ROOT, check=True, capture_output=True)
        elif program == "mdm-opt":
            typed = [PLACEHOLDERS.get(argument, argument) for argument in arguments]
            result = CliRunner().invoke(main, typed)
            assert result.exit_code == 0, (line, result.output)
        else:
            assert line in ELSEWHERE, f"{page} shows a command that no test runs: {line}"


ELSEWHERE = {
    "pip install .": "test_packaging.py builds what it installs",
    "pip install '.[antibody]'": "the test environment is installed so",
    "optuna-dashboard sqlite:///storage/mdm-opt.db": "test_dashboard_serves_the_database",
    "python training/train_sudoku.py --out mdm_opt/denoisers/bundled/sudoku6x6": (
        "test_training_script_makes_a_loadable_checkpoint"
    ),
}


def test_queries_of_the_storage_page_answer(folder, monkeypatch):
    monkeypatch.chdir(folder)
    url = f"sqlite:///{folder}/queries.db"
    result = CliRunner().invoke(main, ["run", "studies/quickstart.toml", "--storage", url])
    assert result.exit_code == 0, result.output
    queries = blocks("storage/README.md", "sql")
    assert len(queries) >= 4
    with closing(sqlite3.connect(folder / "queries.db")) as connection:
        for query in queries:
            assert connection.execute(query).fetchall(), query


def test_dashboard_serves_the_database(folder, monkeypatch):
    monkeypatch.chdir(folder)
    url = f"sqlite:///{folder}/dashboard.db"
    CliRunner().invoke(main, ["study", "create", "studies/quickstart.toml", "--storage", url])
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = Path(sys.executable).with_name("optuna-dashboard")
    process = subprocess.Popen(
        [command, url, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                address = f"http://127.0.0.1:{port}/api/studies"
                with urllib.request.urlopen(address, timeout=5) as answer:
                    assert b"quickstart" in answer.read()
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.2)
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_training_script_makes_a_loadable_checkpoint(tmp_path):
    from mdm_opt.denoisers.huggingface import load_huggingface

    out = tmp_path / "checkpoint"
    done = subprocess.run(
        [sys.executable, "training/train_sudoku.py", "--out", out, "--steps", "2",
         "--batch-size", "8", "--samples", "4"],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "valid at one cell a step" in done.stdout
    assert load_huggingface(str(out), length=36).vocab_size == 7

"""The first tutorial, docs/start.md: its commands are run in an empty folder, in their order."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
import urllib.request
from pathlib import Path

import pytest
from boards import dashboard_process
from commands import succeed

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "start.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
# What the test makes smaller, so that it runs in seconds.
SMALLER = {"instances = 96": "instances = 4", "trials = 24": "trials = 4"}
SMALLER["instances = 256"] = "instances = 8"


def made_smaller(file):
    text = Path(file).read_text()
    for written, wanted in SMALLER.items():
        assert text.count(written) == 1, written
        text = text.replace(written, wanted)
    Path(file).write_text(text + "\n[profile]\nsequences = 4\nboundaries = 4\n")


def page_of_the_dashboard():
    """What the dashboard serves first, started as the page does, but at a free port."""
    command = [sys.executable, "-m", "mdm_opt", "dashboard", "--port", "0"]
    with (
        dashboard_process(command, env=os.environ | {"PYTHONPATH": str(ROOT)}) as address,
        urllib.request.build_opener().open(address, timeout=60) as answer,
    ):
        return answer.read().decode()


@pytest.mark.slow
def test_the_tutorial_from_an_empty_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MDM_OPT_STORAGE", raising=False)
    said = {}
    for language, block in BLOCKS:
        if language == "python":
            exec(compile(block, "docs/start.md", "exec"), {})  # noqa: S102
            continue
        for line in block.splitlines():
            program, *arguments = shlex.split(line, comments=True)
            if program == "pip":
                continue  # the test environment is installed so
            assert program == "mdm-opt"
            if arguments == ["dashboard"]:
                assert "What was found" in page_of_the_dashboard()
                continue
            said[arguments[0]] = succeed(*arguments).stdout
            if arguments[0] == "init":
                made_smaller("study.toml")
    assert list(said) == ["init", "doctor", "run", "best", "sample", "report", "export"]
    assert "FAIL" not in said["doctor"]
    assert said["best"] == said["run"]
    assert len(said["sample"].splitlines()) == 2
    assert "<!DOCTYPE html>" in Path("study.html").read_text()
    counts = json.loads(Path("schedule.json").read_text())["schedule"]["counts"]
    assert sum(counts) == 36
    assert len(counts) == 12
    # The page prints them with NumPy.
    assert " ".join(map(str, counts)) in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("command", ["init", "doctor", "run", "best", "export"])
def test_it_shows_what_a_first_study_needs(command):
    shown = [line for language, block in BLOCKS if language == "sh" for line in block.splitlines()]
    assert [line for line in shown if line.startswith(f"mdm-opt {command}")]

"""The path of a new user, from an empty folder to an exported schedule."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from commands import succeed

import mdm_opt

# What the user makes smaller, so that it runs in seconds.
SMALLER = {
    "steps = 12": "steps = 4",
    "instances = 96": "instances = 4",
    "trials = 24": "trials = 4",
    "instances = 256": "instances = 8",
}


def edited(file, changes):
    """Changes a study file by hand."""
    text = Path(file).read_text()
    for written, wanted in changes.items():
        assert text.count(written) == 1, written
        text = text.replace(written, wanted)
    Path(file).write_text(text + "\n[profile]\nsequences = 4\nboundaries = 4\n")


def next_commands(result):
    """The commands that a result says come next."""
    lines = (result.stdout + result.stderr).splitlines()
    (first,) = [place for place, line in enumerate(lines) if line.startswith("next: ")]
    shown = [line.removeprefix("next: ").strip() for line in lines[first:]]
    return [shlex.split(line)[1:] for line in shown if "mdm-opt" in line]


def test_from_an_empty_folder_to_an_exported_schedule(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MDM_OPT_STORAGE", raising=False)
    begun = next_commands(succeed("init", "--no-check"))
    assert begun == [["doctor", "study.toml"], ["run", "study.toml"]]
    edited("study.toml", SMALLER)
    doctor, run = begun
    checked = succeed(*doctor).stdout
    # The metric's preview: two samples with their scores.
    (scores,) = [line for line in checked.splitlines() if line.startswith("ok   scores")]
    assert " for '" in scores
    assert "FAIL" not in checked
    ran = succeed(*run)
    sample, export, report = next_commands(ran)
    best = succeed("best", "study")
    assert best.stdout == ran.stdout
    assert len(succeed(*sample).stdout.splitlines()) == 2

    # How does another order do?
    succeed("init", "other.toml", "--no-check")
    edited("other.toml", {**SMALLER, 'order = "random"': 'order = "confidence"'})
    succeed("run", "other.toml")
    compared = succeed("compare", "study", "other")
    assert "8 pairs" in compared.stdout
    assert "random" in compared.stdout
    assert "confidence" in compared.stdout
    listed = succeed("study", "list").stdout
    assert listed.count("verified") == 2

    succeed(*report)
    assert "<!DOCTYPE html>" in Path("study.html").read_text()
    (both,) = next_commands(compared)
    assert both[:4] == ["report", "study", "--beside", "other"]
    succeed(*both)
    assert "Beside other studies" in Path("study.html").read_text()
    succeed(*export)
    found = mdm_opt.load_schedule("study-4.json")
    assert found.counts.sum() == 36
    assert len(found.counts) == 4
    budget = json.loads(succeed("best", "study", "--json").stdout)["budgets"][0]
    if budget["decision"]["action"] == "use":
        assert found.counts.tolist() == budget["counts"]

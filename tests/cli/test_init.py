"""mdm-opt init: a study file to begin with."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import invoke, succeed

from mdm_opt.config import load_study_file
from mdm_opt.doctor.checks import Check

STUDIES = Path(__file__).parents[2] / "studies"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Every test in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_is_written_and_the_next_commands_are_said(here):
    said = succeed("init", "--no-check").stdout.splitlines()
    assert said[0] == "wrote study.toml"
    assert said[-2].endswith("mdm-opt doctor study.toml")
    assert said[-2].startswith("next: ")
    assert said[-1].endswith("mdm-opt run study.toml")
    assert load_study_file("study.toml").model.kind == "bundled"
    assert [path.name for path in here.iterdir()] == ["study.toml"]


def test_options_are_what_the_file_says(here):
    (here / "checkpoint").mkdir()
    (here / "studies").mkdir()
    asked = "init studies/mine.toml --model checkpoint --length 40 --metric m:f --steps 4,8"
    succeed(*asked.split(), "--direction", "minimize", "--revision", "abc", "--no-check")
    found = load_study_file("studies/mine.toml")
    # As seen from the file.
    assert Path("studies", found.model.path).resolve() == here / "checkpoint"
    assert (found.study.name, found.model.length, found.model.revision) == ("mine", 40, "abc")
    assert (found.objective.kind, found.objective.direction) == ("m:f", "minimize")
    assert found.space.steps == [4, 8]
    succeed("init", "b.toml", "--model", "org/name", "--task", "gsm8k", "--no-check")
    assert load_study_file("b.toml").objective.task == "gsm8k"
    succeed("init", "c.toml", "--model", str(here / "checkpoint"), "--no-check")
    assert load_study_file("c.toml").model.path == str(here / "checkpoint")


def test_a_study_that_ships_is_copied_with_its_data(here):
    succeed("init", "--example", "sudoku_rows", "--no-check")
    for name in ("sudoku_rows.toml", "sudoku_rows.jsonl"):
        assert Path(name).read_bytes() == (STUDIES / name).read_bytes()
    succeed("init", "other.toml", "--example", "quickstart", "--no-check")
    assert Path("other.toml").read_bytes() == (STUDIES / "quickstart.toml").read_bytes()


def test_nothing_is_written_over_unless_it_is_asked_for(here):
    Path("sudoku_rows.jsonl").write_text("mine")
    result = invoke("init", "--example", "sudoku_rows", "--no-check")
    assert result.exit_code == 2
    assert result.stderr == (
        "error: sudoku_rows.jsonl is there already; name another file, or --force writes over it\n"
    )
    assert [path.name for path in here.iterdir()] == ["sudoku_rows.jsonl"]
    Path("study.toml").write_text("mine")
    assert invoke("init", "--no-check").exit_code == 2
    assert Path("study.toml").read_text() == "mine"
    succeed("init", "--no-check", "--force")
    succeed("init", "--example", "sudoku_rows", "--no-check", "--force")
    assert load_study_file("study.toml").study.name == "study"
    assert Path("sudoku_rows.jsonl").read_text() != "mine"


@pytest.mark.parametrize(("status", "code"), [("ok", 0), ("warn", 0), ("fail", 1)])
def test_the_file_is_checked_as_doctor_does(here, monkeypatch, status, code):
    asked = []

    def examined(storage, path):
        asked.append((storage, str(path)))
        yield Check("scores", status, "1, 0 for 'a', 'b'")

    monkeypatch.setattr("mdm_opt.doctor.examination.examine", examined)
    result = invoke("init", "--storage", "a.db")
    assert result.exit_code == code, result.output
    assert asked == [("a.db", "study.toml")]
    assert "scores           1, 0 for 'a', 'b'" in result.stdout
    last = result.stdout.splitlines()[-1]
    assert last.startswith("next: ")
    command = "run" if code == 0 else "doctor"
    assert last.endswith(f"mdm-opt {command} study.toml --storage a.db")
    assert Path("study.toml").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--metric m:f --task gsm8k", "--metric and --task: one of both is accepted"),
        ("--direction minimize", "--direction goes with --metric only"),
        ("--steps 8;16", "--steps: '8;16' is not accepted: whole numbers"),
        ("--steps 0", "[space] steps.0: 0 is not accepted"),
        ("--model ./none", "--model: './none' is not accepted: no folder"),
        ("--example none", "--example: 'none' is not accepted: one of"),
        ("--example digits --length 3", "--length does not go with --example"),
        ("none/a.toml", "cannot write none/a.toml"),
    ],
)
def test_what_makes_no_study_is_one_line_and_writes_nothing(here, options, said):
    result = invoke("init", *options.split(), "--no-check")
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith(f"error: {said}")
    assert result.stderr.count("\n") == 1
    assert list(here.iterdir()) == []

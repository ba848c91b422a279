"""mdm-opt study: create, list, show, delete, schema."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from commands import invoke, succeed
from study_files import database, write_study

from mdm_opt.cli.main import main
from mdm_opt.config.schema import study_schema


def test_study_commands(finished, tmp_path):
    _, url, _ = finished
    (listed,) = json.loads(succeed("study", "list", "--json", "--storage", url).stdout)
    assert listed["study"] == "sudoku4"
    assert "8/8" in succeed("study", "list", "--storage", url).stdout
    shown = json.loads(succeed("study", "show", "sudoku4", "--json", "--storage", url).stdout)
    assert shown["study_file"]["search"]["trials"] == 8
    assert "[search] trials = 8" in succeed("study", "show", "sudoku4", "--storage", url).stdout
    other = database(tmp_path)
    path = write_study(tmp_path)
    created = json.loads(succeed("study", "create", path, "--json", "--storage", other).stdout)
    assert (created["study"], created["finished"]) == ("sudoku4", 0)
    made = succeed("study", "create", path, "--storage", other).stdout.splitlines()
    assert made[0] == "study sudoku4 is ready"
    # As every other command says it: with its storage.
    assert made[-1].startswith("next: ")
    assert made[-1].endswith(f"mdm-opt run {path} --storage {other}")
    kept = CliRunner().invoke(main, ["study", "delete", "sudoku4", "--storage", other], input="n")
    assert kept.exit_code == 1
    assert len(json.loads(succeed("study", "list", "--json", "--storage", other).stdout)) == 1
    succeed("study", "delete", "sudoku4", "--yes", "--storage", other)
    assert json.loads(succeed("study", "list", "--json", "--storage", other).stdout) == []


def test_the_lists_say_what_there_is(finished, tmp_path):
    _, url, _ = finished
    listed = succeed("study", "list", "--storage", url).stdout
    result = json.loads(succeed("best", "sudoku4", "--json", "--storage", url).stdout)
    (row,) = [line for line in listed.splitlines() if "sudoku4" in line]
    cells = [cell.strip() for cell in row.strip("│┃|").split("│")]
    steps = [budget["steps"] for budget in result["budgets"]]
    values = ", ".join(f"{budget['steps']}: {budget['value']:.4g}" for budget in result["budgets"])
    assert steps == [4, 8]
    assert cells[:-1] == ["sudoku4", "validity (share)", "4, 8", "8/8", "verified", values]
    assert re.fullmatch(r"\d+ (s|min)", cells[-1])
    shown = succeed("study", "show", "sudoku4", "--storage", url).stdout.splitlines()
    assert "[space] steps = [4, 8]" in shown
    assert "verified_steps: 4, 8" in shown
    assert f"values: {values}" in shown
    assert not any(line.startswith("study_file:") for line in shown)
    # A study that has not begun yet has verified nothing.
    other = database(tmp_path)
    succeed("study", "create", write_study(tmp_path), "--storage", other)
    (row,) = [
        line
        for line in succeed("study", "list", "--storage", other).stdout.splitlines()
        if "sudoku4" in line
    ]
    assert "0/6" in row
    assert "new" in row
    assert "none" in row


def test_nothing_is_deleted_before_it_is_agreed_to(tmp_path):
    url = database(tmp_path)
    succeed("study", "create", write_study(tmp_path), "--storage", url)
    asked = ["study", "delete", "sudoku4", "--storage", url]
    kept = CliRunner().invoke(main, asked, input="\n")
    assert kept.exit_code == 1
    assert "delete sudoku4 with 0 finished trials? [y/N]" in kept.output
    assert CliRunner().invoke(main, asked, input="y\n").stdout.endswith("deleted sudoku4\n")
    again = invoke(*asked, "--yes")
    assert again.exit_code == 2
    assert again.stderr == "error: no study 'sudoku4' in this database; there are: none yet\n"


@pytest.mark.postgres
def test_on_a_server_a_study_is_launched_next(tmp_path, postgres_url):
    made = succeed("study", "create", write_study(tmp_path), "--storage", postgres_url).stdout
    assert "mdm-opt launch sudoku4 --storage " in made.splitlines()[-1]


@pytest.mark.postgres
@pytest.mark.parametrize("folder", [".", "storage"])
def test_a_study_that_is_in_the_file_of_before_is_said_to_be_there(
    tmp_path, postgres_url, monkeypatch, folder
):
    (tmp_path / folder).mkdir(exist_ok=True)
    monkeypatch.chdir(tmp_path)
    succeed("study", "create", write_study(tmp_path))
    file = "mdm-opt.db" if folder == "." else "storage/mdm-opt.db"
    assert (tmp_path / file).exists()
    ask = ("best", "sudoku4", "--storage", postgres_url)
    assert f"; studies are in {file}: --storage {file} reads it there" in invoke(*ask).stderr
    other = write_study(tmp_path, name='"other"')
    succeed("study", "create", other, "--storage", postgres_url)
    missing = invoke(*ask)
    assert missing.exit_code == 2
    assert missing.stderr.count("\n") == 1
    copy = f"mdm-opt storage copy {file} --study sudoku4"
    assert f"study 'sudoku4' is in {file}: --storage {file} reads it there, '{copy}'" in (
        missing.stderr
    )
    succeed(*copy.split()[1:], "--storage", postgres_url)
    assert invoke(*ask).exit_code == 1  # it has no trials yet


def test_the_schema_of_the_study_file_is_printed_or_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    printed = succeed("study", "schema")
    assert json.loads(printed.stdout) == study_schema()
    assert printed.stderr == ""
    written = succeed("study", "schema", "--out", "study.schema.json")
    assert written.stdout == "wrote study.schema.json\n"
    assert json.loads(Path("study.schema.json").read_text()) == study_schema()
    refused = invoke("study", "schema", "--out", "no/folder.json")
    assert refused.exit_code == 2
    assert refused.stderr.startswith("error: cannot write no/folder.json")

"""mdm-opt study: create, list, show, delete."""

from __future__ import annotations

import json

from click.testing import CliRunner
from commands import invoke, succeed
from study_files import database, write_study

from mdm_opt.cli.main import main


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
    assert "mdm-opt run" in succeed("study", "create", path, "--storage", other).stdout
    kept = CliRunner().invoke(main, ["study", "delete", "sudoku4", "--storage", other], input="n")
    assert kept.exit_code == 1
    assert len(json.loads(succeed("study", "list", "--json", "--storage", other).stdout)) == 1
    succeed("study", "delete", "sudoku4", "--yes", "--storage", other)
    assert json.loads(succeed("study", "list", "--json", "--storage", other).stdout) == []


def test_the_lists_say_what_there_is(finished, tmp_path):
    _, url, _ = finished
    listed = succeed("study", "list", "--storage", url).stdout
    (row,) = [line for line in listed.splitlines() if "sudoku4" in line]
    cells = [cell.strip() for cell in row.strip("│┃|").split("│")]
    assert cells == ["sudoku4", "validity", "4, 8", "8/8", "4, 8"]
    shown = succeed("study", "show", "sudoku4", "--storage", url).stdout.splitlines()
    assert "[space] steps = [4, 8]" in shown
    assert "verified_steps: 4, 8" in shown
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

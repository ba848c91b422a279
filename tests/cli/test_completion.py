"""What a shell completes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from team import environment, program_folder

from mdm_opt.cli.main import main
from mdm_opt.handoff.formats.registry import FORMATS

ROOT = Path(__file__).parents[2]
SOURCES = dict(
    re.findall(r"`(.*_MDM_OPT_COMPLETE=(\w+)_source .*)`", (ROOT / "docs" / "cli.md").read_text())
)


def completed(*words, shell="bash"):
    """What is offered for the last word."""
    environ = {
        "_MDM_OPT_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": " ".join(["mdm-opt", *words]),
        "COMP_CWORD": str(len(words)) if shell != "fish" else words[-1],
    }
    result = CliRunner().invoke(main, [], prog_name="mdm-opt", env=environ)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    # zsh: kind, value, help, a line each; bash and fish: kind and value with a comma.
    if shell == "zsh":
        return lines[1::3]
    return [line.partition(",")[2].partition("\t")[0] for line in lines if line]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_names_of_studies_are_those_of_the_database(finished, monkeypatch, shell):
    _, url, _ = finished
    monkeypatch.setenv("MDM_OPT_STORAGE", url)
    assert completed("best", "su", shell=shell) == ["sudoku4"]


def test_every_command_that_takes_a_study_completes_it(finished):
    _, url, _ = finished
    given = ("--storage", url)
    commands = ("best", "verify", "sample", "export", "report", "launch", "worker", "compare")
    for command in (*((one,) for one in commands), ("study", "show"), ("study", "delete")):
        assert completed(*command, *given, "s") == ["sudoku4"], command
        assert completed(*command, *given, "x") == [], command
    assert completed("doctor", *given, "--study", "s") == ["sudoku4"]
    assert completed("report", "a", *given, "--beside", "s") == ["sudoku4"]


def test_formats_and_studies_that_ship_are_completed():
    assert completed("export", "a", "--format", "d") == [
        name for name in FORMATS if name.startswith("d")
    ]
    assert completed("init", "--example", "sudoku") == ["sudoku_rows"]
    assert completed("re") == ["report"]
    assert "--storage" in completed("best", "--")


def test_where_nothing_can_be_read_nothing_is_offered_or_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert completed("best", "s") == []
    (tmp_path / "mdm-opt.db").write_text("no database")
    assert completed("best", "s") == []
    assert completed("best", "--storage", "me:secret@host/db", "s") == []
    assert [path.name for path in tmp_path.iterdir()] == ["mdm-opt.db"]


def test_the_documented_lines_are_those_of_the_shells():
    assert sorted(SOURCES.values()) == ["bash", "fish", "zsh"]
    for shell in SOURCES.values():
        environ = {"_MDM_OPT_COMPLETE": f"{shell}_source"}
        result = CliRunner().invoke(main, [], prog_name="mdm-opt", env=environ)
        assert f"_MDM_OPT_COMPLETE={shell}_complete" in result.stdout


def test_the_documented_line_of_bash_works(finished, tmp_path):
    _, url, _ = finished
    (line,) = [line for line, shell in SOURCES.items() if shell == "bash"]
    script = (
        f"{line}\nCOMP_WORDS=(mdm-opt best su)\nCOMP_CWORD=2\n"
        '_mdm_opt_completion mdm-opt\necho "${COMPREPLY[@]}"\n'
    )
    found = environment(MDM_OPT_STORAGE=url)
    found["PATH"] = f"{program_folder(tmp_path / 'bin')}:{found['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", script], capture_output=True, text=True, check=True, env=found
    )
    assert done.stdout == "sudoku4\n"

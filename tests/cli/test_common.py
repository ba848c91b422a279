"""What commands share: errors, options, output."""

from __future__ import annotations

import json
import sys

import click
import pytest
from click.testing import CliRunner
from study_files import write_study

from mdm_opt.cli import common
from mdm_opt.cli.common import Commands, console, example, interrupted, print_json, typed
from mdm_opt.errors import InputError, RunError
from mdm_opt.persistence import Progress


@pytest.fixture
def program(monkeypatch):
    """Says whether mdm-opt is on the PATH, and how it was called."""

    def called(path, *, found):
        monkeypatch.setattr(common.shutil, "which", lambda name: path if found else None)
        monkeypatch.setattr(sys, "argv", [path])

    return called


@pytest.mark.parametrize("error", [InputError, RunError])
def test_errors_of_ours_are_one_line_and_an_exit_code(error):
    @click.group(cls=Commands)
    def group():
        pass

    @group.command()
    def fail():
        raise error("this is why")

    result = CliRunner().invoke(group, ["fail"])
    assert (result.exit_code, result.stderr) == (error.exit_code, "error: this is why\n")
    assert result.stdout == ""


def test_errors_of_others_are_not_hidden():
    @click.group(cls=Commands)
    def group():
        pass

    @group.command()
    def fail():
        raise KeyError("a mistake of ours")

    assert isinstance(CliRunner().invoke(group, ["fail"]).exception, KeyError)


def test_commands_are_listed_as_they_were_added():
    group = Commands(commands=[click.Command(name) for name in ("run", "best", "a")])
    assert group.list_commands(click.Context(group)) == ["run", "best", "a"]


def test_a_command_can_be_typed_as_it_is_shown(program):
    program("/usr/bin/mdm-opt", found=True)
    assert typed("best x", None) == "mdm-opt best x"
    assert typed("best x", "my studies.db") == "mdm-opt best x --storage 'my studies.db'"
    # In a virtual environment that is not activated.
    program("/home/me/.venv/bin/mdm-opt", found=False)
    assert typed("best x", None) == "/home/me/.venv/bin/mdm-opt best x"
    # As python -m mdm_opt.
    program("/home/me/mdm_opt/__main__.py", found=False)
    assert typed("best x", None) == "mdm-opt best x"


def test_no_password_is_typed_for_the_user(program):
    program("/usr/bin/mdm-opt", found=True)
    shown = typed("best x", "postgresql://me:secret@host/db")
    assert "secret" not in shown
    assert "me" in shown
    assert "host/db" in shown


class Stopped(KeyboardInterrupt):
    exit_code = 143


@pytest.mark.parametrize(
    ("stopped", "progress", "code", "said"),
    [
        (KeyboardInterrupt(), None, 130, "interrupted; go on with 'mdm-opt run x'"),
        (
            Stopped(),
            Progress(40, 12, 1, 0),
            143,
            "interrupted: 12 of 40 trials are finished and kept; go on with 'mdm-opt run x'",
        ),
    ],
)
def test_who_is_interrupted_is_told_how_to_go_on(stopped, progress, code, said, capsys):
    with pytest.raises(click.exceptions.Exit) as caught:
        interrupted(stopped, progress, "mdm-opt run x")
    assert caught.value.exit_code == code
    assert capsys.readouterr() == ("", f"\n{said}\n")


def test_a_study_whose_making_is_interrupted_can_be_made_again(tmp_path, monkeypatch, capsys):
    def interrupt(*_, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr("mdm_opt.study.opening.create_study", interrupt)
    path = write_study(tmp_path)
    with pytest.raises(click.exceptions.Exit):
        common.made_study(str(path), f"{tmp_path}/a.db", "study create")
    said = capsys.readouterr().err
    assert f"go on with 'mdm-opt study create {path} --storage {tmp_path}/a.db'" in said


def test_an_example_keeps_its_lines():
    # Click wraps what does not begin with \\b.
    assert example("mdm-opt a", "mdm-opt b") == "\b\nExample:\n  mdm-opt a\n  mdm-opt b"


def test_json_is_what_every_program_reads(capsys):
    print_json({"é": [1.5, None]})
    assert json.loads(capsys.readouterr().out) == {"é": [1.5, None]}
    # Python would write NaN, which is no JSON.
    with pytest.raises(ValueError, match="JSON compliant"):
        print_json(float("nan"))


@pytest.mark.parametrize("err", [False, True])
def test_narrow_pipes_wrap_no_table(err, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "20")
    console(err=err).print("x" * 100)
    out, errors = capsys.readouterr()
    assert (errors if err else out) == "x" * 100 + "\n"
    assert (out if err else errors) == ""


def test_the_measurement_of_a_profile_is_followed():
    said = []

    class Status:
        update = said.append

    common.measuring(Status)(8, 64)
    assert said == ["measuring the information profile: 8 sequences of at most 64"]

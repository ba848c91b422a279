"""The commands as a user types them."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing

import click
import pytest
from commands import invoke, succeed
from compared_studies import add_study
from study_files import database, write_study

import mdm_opt
from mdm_opt.cli.export import said_samples
from mdm_opt.cli.main import main
from mdm_opt.persistence import Repository
from mdm_opt.sample_texts import Sample, lines_of
from mdm_opt.sudoku import is_valid


def leaf_commands(group=main, path=()):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaf_commands(command, (*path, name))
        else:
            yield (*path, name)


def test_sample_prints_one_text_a_line(finished):
    _, url, _ = finished
    plain = succeed("sample", "sudoku4", "--steps", "8", "--count", "3", "--storage", url).stdout
    asked = ("--steps", "8", "--count", "3", "--json", "--storage", url)
    found = json.loads(succeed("sample", "sudoku4", *asked).stdout)
    assert plain.split() == found["samples"]
    assert len(found["samples"]) == 3
    assert found["prompts"] is None
    assert found["scores"] == [float(valid) for valid in is_valid(found["samples"])]


def test_samples_stand_after_their_prompts_and_people_see_them_as_they_are_shown():
    grid = Sample("1", "", lines_of(["1", "2"]))
    assert list(said_samples([grid, grid], for_people=False)) == ["1", "1"]
    assert list(said_samples([grid, grid], for_people=True)) == ["1\n2", "", "1\n2"]
    asked = [Sample("4", "2 + 2"), Sample("1", "a\nb", lines_of(["1", "2"]))]
    assert list(said_samples(asked, for_people=False)) == [
        "prompt: 2 + 2", "answer: 4", "", "prompt:\na\nb", "answer: 1",
    ]  # fmt: skip
    assert list(said_samples(asked, for_people=True))[-1] == "answer:\n1\n2"


def test_export_writes_what_load_schedule_reads(finished, tmp_path):
    _, url, _ = finished
    out = tmp_path / "schedule.json"
    asked = ("export", "sudoku4", "--steps", "8", "--format", "json", "--storage", url)
    result = succeed(*asked, "--out", out)
    assert "verified" in result.stderr
    schedule = mdm_opt.load_schedule(out)
    assert schedule.counts.sum() == 16
    printed = json.loads(succeed(*asked).stdout)
    assert printed["schedule"] == json.loads(out.read_text())["schedule"]


def test_export_into_a_missing_folder_writes_nothing(finished, tmp_path):
    _, url, _ = finished
    out = tmp_path / "nowhere" / "schedule.json"
    result = invoke("export", "sudoku4", "--steps", "8", "--storage", url, "--out", out)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: cannot write")
    assert list(tmp_path.iterdir()) == []


def test_storage_comes_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("MDM_OPT_STORAGE", database(tmp_path))
    succeed("study", "create", write_study(tmp_path))
    assert (tmp_path / "test.db").exists()


def test_default_storage_is_the_storage_folder_or_the_current_one(tmp_path, monkeypatch):
    path = write_study(tmp_path)
    monkeypatch.chdir(tmp_path)
    succeed("study", "create", path)
    assert (tmp_path / "mdm-opt.db").exists()
    (tmp_path / "storage").mkdir()
    succeed("study", "create", path)
    assert (tmp_path / "storage" / "mdm-opt.db").exists()


@pytest.mark.parametrize("command", sorted(leaf_commands()))
def test_every_command_has_help_with_an_example(command):
    shown = succeed(*command, "--help").stdout
    assert "Example:" in shown
    assert f"mdm-opt {' '.join(command)}" in shown


def two_studies(folder):
    """A database of two studies that can be compared."""
    with closing(Repository(database(folder), create=True)) as repository:
        for name in ("sudoku4", "again"):
            add_study(repository, name, {4: [1.0, 0.0, 1.0]})
    return repository.url


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    "command",
    [
        ["best", "sudoku4"],
        ["compare", "sudoku4", "again"],
        ["study", "list"],
        ["study", "show", "sudoku4"],
        ["export", "sudoku4", "--steps", "8", "--out", "a.json"],
    ],
    ids=" ".join,
)
def test_reading_a_result_loads_no_model_and_no_search(finished, tmp_path, command):
    _, url, _ = finished
    if command[0] == "compare":
        url = two_studies(tmp_path)
    code = (
        "import sys; from mdm_opt.cli.main import main; "
        f"main({[*command, '--storage', url]!r}, standalone_mode=False); "
        "print(sorted(set(sys.modules) & {'torch', 'transformers', 'optuna', 'alembic', "
        "'scipy.stats', 'scipy.optimize', 'scipy.integrate', 'plotly', 'sqlalchemy'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, cwd=tmp_path
    )
    assert done.stdout.splitlines()[-1] == "['sqlalchemy']"


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("command", "loaded"),
    [
        (["best", "sudoku4"], ["scipy.special"]),
        (["export", "sudoku4", "--steps", "8", "--out", "a.json"], ["scipy.special"]),
        (["study", "list"], []),
        (["study", "show", "sudoku4"], []),
    ],
    ids=lambda value: " ".join(value),
)
def test_reading_a_verified_result_ranks_no_trials(finished, tmp_path, command, loaded):
    """What the search's model needs, and a profile, takes as long to load as all else."""
    _, url, _ = finished
    code = (
        "import sys; from mdm_opt.cli.main import main; "
        f"main({[*command, '--storage', url]!r}, standalone_mode=False); "
        "print(sorted(set(sys.modules) & {'scipy.special', 'scipy.linalg', 'scipy.fft', "
        "'scipy.sparse', 'scipy.optimize'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, cwd=tmp_path
    )
    assert done.stdout.splitlines()[-1] == str(loaded)

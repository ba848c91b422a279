"""The commands as a user types them."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import click
import pytest
from click.testing import CliRunner
from study_files import database, write_study

import mdm_opt
from mdm_opt.cli.main import main


def invoke(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def succeed(*arguments):
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result


def leaf_commands(group=main, path=()):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaf_commands(command, (*path, name))
        else:
            yield (*path, name)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished and verified study, made by the command; its folder and database."""
    folder = tmp_path_factory.mktemp("cli")
    path, url = write_study(folder, steps="[4, 8]", trials="8"), database(folder)
    result = succeed("run", path, "--storage", url)
    return path, url, result


def test_run_ends_with_the_table_and_the_next_commands(finished):
    _, _, result = finished
    for word in ("linear", "sin2", "sine", "best: beta(", "gain over linear", "NFE"):
        assert word in result.stdout
    assert "mdm-opt sample sudoku4 --steps 8" in result.stdout
    assert "mdm-opt export sudoku4 --steps 8 --out sudoku4-8.json" in result.stdout


def test_best_json_has_the_documented_form(finished):
    _, url, _ = finished
    found = json.loads(succeed("best", "sudoku4", "--json", "--storage", url).stdout)
    assert found["study"] == "sudoku4"
    assert (found["objective"], found["unit"]) == ("validity", "share")
    assert found["direction"] == "maximize"
    # One-sided: half of what the intervals leave.
    assert (found["confidence"], found["claim_error_rate"]) == (0.95, pytest.approx(0.025))
    assert [budget["steps"] for budget in found["budgets"]] == [4, 8]
    for budget in found["budgets"]:
        assert budget.keys() == {
            "steps", "family", "beta_a", "beta_b", "trial", "label", "nfe", "counts", "value",
            "interval", "verified",
            "feasible", "trials_since", "instances", "baselines", "gain_over_linear",
            "better_than_linear", "linear_steps_for_equal_quality", "equal_linear_sought",
        }  # fmt: skip
        assert budget["verified"] is True
        assert sum(budget["counts"]) == 16
        assert budget["interval"][0] <= budget["value"] <= budget["interval"][1]
        linear = budget["baselines"]["linear"]
        assert linear["interval"][0] <= linear["value"] <= linear["interval"][1]
        gain = budget["gain_over_linear"]
        assert gain["value"] == pytest.approx(budget["value"] - linear["value"])
        assert budget["better_than_linear"] is (gain["interval"][0] > 0)


def test_run_and_verify_print_the_same_json_as_best(finished):
    path, url, _ = finished
    expected = succeed("best", "sudoku4", "--json", "--storage", url).stdout
    assert succeed("run", path, "--json", "--storage", url).stdout == expected
    assert succeed("verify", "sudoku4", "--json", "--storage", url).stdout == expected


def test_sample_prints_one_text_a_line(finished):
    _, url, _ = finished
    plain = succeed("sample", "sudoku4", "--steps", "8", "--count", "3", "--storage", url).stdout
    asked = ("--steps", "8", "--count", "3", "--json", "--storage", url)
    found = json.loads(succeed("sample", "sudoku4", *asked).stdout)
    assert plain.split() == found["samples"]
    assert len(found["samples"]) == 3


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


def test_best_before_any_trial_is_a_run_time_failure(tmp_path):
    url = database(tmp_path)
    succeed("study", "create", write_study(tmp_path), "--storage", url)
    result = invoke("best", "sudoku4", "--storage", url)
    assert result.exit_code == 1
    assert result.stderr == "error: study 'sudoku4' has no feasible finished trial yet\n"


def test_no_verify_says_that_the_best_of_a_search_is_biased(tmp_path):
    url = database(tmp_path)
    result = succeed("run", write_study(tmp_path), "--no-verify", "--storage", url)
    said = "4 steps: not verified: the best of a search is biased; run 'mdm-opt verify sudoku4 "
    assert said + f"--storage {url}'\n" in result.stdout


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


def test_energy_of_a_matching_pair_is_minimal():
    found = json.loads(
        succeed("energy", "--schedule", "0.9,0.3", "--weight", "0.9,0.3", "--json").stdout
    )
    assert found["energies"]["token"]["value"] == pytest.approx(9.8696044, abs=1e-6)
    plain = succeed("energy", "--schedule", "sine", "--length", "3", "--vocab-size", "4").stdout
    for word in ("kinetic", "conditional kinetic", "geodesic", "discrete", "minimum"):
        assert word in plain


def test_diverging_energy_is_inf_and_null():
    asked = ("energy", "--schedule", "0.1,0.1", "--weight", "1,1")
    assert json.loads(succeed(*asked, "--json").stdout)["energies"]["token"]["value"] is None
    assert "inf" in succeed(*asked).stdout


@pytest.mark.parametrize("value", ["0.9", "a,b", "0,1", "1,99", "nan,1", "cosinus"])
def test_bad_energy_parameters_are_refused(value):
    result = invoke("energy", "--schedule", value)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: --schedule: '{value}' is not accepted")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", sorted(leaf_commands()))
def test_every_command_has_help_with_an_example(command):
    text = succeed(*command, "--help").stdout
    assert "Example:" in text
    assert f"mdm-opt {' '.join(command)}" in text


def test_help_answers_at_once():
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "mdm_opt", "--help"], capture_output=True, check=True
        )
        seconds.append(time.perf_counter() - started)
    assert b"Tune the mask schedule" in done.stdout
    assert min(seconds) < 0.3


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from mdm_opt.cli.main import main; main(['--help'], standalone_mode=False); "
        "print(sorted(set(sys.modules) & {'torch', 'transformers', 'optuna', 'sqlalchemy', "
        "'scipy', 'rich', 'pydantic'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "command",
    [
        ["best", "sudoku4"],
        ["study", "list"],
        ["study", "show", "sudoku4"],
        ["export", "sudoku4", "--steps", "8", "--out", "a.json"],
    ],
    ids=" ".join,
)
def test_reading_a_result_loads_no_model_and_no_search(finished, tmp_path, command):
    _, url, _ = finished
    code = (
        "import sys; from mdm_opt.cli.main import main; "
        f"main({[*command, '--storage', url]!r}, standalone_mode=False); "
        "print(sorted(set(sys.modules) & {'torch', 'transformers', 'optuna', 'alembic', "
        "'scipy.stats', 'plotly', 'sqlalchemy'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, cwd=tmp_path
    )
    assert done.stdout.splitlines()[-1] == "['sqlalchemy']"

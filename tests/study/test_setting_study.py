"""Studies that search settings of the sampler, from the file to the export."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from click.testing import CliRunner
from study_files import SUDOKU4, database, optuna_trials, write_study

import mdm_opt
from mdm_opt.candidates import beta
from mdm_opt.cli.main import main
from mdm_opt.config import load_study_file
from mdm_opt.measurement import measure
from mdm_opt.persistence import Repository
from mdm_opt.study.opening import open_study
from mdm_opt.study.problem import build_problem

SETTINGS = """[space]
order = ["random", "confidence"]
temperature = { low = 0.0, high = 1.0 }
block_length = [8, 16, 4]
"""
# By name: what stands in [space] beside them, and the sampler of the search.
KINDS = {
    "beta": ("", "gp"),
    "families": ('families = ["beta", "adaptive", "threshold"]\n', "shape"),
}


def succeed(*arguments):
    result = CliRunner().invoke(main, [*map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


def written(folder, kind, trials=30):
    more, sampler = KINDS[kind]
    text = SUDOKU4.replace("[space]\n", SETTINGS + more)
    seeds = '["energy"]' if kind == "beta" else '["energy", ["threshold", 0.9]]'
    given = {"trials": str(trials), "sampler": f'"{sampler}"', "seeds": seeds}
    return write_study(folder, text, steps="[4, 6]", **given)


@pytest.fixture(scope="module", params=[pytest.param("beta", marks=pytest.mark.slow), "families"])
def found(request, tmp_path_factory):
    """Kind and database of a finished study of two budgets."""
    folder = tmp_path_factory.mktemp(request.param)
    succeed("run", written(folder, request.param), "--storage", database(folder))
    return request.param, database(folder)


def records(url, *roles):
    return Repository(url, create=False).measurements("sudoku4", roles)


@pytest.mark.slow
def test_every_trial_brings_its_settings_and_blocks_that_fit_its_steps(found):
    kind, url = found
    searched = records(url, "search")
    assert len(searched) == 30
    families = {record.candidate.family for record in searched}
    assert families == ({"beta"} if kind == "beta" else {"beta", "adaptive", "threshold"})
    for record in searched:
        brought = record.candidate.decoding
        assert ("order" in brought) == (record.candidate.family != "threshold")
        assert 0 <= brought["temperature"] <= 1
        assert brought["block_length"] in ({4, 8, 16} if record.steps == 4 else {8, 16})
        assert isinstance(brought["block_length"], int)
    labels = {record.label for record in searched}
    assert "order confidence, energy: linear" in labels
    assert "temperature 0, energy: linear" in labels
    assert "search" in labels


def test_optuna_has_the_settings_as_parameters(found):
    _, url = found
    trials = optuna_trials(url)
    assert len(trials) == 30
    for trial in trials:
        assert {"steps", "temperature", "block_length"} <= set(trial.params)
        assert trial.distributions["block_length"].choices == (8, 16, 4)
    assert {trial.params.get("order") for trial in trials} >= {"random", "confidence"}


def test_the_best_says_its_settings_and_baselines_have_the_usual_ones(found):
    _, url = found
    best = json.loads(succeed("best", "sudoku4", "--json", "--storage", url))
    shown = " ".join(succeed("best", "sudoku4", "--storage", url).split())
    for budget in best["budgets"]:
        chosen = budget["sampler"]
        assert {"temperature", "block_length"} <= set(chosen) <= {
            "order", "temperature", "block_length",
        }  # fmt: skip
        # Cells are folded between words.
        assert {"block_length", str(chosen["block_length"])} <= set(re.findall(r"\w+", shown))
        assert budget["verified"]
        for other in budget["families"].values():
            assert "temperature" in other["sampler"]
            assert "temperature" in other["label"]
    fresh = records(url, "verification")
    assert {m.label for m in fresh if not m.candidate.decoding} == {"linear", "sin2", "sine"}


def test_the_best_of_a_search_knows_its_baselines(tmp_path):
    url = database(tmp_path)
    succeed("run", written(tmp_path, "beta", trials=12), "--no-verify", "--storage", url)
    budget = json.loads(succeed("best", "sudoku4", "--json", "--storage", url))["budgets"][0]
    assert not budget["verified"]
    linear = next(
        record
        for record in records(url, "search")
        if record.label == "energy: linear" and record.steps == 4
    )
    # The usual settings are those of the baselines, but for one block, which is no block.
    assert linear.candidate.decoding == {"order": "random", "temperature": 1.0, "block_length": 16}


def test_the_exported_schedule_carries_the_settings(found, tmp_path):
    _, url = found
    best = json.loads(succeed("best", "sudoku4", "--json", "--storage", url))
    budget = next(one for one in best["budgets"] if one["steps"] == 4)
    target = tmp_path / "best.json"
    succeed("export", "sudoku4", "--steps", "4", "--storage", url, "--out", target, "--found")
    loaded = mdm_opt.load_schedule(target)
    assert loaded.schedule.block_length == budget["sampler"]["block_length"]
    assert loaded.sampler.temperature == budget["sampler"]["temperature"]
    if "order" in budget["sampler"]:
        assert loaded.sampler.order == budget["sampler"]["order"]
    assert "temperature" not in loaded.provenance.study_file["sampler"]


@pytest.mark.slow
def test_a_study_that_was_stopped_goes_on_as_it_would_have(found, tmp_path):
    kind, url = found
    whole = records(url, "search")
    for trials in (27, 30):
        path = written(tmp_path, kind, trials)
        succeed("run", path, "--no-verify", "--storage", database(tmp_path))
    parts = records(database(tmp_path), "search")
    assert [m.candidate for m in whole] == [m.candidate for m in parts]
    assert [m.label for m in whole][-4:] == ["search"] * 4


def test_the_kept_study_searches_the_same_space(found):
    _, url = found
    opened = open_study("sudoku4", url)
    names = [one.name for one in opened.space.dimensions(6)]
    assert names[-3:] == ["order", "temperature", "block_length"]
    assert opened.space.dimensions(6)[-1].searched == (8, 16)
    assert opened.space.dimensions(4)[-1].searched == (8, 16, 4)
    assert opened.problem.decoding.block_length is None


def test_report_and_study_show_what_is_searched(found, tmp_path):
    _, url = found
    succeed("report", "sudoku4", "--storage", url, "--out", tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    assert "temperature searched" in text
    assert "order searched" in text


def test_a_candidate_scores_what_a_study_that_fixes_its_settings_measures(tmp_path):
    values = {"order": "margin", "temperature": 0.5, "block_length": 8}
    fixed = "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
    searching = load_study_file(written(tmp_path, "beta"))
    fixing = load_study_file(
        write_study(tmp_path, SUDOKU4.replace("[space]", f"[sampler]\n{fixed}[space]"))
    )
    one, ids = beta(0.5, 0.5, 4), range(48)
    expected = measure(build_problem(fixing, None), one, ids)
    found = measure(build_problem(searching, None), replace(one, decoding=values), ids)
    assert found.scores.tolist() == expected.scores.tolist()
    assert found.nfe == expected.nfe
    usual = measure(build_problem(searching, None), one, ids)
    assert usual.scores.tolist() != found.scores.tolist()

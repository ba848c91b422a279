"""Studies of rules from the file to the export: calls are counted, and bound the candidates."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner
from study_files import SUDOKU4, database, optuna_trials, write_study

import mdm_opt
from mdm_opt.cli.main import main
from mdm_opt.config import parse_study
from mdm_opt.errors import InputError
from mdm_opt.handoff.formats import FORMATS
from mdm_opt.persistence import Repository
from mdm_opt.run.records import CALLS_ERRORS
from mdm_opt.study.problem import build_problem

FAMILIES = ("adaptive", "threshold", "entropy_bound")
SAMPLERS = {"adaptive": "tpe", "threshold": "shape", "entropy_bound": "gp"}


def succeed(*arguments):
    result = CliRunner().invoke(main, [*map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


def study_of(family):
    named = SUDOKU4.replace("[space]", f'[space]\nfamily = "{family}"')
    return named.replace("instances = 16", "instances = 24")


@pytest.fixture(
    scope="module",
    params=[
        "adaptive",
        *(pytest.param(one, marks=pytest.mark.slow) for one in FAMILIES if one != "adaptive"),
    ],
)
def found(request, tmp_path_factory):
    """Family and database of a finished study of two budgets."""
    folder = tmp_path_factory.mktemp(request.param)
    sampler = f'"{SAMPLERS[request.param]}"'
    path = write_study(
        folder, study_of(request.param), steps="[5, 8]", trials="24", sampler=sampler
    )
    succeed("run", path, "--storage", database(folder))
    return request.param, database(folder)


def records(url, *roles):
    return Repository(url, create=False).measurements("sudoku4", roles)


def test_calls_are_kept_for_each_instance_and_bound_the_candidates(found):
    _, url = found
    searched = records(url, "search")
    for record in searched:
        assert record.nfe == pytest.approx(record.calls.mean())
        assert record.guards == {"calls": pytest.approx(record.nfe - record.steps)}
        assert record.feasible == (record.nfe <= record.steps)
    assert {record.feasible for record in searched} == {True, False}


def test_the_best_costs_no_more_than_its_budget(found):
    family, url = found
    best = json.loads(succeed("best", "sudoku4", "--json", "--storage", url))
    searched = {record.trial_number: record for record in records(url, "search")}
    assert [budget["steps"] for budget in best["budgets"]] == [5, 8]
    for budget in best["budgets"]:
        assert budget["family"] == family
        assert budget["counts"] is None
        assert searched[budget["trial"]].feasible
        assert budget["verified"]
        assert budget["feasible"]
        fresh = next(
            one
            for one in records(url, "verification")
            if one.label == "best" and one.budget_steps == budget["steps"]
        )
        assert budget["calls"] == {
            "mean": pytest.approx(fresh.calls.mean()),
            "standard_error": pytest.approx(fresh.calls.std(ddof=1) / np.sqrt(len(fresh.calls))),
            "percentile_95": np.quantile(fresh.calls, 0.95, method="higher"),
            "most": fresh.calls.max(),
        }
        linear = budget["baselines"]["linear"]
        assert linear["nfe"] == linear["steps"] == np.ceil(budget["nfe"] - 1e-9)
    shown = " ".join(succeed("best", "sudoku4", "--storage", url).split())
    assert family in shown
    random = any(budget["calls"]["standard_error"] > 0 for budget in best["budgets"])
    assert ("±" in shown) == random


def test_fresh_instances_allow_for_the_error_of_the_mean(found):
    _, url = found
    fresh = [one for one in records(url, "selection", "verification") if one.guards]
    assert fresh
    for record in fresh:
        error = record.calls.std(ddof=1) / np.sqrt(len(record.calls))
        over = record.nfe - record.steps - CALLS_ERRORS * error
        assert record.guards == {"calls": pytest.approx(over)}
        assert record.feasible == (over <= 0)


def test_optuna_sees_parameters_and_constraints(found):
    family, url = found
    trials = optuna_trials(url)
    assert len(trials) == 24
    names = {name for trial in trials for name in trial.params}
    assert names == {"steps", *(key.name for key in mdm_opt.candidates.FAMILIES[family].keys)}


def test_every_format_carries_a_rule_or_says_why_not(found, tmp_path):
    family, url = found
    for name, entry in FORMATS.items():
        target = tmp_path / f"{name}{entry.suffix}"
        asked = [
            "export",
            "sudoku4",
            "--steps",
            "8",
            "--storage",
            url,
            "--format",
            name,
            "--found",
        ]
        result = CliRunner().invoke(main, [*asked, "--out", str(target)])
        if name == "json":
            assert result.exit_code == 0, result.output
            loaded = mdm_opt.load_schedule(target)
            assert loaded.candidate.family == family
            assert loaded.candidate.rule is not None
            with pytest.raises(ValueError, match=f"{family}.* has no fixed counts"):
                _ = loaded.counts
        elif result.exit_code == 0:
            assert entry.render_rule is not None
            assert family in target.read_text()
        else:
            assert result.exit_code == 2
            assert f"format {name}: " in result.stderr
            assert not target.exists()
            if entry.render_rule is None:
                assert f"schedule.family: '{family}' is not accepted" in result.stderr


def test_changed_files_are_refused(found, tmp_path):
    _, url = found
    target = tmp_path / "rule.json"
    succeed("export", "sudoku4", "--steps", "8", "--storage", url, "--out", target, "--found")
    whole = json.loads(target.read_text())
    for key, value, message in (
        ("counts", [2] * 8, "must be null .* in families of rules"),
        ("revealed", [0.0, 1.0], "contradicts"),
        ("rounding", "cumulative", "a rule of certainty needs"),
    ):
        target.write_text(json.dumps({**whole, "schedule": {**whole["schedule"], key: value}}))
        if key == "revealed" and whole["schedule"]["revealed"] == value:
            continue
        with pytest.raises(InputError, match=message):
            mdm_opt.load_schedule(target)


def test_reports_show_rules(found, tmp_path):
    family, url = found
    for name in ("report.html", "report.md"):
        succeed("report", "sudoku4", "--storage", url, "--out", tmp_path / name)
        assert family in (tmp_path / name).read_text()


def test_a_study_goes_on_with_the_same_command(found, tmp_path):
    family, url = found
    before = succeed("best", "sudoku4", "--json", "--storage", url)
    path = write_study(
        tmp_path, study_of(family), steps="[5, 8]", trials="24", sampler=f'"{SAMPLERS[family]}"'
    )
    assert succeed("run", path, "--storage", url, "--json") == before


def divergence(law, family="threshold"):
    return {
        "study": {"name": "exact"},
        "model": {"kind": "enumerated", "law": law},
        "space": {"family": family, "steps": [3]},
        "objective": {"kind": "divergence"},
        "search": {"trials": 5},
    }


def test_a_law_of_too_many_orders_is_refused_before_a_study_is_made(tmp_path, monkeypatch):
    (tmp_path / "wide.py").write_text(
        "from mdm_opt.models.enumerated import EnumeratedDenoiser\n"
        "from mdm_opt.models.laws import EnumeratedLaw\n"
        "def make():\n"
        "    return EnumeratedDenoiser(EnumeratedLaw.uniform([[0] * 7, [1] * 7], 'ab'))\n"
    )
    content = divergence("toy_balanced") | {"model": {"kind": "wide:make"}}
    for family in FAMILIES:
        content["space"] = {"family": family, "steps": [3]}
        with pytest.raises(InputError, match=rf"'divergence' with .*'{family}'.* 5040 .* orders"):
            build_problem(parse_study(content, ""), tmp_path)


def test_divergence_of_rules_is_exact(tmp_path):
    from mdm_opt.candidates import Candidate
    from mdm_opt.measurement import measure

    problem = build_problem(parse_study(divergence("toy_extremes"), ""), tmp_path)
    one_by_one = measure(problem, Candidate("threshold", 5, {"cutoff": 1.0}), [0])
    # After the first letter all others are certain, and the law is exact.
    assert one_by_one.value == pytest.approx(0, abs=1e-12)
    assert one_by_one.nfe == pytest.approx(2)
    at_once = measure(problem, Candidate("threshold", 5, {"cutoff": 0.4}), [0])
    assert at_once.nfe == pytest.approx(1, abs=1e-12)
    assert at_once.value == pytest.approx(1 - 2 / 32)
    assert at_once.guards == {"calls": -4.0}

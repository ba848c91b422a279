"""mdm-opt run, verify and best: the commands that take time, and what they end with."""

from __future__ import annotations

import json

import pytest
from commands import invoke, succeed
from study_files import database, write_study


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
            "steps", "family", "beta_a", "beta_b", "trial", "label", "nfe", "calls", "counts",
            "value", "interval", "verified",
            "feasible", "guards", "trials_since", "instances", "baselines", "gain_over_linear",
            "better_than_linear", "linear_steps_for_equal_quality", "linear_steps_interval",
            "equal_linear_sought",
            "families", "decided_early", "decision", "gain_over_baseline", "sampler",
            "against_reference", "keeps_quality", "only_score",
        }  # fmt: skip
        nfe = budget["nfe"]
        assert budget["calls"] == {
            "mean": nfe, "standard_error": 0.0, "percentile_95": nfe, "most": nfe,
        }  # fmt: skip
        assert budget["families"] == {}
        assert budget["decision"]["action"] in ("use", "keep", "measure")
        assert budget["decision"]["baseline"] == "linear"
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


TALKATIVE = """
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4

print("loaded")


class Talkative(EnumeratedDenoiser):
    def log_probs(self, tokens, positions):
        print("asked")
        return super().log_probs(tokens, positions)


def make():
    print("made")
    return Talkative(sudoku4())
"""


def test_what_a_model_prints_is_no_part_of_the_result(tmp_path):
    (tmp_path / "talkative_model.py").write_text(TALKATIVE)
    path = write_study(tmp_path)
    path.write_text(
        path.read_text().replace('"enumerated"\nlaw = "sudoku4"', '"talkative_model:make"')
    )
    url = database(tmp_path)
    ran = succeed("run", path, "--storage", url, "--json")
    assert json.loads(ran.stdout)["study"] == "sudoku4"
    for word in ("loaded", "made", "asked"):
        assert word in ran.stderr
    verified = succeed("verify", "sudoku4", "--storage", url, "--json")
    assert json.loads(verified.stdout)["study"] == "sudoku4"
    sampled = succeed("sample", "sudoku4", "--count", "2", "--storage", url, "--json")
    assert len(json.loads(sampled.stdout)["samples"]) == 2


def test_a_line_for_every_trial_and_stage_where_there_is_no_terminal(tmp_path):
    ran = succeed("run", write_study(tmp_path), "--storage", database(tmp_path))
    lines = ran.stderr.splitlines()
    assert sum(line.startswith("trial ") for line in lines) == 6
    assert any(line.startswith("trial 6 of 6: 4 steps, ") for line in lines)
    assert any(line.startswith("verifying: 4 steps: best at ") for line in lines)


ONCE = """
import pathlib


def score(samples):
    calls = pathlib.Path(__file__).with_suffix(".calls")
    calls.open("a").write("x")
    # After the rehearsal and a trial.
    return [float("nan") if calls.stat().st_size == 3 else 1.0] * len(samples)
"""


def test_what_is_unusual_is_said_once_where_there_is_no_terminal(tmp_path):
    (tmp_path / "fails_once.py").write_text(ONCE)
    path = write_study(tmp_path)
    verifier = 'kind = "validity"\nverifier = "sudoku"'
    own = 'kind = "fails_once:score"\ndirection = "maximize"'
    path.write_text(path.read_text().replace(verifier, own))
    ran = succeed("run", path, "--storage", database(tmp_path))
    assert ran.stderr.count("failed and will be tried again") == 1
    assert sum(line.startswith("trial ") for line in ran.stderr.splitlines()) == 6 + 1


def test_ctrl_c_ends_a_command_with_130(monkeypatch, finished):
    def interrupted(*_arguments):
        raise KeyboardInterrupt

    _, url, _ = finished
    monkeypatch.setattr("mdm_opt.results.best.best", interrupted)
    result = invoke("best", "sudoku4", "--storage", url)
    assert result.exit_code == 130
    assert result.stderr.strip() == "interrupted"

"""mdm-opt profile: what it prints, keeps, and refuses."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from study_files import SUDOKU4, database, write_study

from mdm_opt.cli.main import main


def invoke(tmp_path, *arguments, text=SUDOKU4):
    path = write_study(tmp_path, text)
    return CliRunner().invoke(
        main, ["profile", str(path), "--storage", database(tmp_path), *arguments]
    )


def test_every_schedule_of_every_step_budget_is_predicted(tmp_path):
    result = invoke(tmp_path, "--json", "--steps", "6,4", "--sequences", "48")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["sequences"] == found["new_sequences"] == 48
    # The first eight both ways and with six calls of the check, the rest in their own order.
    assert found["sequence_calls"] == 8 * (16 + 16 + 6) + 40 * 16
    assert [budget["steps"] for budget in found["budgets"]] == [4, 6]
    for budget in found["budgets"]:
        rows = {row["label"]: row for row in budget["schedules"]}
        assert list(rows) == [
            "linear", "sin2", "sine", "paper: (0.9, 0.3)", "paper: (1, 0.2)",
            "energy fit", "best Beta", "limit",
        ]  # fmt: skip
        assert rows["linear"]["linear_steps"] == budget["steps"]
        assert rows["best Beta"]["beta_a"] > 0
        assert sum(rows["limit"]["counts"]) == 16
        assert rows["best Beta"]["gain_over_linear"] > 2 * rows["best Beta"]["gain_standard_error"]
        assert rows["best Beta"]["linear_steps"] > budget["steps"]


def test_the_tables_say_what_is_measured_and_what_comes_next(tmp_path):
    result = invoke(tmp_path, "--sequences", "8")
    assert result.exit_code == 0, result.output
    assert "8 sequences (the model's own), 16 boundaries" in result.output
    assert "4 steps: predicted path KL in nats per sequence" in result.output
    assert "no schedule of random order is below" in result.output
    assert "next: mdm-opt run" in result.output
    again = invoke(tmp_path, "--sequences", "8")
    assert "0 sequences measured now" in again.output


def test_what_the_sequences_leave_open_is_said_and_how_to_have_less_of_it(tmp_path):
    text = SUDOKU4 + "[profile]\nsequences = 8\n"
    found = json.loads(invoke(tmp_path, "--json", text=text).stdout)
    left = found["budgets"][0]["expected_excess"]
    assert (found["precision"], found["most_sequences"]) == (0.02, 8)
    assert left > 0.02

    def shown(text, *arguments):
        return " ".join(invoke(tmp_path, *arguments, text=text).output.split())

    said = f"its choice is expected to cost more than the best Beta schedule by {left:.1%} at 4"
    more = "[profile] precision = 0.02 is wanted: raise [profile] sequences above 8 for less"
    assert f"{said} steps; {more}" in shown(text)
    for precision in ("0.9", "0"):
        quiet = shown(text + f"precision = {precision}\n")
        assert said in quiet
        assert "is wanted" not in quiet
    # Who asks for a number knows that it is one.
    assert "is wanted" not in shown(SUDOKU4, "--sequences", "8")


def test_where_there_are_no_more_sequences_none_are_asked_for(tmp_path):
    (tmp_path / "few.txt").write_text("1234341221434321\n2143432112343412\n" * 5)
    text = SUDOKU4 + '[profile]\nreferences = "few.txt"\nprecision = 1e-9\n'
    shown = " ".join(invoke(tmp_path, text=text).output.split())
    assert "is wanted, and 10 of 48 sequences are measured" in shown


# Any three of six tokens determine the rest; the boundaries are 0, 1, 3, 5.
CLIFF = """
import itertools
from mdm_opt.models.laws import EnumeratedLaw

def law():
    words = itertools.product(range(7), repeat=3)
    return EnumeratedLaw.uniform(
        [[(a + b * x + c * x * x) % 7 for x in range(6)] for a, b, c in words], "1234567"
    )
"""


def test_boundaries_placed_anew_are_shown(tmp_path):
    (tmp_path / "cliff.py").write_text(CLIFF)
    text = SUDOKU4.replace('"sudoku4"\n[space]', '"cliff:law"\n[space]')
    text += "[profile]\nboundaries = 4\nprecision = 0\n"
    result = invoke(tmp_path, "--json", "--sequences", "12", text=text)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["boundaries"], found["known"], found["placed"]) == (4, [0, 1, 2, 3, 5], [2])
    shown = invoke(tmp_path, "--sequences", "12", text=text).output
    assert "4 boundaries, " in shown
    assert "placed anew, because one interval of the first sequences held more" in shown
    assert "few steps cost: 2\n" in shown


def test_of_a_flat_profile_one_line_is_said_instead_of_tables(tmp_path):
    law = 'law = "flat_laws:pairs"\noptions = { flip = 0.5 }'
    text = SUDOKU4.replace('law = "sudoku4"', law)
    shown = invoke(tmp_path, "--steps", "2,5", "--sequences", "8", text=text)
    assert shown.exit_code == 0, shown.output
    assert "the profile is flat: nothing depends on the schedule. At 2, 5 steps" in shown.stdout
    assert "keep the linear schedule" in shown.stdout
    assert "path KL" not in shown.stdout
    assert "next:" not in shown.stdout
    result = invoke(tmp_path, "--json", "--steps", "2,5", "--sequences", "8", text=text)
    found = json.loads(result.stdout)
    assert found["flatness"]["flat"] is True
    assert [one["largest_difference"]["value"] for one in found["budgets"]] == pytest.approx(
        [0, 0], abs=1e-9
    )
    assert len(found["known"]) == 10


def test_ancestral_reveal_has_a_limit_too(tmp_path):
    text = SUDOKU4.replace("[space]", '[sampler]\nreveal = "ancestral"\n[space]')
    result = invoke(tmp_path, "--json", "--sequences", "16", text=text)
    assert result.exit_code == 0, result.output
    (budget,) = json.loads(result.stdout)["budgets"]
    rows = {row["label"]: row for row in budget["schedules"]}
    assert rows["limit"]["counts"] is None
    assert rows["limit"]["value"] < rows["linear"]["value"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--steps", "4,x"], "--steps: '4,x' is not accepted: whole numbers"),
        (["--steps", "0"], "--steps: '0' is not accepted"),
        (["--steps", "17"], "--steps: 17 is not accepted: the model writes 16 tokens"),
        (["--sequences", "2"], "2 is not in the range 4<=x<=65536"),
    ],
)
def test_bad_options_are_refused_in_one_line(tmp_path, arguments, message):
    result = invoke(tmp_path, *arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "test.db").exists()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("[profile]\nsequences = 3\n", "[profile] sequences: 3 is not accepted"),
        ("[profile]\nprecision = 1.5\n", "[profile] precision: 1.5 is not accepted"),
        ("[profile]\nreferences = 'no.txt'\n", "[profile] references: cannot read"),
        ("[profile]\nlength = 4\n", "length"),
    ],
)
def test_bad_tables_are_refused_in_one_line(tmp_path, table, message):
    result = invoke(tmp_path, text=SUDOKU4 + table)
    assert result.exit_code == 2
    assert message in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert not (tmp_path / "test.db").exists()


def test_references_that_the_objective_names_are_refused_under_its_key(tmp_path):
    text = SUDOKU4.replace(
        'kind = "validity"\nverifier = "sudoku"', 'kind = "path_kl"\nreferences = "no.txt"'
    )
    result = invoke(tmp_path, text=text)
    assert result.exit_code == 2
    assert "[objective] references: cannot read" in result.output

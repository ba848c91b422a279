"""Studies beside each other, in words and rows."""

from __future__ import annotations

import pytest

from mdm_opt.results.side_by_side import ComparedResult, Comparison, GainResult
from mdm_opt.results.side_by_side_text import compared_headings, compared_rows, compared_said


def gain(value, low, high, **changes):
    given = {"study": "a", "steps": 8, "unpaired": [], "instances": 64, "same_schedule": False}
    return GainResult(value=value, interval=(low, high), **(given | changes))


def row(study, found=None, *, order="random", **changes):
    given = {
        "study": study, "steps": 8, "model": "bundled", "model_fingerprint": "f", "length": 36,
        "seed": 0, "trials": 24, "label": "beta(0.5, 0.5)", "nfe": 8.0, "value": 0.5,
        "sampler": {"order": order, "temperature": 1.0, "reveal": "fixed"},
        "interval": (0.4, 0.6), "verified": True, "feasible": True, "instances": 64, "gain": found,
    }  # fmt: skip
    return ComparedResult(**(given | changes))


def compared(*rows):
    return Comparison(
        studies=list(dict.fromkeys(one.study for one in rows)),
        objective="validity",
        unit="share",
        direction="maximize",
        confidence=0.95,
        budgets=rows,
    )


def said(*rows):
    return compared_said(compared(*rows), "verify {}".format)


def test_settings_that_differ_have_columns_and_the_others_one_line():
    found = compared(row("a"), row("b", gain(0.1, 0.05, 0.15), order="entropy", trials=40))
    assert compared_headings(found) == (
        "study", "steps", "order", "trials", "schedule", "NFE", "validity", "95% interval",
        "gain over a", "compared on",
    )  # fmt: skip
    first, second = compared_rows(found)
    assert first.cells == (
        "a", "8", "random", "24", "beta(0.5, 0.5)", "8", "0.5", "[0.4, 0.6]", "", "",
    )  # fmt: skip
    assert second.cells[2:4] == ("entropy", "40")
    assert second.cells[-2:] == ("0.1 [0.05, 0.15]", "64 pairs")
    assert (first.best, second.best) == (False, True)
    lines = compared_said(found, "verify {}".format)
    assert lines[0] == "the same in all: model bundled, temperature 1"
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.01, 0.2, "b, 8 steps: better than a, 8 steps; the interval of the gain excludes zero"),
        (-0.2, -0.1, "b, 8 steps: worse than a, 8 steps; the interval of the gain excludes zero"),
        (
            -0.2,
            0.1,
            "b, 8 steps: no difference from a, 8 steps is shown; the interval of the gain "
            "includes zero",
        ),
    ],
)
def test_a_gain_is_said(low, high, words):
    assert said(row("a"), row("b", gain((low + high) / 2, low, high)))[1:] == [words]


def test_what_is_not_paired_says_why_and_what_samples_the_same_that_it_does():
    other = gain(0.1, -0.1, 0.3, unpaired=["seed", "step count"], same_schedule=True)
    found = compared(row("a"), row("b", other))
    assert compared_rows(found)[1].cells[-1] == "unpaired"
    (line,) = compared_said(found, "verify {}".format)[1:]
    assert line.startswith("b, 8 steps: same schedule; no difference from a, 8 steps is shown")
    assert line.endswith("; not paired, for they differ in seed, step count")


def test_what_is_not_verified_says_how_to():
    lines = said(row("a"), row("b", verified=False))
    assert lines[1:] == ["b: not verified (~): the best of a search is biased; run 'verify b'"]
    (_, second) = compared_rows(compared(row("a"), row("b", verified=False)))
    assert second.cells[4:6] == ("~0.5", "not verified")
    assert "b, 8 steps: its guards do NOT hold" in said(row("a"), row("b", feasible=False))


def test_several_gains_hold_together():
    lines = said(row("a"), *(row(name, gain(0.1, 0.05, 0.15)) for name in "bc"))
    assert lines[-1] == "all 2 intervals of gains hold together with 95% confidence"

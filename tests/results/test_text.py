"""Results in words: what a table says, and that no more is claimed than was verified."""

from __future__ import annotations

from dataclasses import replace

import pytest
from search_spaces import study_file, validity_file

from mdm_opt.candidates import baseline, beta, counts_candidate
from mdm_opt.results.best_result import (
    BaselineResult,
    BestResult,
    BudgetResult,
    CallsResult,
    FamilyResult,
    ValueResult,
)
from mdm_opt.results.decision import FewerCalls, decide
from mdm_opt.results.text import (
    Row,
    conclusions,
    gain_words,
    headings,
    interval,
    markdown_table,
    metric_words,
    number,
    result_rows,
    schedule_words,
)
from mdm_opt.statistics import Estimate

LINEAR = BaselineResult(
    candidate=baseline("linear", 5),
    value=3.0,
    interval=(2.5, 3.5),
    label="beta(0.500, 0.500)",
    steps=5,
    nfe=5.0,
    instances=128,
)


def budget(gain=(1.0, 0.5, 1.5), steps=4, **changes):
    """A verified budget whose gain over linear has this value, low end and high end."""
    value, *ends = gain or (0.0, 0.0, 0.0)
    values = {
        "steps": steps,
        "candidate": beta(0.9, 0.3, steps),
        "trial": 3,
        "label": "search",
        "nfe": float(steps),
        "counts": [4] * steps,
        "value": 2.0,
        "interval": (1.5, 2.5),
        "verified": True,
        "feasible": True,
        "trials_since": 0,
        "instances": 256,
        "calls": CallsResult(mean=steps, standard_error=0, percentile_95=steps, most=steps),
        "families": {},
        "decided_early": False,
        "decision": decide(Estimate(value, *ends), 256) if gain else None,
        "baselines": {"linear": LINEAR},
        "gain_over_linear": ValueResult(value=value, interval=tuple(ends)) if gain else None,
        "gain_over_baseline": None,
        "against_reference": None,
        "keeps_quality": None,
        "better_than_linear": gain is not None and ends[0] > 0,
        "linear_steps_for_equal_quality": None,
        "linear_steps_interval": None,
        "equal_linear_sought": False,
    }
    return BudgetResult(**(values | changes))


def result(*budgets, **changes):
    values = {
        "study": "s",
        "objective": "judge_nll",
        "unit": "nats",
        "direction": "minimize",
        "confidence": 0.95,
        "claim_error_rate": 0.025,
        "trials": 40,
        "goal": None,
        "budgets": list(budgets),
    }
    return BestResult(**(values | changes))


def said(*budgets):
    return conclusions(result(*budgets), "mdm-opt verify s")


ONE_CLAIM = "with probability at least 97.5% no claim 'better than linear' of this study is wrong"


def test_the_objective_is_named_with_its_unit_and_what_is_better():
    assert metric_words(result()) == "judge_nll in nats (less is better)"
    assert metric_words(result(direction="maximize")) == "judge_nll in nats (more is better)"


def test_every_row_has_a_cell_for_every_heading_and_the_best_comes_last():
    found = result(budget(), confidence=0.9)
    assert headings(found) == (
        "steps", "schedule", "NFE", "judge_nll", "90% interval", "gain over linear", "instances",
    )  # fmt: skip
    assert result_rows(found) == [
        Row(("5", "linear", "5", "3", "[2.5, 3.5]", "", "128"), best=False),
        Row(
            ("4", "best: beta(0.900, 0.300)", "4", "2", "[1.5, 2.5]", "1 [0.5, 1.5]", "256"),
            best=True,
        ),
    ]


def test_without_a_linear_baseline_the_gain_is_left_empty():
    (row,) = result_rows(result(budget(gain=None, baselines={})))
    assert row.cells[5] == ""


def other(low, high):
    return FamilyResult(
        value=1.5,
        interval=(1.0, 2.0),
        label="threshold(0.9)",
        parameters={"cutoff": 0.9},
        calls=CallsResult(mean=3.5, standard_error=0.25, percentile_95=6, most=9),
        instances=128,
        gain_of_best=ValueResult(value=(low + high) / 2, interval=(low, high)),
    )


def test_the_best_of_every_family_has_a_row_and_the_winner_is_said():
    families = {"threshold": other(0.1, 0.9), "adaptive": other(-0.1, 0.5)}
    found = result(budget(families=families))
    assert [row.best for row in result_rows(found)] == [False, False, False, True]
    assert result_rows(found)[1].cells == (
        "4", "best of threshold: threshold(0.9)", "3.5 ± 0.25 (95%: 6, most 9)", "1.5", "[1, 2]",
        "", "128",
    )  # fmt: skip
    assert said(budget(families=families))[1] == (
        "4 steps: the family beta is the best; better than threshold; no difference from adaptive "
        "is shown"
    )
    assert not any("family" in line for line in said(budget()))


def test_a_schedule_that_is_counts_is_all_of_them():
    assert schedule_words(budget()) == "beta(0.900, 0.300)"
    counts = counts_candidate([1, 3, 12])
    assert schedule_words(budget(candidate=counts)) == "counts 1 3 12"
    cold = replace(counts, decoding={"temperature": 0.0})
    assert schedule_words(budget(candidate=cold)) == "counts 1 3 12, temperature 0"


def test_what_is_not_verified_claims_nothing():
    unverified = budget(verified=False, better_than_linear=None)
    assert said(unverified) == [
        "4 steps: not verified: the best of a search is biased; run 'mdm-opt verify s'"
    ]


@pytest.mark.parametrize(
    ("gain", "words"),
    [
        ((1.0, 0.5, 1.5), "better than linear; the interval of the gain excludes zero"),
        ((-1.0, -1.5, -0.5), "worse than linear; the interval of the gain excludes zero"),
        ((0.1, -0.1, 0.3), "no difference from linear is shown; the interval of the gain includ"),
        ((0.1, 0.0, 0.2), "no difference from linear is shown; the interval of the gain includ"),
        (None, "linear was not measured beside it"),
    ],
)
def test_what_is_said_is_what_the_interval_of_the_gain_says(gain, words):
    first, *rest = said(budget(gain))
    assert first.startswith(f"4 steps: {words}")
    assert rest == ([ONE_CLAIM] if first.startswith("4 steps: better") else [])


@pytest.mark.parametrize(
    ("gain", "words"),
    [
        # Half of 0.4 at 256 instances: four times as many for half of it.
        ((0.1, -0.1, 0.3), "; to show a gain of 0.1 takes about 1024 instances"),
        ((-0.1, -0.3, 0.1), "; keep linear"),
        ((0.0, -0.3, 0.3), "; keep linear"),
        # It would take 25 times as many.
        ((0.04, -0.16, 0.24), "; keep linear"),
        ((1.0, 0.5, 1.5), ""),
    ],
)
def test_what_showing_a_gain_takes_is_said_where_there_may_be_one(gain, words):
    first, *_ = said(budget(gain))
    assert first.partition("includes zero")[2] == words


def test_which_gain_can_be_shown_is_known_beforehand_for_shares():
    one = study_file(steps=(4,))
    said = gain_words(one, "share")
    # 1.96 sqrt(1/2 / 256), and four times as many for half of it.
    assert said == (
        "256 verification instances show gains of 8.66 points and more; 4.33 points take 1024"
    )
    assert gain_words(one, "nats") == ""
    several = gain_words(study_file(steps=(4, 6, 8)), "share")
    assert float(several.partition("gains of ")[2].split()[0]) > 10


@pytest.mark.parametrize(
    ("wanted", "lost"),
    [
        ({"quality": 0.98}, "at most 2 may be lost, which takes 3382"),
        ({"margin": 0.1}, "at most 10 may be lost"),
        ({"margin": 0}, "at most 0 may be lost"),
    ],
)
def test_where_calls_are_the_goal_it_is_said_which_loss_can_be_excluded(wanted, lost):
    goal = {"search": {"goal": "calls", **wanted}}
    # 1.6449 sqrt(1/2 / 256): one-sided at 5%; 7.27 / 2 squared times 256 instances.
    assert gain_words(validity_file(**goal), "share") == (
        "256 verification instances show, of fewer calls that lose nothing, that they lose less "
        f"than 7.27 points; {lost}"
    )
    assert gain_words(validity_file(**goal), "nats") == ""


@pytest.mark.parametrize(
    ("steps", "sought", "words"),
    [(9, True, "; linear needs 9 steps for the same"), (None, True, "; linear never does"),
     (None, False, "")],
)  # fmt: skip
def test_how_many_linear_steps_are_as_good_is_said_where_it_was_looked_for(steps, sought, words):
    changes = {"linear_steps_for_equal_quality": steps, "equal_linear_sought": sought}
    better = "4 steps: better than linear; the interval of the gain excludes zero"
    assert said(budget(**changes))[0] == better + words
    # Of a schedule that is not better it would say nothing.
    assert "needs" not in said(budget((-1.0, -1.5, -0.5), **changes))[0]


@pytest.mark.parametrize(
    ("steps", "ends", "words"),
    [
        (9, (7, 12), "; linear needs about 9 steps for the same (at least 7, at most 12)"),
        (9, (7, None), "; linear needs about 9 steps for the same (at least 7)"),
        (None, (20, None), "; linear needs at least 20 steps for the same"),
    ],
)
def test_how_well_the_linear_steps_are_known_is_said_where_they_were_probed(steps, ends, words):
    changes = {"linear_steps_for_equal_quality": steps, "linear_steps_interval": ends}
    better = "4 steps: better than linear; the interval of the gain excludes zero"
    assert said(budget(**changes, equal_linear_sought=True))[0] == better + words


def test_where_half_of_the_instances_decided_is_said():
    first, *_ = said(budget(decided_early=True, instances=128))
    assert first.endswith("the interval of the gain excludes zero; 128 instances decided")


OWN = BaselineResult(
    candidate=beta(2.0, 2.0, 4),
    value=2.0,
    interval=(1.5, 2.5),
    label="mine",
    steps=4,
    nfe=4.0,
    instances=256,
)
NO_OTHER = "no difference from the baseline mine is shown; the interval of the gain includes zero"


@pytest.mark.parametrize(
    ("gain", "words"),
    [
        ((0.2, 0.1, 0.3), "better than the baseline mine; the interval of the gain excludes zero"),
        ((0.1, -0.1, 0.3), f"{NO_OTHER}; to show a gain of 0.1 takes about 1024 instances"),
        ((-0.1, -0.2, 0.1), f"{NO_OTHER}; keep the baseline mine"),
    ],
)
def test_the_baseline_of_the_user_decides_and_linear_is_said_beside_it(gain, words):
    found = budget(
        (0.1, -0.1, 0.3),
        baselines={"linear": LINEAR, "baseline": OWN},
        gain_over_baseline=ValueResult(value=gain[0], interval=gain[1:]),
        decision=decide(Estimate(*gain), 256, baseline="mine"),
    )
    assert said(found) == [
        f"4 steps: {words}",
        "4 steps: no difference from linear is shown; the interval of the gain includes zero",
    ]
    assert result_rows(result(found))[1].cells[1] == "baseline: mine"


SAVED = "with 4 calls of a sequence instead of 9.5"


@pytest.mark.parametrize(
    ("gain", "words"),
    [
        (
            (0.2, 0.1, 0.3),
            f"better than the baseline mine, {SAVED}; the interval of the gain excludes zero",
        ),
        (
            (0.1, -0.1, 0.3),
            f"as good as the baseline mine within the interval of the gain [-0.1, 0.3], {SAVED}; "
            "to show a gain of 0.1 takes about 1024 instances",
        ),
        (
            (-0.1, -0.2, 0.1),
            f"as good as the baseline mine within the interval of the gain [-0.2, 0.1], {SAVED}; "
            "keep the baseline mine unless the calls are worth it",
        ),
    ],
)
def test_calls_that_are_saved_are_said_beside_what_may_be_lost(gain, words):
    calls = FewerCalls(mean=4.0, baseline=9.5, interval=(5.0, 6.0))
    found = budget(
        (0.1, -0.1, 0.3),
        baselines={"linear": LINEAR, "baseline": OWN},
        gain_over_baseline=ValueResult(value=gain[0], interval=gain[1:]),
        decision=decide(Estimate(*gain), 256, baseline="mine", calls=calls),
    )
    assert said(found)[0] == f"4 steps: {words}"


def test_that_there_is_nothing_to_gain_is_an_answer():
    same = decide(Estimate(0.0, -0.02, 0.02), 256, same=True)
    (line,) = said(budget((0.0, -0.02, 0.02), decision=same))
    assert line == ("4 steps: same schedule as linear: nothing to gain; keep linear")


def test_a_baseline_that_samples_as_the_best_does_says_so():
    same = LINEAR.model_copy(update={"same_schedule": True})
    found = result(budget(baselines={"linear": LINEAR, "sin2": same}))
    gains = [row.cells[headings(found).index("gain over linear")] for row in result_rows(found)]
    assert gains == ["", "same schedule", "1 [0.5, 1.5]"]
    # Where the user's own baseline decides, linear is said beside it.
    own = ValueResult(value=1.0, interval=(0.5, 1.5))
    lines = said(
        budget(
            (0.0, -0.02, 0.02),
            baselines={"linear": same, "baseline": OWN},
            gain_over_baseline=own,
            decision=decide(Estimate(1.0, 0.5, 1.5), 256, baseline="mine"),
        )
    )
    assert lines[1] == "4 steps: same schedule as linear"


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_a_metric_that_separates_nothing_is_said_to(score):
    (line,) = said(budget((0.0, -0.02, 0.02), only_score=score))
    assert line == (
        f"4 steps: the metric separates nothing: every sample of every schedule scores {score:g}; "
        "choose another metric, or step counts at which samples differ"
    )


def test_one_of_something_has_no_s():
    lines = said(budget(steps=1, trials_since=1))
    assert lines[0].startswith("1 step: better than linear")
    assert lines[1].startswith("1 step: 1 trial is newer than this verification; run ")


def test_guards_that_do_not_hold_and_newer_trials_are_said_of_their_budget():
    lines = said(budget(steps=4), budget(steps=8, feasible=False, trials_since=7))
    assert lines[1].startswith("8 steps: better than linear")
    assert lines[2:] == [
        "8 steps: its guards do NOT hold on the verification instances",
        "8 steps: 7 trials are newer than this verification; run 'mdm-opt verify s'",
        ONE_CLAIM,
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (2.0, "2"),
        (1 / 3, "0.3333"),
        (-12345.6, "-12,346"),
        (1234.5, "1234"),
        (1e15, "1e+15"),
        (1e-9, "1e-09"),
    ],
)
def test_numbers_have_four_digits(value, text):
    assert number(value) == text
    assert interval((value, 1.0)) == f"[{text}, 1]"


def test_in_a_table_of_markdown_the_best_is_bold_and_nothing_ends_a_cell():
    rows = [Row(("4", "a|b", ""), best=False), Row(("4", "best\nof all", ""), best=True)]
    assert markdown_table(["steps", "sche|dule", "gain"], rows) == (
        "| steps | sche\\|dule | gain |\n"
        "| --- | --- | --- |\n"
        "| 4 | a\\|b |  |\n"
        "| **4** | **best of all** |  |"
    )

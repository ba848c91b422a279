"""tune(): families, baselines and goals as arguments."""

from __future__ import annotations

import pytest

from mdm_opt.errors import InputError
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import LAWS
from mdm_opt.sudoku import is_valid
from mdm_opt.tuning import tune

SMALL = {"steps": 8, "instances": 16, "verify_instances": 32, "top": 1, "progress": False}


@pytest.fixture(scope="module")
def model():
    return EnumeratedDenoiser(LAWS["sudoku4"]())


def test_several_families_and_a_baseline(model):
    found = tune(
        model,
        is_valid,
        trials=8,
        families=["beta", "threshold"],
        baseline={"family": "threshold", "cutoff": 0.9, "block_length": 4},
        **SMALL,
    )
    (budget,) = found.best.budgets
    assert set(budget.families) | {budget.candidate.family} == {"beta", "threshold"}
    assert budget.baselines["baseline"].label == "threshold(0.900), block_length 4"
    assert budget.gain_over_baseline.interval[0] <= budget.gain_over_baseline.value
    assert budget.decision.baseline == budget.baselines["baseline"].label
    assert "baseline: threshold" in str(found)


def test_the_fewest_calls(model):
    changes = {"steps": [2, 10], "verify_instances": 96}
    found = tune(
        model, is_valid, trials=6, goal="calls", margin=0.3,
        reference={"family": "linear", "steps": 16}, **SMALL | changes,
    )  # fmt: skip
    assert found.best.goal.steps == 10
    assert found.best.goal.margin == 0.3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"goal": "calls"}, "goal = 'calls' needs one of quality and margin, got none"),
        ({"baseline": {"family": "junk"}}, "baseline: .*family: 'junk' is not accepted"),
        (
            {"baseline": {"family": "linear", "block_length": 5}},
            "baseline: .*5",
        ),
        ({"family": "beta", "families": ["beta", "free"]}, "family and families"),
        ({"tolerance": 2.0}, "tolerance: 2.0 is not accepted"),
    ],
)
def test_what_does_not_fit_is_refused_by_the_argument(model, arguments, message):
    with pytest.raises(InputError, match=message):
        tune(model, is_valid, trials=4, **SMALL, **arguments)

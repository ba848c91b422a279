"""The settings of samplers whose steps lead along a grid of alphas."""

from __future__ import annotations

import itertools
import re
from typing import Any

import numpy as np
import pytest
from study_contents import refusal

from mdm_opt.candidates import BirthsDecoding, GridPlan, Rule, StepCosts, UniformDecoding
from mdm_opt.candidates.grid_decoding import GridDecoding
from mdm_opt.schedules import named_schedule
from mdm_opt.schedules.step_costs import PairTable, RateTable

LINEAR, SIN2 = named_schedule("linear"), named_schedule("sin2")
# sin^2 at 30 and 60 degrees.
THIRDS = [0.0, 0.25, 0.75, 1.0]


@pytest.mark.parametrize("decoding", [BirthsDecoding(), UniformDecoding()])
def test_without_other_ends_a_grid_is_the_schedule(decoding: GridDecoding) -> None:
    assert decoding.ends == (0.0, 1.0)
    assert decoding.inner_steps(3) == 3
    assert decoding.alphas(SIN2, 3) == pytest.approx(THIRDS)
    assert decoding.alphas(LINEAR, 1).tolist() == [0.0, 1.0]
    for steps in (1, 2, 7, 64):
        grid = decoding.alphas(SIN2, steps)
        assert (len(grid), grid[0], grid[-1]) == (steps + 1, 0.0, 1.0)


def test_the_schedule_leads_from_the_first_alpha() -> None:
    found = UniformDecoding(first_alpha=0.2).alphas(SIN2, 3)
    assert found == pytest.approx([0.2, 0.4, 0.8, 1.0])
    assert (found[0], found[-1]) == (0.2, 1.0)


def test_from_the_last_alpha_the_last_call_leads_to_the_clean_sequence() -> None:
    decoding = UniformDecoding(first_alpha=0.1, last_alpha=0.9)
    assert (decoding.ends, decoding.inner_steps(4)) == ((0.1, 0.9), 3)
    found = decoding.alphas(SIN2, 4)
    assert found == pytest.approx([0.1, 0.3, 0.7, 0.9, 1.0])
    # To the last bit, whatever the schedule.
    assert found[[0, 3, 4]].tolist() == [0.1, 0.9, 1.0]
    # The only step says nothing of the schedule.
    assert decoding.alphas(SIN2, 1).tolist() == [0.1, 1.0]
    assert decoding.alphas(SIN2, 2).tolist() == [0.1, 0.9, 1.0]


def test_ends_are_met_to_the_last_bit() -> None:
    """Hundredths, of which some differences are not exact."""
    hundredths = [k / 100 for k in range(1, 100)]
    for first, last in itertools.combinations(hundredths[::7], 2):
        found = UniformDecoding(first_alpha=first, last_alpha=last).alphas(LINEAR, 4)
        assert (found[0], found[-2]) == (first, last)


def test_many_schedules_are_placed_together() -> None:
    decoding = UniformDecoding(first_alpha=0.1, last_alpha=0.9)
    revealed = np.array([THIRDS, [0.0, 0.5, 0.5, 1.0]])
    found = decoding.placed(revealed)
    assert found == pytest.approx(np.array([[0.1, 0.3, 0.7, 0.9, 1.0], [0.1, 0.5, 0.5, 0.9, 1.0]]))
    assert BirthsDecoding().placed(revealed) is revealed


def test_a_plan_has_a_call_for_every_step_and_no_counts() -> None:
    plan = UniformDecoding(first_alpha=0.2, last_alpha=0.8).plan(SIN2, 4, 5)
    assert isinstance(plan, GridPlan)
    assert (plan.counts, plan.length, plan.steps, plan.nfe) == (None, 5, 4, 4.0)
    assert plan.grid == pytest.approx([0.2, 0.35, 0.65, 0.8, 1.0])
    assert plan.realised == pytest.approx([0, 0.1875, 0.5625, 0.75, 1])
    # More steps than numbers of a sequence.
    assert BirthsDecoding().plan(LINEAR, 9, 2).nfe == 9.0
    for decoding in (BirthsDecoding(), UniformDecoding()):
        assert decoding.most_steps(5) == 256
        said = f"^models of process '{decoding.process}' are not sampled by rules$"
        with pytest.raises(ValueError, match=said):
            decoding.plan(LINEAR, 4, 5, Rule("entropy", 0.1))


def test_costs_are_those_of_the_table_that_has_so_many_cells() -> None:
    births = BirthsDecoding().costs(np.ones(16))
    assert isinstance(births, StepCosts)
    assert isinstance(births.table, RateTable)
    assert (births.table.count, births.draws) == (16, None)
    draws = np.ones((3, 136))
    uniform = UniformDecoding(first_alpha=0.1).costs(np.ones(136), draws)
    assert isinstance(uniform.table, PairTable)
    assert (uniform.table.count, uniform.decoding.ends) == (16, (0.1, 1.0))
    assert uniform.draws is draws


def test_what_results_are_compared_with() -> None:
    assert BirthsDecoding.baselines == ("linear", "sin2", "logit")
    assert UniformDecoding.baselines == ("linear", "constant_rate", "exponential_rate")
    assert BirthsDecoding.share_words != UniformDecoding.share_words


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            {"first_alpha": 0.9, "last_alpha": 0.5},
            "first_alpha = 0.9 must be below last_alpha = 0.5",
        ),
        (
            {"first_alpha": 0.5, "last_alpha": 0.5},
            "first_alpha = 0.5 must be below last_alpha = 0.5",
        ),
        (
            {"step": "euler"},
            "step = 'euler' needs first_alpha above 0, got 0: from there rates take for ever; "
            "0.01 is usual",
        ),
        (
            {"step": "flow", "last_alpha": 0.9},
            "step = 'flow' needs first_alpha above 0, got 0: from there rates take for ever; "
            "0.01 is usual",
        ),
        ({"first_alpha": 1.0}, "Input should be less than 1"),
        ({"first_alpha": -0.1}, "Input should be greater than or equal to 0"),
        ({"last_alpha": 0.0}, "Input should be greater than 0"),
        ({"last_alpha": 1.1}, "Input should be less than or equal to 1"),
        ({"first_alpha": float("nan")}, "Input should be"),
        ({"step": "gillespie"}, "Input should be 'ancestral', 'euler' or 'flow'"),
    ],
)
def test_alphas_and_steps_that_make_no_sampler_are_refused(keys: Any, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        UniformDecoding(**keys)


@pytest.mark.parametrize("births", ["binomial", "randomised"])
def test_births_of_a_rounded_rest_have_no_path_kl(births: Any) -> None:
    BirthsDecoding().check_exact("path_kl")
    BirthsDecoding(births=births).check_exact("divergence")
    said = (
        f"objective 'path_kl' is not accepted with births = {births!r}: a rounded rest cannot be "
        "as large as the exact one, so that its path KL is infinite; accepted: 'poisson'"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        BirthsDecoding(births=births).check_exact("path_kl")


@pytest.mark.parametrize("step", ["euler", "flow"])
def test_steps_by_rates_have_no_path_kl(step: Any) -> None:
    UniformDecoding(first_alpha=0.1, last_alpha=0.9).check_exact("path_kl")
    decoding = UniformDecoding(step=step, first_alpha=0.01)
    decoding.check_exact("divergence")
    said = (
        f"objective 'path_kl' is not accepted with step = {step!r}: such a step may lack "
        "changes that the exact reverse step makes, so that its path KL can be infinite; "
        "accepted: 'ancestral'"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        decoding.check_exact("path_kl")


def study(process: str, **sampler: Any) -> dict[str, Any]:
    """A study file of a process."""
    return {
        "study": {"name": "s"},
        "model": {"kind": "enumerated", "law": "count_templates", "process": process},
        "space": {"steps": [4]},
        "objective": {"kind": "path_kl"},
        "search": {"trials": 4},
        "sampler": sampler,
    }


@pytest.mark.parametrize(
    ("process", "key", "value", "known"),
    [
        ("births", "order", "random", "births"),
        ("births", "step", "euler", "births"),
        ("births", "first_alpha", 0.1, "births"),
        ("uniform", "births", "poisson", "step, first_alpha, last_alpha"),
        ("uniform", "temperature", 1.0, "step, first_alpha, last_alpha"),
        ("masked", "births", "poisson", "order, temperature"),
        ("masked", "last_alpha", 0.9, "order, temperature"),
    ],
)
def test_keys_of_another_process_are_refused_by_name(
    process: str, key: str, value: Any, known: str
) -> None:
    found = refusal(study(process, **{key: value}))
    assert f"[sampler] {key}: unknown key" in found
    assert known in found


def test_a_study_says_why_its_path_kl_is_infinite() -> None:
    found = refusal(study("births", births="binomial"))
    assert "objective 'path_kl' is not accepted with births = 'binomial'" in found
    found = refusal(study("uniform", step="flow", first_alpha=0.01))
    assert "objective 'path_kl' is not accepted with step = 'flow'" in found

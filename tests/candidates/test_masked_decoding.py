"""The settings of the sampler of masked models, and what a schedule does under them."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from mdm_opt.candidates import MaskedDecoding, baseline, beta
from mdm_opt.candidates.plan import Rule
from mdm_opt.errors import InputError

LINEAR = baseline("linear", 4).schedule


def test_values_of_the_decoding_take_precedence() -> None:
    found = MaskedDecoding(temperature=0.7).with_values({"order": "margin"})
    assert (found.order, found.temperature) == ("margin", 0.7)
    with pytest.raises(ValueError, match=r"^end_last needs order = .*got order = 'random'$"):
        MaskedDecoding(order="margin", end_last=True).with_values({"order": "random"})


def test_plans_are_shared_and_cannot_be_written_into() -> None:
    plan = beta(0.9, 0.2, 4).plan(MaskedDecoding(), 16)
    assert plan is beta(0.9, 0.2, 4).plan(MaskedDecoding(), 16)
    for array in (plan.grid, plan.counts):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"rounding": "cumulative"}, "rounding cannot be searched; order, temperature, guidance"),
        ({"temperature": 200.0}, "temperature: 200.0 is not accepted: Input should be less than"),
        ({"guidance": "much"}, "guidance: 'much' is not accepted: Input should be a valid number"),
    ],
)
def test_what_a_candidate_cannot_bring_is_refused(values: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        MaskedDecoding().with_values(values)


def test_nothing_brought_changes_nothing() -> None:
    decoding = MaskedDecoding(temperature=0.7)
    assert decoding.with_values({}) is decoding


def test_fixed_counts_are_realised_and_cost_a_call_a_step() -> None:
    plan = MaskedDecoding().plan(baseline("sin2", 4).schedule, 4, 10)
    assert plan.counts.tolist() == [1, 4, 4, 1]
    assert plan.realised.tolist() == [0.0, 0.1, 0.5, 0.9, 1.0]
    assert plan.grid == pytest.approx([0, 0.146447, 0.5, 0.853553, 1], abs=1e-6)
    assert (plan.steps, plan.length, plan.nfe) == (4, 10, 4.0)


def test_steps_that_reveal_nothing_cost_no_call() -> None:
    plan = MaskedDecoding(rounding="cumulative").plan(LINEAR, 4, 2)
    assert plan.counts.tolist() == [1, 0, 1, 0]
    assert plan.nfe == 2.0


def test_random_counts_are_expected_to_leave_some_steps_empty() -> None:
    """A step reveals each of three tokens by a chance of 1/4, and none with (3/4)^3."""
    plan = MaskedDecoding(reveal="ancestral").plan(LINEAR, 4, 3)
    assert plan.counts is None
    np.testing.assert_array_equal(plan.realised, plan.grid)
    assert plan.grid == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert plan.nfe == pytest.approx(4 * (1 - 0.75**3))


def test_the_schedule_starts_anew_in_every_block() -> None:
    decoding = MaskedDecoding(block_length=4)
    assert (decoding.blocks(12), MaskedDecoding().blocks(12)) == (3, 1)
    plan = decoding.plan(beta(1.0, 0.2, 6).schedule, 6, 12)
    first = plan.counts[:2].tolist()
    assert first != [2, 2]
    assert plan.counts.tolist() == first * 3
    with pytest.raises(ValueError, match="blocks of 4 tokens do not share 12 tokens and 5 steps"):
        decoding.plan(LINEAR, 5, 12)


def test_more_steps_than_tokens_are_looked_at_where_a_step_may_be_empty() -> None:
    assert MaskedDecoding().most_steps(16) == 16
    assert MaskedDecoding(rounding="cumulative").most_steps(16) == 64
    assert MaskedDecoding(reveal="ancestral").most_steps(16) == 64


@pytest.mark.parametrize(
    ("keys", "steps", "said"),
    [
        (
            {},
            [4, 17, 18],
            "[space] steps: 17 is not accepted: the model writes 16 tokens, and more steps than "
            "tokens cannot all reveal one",
        ),
        ({"rounding": "cumulative"}, [17], "[space] steps: 17 is not accepted: the model writes"),
        (
            {"block_length": 5},
            [4],
            "[sampler] block_length: 5 is not accepted: it does not divide the 16 tokens that the "
            "model writes",
        ),
        (
            {"block_length": 4},
            [8, 6],
            "[space] steps: 6 is not accepted: 4 blocks of 4 tokens share the steps evenly; "
            "multiples of 4 are accepted",
        ),
    ],
)
def test_steps_that_a_model_cannot_take_are_refused(
    keys: dict[str, object], steps: list[int], said: str
) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(said)}"):
        MaskedDecoding(**keys).check_steps(steps, 16)


def test_steps_that_fit_are_accepted() -> None:
    MaskedDecoding().check_steps([1, 16], 16)
    MaskedDecoding(block_length=4).check_steps([4, 8, 16], 16)
    MaskedDecoding(reveal="ancestral").check_steps([17, 40], 16)


def test_one_block_is_none():
    blocks = MaskedDecoding(block_length=8)
    assert blocks.without_one_block(8) == MaskedDecoding()
    assert blocks.without_one_block(16) is blocks
    whole = replace(beta(0.5, 0.5, 4), decoding={"block_length": 16})
    assert whole.key(MaskedDecoding(), 16) == beta(0.5, 0.5, 4).key(MaskedDecoding(), 16)
    halves = replace(whole, decoding={"block_length": 8})
    assert halves.key(MaskedDecoding(), 16) != whole.key(MaskedDecoding(), 16)


def test_a_block_of_a_fraction_of_a_token_is_none():
    with pytest.raises(ValueError, match=r"block_length: 8\.5 is not accepted"):
        MaskedDecoding().with_values({"block_length": 8.5})


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            {"block_length": 4},
            "objective 'path_kl' is defined for whole sequences only, got [sampler] "
            "block_length = 4",
        ),
        (
            {"order": "margin"},
            "objective 'path_kl' is defined for order = 'random' and temperature = 1.0 only, got "
            "order = 'margin' and temperature = 1.0",
        ),
        (
            {"temperature": 0.5},
            "objective 'path_kl' is defined for order = 'random' and temperature = 1.0 only, got "
            "order = 'random' and temperature = 0.5",
        ),
    ],
)
def test_what_is_computed_from_the_law_needs_its_default_settings(
    keys: dict[str, object], said: str
) -> None:
    MaskedDecoding(rounding="cumulative").check_exact("path_kl")
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        MaskedDecoding(**keys).check_exact("path_kl")


def test_guidance_needs_prompts() -> None:
    guided = MaskedDecoding(guidance=1.5)
    guided.check_prompts("task", prompted=True)
    MaskedDecoding().check_prompts("validity", prompted=True)
    said = (
        "[sampler] guidance = 1.5 needs an objective with prompts (task or lm_eval), got "
        "objective 'validity'"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        guided.check_prompts("validity", prompted=False)
    assert (guided.guided, MaskedDecoding().guided) == (True, False)


def test_counts_and_rules_need_fixed_reveal_and_full_rounding() -> None:
    MaskedDecoding(order="margin").check_counts()
    MaskedDecoding(order="margin").check_rule()
    for keys in ({"reveal": "ancestral"}, {"rounding": "cumulative"}):
        decoding = MaskedDecoding(**keys)
        said = (
            "needs reveal = 'fixed' and rounding = 'full', got reveal = "
            f"{decoding.reveal!r} and rounding = {decoding.rounding!r}$"
        )
        with pytest.raises(ValueError, match=f"^{said}"):
            decoding.check_counts()
        with pytest.raises(ValueError, match=f"^a rule of certainty {said}"):
            decoding.check_rule()


def test_a_rule_has_the_steps_of_its_schedule() -> None:
    """The cap takes the place of the steps; without a schedule there may be one a token."""
    decoding = MaskedDecoding(block_length=4)
    assert decoding.schedule_steps(2, 12, None) == 2
    assert decoding.schedule_steps(2, 12, Rule("entropy", 0.1)) == 12
    # Three blocks share the steps evenly, and more than the tokens there are none.
    assert decoding.schedule_steps(2, 12, Rule("entropy", 0.1, cap=4)) == 6
    assert decoding.schedule_steps(2, 12, Rule("entropy", 0.1, cap=40)) == 12
    plan = decoding.plan(LINEAR, 2, 12, Rule("entropy", 0.1, cap=4))
    assert (plan.rule, plan.counts) == (Rule("entropy", 0.1, cap=6), None)
    assert plan.shares.tolist() == [2] * 6
    assert decoding.plan(LINEAR, 2, 12, Rule("confidence", 0.9)).rule == Rule("confidence", 0.9)


def test_settings_are_said_in_a_few_words() -> None:
    assert MaskedDecoding(order="margin", temperature=0.7).words == {
        "order": "order margin",
        "temperature": "temperature 0.7",
        "reveal": "fixed reveal",
        "rounding": "full rounding",
    }


def test_a_profile_predicts_random_orders_only() -> None:
    assert MaskedDecoding().predicted
    assert not MaskedDecoding(order="entropy").predicted
    assert (MaskedDecoding().in_blocks, MaskedDecoding(block_length=4).in_blocks) == (False, True)


def test_what_does_not_fit_together_is_refused() -> None:
    said = "block_length needs reveal = 'fixed', got reveal = 'ancestral'"
    with pytest.raises(ValueError, match=said):
        MaskedDecoding(block_length=4, reveal="ancestral")


def test_models_that_attend_in_blocks_are_sampled_in_these() -> None:
    MaskedDecoding(block_length=4).check_attention(4, 16)
    MaskedDecoding().check_attention(16, 16)
    MaskedDecoding(guidance=1.0).check_attention(None, 16)
    needed = "the model attends block by block, and is served in its blocks only; block_length = 4"
    for settings, said in (
        (MaskedDecoding(), f"block_length: missing: {needed}"),
        (MaskedDecoding(block_length=8), f"block_length: 8 is not accepted: {needed}"),
        (
            MaskedDecoding(block_length=4, guidance=1.5),
            "guidance = 1.5 is not accepted: the model",
        ),
    ):
        with pytest.raises(InputError, match=re.escape(said)):
            settings.check_attention(4, 16)

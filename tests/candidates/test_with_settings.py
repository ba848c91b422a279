"""Families that are searched together with settings of the sampler."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_opt.candidates import (
    BETA,
    FAMILIES,
    ORDERS,
    SETTING_COORDINATES,
    Candidate,
    Choice,
    MaskedDecoding,
    ProfileCosts,
    Range,
    beta,
    fits,
    fitting,
    setting_coordinates,
    with_settings,
)
from mdm_opt.candidates.several import several

TEMPERATURE = Range("temperature", (0.0, 100.0), (0.0, 1.0), log=False)
ORDER = Choice("order", ("random", "confidence"))
BLOCKS = Choice("block_length", (4, 8, 16))
ALL = with_settings(BETA, (ORDER, TEMPERATURE, BLOCKS))
BOUNDS = {key.name: list(key.searched) for key in BETA.keys}
LENGTH = 16
COSTS = ProfileCosts(np.linspace(2.0, 0.5, LENGTH), MaskedDecoding())
USUAL = {"order": "random", "temperature": 1.0, "block_length": 16}


def proposals(family, steps=4, parents=(), *, wide=True, seed=0):
    bounds = {key.name: list(key.searched) for key in family.keys}
    pool = family.pool(steps, bounds, length=LENGTH)
    return list(pool.candidates(np.random.default_rng(seed), list(parents), wide=wide))


def at(values, a=0.4, b=0.3, steps=4):
    return Candidate("beta", steps, {"beta_a": a, "beta_b": b}, None, values)


def test_without_settings_a_family_is_itself():
    assert with_settings(BETA, ()) is BETA
    assert with_settings(BETA, (ORDER,)) is with_settings(BETA, (ORDER,))


@settings(deadline=None, max_examples=30)
@given(
    st.sampled_from([4, 6, 8, 12, 16]),
    st.booleans(),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 0.3, 1.0]),
)
def test_every_proposal_brings_settings_that_are_searched_and_fit(steps, wide, seed, temperature):
    parent = at({**USUAL, "temperature": temperature}, steps=steps)
    for one in proposals(ALL, steps, [parent], wide=wide, seed=seed)[:100]:
        assert set(one.decoding) == {"order", "temperature", "block_length"}
        assert one.decoding["order"] in ORDER.searched
        assert 0 <= one.decoding["temperature"] <= 1
        assert fits(one.decoding["block_length"], steps, LENGTH)
        one.plan(MaskedDecoding(), LENGTH)
        assert BETA.inside(one.parameters, BOUNDS)


def test_everywhere_all_options_and_the_whole_range_are_looked_at():
    found = proposals(ALL)
    seen = {(one.decoding["order"], one.decoding["block_length"]) for one in found}
    assert seen == {*itertools.product(ORDER.searched, (4, 8, 16))}
    temperatures = np.array([one.decoding["temperature"] for one in found])
    # Uniform: deviation of the mean 0.29 / sqrt(n).
    assert abs(temperatures.mean() - 0.5) < 4 * 0.29 / np.sqrt(len(found))
    assert temperatures.min() < 0.1
    assert temperatures.max() > 0.9


def test_near_a_parent_most_settings_are_its_own_and_some_are_not():
    parent = at({"order": "confidence", "temperature": 0.5, "block_length": 8})
    found = proposals(ALL, 4, [parent], wide=False)
    same = np.mean([one.decoding["order"] == "confidence" for one in found])
    # A fifth is drawn anew, of which half are the same.
    assert abs(same - 0.9) < 4 * np.sqrt(0.09 / len(found))
    steps = np.array([one.decoding["temperature"] for one in found]) - 0.5
    assert np.median(np.abs(steps)) < 0.15
    assert len({*steps}) > len(found) / 2


def test_the_ends_of_a_range_are_reached_from_near_them():
    parent = at({**USUAL, "temperature": 0.01})
    found = [one.decoding["temperature"] for one in proposals(ALL, 4, [parent], wide=False)]
    assert 0.0 in found


def test_the_same_randomness_makes_the_same_proposals():
    assert proposals(ALL, seed=3) == proposals(ALL, seed=3)


def test_only_blocks_that_share_length_and_steps_are_searched():
    assert fits(8, 4, 16)
    assert not fits(4, 6, 16)
    assert not fits(5, 4, 16)
    (kept,) = (
        one
        for one in fitting(ALL.dimensions(6, BOUNDS), 6, LENGTH)
        if one.name[0] == "b" and "block" in one.name
    )
    assert kept.searched == (8, 16)
    # What Optuna's tables have is the same at every step count.
    assert ALL.dimensions(6, BOUNDS) == ALL.dimensions(4, BOUNDS)


def test_seeds_have_usual_settings_and_the_first_tries_every_other_one_once():
    found = ALL.seeds(["energy", "baselines"], 4, BOUNDS, LENGTH, None)
    first, *variants = found[:5]
    assert first.candidate == at(USUAL, 0.5, 0.5)
    assert first.label == "energy: linear"
    changed = [
        {key: value for key, value in one.candidate.decoding.items() if value != USUAL[key]}
        for one in variants
    ]
    assert changed == [
        {"order": "confidence"}, {"temperature": 0.0}, {"block_length": 4}, {"block_length": 8},
    ]  # fmt: skip
    assert [one.label for one in variants] == [
        "order confidence, energy: linear",
        "temperature 0, energy: linear",
        "block_length 4, energy: linear",
        "block_length 8, energy: linear",
    ]
    assert {one.candidate.parameters == first.candidate.parameters for one in variants} == {True}
    rest = [one.candidate for one in found[5:]]
    assert [one.decoding for one in rest] == [USUAL] * 3


def test_the_best_under_a_profile_is_the_one_that_settings_are_tried_with():
    family = with_settings(BETA, (ORDER,))
    found = family.seeds(["energy", "profile"], 4, BOUNDS, LENGTH, COSTS)
    assert found[0].label == "profile: best Beta"
    assert found[1].label == "order confidence, profile: best Beta"
    assert family.optimum(4, BOUNDS, COSTS) == BETA.optimum(4, BOUNDS, COSTS)


@pytest.mark.parametrize(
    ("setting", "usual"),
    [
        (Range("temperature", (0.0, 100.0), (0.1, 0.7), log=False), 0.7),
        (Range("guidance", (0.0, 100.0), (0.5, 2.0), log=False), 0.5),
        (Choice("temperature", (0.0, 0.5)), 0.0),
        (Choice("order", ("margin", "random")), "random"),
        (Choice("order", ("margin", "entropy")), "margin"),
        (Choice("block_length", (8, 4)), 8),
    ],
)
def test_the_usual_value_is_the_default_or_what_is_nearest(setting, usual):
    family = with_settings(BETA, (setting,))
    (seed, *_) = family.seeds([[0.4, 0.3]], 4, BOUNDS, LENGTH, None)
    assert seed.candidate.decoding == {setting.name: usual}
    assert seed.label == "user: (0.4, 0.3)"


def test_a_rule_that_knows_no_order_brings_none():
    members = several(("beta", "adaptive", "threshold"))
    family = with_settings(members, (ORDER, TEMPERATURE))
    bounds = {key.name: list(key.searched) for key in members.keys}
    seeds = family.seeds(["energy", "baselines"], 8, bounds, LENGTH, None)
    found = [*proposals(family, 8), *(seed.candidate for seed in seeds)]
    assert {one.family for one in found} == {"beta", "adaptive", "threshold"}
    for one in found:
        assert ("order" in one.decoding) == (one.family != "threshold")
        assert "temperature" in one.decoding
    alone = with_settings(FAMILIES["threshold"], (ORDER, TEMPERATURE))
    assert not alone.has_order
    dimensions = {one.name for one in family.dimensions(8, bounds)}
    assert {name for one in found for name in family.position(one)} == dimensions


def test_a_position_and_a_candidate_are_the_same():
    one = at({"order": "confidence", "temperature": 0.25, "block_length": 8})
    position = ALL.position(one)
    assert set(position) == {part.name for part in ALL.dimensions(4, BOUNDS)}
    assert ALL.candidate(4, position) == one


def test_a_schedule_of_another_study_keeps_the_settings_that_are_searched():
    other = at({"order": "confidence", "temperature": 3.0, "guidance": 1.0, "block_length": 4})
    found = ALL.adopted(other, 6, BOUNDS, LENGTH)
    # Too hot, of no guidance here, and blocks of 4 do not share 6 steps: 8 is the first that does.
    assert found == at({**USUAL, "order": "confidence"}, steps=6)
    assert ALL.adopted(Candidate("threshold", 4, {"cutoff": 0.9}), 4, BOUNDS, LENGTH) is None
    assert ALL.adopted(beta(0.4, 0.3, 4), 4, BOUNDS, LENGTH) == at(USUAL)


def test_what_holds_for_the_family_holds_with_settings():
    for inner in (BETA, FAMILIES["free"], FAMILIES["adaptive"], several(("beta", "threshold"))):
        family = with_settings(inner, (TEMPERATURE,))
        for name in ("is_box", "needs_profile", "by_rule", "by_counts", "uses_profile"):
            assert getattr(family, name) == getattr(inner, name)
        assert family.keys == inner.keys


def test_a_profile_predicts_schedules_in_random_order():
    assert COSTS.predicts(beta(0.4, 0.3, 4))
    assert COSTS.predicts(at({"order": "random", "temperature": 0.5}))
    assert not COSTS.predicts(at({"order": "confidence"}))
    assert not COSTS.predicts(Candidate("threshold", 4, {"cutoff": 0.9}))


def test_coordinates_are_zero_without_settings_and_of_the_size_of_angles():
    assert setting_coordinates(beta(0.4, 0.3, 4), LENGTH).shape == (SETTING_COORDINATES,)
    assert not setting_coordinates(beta(0.4, 0.3, 4), LENGTH).any()

    def apart(first, second):
        pair = [setting_coordinates(at(one), LENGTH) for one in (first, second)]
        return float(np.linalg.norm(pair[0] - pair[1]))

    for first, second in itertools.permutations(ORDERS, 2):
        assert apart({"order": first}, {"order": second}) == pytest.approx(0.3)
    assert apart({"temperature": 0.0}, {"temperature": 1.0}) == pytest.approx(0.6)
    assert apart({"temperature": 1.0}, {"temperature": 100.0}) < 4
    assert apart({"guidance": 0.0}, {"guidance": 2.0}) == pytest.approx(0.6)
    assert apart({"block_length": 8}, {"block_length": 4}) == pytest.approx(0.15)

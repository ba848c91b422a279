"""Settings of the sampler in [space]: lists are choices, tables are ranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_contents import with_value

from mdm_opt.candidates import BETA, Choice, Range
from mdm_opt.config import parse_study
from mdm_opt.config.settings import Ends, searched_setting
from mdm_opt.errors import InputError

BASE = {
    "study": {"name": "s"},
    "model": {"kind": "enumerated", "law": "sudoku4"},
    "space": {"steps": [4, 6]},
    "objective": {"kind": "validity", "verifier": "sudoku"},
}
NUMBERS = "must be a list of different numbers in [0, 100], or { low = ..., high = ... }"


def study(sampler=None, base=BASE, **space):
    content = with_value("sampler", sampler or {}, base)
    content["space"] = {**content["space"], **space}
    return parse_study(content, "")


def test_a_list_is_a_choice_and_a_table_a_range():
    assert searched_setting("temperature", Ends(low=0.0, high=0.5)) == Range(
        "temperature", (0.0, 100.0), (0.0, 0.5), log=False
    )
    assert searched_setting("order", ["margin", "random"]) == Choice("order", ("margin", "random"))
    found = study(
        temperature={"low": 0, "high": 1}, order=["random", "confidence"], block_length=[8, 16]
    )
    by_name = {one.name: one.searched for one in found.space.settings}
    assert by_name == {
        "order": ("random", "confidence"), "temperature": (0.0, 1.0), "block_length": (8, 16),
    }  # fmt: skip
    assert study(temperature=[0, 1]).space.settings == (Choice("temperature", (0.0, 1.0)),)
    assert study().space.settings == ()
    assert study().family is BETA


@given(
    st.one_of(
        st.lists(st.floats(0, 100), min_size=1, max_size=4, unique=True),
        st.tuples(st.floats(0, 50), st.floats(50.5, 100)).map(
            lambda ends: dict(zip(("low", "high"), ends, strict=True))
        ),
    )
)
def test_a_study_comes_back_from_what_is_kept_of_it(temperature):
    found = study(temperature=temperature)
    again = parse_study(found.canonical(), "")
    assert again == found
    assert again.identity_hash() == found.identity_hash() != study().identity_hash()
    assert "temperature" not in found.canonical()["sampler"]


def test_what_is_searched_makes_another_study_and_nothing_searched_the_same_as_before():
    hashes = {
        study(**space).identity_hash()
        for space in ({}, {"order": ["random"]}, {"order": ["margin"]}, {"temperature": [1.0]})
    }
    assert len(hashes) == 4
    assert not {"order", "temperature", "guidance", "block_length"} & {*study().fixed()["space"]}


def test_tokens_that_end_the_text_come_last_in_an_order_that_is_searched():
    found = study({"end_last": True}, order=["margin", "confidence"])
    assert found.sampler.order == "margin"
    assert parse_study(found.canonical(), "") == found


@pytest.mark.parametrize(
    ("space", "said"),
    [
        ({"temperature": 0.5}, f"[space] temperature: 0.5 is not accepted: {NUMBERS}"),
        ({"temperature": []}, f"[space] temperature: [] is not accepted: {NUMBERS}"),
        ({"temperature": [1.0, 1.0]}, "temperature: [1.0, 1.0] is not accepted"),
        ({"temperature": [True, 0.5]}, "temperature: [True, 0.5] is not accepted"),
        ({"temperature": [-1.0]}, "temperature: [-1.0] is not accepted"),
        ({"temperature": [float("nan")]}, "temperature: [nan] is not accepted"),
        ({"temperature": {"low": 1.0}}, "temperature: {'low': 1.0} is not accepted: must be a"),
        ({"guidance": {"low": 2, "high": 1}}, "guidance: {'low': 2, 'high': 1} is not accepted"),
        ({"temperature": {"low": 0, "high": 101}}, "temperature: {'low': 0, 'high': 101} is not"),
        ({"temperature": {"low": 0, "high": 1, "x": 1}}, "temperature: {'low': 0, 'high': 1, 'x'"),
        ({"order": "random"}, "[space] order: 'random' is not accepted: must be a list of"),
        ({"order": ["luck"]}, "order: ['luck'] is not accepted: must be a list of different ones"),
        ({"order": [["random"]]}, "order: [['random']] is not accepted"),
        ({"order": {"low": 0, "high": 1}}, "order: {'low': 0, 'high': 1} is not accepted"),
        (
            {"block_length": 8},
            "block_length: 8 is not accepted: must be a list of different whole",
        ),
        ({"block_length": [8.0]}, "block_length: [8.0] is not accepted"),
        ({"block_length": [0]}, "block_length: [0] is not accepted"),
        ({"block_length": {"low": 1, "high": 8}}, "block_length: {'low': 1, 'high': 8} is not"),
        ({"guidance": [0.0, 1.0]}, "[space] guidance needs an objective with prompts"),
        (
            {"family": "threshold", "order": ["random", "margin"]},
            "[space] order is not accepted with [space] family 'threshold'",
        ),
        (
            {"families": ["threshold", "entropy_bound"], "order": ["random"]},
            "[space] order is not accepted with [space] families",
        ),
        ({"temprature": [0.0]}, "temprature: unknown key; known: family, families, steps, beta_a"),
        (
            {"block_length": [8], "family": "free"},
            "[space] family 'free' is not accepted with prompts or block_length",
        ),
    ],
)
def test_what_cannot_be_searched_is_refused(space, said):
    with pytest.raises(InputError) as caught:
        study(**space)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("sampler", "space", "said"),
    [
        (
            {"temperature": 1.0},
            {"temperature": [0.0]},
            "[sampler] temperature and [space] temperature: one of both is accepted",
        ),
        (
            {"order": "random"},
            {"order": ["margin"]},
            "[sampler] order and [space] order: one of both",
        ),
        (
            {"end_last": True},
            {"order": ["random", "margin"]},
            "[space] order: 'random' is not accepted: end_last needs order = ",
        ),
        (
            {"reveal": "ancestral"},
            {"block_length": [8]},
            "[space] block_length: 8 is not accepted: block_length needs reveal = 'fixed'",
        ),
    ],
)
def test_what_does_not_go_with_what_is_fixed_is_refused(sampler, space, said):
    with pytest.raises(InputError) as caught:
        study(sampler, **space)
    assert said in str(caught.value)


@pytest.mark.parametrize("kind", ["path_kl", "divergence"])
def test_exact_objectives_are_for_the_default_settings(kind):
    with pytest.raises(InputError, match=rf"\[space\] temperature is not accepted .* '{kind}'"):
        study(base=with_value("objective", {"kind": kind}, BASE), temperature=[0.0])


def test_seeds_from_the_profile_are_for_whole_sequences():
    assert "profile" not in study(block_length=[8, 16]).search.seeds
    assert not study(block_length=[8, 16]).needs_profile
    assert "profile" in study(order=["random", "margin"]).search.seeds
    base = with_value("search.seeds", ["profile"], BASE)
    with pytest.raises(InputError, match="'profile' is not accepted with prompts or block_length"):
        study(base=base, block_length=[8])


@pytest.mark.parametrize(
    ("blocks", "steps", "said"),
    [
        ([8, 5], [4], "[space] block_length: 5 is not accepted: it does not divide the 16 tokens"),
        ([16, 4], [6], "[space] block_length: 4 is not accepted: its 4 blocks share none of"),
        (
            [8, 4],
            [4, 5],
            "[space] steps: 5 is not accepted: the blocks of no [space] block_length",
        ),
    ],
)
def test_blocks_that_do_not_fit_are_refused_by_name(blocks, steps, said):
    found = study(block_length=blocks, steps=steps)
    with pytest.raises(InputError) as caught:
        found.check_length(16)
    assert said in str(caught.value)


def test_blocks_that_fit_some_step_count_are_accepted():
    study(block_length=[16, 4], steps=[4, 6]).check_length(16)

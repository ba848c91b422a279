"""[space]: steps, bounds and the family that they belong to."""

from __future__ import annotations

import math
from typing import Any

import pytest
from study_contents import refusal, with_value

from mdm_opt.config import SpaceTable, parse_study
from mdm_opt.config.space import family_of


def test_steps_are_sorted_and_integers_become_bounds() -> None:
    content = with_value("space", {"steps": [8, 2, 4], "beta_a": [1, 8]})
    study = parse_study(content, "f")
    assert study.space.steps == [2, 4, 8]
    same = with_value("space", {"steps": [2, 4, 8], "beta_a": [1.0, 8.0]})
    assert study.identity_hash() == parse_study(same, "f").identity_hash()


def test_one_step_count_needs_no_list() -> None:
    alone, listed = (parse_study(with_value("space", {"steps": steps}), "f") for steps in (8, [8]))
    assert alone.space.steps == [8]
    assert alone.canonical() == listed.canonical()
    assert alone.identity_hash() == listed.identity_hash()


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("space.steps", [], "[space] steps: [] is not accepted: List should have at least 1 item"),
        ("space.steps", [0], "[space] steps.0: 0 is not accepted: Input should be greater than"),
        ("space.steps", [4, 5000], "[space] steps.1: 5000 is not accepted: Input should be less"),
        ("space.steps", "4", "[space] steps: '4' is not accepted: Input should be a valid list"),
        ("space.steps", True, "[space] steps: True is not accepted: Input should be a valid list"),
        ("space.steps", 0, "[space] steps.0: 0 is not accepted: Input should be greater than"),
        (
            "space.steps",
            [4, 4],
            "[space] steps: [4, 4] is not accepted: step counts must differ from each other",
        ),
        (
            "space.beta_a",
            [2.0, 1.0],
            "[space] beta_a: [2.0, 1.0] is not accepted: the lower bound must be below the upper",
        ),
        ("space.beta_a", [1.0, 1.0], "[space] beta_a: [1.0, 1.0] is not accepted: the lower"),
        (
            "space.beta_b",
            [1.0],
            "[space] beta_b: [1.0] is not accepted: List should have at least",
        ),
        ("space.beta_b", [0.0, 1.0], "[space] beta_b.0: 0.0 is not accepted: Input should be gr"),
        ("space.beta_b", [0.1, 20.5], "[space] beta_b.1: 20.5 is not accepted: Input should be l"),
        ("space.beta_b", [math.nan, 1.0], "[space] beta_b.0: nan is not accepted: Input should"),
        ("space.beta_b", [0.1, math.inf], "[space] beta_b.1: inf is not accepted: Input should"),
        ("space.family", "cosine", "[space] family: 'cosine' is not accepted: Input should be 'b"),
    ],
)
def test_refusal_names_table_key_value_and_what_is_accepted(
    path: str, value: Any, expected: str
) -> None:
    assert expected in refusal(with_value(path, value))


def test_bounds_that_are_left_out_are_those_of_the_family() -> None:
    found = SpaceTable.model_validate({"steps": [4], "beta_b": [0.2, 1]})
    assert found.bounds == {"beta_a": [0.1, 8.0], "beta_b": [0.2, 1.0]}
    assert SpaceTable.model_validate({"family": "free", "steps": [4]}).bounds == {
        "beta_a": [0.1, 8.0],
        "beta_b": [0.1, 8.0],
    }


def test_bounds_are_keys_of_their_own_in_the_file() -> None:
    content = {"family": "beta", "steps": [4], "beta_a": [0.1, 2.0], "beta_b": [0.2, 1.0]}
    found = SpaceTable.model_validate(content)
    assert found.model_dump() == content
    assert SpaceTable.model_validate(found.model_dump()) == found


def test_keys_of_another_family_are_unknown() -> None:
    message = refusal(with_value("space", {"steps": [4], "power": [0.1, 1.0]}))
    assert "[space] power: unknown key; known: family, families, steps, beta_a, beta_b" in message


def test_at_most_32_step_counts_are_searched() -> None:
    assert len(SpaceTable.model_validate({"steps": [*range(1, 33)]}).steps) == 32
    message = refusal(with_value("space.steps", [*range(1, 34)]))
    assert "is not accepted: List should have at most 32 items" in message


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ({"family": "free"}, "free"),
        ({"family": "beta"}, "beta"),
        ({}, "beta"),
        ({"family": "sine"}, "beta"),
        ({"family": 3}, "beta"),
        (None, "beta"),
    ],
)
def test_what_asks_for_no_family_that_can_be_searched_has_keys_of_beta(
    content: Any, name: str
) -> None:
    assert family_of(content).name == name

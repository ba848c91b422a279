"""[space.arguments]: every form, and every refusal in one line."""

from __future__ import annotations

from typing import Any

import pytest
from own_samplers import READ_ONLY
from study_contents import Tree, refusal, with_value

from mdm_opt.candidates import Choice, Condition, Range
from mdm_opt.config import parse_study
from mdm_opt.config.arguments import family_of_arguments

STUDY: Tree = READ_ONLY


def with_arguments(arguments: Any) -> Tree:
    return with_value("space.arguments", arguments, with_value("sampler.arguments", {}, STUDY))


def test_ranges_choices_and_conditions_become_a_family() -> None:
    file = parse_study(STUDY, "")
    bound, mode, steps, extra = (one.parameter for one in file.family.arguments)
    assert bound == Range("bound", (0.01, 2.0), (0.01, 2.0), log=True)
    assert mode == Choice("mode", ("plain", "odd"))
    assert steps == Range("steps", (1, 12), (1, 12), log=True, integer=True)
    assert extra == Range("extra", (0.0, 1.0), (0.0, 1.0), log=False)
    assert file.family.arguments[3].when == (Condition("mode", ("odd",)),)
    assert file.space.searched is file.family


def test_a_stored_file_is_the_same_study_whatever_became_of_its_order() -> None:
    file = parse_study(STUDY, "")
    stored = file.canonical()
    arguments = stored["space"]["arguments"]
    stored["space"]["arguments"] = dict(sorted(arguments.items()))
    again = parse_study(stored, "")
    assert again.family is file.family
    assert again.identity_hash() == file.identity_hash()
    assert again.canonical() == stored


def test_whole_ends_mean_whole_numbers_unless_it_is_said() -> None:
    plain = {"low": 1, "high": 4}
    for given, integer in ((plain, True), ({**plain, "integer": False}, False)):
        (one,) = parse_study(with_arguments({"a": given}), "").family.arguments
        assert one.parameter.integer is integer
    (one,) = parse_study(with_arguments({"a": {"low": 1.0, "high": 4.0}}), "").family.arguments
    assert not one.parameter.integer


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "a table with at least one argument is expected"),
        ({"a b": [1, 2]}, "'a b' is no name of an argument"),
        ({"a": 3}, "a: 3 is not accepted: a range { low = ..., high = ... }"),
        ({"a": {"low": 1}}, "a: {'low': 1} is not accepted: a range"),
        ({"a": [1]}, "a: [1] is not accepted: at least two different options are"),
        ({"a": [1, 1]}, "options must differ from each other"),
        ({"a": [1, [2]]}, "at least two different options are"),
        ({"a": {"low": 2, "high": 1}}, "a: low = 2 must be below high = 1"),
        ({"a": {"low": 0.0, "high": 1.0, "log": True}}, "a: log = true needs low above 0"),
        ({"a": {"low": True, "high": 2}}, "the ends of a range are finite numbers"),
        ({"a": {"low": 0.5, "high": 2, "integer": True}}, "integer = true needs whole ends"),
        ({"a": {"low": 1, "high": 2, "log": "yes"}}, "log and integer are true or false"),
        ({"a": {"low": 1, "high": 2, "step": 1}}, "a: step: unknown key; known: low, high"),
        (
            {"a": [1, 2], "b": {"options": ["x", "y"], "when": {"c": 1}}},
            "b: when: 'c' is no choice",
        ),
        (
            {"a": [1, 2], "b": {"options": ["x", "y"], "when": {"a": 3}}},
            "b: when: a = 3 is not accepted: options of [1, 2] are",
        ),
        (
            {
                "a": {"options": [1, 2], "when": {"b": "x"}},
                "b": {"options": ["x", "y"], "when": {"a": 1}},
            },
            "a: when: its conditions lead back to it",
        ),
    ],
)
def test_what_is_no_space_is_refused_by_name(arguments: Any, said: str) -> None:
    message = refusal(with_arguments(arguments))
    assert "[space] arguments: " in message
    assert said in message


def test_there_is_nothing_else_to_search() -> None:
    assert "beta_a is not accepted beside arguments" in refusal(
        with_value("space.beta_a", [0.1, 1.0], STUDY)
    )
    assert "family is not accepted beside arguments" in refusal(
        with_value("space.family", "beta", STUDY)
    )


def test_a_family_without_conditions_is_a_box() -> None:
    family = family_of_arguments({"a": {"options": [True, False]}})
    assert family.is_box
    assert family.active({"a": True}) == {"a": True}

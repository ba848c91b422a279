"""The open family: any names, and values that stay what they are in Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mdm_opt.candidates import (
    ANY_ARGUMENTS,
    Candidate,
    MaskedDecoding,
    OwnDecoding,
    family_named,
    searchable_families,
    setting_candidate,
)

GIVEN: dict[str, Any] = {"steps": 16, "eps": 0.25, "alg": "entropy", "eager": True}


def test_values_stay_what_they_are_by_the_alphabet() -> None:
    found = Candidate("arguments", 8, GIVEN)
    assert list(found.parameters) == ["alg", "eager", "eps", "steps"]
    assert found.parameters == GIVEN
    assert [type(one) for one in found.parameters.values()] == [str, bool, float, int]
    assert found.label == "alg entropy, eager True, eps 0.25, steps 16"
    assert found.by_calls
    assert found.rule is None
    assert type(Candidate("arguments", 8, {"n": np.int64(3)}).parameters["n"]) is int


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"a b": 1}, "no name of an argument"),
        ({"a" * 65: 1}, "no name of an argument"),
        ({"a": float("inf")}, "a finite number"),
        ({"a": [1]}, "a finite number"),
        ({"a": 2**53 + 1}, "a finite number"),
    ],
)
def test_what_is_no_argument_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Candidate("arguments", 8, given)


def test_its_values_stand_in_a_table_of_their_own() -> None:
    candidate = Candidate("arguments", 8, GIVEN)
    family = family_named("arguments")
    assert family.shown_values(candidate) == {"arguments": candidate.parameters}
    assert family.candidate(8, GIVEN) == candidate


def test_two_are_the_same_only_with_the_same_arguments() -> None:
    own = OwnDecoding(kind="own")
    first, second = (Candidate("arguments", 8, {"a": one}) for one in (1, 2))
    assert first.key(own, 4) == Candidate("arguments", 8, {"a": 1}).key(own, 4)
    assert first.key(own, 4) != second.key(own, 4)


def test_no_study_names_it_and_no_setting_is_of_it() -> None:
    assert "arguments" not in searchable_families()
    with pytest.raises(ValueError, match="'arguments' is not accepted: one of"):
        setting_candidate({"family": "arguments"}, 4)
    with pytest.raises(ValueError, match="is for a sampler of your own"):
        ANY_ARGUMENTS.check_decoding(MaskedDecoding())

"""Candidates: what is refused, what they are equal in, and that nothing of them can change."""

from __future__ import annotations

import pickle
import re
from typing import Any

import numpy as np
import pytest

from mdm_opt.candidates import (
    BETA,
    Candidate,
    Choice,
    MaskedDecoding,
    baseline,
    beta,
    counts_candidate,
    register,
)
from mdm_opt.candidates.beta import Beta

AB = {"beta_a": 0.9, "beta_b": 0.2}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gamma", 4, AB), "no family 'gamma'; there are beta, free, adaptive"),
        (("beta", 0, AB), "steps must be at least 1, got 0"),
        (("beta", 4.5, AB), "steps must be an integer, got 4.5"),
        (("beta", True, AB), "steps must be an integer, got True"),
        (("beta", 4, {"beta_a": 0.9}), "is given by beta_a, beta_b, got"),
        (("beta", 4, {**AB, "beta_c": 1.0}), "is given by beta_a, beta_b, got"),
        (("beta", 4, {**AB, "beta_a": -1.0}), "beta_a must be finite and > 0"),
        (("beta", 4, {**AB, "beta_a": float("nan")}), "beta_a must be a finite number, got nan"),
        (("beta", 4, {**AB, "beta_a": 10**400}), "beta_a must be a finite number, got 1000"),
        (("beta", 4, {**AB, "beta_a": "1"}), "beta_a must be a finite number, got '1'"),
        (("beta", 4, {**AB, "beta_a": True}), "beta_a must be a finite number, got True"),
        (("beta", 2, AB, (1, 3)), "family 'beta' has no counts"),
        (("sine", 2, AB), "family 'sine' is given by no parameters"),
        (("free", 2, {}), "family 'free' is given by 2 counts, got None"),
        (("free", 2, {}, (1, 2, 3)), "family 'free' is given by 2 counts, got (1, 2, 3)"),
        (("free", 2, {}, (0, 4)), "counts must be at least 1 each, got (0, 4)"),
        (("free", 2, {}, (1.5, 2.5)), "a count must be an integer, got 1.5"),
        (("free", 2, {}, ("1", "3")), "a count must be an integer, got '1'"),
        (("beta", 4, AB, None, {"junk": 1}), "junk cannot be searched; order, temperature"),
        (("beta", 4, AB, None, {"block_length": 2.5}), "block_length: 2.5 is not accepted"),
        (("beta", 4, AB, None, {"order": "left"}), "order: 'left' is not accepted: Input should"),
        (("beta", 4, AB, None, {"temperature": -1.0}), "temperature: -1.0 is not accepted"),
    ],
)
def test_what_is_no_candidate_is_refused(arguments: tuple[Any, ...], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as caught:
        Candidate(*arguments)
    assert str(caught.value).splitlines() == [str(caught.value)]


def test_equal_candidates_are_equal_however_they_were_given() -> None:
    one = Candidate("beta", np.int64(4), {"beta_b": np.float32(0.25), "beta_a": 1})
    other = beta(1.0, 0.25, 4)
    assert one == other
    assert hash(one) == hash(other)
    assert one.label == other.label == "beta(1.000, 0.250)"
    assert Candidate("free", 2, counts=[np.int64(1), 3]) == counts_candidate([1, 3])


def test_what_it_was_given_may_change_afterwards() -> None:
    given = dict(AB)
    found = Candidate("beta", 4, given)
    given["beta_a"] = 5.0
    assert found == beta(0.9, 0.2, 4)


def test_candidates_can_be_pickled() -> None:
    for one in (beta(0.9, 0.2, 4), counts_candidate([1, 3]), baseline("sine", 4)):
        assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own


def test_keys_tell_what_samples_differently() -> None:
    linear, fixed = baseline("linear", 4), MaskedDecoding()
    assert linear.key(fixed, 16) == counts_candidate([4, 4, 4, 4]).key(fixed, 16)
    assert linear.key(fixed, 16) != beta(0.9, 0.2, 4).key(fixed, 16)

    def warm(value: float) -> Candidate:
        return Candidate("beta", 4, linear.parameters, None, {"temperature": value})

    assert warm(1.0).key(fixed, 16) == linear.key(fixed, 16)
    assert warm(0.5).key(fixed, 16) != linear.key(fixed, 16)
    assert warm(0.5).label == "beta(0.500, 0.500), temperature 0.5"
    ancestral = MaskedDecoding(reveal="ancestral")
    assert linear.key(ancestral, 16) != beta(0.501, 0.5, 4).key(ancestral, 16)


@pytest.mark.parametrize(
    ("name", "parameter", "said"),
    [
        ("beta", "x", "there is a family 'beta' already"),
        ("a b", "x", "'a b' is not accepted: a name of at most 32 letters"),
        ("x" * 33, "x", "is not accepted: a name of at most 32 letters"),
        ("new", "steps", "'steps' is not accepted: results have a key of that name"),
        ("new", "y" * 65, "is not accepted: a name of at most 64 letters"),
    ],
)
def test_names_that_would_clash_are_refused(name: str, parameter: str, said: str) -> None:
    members = {"name": name, "parameters": (Choice(parameter, ("a", "b")),)}
    with pytest.raises(ValueError, match=re.escape(said)):
        register(type("New", (Beta,), members)())


def test_bounds_are_those_of_the_parameters() -> None:
    assert BETA.inside(AB, {"beta_a": (0.5, 1.0), "beta_b": (0.1, 0.2)})
    assert not BETA.inside(AB, {"beta_a": (0.5, 1.0), "beta_b": (0.3, 0.4)})

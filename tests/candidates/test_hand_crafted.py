"""Schedules without parameters: what they reveal, and that no study searches them."""

from __future__ import annotations

import math

import pytest

from mdm_opt.candidates import BASELINES, Candidate, baseline, searchable_families

# Revealed at a third of the steps, by hand: t, sin^2(30 degrees), sin(30 degrees),
# 1 - cos(30 degrees), sigmoid(-5), (100^(1/3) - 1)/99, and 100^-((100^(2/3) - 1)/99), of which 0
# is 1/100.
THIRD = {
    "linear": 1 / 3,
    "sin2": 0.25,
    "sine": 0.5,
    "cosine": 1 - 0.75**0.5,
    "logit": 1 / (1 + math.exp(5)),
    "constant_rate": (100 ** (1 / 3) - 1) / 99,
    "exponential_rate": (100 ** (-(100 ** (2 / 3) - 1) / 99) - 0.01) / 0.99,
}


def test_baselines_reveal_what_their_formulas_say():
    assert set(BASELINES) == set(THIRD)
    for name, expected in THIRD.items():
        schedule = baseline(name, 3).schedule
        assert float(schedule.revealed(1 / 3)) == pytest.approx(expected, rel=1e-12)


def test_they_are_candidates_like_others():
    assert baseline("sine", 4) == Candidate("sine", 4)
    assert [baseline(name, 4).label for name in BASELINES] == [
        "beta(0.500, 0.500)",
        "beta(1.000, 1.000)",
        "sine",
        "cosine",
        "logit",
        "constant_rate",
        "exponential_rate",
    ]


def test_no_study_can_search_them():
    assert not set(BASELINES) & set(searchable_families())


def test_another_name_is_refused_with_those_there_are():
    said = f"no schedule named 'quadratic'; known: {', '.join(BASELINES)}"
    with pytest.raises(ValueError, match=f"^{said}$"):
        baseline("quadratic", 4)

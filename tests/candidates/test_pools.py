"""Candidates of a box of parameters: inside it, all over it, and near good ones."""

from __future__ import annotations

import numpy as np
import pytest

from mdm_opt.candidates import (
    FAMILIES,
    Candidate,
    Choice,
    Family,
    MaskedDecoding,
    ProfileCosts,
    Range,
    register,
)
from mdm_opt.candidates.pools import BoxPool
from mdm_opt.schedules import BetaSchedule

BOUNDS = {"pace": (0.3, 3.0), "lean": (-0.2, 0.4), "end": ("early", "late")}


class Boxed(Family):
    """A ratio, a difference and a choice, made into a Beta schedule."""

    name = "boxed"
    parameters = (
        Range("pace", (0.1, 8.0), (0.3, 3.0)),
        Range("lean", (-0.5, 0.5), (-0.2, 0.4), log=False),
        Choice("end", ("early", "middle", "late")),
    )

    def schedule(self, candidate):
        pace, lean, end = candidate.parameters.values()
        a, b = float(pace), 1.0 + float(lean)
        return BetaSchedule(b, a) if end == "late" else BetaSchedule(a, b)


@pytest.fixture(scope="module", autouse=True)
def _boxed():
    register(Boxed())
    yield
    del FAMILIES["boxed"]


def pool(costs=None, bounds=BOUNDS):
    return BoxPool(FAMILIES["boxed"], 4, bounds, costs)


def boxed(pace, lean, end):
    return Candidate("boxed", 4, {"pace": pace, "lean": lean, "end": end})


def drawn(costs=None, parents=(), wide=True, seed=0, bounds=BOUNDS):
    return list(pool(costs, bounds).candidates(np.random.default_rng(seed), parents, wide=wide))


def values(found, name):
    return np.array([one.parameters[name] for one in found])


@pytest.mark.parametrize(
    "bounds",
    [BOUNDS, {"pace": (0.1, 0.1000001), "lean": (0.1, 0.3), "end": ("middle",)}],
    ids=["wide", "narrow"],
)
def test_all_lie_within_the_bounds_to_the_last_bit(bounds):
    corner = boxed(bounds["pace"][1], bounds["lean"][0], bounds["end"][0])
    found = drawn(parents=[corner], bounds=bounds)
    assert len(found) == 256 + 192
    for one in found:
        assert (one.family, one.steps) == ("boxed", 4)
        assert FAMILIES["boxed"].inside(one.parameters, bounds)


def test_what_is_asked_for_widely_is_all_over_the_box():
    """Half below the middle of each range, ratios where these count; four standard errors."""
    found = drawn()
    slack = 4 * (256 * 0.25) ** 0.5
    assert len(found) == 256
    assert abs((values(found, "pace") < (0.3 * 3.0) ** 0.5).sum() - 128) < slack
    assert abs((values(found, "lean") < 0.1).sum() - 128) < slack
    assert abs((values(found, "end") == "early").sum() - 128) < slack


def test_without_parents_only_a_wide_look_finds_any():
    assert drawn(wide=False) == []


def test_near_a_good_one_most_are_like_it():
    parent = boxed(1.0, 0.1, "late")
    found = drawn(parents=[parent], wide=False)
    assert len(found) == 192
    # A normal of 0.05, 0.15 or 0.45: within 0.45 nine of ten, in the logarithm or in quarters.
    assert np.mean(np.abs(np.log(values(found, "pace"))) < 0.45) > 0.8
    assert np.mean(np.abs(values(found, "lean") - 0.1) < 0.45 * 0.15) > 0.8
    # One in five is given an option by chance, which is its own every other time.
    assert 0.8 < np.mean(values(found, "end") == "late") < 1


def test_every_parent_has_neighbours():
    parents = [boxed(0.4, 0.1, "early"), boxed(2.5, 0.1, "late")]
    found = drawn(parents=parents, wide=False)
    assert len(found) == 2 * 192
    assert np.median(values(found[:192], "pace")) < 0.6
    assert np.median(values(found[192:], "pace")) > 1.7


def test_the_optimum_under_a_profile_comes_first():
    costs = ProfileCosts(np.exp(-np.arange(32) / 4), MaskedDecoding())
    found = drawn(costs)
    assert found[0] == FAMILIES["boxed"].optimum(4, BOUNDS, costs)
    assert costs.of(found[0]) <= min(map(costs.of, found))
    assert found[1:] == drawn()


def test_the_same_randomness_finds_the_same():
    parents = [boxed(1.0, 0.1, "late")]
    assert drawn(parents=parents) == drawn(parents=parents)
    assert drawn(parents=parents) != drawn(parents=parents, seed=1)


def test_there_is_always_some_candidate():
    for seed in range(20):
        found = pool().anything(np.random.default_rng(seed))
        assert FAMILIES["boxed"].inside(found.parameters, BOUNDS)

"""The family free: counts as candidates, their coordinates, and those around the limit."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from exact_profile import SUDOKU

from mdm_opt.candidates import (
    FREE,
    Candidate,
    MaskedDecoding,
    ProfileCosts,
    beta,
    counts_candidate,
)

BOUNDS = {"beta_a": (0.1, 8.0), "beta_b": (0.1, 8.0)}
COSTS = ProfileCosts(SUDOKU, MaskedDecoding())


def test_a_candidate_reveals_its_counts():
    found = counts_candidate(np.array([1, 3, 4]))
    assert found == Candidate("free", 3, counts=(1, 3, 4))
    assert found.label == "free counts"
    assert found.schedule.revealed([0, 1 / 3, 2 / 3, 1]) == pytest.approx([0, 1 / 8, 1 / 2, 1])
    assert found.plan(MaskedDecoding(), 8).counts.tolist() == [1, 3, 4]


@pytest.mark.parametrize(("reveal", "rounding"), [("ancestral", "full"), ("fixed", "cumulative")])
def test_counts_need_to_be_fixed_and_full(reveal, rounding):
    FREE.check_decoding(MaskedDecoding(order="entropy", temperature=0.5))
    said = (
        "[space] family 'free' searches counts, which needs reveal = 'fixed' and rounding = "
        f"'full', got reveal = {reveal!r} and rounding = {rounding!r}"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        FREE.check_decoding(MaskedDecoding(reveal=reveal, rounding=rounding))


def test_json_has_counts_in_place_of_parameters():
    one = counts_candidate([1, 3, 4])
    assert FREE.values(one) == {"beta_a": None, "beta_b": None}
    assert FREE.candidate(3, FREE.values(one), [1, 3, 4]) == one
    with pytest.raises(ValueError, match="family 'free' is given by no parameters"):
        FREE.candidate(3, {"beta_a": 0.5, "beta_b": None}, [1, 3, 4])
    with pytest.raises(ValueError, match="family 'free' is given by 3 counts, got None"):
        FREE.candidate(3, {})


@pytest.mark.parametrize(("steps", "dimensions"), [(1, 0), (2, 1), (5, 4), (64, 4)])
def test_up_to_four_coordinates_are_searched(steps, dimensions):
    found = FREE.dimensions(steps, BOUNDS)
    assert [one.name for one in found] == [f"free_{i}" for i in range(1, dimensions + 1)]
    assert not any(one.log for one in found)
    extreme = counts_candidate([1] * (steps - 1) + [2**20])
    position = FREE.position(extreme)
    assert list(position) == [one.name for one in found]
    for one in found:
        assert one.searched[0] < position[one.name] < one.searched[1]


def test_equal_counts_lie_at_the_origin_and_mirrored_ones_opposite():
    assert FREE.position(counts_candidate([4, 4, 4])) == pytest.approx({"free_1": 0, "free_2": 0})
    there = FREE.position(counts_candidate([1, 2, 9]))
    back = FREE.position(counts_candidate([9, 2, 1]))
    assert there["free_1"] == pytest.approx(-back["free_1"])
    assert there["free_2"] == pytest.approx(back["free_2"])
    # The first cosine of logarithms: growing counts have a negative one.
    assert there["free_1"] < 0


def test_seeds_are_the_limit_and_rounded_beta_schedules():
    wanted = ["energy", [3.0, 3.0]]
    plain = FREE.seeds(wanted, 4, BOUNDS, 16, None)
    assert [(one.label, one.candidate.counts) for one in plain] == [
        ("energy: linear", (4, 4, 4, 4)),
        ("energy: sin2", (2, 6, 6, 2)),
        ("user: (3, 3)", (1, 7, 7, 1)),
    ]
    told = FREE.seeds(wanted, 4, BOUNDS, 16, COSTS)
    assert (told[0].label, told[1:]) == ("profile: limit", plain)
    assert told[0].candidate == FREE.optimum(4, BOUNDS, COSTS)


def test_the_optimum_is_the_best_of_all_counts():
    costs = ProfileCosts(np.array([4.0, 2.0, 1.5, 0.5, 0.4, 0.1]), MaskedDecoding())
    rivals = [
        counts_candidate([b - a for a, b in itertools.pairwise([0, *inner, 6])])
        for inner in itertools.combinations(range(1, 6), 2)
    ]
    least = min(map(costs.of, rivals))
    assert costs.of(FREE.optimum(3, BOUNDS, costs)) == pytest.approx(least)


def test_counts_of_another_study_are_taken_where_they_fit():
    one = counts_candidate([1, 3, 12])
    assert FREE.adopted(one, 3, BOUNDS, 16) is one
    assert FREE.adopted(one, 4, BOUNDS, 16) is None
    assert FREE.adopted(one, 3, BOUNDS, 17) is None


def test_a_beta_schedule_of_another_study_becomes_counts():
    assert FREE.adopted(beta(1.0, 1.0, 8), 4, BOUNDS, 16) == counts_candidate([2, 6, 6, 2])
    assert FREE.adopted(beta(9.0, 1.0, 4), 4, BOUNDS, 16) is None


def test_a_pool_needs_a_profile():
    with pytest.raises(ValueError, match=r"^the family 'free' starts from a profile$"):
        FREE.pool(4, BOUNDS, length=16)


@pytest.mark.parametrize("steps", [1, 2, 6, 16])
def test_a_pool_begins_with_the_limit_and_holds_whole_counts(steps):
    pool = FREE.pool(steps, BOUNDS, COSTS, length=16)
    found = list(pool.candidates(np.random.default_rng(0), [], wide=True))
    assert found[0] == FREE.optimum(steps, BOUNDS, COSTS)
    assert pool.anything(np.random.default_rng(0)) == found[0]
    for one in found:
        assert (len(one.counts), sum(one.counts), min(one.counts) >= 1) == (steps, 16, True)
    # One step, or one token a step, leaves nothing to choose.
    assert (len(set(found)) == 1) == (steps in (1, 16))


def test_good_counts_have_candidates_around_them():
    """Further ones on the way there than the limit's own neighbours are."""
    parent = counts_candidate([9, 1, 1, 1, 1, 3])
    pool = FREE.pool(6, BOUNDS, COSTS, length=16)

    def nearest(parents):
        found = pool.candidates(np.random.default_rng(0), parents, wide=False)
        return min(np.abs(np.subtract(one.counts, parent.counts)).sum() for one in found)

    assert nearest([parent]) < nearest([])

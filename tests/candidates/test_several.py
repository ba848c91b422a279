"""Several families that one study searches."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from mdm_opt.candidates import FAMILIES, Candidate, MaskedDecoding, ProfileCosts, beta
from mdm_opt.candidates.several import several
from mdm_opt.config import parse_study
from mdm_opt.errors import InputError

NAMES = ("beta", "adaptive", "threshold", "entropy_bound")
ALL = several(NAMES)
BOUNDS = {key.name: list(key.searched) for key in ALL.keys}
COSTS = ProfileCosts(np.linspace(2.0, 0.5, 16), MaskedDecoding())


def study(**space):
    return parse_study(
        {
            "study": {"name": "s"},
            "model": {"kind": "bundled"},
            "space": {"steps": [8], **space},
            "objective": {"kind": "validity", "verifier": "sudoku"},
        },
        "",
    )


def test_keys_that_mean_the_same_are_shared_and_others_have_the_family_in_front():
    names = [key.name for key in ALL.keys]
    assert len(set(names)) == len(names)
    assert {"beta_a", "beta_b", "cap_ratio", "threshold_cutoff", "entropy_bound_cutoff"} <= {
        *names
    }
    assert "cutoff" not in names
    own = ALL.bounds_of(FAMILIES["threshold"], BOUNDS)
    assert own == {"cutoff": list(FAMILIES["threshold"].keys[0].searched)}


def test_what_holds_for_a_member_holds_for_all_together():
    assert (ALL.by_rule, ALL.needs_profile, ALL.uses_profile) == (True, False, True)
    assert several(("beta", "free")).needs_profile
    assert not several(("beta", "free")).by_rule


def test_a_candidate_is_along_the_dimensions_of_its_own_family():
    one = Candidate("threshold", 8, {"cutoff": 0.9})
    dimensions = {part.name: part for part in ALL.dimensions(8, BOUNDS)}
    assert ALL.position(one) == {"family": "threshold", "threshold_cutoff": 0.9}
    assert set(ALL.position(beta(0.4, 0.3, 8))) == {"family", "beta_a", "beta_b"}
    assert dimensions["family"].searched == NAMES
    for candidate in ALL.pool(8, BOUNDS, length=16).candidates(
        np.random.default_rng(0), [], wide=True
    ):
        assert set(ALL.position(candidate)) <= set(dimensions)


def test_the_families_take_turns_in_the_seeds():
    found = ALL.seeds(["energy", "baselines"], 8, BOUNDS, 16, None)
    first = [seed.candidate.family for seed in found[: len(NAMES)]]
    assert set(first) <= set(NAMES)
    assert len(set(first)) == len(first)
    assert {seed.candidate.family for seed in found} == set(NAMES)
    assert len({seed.label for seed in found}) == len(found)


def test_the_seeds_leave_trials_for_the_search():
    found = ALL.seeds(["energy", "profile", "baselines"], 8, BOUNDS, 16, COSTS)
    count = Counter(seed.candidate.family for seed in found)
    assert max(count.values()) == 4
    # Those of the profile come first, and the user's own are never left out.
    assert found[0].label == "profile: best Beta"
    own = [["beta", 0.3 + 0.1 * i, 0.3] for i in range(6)]
    more = ALL.seeds([*own, "energy", "profile"], 8, BOUNDS, 16, COSTS)
    assert [seed.candidate for seed in more if seed.label.startswith("user")] == [
        beta(*pair, 8) for _, *pair in own
    ]


def test_seeds_that_are_given_begin_with_their_family():
    assert ALL.accepts_seed(["threshold", 0.9])
    assert not ALL.accepts_seed([0.4, 0.3])
    assert not ALL.accepts_seed(["free", 0.4, 0.3])
    (seed,) = ALL.seeds([["beta", 0.4, 0.3]], 8, BOUNDS, 16, None)
    assert seed.candidate == beta(0.4, 0.3, 8)
    assert ALL.seed_is_inside(["threshold", 0.9], BOUNDS)
    assert not ALL.seed_is_inside(["threshold", 0.9], {**BOUNDS, "threshold_cutoff": [0.1, 0.5]})


def test_all_families_are_looked_for_everywhere_until_they_have_good_ones():
    parents = [beta(0.4, 0.3, 8)]
    rng = np.random.default_rng(0)
    found = Counter(
        one.family for one in ALL.pool(8, BOUNDS, length=16).candidates(rng, parents, wide=False)
    )
    assert set(found) == set(NAMES)
    assert {ALL.pool(8, BOUNDS, length=16).anything(rng).family for _ in range(60)} == set(NAMES)


def test_the_best_under_a_profile_is_that_of_the_schedules():
    best = ALL.optimum(4, BOUNDS, COSTS)
    assert best == FAMILIES["beta"].optimum(4, BOUNDS, COSTS)
    rules = several(("threshold", "entropy_bound"))
    assert rules.optimum(4, {}, COSTS).family == "beta"


def test_a_schedule_of_another_study_is_one_of_its_family():
    one = Candidate("threshold", 4, {"cutoff": 0.9})
    assert ALL.adopted(one, 8, BOUNDS, 16) == Candidate("threshold", 8, {"cutoff": 0.9})
    assert several(("beta", "adaptive")).adopted(one, 8, BOUNDS, 16) is None


def test_a_study_file_names_several_families():
    found = study(families=list(NAMES), threshold_cutoff=[0.5, 0.9])
    assert found.family is ALL
    assert found.space.bounds["threshold_cutoff"] == [0.5, 0.9]
    space = found.canonical()["space"]
    assert space["families"] == list(NAMES)
    assert "family" not in space
    assert parse_study(found.canonical(), "").identity_hash() == found.identity_hash()
    assert "families" not in study().canonical()["space"]


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ({"families": ["beta"]}, "must be a list of at least two of beta, free, adaptive"),
        ({"families": ["beta", "beta"]}, "must be a list of at least two of"),
        ({"families": ["beta", "sine"]}, "must be a list of at least two of"),
        ({"families": "beta"}, "must be a list of at least two of"),
        ({"families": ["beta", "adaptive"], "family": "beta"}, "family and families: one of both"),
        ({"families": ["threshold", "entropy_bound"], "cutoff": [0.1, 0.9]}, "cutoff"),
    ],
)
def test_what_is_no_list_of_families_is_refused(space, message):
    with pytest.raises(InputError, match=message):
        study(**space)

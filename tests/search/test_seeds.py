"""Seeds: labelled, all different, the best expected value first."""

from __future__ import annotations

import numpy as np
import pytest
from exact_profile import SUDOKU, study_file
from search_spaces import validity_space

from mdm_opt.candidates import MaskedDecoding, Seed, beta, counts_candidate
from mdm_opt.config import parse_study
from mdm_opt.errors import InputError
from mdm_opt.schedules import best_beta, fixed_weights, limit
from mdm_opt.search import seeds


def path_kl(seed):
    counts = seed.candidate.plan(MaskedDecoding(), 16).counts
    return float(fixed_weights(counts) @ SUDOKU)


def test_with_a_profile_each_budget_is_ordered_by_predicted_path_kl():
    found = seeds(study_file(), 16, SUDOKU)
    for steps in (4, 6):
        ours = [seed for seed in found if seed.candidate.steps == steps]
        assert ours[0].label == "profile: best Beta"
        values = [path_kl(seed) for seed in ours]
        assert values == sorted(values)
        best = best_beta(SUDOKU, steps, beta_a=(0.1, 8.0), beta_b=(0.1, 8.0))
        assert ours[0].candidate == beta(best.beta_a, best.beta_b, steps)
    assert {seed.label for seed in found} == {
        "profile: best Beta", "profile: energy fit", "energy: linear", "energy: sin2",
        "paper: (0.9, 0.3)", "paper: (1, 0.2)",
    }  # fmt: skip


def test_budgets_take_turns():
    assert [seed.candidate.steps for seed in seeds(study_file(), 16, SUDOKU)[:6]] == [4, 6] * 3


def test_the_same_counts_are_tried_once():
    found = seeds(study_file(steps=[2], seeds=["energy", [0.5, 0.5], [1.0, 1.0]]), 16)
    assert [seed.label for seed in found] == ["energy: linear"]


def test_history_comes_first():
    history = [Seed("history: a", beta(2.0, 2.0, 6))]
    found = seeds(study_file(), 16, SUDOKU, history)
    labels = {n: [seed.label for seed in found if seed.candidate.steps == n] for n in (4, 6)}
    assert labels[6][0] == "history: a"
    assert labels[4][0] == "profile: best Beta"


def test_the_worst_named_seeds_are_left_out_where_trials_are_few():
    few = seeds(study_file(trials=3), 16, SUDOKU)
    assert few == seeds(study_file(), 16, SUDOKU)[:3]


def test_pairs_of_the_user_stay_or_are_refused():
    found = seeds(study_file(trials=4, seeds=["energy", [3.0, 3.0]]), 16)
    assert [seed.label for seed in found if seed.label.startswith("user")] == ["user: (3, 3)"] * 2
    with pytest.raises(InputError, match=r"trials: 1 is not accepted: the pairs .* are 2 trials"):
        seeds(study_file(trials=1, seeds=[[3.0, 3.0]]), 16)
    with pytest.raises(InputError, match=r"seeds\.0: \[9\.0, 1\.0\] lies outside beta_a"):
        seeds(study_file(seeds=[[9.0, 1.0]]), 16)


def test_pairs_outside_the_bounds_are_refused_where_they_become_counts():
    space = {"family": "free", "beta_a": [0.3, 1.0]}
    with pytest.raises(InputError, match=r"seeds\.1: \[5\.0, 5\.0\] lies outside beta_a"):
        seeds(study_file(space=space, seeds=["energy", [5.0, 5.0]]), 16, SUDOKU)


def test_the_free_family_starts_from_the_limit():
    found = seeds(study_file(space={"family": "free"}), 16, SUDOKU)
    for steps in (4, 6):
        first = next(seed for seed in found if seed.candidate.steps == steps)
        assert first.label == "profile: limit"
        assert first.candidate.counts == tuple(limit(SUDOKU, 6).counts(steps).tolist())
    assert all(sum(seed.candidate.counts) == 16 for seed in found)
    assert len({(seed.candidate.steps, seed.candidate.counts) for seed in found}) == len(found)


def test_in_the_free_family_history_may_be_counts():
    history = [Seed("history: a", counts_candidate((2, 2, 4, 8)))]
    assert seeds(study_file(space={"family": "free"}), 16, SUDOKU, history)[0] == history[0]
    assert all(seed.candidate.counts is None for seed in seeds(study_file(), 16, SUDOKU, history))


def test_ancestral_seeds_differ_by_their_parameters():
    content = study_file(steps=[2]).canonical() | {"sampler": {"reveal": "ancestral"}}
    found = seeds(parse_study(content, "test"), 16, SUDOKU)
    assert len(found) == 6
    assert found[0].label == "profile: best Beta"


def test_settings_are_tried_after_the_best_expected_seed():
    where = validity_space(profile=SUDOKU, steps=[4], order=["random", "margin"])
    content = {
        "study": {"name": "s"},
        "model": {"kind": "enumerated", "law": "sudoku4"},
        "space": {"steps": [4], "order": ["random", "margin"], "temperature": [1.0, 0.5]},
        "objective": {"kind": "validity", "verifier": "sudoku"},
    }
    found = seeds(parse_study(content, ""), 16, SUDOKU, draws=np.tile(SUDOKU, (4, 1)))
    labels = [seed.label for seed in found]
    assert labels[:3] == [
        "profile: best Beta",
        "order margin, profile: best Beta",
        "temperature 0.500, profile: best Beta",
    ]
    assert len({where.key(seed.candidate) for seed in found}) == len(found)
    assert [seed.candidate.decoding["order"] for seed in found].count("margin") == 1

"""What a study searches in, and what its profile says before any trial."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from exact_profile import SUDOKU, study_file
from search_spaces import space, validity_file, validity_space

from mdm_opt.candidates import (
    BETA,
    FREE,
    Candidate,
    MaskedDecoding,
    baseline,
    beta,
    counts_candidate,
)
from mdm_opt.config import parse_study
from mdm_opt.schedules import ProfileSample
from mdm_opt.search import SearchSpace

# Its sum is 5.5 nats; the least in two steps is 4 + 3 * 1 - 5.5 = 1.5, of counts (1, 3).
FOUR = np.array([4.0, 1.0, 0.5, 0.0])


def test_a_space_is_what_the_study_file_says():
    file = study_file(steps=[6, 4], space={"beta_a": [0.2, 1.0]})
    found = SearchSpace.of(file, 16, SUDOKU)
    assert (found.family, found.steps, found.length) == (BETA, (4, 6), 16)
    assert found.bounds == {"beta_a": [0.2, 1.0], "beta_b": [0.1, 8.0]}
    assert found.decoding == MaskedDecoding()
    assert found.profile is SUDOKU
    assert space(space={"family": "free"}).family is FREE


def test_candidates_that_sample_the_same_have_one_key():
    where = space(16)
    assert where.key(baseline("linear", 4)) == where.key(counts_candidate([4, 4, 4, 4]))
    assert where.key(baseline("linear", 4)) != where.key(beta(0.9, 0.2, 4))
    # In longer sequences the same parameters round to different counts.
    first, second = beta(0.5, 0.5, 4), beta(0.52, 0.5, 4)
    assert where.key(first) == where.key(second)
    assert space(512).key(first) != space(512).key(second)


def test_costs_are_those_of_the_profile_where_there_is_one():
    assert space(16).costs is None
    costs = space(16, SUDOKU).costs
    assert costs.profile is SUDOKU
    assert costs.decoding == MaskedDecoding()


def test_the_pool_is_that_of_the_family_within_the_bounds():
    bounds = {"beta_a": [0.2, 0.4], "beta_b": [1.0, 1.5]}
    found = [*space(16, space=bounds).pool(4).candidates(np.random.default_rng(0), [], wide=True)]
    assert found
    for one in found:
        assert one.steps == 4
        assert BETA.inside(one.parameters, bounds)
    with pytest.raises(ValueError, match="starts from a profile"):
        space(16, space={"family": "free"}).pool(4)


def test_without_a_profile_nothing_is_known_before():
    assert space(16).prior.of([beta(0.5, 0.5, 4), beta(3.0, 0.2, 4)]).tolist() == [0.0, 0.0]
    assert space(16).prior.of([]).shape == (0,)


def test_a_profile_says_how_much_worse_than_the_least_a_candidate_is():
    """As the logarithm of a ratio, up to a floor of a twentieth of the least."""
    where = space(4, FOUR, space={"family": "free"})
    best, other, one_step = where.prior.of(
        [counts_candidate(counts) for counts in ([1, 3], [2, 2], [4])]
    )
    assert (best, one_step) == (0.0, 0.0)
    assert other == pytest.approx(np.log(3.5 / 1.5), rel=0.05)


def test_next_to_zero_a_ratio_says_little():
    """One token a step costs nothing, and what costs as good as nothing is as good."""
    where = space(4, FOUR * 1e-6, space={"family": "free"})
    found = where.prior.of([counts_candidate([1, 1, 1, 1]), counts_candidate([2, 2])])
    assert np.abs(found).max() < 0.01


def test_random_counts_are_compared_with_the_best_of_the_family():
    file = study_file().canonical() | {"sampler": {"reveal": "ancestral"}}
    where = SearchSpace.of(type(study_file()).model_validate(file), 16, SUDOKU)
    best = BETA.optimum(4, where.bounds, where.costs)
    found = where.prior.of([best, baseline("linear", 4), beta(8.0, 0.1, 4)])
    assert found[0] == 0.0
    assert 0 < found[1] < found[2]


SAMPLE = ProfileSample(16, np.arange(16), SUDOKU * np.array([[0.9], [1.0], [1.3]]))


def foretelling(**tables):
    """Where a study of path KL looks, with what is known of the sequences of its profile."""
    file = parse_study(study_file().canonical() | tables, "test")
    return SearchSpace.of(file, 16, SUDOKU, sample=SAMPLE)


def test_a_profile_foretells_path_kl_by_its_own_references_and_nothing_else():
    both = [baseline("linear", 4), beta(0.9, 0.3, 4)]
    assert foretelling().foretells(both)
    assert not foretelling().foretells([*both, Candidate("threshold", 4, {"cutoff": 0.9})])
    # Sequences, profile, references or objective that do not say it.
    assert not space(16, SUDOKU).foretells(both)
    assert not SearchSpace.of(study_file(), 16, sample=SAMPLE).foretells(both)
    assert not foretelling(profile={"references": "a.txt"}).foretells(both)
    assert not foretelling(profile={"estimator": "chain"}).foretells(both)
    objective = {"kind": "path_kl", "references": "a.txt"}
    assert foretelling(objective=objective).foretells(both)
    assert not foretelling(objective=objective, profile={"references": "model"}).foretells(both)
    assert not SearchSpace.of(validity_file(), 16, SUDOKU, sample=SAMPLE).foretells(both)


def test_what_sequences_cost_has_the_mean_that_the_smooth_profile_predicts():
    where, candidate = foretelling(), beta(0.9, 0.3, 4)
    predicted, found = where.costs.of(candidate), where.sequence_costs(candidate)
    assert found.mean() == pytest.approx(predicted, rel=1e-12)
    np.testing.assert_allclose(np.diff(found), predicted * np.array([0.1, 0.3]), rtol=1e-9)
    with pytest.raises(ValueError, match="nothing is foretold of beta"):
        space(16, SUDOKU).sequence_costs(candidate)


def test_what_is_searched_at_a_step_count_are_blocks_that_fit_it():
    where = validity_space(steps=[4, 6], block_length=[4, 8, 16], temperature=[0.0, 1.0])
    names = [one.name for one in where.dimensions(4)]
    assert names == ["beta_a", "beta_b", "temperature", "block_length"]
    assert where.dimensions(4)[-1].searched == (4, 8, 16)
    assert where.dimensions(6)[-1].searched == (8, 16)


def test_a_baseline_is_one_with_the_settings_that_are_not_searched():
    where = validity_space(block_length=[4, 16], temperature=[0.0, 1.0])
    usual = {"temperature": 1.0, "block_length": 16}
    linear = replace(baseline("linear", 8), decoding=usual)
    assert where.is_baseline(linear, "linear")
    assert where.is_baseline(baseline("linear", 8), "linear")
    assert not where.is_baseline(linear, "sin2")
    for other in ({"temperature": 0.0}, {"block_length": 4}):
        assert not where.is_baseline(replace(linear, decoding={**usual, **other}), "linear")


def test_a_profile_is_a_prior_of_random_order_alone():
    where = validity_space(profile=SUDOKU, steps=[4], order=["random", "margin"])
    steep = beta(4.0, 0.2, 4)
    both = [replace(steep, decoding={"order": order}) for order in ("random", "margin")]
    random, margin = where.prior.of(both)
    assert random > 0.1
    assert margin == 0
    fixed = SearchSpace.of(study_file(steps=[4]), 16, SUDOKU)
    assert fixed.prior.of([steep])[0] == random

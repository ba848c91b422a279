"""All counts of the Beta family: those of the schedules, and no others are better."""

from __future__ import annotations

import numpy as np
import pytest

from mdm_opt.schedules import BetaSchedule, path_kl, reveal_counts
from mdm_opt.schedules.beta_counts import beta_counts

SPACE = (0.1, 8.0)


@pytest.mark.cases(4)
@pytest.mark.parametrize("rounding", ["full", "cumulative"])
@pytest.mark.parametrize(("length", "steps"), [(1, 1), (9, 4), (16, 20), (36, 8)])
def test_counts_are_those_of_their_schedules_and_all_different(length, steps, rounding):
    found = beta_counts(length, steps, SPACE, SPACE, rounding)
    counts = np.diff(found.boundaries, axis=1)
    for row, (a, b) in zip(counts[::7], found.pairs[::7].tolist(), strict=True):
        assert row.tolist() == reveal_counts(BetaSchedule(a, b), steps, length, rounding).tolist()
    assert len(np.unique(counts, axis=0)) == len(counts)
    assert found.pairs[0].tolist() == [0.5, 0.5]
    assert ((found.pairs >= SPACE[0]) & (found.pairs <= SPACE[1])).all()


def test_what_any_schedule_has_is_among_them():
    """Nearly all: a part of the space that is smaller than a cell can be missed."""
    found = beta_counts(24, 6, SPACE, SPACE, "full")
    known = {tuple(row) for row in np.diff(found.boundaries, axis=1).tolist()}
    rng = np.random.default_rng(0)
    pairs = np.exp(rng.uniform(*np.log(SPACE), (2000, 2)))
    seen = [tuple(reveal_counts(BetaSchedule(a, b), 6, 24).tolist()) for a, b in pairs.tolist()]
    assert np.mean([one in known for one in seen]) > 0.99


def test_costs_are_path_kls_under_one_profile_and_many():
    found = beta_counts(16, 5, SPACE, SPACE, "cumulative")
    profiles = np.sort(np.random.default_rng(1).random((3, 16)), axis=1)[:, ::-1]
    costs = found.costs(profiles)
    assert costs.shape == (len(found.pairs), 3)
    for place in range(0, len(found.pairs), 5):
        counts = np.diff(found.boundaries[place])
        expected = [path_kl(profile, counts) for profile in profiles]
        assert costs[place] == pytest.approx(expected)
        assert found.costs(profiles[1])[place] == pytest.approx(expected[1])


def test_a_pair_in_front_is_that_pair():
    found = beta_counts(16, 5, SPACE, SPACE, "full").with_pair((0.7, 0.3))
    assert found.pairs[0].tolist() == [0.7, 0.3]
    counts = reveal_counts(BetaSchedule(0.7, 0.3), 5, 16)
    assert np.diff(found.boundaries[0]).tolist() == counts.tolist()

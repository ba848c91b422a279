"""The model of shapes, the standings by it, and the sampler that Optuna runs."""

from __future__ import annotations

import warnings

import numpy as np
import optuna
import pytest
from exact_profile import SUDOKU, study_file
from hypothesis import given
from hypothesis import strategies as st

from mdm_opt.schedules import fixed_weights, limit
from mdm_opt.search import Excess, Observed, Point, Setting, ShapeSampler, ranked
from mdm_opt.search.model import Scale
from mdm_opt.search.observed import model_of, shapes_of
from mdm_opt.search.samplers import propose


def setting(length=16, **more):
    file = study_file(**more)
    return Setting(file.space, file.sampler, length)


def points(count, seed=0, steps=8):
    rng = np.random.default_rng(seed)
    return [Point(steps, *np.exp(rng.uniform(-1.5, 1.0, 2))) for _ in range(count)]


def true_value(where, point, profile):
    return float(fixed_weights(where.counts(point)) @ profile)


LONG = np.exp(-np.arange(128) / 12)


def test_without_noise_the_posterior_is_the_values():
    where = setting(128, steps=[8])
    tried = points(12)
    observed = [Observed(i, p, true_value(where, p, LONG), 0.0) for i, p in enumerate(tried)]
    order = [one.number for one in ranked(where, Excess(where, None), observed)]
    assert order == sorted(order, key=lambda i: observed[i].value)


def test_the_luckiest_value_is_not_the_best():
    """Many copies of nearly one schedule, and one of them lucky: its neighbours tell."""
    where, rng, wins = setting(128, steps=[8]), np.random.default_rng(0), 0
    good = [Point(8, 0.45 + 0.01 * i, 0.30) for i in range(4)]
    bad = [Point(8, 1.6 + 0.05 * i, 1.5) for i in range(12)]
    for _ in range(40):
        observed = [Observed(i, p, rng.normal(9.0, 0.1), 0.5**2) for i, p in enumerate(good)]
        observed += [Observed(4 + i, p, rng.normal(9.4, 0.5), 0.5**2) for i, p in enumerate(bad)]
        luckiest = min(observed, key=lambda one: one.value)
        best = ranked(where, Excess(where, None), observed)[0]
        wins += (best.number < 4) - (luckiest.number < 4)
    assert wins > 20


def test_what_was_not_measured_to_the_end_or_is_infeasible_is_never_best():
    where = setting(128, steps=[8])
    tried = points(6)
    observed = [Observed(i, p, float(i), 0.01) for i, p in enumerate(tried)]
    observed[0] = Observed(0, tried[0], 0.0, 0.01, complete=False)
    observed[1] = Observed(1, tried[1], 1.0, 0.01, guard=0.5)
    assert {one.number for one in ranked(where, Excess(where, None), observed)} == {2, 3, 4, 5}


def test_noise_is_weighed_trial_by_trial():
    where = setting(128, steps=[8])
    tried = [Point(8, 0.5, 0.5), Point(8, 0.5, 0.5001)]
    for quiet, expected in ((0, 0.0), (1, 1.0)):
        variances = [1.0, 1.0]
        variances[quiet] = 1e-4
        observed = [Observed(i, p, float(i), variances[i]) for i, p in enumerate(tried)]
        model = model_of(where, Excess(where, None), observed)
        both = model.posterior(shapes_of(where, Excess(where, None), tried)).mean
        centre = np.array([0.0, 1.0]) - 0.5
        assert abs(both - centre[int(expected)] / 1.0).max() < 0.45


def test_step_counts_share_what_they_learn():
    """What is bad at 8 steps is expected to be bad at 16."""
    where = setting(128, steps=[8, 16])
    tried = points(20)
    observed = [Observed(i, p, true_value(where, p, LONG), 1e-6) for i, p in enumerate(tried)]
    observed += [Observed(20, Point(16, 0.5, 0.5), 1.0, 1e-6)]
    asked = points(40, seed=1, steps=16)
    model = model_of(where, Excess(where, None), observed)
    mean = model.posterior(shapes_of(where, Excess(where, None), asked)).mean
    truth = [true_value(where, p, LONG) for p in asked]
    assert np.corrcoef(np.argsort(np.argsort(mean)), np.argsort(np.argsort(truth)))[0, 1] > 0.6


def test_the_profile_tells_the_model_where_nothing_was_measured():
    where = setting(128, steps=[8])
    excess = Excess(where, LONG)
    tried = points(4)
    observed = [Observed(i, p, true_value(where, p, LONG), 1e-6) for i, p in enumerate(tried)]
    asked = points(60, seed=2)
    truth = np.argsort(np.argsort([true_value(where, p, LONG) for p in asked]))

    def agreement(excess):
        mean = model_of(where, excess, observed).posterior(shapes_of(where, excess, asked)).mean
        return np.corrcoef(np.argsort(np.argsort(mean)), truth)[0, 1]

    assert agreement(excess) > 0.9
    assert agreement(excess) > agreement(Excess(where, None))


def test_no_candidate_is_proposed_twice_while_there_are_others():
    where = setting(16, steps=[4])
    observed, seen = [], set()
    for number in range(30):
        point = ShapeSampler(where, 4, None, seed=number).propose(observed, [])
        key = where.candidate_key(point)
        assert key not in seen
        seen.add(key)
        observed.append(Observed(number, point, true_value(where, point, SUDOKU), 0.01))


def test_where_all_candidates_are_measured_one_is_proposed_all_the_same():
    where = setting(4, steps=[4])
    observed = [Observed(0, Point(4, 0.5, 0.5), 1.0, 0.01)]
    assert ShapeSampler(where, 4, None, seed=0).propose(observed, []).steps == 4


def test_running_candidates_are_not_proposed():
    where = setting(16, steps=[4])
    observed = [
        Observed(i, p, true_value(where, p, SUDOKU), 1e-4)
        for i, p in enumerate(points(6, steps=4))
    ]
    first = ShapeSampler(where, 4, None, seed=7).propose(observed, [])
    second = ShapeSampler(where, 4, None, seed=7).propose(observed, [first])
    assert where.candidate_key(first) != where.candidate_key(second)


def test_guards_keep_the_search_away_from_what_is_infeasible():
    """Feasible only where beta_a > 1, while the objective prefers less."""
    where = setting(512, steps=[8])
    rng, observed = np.random.default_rng(0), []
    for number in range(24):
        point = (
            Point(8, *np.exp(rng.uniform(-1.5, 1.5, 2)))
            if number < 8
            else ShapeSampler(where, 8, None, seed=number).propose(observed, [])
        )
        value, guard = abs(np.log(point.beta_a)), 1.0 - point.beta_a
        observed.append(Observed(number, point, value, 1e-4, guard=guard))
    later = observed[8:]
    assert sum(one.guard <= 0 for one in later) >= len(later) / 2


def test_it_is_an_optuna_sampler():
    where = setting(128, steps=[8])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study = optuna.create_study(sampler=ShapeSampler(where, 8, LONG, seed=0))

        def objective(trial):
            a = trial.suggest_float("beta_a", 0.1, 8.0, log=True)
            b = trial.suggest_float("beta_b", 0.1, 8.0, log=True)
            return true_value(where, Point(8, a, b), LONG)

        study.optimize(objective, n_trials=8)
    assert study.best_value <= 1.02 * limit(LONG, 8).nats[-1]
    assert len(study.trials) == 8


@pytest.mark.parametrize("steps", [1, 4, 8])
def test_free_proposals_are_counts_that_optuna_can_repeat(steps):
    where = setting(128, steps=[8], space={"family": "free"})
    sampler = ShapeSampler(where, steps, LONG, seed=1)
    observed, base = [], tuple(limit(LONG, 8).counts(steps).tolist())
    for number in range(6):
        point = sampler.propose(observed, [])
        assert sum(point.counts) == 128
        assert min(point.counts) >= 1
        assert len(point.counts) == steps
        again = ShapeSampler(where, steps, LONG, seed=2)
        assert again.point(sampler._pool.params(point)) == point
        value = float(fixed_weights(point.counts) @ LONG)
        observed.append(Observed(number, point, value, 1e-4))
    assert base in {one.point.counts for one in observed}


def test_the_free_family_needs_a_profile():
    with pytest.raises(ValueError, match="starts from a profile"):
        ShapeSampler(setting(16, space={"family": "free"}), 4, None)


def test_pruned_trials_count_with_the_value_that_pairing_gave_them():
    where = setting(128, steps=[8])
    space = {"beta_a": optuna.distributions.FloatDistribution(0.1, 8.0, log=True)}
    space["beta_b"] = space["beta_a"]

    def trial(number, point, pruned):
        attrs = {"measured": {"noise_variance": 1e-6, "value": true_value(where, point, LONG)}}
        return optuna.trial.create_trial(
            state=optuna.trial.TrialState.PRUNED if pruned else optuna.trial.TrialState.COMPLETE,
            value=None if pruned else attrs["measured"]["value"],
            params={"steps": 8, "beta_a": point.beta_a, "beta_b": point.beta_b},
            distributions={"steps": optuna.distributions.CategoricalDistribution([8]), **space},
            user_attrs=attrs,
        )

    tried = points(12)

    def proposed(trials):
        return propose(
            "shape", where, 8, lambda: trials,
            direction=optuna.study.StudyDirection.MINIMIZE, seed=3,
        )  # fmt: skip

    complete = [trial(i, p, False) for i, p in enumerate(tried)]
    pruned = [trial(i, p, i % 2 == 0) for i, p in enumerate(tried)]
    fewer = [one for i, one in enumerate(complete) if i % 2]
    best = min(true_value(where, p, LONG) for p in tried)
    worst = max(true_value(where, p, LONG) for p in tried)
    for trials in (complete, pruned):
        value = true_value(where, proposed(trials), LONG)
        assert value < best + 0.2 * (worst - best)
    # Their candidates are known, so that none of them is proposed again.
    keys = {where.candidate_key(p) for p in tried}
    assert where.candidate_key(proposed(pruned)) not in keys
    assert proposed(fewer) != proposed(pruned)


@given(
    values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12),
    variance=st.floats(1e-6, 1e6) | st.just(np.nan),
)
def test_the_scale_of_values_is_undone_in_order(values, variance):
    found = np.array(values)
    scale = Scale.of(found, np.full(len(found), variance))
    targets = scale.compressed(found)
    assert scale.unit > 0
    size = np.abs(found).max() + scale.unit
    np.testing.assert_allclose(scale.restored(targets), found, atol=1e-9 * size, rtol=0)
    assert (np.diff(targets[np.argsort(found)]) >= 0).all()

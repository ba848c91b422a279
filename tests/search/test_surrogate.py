"""The model of shapes: what it makes of values, noise, other step counts and the profile."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from search_spaces import LONG, candidates, space, true_value, validity_space

from mdm_opt.candidates import Candidate, beta
from mdm_opt.search import Observation
from mdm_opt.search.ranking import model_of
from mdm_opt.search.shapes import Shapes, shapes_of
from mdm_opt.search.surrogate import Posterior, Scale, ShapeModel, _Pairs, _scaled


def test_noise_is_weighed_trial_by_trial():
    where = space(128, steps=[8])
    tried = [beta(0.5, 0.5, 8), beta(0.5, 0.5001, 8)]
    for quiet, expected in ((0, 0.0), (1, 1.0)):
        errors = [1.0, 1.0]
        errors[quiet] = 1e-2
        observed = [Observation(i, p, float(i), errors[i]) for i, p in enumerate(tried)]
        model = model_of(where, observed)
        both = model.posterior(shapes_of(where, tried)).mean
        centre = np.array([0.0, 1.0]) - 0.5
        assert abs(both - centre[int(expected)] / 1.0).max() < 0.45


def test_step_counts_share_what_they_learn():
    """What is bad at 8 steps is expected to be bad at 16."""
    where = space(128, steps=[8, 16])
    tried = candidates(20)
    observed = [Observation(i, p, true_value(where, p, LONG), 1e-6) for i, p in enumerate(tried)]
    observed += [Observation(20, beta(0.5, 0.5, 16), 1.0, 1e-6)]
    asked = candidates(40, seed=1, steps=16)
    model = model_of(where, observed)
    mean = model.posterior(shapes_of(where, asked)).mean
    truth = [true_value(where, p, LONG) for p in asked]
    assert np.corrcoef(np.argsort(np.argsort(mean)), np.argsort(np.argsort(truth)))[0, 1] > 0.6


def test_the_profile_tells_the_model_where_nothing_was_measured():
    plain, told = space(128, steps=[8]), space(128, LONG, steps=[8])
    tried = candidates(4)
    observed = [Observation(i, p, true_value(plain, p, LONG), 1e-6) for i, p in enumerate(tried)]
    asked = candidates(60, seed=2)
    truth = np.argsort(np.argsort([true_value(plain, p, LONG) for p in asked]))

    def agreement(where):
        mean = model_of(where, observed).posterior(shapes_of(where, asked)).mean
        return np.corrcoef(np.argsort(np.argsort(mean)), truth)[0, 1]

    assert agreement(told) > 0.9
    assert agreement(told) > agreement(plain)


@given(
    values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12),
    variance=st.floats(1e-6, 1e6) | st.just(np.nan),
)
def test_the_scale_of_values_is_undone_in_order(values, variance):
    found = np.array(values)
    scale = Scale.of(found, np.full(len(found), np.sqrt(variance)))
    targets = scale.compressed(found)
    assert scale.unit > 0
    size = np.abs(found).max() + scale.unit
    np.testing.assert_allclose(scale.restored(targets), found, atol=1e-9 * size, rtol=0)
    assert (np.diff(targets[np.argsort(found)]) >= 0).all()


def shapes(points, steps=8):
    return shapes_of(space(128, steps=[4, 8, 16]), [beta(*point, steps) for point in points])


POINTS = [(0.3, 0.3), (0.5, 2.0), (1.0, 0.4), (2.0, 2.0), (3.0, 0.5)]


def fitted(values, variance=1e-8, steps=8):
    values = np.array(values)
    return ShapeModel.of_values(
        shapes(POINTS, steps), values, np.full(len(values), np.sqrt(variance))
    )


def test_sets_of_candidates_are_joined_in_their_order():
    first, second = shapes(POINTS[:2]), shapes(POINTS[2:], steps=4)
    found = Shapes.joined([first, second])
    assert (len(first), len(found)) == (2, 5)
    assert found.steps.tolist() == [8, 8, 4, 4, 4]
    np.testing.assert_array_equal(found.angles[2:], second.angles)
    assert found.excess.tolist() == [0.0] * 5


def test_what_was_measured_without_noise_is_known():
    """Their order is that of the values; nothing of the doubt is left."""
    found = fitted([3.0, 1.0, 2.0, 5.0, 4.0]).measured
    assert np.argsort(found.mean).tolist() == [1, 2, 0, 4, 3]
    assert found.deviation.max() < 0.01


def test_doubt_grows_with_the_distance_from_what_was_measured():
    model = fitted([3.0, 1.0, 2.0, 5.0, 4.0])
    near, far = model.posterior(shapes([(0.31, 0.3), (0.1, 8.0)])).deviation
    assert near < far / 5


def test_scale_and_level_of_the_values_do_not_matter():
    values = np.array([3.0, 1.0, 2.0, 5.0, 4.0])
    asked = shapes([(0.4, 0.4), (1.5, 1.5)])
    plain = fitted(values).posterior(asked)
    other = fitted(1e4 * values - 7e4, variance=1e-8 * 1e8).posterior(asked)
    np.testing.assert_allclose(other.mean, plain.mean, rtol=1e-6)
    np.testing.assert_allclose(other.deviation, plain.deviation, rtol=1e-6)


def test_noise_pulls_values_together():
    values = [3.0, 1.0, 2.0, 5.0, 4.0]
    quiet, loud = (fitted(values, variance).measured for variance in (1e-8, 4.0))
    assert np.ptp(loud.mean) < 0.7 * np.ptp(quiet.mean)
    assert loud.deviation.min() > quiet.deviation.max()


def test_what_is_believed_leaves_the_mean_and_takes_the_doubt():
    model = fitted([3.0, 1.0, 2.0, 5.0, 4.0])
    running = shapes([(0.7, 0.7)])
    before, after = model.posterior(running), model.believing(running).posterior(running)
    assert after.mean == pytest.approx(before.mean, abs=1e-3)
    assert after.deviation[0] < 0.1 * before.deviation[0]


def test_the_probability_of_being_below_a_value():
    found = Posterior(np.array([1.0, 1.0, 0.0]), np.array([0.5, 0.0, 0.0]))
    # A deviation and a half below the mean, and what is known exactly.
    np.testing.assert_allclose(found.below(0.25), [0.0668072, 0.0, 1.0], atol=1e-7)
    np.testing.assert_allclose(found.below(np.array([1.0, 2.0, 0.0])), [0.5, 1.0, 0.5])


def test_one_value_is_enough():
    found = ShapeModel.of_values(shapes(POINTS[:1]), np.array([7.0]), np.array([np.nan]))
    there = found.posterior(shapes(POINTS))
    assert np.isfinite(there.mean).all()
    assert there.deviation[0] == there.deviation.min() > 0


@pytest.mark.parametrize("unit", [1e-200, 1e100])
def test_the_model_is_the_same_on_any_scale(unit):
    values, errors = np.array([3.0, 1.0, 2.0, 1.5, 4.0]), np.full(5, 0.3)
    steps = np.full(5, 8)
    for found, wanted in zip(
        _scaled(steps, unit * values, unit * errors), _scaled(steps, values, errors), strict=True
    ):
        np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_rules_are_told_apart_by_more_than_their_schedules():
    where = space(128, steps=[8])
    values = {"beta_a": 0.5, "beta_b": 0.5, "cap_ratio": 1.0, "measure": "entropy"}
    near, far, other = (
        Candidate("adaptive", 8, {**values, "doubt": doubt, "measure": measure})
        for doubt, measure in ((0.01, "entropy"), (0.8, "entropy"), (0.01, "bound"))
    )
    shapes = shapes_of(where, [beta(0.5, 0.5, 8), near, far, other])
    assert (shapes.angles == shapes.angles[0]).all()
    distance = _Pairs.of(shapes, shapes).distance
    assert (distance + np.eye(4) > 0.2).all()
    assert distance[0, 1] < distance[0, 2]


def test_schedules_alone_are_as_near_as_their_angles_say():
    """Bit by bit: what rules add is nothing, and not a rounded nothing."""
    where = space(128, steps=[8])
    shapes = shapes_of(where, candidates(30))
    assert not shapes.rules.any()
    squares = (
        (shapes.angles**2).mean(axis=1)[:, None]
        + (shapes.angles**2).mean(axis=1)[None, :]
        - 2 * shapes.angles @ shapes.angles.T / 7
    )
    found = _Pairs.of(shapes, shapes).distance
    np.testing.assert_array_equal(found, np.sqrt(np.maximum(squares, 0.0)))


def with_settings(candidates, **settings):
    return [replace(one, decoding=settings) for one in candidates]


def test_settings_add_to_the_distance_and_nothing_where_they_are_fixed():
    where = validity_space(order=["random", "margin"], temperature=[0.0, 1.0])
    tried = candidates(6)
    plain = _Pairs.of(shapes_of(where, tried), shapes_of(where, tried)).distance
    cold = shapes_of(where, with_settings(tried, order="margin", temperature=0.0))
    hot = shapes_of(where, with_settings(tried, order="random", temperature=1.0))
    np.testing.assert_allclose(_Pairs.of(cold, cold).distance, plain, atol=1e-7)
    apart = _Pairs.of(cold, hot).distance
    np.testing.assert_allclose(apart**2, plain**2 + 0.3**2 + 0.6**2, atol=1e-9)
    # Bit for bit what it is where nobody knows of settings.
    shapes = shapes_of(where, tried)
    assert not shapes.settings.any()
    angles = shapes.angles
    squares = (angles**2).mean(axis=1)
    expected = squares[:, None] + squares[None] - 2 * angles @ angles.T / angles.shape[1]
    assert np.array_equal(plain, np.sqrt(np.maximum(expected, 0.0)))


def test_what_is_better_in_one_order_is_expected_of_others_at_that_order():
    where = validity_space(order=["random", "margin"])
    tried, orders = candidates(16), ("random", "margin")
    observed = [
        Observation(i, replace(one, decoding={"order": orders[i % 2]}), 1.0 - i % 2, 0.1)
        for i, one in enumerate(tried)
    ]
    model = model_of(where, observed)
    asked = candidates(30, seed=3)
    random, margin = (
        model.posterior(shapes_of(where, with_settings(asked, order=order))).mean
        for order in orders
    )
    assert (margin < random).mean() > 0.9


def arguments(values):
    """Candidates of two arguments that are numbers from 0 to 0.8, as the model sees them."""
    angles = np.sqrt(2) * np.array(values, dtype=np.float64)
    rows = len(angles)
    return Shapes(
        steps=np.full(rows, 8),
        angles=angles,
        rules=np.zeros((rows, 6)),
        settings=np.zeros((rows, 7)),
        spare=np.zeros(rows),
        excess=np.zeros(rows),
        parts=(1, 1),
    )


def test_what_an_argument_does_by_itself_is_known_where_another_differs():
    """A wave in one argument, measured beside 0 of the other, is expected beside 0.8, too."""
    line = np.linspace(0, 0.8, 9)

    def wave(values):
        return np.sin(8 * values[:, 0]) + 2 * values[:, 1]

    measured = np.array([*((x, 0.0) for x in line), (0.4, 0.8)])
    asked = np.array([(x, 0.8) for x in line])

    def error(shapes):
        values, errors = wave(measured), np.full(len(measured), 1e-3)
        model = ShapeModel.of_values(shapes(measured), values, errors)
        mean = model.posterior(shapes(asked)).mean
        return 1 - np.corrcoef(mean, wave(asked))[0, 1]

    together = error(lambda values: replace(arguments(values), parts=()))
    assert error(arguments) < 0.1
    assert together > 0.5

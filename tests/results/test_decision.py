"""What a verified result says is to be done."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm_opt.results.decision import decide, fewer_calls
from mdm_opt.statistics import Estimate


@pytest.mark.parametrize(
    ("gain", "action", "more"),
    [
        ((0.2, 0.1, 0.3), "use", None),
        # Half of 0.4 at 100 instances: four times as many for half of it.
        ((0.1, -0.1, 0.3), "measure", 300),
        # Sixteen times as many, and a little more.
        ((0.05, -0.15, 0.25), "measure", 1500),
        ((0.0499, -0.1501, 0.2499), "keep", None),
        ((0.0, -0.2, 0.2), "keep", None),
        ((-0.1, -0.3, 0.1), "keep", None),
        ((-0.2, -0.3, -0.1), "keep", None),
        # Touching zero shows nothing, though the interval is not about its value.
        ((0.1, 0.0, 0.15), "measure", 1),
    ],
)
def test_the_interval_of_the_gain_decides(gain, action, more):
    found = decide(Estimate(*gain), 100)
    assert (found.action, found.instances, found.baseline) == (action, more, "linear")
    assert not found.nothing_to_gain


def test_guards_that_do_not_hold_keep_the_baseline():
    assert decide(Estimate(0.2, 0.1, 0.3), 100, feasible=False).action == "keep"


def test_a_schedule_that_is_the_baseline_gains_nothing():
    """Adjusted intervals of shares have a width although the samples are the same."""
    found = decide(Estimate(0.0, -0.02, 0.02), 100, same=True)
    assert (found.action, found.nothing_to_gain) == ("keep", True)


@pytest.mark.parametrize(
    ("gain", "action"),
    [((0.2, 0.1, 0.3), "use"), ((0.1, -0.1, 0.3), "measure"), ((-0.1, -0.3, 0.1), "keep")],
)
def test_fewer_calls_are_said_and_change_no_action(gain, action):
    calls = fewer_calls(np.full(100, 8.0), np.full(100, 16.0), 0.95)
    found = decide(Estimate(*gain), 100, calls=calls)
    assert (found.action, found.fewer_calls) == (action, calls)
    assert found.model_copy(update={"fewer_calls": None}) == decide(Estimate(*gain), 100)


def test_calls_of_what_is_worse_or_the_same_or_misses_its_guards_are_no_reason():
    calls = fewer_calls(np.full(100, 8.0), np.full(100, 16.0), 0.95)
    assert decide(Estimate(-0.2, -0.3, -0.1), 100, calls=calls).fewer_calls is None
    assert decide(Estimate(0.0, -0.1, 0.1), 100, calls=calls, same=True).fewer_calls is None
    assert decide(Estimate(0.0, -0.1, 0.1), 100, calls=calls, feasible=False).fewer_calls is None


def test_fewer_is_what_lies_clearly_above_a_twentieth():
    """Differences of the calls 2, 4, 2, 4, ...: mean 3, deviation about 1."""
    baseline, rule = np.full(50, 10.0), np.tile([8.0, 6.0], 25)
    found = fewer_calls(rule, baseline, 0.95)
    assert (found.mean, found.baseline) == (7.0, 10.0)
    # t of 49 degrees of freedom at 97.5%.
    half = 2.0096 * np.sqrt(50 / 49) / np.sqrt(50)
    assert found.interval == pytest.approx((3 - half, 3 + half), rel=1e-4)
    assert fewer_calls(np.full(50, 9.5), baseline, 0.95) is None
    assert fewer_calls(np.full(50, 9.4), baseline, 0.95) is not None
    assert fewer_calls(np.full(50, 16.0), baseline, 0.95) is None
    # Saved on average, and it may be chance.
    assert fewer_calls(np.array([1.0, 12.0, 11.0]), np.full(3, 10.0), 0.95) is None


def test_calls_are_compared_on_the_instances_of_both_and_where_they_are_known():
    longer = np.concatenate([np.full(50, 10.0), np.full(50, 1.0)])
    assert fewer_calls(np.full(50, 5.0), longer, 0.95).baseline == 10.0
    assert fewer_calls(np.full(50, np.nan), longer, 0.95) is None


@given(st.floats(-1, 1), st.floats(1e-3, 1), st.integers(2, 10**6))
def test_nothing_is_used_whose_gain_is_not_shown(value, half, instances):
    found = decide(Estimate(value, value - half, value + half), instances)
    assert (found.action == "use") == (value - half > 0)
    assert (found.instances is None) == (found.action != "measure")
    if found.instances is not None:
        assert 1 <= found.instances <= 15 * instances

"""What a verified result says is to be done."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm_opt.results.decision import decide
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


@given(st.floats(-1, 1), st.floats(1e-3, 1), st.integers(2, 10**6))
def test_nothing_is_used_whose_gain_is_not_shown(value, half, instances):
    found = decide(Estimate(value, value - half, value + half), instances)
    assert (found.action == "use") == (value - half > 0)
    assert (found.instances is None) == (found.action != "measure")
    if found.instances is not None:
        assert 1 <= found.instances <= 15 * instances

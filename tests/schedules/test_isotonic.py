"""Values that do not rise."""

from __future__ import annotations

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st

from mdm_opt.schedules.isotonic import not_rising


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(0.1, 9)), min_size=1, max_size=20))
def test_they_are_the_isotonic_regression(pairs):
    values, weights = np.array(pairs).T
    found = not_rising(values, weights)
    expected = scipy.optimize.isotonic_regression(values, weights=weights, increasing=False).x
    assert (found.dtype, found.shape) == (np.float64, values.shape)
    assert (np.diff(found) <= 0).all()
    assert found == pytest.approx(expected, abs=1e-9)


def test_what_does_not_rise_stays_as_it_is():
    values = np.array([3.0, 1.0, 1.0, -2.0])
    np.testing.assert_array_equal(not_rising(values, np.ones(4)), values)
    assert not_rising(np.array([0.0, 3.0]), np.array([1.0, 2.0])).tolist() == [2.0, 2.0]

"""alpha(t) of what was found beside the baselines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from figure_studies import traces
from records import pair

from mdm_opt.schedules import BetaSchedule, named_schedule
from mdm_opt.show.figures.schedules import schedules


def test_schedules_are_those_that_were_found(found, drawn):
    shown = traces(drawn["schedules"])
    np.testing.assert_allclose(
        shown["sin²"].y, named_schedule("sin2").revealed(np.array(shown["sin²"].x))
    )
    for budget in found.result.budgets:
        (name,) = [name for name in shown if name.startswith(f"{budget.steps} steps")]
        expected = BetaSchedule(*pair(budget.candidate))
        np.testing.assert_allclose(shown[name].y, expected.revealed(np.array(shown[name].x)))


def test_all_lines_run_from_nothing_to_everything(drawn):
    for line in drawn["schedules"].data:
        assert (line.x[0], line.x[-1]) == (0, 1)
        assert line.y[0] == pytest.approx(0, abs=1e-12)
        assert line.y[-1] == pytest.approx(1)
        assert (np.diff(line.y) >= -1e-12).all()
    linear = traces(drawn["schedules"])["linear"]
    np.testing.assert_allclose(linear.y, linear.x, atol=1e-12)


def test_nothing_is_drawn_before_a_trial_is_feasible(found):
    assert schedules(replace(found, result=None)) is None

"""What our tables say, as values: means and errors, and the states of trials and studies."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from records import measurement, trial_record

from mdm_opt.candidates import baseline
from mdm_opt.persistence import MAX_FAILURES, Progress

NOW = datetime(2024, 5, 6)


def test_value_and_error_are_those_of_the_scores():
    found = measurement(scores=np.array([1.0, 2.0, 4.0]))
    assert (found.value, found.instances) == (pytest.approx(7 / 3, rel=1e-15), 3)
    assert found.standard_error == pytest.approx((7 / 9) ** 0.5, rel=1e-15)


def test_a_single_exact_score_has_no_error():
    found = measurement(scores=np.array([2.5]))
    assert (found.value, found.instances, found.standard_error) == (2.5, 1, 0.0)


def test_a_baseline_may_take_other_steps_than_its_budget():
    found = measurement(candidate=baseline("linear", 11), budget_steps=8)
    assert (found.steps, found.budget_steps) == (11, 8)


@pytest.mark.parametrize(
    ("changes", "given_up"),
    [
        ({"failures": MAX_FAILURES - 1}, False),
        ({"failures": MAX_FAILURES}, True),
        ({"failures": MAX_FAILURES + 1}, True),
        # A worker that was thought dead may still finish it.
        ({"failures": MAX_FAILURES, "worker_id": 3}, False),
        ({"failures": MAX_FAILURES, "finished_at": NOW}, False),
    ],
)
def test_a_trial_is_given_up_that_failed_too_often_and_that_nobody_has(changes, given_up):
    assert trial_record(**changes).given_up is given_up


@pytest.mark.parametrize(
    ("progress", "waiting", "settled"),
    [
        (Progress(total=0, finished=0, running=0, failed=0), 0, True),
        (Progress(total=9, finished=2, running=3, failed=1), 3, False),
        (Progress(total=9, finished=5, running=1, failed=3), 0, False),
        (Progress(total=9, finished=6, running=0, failed=3), 0, True),
    ],
)
def test_a_study_is_settled_once_no_trial_can_be_taken_any_more(progress, waiting, settled):
    assert (progress.waiting, progress.settled) == (waiting, settled)

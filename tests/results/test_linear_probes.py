"""Probes for the linear steps of equal quality: few, and their interval covers."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from mdm_opt.candidates import MaskedDecoding, beta
from mdm_opt.measurement import Measurement
from mdm_opt.persistence import MeasurementRecord
from mdm_opt.results.comparison import Comparison
from mdm_opt.results.equal_steps import equal_steps
from mdm_opt.results.linear_probes import find_equal_linear

FOUND, LENGTH = beta(0.9, 0.3, 8), 64
# Linear is as good from this step count on.
TRUE = 13


def quality(steps):
    """Mean of the linear schedule, less is better; that of the found one is that of 12.5 steps."""
    return 2.0 * math.log(12.5 / steps)


class Model:
    """Scores with noise that instances share in part, and what was asked for."""

    def __init__(self, seed=0, instances=256, noise=1.0, free=False, worse=quality):
        self.rng = np.random.default_rng(seed)
        self.common = self.rng.normal(size=instances)
        self.noise, self.free, self.worse = noise, free, worse
        self.asked = []

    def __call__(self, label, candidate, ids):
        self.asked.append((candidate.steps, ids[0], len(ids)))
        mean = {"best": 0.0, "linear": self.worse(candidate.steps)}.get(label, 9.0)
        own = mean + self.common[list(ids)] + self.noise * self.rng.normal(size=len(ids))
        calls = np.full(len(ids), float(candidate.steps))
        cost = 0 if self.free else int(calls.sum())
        return Measurement(tuple(ids), own, calls, cost, 1.0, "cpu", {}, 1)


def verified(model, *, costs=None, known=None, instances=256):
    """The comparison with its probes, and what was asked for them."""
    compared = Comparison(
        FOUND,
        range(instances),
        "minimize",
        0.95,
        model,
        lambda one: one.key(MaskedDecoding(), LENGTH),
    )
    compared.measure(lambda name, nfe: round(nfe), {})
    before = len(model.asked)
    find_equal_linear(compared, SimpleNamespace(costs=costs), 1, LENGTH, known or {})
    return compared, model.asked[before:]


def found_in(compared):
    records = [
        MeasurementRecord(
            role="verification", label=label, budget_steps=8, candidate=arm.candidate,
            scores=arm.scores, calls=arm.measurement.calls, nfe=arm.measurement.nfe,
            feasible=True, guards={}, sequence_calls=0, seconds=0.0, device="cpu",
        )
        for label, arm in compared.arms()
    ]  # fmt: skip
    return equal_steps("minimize", records, 0.95, 1)


def test_three_probes_have_an_eighth_of_the_instances_each_and_none_twice():
    compared, asked = verified(Model())
    assert [(first, count) for _, first, count in asked] == [(0, 32), (32, 32), (64, 32)]
    assert asked[0][0] == math.ceil(1.35 * 8)
    assert all(8 < steps <= LENGTH for steps, _, _ in asked)
    assert found_in(compared).interval is not None


def test_the_profile_says_where_to_probe_first():
    costs = SimpleNamespace(
        predicts=lambda candidate: candidate == FOUND,
        of=lambda candidate: 3.0,
        linear=lambda: np.array([20.0 - n for n in range(LENGTH)]),
    )
    # 20 - (n - 1) is 3 at 18 steps.
    _, asked = verified(Model(), costs=costs)
    assert asked[0] == (18, 0, 32)


@pytest.mark.parametrize(("instances", "free"), [(256, True), (80, False)])
def test_neighbours_are_measured_where_that_is_free_or_instances_are_few(instances, free):
    compared, _ = verified(Model(noise=0.01, free=free), instances=instances)
    steps = {arm.candidate.steps for label, arm in compared.arms() if label == "linear"}
    assert {TRUE - 1, TRUE} <= steps
    found = found_in(compared)
    assert (found.steps, found.interval) == (TRUE, None)


def test_step_counts_of_the_study_that_enclose_it_are_enough():
    model = Model(noise=0.01)
    known = {n: model("linear", SimpleNamespace(steps=n), range(256)) for n in (4, 11, 16)}
    compared, asked = verified(model, known=known)
    assert asked == []
    labelled = [(label, arm.candidate.steps) for label, arm in compared.arms()]
    assert labelled[-2:] == [("linear again", 11), ("linear again", 16)]
    assert all(arm.measurement.sequence_calls == 0 for _, arm in list(compared.arms())[-2:])
    assert found_in(compared).steps == TRUE


def test_linear_that_never_is_as_good_is_probed_up_to_the_longest():
    compared, asked = verified(Model(noise=0.3, worse=lambda steps: 5.0 - 0.01 * steps))
    assert [steps for steps, _, _ in asked] == sorted({steps for steps, _, _ in asked})
    assert len(asked) <= 3
    found = found_in(compared)
    assert found.steps is None
    assert found.interval == (min(LENGTH, asked[-1][0]) + 1, None)


@pytest.mark.parametrize("noise", [0.5, 1.5])
def test_the_interval_covers_the_steps_and_the_estimate_is_about_right(noise):
    """It misses in 5% of cases at most: of 400, 5% and 4 standard errors of 1.1%."""
    runs, missed, estimates = 400, 0, []
    for seed in range(runs):
        compared, _ = verified(Model(seed=seed, noise=noise))
        found = found_in(compared)
        low, high = found.interval
        missed += not low <= TRUE <= (high or LENGTH)
        estimates.append(found.steps or LENGTH)
    assert missed / runs <= 0.05 + 4 * math.sqrt(0.05 * 0.95 / runs)
    assert abs(np.median(estimates) - TRUE) <= 1

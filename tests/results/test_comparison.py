"""Comparisons end where the decision is clear, and their intervals cover what they say."""

from __future__ import annotations

import numpy as np
import pytest

from mdm_opt.candidates import MaskedDecoding, baseline, beta
from mdm_opt.measurement import Measurement
from mdm_opt.results.comparison import Comparison
from mdm_opt.statistics import at_side_look, mean_interval

FOUND = beta(0.9, 0.3, 4)
LENGTH = 16


class Scores:
    """Scores by label, and what was asked for."""

    def __init__(self, instances=128, seed=0, **means):
        rng = np.random.default_rng(seed)
        common = rng.normal(size=instances)
        self.scores = {
            name: common + rng.normal(size=instances) + mean for name, mean in means.items()
        }
        self.asked = []

    def __call__(self, label, candidate, ids):
        self.asked.append((label, candidate.steps, ids[0], ids[-1] + 1))
        name = label if candidate.steps == 4 else f"{label}{candidate.steps}"
        own = self.scores[name][ids[0] : ids[-1] + 1]
        nfe = np.full(len(own), float(candidate.steps))
        return Measurement(tuple(ids), own, nfe, len(own), 1.0, "cpu", {}, 1)

    def spent(self, label):
        return sum(end - first for name, _, first, end in self.asked if name == label)


def compared(scores, candidate=FOUND, direction="minimize", others=None, **options):
    count = len(next(iter(scores.scores.values())))

    def key(one):
        return one.key(MaskedDecoding(), LENGTH)

    found = Comparison(candidate, range(count), direction, 0.95, scores, key, **options)
    found.measure(lambda name, nfe: round(nfe), others or {})
    return found


def test_a_clear_gain_ends_after_half_of_the_instances():
    scores = Scores(best=-2.0, linear=0.0, sin2=0.0, sine=0.0)
    found = compared(scores)
    assert {scores.spent(one) for one in ("best", "linear")} == {64}
    # Nothing is claimed of the others: a quarter says that they are worse.
    assert {scores.spent(one) for one in ("sin2", "sine")} == {32}
    assert found.gain("linear").low > 0


@pytest.mark.parametrize("best", [1.0, 3.0])
def test_a_schedule_that_is_no_better_ends_there_too(best):
    scores = Scores(best=best, linear=0.0, sin2=0.0, sine=0.0)
    assert compared(scores).gain("linear").value < 0
    assert scores.spent("best") == scores.spent("linear") == 64


def test_what_is_not_clear_is_measured_to_the_end_and_clear_losers_are_not():
    scores = Scores(best=-0.25, linear=0.0, sin2=-0.25, sine=3.0)
    half = compared(scores)
    assert scores.spent("best") == scores.spent("linear") == 128
    # Half is enough for what decides nothing, and a quarter where it is clearly worse.
    assert scores.spent("sin2") == 64
    assert scores.spent("sine") == 32
    assert {label: arm.instances < 128 for label, arm in half.arms()} == {
        "best": False, "linear": False, "sin2": True, "sine": True,
    }  # fmt: skip


def test_of_fewer_instances_the_first_look_at_what_decides_nothing_is_half():
    scores = Scores(instances=100, best=-0.25, linear=0.0, sin2=-0.25, sine=3.0)
    compared(scores)
    assert (scores.spent("best"), scores.spent("sin2"), scores.spent("sine")) == (100, 50, 50)


def test_linear_that_does_not_decide_is_measured_as_long_as_it_may_be_better():
    scores = Scores(best=-0.25, linear=-0.25, sin2=9.0, sine=9.0, baseline=0.0)
    own = {"baseline": beta(2.0, 1.0, 4)}
    compared(scores, others=own, decisive="baseline")
    assert scores.spent("linear") == scores.spent("baseline") == 128


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_a_gain_is_positive_where_the_schedule_is_better(direction):
    better = -2.0 if direction == "minimize" else 2.0
    scores = Scores(best=better, linear=0.0, sin2=0.0, sine=0.0)
    assert compared(scores, direction=direction).gain("linear").low > 0


def test_few_instances_are_looked_at_once():
    scores = Scores(instances=63, best=-2.0, linear=0.0, sin2=0.0, sine=0.0)
    compared(scores)
    assert scores.asked[0] == ("best", 4, 0, 63)


def test_the_best_of_other_families_is_measured_as_long_as_it_may_be_better():
    scores = Scores(best=-0.25, linear=0.0, sin2=9.0, sine=9.0, threshold=-0.25, adaptive=3.0)
    others = {"threshold": beta(2.0, 1.0, 4), "adaptive": beta(1.0, 2.0, 4)}
    found = dict(compared(scores, others=others).arms())
    assert found["threshold"].instances == found["best"].instances == 128
    assert found["adaptive"].instances == 64


def test_all_instances_can_be_asked_for():
    scores = Scores(best=-2.0, linear=0.0, sin2=0.0, sine=9.0)
    found = compared(scores, sequential=False)
    assert {arm.instances for _, arm in found.arms()} == {128}


def test_a_schedule_that_is_a_baseline_is_not_measured_twice():
    scores = Scores(best=0.0, linear=0.0, sin2=0.0, sine=0.0)
    found = compared(scores, beta(0.5, 0.5, 4))
    assert scores.spent("linear") == 0
    by_label = dict(found.arms())
    assert by_label["linear"].candidate == baseline("linear", 4)
    assert by_label["linear"].measurement.sequence_calls == 0
    np.testing.assert_array_equal(by_label["linear"].scores, by_label["best"].scores)
    assert found.gain("linear").value == 0
    # Both are done after half: there is nothing to gain.
    assert scores.spent("best") == 64


def test_more_linear_steps_are_compared_on_the_instances_of_the_schedule():
    scores = Scores(
        best=-2.0, linear=0.0, sin2=0.0, sine=0.0, linear5=-0.5, linear6=-3.0, linear7=-2.0
    )
    found = compared(scores)
    assert not found.reaches(4)
    assert not found.reaches(5)
    assert found.reaches(6)
    found.reaches(7)
    labelled = [(arm.candidate.steps, arm.instances) for label, arm in found.arms()]
    assert labelled[-3:] == [(5, 64), (6, 64), (7, 64)]
    assert scores.spent("linear") == 64 * 4


@pytest.mark.parametrize("effect", [0.0, 0.18, 0.5])
def test_intervals_of_comparisons_that_may_end_early_cover_the_gain(effect):
    """By chance they miss it in 5% of cases at most: in 600, 5% + 2 standard errors of 0.9%."""
    runs, missed, wrong, early = 600, 0, 0, 0
    for seed in range(runs):
        scores = Scores(seed=seed, best=-effect, linear=0.0, sin2=9.0, sine=9.0)
        found = compared(scores)
        gain = found.gain("linear")
        missed += not gain.low <= effect <= gain.high
        wrong += effect == 0 and gain.low > 0
        early += found.winner.instances == 64
    error = np.sqrt(0.05 * 0.95 / runs)
    assert missed / runs <= 0.05 + 2 * error
    assert wrong / runs <= 0.025 + 2 * np.sqrt(0.025 * 0.975 / runs)
    # Half of those without a gain end early; those with a large one nearly always do.
    if effect != 0.18:
        assert early / runs > 0.4


@pytest.mark.parametrize("mean", [0.0, 0.35])
def test_intervals_of_what_ends_where_it_is_clearly_worse_cover_its_value(mean):
    """They miss it in 5% of cases at most: in 600, 5% + 2 standard errors of 0.9%."""
    runs, missed, early = 600, 0, 0
    for seed in range(runs):
        scores = Scores(seed=seed, best=0.0, linear=9.0, sin2=mean, sine=9.0)
        arm = dict(compared(scores).arms())["sin2"]
        confidence = at_side_look(0.95, arm.instances, early=arm.instances < 128)
        found = mean_interval(arm.scores, confidence)
        missed += not found.low <= mean <= found.high
        early += arm.instances == 32
    assert missed / runs <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / runs)
    # Both ends are taken.
    assert 0 < early < runs

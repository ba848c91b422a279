"""Linear steps of equal quality, from what was measured."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm_opt.candidates import baseline, beta
from mdm_opt.persistence import MeasurementRecord
from mdm_opt.results.equal_steps import (
    AGAIN,
    Point,
    crossing,
    equal_steps,
    first_instance,
    is_linear,
    probe_label,
)
from mdm_opt.statistics import paired_gain


def record(label, candidate, scores):
    scores = np.asarray(scores, float)
    return MeasurementRecord(
        role="verification", label=label, budget_steps=4, candidate=candidate, scores=scores,
        calls=np.full(len(scores), float(candidate.steps)), nfe=float(candidate.steps),
        feasible=True, guards={}, sequence_calls=0, seconds=0.0, device="cpu",
    )  # fmt: skip


def test_labels_say_where_a_probe_begins():
    assert first_instance(probe_label(64)) == 64
    assert first_instance("linear") == first_instance(AGAIN) == 0
    assert all(map(is_linear, ("linear", AGAIN, probe_label(0))))
    assert not any(map(is_linear, ("best", "sine", "baseline", "linearised")))


def test_where_neighbours_were_measured_the_first_that_is_as_good_is_it():
    points = [Point(12, 0.1, 64), Point(17, -0.1, 64), Point(15, 0.001, 64), Point(16, -0.05, 64)]
    assert crossing(points) == 16


def test_between_two_step_counts_it_is_a_line_over_the_logarithm():
    # Half way from 8 to 32 on the scale of logarithms.
    assert crossing([Point(8, 0.2, 64), Point(32, -0.2, 64)]) == 16
    # A quarter of the way is 11.3 steps, with whole blocks of 4 it is 12.
    points = [Point(8, 0.1, 64), Point(32, -0.3, 64)]
    assert crossing(points) == math.ceil(8 * 4**0.25) == 12
    assert crossing([Point(8, 0.1, 64), Point(32, -0.2, 64)], 4) == 16


def test_means_that_do_not_fall_are_pooled_by_their_instances():
    # 12 and 14 together are 0.05 worse.
    points = [Point(8, 0.2, 64), Point(12, 0.0, 32), Point(14, 0.1, 32), Point(20, -0.05, 64)]
    middle = (math.log(12) + math.log(14)) / 2
    assert crossing(points) == math.ceil(math.exp(middle + 0.5 * (math.log(20) - middle)))
    # The same steps twice are one mean.
    twice = [Point(8, 0.2, 64), Point(16, 0.1, 32), Point(16, -0.3, 32), Point(20, -0.4, 8)]
    assert crossing(twice) == crossing([Point(8, 0.2, 64), Point(16, -0.1, 64)])


def test_where_linear_is_worse_everywhere_there_is_none():
    assert crossing([Point(8, 0.2, 64), Point(16, 0.1, 64)]) is None
    assert crossing([Point(8, -0.2, 64)]) == 8
    assert crossing([Point(8, 0.0, 64), Point(16, -0.1, 64)]) == 8


@given(
    st.lists(st.tuples(st.integers(1, 60), st.floats(-1, 1), st.integers(1, 99)), min_size=1),
    st.sampled_from([1, 2, 4]),
)
def test_what_is_found_lies_among_the_measured_steps(given_points, unit):
    points = [Point(unit * steps, worse, weight) for steps, worse, weight in given_points]
    found = crossing(points, unit)
    if found is not None:
        assert min(points).steps <= found <= max(points).steps
        assert found % unit == 0


def worse_by(*means, count=32, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(mean, 0.1, count) for mean in means]


def test_probes_are_compared_on_their_own_instances_and_give_an_interval():
    blocks = worse_by(0.0, 5.0, -7.0)
    best = np.concatenate(blocks)
    shift = {13: 1.0, 15: 0.01, 18: -1.0}
    records = [
        record("best", beta(0.9, 0.3, 9), best),
        record("linear", baseline("linear", 9), best + 2.0),
        *(
            record(probe_label(32 * k), baseline("linear", n), own + by + noise)
            for k, ((n, by), own, noise) in enumerate(
                zip(shift.items(), blocks, worse_by(0.0, 0.0, 0.0, seed=1), strict=True)
            )
        ),
    ]
    found = equal_steps("minimize", records, 0.95, 1)
    # 13 is shown to be worse, 18 to be better, and of 15 nothing is shown.
    assert found.interval == (14, 18)
    assert 15 <= found.steps <= 16
    middle = paired_gain(blocks[1], records[3].scores, "minimize", 1 - 0.1 / 3)
    assert middle.low < 0 < middle.high
    flipped = [record(m.label, m.candidate, -m.scores) for m in records]
    assert equal_steps("maximize", flipped, 0.95, 1) == found


def test_without_probes_there_is_no_interval():
    best = np.zeros(48)
    records = [
        record("best", beta(0.9, 0.3, 4), best),
        record("linear", baseline("linear", 4), best + 1),
        record("linear", baseline("linear", 6), best - 1),
        record("linear", baseline("linear", 5), (best + 0.5)[:24]),
    ]
    found = equal_steps("minimize", records, 0.95, 1)
    assert (found.steps, found.interval) == (6, None)
    again = record(AGAIN, baseline("linear", 6), best - 1)
    assert equal_steps("minimize", [*records[:2], again], 0.95, 1).interval is None


@pytest.mark.parametrize("by", [1.0, 3.0])
def test_where_every_probe_is_worse_only_a_low_end_is_known(by):
    best = np.zeros(96)
    noise = worse_by(0.0, 0.0, 0.0)
    records = [
        record("best", beta(0.9, 0.3, 4), best),
        record("linear", baseline("linear", 4), best + 4),
        *(
            record(probe_label(32 * k), baseline("linear", n), by + noise[k])
            for k, n in enumerate((6, 9, 18))
        ),
    ]
    found = equal_steps("minimize", records, 0.95, 1)
    assert (found.steps, found.interval) == (None, (19, None))

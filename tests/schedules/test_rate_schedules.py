"""The grids that births and uniform corruption are published with."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mdm_opt.candidates import UniformDecoding, baseline
from mdm_opt.schedules import (
    BetaSchedule,
    ConstantRateSchedule,
    ExponentialRateSchedule,
    LogitSchedule,
    named_schedule,
    token_energy,
)

# From observation times of Blackout Diffusion, every k-th of those even in logit(alpha).
PAPER = {
    4: [0, 5.528e-4, 0.5, 0.99944722, 1],
    8: [0, 1.3007e-5, 5.528e-4, 0.022977, 0.5, 0.977023, 0.999447, 0.999987, 1],
}


@pytest.mark.parametrize("steps", PAPER)
def test_the_grid_of_the_paper(steps):
    found = LogitSchedule().revealed(np.arange(steps + 1) / steps)
    assert found == pytest.approx(PAPER[steps], rel=1e-4)


@pytest.mark.parametrize("extent", [15.0, 5.0])
def test_the_logit_is_even_in_time_and_its_energy_is_known(extent):
    schedule, progress = LogitSchedule(extent), np.linspace(0.01, 0.99, 21)
    alpha = schedule.revealed(progress)
    assert np.log(alpha / (1 - alpha)) == pytest.approx(extent * (2 * progress - 1), rel=1e-9)
    assert schedule.progress(alpha) == pytest.approx(progress, rel=1e-9)
    # Without the jumps at its ends, with gamma = t.
    expected = 2 * extent * math.tanh(extent / 2)
    assert token_energy(schedule, BetaSchedule(1, 1)) == pytest.approx(expected, rel=1e-8)
    assert (schedule.revealed([0, 1]) == [0, 1]).all()
    assert (schedule.masked([0, 1]) == [1, 0]).all()


def test_a_constant_rate_is_geometric_between_its_first_alpha_and_one():
    decoding = UniformDecoding(step="flow", first_alpha=0.01)
    grid = baseline("constant_rate", 8).plan(decoding, 2).grid
    assert grid == pytest.approx(0.01 ** (1 - np.arange(9) / 8), rel=1e-12)


def test_an_exponential_rate_lets_time_fall_exponentially():
    decoding = UniformDecoding(step="flow", first_alpha=0.01)
    grid = baseline("exponential_rate", 4).plan(decoding, 2).grid
    time = -np.log(grid) / math.log(100)
    assert time == pytest.approx((100 ** (1 - np.arange(5) / 4) - 1) / 99, abs=1e-12)


@pytest.mark.parametrize("name", ["constant_rate", "exponential_rate"])
def test_speeds_are_the_derivatives(name):
    schedule, progress, near = named_schedule(name), np.linspace(0.05, 0.95, 10), 1e-6
    rise = schedule.revealed(progress + near) - schedule.revealed(progress - near)
    alpha = schedule.revealed(progress)
    expected = (rise / (2 * near)) ** 2 / (alpha * (1 - alpha))
    assert schedule.angular_speed_squared(progress) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("bad", [0.0, 1.0, math.nan, math.inf])
@pytest.mark.parametrize("kind", [ConstantRateSchedule, ExponentialRateSchedule])
def test_ratios_that_do_not_fall_are_refused(kind, bad):
    with pytest.raises(ValueError, match=f"ratio must be finite and > 1, got {bad}"):
        kind(bad)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_other_extents_are_refused(bad):
    with pytest.raises(ValueError, match=f"extent must be finite and > 0, got {bad}"):
        LogitSchedule(bad)

"""The noise of births: clocks, units and roundings of each instance by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mdm_opt.processes.births.noise import BirthsNoise

IDS = st.integers(0, 2**64 - 1)
FEW = settings(max_examples=40, deadline=None)
GOLDEN_UNITS = [0.8709082546582619, 0.33994410061188296, 0.4835340655333218]
GOLDEN_ROUNDING = [0.20296907021055766]
GOLDEN_CLOCK = [2.488381517857627, 3.1092369890497595, 3.3348399295910816]


def parts(noise: BirthsNoise) -> list[np.ndarray]:
    return [noise.clock, noise.unit_times, noise.rounding(0), noise.rounding(5)]


@FEW
@given(st.lists(IDS, min_size=1, max_size=6), st.integers(1, 9), st.integers(1, 9), IDS)
def test_noise_depends_on_seed_and_instance_only(
    instances: list[int], length: int, top: int, seed: int
) -> None:
    batch = BirthsNoise(instances, seed, length, top)
    assert len(batch) == len(instances)
    for row, instance in enumerate(instances):
        alone = parts(BirthsNoise([instance], seed, length, top))
        again = parts(batch.rows([row]))
        for whole, one, other in zip(parts(batch), alone, again, strict=True):
            assert np.array_equal(whole[row], one[0])
            assert np.array_equal(one, other)


@FEW
@given(st.lists(IDS, min_size=1, max_size=4), st.integers(1, 9), st.integers(1, 9), IDS)
def test_noise_is_valid(instances: list[int], length: int, top: int, seed: int) -> None:
    noise = BirthsNoise(instances, seed, length, top)
    assert noise.clock.shape == noise.unit_times.shape == (len(instances), length, top)
    assert noise.rounding(3).shape == (len(instances), length)
    assert (np.diff(noise.clock, axis=2) >= 0).all()
    assert (noise.clock >= 0).all()
    assert np.isfinite(noise.clock).all()
    for uniforms in (noise.unit_times, noise.rounding(3)):
        assert ((uniforms >= 0) & (uniforms < 1)).all()


def test_another_seed_instance_purpose_or_step_is_another_noise() -> None:
    here = BirthsNoise([1], 0, 4, 3)
    others = [
        BirthsNoise([2], 0, 4, 3).unit_times,
        BirthsNoise([1], 1, 4, 3).unit_times,
        BirthsNoise([0], 1, 4, 3).unit_times,
        1 - np.exp(-here.clock[:, :, 0]),
        here.rounding(0),
        here.rounding(1),
    ]
    seen = np.concatenate([here.unit_times.ravel(), *(other.ravel() for other in others)])
    assert len(np.unique(np.round(seen, 12))) == len(seen)


def test_stream_never_changes() -> None:
    """Golden values: results of stored studies depend on them bit for bit."""
    noise = BirthsNoise([3], 12345, 1, 3)
    assert noise.unit_times.tolist() == [[GOLDEN_UNITS]]
    assert noise.rounding(2).tolist() == [GOLDEN_ROUNDING]
    # The logarithm is the machine's, up to a few units of the last digit.
    assert noise.clock[0, 0] == pytest.approx(GOLDEN_CLOCK, rel=1e-14)


def test_what_is_drawn_is_drawn_once() -> None:
    noise = BirthsNoise([3, 4], 0, 2, 3)
    assert noise.clock is noise.clock
    assert noise.unit_times is noise.unit_times


def test_laws_of_the_noise() -> None:
    noise = BirthsNoise(range(4000), 4, 2, 3)
    gaps = np.diff(noise.clock, axis=2, prepend=0)
    for place in range(2):
        for unit in range(3):
            assert stats.kstest(gaps[:, place, unit], "expon").pvalue > 1e-3
            assert stats.kstest(noise.unit_times[:, place, unit], "uniform").pvalue > 1e-3
        assert stats.kstest(noise.rounding(1)[:, place], "uniform").pvalue > 1e-3
    # A correlation of n independent pairs has the standard error n^(-1/2).
    flat = np.concatenate([gaps.reshape(4000, -1), noise.unit_times.reshape(4000, -1)], axis=1)
    apart = np.corrcoef(flat.T) - np.eye(12)
    assert np.abs(apart).max() < 5 / np.sqrt(4000)

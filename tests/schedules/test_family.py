"""The Beta family and the named baselines (docs/mathematics.md 2)."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_opt.schedules import (
    BETA_MAX,
    BETA_MIN,
    NAMED_SCHEDULES,
    BetaSchedule,
    ConstantRateSchedule,
    CosineSchedule,
    ExponentialRateSchedule,
    MaskSchedule,
    SineSchedule,
    named_schedule,
)

PARAMETERS = st.floats(BETA_MIN, BETA_MAX)
SCHEDULES = st.builds(BetaSchedule, PARAMETERS, PARAMETERS) | st.sampled_from(
    [SineSchedule(), CosineSchedule(), ConstantRateSchedule(), ExponentialRateSchedule()]
)
# The logit schedule jumps at both ends.
CONTINUOUS = [name for name in NAMED_SCHEDULES if name != "logit"]
# Everything from the smallest denormal to the last float before one.
EPSILON = np.finfo(np.float64).eps
EDGES = [0.0, 5e-324, 1e-308, 1e-100, 1e-16, 1e-9, 1 - 1e-9, math.nextafter(1, 0), 1.0]
UNIT = st.floats(0, 1) | st.sampled_from(EDGES) | st.floats(-16, 0).map(lambda e: 1 - 10**e)
FEW = settings(max_examples=50, deadline=None)


@FEW
@given(SCHEDULES, st.lists(UNIT, min_size=2, max_size=40))
def test_revealed_never_falls_and_masked_never_rises(
    schedule: MaskSchedule, points: list[float]
) -> None:
    progress = np.sort(points + EDGES)
    assert (np.diff(schedule.revealed(progress)) >= 0).all()
    assert (np.diff(schedule.masked(progress)) <= 0).all()


@FEW
@given(st.builds(BetaSchedule, PARAMETERS, PARAMETERS))
def test_ends_are_exact(schedule: BetaSchedule) -> None:
    _check_ends(schedule)


@pytest.mark.parametrize("name", NAMED_SCHEDULES)
def test_named_ends_are_exact(name: str) -> None:
    _check_ends(named_schedule(name))


def _check_ends(schedule: MaskSchedule) -> None:
    assert schedule.revealed([0.0, 1.0]).tolist() == [0.0, 1.0]
    assert schedule.masked([0.0, 1.0]).tolist() == [1.0, 0.0]
    assert schedule.progress([0.0, 1.0]).tolist() == [0.0, 1.0]


@FEW
@given(SCHEDULES, st.lists(UNIT, max_size=20))
def test_values_are_finite_fractions_that_add_up(
    schedule: MaskSchedule, points: list[float]
) -> None:
    progress = np.array(points + EDGES)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        revealed, masked = schedule.revealed(progress), schedule.masked(progress)
    for values in (revealed, masked):
        assert values.shape == progress.shape
        assert ((values >= 0) & (values <= 1)).all()
    # Both are found by themselves, through exponentials of up to log 100 in size, whose rounding
    # they carry: twice 4.6 units in the last place.
    np.testing.assert_allclose(revealed + masked, 1, rtol=0, atol=2 * np.log(100) * EPSILON)


@FEW
@given(SCHEDULES, UNIT)
def test_scalars_and_arrays_agree(schedule: MaskSchedule, point: float) -> None:
    assert schedule.revealed(point).shape == ()
    assert schedule.revealed(point) == schedule.revealed([[point]])[0, 0]
    assert schedule.masked(point) == schedule.masked([[point]])[0, 0]


@FEW
@given(SCHEDULES, st.lists(st.floats(1e-25, 1) | st.just(0.0), min_size=1, max_size=20))
def test_inverse_round_trip(schedule: MaskSchedule, fractions: list[float]) -> None:
    """As far as floats go: the fraction lies between those of the neighbouring floats."""
    revealed = np.array(fractions)
    progress = schedule.progress(revealed)
    below = schedule.revealed(np.nextafter(progress, 0))
    above = schedule.revealed(np.nextafter(progress, 1))
    assert (below - 1e-7 <= revealed).all()
    assert (revealed <= above + 1e-7).all()


@pytest.mark.parametrize(
    ("a", "b"), [(0.9, 0.3), (5, 3), (0.05, 20), (20, 0.05), (1.140625, 1.140625), (1.9, 1.9)]
)
def test_inverse_is_as_accurate_as_floats_allow(a: float, b: float) -> None:
    schedule = BetaSchedule(a, b)
    revealed = np.append(np.linspace(0, 1, 1001), schedule.revealed(0.5))
    progress = schedule.progress(revealed)
    below = schedule.revealed(np.nextafter(progress, 0))
    above = schedule.revealed(np.nextafter(progress, 1))
    assert np.maximum(below - revealed, revealed - above).max() < 5e-14


@pytest.mark.parametrize(
    ("a", "b"), [(0.05, 20), (20, 0.05), (0.5, 0.5), (1, 1), (3, 3), (1.04, 0.07), (5, 3)]
)
def test_inverse_of_tiny_fractions(a: float, b: float) -> None:
    schedule = BetaSchedule(a, b)
    revealed = 10.0 ** np.arange(-320, 0)
    progress = schedule.progress(revealed)
    assert not np.isnan(progress).any()
    assert (np.diff(progress) >= 0).all()
    np.testing.assert_allclose(schedule.revealed(progress), revealed, rtol=1e-8, atol=1e-15)


@FEW
@given(st.floats(0.5, 3), st.floats(0.5, 3), st.floats(0.05, 0.9))
def test_inverse_finds_the_progress_back(a: float, b: float, point: float) -> None:
    schedule = BetaSchedule(a, b)
    assert schedule.progress(schedule.revealed(point)) == pytest.approx(point, rel=1e-6)


@FEW
@given(PARAMETERS, PARAMETERS, st.floats(0, 1))
def test_swapped_parameters_mirror_the_schedule(a: float, b: float, point: float) -> None:
    there, back = BetaSchedule(a, b), BetaSchedule(b, a)
    nearest = 1 - point
    if 1 - nearest == point:
        assert there.revealed(point) == pytest.approx(float(back.masked(nearest)), abs=1e-13)


def test_half_half_is_linear() -> None:
    progress = np.concatenate([np.linspace(0, 1, 2001), EDGES])
    schedule = BetaSchedule(0.5, 0.5)
    np.testing.assert_allclose(schedule.revealed(progress), progress, rtol=1e-12, atol=0)
    np.testing.assert_allclose(schedule.masked(progress), 1 - progress, rtol=1e-12, atol=0)


def test_one_one_is_sin_squared() -> None:
    progress = np.linspace(0, 1, 2001)
    expected = np.sin(np.pi * progress / 2) ** 2
    np.testing.assert_allclose(BetaSchedule(1, 1).revealed(progress), expected, atol=1e-15)


@pytest.mark.parametrize("a", [0.05, 0.3, 1.0, 5.0, 20.0])
@pytest.mark.parametrize("b", [0.05, 0.2, 1.0, 7.0, 20.0])
def test_values_match_high_precision(a: float, b: float) -> None:
    """Relative accuracy of both fractions, also where they are tiny."""
    schedule = BetaSchedule(a, b)
    with mpmath.workdps(120):
        for point in (1e-90, 1e-12, 0.003, 0.25, 0.5, 0.81, 1 - 1e-6, 1 - 2.0**-50):
            gamma = mpmath.betainc(a, b, 0, mpmath.mpf(point), regularized=True)
            rest = mpmath.betainc(b, a, 0, 1 - mpmath.mpf(point), regularized=True)
            revealed = float(mpmath.sin(mpmath.pi / 2 * gamma) ** 2)
            masked = float(mpmath.sin(mpmath.pi / 2 * rest) ** 2)
            assert schedule.revealed(point) == pytest.approx(revealed, rel=2e-12, abs=1e-290)
            assert schedule.masked(point) == pytest.approx(masked, rel=2e-12, abs=1e-290)


@pytest.mark.parametrize(("a", "b"), [(0.05, 20), (20, 0.05), (0.9, 0.3), (15, 7)])
def test_interpolation_and_its_speed_match_high_precision(a: float, b: float) -> None:
    schedule = BetaSchedule(a, b)
    with mpmath.workdps(60):
        for point in (1e-12, 0.02, 0.5, 0.97):
            gamma = mpmath.betainc(a, b, 0, mpmath.mpf(point), regularized=True)
            t = mpmath.mpf(point)
            speed = t ** (mpmath.mpf(a) - 1) * (1 - t) ** (mpmath.mpf(b) - 1) / mpmath.beta(a, b)
            assert schedule.interpolation(point) == pytest.approx(float(gamma), rel=1e-12)
            assert schedule.remaining_interpolation(point) == pytest.approx(
                float(1 - gamma), rel=1e-12
            )
            assert schedule.interpolation_speed(point) == pytest.approx(float(speed), rel=1e-12)


@pytest.mark.parametrize(
    "schedule",
    [BetaSchedule(0.9, 0.3), BetaSchedule(5, 3), *map(named_schedule, NAMED_SCHEDULES)],
    ids=lambda schedule: schedule.name,
)
def test_angular_speed_is_the_slope_of_the_angle(schedule: MaskSchedule) -> None:
    def double_angle(t: float) -> float:
        return 2 * math.atan2(math.sqrt(schedule.revealed(t)), math.sqrt(schedule.masked(t)))

    step = 1e-5
    for point in (0.1, 0.37, 0.5, 0.9):
        slope = (double_angle(point + step) - double_angle(point - step)) / (2 * step)
        assert schedule.angular_speed_squared(point) == pytest.approx(slope**2, rel=1e-6)


@pytest.mark.parametrize(
    "schedule",
    [BetaSchedule(0.3, 0.7), BetaSchedule(5, 3), *map(named_schedule, CONTINUOUS)],
    ids=lambda schedule: schedule.name,
)
def test_edge_exponents_are_the_powers_at_the_ends(schedule: MaskSchedule) -> None:
    near, nearer = 2.0**-12, 2.0**-16
    powers = [
        math.log(at(near) / at(nearer)) / math.log(near / nearer)
        for at in (schedule.revealed, lambda t: schedule.masked(1 - t))
    ]
    assert powers == pytest.approx(list(schedule.edge_exponents), rel=2e-3)


@pytest.mark.parametrize("name", ["sine", "cosine"])
def test_sine_and_cosine_formulas(name: str) -> None:
    schedule = named_schedule(name)
    progress = np.linspace(0, 1, 1001)
    angle = np.pi * progress / 2
    expected = np.sin(angle) if name == "sine" else 1 - np.cos(angle)
    np.testing.assert_allclose(schedule.revealed(progress), expected, rtol=0, atol=1e-15)
    np.testing.assert_allclose(schedule.masked(progress), 1 - expected, rtol=0, atol=1e-15)


@pytest.mark.parametrize("name", ["sine", "cosine"])
def test_sine_and_cosine_inverses(name: str) -> None:
    schedule = named_schedule(name)
    fractions = np.linspace(0, 1, 1001)
    expected = np.arcsin(fractions) if name == "sine" else np.arccos(1 - fractions)
    np.testing.assert_allclose(schedule.progress(fractions), expected * 2 / np.pi, atol=1e-15)
    back = schedule.revealed(schedule.progress(fractions))
    np.testing.assert_allclose(back, fractions, rtol=0, atol=1e-15)


def test_cosine_mirrors_sine() -> None:
    progress = np.arange(1025) / 1024
    sine, cosine = SineSchedule(), CosineSchedule()
    np.testing.assert_array_equal(cosine.revealed(progress), sine.masked(1 - progress))
    np.testing.assert_array_equal(cosine.masked(progress), sine.revealed(1 - progress))
    assert cosine.edge_exponents == sine.edge_exponents[::-1]


@pytest.mark.parametrize("name", CONTINUOUS)
@pytest.mark.parametrize("point", [1e-3, 1e-9, 1e-15])
def test_small_fractions_are_accurate(name: str, point: float) -> None:
    """MaskSchedule: both fractions are accurate next to zero, not only next to one."""
    revealed_of = {
        "linear": lambda t: t,
        "sin2": lambda t: mpmath.sin(mpmath.pi / 2 * t) ** 2,
        "sine": lambda t: mpmath.sin(mpmath.pi / 2 * t),
        "cosine": lambda t: 1 - mpmath.cos(mpmath.pi / 2 * t),
        "constant_rate": lambda t: (mpmath.mpf(100) ** t - 1) / 99,
        "exponential_rate": lambda t: (
            (100 * mpmath.mpf(100) ** (-(mpmath.mpf(100) ** (1 - t) - 1) / 99) - 1) / 99
        ),
    }
    schedule = named_schedule(name)
    with mpmath.workdps(60):
        revealed = float(revealed_of[name](mpmath.mpf(point)))
        masked = float(1 - revealed_of[name](mpmath.mpf(1 - point)))
    assert schedule.revealed(point) == pytest.approx(revealed, rel=1e-13, abs=0)
    assert schedule.masked(1 - point) == pytest.approx(masked, rel=1e-13, abs=0)
    assert schedule.revealed(schedule.progress(point)) == pytest.approx(point, rel=1e-12, abs=0)


@pytest.mark.parametrize("bad", [0, -0.0, -1, math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("key", ["beta_a", "beta_b"])
def test_bad_parameters_are_refused_by_name(key: str, bad: float) -> None:
    with pytest.raises(ValueError, match=rf"{key} must be finite and > 0, got {bad}"):
        BetaSchedule(**{"beta_a": 1.0, "beta_b": 1.0, key: bad})


@pytest.mark.parametrize("schedule", NAMED_SCHEDULES.values(), ids=NAMED_SCHEDULES)
@pytest.mark.parametrize("bad", [-1e-9, 1.000001, math.nan, math.inf])
def test_values_outside_the_unit_interval_are_refused(schedule: MaskSchedule, bad: float) -> None:
    for function in (schedule.revealed, schedule.masked):
        with pytest.raises(ValueError, match=rf"progress must lie in \[0, 1\], got {bad}"):
            function([0.5, bad])
    with pytest.raises(ValueError, match=rf"revealed must lie in \[0, 1\], got {bad}"):
        schedule.progress([0.5, bad])


def test_named_schedules() -> None:
    assert named_schedule("linear") == BetaSchedule(0.5, 0.5)
    assert named_schedule("sin2") == BetaSchedule(1, 1)
    assert named_schedule("sine") == SineSchedule()
    assert named_schedule("cosine") == CosineSchedule()
    assert SineSchedule().name == "sine"
    assert CosineSchedule().name == "cosine"
    assert BetaSchedule(0.9, 0.3).name == "beta(0.9, 0.3)"
    with pytest.raises(ValueError, match=r"'quadratic'; known: linear, sin2, sine, cosine"):
        named_schedule("quadratic")

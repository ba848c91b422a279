"""The minimiser of the measured energy, and the Beta schedule nearest to it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from path_kls import (
    BOUNDS,
    FEW,
    PROFILES,
    SHAPES,
    SUDOKU,
    Array,
    _binomial_weights,
    _from_drops,
)
from scipy import integrate, special

from mdm_opt.schedules import (
    ancestral_limit,
    energy_fitted_beta,
    energy_optimal_fraction,
    named_schedule,
    path_kl_weights,
)

T = np.linspace(0, 1, 201)


@pytest.mark.parametrize("length", [4, 10, 64, 300])
@pytest.mark.parametrize(
    ("drops", "expected"),
    [
        (lambda m, last: np.ones_like(m), lambda t: t),
        (lambda m, last: m, lambda t: t ** (2 / 3)),
        (lambda m, last: last - m, lambda t: 1 - (1 - t) ** (2 / 3)),
        (lambda m, last: m * (last - m), lambda t: special.betaincinv(1.5, 1.5, t)),
    ],
    ids=["constant", "rising", "falling", "in the middle"],
)
def test_energy_optimum_of_polynomial_slopes(
    drops: Callable[[Array, int], Array], expected: Callable[[Array], Array], length: int
) -> None:
    """Binomial means of m, n - m and m (n - m) are polynomials in alpha, so alpha_h is known."""
    m, last = np.arange(length - 1, dtype=np.float64), length - 2
    got = energy_optimal_fraction(_from_drops(drops(m, last)), T)
    np.testing.assert_allclose(got, expected(T), atol=1e-5)


def test_energy_optimum_of_a_harmonic_slope_is_near_sin2() -> None:
    """|h'| ~ 1/(alpha (1-alpha)) but for the last tokens at either end."""
    gaps = []
    for length in (64, 256, 1024):
        m, last = np.arange(length - 1), length - 2
        profile = _from_drops(1 / ((m + 1) * (last + 1 - m)))
        got = energy_optimal_fraction(profile, T)
        gaps.append(np.abs(got - np.sin(np.pi / 2 * T) ** 2).max())
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < 0.008


def test_energy_optimum_of_a_harmonic_slope_is_exact() -> None:
    """The binomial mean in closed form, integrated by quadrature."""
    length = 20
    m, last = np.arange(length - 1), length - 2
    profile = _from_drops(1 / ((m + 1) * (last + 1 - m)))

    def speed(alpha: float) -> float:
        beta = 1 - alpha
        return math.sqrt((1 - beta ** (last + 1)) / alpha + (1 - alpha ** (last + 1)) / beta)

    whole = integrate.quad(speed, 0, 1)[0]
    for alpha in (0.01, 0.2, 0.5, 0.77, 0.99):
        share = integrate.quad(speed, 0, alpha)[0] / whole
        assert energy_optimal_fraction(profile, share) == pytest.approx(alpha, abs=1e-5)


@pytest.mark.parametrize("length", [1, 2, 3, 50])
def test_energy_optimum_of_independent_tokens_is_linear(length: int) -> None:
    profile = np.full(length, 0.8)
    np.testing.assert_array_equal(energy_optimal_fraction(profile, T), T)
    fitted = energy_fitted_beta(profile, beta_a=BOUNDS, beta_b=BOUNDS)
    assert (fitted.beta_a, fitted.beta_b) == pytest.approx((0.5, 0.5), abs=1e-6)


def test_energy_optimum_of_two_tokens_is_linear() -> None:
    np.testing.assert_array_equal(energy_optimal_fraction(np.array([1.0, 0.2]), T), T)


@FEW
@given(PROFILES, st.lists(st.floats(0, 1), max_size=10))
def test_energy_optimum_rises_from_zero_to_one(profile: list[float], points: list[float]) -> None:
    progress = np.sort([0.0, *points, 1.0])
    alpha = energy_optimal_fraction(np.array(profile), progress)
    assert alpha.shape == progress.shape
    assert (alpha[0], alpha[-1]) == (0, 1)
    assert (np.diff(alpha) >= 0).all()


def test_energy_optimum_of_one_fall() -> None:
    """At the first or the last token of 1024: |h'| is (1 - alpha)^1022 or alpha^1022.

    Zero to the last bit in most places, where alpha must keep its ends all the same.
    """
    t = np.array([0, 0.01, 0.5, 0.99, 1])
    m = np.arange(1024)
    first = energy_optimal_fraction(np.where(m < 1, 1.0, 0.0), t)
    last = energy_optimal_fraction(np.where(m < 1023, 1.0, 0.0), t)
    assert first == pytest.approx(1 - (1 - t) ** (1 / 512), abs=1e-5)
    assert last == pytest.approx(t ** (1 / 512), abs=1e-5)
    for alpha in (first, last):
        assert (alpha[0], alpha[-1]) == (0, 1)


@pytest.mark.parametrize("shape", [(), (3,), (2, 5)])
def test_energy_optimum_keeps_the_shape_of_progress(shape: tuple[int, ...]) -> None:
    progress = np.full(shape, 0.25)
    for profile in (np.array(SUDOKU), np.ones(5)):
        assert energy_optimal_fraction(profile, progress).shape == shape


@pytest.mark.parametrize("name", SHAPES)
def test_energy_optimum_is_the_best_with_many_steps(name: str) -> None:
    """64 ancestral steps: within 0.7% of the best grid, and better than the named schedules."""
    profile, steps = SHAPES[name], 64
    grid = energy_optimal_fraction(profile, np.arange(steps + 1) / steps)
    got = _binomial_weights(grid.tolist(), len(profile)) @ profile
    assert got <= 1.007 * ancestral_limit(profile, steps)[-1][0]
    for other in ("linear", "sin2", "sine", "cosine"):
        weights = path_kl_weights(named_schedule(other), steps, len(profile), "ancestral", "full")
        assert got < weights @ profile


@pytest.mark.parametrize("beta_a", [BOUNDS, (1.5, 8.0), (0.1, 0.3)], ids=str)
@pytest.mark.parametrize("name", ["sudoku", "template"])
def test_energy_fit_is_the_nearest_beta(name: str, beta_a: tuple[float, float]) -> None:
    """No cell of a 20 x 40 grid is nearer in gamma, in the mean square over t."""
    profile = SHAPES[name]
    fitted = energy_fitted_beta(profile, beta_a=beta_a, beta_b=BOUNDS)
    t = (np.arange(100) + 0.5) / 100
    gamma = np.arcsin(np.sqrt(energy_optimal_fraction(profile, t))) * 2 / np.pi

    def distance(a: Array | float, b: Array | float) -> Array:
        return np.asarray(((special.betainc(a, b, t) - gamma) ** 2).mean(axis=-1))

    cells = distance(
        np.geomspace(*beta_a, 20)[:, None, None], np.geomspace(*BOUNDS, 40)[None, :, None]
    )
    assert distance(fitted.beta_a, fitted.beta_b) <= cells.min() * (1 + 1e-3)


def test_energy_fit_of_known_slopes() -> None:
    """Constant: linear; harmonic at both ends: on the way to (1, 1); mirrored: swapped."""
    m = np.arange(255)
    constant = energy_fitted_beta(_from_drops(np.ones(255)), beta_a=BOUNDS, beta_b=BOUNDS)
    assert (constant.beta_a, constant.beta_b) == pytest.approx((0.5, 0.5), abs=1e-4)
    ends = energy_fitted_beta(_from_drops(1 / ((m + 1) * (255 - m))), beta_a=BOUNDS, beta_b=BOUNDS)
    assert ends.beta_a == pytest.approx(ends.beta_b, rel=1e-4)
    assert 0.85 < ends.beta_a < 1
    drops = np.exp(-m / 40)
    there = energy_fitted_beta(_from_drops(drops), beta_a=BOUNDS, beta_b=BOUNDS)
    back = energy_fitted_beta(_from_drops(drops[::-1]), beta_a=BOUNDS, beta_b=BOUNDS)
    assert (there.beta_a, there.beta_b) == pytest.approx((back.beta_b, back.beta_a), rel=1e-3)
    assert there.beta_a > 1.2 * there.beta_b


@pytest.mark.parametrize("low", [0.05, 0.5, 19.0])
def test_energy_fit_within_bounds_of_almost_no_width(low: float) -> None:
    """The other parameter is fitted as if this one were fixed."""
    profile = SHAPES["falls fast"]
    narrow, wide = (
        energy_fitted_beta(profile, beta_a=(low, low * (1 + width)), beta_b=BOUNDS)
        for width in (1e-12, 1e-6)
    )
    assert narrow.beta_a == pytest.approx(low, rel=1e-11)
    assert narrow.beta_b == pytest.approx(wide.beta_b, rel=1e-4)

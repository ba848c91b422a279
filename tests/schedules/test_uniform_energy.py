"""Energy of uniform corruption in closed form, and grids of equal Fisher arc length."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from mdm_opt.models.laws import LAWS
from mdm_opt.schedules import BetaSchedule, MaskSchedule, named_schedule
from mdm_opt.schedules.kernels import UniformKernel, nearest_kernel
from mdm_opt.schedules.uniform_energy import (
    arc_length,
    arc_length_grid,
    corner_angle,
    minimum_uniform_energy,
    uniform_energy,
    uniform_optimal_alpha,
)

# gamma(t) = t.
PLAIN = BetaSchedule(1.0, 1.0)
FEW = settings(max_examples=10, deadline=None)


class Optimal(MaskSchedule):
    """alpha* under gamma = I_t(a, b), by formulas that share nothing with the package."""

    def __init__(self, vocab_size: int, weight: BetaSchedule) -> None:
        self.corner = math.acos(vocab_size**-0.5)
        self.weight = weight

    name = "optimal"

    @property
    def edge_exponents(self):
        return self.weight.beta_a, 2 * self.weight.beta_b

    def revealed(self, progress):
        # sin^2 c - sin^2 a = sin(c - a) sin(c + a), without a difference of nearly equal numbers.
        gone = self.weight.interpolation(progress) * self.corner
        return np.sin(gone) * np.sin(2 * self.corner - gone) / math.sin(self.corner) ** 2

    def masked(self, progress):
        angle = self.weight.remaining_interpolation(progress) * self.corner
        return (np.sin(angle) / math.sin(self.corner)) ** 2

    def angular_speed_squared(self, progress):
        angle = self.weight.remaining_interpolation(progress) * self.corner
        slope = self.weight.interpolation_speed(progress) * self.corner * np.sin(2 * angle)
        slope = slope / math.sin(self.corner) ** 2
        return slope**2 / (self.revealed(progress) * self.masked(progress))

    def progress(self, revealed):
        angle = np.arcsin(np.sqrt(1 - np.asarray(revealed)) * math.sin(self.corner))
        return self.weight.progress(np.sin(math.pi / 2 * (1 - angle / self.corner)) ** 2)


@pytest.mark.parametrize(
    ("vocab_size", "least", "sin2"),
    [
        (2, 2.467401, 2.890740),
        (3, 3.650519, 4.171386),
        (27, 7.586037, 7.970198),
        (256, 9.099339, 9.252754),
        (50257, 9.813629, 9.825579),
    ],
)
def test_energies_of_the_optimum_of_sin2_and_of_linear(
    vocab_size: int, least: float, sin2: float
) -> None:
    assert minimum_uniform_energy(vocab_size) == pytest.approx(least, abs=5.1e-7)
    found = uniform_energy(named_schedule("sin2"), PLAIN, vocab_size)
    assert found == pytest.approx(sin2, abs=5.1e-7)
    assert uniform_energy(named_schedule("linear"), PLAIN, vocab_size) == math.inf
    optimum = uniform_energy(Optimal(vocab_size, PLAIN), PLAIN, vocab_size)
    assert optimum == pytest.approx(least, abs=1e-6)


@pytest.mark.parametrize(
    ("vocab_size", "expected"),
    [
        (3, (0.353039, 0.683013, 0.916055)),
        (27, (0.234159, 0.580695, 0.881696)),
        (256, (0.177909, 0.529412, 0.863903)),
    ],
)
def test_the_optimum_at_quarters(vocab_size: int, expected: tuple[float, ...]) -> None:
    found = uniform_optimal_alpha(vocab_size, [0.25, 0.5, 0.75])
    np.testing.assert_allclose(found, expected, rtol=0, atol=5.1e-7)


def test_sine_is_the_optimum_of_two_tokens_and_sin2_of_infinitely_many() -> None:
    gamma = np.linspace(0, 1, 21)
    sine = np.sin(math.pi / 2 * gamma)
    np.testing.assert_allclose(uniform_optimal_alpha(2, gamma), sine, atol=1e-15)
    np.testing.assert_allclose(uniform_optimal_alpha(10**12, gamma), sine**2, atol=2e-6)
    assert minimum_uniform_energy(2) == pytest.approx(math.pi**2 / 4)
    assert uniform_energy(named_schedule("sine"), PLAIN, 2) == pytest.approx(math.pi**2 / 4)


@FEW
@given(st.sampled_from([2, 3, 27, 1000]), st.floats(0.3, 2), st.floats(0.3, 2))
def test_the_least_energy_is_the_same_under_every_weight(
    vocab_size: int, beta_a: float, beta_b: float
) -> None:
    weight = BetaSchedule(beta_a, beta_b)
    least = minimum_uniform_energy(vocab_size)
    optimum = uniform_energy(Optimal(vocab_size, weight), weight, vocab_size)
    assert optimum == pytest.approx(least, rel=1e-6)
    assert uniform_energy(named_schedule("sine"), PLAIN, vocab_size) >= least * (1 - 1e-9)


@pytest.mark.parametrize("vocab_size", [2, 5, 300])
@pytest.mark.parametrize("schedule", [BetaSchedule(0.8, 1.3), named_schedule("sine")])
def test_energies_are_the_integral_of_the_definition(
    vocab_size: int, schedule: MaskSchedule
) -> None:
    """With gamma = t, and alpha' from the square root that the schedule gives."""

    def integrand(t: float) -> float:
        alpha, gone = float(schedule.revealed(t)), float(schedule.masked(t))
        slope = math.sqrt(float(schedule.angular_speed_squared(t)) * alpha * gone)
        return (vocab_size - 1) * slope**2 / (gone * (1 + (vocab_size - 1) * alpha))

    expected = sum(
        integrate.quad(integrand, low, high, limit=400, epsabs=1e-10)[0]
        for low, high in pairwise([1e-12, 0.01, 0.1, 0.5, 0.9, 1 - 1e-9])
    )
    # Within 1e-9 of the clean end lies what (1e-9)^0.6 of the Beta schedule's power leaves.
    assert uniform_energy(schedule, PLAIN, vocab_size) == pytest.approx(expected, rel=2e-5)


def test_arc_length_of_uniform_corruption_is_twice_the_angle() -> None:
    for vocab_size in (2, 3, 27, 50257):
        kernel = UniformKernel(vocab_size)
        alphas, lengths = arc_length(kernel)
        assert lengths[-1] == pytest.approx(2 * corner_angle(vocab_size), rel=1e-9)
        assert lengths[-1] ** 2 == pytest.approx(minimum_uniform_energy(vocab_size), rel=1e-9)
        assert (alphas[0], alphas[-1]) == (0, 1)
        expected = uniform_optimal_alpha(vocab_size, np.arange(9) / 8)
        np.testing.assert_allclose(arc_length_grid(kernel, 8), expected, atol=1e-10)


def test_positions_add_their_information() -> None:
    kernel = UniformKernel(3)
    clean = np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.1, 0.1, 0.8]])
    one, three = arc_length(kernel)[1][-1], arc_length(kernel, clean)[1][-1]
    assert three == pytest.approx(math.sqrt(3) * one, rel=1e-12)
    np.testing.assert_allclose(arc_length_grid(kernel, 5, clean), arc_length_grid(kernel, 5))


@pytest.mark.parametrize(("name", "length"), [("checkerboard", 7.4464), ("gaussians", 7.3699)])
def test_arc_lengths_of_the_ordinal_toys(name: str, length: float) -> None:
    kernel, law = nearest_kernel(32), LAWS[name]()
    columns = law.outcomes.T
    clean = np.stack([np.bincount(one, law.probabilities, minlength=32) for one in columns])
    alphas, lengths = arc_length(kernel, clean)

    def length_at(alpha: list[float] | np.ndarray) -> np.ndarray:
        # In the root of what is gone, in which the length is smooth.
        return np.interp(-np.sqrt(1 - np.asarray(alpha)), -np.sqrt(1 - alphas), lengths)

    assert lengths[-1] - length_at([0.01])[0] == pytest.approx(length, abs=5.1e-5)
    grid = arc_length_grid(kernel, 16, clean, first_alpha=0.01)
    # As far as straight lines between 513 places are exact.
    np.testing.assert_allclose(np.diff(length_at(grid)), length / 16, rtol=5e-4)
    assert (grid[0], grid[-1]) == (0.01, 1.0)
    part = arc_length_grid(kernel, 4, clean, first_alpha=0.1, last_alpha=0.9)
    assert (part[0], part[-1]) == (0.1, 0.9)
    # The same curve, so that the middle of a part is the middle.
    assert length_at(part[2:3])[0] == pytest.approx(length_at([0.1, 0.9]).mean(), rel=1e-4)


def test_twice_as_many_intervals_give_the_same_length(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = nearest_kernel(32)
    grid, length = arc_length_grid(kernel, 8), arc_length(kernel)[1][-1]
    monkeypatch.setattr("mdm_opt.schedules.uniform_energy._INTERVALS", 1024)
    assert arc_length(kernel)[1][-1] == pytest.approx(length, rel=1e-8)
    np.testing.assert_allclose(arc_length_grid(kernel, 8), grid, atol=1e-7)


def test_what_does_not_fit_is_refused() -> None:
    kernel = UniformKernel(3)
    with pytest.raises(ValueError, match="vocab_size must be at least 2, got 1"):
        minimum_uniform_energy(1)
    with pytest.raises(ValueError, match="vocab_size must be at least 2, got 1"):
        uniform_energy(named_schedule("sin2"), PLAIN, 1)
    with pytest.raises(ValueError, match=r"interpolation must lie in \[0, 1\], got 1.5"):
        uniform_optimal_alpha(3, 1.5)
    with pytest.raises(ValueError, match=r"laws of 3 clean tokens .* got shape \(2, 4\)"):
        arc_length(kernel, np.ones((2, 4)) / 4)
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        arc_length_grid(kernel, 0)
    with pytest.raises(ValueError, match="first_alpha < last_alpha <= 1 is expected"):
        arc_length_grid(kernel, 2, first_alpha=0.5, last_alpha=0.5)

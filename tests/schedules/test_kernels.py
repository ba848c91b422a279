"""Kernels of one token against matrix exponentials, closed forms and definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg

from mdm_opt.schedules.kernels import (
    MAX_ORDINAL_STATES,
    DenseKernel,
    Kernel,
    UniformKernel,
    gaussian_kernel,
    kernel_named,
    nearest_kernel,
)

SMALL = [("uniform", 3), ("uniform", 2), ("nearest", 2), ("nearest", 7), ("nearest", 32)]
SMALL += [("gaussian", 2), ("gaussian", 9), ("gaussian(2,3)", 8), ("gaussian(1.5,4)", 7)]
ALPHAS = [1e-6, 0.01, 0.3, 0.9, 1 - 1e-5]
FEW = settings(max_examples=25, deadline=None)


@pytest.fixture(params=SMALL, ids=lambda given: f"{given[0]}-{given[1]}")
def kernel(request: pytest.FixtureRequest) -> Kernel:
    return kernel_named(*request.param)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_the_transition_is_the_exponential_of_the_rates(kernel: Kernel, alpha: float) -> None:
    exact = linalg.expm(kernel.rates * float(kernel.time(alpha)))
    found = kernel.transition(alpha)
    # scipy scales and squares as often as we do: the error grows with the time, 1 part in 1e-16.
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-13)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-13)
    np.testing.assert_allclose(kernel.stationary @ found, kernel.stationary, rtol=1e-11)


def test_the_ends_are_the_stationary_law_and_the_clean_token(kernel: Kernel) -> None:
    size = kernel.vocab_size
    np.testing.assert_allclose(kernel.transition(0.0), np.tile(kernel.stationary, (size, 1)))
    np.testing.assert_array_equal(kernel.transition(1.0), np.eye(size))
    assert kernel.stationary.sum() == pytest.approx(1)
    assert (kernel.stationary > 0).all()


def test_alpha_is_what_survives_of_the_slowest_mode(kernel: Kernel) -> None:
    moduli = np.sort(abs(np.linalg.eigvals(kernel.transition(0.3))))
    assert moduli[-1] == pytest.approx(1)
    assert moduli[-2] == pytest.approx(0.3)
    np.testing.assert_allclose(kernel.alpha(kernel.time([0.01, 0.5, 1.0])), [0.01, 0.5, 1.0])
    assert kernel.time(0.0) == math.inf


@FEW
@given(st.floats(1e-3, 1), st.floats(1e-3, 1), st.sampled_from(SMALL))
def test_alphas_multiply_along_a_path(first: float, second: float, asked: tuple[str, int]) -> None:
    kernel = kernel_named(*asked)
    both = kernel.transition(first) @ kernel.transition(second)
    np.testing.assert_allclose(both, kernel.transition(first * second), rtol=0, atol=1e-13)


def test_rates_are_those_of_a_reversible_walk(kernel: Kernel) -> None:
    np.testing.assert_allclose(kernel.rates.sum(axis=1), 0, atol=1e-12)
    flux = kernel.stationary[:, None] * kernel.rates
    np.testing.assert_allclose(flux, flux.T, rtol=1e-11, atol=1e-300)
    beside = kernel.rates - np.diag(np.diag(kernel.rates))
    parts = np.broadcast_to(kernel.rate_parts(), beside.shape)
    np.testing.assert_array_equal(np.where(np.eye(len(beside)) == 1, 0, parts), beside)
    states = np.arange(kernel.vocab_size)
    assert abs(states[:, None] - states)[beside > 0].max() <= kernel.reach


def test_nearest_neighbours_at_rate_one() -> None:
    np.testing.assert_array_equal(
        nearest_kernel(4).rates, [[-1, 1, 0, 0], [1, -2, 1, 0], [0, 1, -2, 1], [0, 0, 1, -1]]
    )
    slowest = nearest_kernel(32).slowest_rate
    assert slowest == pytest.approx(2 * (1 - math.cos(math.pi / 32)), rel=1e-12)
    assert slowest == pytest.approx(0.009631, abs=5e-7)
    assert float(nearest_kernel(32).time(0.01)) == pytest.approx(478.18, abs=5e-3)


def test_uniform_keeps_a_token_or_draws_another() -> None:
    found = UniformKernel(4).transition(0.6)
    np.testing.assert_allclose(np.diag(found), 0.7)
    np.testing.assert_allclose(found[~np.eye(4, dtype=bool)], 0.1)
    assert UniformKernel(4).slowest_rate == 1


def test_the_gaussian_walk_has_the_target_and_the_widths_of_taulder() -> None:
    """Every rate of one small walk, as the published loops over i and j have it."""
    size, width, target = 6, 2.0, 3.0
    expected = np.zeros((size, size))
    for i in range(size):
        for j in range(size):
            up = i < size // 2 and i < j < size - i
            down = i > size // 2 and size - 1 - i < j < i
            if up or down:
                expected[i, j] = math.exp(-((abs(j - i) - 1) ** 2) / width**2)
                weight = (j + 1 - size / 2) ** 2 - (i + 1 - size / 2) ** 2
                expected[j, i] = expected[i, j] * math.exp(weight / (2 * target**2))
    found = gaussian_kernel(size, width, target)
    np.testing.assert_allclose(found.rates - np.diag(np.diag(found.rates)), expected, rtol=1e-12)
    law = np.exp(-((np.arange(1, size + 1) - size / 2) ** 2) / (2 * target**2))
    np.testing.assert_allclose(found.stationary, law / law.sum(), rtol=1e-12)
    assert (found.ordinal, found.reach, found.name) == (True, 5, "gaussian(2,3)")


def test_far_entries_are_exact_however_small() -> None:
    """Of a short time t between states k apart: t^k / k! up to a factor 1 + O(t)."""
    kernel, time = nearest_kernel(32), 1e-6
    found = kernel.transition(float(kernel.alpha(time)))
    distance = np.arange(32)
    expected = np.exp(distance * math.log(time) - [math.lgamma(k + 1) for k in distance])
    np.testing.assert_allclose(found[0], expected, rtol=1e-4)
    assert found[0, -1] < 1e-200


@pytest.mark.parametrize(("before", "after"), [(0.0, 0.4), (0.2, 0.7), (0.2, 1.0)])
def test_the_bridge_is_the_conditional_of_the_joint_law(
    kernel: Kernel, before: float, after: float
) -> None:
    clean, state = np.meshgrid(*[np.arange(kernel.vocab_size)] * 2, indexing="ij")
    found = kernel.bridge(before, after, state, clean)
    # P(x_after = y, x_before = x | x_0 = v), from the two transitions of a path.
    there, on = kernel.transition(after), kernel.transition(before / after)
    joint = there[:, None, :] * on.T[None, :, :]
    np.testing.assert_allclose(found, joint / joint.sum(axis=2, keepdims=True), rtol=1e-10)
    np.testing.assert_allclose(joint.sum(axis=2), kernel.transition(before), rtol=1e-9)
    if after == 1:
        np.testing.assert_array_equal(found.argmax(axis=2), clean)


@pytest.mark.parametrize("alphas", [(0.5, 0.5), (0.6, 0.5), (-0.1, 0.5), (0.5, 1.1)])
def test_a_bridge_leads_upwards(alphas: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="0 <= before < after <= 1 is expected"):
        UniformKernel(3).bridge(*alphas, np.array([0]), np.array([0]))


@pytest.mark.parametrize("alpha", [0.02, 0.5, 0.97])
def test_the_information_is_that_of_the_definition(kernel: Kernel, alpha: float) -> None:
    """By differences of the transition, summed over clean tokens of unequal weight."""
    weights, width = np.arange(1.0, kernel.vocab_size + 1), 1e-5
    change = kernel.transition(alpha + width) - kernel.transition(alpha - width)
    terms = (change / (2 * width)) ** 2 / kernel.transition(alpha)
    found = kernel.information(alpha, weights)
    assert found == pytest.approx(weights @ terms.sum(axis=1), rel=2e-4)


def test_the_information_of_noise_is_that_of_the_slowest_mode(kernel: Kernel) -> None:
    """All others decay faster: K = pi + alpha K_1 + ..., K_1 from the rates' own vectors."""
    values, vectors = np.linalg.eig(kernel.rates)
    slowest = abs(values + kernel.slowest_rate) < 1e-9
    change = np.real(vectors[:, slowest] @ np.linalg.inv(vectors)[slowest])
    weights = np.arange(1.0, kernel.vocab_size + 1)
    expected = weights @ (change**2 / kernel.stationary).sum(axis=1)
    assert kernel.information(0.0, weights) == pytest.approx(expected, rel=1e-9)


def test_the_smooth_coordinate_goes_with_its_derivative(kernel: Kernel) -> None:
    places = np.linspace(0, 1, 11)
    alphas, slopes = kernel.smooth_alpha(places)
    assert alphas[0] == pytest.approx(0, abs=1e-15)
    assert alphas[-1] == pytest.approx(1)
    inner, width = places[1:-1], 1e-6
    ends = [kernel.smooth_alpha(inner + sign * width)[0] for sign in (1, -1)]
    np.testing.assert_allclose((ends[0] - ends[1]) / (2 * width), slopes[1:-1], rtol=1e-8)


def test_transitions_are_kept_within_bounds() -> None:
    kernel = nearest_kernel(5)
    kernel._max_seen = 3
    first = [kernel.transition(alpha) for alpha in np.linspace(0.1, 0.9, 9)]
    assert len(kernel._seen) <= 3
    for alpha, found in zip(np.linspace(0.1, 0.9, 9), first, strict=True):
        np.testing.assert_array_equal(kernel.transition(alpha), found)


def test_names() -> None:
    assert kernel_named("nearest", 5) is kernel_named("nearest", 5)
    assert kernel_named("gaussian", 16).name == "gaussian"
    same = kernel_named("gaussian(6, 512)", 16)
    np.testing.assert_array_equal(same.rates, kernel_named("gaussian", 16).rates)
    for name, size in SMALL:
        assert (kernel_named(name, size).name, kernel_named(name, size).vocab_size) == (name, size)


@pytest.mark.parametrize("name", ["", "Uniform", "gaussian()", "gaussian(1)", "gaussian(a,1)"])
def test_unknown_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"no kernel named .*; known: uniform, nearest"):
        kernel_named(name, 4)


@pytest.mark.parametrize("widths", ["0,1", "1,-2", "nan,1", "inf,1"])
def test_impossible_widths_are_refused(widths: str) -> None:
    with pytest.raises(ValueError, match="numbers above 0"):
        kernel_named(f"gaussian({widths})", 4)


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 2, got 1"):
        kernel_named("uniform", 1)
    with pytest.raises(ValueError, match="kernel 'nearest' takes at most 512 states, got 513"):
        kernel_named("nearest", MAX_ORDINAL_STATES + 1)
    assert kernel_named("uniform", 50257).parts(0.5)[1].shape == ()


@pytest.mark.parametrize("alpha", [-0.1, 1.1, math.nan])
def test_an_alpha_outside_is_refused(kernel: Kernel, alpha: float) -> None:
    with pytest.raises(ValueError, match=r"alpha must lie in \[0, 1\]"):
        kernel.transition(alpha)


def test_dense_kernels_are_given_by_their_rates() -> None:
    rates = np.array([[-2.0, 2.0], [1.0, -1.0]])
    kernel = DenseKernel("of my own", rates, np.array([1 / 3, 2 / 3]), 1)
    assert kernel.slowest_rate == pytest.approx(3)
    np.testing.assert_allclose(kernel.transition(0.5), [[2 / 3, 1 / 3], [1 / 6, 5 / 6]])

"""The three energies and their discrete version (docs/mathematics.md 3)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import mpmath
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import integrate, special

from mdm_opt.schedules import (
    MINIMUM_TOKEN_ENERGY,
    BetaSchedule,
    CosineSchedule,
    MaskSchedule,
    SineSchedule,
    discrete_energy,
    energies,
    minimum_discrete_energy,
    named_schedule,
    step_angles,
    token_energy,
)

PARAMETERS = st.floats(0.05, 20)
BETAS = st.builds(BetaSchedule, PARAMETERS, PARAMETERS)
HAND_CRAFTED = st.sampled_from([SineSchedule(), CosineSchedule()])
FEW = settings(max_examples=50, deadline=None)

LENGTH, VOCAB_SIZE, MASK = 3, 2, 2
Array = npt.NDArray[np.float64]
State = tuple[int, ...]

# Tanh-sinh quadrature over (0, 1): singular ends are harmless, T and 1 - T = S both accurate.
_X, _STEP = np.linspace(-4, 4, 321, retstep=True)
T, S = special.expit(np.pi * np.sinh(_X)), special.expit(-np.pi * np.sinh(_X))
WEIGHTS = _STEP * np.pi * np.cosh(_X) * T * S

# alpha, 1 - alpha and alpha' at T, by formulas that share nothing with the package.
HALF = np.pi / 2
ALPHAS: dict[str, tuple[Array, Array, Array]] = {
    "linear": (T, S, np.ones_like(T)),
    "sin2": (
        np.sin(HALF * T) ** 2,
        np.sin(HALF * S) ** 2,
        2 * HALF * np.sin(HALF * T) * np.sin(HALF * S),
    ),
    "sine": (np.sin(HALF * T), 2 * np.sin(HALF / 2 * S) ** 2, HALF * np.sin(HALF * S)),
    "cosine": (2 * np.sin(HALF / 2 * T) ** 2, np.sin(HALF * S), HALF * np.sin(HALF * T)),
}


def _probability(law: dict[State, float], state: State) -> float:
    """q of the unmasked tokens of a partly masked state."""
    return sum(
        probability
        for word, probability in law.items()
        if all(seen in (MASK, token) for seen, token in zip(state, word, strict=True))
    )


def _unmaskings(alphabet: tuple[tuple[int, ...], ...]) -> Iterator[tuple[State, State]]:
    """All (z, x): x is z with one masked token unmasked; ``alphabet``: tokens of each position."""
    for z in itertools.product(*[(*tokens, MASK) for tokens in alphabet]):
        for position in [i for i, token in enumerate(z) if token == MASK]:
            for token in alphabet[position]:
                yield z, (*z[:position], token, *z[position + 1 :])


@pytest.mark.parametrize(
    ("name", "a", "b"),
    [("linear", 0.4, 0.6), ("sin2", 1.0, 1.0), ("sine", 0.5, 1.5), ("cosine", 1.3, 0.4)],
)
def test_three_energies_match_brute_force_over_states(name: str, a: float, b: float) -> None:
    weights = np.random.default_rng(5).uniform(0.2, 1, VOCAB_SIZE**LENGTH)
    words = list(itertools.product(range(VOCAB_SIZE), repeat=LENGTH))
    law = dict(zip(words, (weights / weights.sum()).tolist(), strict=True))
    marginal = {
        state: _probability(law, state)
        for state in itertools.product(range(VOCAB_SIZE + 1), repeat=LENGTH)
    }
    alpha, rest, slope = ALPHAS[name]
    speed = T ** (a - 1) * S ** (b - 1) / special.beta(a, b)

    def presence(state: State) -> Array:
        masked = state.count(MASK)
        return alpha ** (LENGTH - masked) * rest**masked

    kinetic = np.zeros_like(T)
    for z, x in _unmaskings(((0, 1),) * LENGTH):
        rate = slope / rest * marginal[x] / marginal[z]
        here, there = presence(z) * marginal[z], presence(x) * marginal[x]
        kinetic += here / there * rate**2 / speed
    conditional = np.zeros_like(T)
    for word, probability in law.items():
        for z, x in _unmaskings(tuple((token,) for token in word)):
            conditional += probability * presence(z) / presence(x) * (slope / rest) ** 2 / speed
    y_slopes = [-slope / (2 * np.sqrt(rest)), slope / (2 * np.sqrt(alpha))]
    geodesic = 4 * LENGTH * (y_slopes[0] ** 2 + y_slopes[1] ** 2) / speed

    got = energies(named_schedule(name), BetaSchedule(a, b), LENGTH, VOCAB_SIZE)
    assert got.kinetic == pytest.approx((WEIGHTS * kinetic).sum(), rel=1e-9)
    assert got.conditional_kinetic == pytest.approx((WEIGHTS * conditional).sum(), rel=1e-9)
    assert got.geodesic == pytest.approx((WEIGHTS * geodesic).sum(), rel=1e-9)


@FEW
@given(BETAS, st.integers(1, 12), st.integers(2, 40))
def test_prefactors_count_the_unmaskings(
    weight: BetaSchedule, length: int, vocab_size: int
) -> None:
    got = energies(weight, weight, length, vocab_size)
    kinetic_states = length * (vocab_size + 1) ** (length - 1)
    conditional_states = length * 2 ** (length - 1)
    assert got.kinetic == pytest.approx(got.token * kinetic_states, rel=1e-10)
    assert got.conditional_kinetic == pytest.approx(got.token * conditional_states, rel=1e-10)
    assert got.geodesic == pytest.approx(got.token * length, rel=1e-12)


def test_energies_of_long_sequences_are_infinite_not_an_error() -> None:
    got = energies(named_schedule("sin2"), BetaSchedule(1, 1), 1024, 50_000)
    assert got.kinetic == math.inf
    assert got.conditional_kinetic == math.inf
    assert got.geodesic == pytest.approx(1024 * math.pi**2)


@FEW
@given(BETAS)
def test_minimum_is_attained_at_the_optimal_schedule(weight: BetaSchedule) -> None:
    assert token_energy(weight, weight) == pytest.approx(MINIMUM_TOKEN_ENERGY, rel=1e-11)
    assert pytest.approx(math.pi**2, rel=1e-15) == MINIMUM_TOKEN_ENERGY


@FEW
@given(BETAS, BETAS)
def test_other_schedules_cost_more(schedule: BetaSchedule, weight: BetaSchedule) -> None:
    energy = token_energy(schedule, weight)
    assert energy >= math.pi**2 * (1 - 1e-11)
    ratios = [schedule.beta_a / weight.beta_a, schedule.beta_b / weight.beta_b]
    assume(max(abs(math.log(ratio)) for ratio in ratios) > 0.1)
    assert energy > math.pi**2 * (1 + 1e-8)


@FEW
@given(HAND_CRAFTED, st.builds(BetaSchedule, st.floats(0.05, 2.5), st.floats(0.05, 2.5)))
def test_hand_crafted_schedules_cost_more(schedule: MaskSchedule, weight: BetaSchedule) -> None:
    """Neither is in the family, so the bound is strict under every weight."""
    energy = token_energy(schedule, weight)
    assert energy > math.pi**2 * (1 + 1e-4)


@pytest.mark.parametrize(
    ("schedule", "weight"),
    [
        ((1, 1), (0.7, 1.4)),
        ((0.5, 0.5), (0.5, 0.5)),
        ((0.9, 0.3), (1.0, 0.4)),
        ((5, 3), (7, 4.5)),
        ((15, 7), (16, 6)),
        ((20, 0.3), (20, 0.25)),
    ],
)
def test_closed_form_matches_quadrature(
    schedule: tuple[float, float], weight: tuple[float, float]
) -> None:
    def half(alpha: BetaSchedule, gamma: BetaSchedule) -> float:
        """Over [0, 1/2], in the variable t^p that flattens a singular end."""
        power = min(2 * alpha.beta_a - gamma.beta_a, 1.0)

        def integrand(u: float) -> float:
            t = u ** (1 / power)
            ratio = alpha.angular_speed_squared(t) / gamma.interpolation_speed(t)
            return float(ratio * t ** (1 - power) / power)

        value, _ = integrate.quad(integrand, 0, 0.5**power, epsabs=0, epsrel=1e-9)
        return value

    there = half(BetaSchedule(*schedule), BetaSchedule(*weight))
    back = half(BetaSchedule(*schedule[::-1]), BetaSchedule(*weight[::-1]))
    got = token_energy(BetaSchedule(*schedule), BetaSchedule(*weight))
    assert got == pytest.approx(there + back, rel=1e-7)


@pytest.mark.parametrize(
    ("c", "d"), [(0.05, 0.05), (0.5, 1.9), (0.9, 0.3), (0.99, 1.0), (0.3, 1.99)]
)
def test_sine_and_cosine_match_high_precision(c: float, d: float) -> None:
    """For sine, alpha'^2 / (alpha (1 - alpha)) = pi^2/4 (1 + alpha) / alpha; cosine mirrors it."""
    with mpmath.workdps(30):
        left, right = 1 - mpmath.mpf(c), 2 - mpmath.mpf(d)

        def smooth(t: mpmath.mpf) -> mpmath.mpf:
            alpha = mpmath.sin(mpmath.pi / 2 * t)
            return mpmath.pi**2 / 4 * (1 + alpha) / mpmath.sinc(mpmath.pi / 2 * t) * 2 / mpmath.pi

        # Both halves in the variable that makes their end point smooth.
        def near_start(u: mpmath.mpf) -> mpmath.mpf:
            t = u ** (1 / left)
            return smooth(t) * (1 - t) ** (right - 1) / left

        def near_end(u: mpmath.mpf) -> mpmath.mpf:
            s = u ** (1 / right)
            return smooth(1 - s) * (1 - s) ** (left - 1) / right

        half = mpmath.mpf(1) / 2
        value = mpmath.quad(near_start, [0, half**left]) + mpmath.quad(near_end, [0, half**right])
        expected = float(value * mpmath.beta(c, d))
    assert token_energy(SineSchedule(), BetaSchedule(c, d)) == pytest.approx(expected, rel=1e-9)
    assert token_energy(CosineSchedule(), BetaSchedule(d, c)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("schedule", "weight"),
    [
        (BetaSchedule(0.5, 0.5), (1, 0.5)),
        (BetaSchedule(0.5, 0.5), (0.5, 1)),
        (BetaSchedule(1, 1), (2.5, 1)),
        (SineSchedule(), (1, 1)),
        (SineSchedule(), (0.5, 2)),
        (CosineSchedule(), (2, 0.5)),
        (CosineSchedule(), (1, 1)),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_divergent_energies_are_infinite(
    schedule: MaskSchedule, weight: tuple[float, float]
) -> None:
    got = energies(schedule, BetaSchedule(*weight), 3, 2)
    parts = [got.token, got.kinetic, got.conditional_kinetic, got.geodesic]
    assert parts == [math.inf] * 4


def test_energy_grows_without_bound_towards_divergence() -> None:
    linear = named_schedule("linear")
    near, nearer = (token_energy(linear, BetaSchedule(c, 0.5)) for c in (1 - 1e-3, 1 - 1e-6))
    assert math.pi**2 < near < nearer / 100 < math.inf


@FEW
@given(BETAS | HAND_CRAFTED, st.integers(1, 100))
def test_discrete_energy_sums_over_the_great_circle(schedule: MaskSchedule, steps: int) -> None:
    progress = np.arange(steps + 1) / steps
    points = np.sqrt([schedule.masked(progress), schedule.revealed(progress)])
    cosines = (points[:, 1:] * points[:, :-1]).sum(axis=0)
    assert discrete_energy(schedule, steps) == pytest.approx((2 - 2 * cosines).sum(), abs=1e-13)
    angles = step_angles(schedule, steps)
    assert angles.sum() == pytest.approx(math.pi / 2, rel=1e-14)
    np.testing.assert_allclose(np.cos(angles), np.minimum(cosines, 1), atol=1e-14)


@FEW
@given(BETAS | HAND_CRAFTED, st.integers(2, 100))
def test_discrete_minimum_bounds_every_schedule(schedule: MaskSchedule, steps: int) -> None:
    assert discrete_energy(schedule, steps) >= minimum_discrete_energy(steps) * (1 - 1e-12)


@pytest.mark.parametrize("steps", [1, 2, 3, 8, 64, 1000])
def test_discrete_minimum_belongs_to_equal_angles(steps: int) -> None:
    minimum = minimum_discrete_energy(steps)
    assert minimum == pytest.approx(2 * steps * (1 - math.cos(math.pi / (2 * steps))), rel=1e-9)
    assert discrete_energy(named_schedule("sin2"), steps) == pytest.approx(minimum, rel=1e-12)
    if steps > 2:
        assert discrete_energy(named_schedule("linear"), steps) > minimum * (1 + 1e-3)


def test_bad_sizes_are_refused() -> None:
    linear, weight = named_schedule("linear"), BetaSchedule(0.5, 0.5)
    with pytest.raises(ValueError, match="length must be at least 1, got 0"):
        energies(linear, weight, 0, 2)
    with pytest.raises(ValueError, match="vocab_size must be at least 2, got 1"):
        energies(linear, weight, 3, 1)
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        discrete_energy(linear, 0)

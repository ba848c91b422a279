"""The three energies of a masked diffusion model, and the discrete one (docs/mathematics.md 3)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy

from mdm_opt.schedules.base import MaskSchedule
from mdm_opt.schedules.counts import reveal_grid
from mdm_opt.schedules.family import BetaSchedule

# Minimum over alpha of the energy of one token, for every weight function [EM].
MINIMUM_TOKEN_ENERGY = math.pi**2


@dataclass(frozen=True)
class Energies:
    """Energies of a schedule under one weight function; dimensionless, ``inf`` where they diverge.

    Attributes:
        token: E[alpha, gamma], of one token.
        kinetic: for a law with full support over V^L sequences, E * L (V+1)^(L-1).
        conditional_kinetic: E * L 2^(L-1).
        geodesic: E * L.
    """

    token: float
    kinetic: float
    conditional_kinetic: float
    geodesic: float


def diverging_ends(schedule: MaskSchedule, weight: BetaSchedule) -> tuple[bool, bool]:
    """Whether the integral of `token_energy` diverges at t = 0, and at t = 1.

    Near 0 alpha ~ t^p and gamma' ~ t^(c - 1), so that the integrand is of order t^(p - c - 1): it
    has an integral where p > c. Likewise at the other end.
    """
    first, last = schedule.edge_exponents
    return first <= weight.beta_a, last <= weight.beta_b


def token_energy(schedule: MaskSchedule, weight: BetaSchedule) -> float:
    """E[alpha, gamma] = integral of alpha'^2 / (alpha (1 - alpha) gamma') over t in [0, 1].

    Closed form for a Beta schedule under a Beta weight,
    pi^2 B(c, d) B(2a - c, 2b - d) / B(a, b)^2 for alpha of (a, b) and gamma of (c, d);
    quadrature with the end-point powers taken out for the others.

    Args:
        schedule: the mask schedule alpha.
        weight: gamma, as the CDF of Beta(c, d).

    Returns:
        At least pi^2, with equality iff alpha = sin^2(pi/2 gamma); ``inf`` where the integral
        diverges at an end (2a <= c or 2b <= d for a Beta schedule).
    """
    c, d = weight.beta_a, weight.beta_b
    powers = schedule.edge_exponents
    left, right = powers[0] - c, powers[1] - d
    if any(diverging_ends(schedule, weight)):
        return math.inf
    if isinstance(schedule, BetaSchedule):
        log_ratio = (
            scipy.special.betaln(c, d)
            + scipy.special.betaln(left, right)
            - 2 * scipy.special.betaln(schedule.beta_a, schedule.beta_b)
        )
        return math.pi**2 * math.exp(log_ratio)

    def smooth_part(t: float) -> float:
        inner = min(max(t, 1e-12), 1 - 1e-12)
        speeds = schedule.angular_speed_squared(inner) / weight.interpolation_speed(inner)
        return float(speeds / (inner ** (left - 1) * (1 - inner) ** (right - 1)))

    value, _ = scipy.integrate.quad(
        smooth_part, 0, 1, weight="alg", wvar=(left - 1, right - 1), epsabs=0, epsrel=1e-10
    )
    return float(value)


def energies(
    schedule: MaskSchedule, weight: BetaSchedule, length: int, vocab_size: int
) -> Energies:
    """The three energies of sequences of ``length`` tokens out of ``vocab_size`` [EM sec. 3].

    Args:
        schedule: the mask schedule alpha.
        weight: gamma.
        length: L >= 1.
        vocab_size: V >= 2 clean tokens.

    Raises:
        ValueError: for a length below 1 or a vocabulary below 2.
    """
    if length < 1:
        raise ValueError(f"length must be at least 1, got {length}")
    if vocab_size < 2:
        raise ValueError(f"vocab_size must be at least 2, got {vocab_size}")
    token = token_energy(schedule, weight)

    def scaled(states_per_token: int) -> float:
        log_factor = math.log(length) + (length - 1) * math.log(states_per_token)
        return token * math.exp(log_factor) if log_factor < 700 else math.inf

    return Energies(
        token=token,
        kinetic=scaled(vocab_size + 1),
        conditional_kinetic=scaled(2),
        geodesic=scaled(1),
    )


def discrete_energy(schedule: MaskSchedule, steps: int) -> float:
    """Sum over steps of 2 (1 - cos theta_k) on the great circle [EM D.5].

    theta_k is the angle between consecutive (sqrt(1 - alpha), sqrt(alpha)). Among all schedules
    with N steps the least value, 2 N (1 - cos(pi / 2N)), belongs to equal angles: sin^2.

    Args:
        schedule: mask schedule.
        steps: N >= 1.
    """
    return float((4 * np.sin(step_angles(schedule, steps) / 2) ** 2).sum())


def step_angles(schedule: MaskSchedule, steps: int) -> np.ndarray:
    """Angles theta_k between consecutive states on the great circle.

    Args:
        schedule: mask schedule.
        steps: N >= 1.

    Returns:
        float64 ``(steps,)`` in radians, sum = pi/2.
    """
    revealed = reveal_grid(schedule, steps)
    masked = schedule.masked(np.arange(steps + 1) / steps)
    return np.diff(np.arctan2(np.sqrt(revealed), np.sqrt(masked)))


def minimum_discrete_energy(steps: int) -> float:
    """The least discrete energy of any schedule with that many steps."""
    return 4 * steps * math.sin(math.pi / (4 * steps)) ** 2

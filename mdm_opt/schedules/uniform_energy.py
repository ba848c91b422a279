"""Energy of uniform and ordinal corruption, and the schedules that minimise it.

docs/mathematics.md 11. For uniform corruption everything is known in closed form; for any kernel
the optimum has steps of equal Fisher arc length, the integral of sqrt(information) along alpha.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import integrate, interpolate, optimize

from mdm_opt.schedules.base import Array, MaskSchedule, checked_unit
from mdm_opt.schedules.family import BetaSchedule
from mdm_opt.schedules.kernels import Kernel

# Intervals of the quadrature; of twice as many, lengths differ by less than 1e-8 of themselves.
_INTERVALS = 512
# The information is infinite at alpha = 1, what it is times the step along the coordinate is not.
_NEAREST_TO_CLEAN = 1e-5


def corner_angle(vocab_size: int) -> float:
    """phi_0 = arccos(1 / sqrt(V)), from the uniform law to a clean token on the sphere of sqrt.

    Raises:
        ValueError: for a vocabulary below 2.
    """
    if vocab_size < 2:
        raise ValueError(f"vocab_size must be at least 2, got {vocab_size}")
    return math.acos(1 / math.sqrt(vocab_size))


def minimum_uniform_energy(vocab_size: int) -> float:
    """4 phi_0^2: the least `uniform_energy` of any schedule, for every weight function.

    pi^2 / 4 for two tokens, pi^2 for infinitely many.

    Raises:
        ValueError: for a vocabulary below 2.
    """
    return 4 * corner_angle(vocab_size) ** 2


def uniform_optimal_alpha(vocab_size: int, interpolation: npt.ArrayLike) -> Array:
    """alpha* = 1 - sin^2((1 - gamma) phi_0) / sin^2(phi_0), the minimiser of `uniform_energy`.

    sin(pi/2 gamma) for two tokens, sin^2(pi/2 gamma) for infinitely many.

    Args:
        vocab_size: V >= 2.
        interpolation: gamma(t), any shape, in [0, 1].

    Returns:
        float64 of the same shape, in [0, 1], exact at both ends.

    Raises:
        ValueError: for a vocabulary below 2, or a gamma outside [0, 1].
    """
    corner = corner_angle(vocab_size)
    gamma = checked_unit(interpolation, "interpolation")
    alpha = 1 - (np.sin((1 - gamma) * corner) / math.sin(corner)) ** 2
    return np.asarray(np.where(gamma == 0, 0.0, alpha))


def uniform_diverging_ends(schedule: MaskSchedule, weight: BetaSchedule) -> tuple[bool, bool]:
    """Whether the integral of `uniform_energy` diverges at t = 0, and at t = 1.

    Near 0 alpha ~ t^p and gamma' ~ t^(c - 1), so that the integrand is of order t^(2p - c - 1): it
    has an integral where 2p > c. Near 1 it is as that of `token_energy`.
    """
    first, last = schedule.edge_exponents
    return 2 * first <= weight.beta_a, last <= weight.beta_b


def uniform_energy(schedule: MaskSchedule, weight: BetaSchedule, vocab_size: int) -> float:
    """E_V: integral of (V-1) alpha'^2 / ((1-alpha) (1 + (V-1) alpha) gamma') over t in [0, 1].

    Args:
        schedule: alpha(t).
        weight: gamma, as the CDF of Beta(c, d).
        vocab_size: V >= 2.

    Returns:
        Dimensionless, at least 4 phi_0^2; ``inf`` where the integral diverges at an end.

    Raises:
        ValueError: for a vocabulary below 2.
    """
    corner_angle(vocab_size)
    others = vocab_size - 1
    first, last = schedule.edge_exponents
    # alpha'^2 / gamma' ~ t^(2p - 1 - c) at 0, and (1-t)^(q - 1 - d) at 1.
    left, right = 2 * first - weight.beta_a, last - weight.beta_b
    if any(uniform_diverging_ends(schedule, weight)):
        return math.inf

    def integrand(t: float) -> float:
        alpha = float(schedule.revealed(t))
        token = float(schedule.angular_speed_squared(t) / weight.interpolation_speed(t))
        return token * others * alpha / (1 + others * alpha)

    def near_noise(t: float) -> float:
        inner = max(t, 1e-12)
        return float(integrand(inner) / inner ** (left - 1))

    def near_clean(t: float) -> float:
        inner = min(t, 1 - 1e-12)
        return float(integrand(inner) / (1 - inner) ** (right - 1))

    # Where alpha passes 1/V the integrand changes its power.
    turn = float(np.clip(schedule.progress(1 / vocab_size), 1e-9, 0.5))
    asked: dict[str, Any] = {"weight": "alg", "epsabs": 0, "epsrel": 1e-10, "limit": 200}
    first_part = integrate.quad(near_noise, 0, turn, wvar=(left - 1, 0), **asked)[0]
    return float(first_part + integrate.quad(near_clean, turn, 1, wvar=(0, right - 1), **asked)[0])


def arc_length(kernel: Kernel, clean: npt.ArrayLike | None = None) -> tuple[Array, Array]:
    """Fisher arc length from alpha = 0, which needs no model.

    Args:
        kernel: how tokens are corrupted.
        clean: float64 ``(length, V)`` or ``(V,)``, the law of each clean token: token marginals of
            the data; None for one token that is any clean one with equal probability.

    Returns:
        Alphas from 0 to 1, increasing, float64 ``(n,)``, and the length up to each: the integral
        of sqrt(I), I the Fisher information of alpha summed over the positions.

    Raises:
        ValueError: for laws of another shape.
    """
    size = kernel.vocab_size
    given = np.full(size, 1 / size) if clean is None else np.asarray(clean, dtype=np.float64)
    if given.ndim not in (1, 2) or given.shape[-1] != size:
        raise ValueError(f"laws of {size} clean tokens are expected, got shape {given.shape}")
    weights = given.reshape(-1, size).sum(axis=0)
    coordinate = np.linspace(0.0, 1.0, _INTERVALS + 1)
    alphas, _ = kernel.smooth_alpha(coordinate)
    asked, slopes = kernel.smooth_alpha(np.minimum(coordinate, 1 - _NEAREST_TO_CLEAN))
    speeds = slopes * np.sqrt([kernel.information(alpha, weights) for alpha in asked.tolist()])
    lengths = integrate.cumulative_simpson(speeds, x=coordinate, initial=0)
    alphas[0], alphas[-1] = 0.0, 1.0
    return alphas, np.asarray(lengths)


def arc_length_grid(
    kernel: Kernel,
    steps: int,
    clean: npt.ArrayLike | None = None,
    *,
    first_alpha: float = 0.0,
    last_alpha: float = 1.0,
) -> Array:
    """The grid whose steps have equal Fisher arc length: the energy optimum of a kernel.

    Args:
        kernel: how tokens are corrupted.
        steps: N >= 1.
        clean: as for `arc_length`.
        first_alpha: the first of the grid, in [0, 1).
        last_alpha: the last of the grid, in (first_alpha, 1].

    Returns:
        float64 ``(steps + 1,)``, increasing.

    Raises:
        ValueError: for fewer than one step, alphas that do not increase, or laws of another shape.
    """
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}")
    if not 0 <= first_alpha < last_alpha <= 1:
        raise ValueError(
            f"0 <= first_alpha < last_alpha <= 1 is expected, got {first_alpha}, {last_alpha}"
        )
    alphas, lengths = arc_length(kernel, clean)
    coordinate = np.linspace(0.0, 1.0, len(alphas))
    length_at = interpolate.PchipInterpolator(coordinate, lengths)
    first, last = length_at([_coordinate(kernel, alpha) for alpha in (first_alpha, last_alpha)])
    wanted = np.linspace(first, last, steps + 1)
    found = interpolate.PchipInterpolator(lengths, coordinate)(wanted)
    grid, _ = kernel.smooth_alpha(np.clip(found, 0.0, 1.0))
    # Both ends to the last bit, and whatever rounding did between them.
    grid = np.maximum.accumulate(np.clip(grid, first_alpha, last_alpha))
    grid[0], grid[-1] = first_alpha, last_alpha
    return np.asarray(grid)


def _coordinate(kernel: Kernel, alpha: float) -> float:
    """Where `Kernel.smooth_alpha` is alpha."""
    if alpha in (0, 1):
        return alpha

    def above(coordinate: float) -> float:
        return float(kernel.smooth_alpha(np.array([coordinate]))[0][0]) - alpha

    return float(optimize.brentq(above, 0.0, 1.0, xtol=1e-14))

"""The Beta family and the named baselines (docs/mathematics.md 2, [EM sec. 3.3])."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from mdm_opt.schedules.base import Array, MaskSchedule, checked_unit
from mdm_opt.schedules.rate_schedules import (
    ConstantRateSchedule,
    ExponentialRateSchedule,
    LogitSchedule,
)

# Range in which values, ends and monotonicity are tested; the study file accepts no other.
BETA_MIN, BETA_MAX = 0.05, 20.0


@dataclass(frozen=True)
class BetaSchedule(MaskSchedule):
    """alpha(t) = sin^2(pi/2 I_t(a, b)), I the regularised incomplete beta function.

    Attributes:
        beta_a: a > 0, dimensionless; tested in [0.05, 20].
        beta_b: b > 0, likewise.

    Raises:
        ValueError: for a parameter that is not finite and positive.
    """

    beta_a: float
    beta_b: float

    def __post_init__(self) -> None:
        for key in ("beta_a", "beta_b"):
            value = getattr(self, key)
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"{key} must be finite and > 0, got {value}")

    @property
    def name(self) -> str:
        return f"beta({self.beta_a:.4g}, {self.beta_b:.4g})"

    @property
    def edge_exponents(self) -> tuple[float, float]:
        return 2 * self.beta_a, 2 * self.beta_b

    def interpolation(self, progress: npt.ArrayLike) -> Array:
        """gamma(t) = I_t(a, b), float64 in [0, 1] of the shape of ``progress`` (in [0, 1])."""
        t = checked_unit(progress, "progress")
        return np.asarray(scipy.special.betainc(self.beta_a, self.beta_b, t), dtype=np.float64)

    def remaining_interpolation(self, progress: npt.ArrayLike) -> Array:
        """1 - gamma(t), accurate where it is small."""
        t = checked_unit(progress, "progress")
        return np.asarray(scipy.special.betaincc(self.beta_a, self.beta_b, t), dtype=np.float64)

    def interpolation_speed(self, progress: npt.ArrayLike) -> Array:
        """gamma'(t) = t^(a-1) (1-t)^(b-1) / B(a, b) for ``progress`` in (0, 1)."""
        t = checked_unit(progress, "progress")
        log_speed = scipy.special.xlogy(self.beta_a - 1, t) + scipy.special.xlog1py(
            self.beta_b - 1, -t
        )
        speed = np.exp(log_speed - scipy.special.betaln(self.beta_a, self.beta_b))
        return np.asarray(speed, dtype=np.float64)

    def revealed(self, progress: npt.ArrayLike) -> Array:
        return beta_revealed(self.beta_a, self.beta_b, checked_unit(progress, "progress"))

    def masked(self, progress: npt.ArrayLike) -> Array:
        return _sin_squared(self.remaining_interpolation(progress), self.interpolation(progress))

    def angular_speed_squared(self, progress: npt.ArrayLike) -> Array:
        return (np.pi * self.interpolation_speed(progress)) ** 2

    def progress(self, revealed: npt.ArrayLike) -> Array:
        alpha = checked_unit(revealed, "revealed")
        gamma = np.arcsin(np.sqrt(alpha)) * (2 / np.pi)
        inverse = scipy.special.betaincinv(self.beta_a, self.beta_b, gamma)
        # One Newton step: betaincinv is off by 1e-8 for some a = b near gamma = 1/2.
        middle = (inverse > 0.01) & (inverse < 0.99)
        inner = np.where(middle, inverse, 0.5)
        step = (self.interpolation(inner) - gamma) / self.interpolation_speed(inner)
        inverse = np.where(middle, inner - step, inverse)
        # gamma ~ t^a / (a B(a, b)) at 0, where betaincinv returns NaN for some (a, b).
        log_scale = np.log(self.beta_a) + scipy.special.betaln(self.beta_a, self.beta_b)
        with np.errstate(divide="ignore", over="ignore"):
            leading = np.exp((np.log(gamma) + log_scale) / self.beta_a)
        return np.asarray(
            np.where(np.isnan(inverse) | (leading < 1e-15), leading, inverse), dtype=np.float64
        )


@dataclass(frozen=True)
class SineSchedule(MaskSchedule):
    """alpha(t) = sin(pi t / 2), hand-crafted, outside the Beta family."""

    @property
    def name(self) -> str:
        return "sine"

    @property
    def edge_exponents(self) -> tuple[float, float]:
        return 1.0, 2.0

    def revealed(self, progress: npt.ArrayLike) -> Array:
        t = checked_unit(progress, "progress")
        return np.where(t == 1, 1.0, np.sin(np.pi / 2 * t))

    def masked(self, progress: npt.ArrayLike) -> Array:
        t = checked_unit(progress, "progress")
        return np.where(t == 0, 1.0, 2 * np.sin(np.pi / 4 * (1 - t)) ** 2)

    def angular_speed_squared(self, progress: npt.ArrayLike) -> Array:
        alpha = self.revealed(progress)
        return np.pi**2 / 4 * (1 + alpha) / alpha

    def progress(self, revealed: npt.ArrayLike) -> Array:
        return np.arcsin(checked_unit(revealed, "revealed")) * (2 / np.pi)


@dataclass(frozen=True)
class CosineSchedule(MaskSchedule):
    """alpha(t) = 1 - cos(pi t / 2): MaskGIT's cosine mask ratio, the mirror image of sine."""

    @property
    def name(self) -> str:
        return "cosine"

    @property
    def edge_exponents(self) -> tuple[float, float]:
        return 2.0, 1.0

    def revealed(self, progress: npt.ArrayLike) -> Array:
        t = checked_unit(progress, "progress")
        return np.where(t == 1, 1.0, 2 * np.sin(np.pi / 4 * t) ** 2)

    def masked(self, progress: npt.ArrayLike) -> Array:
        return SineSchedule().revealed(1 - checked_unit(progress, "progress"))

    def angular_speed_squared(self, progress: npt.ArrayLike) -> Array:
        return SineSchedule().angular_speed_squared(1 - checked_unit(progress, "progress"))

    def progress(self, revealed: npt.ArrayLike) -> Array:
        angle = np.arcsin(np.sqrt(checked_unit(revealed, "revealed") / 2))
        return np.minimum(angle * (4 / np.pi), 1.0)


# The schedules that every result is compared with, by the names used everywhere.
NAMED_SCHEDULES: dict[str, MaskSchedule] = {
    "linear": BetaSchedule(0.5, 0.5),
    "sin2": BetaSchedule(1.0, 1.0),
    "sine": SineSchedule(),
    "cosine": CosineSchedule(),
    "logit": LogitSchedule(),
    "constant_rate": ConstantRateSchedule(),
    "exponential_rate": ExponentialRateSchedule(),
}


def named_schedule(name: str) -> MaskSchedule:
    """The baseline of that name.

    Args:
        name: ``linear`` (alpha = t), ``sin2`` (sin^2(pi t/2)), ``sine``, ``cosine``, ``logit``,
            ``constant_rate`` or ``exponential_rate``.

    Raises:
        ValueError: for another name.
    """
    if name not in NAMED_SCHEDULES:
        raise ValueError(f"no schedule named {name!r}; known: {', '.join(NAMED_SCHEDULES)}")
    return NAMED_SCHEDULES[name]


def beta_revealed(beta_a: Array | float, beta_b: Array | float, progress: Array) -> Array:
    """alpha(t) of Beta schedules, all three broadcast against each other."""
    share = np.asarray(scipy.special.betainc(beta_a, beta_b, progress), dtype=np.float64)
    rest = np.asarray(scipy.special.betaincc(beta_a, beta_b, progress), dtype=np.float64)
    return _sin_squared(share, rest)


def _sin_squared(share: Array, complement: Array) -> Array:
    """sin^2(pi/2 share) with share + complement = 1, each half from the smaller of the two."""
    low = np.sin(np.pi / 2 * share) ** 2
    high = 1 - np.sin(np.pi / 2 * complement) ** 2
    return np.where(share <= 0.5, low, high)

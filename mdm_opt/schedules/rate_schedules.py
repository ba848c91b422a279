"""The grids that models of births and of uniform corruption are published with."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from mdm_opt.schedules.base import Array, MaskSchedule, checked_unit

# Of the observation times of Blackout Diffusion: logit(alpha) runs from -15 to 15.
LOGIT_EXTENT = 15.0
# Over which the rate of tauLDR and of the discrete probability flow falls.
RATE_RATIO = 100.0


@dataclass(frozen=True)
class LogitSchedule(MaskSchedule):
    """alpha(t) = sigmoid(e (2t - 1)), evenly spaced in logit(alpha), and exact at both ends.

    The observation times of Blackout Diffusion [2305.11089] with every k-th index.

    Attributes:
        extent: e > 0; 15 in the paper.
    """

    extent: float = LOGIT_EXTENT

    def __post_init__(self) -> None:
        if not (math.isfinite(self.extent) and self.extent > 0):
            raise ValueError(f"extent must be finite and > 0, got {self.extent}")

    @property
    def name(self) -> str:
        return "logit"

    @property
    def edge_exponents(self) -> tuple[float, float]:
        # The speed is finite at both ends, as that of t^2 would be.
        return 2.0, 2.0

    def revealed(self, progress: npt.ArrayLike) -> Array:
        t = checked_unit(progress, "progress")
        inner = scipy.special.expit(self.extent * (2 * t - 1))
        return np.where(t == 0, 0.0, np.where(t == 1, 1.0, inner))

    def masked(self, progress: npt.ArrayLike) -> Array:
        return self.revealed(1 - checked_unit(progress, "progress"))

    def angular_speed_squared(self, progress: npt.ArrayLike) -> Array:
        t = checked_unit(progress, "progress")
        alpha = scipy.special.expit(self.extent * (2 * t - 1))
        return np.asarray((2 * self.extent) ** 2 * alpha * (1 - alpha), dtype=np.float64)

    def progress(self, revealed: npt.ArrayLike) -> Array:
        alpha = checked_unit(revealed, "revealed")
        inner = (scipy.special.logit(alpha) / self.extent + 1) / 2
        return np.asarray(np.clip(inner, 0.0, 1.0), dtype=np.float64)


@dataclass(frozen=True)
class ConstantRateSchedule(MaskSchedule):
    """alpha(t) = (c^t - 1)/(c - 1): time -log alpha passes evenly from alpha = 1/c on.

    Between a first alpha of 1/c and 1 it is first_alpha^(1 - t), the uniform grid in time of the
    discrete probability flow [2311.03886].

    Attributes:
        ratio: c > 1.
    """

    ratio: float = RATE_RATIO

    def __post_init__(self) -> None:
        if not (math.isfinite(self.ratio) and self.ratio > 1):
            raise ValueError(f"ratio must be finite and > 1, got {self.ratio}")

    @property
    def name(self) -> str:
        return "constant_rate"

    @property
    def edge_exponents(self) -> tuple[float, float]:
        return 1.0, 1.0

    def revealed(self, progress: npt.ArrayLike) -> Array:
        t, log = checked_unit(progress, "progress"), math.log(self.ratio)
        found = np.expm1(t * log) / (self.ratio - 1)
        return np.clip(np.where(t == 1, 1.0, found), 0.0, 1.0)

    def masked(self, progress: npt.ArrayLike) -> Array:
        t, log = checked_unit(progress, "progress"), math.log(self.ratio)
        found = -np.expm1(-(1 - t) * log) * self.ratio / (self.ratio - 1)
        return np.clip(np.where(t == 0, 1.0, found), 0.0, 1.0)

    def angular_speed_squared(self, progress: npt.ArrayLike) -> Array:
        t, log = checked_unit(progress, "progress"), math.log(self.ratio)
        speed = log * np.exp(t * log) / (self.ratio - 1)
        return np.asarray(speed**2 / (self.revealed(t) * self.masked(t)), dtype=np.float64)

    def progress(self, revealed: npt.ArrayLike) -> Array:
        alpha = checked_unit(revealed, "revealed")
        found = np.log1p(alpha * (self.ratio - 1)) / math.log(self.ratio)
        return np.asarray(np.where(alpha == 1, 1.0, np.minimum(found, 1.0)), dtype=np.float64)


@dataclass(frozen=True)
class ExponentialRateSchedule(MaskSchedule):
    """Time falls as c^(1 - t): the rate of tauLDR, from alpha = 1/c on.

    a(t) = c^-((c^(1 - t) - 1)/(c - 1)) between 1/c and 1, brought to [0, 1].

    Attributes:
        ratio: c > 1.
    """

    ratio: float = RATE_RATIO

    def __post_init__(self) -> None:
        ConstantRateSchedule(self.ratio)

    @property
    def name(self) -> str:
        return "exponential_rate"

    @property
    def edge_exponents(self) -> tuple[float, float]:
        return 1.0, 1.0

    def _time(self, progress: Array) -> Array:
        """From 1 to 0."""
        found = np.expm1((1 - progress) * math.log(self.ratio)) / (self.ratio - 1)
        return np.asarray(found, dtype=np.float64)

    def _passed(self, progress: Array) -> Array:
        """From 0 to 1: the time that is over, accurate where it is small."""
        found = -np.expm1(-progress * math.log(self.ratio)) * self.ratio / (self.ratio - 1)
        return np.asarray(found, dtype=np.float64)

    def revealed(self, progress: npt.ArrayLike) -> Array:
        t, log = checked_unit(progress, "progress"), math.log(self.ratio)
        found = np.expm1(self._passed(t) * log) / (self.ratio - 1)
        return np.clip(np.where(t == 1, 1.0, found), 0.0, 1.0)

    def masked(self, progress: npt.ArrayLike) -> Array:
        t, log = checked_unit(progress, "progress"), math.log(self.ratio)
        found = -np.expm1(-self._time(t) * log) * self.ratio / (self.ratio - 1)
        return np.clip(np.where(t == 0, 1.0, found), 0.0, 1.0)

    def angular_speed_squared(self, progress: npt.ArrayLike) -> Array:
        t, log = checked_unit(progress, "progress"), math.log(self.ratio)
        time_speed = log * np.exp((1 - t) * log) / (self.ratio - 1)
        kept = np.exp(self._passed(t) * log) / (self.ratio - 1)
        speed = log * kept * time_speed
        return np.asarray(speed**2 / (self.revealed(t) * self.masked(t)), dtype=np.float64)

    def progress(self, revealed: npt.ArrayLike) -> Array:
        alpha, log = checked_unit(revealed, "revealed"), math.log(self.ratio)
        passed = np.minimum(np.log1p(alpha * (self.ratio - 1)) / log, 1.0)
        found = -np.log1p(-passed * (self.ratio - 1) / self.ratio) / log
        return np.asarray(np.where(alpha == 1, 1.0, np.clip(found, 0.0, 1.0)), dtype=np.float64)

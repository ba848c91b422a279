"""What a mask schedule is (docs/mathematics.md 1, 2)."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class MaskSchedule(ABC):
    """Expected revealed fraction alpha(t) at progress t in [0, 1]; non-decreasing, 0 to 1.

    The angle theta(t) = arcsin(sqrt(alpha(t))) in [0, pi/2] is the primitive: the revealed and the
    masked fraction are then both accurate next to zero, and so are the energies.
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """Short name, e.g. ``linear`` or ``beta(0.9, 0.3)``."""

    @property
    @abstractmethod
    def edge_exponents(self) -> tuple[float, float]:
        """``(p, q)`` with alpha ~ t^p at 0 and 1 - alpha ~ (1 - t)^q at 1, up to constants."""

    @abstractmethod
    def revealed(self, progress: npt.ArrayLike) -> Array:
        """alpha(t).

        Args:
            progress: any shape, in [0, 1].

        Returns:
            float64 of the same shape, in [0, 1], exact at both ends.

        Raises:
            ValueError: for progress outside [0, 1].
        """

    @abstractmethod
    def masked(self, progress: npt.ArrayLike) -> Array:
        """1 - alpha(t), accurate where it is small. Arguments and errors as `revealed`."""

    @abstractmethod
    def angular_speed_squared(self, progress: npt.ArrayLike) -> Array:
        """(2 theta'(t))^2 = alpha'^2 / (alpha (1 - alpha)), the numerator of section 3's energy.

        Args:
            progress: any shape, in (0, 1).

        Returns:
            float64 of the same shape.
        """

    @abstractmethod
    def progress(self, revealed: npt.ArrayLike) -> Array:
        """The inverse: smallest accuracy-limited t with alpha(t) = ``revealed``.

        Args:
            revealed: any shape, in [0, 1].

        Returns:
            float64 of the same shape, in [0, 1].

        Raises:
            ValueError: for a fraction outside [0, 1].
        """


def checked_unit(values: npt.ArrayLike, what: str) -> Array:
    """Returns ``values`` as float64, or raises ValueError naming what is outside [0, 1]."""
    array = np.asarray(values, dtype=np.float64)
    bad = ~((array >= 0) & (array <= 1))
    if bad.any():
        raise ValueError(f"{what} must lie in [0, 1], got {array[bad].flat[0]}")
    return array

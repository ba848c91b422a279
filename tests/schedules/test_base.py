"""What a mask schedule is: all of it must be said, and fractions lie in the unit interval."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from mdm_opt.schedules import MaskSchedule
from mdm_opt.schedules.base import Array, checked_unit


class Square(MaskSchedule):
    """alpha(t) = t^2."""

    name = "square"
    edge_exponents = (2.0, 1.0)

    def revealed(self, progress: npt.ArrayLike) -> Array:
        return checked_unit(progress, "progress") ** 2

    def masked(self, progress: npt.ArrayLike) -> Array:
        return 1 - self.revealed(progress)

    def angular_speed_squared(self, progress: npt.ArrayLike) -> Array:
        t = np.asarray(progress, dtype=np.float64)
        return 4 / (1 - t**2)

    def progress(self, revealed: npt.ArrayLike) -> Array:
        return np.sqrt(checked_unit(revealed, "revealed"))


def test_a_schedule_of_ones_own_is_one() -> None:
    assert float(Square().revealed(0.5)) == 0.25
    assert Square().progress([0.25, 1]).tolist() == [0.5, 1.0]


@pytest.mark.parametrize(
    "missing",
    ["name", "edge_exponents", "revealed", "masked", "angular_speed_squared", "progress"],
)
def test_a_schedule_that_does_not_say_all_cannot_be_made(missing: str) -> None:
    public = {key: value for key, value in vars(Square).items() if not key.startswith("_")}
    kept = {key: value for key, value in public.items() if key != missing}
    with pytest.raises(TypeError, match=f"abstract method '?{missing}"):
        type("Partial", (MaskSchedule,), kept)()


@pytest.mark.parametrize("values", [0, 1, True, 0.25, [0, 1], [[0.5], [-0.0]], np.float32(0.5)])
def test_fractions_become_float64_of_the_same_shape(values: npt.ArrayLike) -> None:
    found = checked_unit(values, "share")
    assert (found.dtype, found.shape) == (np.float64, np.shape(values))
    np.testing.assert_array_equal(found, values)


@pytest.mark.parametrize("bad", [-1e-300, math.nextafter(1, 2), math.nan, math.inf, -math.inf])
def test_what_is_no_fraction_is_refused_by_name(bad: float) -> None:
    for values in (bad, [0.5, bad], [[0.0, 1.0], [bad, 7.0]]):
        with pytest.raises(ValueError, match=rf"^share must lie in \[0, 1\], got {bad}$"):
            checked_unit(values, "share")

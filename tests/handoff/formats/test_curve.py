"""The schedule in plain Python is the schedule."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from exported_schedules import exported_free
from handoff.formats import standins
from handoff.formats.standins import made
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_opt.candidates import beta, counts_candidate
from mdm_opt.handoff.formats import curve
from mdm_opt.schedules import BetaSchedule


@settings(max_examples=200, deadline=None)
@given(
    a=st.floats(0.05, 20),
    b=st.floats(0.05, 20),
    # Below the normal numbers there are not enough digits to compare.
    progress=st.floats(0, 1, allow_subnormal=False),
)
def test_plain_python_schedule_is_the_schedule(a: float, b: float, progress: float) -> None:
    schedule = BetaSchedule(a, b)
    share, rest = curve.incomplete_beta(progress, a, b)
    assert share == pytest.approx(float(schedule.interpolation(progress)), rel=1e-11, abs=1e-300)
    wanted = float(schedule.remaining_interpolation(progress))
    assert rest == pytest.approx(wanted, rel=1e-9, abs=1e-15)
    revealed = curve.beta_revealed(progress, a, b)
    assert revealed == pytest.approx(float(schedule.revealed(progress)), rel=1e-10, abs=1e-15)
    if 1e-9 < progress < 1 - 1e-9:
        speed = curve.beta_speed(progress, a, b)
        alpha, masked = schedule.revealed(progress), schedule.masked(progress)
        wanted = float(np.sqrt(schedule.angular_speed_squared(progress) * alpha * masked))
        assert speed == pytest.approx(wanted, rel=1e-6, abs=1e-12)


def test_known_values_of_the_incomplete_beta_function() -> None:
    for x in (0.0, 0.1, 0.5, 0.9, 1.0):
        # I_x(1, 1) = x, I_x(2, 1) = x^2, I_x(1, 3) = 1 - (1 - x)^3.
        for a, b, wanted in ((1, 1, x), (2, 1, x**2), (1, 3, 1 - (1 - x) ** 3)):
            share, rest = curve.incomplete_beta(x, a, b)
            assert share == pytest.approx(wanted, abs=1e-15)
            assert rest == pytest.approx(1 - wanted, abs=1e-15)
    # Beta(1/2, 1/2) is the linear schedule.
    assert curve.beta_revealed(0.3, 0.5, 0.5) == pytest.approx(0.3)
    assert curve.beta_speed(0.3, 0.5, 0.5) == pytest.approx(1)


def test_straight_lines_run_through_the_values() -> None:
    values = [0.0, 0.5, 0.5, 1.0]
    found = [curve.straight(sixth / 6, values) for sixth in range(7)]
    assert found == pytest.approx([0, 0.25, 0.5, 0.5, 0.5, 0.75, 1])


@pytest.mark.parametrize("name", ["python", "dllm"])
def test_counts_of_any_shape_run_straight_between_the_boundaries(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    standins.provide_dllm(monkeypatch)
    schedule = exported_free([9, 5, 2, 48])
    module = made(schedule, name)
    for progress in np.linspace(0, 1, 33).tolist():
        found = (
            module.revealed(progress)
            if name == "python"
            else module.MdmOptAlphaScheduler().alpha(1 - progress)
        )
        wanted = float(schedule.mask_schedule.revealed(progress))
        assert found == pytest.approx(wanted, abs=1e-6)


def test_copied_source_needs_nothing() -> None:
    for candidate in (beta(0.4, 0.26, 4), counts_candidate((4, 8, 2, 2))):
        found = curve.curve(candidate, "VALUES", speed=True)
        names: dict[str, Any] = {name: __import__(name) for name in found.imports}
        exec(found.source, names)  # noqa: S102
    assert "import" not in inspect.getsource(curve.incomplete_beta)

"""Format python: a module that needs nothing."""

from __future__ import annotations

import numpy as np
import pytest
from exported_schedules import ANCESTRAL, FIXED, exported, exported_free
from handoff.formats.standins import made

from mdm_opt.handoff.formats import render
from mdm_opt.handoff.schedule_file import ExportedSchedule


@pytest.mark.parametrize("schedule", [*FIXED, *ANCESTRAL])
def test_python_module_has_counts_and_the_schedule(schedule: ExportedSchedule) -> None:
    module, values = made(schedule, "python"), schedule.schedule
    assert values.counts == module.COUNTS
    assert values.revealed == module.REVEALED
    assert (values.steps, values.length) == (module.STEPS, module.LENGTH)
    progress = np.linspace(0, 1, 401)
    found = [module.revealed(each) for each in progress.tolist()]
    wanted = schedule.mask_schedule.revealed(progress)
    np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-14)
    for bad in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="progress must lie in"):
            module.revealed(bad)


def test_known_schedules_have_known_fractions() -> None:
    linear = made(exported(0.5, 0.5, 4, 16), "python")
    assert linear.COUNTS == [4, 4, 4, 4]
    assert pytest.approx([0, 0.25, 0.5, 0.75, 1]) == linear.REVEALED
    assert linear.revealed(0.1) == pytest.approx(0.1)
    free = made(exported_free([9, 5, 2, 48]), "python")
    # Half of the first step, half of the last.
    assert free.revealed(0.125) == pytest.approx(4.5 / 64)
    assert free.revealed(0.875) == pytest.approx((16 + 24) / 64)


def test_use_names_what_there_is() -> None:
    fixed, ancestral = render(exported(), "python"), render(ANCESTRAL[0], "python")
    assert fixed.use[1].startswith("schedule.COUNTS ")
    assert ancestral.use[1].startswith("schedule.REVEALED ")
    assert made(ANCESTRAL[0], "python").COUNTS is None


def test_the_module_imports_nothing_but_math() -> None:
    for schedule, expected in ((exported(), ["import math"]), (exported_free([3, 1]), [])):
        lines = render(schedule, "python").text.splitlines()
        assert [line for line in lines if line.startswith(("import", "from"))] == expected

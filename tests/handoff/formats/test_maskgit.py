"""Format maskgit: muse-maskgit-pytorch's generate reveals what was exported."""

from __future__ import annotations

import pytest
import torch
from exported_schedules import FIXED, SCHEDULES, exported, exported_free, nonzero, schedules
from handoff.formats import standins
from handoff.formats.standins import made
from hypothesis import given, settings

from mdm_opt.handoff.formats import render
from mdm_opt.handoff.schedule_file import ExportedSchedule


@pytest.mark.parametrize("schedule", FIXED)
def test_maskgit_reveals_the_exported_counts(schedule: ExportedSchedule) -> None:
    module = made(schedule, "maskgit")
    length = schedule.schedule.length
    for _ in range(2):  # the schedule can be used again
        found = standins.maskgit(module.NoiseSchedule(), timesteps=module.STEPS, length=length)
        assert found == [[count] * 2 for count in nonzero(schedule.schedule.counts)]


@settings(max_examples=60, deadline=None)
@given(schedule=schedules())
def test_maskgit_property(schedule: ExportedSchedule) -> None:
    module = made(schedule, "maskgit")
    found = standins.maskgit(
        module.NoiseSchedule(), timesteps=module.STEPS, length=schedule.schedule.length
    )
    assert [row[0] for row in found] == nonzero(schedule.schedule.counts)


def test_values_have_half_a_token_more_than_is_masked() -> None:
    module = made(exported_free([9, 5, 2, 48]), "maskgit")
    assert module.MASKED == [64, 55, 50, 48]
    noise_schedule = module.NoiseSchedule()
    found = [noise_schedule(time).item() for time in torch.linspace(0, 1, 4)]
    assert found == pytest.approx([64.5 / 64, 55.5 / 64, 50.5 / 64, 48.5 / 64])


def test_steps_without_tokens_are_left_out_and_stated() -> None:
    late = exported(20, 0.05, 4, 16, rounding="cumulative")
    assert late.counts.tolist() == [0, 0, 0, 16]
    module = made(late, "maskgit")
    assert (module.STEPS, module.MASKED) == (1, [16])
    note = "3 of 4 steps reveal no token and are left out, as in mdm-opt"
    assert any(note in each for each in render(late, "maskgit").notes)
    notes = render(SCHEDULES["fixed"], "maskgit").notes
    assert not any("are left out" in each for each in notes)


def test_maskgit_refuses_other_steps_and_training() -> None:
    module = made(exported(0.4, 0.26, 9, 128), "maskgit")
    for steps in (5, 8, 17):
        with pytest.raises(ValueError, match="exported for sampling in 9 steps"):
            standins.maskgit(module.NoiseSchedule(), timesteps=steps, length=128)
    with pytest.raises(ValueError, match="exported for sampling"):
        module.NoiseSchedule()(torch.rand(4))

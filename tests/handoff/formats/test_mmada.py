"""Format mmada: MMaDA's images and texts reveal what was exported."""

from __future__ import annotations

import pytest
import torch
from exported_schedules import EDGES, FIXED, exported, nonzero, schedules, settings_of
from handoff.formats import standins
from handoff.formats.image_standins import mmada_images
from handoff.formats.standins import made
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_opt.handoff.formats import render
from mdm_opt.handoff.schedule_file import ExportedSchedule


@pytest.mark.parametrize("schedule", [*FIXED, *EDGES])
def test_images_reveal_the_exported_counts(schedule: ExportedSchedule) -> None:
    module = made(schedule, "mmada")
    found = mmada_images(batch=2, **module.IMAGE_SETTINGS)
    assert found == [[count] * 2 for count in nonzero(schedule.schedule.counts)]


@settings(max_examples=40, deadline=None)
@given(schedule=schedules(blocks=2), blocks=st.sampled_from([1, 2]), batch=st.integers(1, 3))
def test_mmada_property(schedule: ExportedSchedule, blocks: int, batch: int) -> None:
    """Texts in blocks make a call for every step, images only for those that reveal any."""
    module = made(schedule, "mmada", block_length=schedule.schedule.length // blocks)
    given = dict(module.SETTINGS)
    given["gen_length"] = given.pop("max_new_tokens")
    found = standins.llada(module.get_num_transfer_tokens, batch=batch, **given)
    assert found == [[count] * batch for count in module.COUNTS * blocks]
    assert hasattr(module, "NoiseSchedule") == (blocks == 1)
    if blocks == 1:
        assert schedule.schedule.counts == module.COUNTS
        images = mmada_images(batch=batch, **module.IMAGE_SETTINGS)
        assert images == [[count] * batch for count in nonzero(module.COUNTS)]


def test_settings_and_notes() -> None:
    found = render(exported(0.4, 0.26, 4, 16, order="confidence", guidance=0.5), "mmada")
    assert settings_of(found.text) == {
        "steps": 4,
        "max_new_tokens": 16,
        "block_length": 16,
        "temperature": 1.0,
        "remasking": "low_confidence",
        "cfg_scale": 0.5,
    }
    assert '"guidance_scale": 0.5' in found.text
    assert any("where several are equal it may reveal more" in note for note in found.notes)
    assert render(exported(0.4, 0.26, 4, 16), "mmada", block_length=8).use[2] == (
        "# images have no blocks"
    )
    late = render(exported(20, 0.05, 4, 16, rounding="cumulative"), "mmada")
    assert any(note.startswith("Texts: 3 of 4 steps reveal no token;") for note in late.notes)
    assert any(note.startswith("Images: 3 of 4 steps reveal") for note in late.notes)


def test_other_steps_are_refused() -> None:
    module = made(exported(0.4, 0.26, 4, 16), "mmada")
    for time in (torch.tensor(0.3), torch.tensor(0.0), torch.rand(4)):
        with pytest.raises(ValueError, match="exported for sampling in 4 steps"):
            module.NoiseSchedule()(time)

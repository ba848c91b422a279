"""A noise schedule that is asked for the masked share at the end of every step."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from exported_schedules import exported, exported_free

from mdm_opt.handoff.formats.base import layout
from mdm_opt.handoff.formats.ending import left_out_note, masked_after, noise_schedule


def test_shares_have_a_part_of_a_token_more_than_is_masked() -> None:
    plan = layout(exported_free([9, 5, 2, 48]), "esm3", None)
    assert masked_after(plan) == [55, 50, 48, 0]
    names: dict[str, Any] = {"torch": torch}
    exec(noise_schedule(plan, 0.4), names)  # noqa: S102
    found = [names["NoiseSchedule"]()(torch.tensor(k / 4)).item() for k in (1, 2, 3, 4)]
    assert found == pytest.approx([55.4 / 64, 50.4 / 64, 48.4 / 64, 0.4 / 64])
    assert left_out_note(plan) == ()


def test_steps_without_tokens_are_left_out() -> None:
    plan = layout(exported(20, 0.05, 4, 16, rounding="cumulative"), "esm3", None)
    assert masked_after(plan) == [0]
    assert left_out_note(plan)[0].startswith("3 of 4 steps reveal no token and are left out")

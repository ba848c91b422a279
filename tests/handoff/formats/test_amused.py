"""Format amused: the pipelines of aMUSEd and Meissonic reveal what was exported.

Everything runs in a stand-in, and with diffusers' own scheduler where it is installed.
"""

from __future__ import annotations

import importlib.util
import os

import pytest
import torch
from exported_schedules import EDGES, FIXED, SCHEDULES, exported, nonzero, schedules, settings_of
from handoff.formats.image_standins import amused, provide_amused
from handoff.formats.standins import MASK, made
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_opt.handoff.formats import render
from mdm_opt.handoff.schedule_file import ExportedSchedule


@pytest.fixture(params=["stand-in", "diffusers"])
def installed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "stand-in":
        provide_amused(monkeypatch)
    elif importlib.util.find_spec("diffusers") is None and os.environ.get("CI") != "true":
        pytest.skip("package diffusers is not installed")


@pytest.mark.parametrize("schedule", [*FIXED, *EDGES])
@pytest.mark.usefixtures("installed")
def test_amused_reveals_the_exported_counts(schedule: ExportedSchedule) -> None:
    module, length = made(schedule, "amused"), schedule.schedule.length
    scheduler = module.MdmOptScheduler(mask_token_id=MASK)
    height = 4 if length % 4 == 0 else 1
    found = amused(scheduler, height, length // height, 2, **module.SETTINGS)
    assert found == [[count] * 2 for count in nonzero(schedule.schedule.counts)]


@settings(max_examples=40, deadline=None)
@given(
    schedule=schedules(),
    batch=st.integers(1, 3),
    order=st.sampled_from(["random", "confidence", "margin", "entropy"]),
)
def test_amused_property(schedule: ExportedSchedule, batch: int, order: str) -> None:
    sampler = schedule.sampler.model_copy(update={"order": order})
    schedule = schedule.model_copy(update={"sampler": sampler})
    with pytest.MonkeyPatch.context() as patch:
        provide_amused(patch)
        module = made(schedule, "amused")
        scheduler = module.MdmOptScheduler(MASK)
        found = amused(scheduler, 1, schedule.schedule.length, batch, **module.SETTINGS)
    assert found == [[count] * batch for count in nonzero(schedule.schedule.counts)]


@pytest.mark.usefixtures("installed")
def test_rows_of_tokens_and_tuples_are_known() -> None:
    """The most certain positions come first, with their most probable tokens at temperature 0."""
    module = made(exported(0.4, 0.26, 2, 4, order="confidence", temperature=0.0), "amused")
    scheduler = module.MdmOptScheduler(mask_token_id=MASK)
    scheduler.set_timesteps(2)
    logits = torch.zeros(1, 4, MASK)
    logits[0, [0, 1, 2, 3], [3, 5, 7, 9]] = torch.tensor([1.0, 4.0, 3.0, 2.0])
    sample = torch.full((1, 4), MASK)
    kept, drawn = scheduler.step(logits, 1, sample, return_dict=False)
    assert drawn.tolist() == [[3, 5, 7, 9]]
    count = 4 - module.MASKED[0]
    shown = [MASK, 5, 7 if count > 1 else MASK, 9 if count > 2 else MASK]
    assert kept.tolist() == [shown]
    (final, _) = scheduler.step(logits, 0, kept, return_dict=False)
    assert final.tolist() == [[3, 5, 7, 9]]


@pytest.mark.usefixtures("installed")
def test_other_images_and_steps_are_refused() -> None:
    module = made(exported(0.4, 0.26, 4, 16), "amused")
    scheduler = module.MdmOptScheduler(mask_token_id=MASK)
    for size, steps in ((5, 4), (4, 8)):
        with pytest.raises(ValueError, match="exported for 16 tokens in 4 steps, all of them"):
            amused(scheduler, size, 4, 1, num_inference_steps=steps, guidance_scale=1.0)


def test_settings_and_what_is_left_out() -> None:
    guided = render(exported(0.4, 0.26, 4, 16, guidance=1.5), "amused")
    assert settings_of(guided.text) == {"num_inference_steps": 4, "guidance_scale": 2.5}
    empty = SCHEDULES["cumulative"].counts.tolist().count(0)
    notes = render(SCHEDULES["cumulative"], "amused").notes
    assert any(f"{empty} of 32 steps reveal no token and are left out" in note for note in notes)

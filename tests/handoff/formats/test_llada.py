"""Format llada: LLaDA's generate and Fast-dLLM's reveal what was exported."""

from __future__ import annotations

import pytest
import torch
from exported_schedules import FIXED, exported, schedules, settings_of
from handoff.formats import standins
from handoff.formats.standins import made
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_opt.handoff.formats import render
from mdm_opt.handoff.formats.llada import order_note, remasking
from mdm_opt.handoff.schedule_file import ExportedSchedule


@pytest.mark.parametrize("schedule", FIXED)
@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("remasking", ["low_confidence", "random"])
def test_llada_reveals_the_exported_counts(
    schedule: ExportedSchedule, batch: int, remasking: str
) -> None:
    module = made(schedule, "llada")
    given = {**module.SETTINGS, "remasking": remasking}
    found = standins.llada(module.get_num_transfer_tokens, batch=batch, **given)
    assert found == [[count] * batch for count in schedule.schedule.counts or ()]


@pytest.mark.parametrize("blocks", [1, 2, 4])
@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("rounding", ["full", "cumulative"])
def test_llada_reveals_them_in_every_block(blocks: int, batch: int, rounding: str) -> None:
    schedule = exported(1.0, 0.2, 32, 64, rounding=rounding)
    block_length = 64 // blocks
    module = made(schedule, "llada", block_length=block_length)
    inner = exported(1.0, 0.2, 32 // blocks, block_length, rounding=rounding)
    found = standins.llada(module.get_num_transfer_tokens, batch=batch, **module.SETTINGS)
    assert found == [[count] * batch for count in inner.schedule.counts or ()] * blocks
    assert module.SETTINGS["steps"] == 32
    assert module.SETTINGS["gen_length"] == 64


@pytest.mark.parametrize("schedule", FIXED)
def test_fast_dllm_reveals_them_and_stops_when_a_block_is_full(schedule: ExportedSchedule) -> None:
    module = made(schedule, "llada")
    found = standins.fast_dllm(module.get_num_transfer_tokens, **module.SETTINGS)
    counts = list(schedule.schedule.counts or ())
    while not counts[-1]:
        counts.pop()
    assert found == [[count] for count in counts]


def test_llada_refuses_what_was_not_exported() -> None:
    module = made(exported(0.4, 0.26, 8, 128), "llada", block_length=32)
    masked = torch.ones(2, 32, dtype=torch.bool)
    assert module.get_num_transfer_tokens(masked, 2).shape == (2, 2)
    for steps, mask_index in (
        (3, masked),
        (8, masked),
        (2, torch.ones(2, 64, dtype=torch.bool)),
        (2, masked & (torch.arange(32) < 31)),
        (2, torch.stack([masked[0], torch.arange(32) < 30])),
    ):
        with pytest.raises(ValueError, match="exported for blocks of 32 masked tokens in 2 steps"):
            module.get_num_transfer_tokens(mask_index, steps)


@settings(max_examples=60, deadline=None)
@given(schedule=schedules(blocks=2), blocks=st.sampled_from([1, 2]))
def test_llada_property(schedule: ExportedSchedule, blocks: int) -> None:
    block_length = schedule.schedule.length // blocks
    module = made(schedule, "llada", block_length=block_length)
    found = standins.llada(module.get_num_transfer_tokens, **module.SETTINGS)
    counts = [row[0] for row in found]
    assert counts == module.COUNTS * blocks
    assert sum(module.COUNTS) == block_length
    if blocks == 1:
        assert counts == schedule.schedule.counts


def test_settings_are_those_of_the_study() -> None:
    schedule = exported(0.4, 0.26, 8, 64, order="confidence", temperature=0.25)
    text = render(schedule, "llada", block_length=32).text
    assert settings_of(text) == {
        "steps": 8,
        "gen_length": 64,
        "block_length": 32,
        "temperature": 0.25,
        "remasking": "low_confidence",
    }


@pytest.mark.parametrize(
    ("order", "name"),
    [
        ("random", "random"),
        ("confidence", "low_confidence"),
        ("margin", "low_confidence"),
        ("entropy", "low_confidence"),
    ],
)
def test_orders_have_llada_s_names(order: str, name: str) -> None:
    schedule = exported(order=order, temperature=0.0)
    assert remasking(schedule) == name
    assert settings_of(render(schedule, "llada").text)["remasking"] == name
    # At temperature 0 its confidence is ours.
    assert bool(order_note(schedule)) == (order in ("margin", "entropy"))


def test_one_step_a_block_is_too_few_for_the_cached_variants() -> None:
    note = "Fast-dLLM's cached variants cannot run one step a block, whatever the schedule."
    schedule = exported(0.5, 0.5, 4, 16)
    assert note in render(schedule, "llada", block_length=4).notes
    assert note not in render(schedule, "llada", block_length=8).notes


def test_the_line_of_use_has_the_mask_that_guidance_needs() -> None:
    """LLaDA's newest generate reads, with guidance, a mask that it makes of a given one."""
    plain, guided = (render(exported(guidance=scale), "llada").use[2] for scale in (0.0, 1.5))
    assert plain == "generate.generate(model, prompt, **schedule.SETTINGS)"
    assert guided == (
        "generate.generate(model, prompt, attention_mask=torch.ones_like(prompt), "
        "**schedule.SETTINGS)"
    )

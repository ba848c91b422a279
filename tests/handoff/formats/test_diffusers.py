"""Format diffusers: LLaDA2Pipeline reveals the exported counts, or by the exported threshold."""

from __future__ import annotations

import sys
import types
from itertools import pairwise
from typing import Any

import pytest
import torch
from exported_schedules import adaptive, entropy_bound, exported, settings_of, threshold
from handoff.formats import rule_standins as standins
from handoff.formats.rule_standins import NOISE, ROWS, bundled, measured_bundled
from handoff.formats.standins import made

from mdm_opt.errors import InputError
from mdm_opt.handoff.formats import render
from mdm_opt.processes import generate


@pytest.fixture(autouse=True)
def _diffusers_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    module: Any = types.ModuleType("diffusers")
    module.BlockRefinementScheduler = standins.BlockRefinementScheduler
    monkeypatch.setitem(sys.modules, "diffusers", module)


@pytest.mark.parametrize("block_length", [None, 12])
@pytest.mark.parametrize("rounding", ["full", "cumulative"])
def test_counts_are_revealed_as_measured(block_length: int | None, rounding: str) -> None:
    """By confidence at temperature 0, which is the order that the pipeline has."""
    settings = {"block_length": block_length, "rounding": rounding}
    schedule = exported(1.0, 0.2, 12, 36, order="confidence", temperature=0.0, **settings)
    module, denoiser = made(schedule, "diffusers"), bundled()
    model, scheduler = (
        standins.Answers(denoiser, ROWS),
        module.MdmOptScheduler(module.BLOCK_LENGTH),
    )
    final = standins.llada2_pipeline(model, scheduler, ROWS, **module.SETTINGS)
    decoding = schedule.schedule.decoding.model_copy(update=schedule.sampler.model_dump())
    expected = generate(denoiser, schedule.counts, NOISE, decoding).tokens
    assert final.equal(expected)
    masked = [int((x[0] == model.mask).sum()) for x in (*model.seen, final)]
    counts = [before - after for before, after in pairwise(masked)]
    wanted = schedule.counts.tolist()
    assert [count for count in counts if count] == [count for count in wanted if count]


@pytest.mark.parametrize(("cutoff", "block_length"), [(0.3, None), (0.6, 12), (0.9, 6)])
def test_a_threshold_is_the_number(cutoff: float, block_length: int | None) -> None:
    rule = threshold(cutoff, temperature=0.0, block_length=block_length)
    module = made(rule, "diffusers")
    assert module.SETTINGS["threshold"] == cutoff
    model = standins.Answers(bundled(), ROWS)
    scheduler = standins.BlockRefinementScheduler(module.BLOCK_LENGTH)
    final = standins.llada2_pipeline(model, scheduler, ROWS, **module.SETTINGS)
    assert model.states(final) == measured_bundled(rule)


def test_settings_are_those_of_the_study() -> None:
    found = render(threshold(0.9, temperature=0.5, block_length=12), "diffusers")
    settings = {
        "gen_length": 36,
        "block_length": 12,
        "num_inference_steps": 12,
        "temperature": 0.5,
        "threshold": 0.9,
        "editing_threshold": None,
    }
    assert settings_of(found.text) == settings
    assert "scheduler=BlockRefinementScheduler(block_length=schedule.BLOCK_LENGTH)" in found.use[1]
    assert any("they agree at temperature 0" in note for note in found.notes)
    assert any("no block after the current one" in note for note in found.notes)
    greedy = render(threshold(0.9, temperature=0.0), "diffusers").notes
    assert not any("temperature" in note for note in greedy)
    counts = render(exported(0.4, 0.26, 6, 36), "diffusers", block_length=12)
    assert settings_of(counts.text) == settings | {
        "num_inference_steps": 2,
        "temperature": 1.0,
        "threshold": 2.0,
    }
    assert "scheduler=schedule.MdmOptScheduler(block_length=" in counts.use[1]


@pytest.mark.parametrize("rule", [adaptive(), entropy_bound()])
def test_other_rules_are_refused(rule: Any) -> None:
    message = f"format diffusers: schedule.family: '{rule.schedule.family}' is not accepted"
    with pytest.raises(InputError, match=message):
        render(rule, "diffusers")


@pytest.mark.parametrize(
    ("order", "temperature", "said"),
    [
        ("random", 0.0, "measured in order random"),
        ("confidence", 1.0, "token that was drawn"),
        ("confidence", 0.0, ""),
    ],
)
def test_orders_that_differ_are_stated(order: str, temperature: float, said: str) -> None:
    notes = render(exported(order=order, temperature=temperature), "diffusers").notes
    assert any(said in note for note in notes) if said else "order" not in " ".join(notes)


def test_other_blocks_and_steps_are_refused() -> None:
    module = made(exported(0.4, 0.26, 6, 36), "diffusers", block_length=12)
    scheduler = module.MdmOptScheduler(12)
    assert scheduler.get_num_transfer_tokens(12, 2).tolist() == module.COUNTS
    assert scheduler.get_num_transfer_tokens(12, 2).dtype == torch.int64
    for found in ((32, 2), (12, 3)):
        with pytest.raises(ValueError, match="exported for blocks of 12 tokens in 2 steps each"):
            scheduler.get_num_transfer_tokens(*found)

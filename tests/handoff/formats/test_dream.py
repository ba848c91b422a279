"""Format dream: Dream's diffusion_generate reveals what was exported."""

from __future__ import annotations

import types
from typing import Any

import numpy as np
import pytest
import torch
from exported_schedules import ANCESTRAL, FIXED, exported, exported_free, schedules, settings_of
from handoff.formats import standins
from handoff.formats.standins import assert_mean_counts, made
from hypothesis import given, settings

from mdm_opt.handoff.formats import render
from mdm_opt.handoff.schedule_file import ExportedSchedule


@pytest.mark.parametrize("schedule", FIXED)
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("order", ["random", "confidence", "margin", "entropy"])
def test_dream_reveals_the_exported_counts(
    schedule: ExportedSchedule, batch: int, order: str
) -> None:
    sampler = schedule.sampler.model_copy(update={"order": order})
    module = made(schedule.model_copy(update={"sampler": sampler}), "dream")
    assert run_dream(module, batch) == [[each] * batch for each in schedule.schedule.counts or ()]


def run_dream(module: types.ModuleType, batch: int, **changes: Any) -> list[list[int]]:
    dream = standins.Dream()
    module.apply(dream)
    prompt = torch.zeros(batch, 3, dtype=torch.long)
    final = dream.diffusion_generate(prompt, **{**module.SETTINGS, **changes})
    return dream.model.counts(final)


@settings(max_examples=60, deadline=None)
@given(schedule=schedules())
def test_dream_property(schedule: ExportedSchedule) -> None:
    found = run_dream(made(schedule, "dream"), 1)
    assert [row[0] for row in found] == schedule.schedule.counts


@pytest.mark.parametrize("schedule", ANCESTRAL)
def test_dream_reveals_the_fractions_of_an_ancestral_schedule(schedule: ExportedSchedule) -> None:
    torch.manual_seed(0)
    module = made(schedule, "dream")
    assert module.SETTINGS["alg"] == "origin"
    found = np.array(run_dream(module, 400))
    assert_mean_counts(found, schedule.schedule.revealed, 64)


def test_shares_of_counts_have_half_a_token_more_than_is_taken() -> None:
    """64, 55 and 50 tokens are masked when the steps before the last begin."""
    assert made(exported_free([9, 5, 2, 48]), "dream").SHARES == [9.5 / 64, 5.5 / 55, 2.5 / 50]
    # No share at all where a step reveals nothing, which int would leave as it is.
    late = exported(20, 0.05, 4, 16, rounding="cumulative")
    assert late.counts.tolist() == [0, 0, 0, 16]
    assert made(late, "dream").SHARES == [0, 0, 0]


def test_shares_of_a_linear_ancestral_schedule() -> None:
    module = made(exported(0.5, 0.5, 4, 16, reveal="ancestral"), "dream")
    assert pytest.approx([1 / 4, 1 / 3, 1 / 2]) == module.SHARES


@pytest.mark.parametrize(
    ("order", "algorithm", "hot"),
    [
        ("random", "maskgit_plus", True),
        ("confidence", "maskgit_plus", False),
        ("margin", "topk_margin", False),
        ("entropy", "entropy", False),
    ],
)
def test_orders_have_dream_s_names(order: str, algorithm: str, hot: bool) -> None:
    found = settings_of(render(exported(order=order, temperature=0.25), "dream").text)
    # At a temperature of its own the most certain position is any.
    assert found == {
        "steps": 4,
        "max_new_tokens": 16,
        "temperature": 0.25,
        "alg": algorithm,
        "alg_temp": 1e9 if hot else 0.0,
    }


def test_dream_refuses_other_settings_and_leaves_torch_as_it_was() -> None:
    module = made(FIXED[0], "dream")
    for changes in ({"steps": 7}, {"max_new_tokens": 64}, {"alg": "origin"}):
        with pytest.raises(ValueError, match="exported for 8 steps, 128 new tokens"):
            run_dream(module, 1, **changes)
    with pytest.raises(ValueError, match="alg origin"):
        run_dream(made(ANCESTRAL[0], "dream"), 1, alg="entropy")
    run_dream(module, 1)
    assert standins.torch is torch

"""Format dllm: dllm's sampler rounds to what was exported."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from exported_schedules import ALPHAS, EDGES, FIXED, exported, exported_free, nonzero, schedules
from handoff.formats import standins
from handoff.formats.dllm_standins import dllm_bd3lm, dllm_dream
from handoff.formats.standins import assert_mean_counts, made
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_opt.handoff.formats import render
from mdm_opt.handoff.schedule_file import ExportedSchedule


@pytest.fixture
def dllm_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    standins.provide_dllm(monkeypatch)


@pytest.mark.parametrize("schedule", [*FIXED, *EDGES])
@pytest.mark.usefixtures("dllm_installed")
def test_dllm_reveals_the_exported_counts(schedule: ExportedSchedule) -> None:
    module = made(schedule, "dllm")
    found = standins.dllm(module.MdmOptAlphaScheduler(), **module.SETTINGS)
    # dllm makes no call for a step that reveals nothing, and neither does mdm-opt.
    assert found == [[count] * 2 for count in nonzero(schedule.schedule.counts)]


@settings(max_examples=80, deadline=None)
@given(schedule=schedules(blocks=2), blocks=st.sampled_from([1, 2]))
def test_dllm_property(schedule: ExportedSchedule, blocks: int) -> None:
    values = schedule.schedule
    with pytest.MonkeyPatch.context() as patch:
        standins.provide_dllm(patch)
        module = made(schedule, "dllm", block_length=values.length // blocks)
        found = standins.dllm(module.MdmOptAlphaScheduler(), batch=1, **module.SETTINGS)
        wanted = made(schedule, "llada", block_length=values.length // blocks).COUNTS
    assert [row[0] for row in found] == nonzero(wanted) * blocks


@pytest.mark.parametrize(("steps", "length"), [(512, 4096), (1000, 2**20)])
@pytest.mark.parametrize("betas", [(0.4, 0.26), (0.05, 8.0), (20.0, 20.0)])
@pytest.mark.usefixtures("dllm_installed")
def test_dllm_rounds_long_sequences_to_the_exported_counts(
    steps: int, length: int, betas: tuple[float, float]
) -> None:
    schedule = exported(*betas, steps, length, rounding="cumulative")
    scheduler = made(schedule, "dllm").MdmOptAlphaScheduler()
    found = standins.dllm_counts(torch.tensor([length]), steps, scheduler, stochastic=False)
    assert found[0].tolist() == nonzero(schedule.schedule.counts)


@pytest.mark.usefixtures("dllm_installed")
def test_dllm_draws_the_counts_of_an_ancestral_schedule() -> None:
    schedule = exported(0.4, 0.26, 4, 64, reveal="ancestral")
    module = made(schedule, "dllm")
    assert module.SETTINGS["stochastic_transfer"]
    torch.manual_seed(0)
    found = np.array(standins.dllm(module.MdmOptAlphaScheduler(), batch=400, **module.SETTINGS))
    assert_mean_counts(found, schedule.schedule.revealed, 64)


@pytest.mark.parametrize("betas", ALPHAS)
@pytest.mark.usefixtures("dllm_installed")
def test_dllm_scheduler_is_the_schedule(betas: tuple[float, float]) -> None:
    schedule = exported(*betas, 8, 64, reveal="ancestral")
    scheduler = made(schedule, "dllm").MdmOptAlphaScheduler()
    times = torch.linspace(0, 1, 1001)
    found = scheduler.alpha(times)
    assert found.dtype == torch.float32
    progress = 1 - times.double().numpy()
    wanted = schedule.mask_schedule.revealed(progress)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-7)
    # The derivative in float64 against mdm-opt's own, alpha' = sqrt(alpha (1 - alpha) speed^2).
    inner = torch.linspace(0.01, 0.99, 99, dtype=torch.float64)
    slope = scheduler._alpha_derivative(inner).numpy()
    at = 1 - inner.numpy()
    speed = np.sqrt(
        schedule.mask_schedule.angular_speed_squared(at)
        * schedule.mask_schedule.revealed(at)
        * schedule.mask_schedule.masked(at)
    )
    np.testing.assert_allclose(slope, -speed, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("schedule", FIXED)
@pytest.mark.usefixtures("dllm_installed")
def test_dllm_scheduler_meets_the_counts_and_is_smooth_between(schedule: ExportedSchedule) -> None:
    scheduler = made(schedule, "dllm").MdmOptAlphaScheduler()
    values = schedule.schedule
    grid = torch.arange(values.steps + 1, dtype=torch.float64) / values.steps
    boundaries = np.concatenate([[0], np.cumsum(values.counts or ())]) / values.length
    np.testing.assert_allclose(scheduler._alpha(1 - grid), boundaries, rtol=0, atol=1e-12)
    times = torch.linspace(0, 1, 2001, dtype=torch.float64)
    assert (scheduler._alpha(times).diff() <= 1e-15).all()
    # The derivative is that of the function itself, away from the boundaries.
    middle = (torch.arange(values.steps) + 0.4).double() / values.steps
    width = 1e-4 / values.steps
    rise = scheduler._alpha(middle + width) - scheduler._alpha(middle - width)
    slope = scheduler._alpha_derivative(middle)
    np.testing.assert_allclose(slope, rise / (2 * width), rtol=1e-4, atol=1e-6)


@pytest.mark.usefixtures("dllm_installed")
def test_shares_that_stay_masked_are_ratios_of_what_is_left() -> None:
    """Of 64 tokens 55, 50, 48 and 0 are left after the steps."""
    scheduler = made(exported_free([9, 5, 2, 48]), "dllm").MdmOptAlphaScheduler()
    found = [scheduler.reverse_mask_prob(s=s, t=s + 0.25) for s in (0.75, 0.5, 0.25, 0.0)]
    assert found == pytest.approx([55 / 64, 50 / 55, 48 / 50, 0])
    times = torch.tensor([1.0, 0.25])
    shares = scheduler.reverse_mask_prob(s=times - 0.25, t=times)
    assert shares.dtype == torch.float32
    assert shares.tolist() == pytest.approx([55 / 64, 0])


@pytest.mark.parametrize("schedule", [FIXED[0], FIXED[-1]])
@pytest.mark.usefixtures("dllm_installed")
def test_dllm_refuses_other_steps(schedule: ExportedSchedule) -> None:
    module = made(schedule, "dllm")
    for steps in (2, 7, 16):
        with pytest.raises(ValueError, match=f"exported for {schedule.schedule.steps} steps"):
            standins.dllm(module.MdmOptAlphaScheduler(), **{**module.SETTINGS, "steps": steps})


@settings(max_examples=20, deadline=None)
@given(schedule=schedules(blocks=2), blocks=st.sampled_from([1, 2]), batch=st.integers(1, 3))
def test_bd3lm_calls_once_more_for_each_block(
    schedule: ExportedSchedule, blocks: int, batch: int
) -> None:
    width = schedule.schedule.length // blocks
    with pytest.MonkeyPatch.context() as patch:
        standins.provide_dllm(patch)
        module = made(schedule, "dllm", block_length=width)
        found = dllm_bd3lm(module.MdmOptAlphaScheduler(), batch=batch, **module.SETTINGS)
        wanted = nonzero(made(schedule, "llada", block_length=width).COUNTS)
    masked = [[width - sum(wanted[:step])] * batch for step in range(len(wanted))]
    assert found == [[0] * batch, *masked] * blocks


@pytest.mark.parametrize("order", ["random", "entropy"])
@pytest.mark.parametrize("schedule", [*FIXED, *EDGES])
@pytest.mark.usefixtures("dllm_installed")
def test_dream_sampler_reveals_the_exported_counts(schedule: ExportedSchedule, order: str) -> None:
    sampler = schedule.sampler.model_copy(update={"order": order})
    schedule = schedule.model_copy(update={"sampler": sampler})
    module = made(schedule, "dllm")
    found = dllm_dream(module.MdmOptAlphaScheduler(), prompts=[3, 0, 5], **module.DREAM_SETTINGS)
    assert found == [[count] * 3 for count in nonzero(schedule.schedule.counts)]


@pytest.mark.usefixtures("dllm_installed")
def test_dream_sampler_draws_the_counts_of_an_ancestral_schedule() -> None:
    schedule = exported(0.4, 0.26, 4, 64, reveal="ancestral", order="confidence")
    module = made(schedule, "dllm")
    assert module.DREAM_SETTINGS["alg_temp"] == 1e9
    torch.manual_seed(0)
    scheduler = module.MdmOptAlphaScheduler()
    found = dllm_dream(scheduler, prompts=[0] * 100, **module.DREAM_SETTINGS)
    assert_mean_counts(np.array(found), schedule.schedule.revealed, 64)


def test_other_samplers_are_named() -> None:
    whole, parts = (render(exported(), "dllm", block_length=width) for width in (None, 8))
    for found in (whole, parts):
        assert any("BD3LMSampler takes the same scheduler" in note for note in found.notes)
    assert any("takes schedule.DREAM_SETTINGS" in note for note in whole.notes)
    assert "DreamSampler has no blocks." in parts.notes
    assert "DREAM_SETTINGS =" not in parts.text


def test_blocks_of_another_length_are_said_to_be_rounded_by_dllm_itself() -> None:
    note = "The counts are met for blocks of 8 masked tokens; a scheduler does not see another"
    assert any(note in each for each in render(exported(), "dllm", block_length=8).notes)
    ancestral = exported(0.4, 0.26, 8, 64, reveal="ancestral")
    assert not any("The counts are met" in each for each in render(ancestral, "dllm").notes)

"""MDLM's and SEDD's samplers reveal what was exported; both take probabilities from a noise."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from exported_schedules import ANCESTRAL, FIXED, SCHEDULES, exported
from handoff.formats import standins
from handoff.formats.standins import assert_mean_counts, made

from mdm_opt.handoff.formats import render
from mdm_opt.handoff.schedule_file import ExportedSchedule


@pytest.mark.parametrize("schedule", [*FIXED, *ANCESTRAL])
def test_mdlm_reveals_the_exported_fractions(schedule: ExportedSchedule) -> None:
    module = made(schedule, "mdlm")
    values = schedule.schedule
    revealed = np.array(values.revealed)
    if values.counts is not None:
        revealed = np.concatenate([[0], np.cumsum(values.counts)]) / values.length
    diffusion = standins.Mdlm(values.length, batch=2)
    module.apply(diffusion)
    found = diffusion.sample(module.STEPS)
    live = 1 - revealed[:-1] > 1e-6
    # Of all tokens, so that an error counts for what it does; their arithmetic is float32.
    shares = np.array(diffusion.probabilities)[live] * (1 - revealed[:-1][live])
    np.testing.assert_allclose(shares, np.diff(revealed)[live], rtol=0, atol=1e-6)
    assert len(found) == values.steps
    assert np.sum(found, axis=0).tolist() == [values.length] * 2


@pytest.mark.parametrize("schedule", [*(s for s in FIXED if s.schedule.steps > 1), *ANCESTRAL])
def test_sedd_reveals_the_exported_fractions_and_denoises_in_the_last_step(
    schedule: ExportedSchedule,
) -> None:
    torch.manual_seed(0)
    module = made(schedule, "mdlm")
    revealed = np.array(module.REVEALED)
    masked = np.maximum(1 - revealed, 1e-5)
    exact, trained = standins.Sedd(module.LENGTH, 8), standins.Sedd(module.LENGTH, 8, scale=0.9)
    for sedd in (exact, trained):
        tokens = sedd.sample(module.Noise(module.STEPS - 1), module.STEPS - 1)
        assert not bool((tokens == standins.MASK).any())
        assert len(sedd.model.masked) == module.STEPS
    live = ~np.isnan(exact.probabilities)
    shares = np.array(exact.probabilities) * masked[:-2]
    np.testing.assert_allclose(shares[live], -np.diff(masked)[:-1][live], rtol=0, atol=2e-6)


def test_sedd_without_its_denoising_may_leave_mask_tokens() -> None:
    torch.manual_seed(0)
    module = made(FIXED[0], "mdlm")
    sedd = standins.Sedd(module.LENGTH, 8, scale=0.9)
    tokens = sedd.sample(module.Noise(), module.STEPS, denoise=False)
    assert bool((tokens == standins.MASK).any())
    assert "denoising is the last step" in " ".join(render(FIXED[0], "mdlm").notes)


def test_sedd_cannot_run_one_step() -> None:
    schedule = exported(steps=1, length=16)
    assert "SEDD cannot run one step." in render(schedule, "mdlm").notes
    with pytest.raises(ValueError, match="exported for 1 steps, not 0"):
        made(schedule, "mdlm").Noise(0)


@pytest.mark.parametrize("schedule", [FIXED[0], ANCESTRAL[0]])
def test_mdlm_reveals_the_counts_on_average(schedule: ExportedSchedule) -> None:
    torch.manual_seed(0)
    module = made(schedule, "mdlm")
    diffusion = standins.Mdlm(module.LENGTH, batch=400)
    module.apply(diffusion)
    assert_mean_counts(np.array(diffusion.sample(module.STEPS)), module.REVEALED, module.LENGTH)


def test_noise_of_a_linear_schedule_at_its_boundaries() -> None:
    """Masked are 1, 3/4, 1/2, 1/4 and 0 of the tokens, each times 0.999."""
    noise = made(exported(0.5, 0.5, 4, 16), "mdlm").Noise()
    times = torch.linspace(1, 1e-5, 5, dtype=torch.float64)
    total, rates = [], []
    for time in times[:, None, None]:
        found, rate = noise(time)
        total.append(found.item())
        rates.append(rate.item())
    left = [0.001, 0.25075, 0.5005, 0.75025, 1.0]
    assert total == pytest.approx([-math.log(share) for share in left])
    # The slope of the masked fraction is 1 from the first time to the last, but for their 1e-5.
    wanted = [0.999 / share / (1 - 1e-5) for share in left[:4]]
    assert rates[:4] == pytest.approx(wanted)
    assert rates[4] == rates[3]


def test_mdlm_refuses_other_steps_and_lengths() -> None:
    module = made(FIXED[0], "mdlm")
    diffusion = standins.Mdlm(128, batch=1)
    module.apply(diffusion)
    for steps in (4, 7, 16):
        with pytest.raises(ValueError, match="exported for 8 steps"):
            diffusion.sample(steps)
    assert len(diffusion.sample(8)) == 8
    with pytest.raises(ValueError, match="semi-autoregressive sampling do not look"):
        diffusion._ddpm_caching_update(x=None, t=torch.ones(1), dt=0.001)
    with pytest.raises(ValueError, match="exported for 128 tokens; the model has 64"):
        module.apply(standins.Mdlm(64, batch=1))
    diffusion.parameterization = "sedd"
    with pytest.raises(ValueError, match="parameterization subs or d3pm, not sedd"):
        module.apply(diffusion)


def test_another_sampler_is_stated() -> None:
    fixed = render(SCHEDULES["fixed"], "mdlm")
    assert any("ancestral" in note and "another sampler" in note for note in fixed.notes)
    assert "another sampler" in fixed.text
    assert not any("another sampler" in note for note in render(ANCESTRAL[0], "mdlm").notes)

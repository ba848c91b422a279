"""Samplers of images and proteins that mask tokens again after each step; all record their calls.

Each keeps its target's arithmetic of how many tokens stay masked.
"""

from __future__ import annotations

import sys
import types
from types import SimpleNamespace
from typing import Any

import torch
from handoff.formats.standins import MASK, Reveals


class AmusedScheduler:
    """diffusers' scheduler of that name; its own step is not asked for."""

    def __init__(self, mask_token_id: int = MASK, masking_schedule: str = "cosine") -> None:
        self.config = SimpleNamespace(
            mask_token_id=mask_token_id, masking_schedule=masking_schedule
        )
        self.timesteps = torch.empty(0)

    def set_timesteps(self, num_inference_steps: int, temperature: Any = (2, 0)) -> None:
        """Times from the number of steps down to 0."""
        self.timesteps = torch.arange(num_inference_steps).flip(0)


def provide_amused(monkeypatch: Any) -> None:
    """Makes the scheduler importable from ``diffusers``."""
    for name in ("diffusers", "diffusers.schedulers", "diffusers.schedulers.scheduling_amused"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    sys.modules["diffusers"].AmusedScheduler = AmusedScheduler  # type: ignore[attr-defined]
    output = sys.modules["diffusers.schedulers.scheduling_amused"]
    output.AmusedSchedulerOutput = Output  # type: ignore[attr-defined]


class Output:
    """What a step of that scheduler returns."""

    def __init__(self, prev_sample: torch.Tensor, pred_original_sample: torch.Tensor) -> None:
        self.prev_sample, self.pred_original_sample = prev_sample, pred_original_sample


def amused(
    scheduler: Any,
    height: int,
    width: int,
    batch: int,
    *,
    num_inference_steps: int,
    guidance_scale: float,
) -> list[list[int]]:
    """The loop of the pipelines of aMUSEd and Meissonic, for images or rows of tokens."""
    assert guidance_scale >= 1
    model = Reveals()
    scheduler.set_timesteps(num_inference_steps, (2, 0))
    latents = torch.full((batch, height, width), MASK)
    for timestep in scheduler.timesteps:
        logits = model.logits(latents.flatten(1))[..., :MASK]
        answer = logits.transpose(1, 2).reshape(batch, MASK, height, width)
        latents = scheduler.step(
            model_output=answer, timestep=timestep, sample=latents, generator=None
        ).prev_sample
    return model.counts(latents.flatten(1))


def esm3(
    registry: dict[str, Any],
    lengths: list[int],
    *,
    schedule: str,
    strategy: str,
    num_steps: int,
    temperature: float,
    temperature_annealing: bool,
) -> list[list[int]]:
    """ESM3's iterative_sampling_tokens: what each call finds masked, for every protein."""
    assert schedule in ("cosine", "linear")
    assert strategy in ("random", "entropy")
    assert not temperature_annealing
    assert temperature >= 0
    found = []
    for total in lengths:
        model, x, steps = Reveals(), torch.full((1, total), MASK), min(num_steps, total)
        for step in range(steps):
            logits = model.logits(x)
            masked = x == MASK
            assert masked.any()
            share = registry[schedule](torch.tensor((step + 1) / steps))
            after = (share * torch.tensor(total) + 0.1).int()
            ranks = torch.where(masked, torch.rand(x.shape), -torch.inf)
            chosen = ranks[0].topk(int(masked.sum() - after)).indices
            x[0, chosen] = logits[0, chosen].argmax(-1)
        found.append([row for (row,) in model.counts(x)])
    return found

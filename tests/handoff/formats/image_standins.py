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


def mask_by_random_topk(
    mask_len: torch.Tensor, probs: torch.Tensor, temperature: float
) -> torch.Tensor:
    """The least certain positions of each row, with noise; fewer where several are equal."""
    noise = -(-torch.rand(probs.shape).clamp_min(1e-20).log()).clamp_min(1e-20).log()
    certainty = probs.clamp_min(1e-20).log() + temperature * noise
    return certainty < certainty.sort(dim=-1).values.gather(1, mask_len.long())


def mmada_images(
    *,
    batch: int,
    timesteps: int,
    seq_len: int,
    noise_schedule: Any,
    temperature: float,
    guidance_scale: float,
) -> list[list[int]]:
    """MMaDA's t2i_generate: what follows the last step is not looked at."""
    assert guidance_scale >= 0
    model, x = Reveals(), torch.full((batch, seq_len), MASK)
    for step in range(timesteps):
        law = model.logits(x).softmax(-1)
        unknown, drawn = x == MASK, torch.multinomial(law.flatten(0, 1), 1)[:, 0].view(x.shape)
        x = torch.where(unknown, drawn, x)
        ratio = 1.0 * (step + 1) / timesteps
        share = noise_schedule(torch.tensor(ratio))
        left = (seq_len * share).floor()
        left = torch.minimum(unknown.sum(dim=-1, keepdim=True) - 1, left).clamp_min(1)
        chances = law.gather(-1, x[..., None])[..., 0]
        chances = torch.where(unknown, chances, torch.finfo(chances.dtype).max)
        temperature = temperature * (1.0 - ratio)
        final = x
        x = torch.where(mask_by_random_topk(left, chances, temperature), MASK, x)
    return model.counts(final)


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

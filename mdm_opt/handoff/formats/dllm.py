"""Format ``dllm``: a scheduler for the samplers of ZHZisZZ/dllm.

dllm's time runs from 1 (masked) to 0. Its `get_num_transfer_tokens` rounds, step by step,
``masked * (1 - reverse_mask_prob(s, t))``, a ratio of masked fractions: that is a count where they
are those of the cumulative counts. So alpha runs through these, scaled between them, and the ratio
is taken from them in float64: dllm's own, in float32, is off for very long sequences.

MDLMSampler, BD3LMSampler and DreamSampler round so. LLaDA2Sampler has no scheduler: that is the
format ``llada2``.
"""

from __future__ import annotations

from collections.abc import Mapping

from mdm_opt.handoff.formats.base import (
    Artefact,
    Layout,
    Target,
    block_note,
    layout,
    needs_known_order,
)
from mdm_opt.handoff.formats.curve import curve
from mdm_opt.handoff.formats.dream import ALGORITHMS
from mdm_opt.handoff.formats.header import document
from mdm_opt.handoff.formats.llada import order_note, remasking
from mdm_opt.handoff.schedule_file import ExportedSchedule

_BODY = '''\
import dataclasses
import math

import torch
from dllm.core.schedulers import BaseAlphaScheduler

STEPS = {steps}
# The schedule at the boundaries of a block's steps, and the fractions that are met there.
ALPHA = {alpha}
REVEALED = {boundaries}
SETTINGS = {settings}
{dream}

@dataclasses.dataclass
class MdmOptAlphaScheduler(BaseAlphaScheduler):
    """Revealed fraction at time t, which runs from 1 (masked) to 0."""

    def reverse_mask_prob(self, s, t):
        """Share of the tokens masked at time t that still are at s, one step later."""
        times = torch.as_tensor(t).double().cpu(), torch.as_tensor(s).double().cpu()
        start, end = ((1 - time) * STEPS for time in times)
        step = start.round()
        off = torch.maximum((start - step).abs(), (end - step - 1).abs())
        if bool((off > 0.01).any()) or not bool(((step >= 0) & (step < STEPS)).all()):
            raise ValueError(
                f"this schedule was exported for {{STEPS}} steps a block, and a step from time "
                f"{{t}} to {{s}} is none of them; call sample with {{SETTINGS}}"
            )
        masked = 1 - torch.tensor(REVEALED, dtype=torch.float64)
        share = masked[step.long() + 1] / masked[step.long()].clamp_min(1e-300)
        return share.to(t) if isinstance(t, torch.Tensor) else share.item()

    def _alpha(self, i):
        return _each(_fraction, i)

    def _alpha_derivative(self, i):
        return _each(_slope, i)


def _each(function, times):
    values = [function(1 - time) for time in times.flatten().tolist()]
    return torch.tensor(values, dtype=times.dtype, device=times.device).reshape(times.shape)


def _step(progress):
    return min(int(progress * STEPS), STEPS - 1)


def _scale(step):
    """How much steeper than the schedule; None where that is flat, for a straight line."""
    rise = ALPHA[step + 1] - ALPHA[step]
    wanted = REVEALED[step + 1] - REVEALED[step]
    if rise == wanted:
        return 1.0
    return wanted / rise if rise > 1e-6 else None


def _fraction(progress):
    step = _step(progress)
    scale, low, high = _scale(step), REVEALED[step], REVEALED[step + 1]
    if scale is None:
        return low + (high - low) * (progress * STEPS - step)
    return min(max(low + ({revealed} - ALPHA[step]) * scale, low), high)


def _slope(progress):
    step = _step(progress)
    scale = _scale(step)
    if scale is None:
        return -(REVEALED[step + 1] - REVEALED[step]) * STEPS
    return -{speed} * scale


{source}'''


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The scheduler.

    Raises:
        InputError: for blocks that the schedule cannot be applied to.
    """
    order = needs_known_order(exported, "dllm")
    plan = layout(exported, "dllm", target.block_length)
    ancestral = plan.counts is None
    settings: dict[str, object] = {
        "steps": plan.blocks * plan.steps,
        "max_new_tokens": plan.blocks * plan.block_length,
        "block_size": plan.block_length,
        "temperature": exported.masked_sampler.temperature,
        "remasking": remasking(exported),
        "stochastic_transfer": ancestral,
    }
    if exported.masked_sampler.guidance:
        settings["cfg_scale"] = exported.masked_sampler.guidance
    use = (
        f"{target.importing}; from dllm.core.samplers import MDLMSampler",
        "sampler = MDLMSampler(model, tokenizer, scheduler=schedule.MdmOptAlphaScheduler())",
        "sampler.sample(inputs, **schedule.SETTINGS)",
    )
    notes = (
        *block_note(exported, plan),
        *order_note(exported),
        *_end_note(exported),
        *_length_note(plan),
        *_sampler_notes(plan),
    )
    shape = curve(exported.candidate, "ALPHA", speed=True)
    body = _BODY.format(
        steps=plan.steps,
        alpha=list(plan.alpha),
        boundaries=list(plan.boundaries),
        settings=settings,
        dream=_dream_settings(plan, settings, "random" if ancestral else order),
        revealed=shape.revealed,
        speed=shape.speed,
        source=shape.source,
    )
    what = "dllm (MDLMSampler, BD3LMSampler, DreamSampler)"
    return Artefact(document(exported, plan, what, notes, use, body), use, notes)


def _dream_settings(plan: Layout, settings: Mapping[str, object], order: str) -> str:
    """The line that DreamSampler needs, which has other names and no blocks."""
    if plan.blocks > 1:
        return ""
    lacking = ("block_size", "remasking")
    kept = {name: value for name, value in settings.items() if name not in lacking}
    return f"DREAM_SETTINGS = {kept | ALGORITHMS[order] | {'top_k': None}}\n"


def _sampler_notes(plan: Layout) -> tuple[str, ...]:
    """What the other samplers take."""
    dream = "DreamSampler has no blocks."
    if plan.blocks == 1:
        dream = (
            "DreamSampler(model, tokenizer, scheduler=schedule.MdmOptAlphaScheduler()) takes "
            "schedule.DREAM_SETTINGS; it knows the orders margin and entropy, too."
        )
    return (
        "BD3LMSampler takes the same scheduler and settings; it calls the model once more for "
        "each block, for what comes before it, and ends with the block in which all texts end.",
        dream,
    )


def _end_note(exported: ExportedSchedule) -> tuple[str, ...]:
    if not exported.masked_sampler.end_last:
        return ()
    return (
        "The result was measured with tokens that end the text coming last; add "
        "begin_suppress_tokens=[their ids], which takes them out of the probabilities by which "
        "positions are ranked.",
    )


def _length_note(plan: Layout) -> tuple[str, ...]:
    if plan.counts is None:
        return ()
    return (
        f"The counts are met for blocks of {plan.block_length} masked tokens; a scheduler does "
        "not see another length, which dllm would round by itself.",
    )

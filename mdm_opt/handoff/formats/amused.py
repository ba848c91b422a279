"""Format ``amused``: diffusers' AmusedScheduler, and Meissonic's, which has the same methods.

Both rank positions by the probability of a drawn token with noise on it, and keep a share of them
masked that a curve gives. One step of ours in the place of theirs reveals the counts, in the order
and at the temperature of the study. A step that reveals nothing is left out, as in mdm-opt.
"""

from __future__ import annotations

from mdm_opt.handoff.formats.base import (
    Artefact,
    Target,
    lacking_note,
    layout,
    needs_counts,
    needs_known_order,
    needs_no_blocks,
)
from mdm_opt.handoff.formats.ending import left_out_note, masked_after
from mdm_opt.handoff.formats.header import document
from mdm_opt.handoff.formats.ranked import ranked_source
from mdm_opt.handoff.schedule_file import ExportedSchedule

_BODY = '''\
import torch
from diffusers import AmusedScheduler
from diffusers.schedulers.scheduling_amused import AmusedSchedulerOutput

STEPS = {steps}
LENGTH = {length}
# Tokens that are masked after each step.
MASKED = {masked}
TEMPERATURE = {temperature}
SETTINGS = {settings}


class MdmOptScheduler(AmusedScheduler):
    """Keeps as many tokens masked as the schedule says."""

    def step(
        self,
        model_output,
        timestep,
        sample,
        starting_mask_ratio=1.0,
        generator=None,
        return_dict=True,
    ):
        """In the place of the scheduler's own; tokens (batch, height, width), or (batch, L)."""
        tokens = sample.flatten(1)
        found = (tokens.shape[1], len(self.timesteps), starting_mask_ratio)
        if found != (LENGTH, STEPS, 1.0):
            raise ValueError(
                f"this schedule was exported for {{LENGTH}} tokens in {{STEPS}} steps, all of "
                f"them masked at the beginning, not {{found}}; call the pipeline with {{SETTINGS}}"
            )
        logits = model_output
        if sample.ndim == 3:
            logits = logits.flatten(2).transpose(1, 2)
        masked = tokens == self.config.mask_token_id
        drawn, ranks = ranked(logits, TEMPERATURE, generator=generator)
        drawn = torch.where(masked, drawn, tokens)
        rank = torch.where(masked, ranks, -torch.inf).argsort(dim=1, descending=True).argsort(1)
        count = masked.sum(dim=1, keepdim=True) - MASKED[STEPS - 1 - int(timestep)]
        chosen = torch.where(rank < count, drawn, tokens).reshape(sample.shape)
        drawn = drawn.reshape(sample.shape)
        return AmusedSchedulerOutput(chosen, drawn) if return_dict else (chosen, drawn)


{ranked}'''


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The scheduler.

    Raises:
        InputError: for ancestral reveal, or blocks.
    """
    needs_counts(exported, "amused")
    order = needs_known_order(exported, "amused")
    needs_no_blocks("amused", target, exported)
    plan = layout(exported, "amused", None)
    masked, sampler = masked_after(plan), exported.masked_sampler
    settings = {
        "num_inference_steps": len(masked),
        "guidance_scale": 1 + sampler.guidance,
    }
    use = (
        target.importing,
        "pipe.scheduler = schedule.MdmOptScheduler.from_config(pipe.scheduler.config)",
        "pipe(prompt, **schedule.SETTINGS)",
    )
    notes = (
        f"The counts are met for images of {plan.block_length} tokens, all of them masked.",
        *left_out_note(plan),
        *lacking_note(exported, "end_last"),
    )
    body = _BODY.format(
        steps=len(masked),
        length=plan.block_length,
        masked=masked,
        temperature=sampler.temperature,
        settings=settings,
        ranked=ranked_source(order),
    )
    what = "aMUSEd (diffusers) and Meissonic"
    return Artefact(document(exported, plan, what, notes, use, body), use, notes)

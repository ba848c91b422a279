"""Format ``diffusers``: LLaDA2Pipeline with its BlockRefinementScheduler.

Each step of a block reveals the tokens that are more probable than the pipeline's ``threshold``
where they are at least as many as ``get_num_transfer_tokens`` gives the step, else so many of the
most probable ones. So counts need a threshold that nothing reaches, and a threshold one token a
step. diffusers' EntropyBoundScheduler is no place for a bound: it has no masks.
"""

from __future__ import annotations

from mdm_opt.errors import InputError
from mdm_opt.handoff.formats.base import (
    Artefact,
    Layout,
    Target,
    attention_note,
    block_note,
    empty_note,
    lacking_note,
    layout,
    needs_counts,
    needs_known_order,
)
from mdm_opt.handoff.formats.header import document
from mdm_opt.handoff.formats.rules import rule_layout, rule_of
from mdm_opt.handoff.schedule_file import ExportedSchedule

_COUNTS = '''\
import torch
from diffusers import BlockRefinementScheduler

# Tokens that each step reveals, in every block.
COUNTS = {counts}
BLOCK_LENGTH = {block_length}
SETTINGS = {settings}


class MdmOptScheduler(BlockRefinementScheduler):
    """Reveals the counts of the schedule."""

    def get_num_transfer_tokens(self, block_length, num_inference_steps):
        """Tokens that each step of a block reveals, int64 (steps,)."""
        if (block_length, num_inference_steps) == (BLOCK_LENGTH, len(COUNTS)):
            return torch.tensor(COUNTS, dtype=torch.int64)
        raise ValueError(
            f"this schedule was exported for blocks of {{BLOCK_LENGTH}} tokens in {{len(COUNTS)}} "
            f"steps each, not {{block_length}} in {{num_inference_steps}}; make the scheduler "
            f"with block_length={{BLOCK_LENGTH}} and call the pipeline with {{SETTINGS}}"
        )
'''
_THRESHOLD = """\
BLOCK_LENGTH = {block_length}
SETTINGS = {settings}
"""
_WHAT = "diffusers (LLaDA2Pipeline)"


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The scheduler.

    Raises:
        InputError: for ancestral reveal, or blocks that the schedule cannot be applied to.
    """
    needs_counts(exported, "diffusers")
    needs_known_order(exported, "diffusers")
    plan = layout(exported, "diffusers", target.block_length)
    use = _use(target, "MdmOptScheduler")
    notes = (
        *block_note(exported, plan),
        *empty_note(plan),
        *_order_note(exported),
        *_shared_notes(exported),
        "A block that begins with the end of the prompt runs the schedule from its first step, "
        "and is complete before its last.",
    )
    body = _COUNTS.format(
        counts=list(plan.counts or ()),
        block_length=plan.block_length,
        settings=_settings(exported, plan, 2.0),
    )
    return Artefact(document(exported, plan, _WHAT, notes, use, body), use, notes)


def render_rule(exported: ExportedSchedule, target: Target) -> Artefact:
    """The settings of a threshold.

    Raises:
        InputError: for another rule, or blocks other than the measured ones.
    """
    plan, rule = rule_layout(exported, "diffusers", target), rule_of(exported)
    if rule.measure != "confidence" or rule.scheduled:
        raise InputError(
            f"format diffusers: schedule.family: {exported.schedule.family!r} is not accepted: "
            "its pipeline of masked models knows no rule but a threshold; accepted: 'threshold', "
            "or families without a rule"
        )
    use = _use(target, "BlockRefinementScheduler")
    notes = [
        "diffusers reveals what is more probable than its threshold, mdm-opt also what is just as "
        "probable; of equally probable positions either takes any.",
        "A batch makes the calls of its slowest sequence in each block.",
        *_shared_notes(exported),
    ]
    if exported.masked_sampler.temperature > 0:
        notes.append(
            "diffusers looks at the probability, at the sampling temperature, of the token that "
            "was drawn, mdm-opt at the largest one at temperature 1; they agree at temperature 0, "
            "and under another nothing was measured."
        )
    settings = _settings(exported, plan, rule.cutoff)
    body = _THRESHOLD.format(block_length=plan.block_length, settings=settings)
    return Artefact(document(exported, plan, _WHAT, notes, use, body), use, tuple(notes))


def _use(target: Target, scheduler: str) -> tuple[str, ...]:
    made = f"{scheduler}(block_length=schedule.BLOCK_LENGTH)"
    own = "" if scheduler == "BlockRefinementScheduler" else "schedule."
    imported = "" if own else f", {scheduler}"
    return (
        f"{target.importing}; from diffusers import LLaDA2Pipeline{imported}",
        f"pipe = LLaDA2Pipeline(model=model, scheduler={own}{made}, tokenizer=tokenizer)",
        "pipe(prompt=prompt, **schedule.SETTINGS)",
    )


def _settings(exported: ExportedSchedule, plan: Layout, threshold: float) -> dict[str, object]:
    return {
        "gen_length": plan.blocks * plan.block_length,
        "block_length": plan.block_length,
        "num_inference_steps": plan.steps,
        "temperature": exported.masked_sampler.temperature,
        "threshold": threshold,
        "editing_threshold": None,
    }


def _order_note(exported: ExportedSchedule) -> tuple[str, ...]:
    order, temperature = exported.masked_sampler.order, exported.masked_sampler.temperature
    if order != "confidence":
        return (
            f"The result was measured in order {order}, which this target lacks; it takes the "
            "most probable tokens first, and under that order nothing was measured.",
        )
    if temperature == 0:
        return ()
    return (
        "diffusers ranks positions by the probability of the token that was drawn, mdm-opt by the "
        "largest probability; they agree at temperature 0.",
    )


def _shared_notes(exported: ExportedSchedule) -> tuple[str, ...]:
    lacking = lacking_note(exported, "guidance", "end_last")
    return (*attention_note(exported, "LLaDA2Pipeline"), *lacking)

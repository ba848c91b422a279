"""Format ``llada2``: LLaDA2's own `generate`, and dllm's LLaDA2Sampler, which mirrors it.

Both ask once how many tokens the steps of a block reveal, draw a token for every position with its
probability, and reveal the most probable ones: so many of them, or all above ``threshold`` where
these are more. So counts need a threshold that nothing reaches, and a threshold one token a step.
"""

from __future__ import annotations

from collections.abc import Sequence

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
    prompt_note,
)
from mdm_opt.handoff.formats.header import document
from mdm_opt.handoff.formats.ranked import ranked_source
from mdm_opt.handoff.formats.rules import rule_layout, rule_of
from mdm_opt.handoff.schedule_file import ExportedSchedule

_COUNTED = """\
import torch

# Tokens that each step reveals, in every block.
COUNTS = {counts}
BLOCK_LENGTH = {block_length}
"""
_COUNTING = '''\
def get_num_transfer_tokens(block_length, steps):
    """Tokens that each step of a block reveals, int64 (steps,)."""
    if (block_length, steps) == (BLOCK_LENGTH, len(COUNTS)):
        return torch.tensor(COUNTS, dtype=torch.int64)
    raise ValueError(
        f"this schedule was exported for blocks of {{BLOCK_LENGTH}} tokens in {{len(COUNTS)}} "
        f"steps each, not {{block_length}} in {{steps}}; call with {{SETTINGS}}"
    )


def drawing(mask_id):
    """In the place of what draws the tokens: they are drawn and ranked as in the study."""

    def draw(logits, temperature=0.0, top_k=None, top_p=None):
        if (top_k or 0) > 0 or (top_p or 1.0) < 1:
            raise ValueError("nothing was measured with top_k or top_p; leave them out")
        return ranked(logits, temperature, mask_id)

    return draw


'''
_BODY = '''\
SETTINGS = {settings}
DLLM_SETTINGS = {dllm}


def apply(model, mask_id=156895):
    """Lets model.generate(inputs, **SETTINGS) of a LLaDA2MoeModelLM follow the schedule."""
    model._get_num_transfer_tokens = get_num_transfer_tokens
    model._sample_with_temperature_topk_topp = drawing(mask_id)


def apply_dllm(sampler, mask_id=156895):
    """Likewise the LLaDA2Sampler of dllm.pipelines.llada2.sampler, with DLLM_SETTINGS."""
    sampler.even_transfer_schedule = get_num_transfer_tokens
    sampler.sample_tokens = drawing(mask_id)


'''


def counted(counts: Sequence[int], block_length: int, settings: str, order: str) -> str:
    """The code of targets that ask for the counts of a block, and for tokens to rank.

    Args:
        counts: of each step of a block.
        block_length: tokens of a block.
        settings: code between the constants and the functions, which has ``SETTINGS``.
        order: in which positions are revealed.
    """
    constants = _COUNTED.format(counts=list(counts), block_length=block_length)
    return constants + settings + _COUNTING.format() + ranked_source(order)


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The functions that are put in place of theirs.

    Raises:
        InputError: for ancestral reveal, or blocks that the schedule cannot be applied to.
    """
    needs_counts(exported, "llada2")
    order = needs_known_order(exported, "llada2")
    plan = layout(exported, "llada2", target.block_length)
    notes = (*block_note(exported, plan), *empty_note(plan))
    return _artefact(exported, target, plan, order, plan.counts or (), 2.0, notes)


def render_rule(exported: ExportedSchedule, target: Target) -> Artefact:
    """The same with a threshold, and one token where nothing reaches it.

    Raises:
        InputError: for another rule, or blocks other than the measured ones.
    """
    plan = threshold_layout(exported, "llada2", target)
    notes = (above_note("threshold"),)
    cutoff = rule_of(exported).cutoff
    return _artefact(exported, target, plan, "confidence", plan.counts or (), cutoff, notes)


def threshold_layout(exported: ExportedSchedule, format_name: str, target: Target) -> Layout:
    """A threshold in its blocks, where each step reveals at least one token.

    Raises:
        InputError: for another rule, or blocks other than the measured ones.
    """
    plan, rule = rule_layout(exported, format_name, target), rule_of(exported)
    if rule.measure != "confidence" or rule.scheduled:
        raise InputError(
            f"format {format_name}: schedule.family: {exported.schedule.family!r} is not "
            "accepted: this target knows no rule but a threshold; accepted: 'threshold', or "
            "families without a rule"
        )
    steps = plan.block_length
    return Layout(plan.blocks, steps, steps, (1,) * steps, plan.alpha)


def above_note(name: str) -> str:
    """How a target's threshold differs.

    Args:
        name: of its setting.
    """
    return (
        f"This target reveals what is more probable than {name}, mdm-opt also what is just as "
        "probable; of equally probable positions either takes any."
    )


def _artefact(
    exported: ExportedSchedule,
    target: Target,
    plan: Layout,
    order: str,
    counts: Sequence[int],
    threshold: float,
    notes: tuple[str, ...],
) -> Artefact:
    length = plan.blocks * plan.block_length
    shared = {"temperature": exported.masked_sampler.temperature, "threshold": threshold}
    own = {"gen_length": length, "block_length": plan.block_length, "steps": len(counts)}
    dllm = {
        "max_new_tokens": length,
        "block_size": plan.block_length,
        "steps_per_block": len(counts),
    }
    settings = _BODY.format(settings=own | shared, dllm=dllm | shared)
    use = (
        f"{target.importing}; schedule.apply(model)",
        "model.generate(input_ids, **schedule.SETTINGS)",
        "from dllm.pipelines.llada2 import sampler; schedule.apply_dllm(sampler); "
        "sampler.LLaDA2Sampler(model, tokenizer).sample(inputs, **schedule.DLLM_SETTINGS)  # dllm",
    )
    notes = (
        *notes,
        *lacking_note(exported, "guidance", "end_last"),
        *attention_note(exported, "LLaDA2"),
        *prompt_note(plan.block_length),
        "LLaDA2's generate takes one prompt, and ends with the block in which the text ends; "
        "dllm's LLaDA2Sampler takes prompts of the same length.",
    )
    body = counted(counts, plan.block_length, settings, order)
    what = "LLaDA2's generate, and dllm (LLaDA2Sampler)"
    return Artefact(document(exported, plan, what, notes, use, body), use, notes)

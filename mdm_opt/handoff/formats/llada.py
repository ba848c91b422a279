"""Format ``llada``: LLaDA's generate.py, and Fast-dLLM's.

Both ask ``get_num_transfer_tokens(mask_index, steps)`` once for every block, at whose beginning
the whole block is masked, how many tokens each of its steps reveals.
"""

from __future__ import annotations

from mdm_opt.handoff.formats.base import (
    Artefact,
    Layout,
    Target,
    block_note,
    empty_note,
    layout,
    needs_counts,
    needs_known_order,
)
from mdm_opt.handoff.formats.header import document
from mdm_opt.handoff.schedule_file import ExportedSchedule

TRANSFER_BODY = '''\
import torch

# Tokens that each step reveals, in every block.
COUNTS = {counts}
BLOCK_LENGTH = {block_length}
SETTINGS = {settings}


def get_num_transfer_tokens(mask_index, steps):
    """Tokens that each step of a block reveals.

    Args:
        mask_index: bool (batch, block length), True where masked.
        steps: of the block.

    Returns:
        int64 (batch, steps).
    """
    masked = mask_index.sum(dim=1)
    if int(steps) != len(COUNTS) or not bool((masked == BLOCK_LENGTH).all()):
        raise ValueError(
            f"this schedule was exported for blocks of {{BLOCK_LENGTH}} masked tokens in "
            f"{{len(COUNTS)}} steps each, not {{masked.tolist()}} in {{int(steps)}}; "
            f"call generate with {{SETTINGS}}"
        )
    counts = torch.tensor(COUNTS, dtype=torch.int64, device=mask_index.device)
    return counts.repeat(mask_index.shape[0], 1)
'''


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The function that is put in place of theirs.

    Raises:
        InputError: for ancestral reveal, or blocks that the schedule cannot be applied to.
    """
    needs_counts(exported, "llada")
    needs_known_order(exported, "llada")
    plan = layout(exported, "llada", target.block_length)
    settings = {
        "steps": plan.blocks * plan.steps,
        "gen_length": plan.blocks * plan.block_length,
        "block_length": plan.block_length,
        "temperature": exported.masked_sampler.temperature,
        "remasking": remasking(exported),
        **_conditional(exported),
    }
    use = (
        f"{target.importing}; import generate",
        "generate.get_num_transfer_tokens = schedule.get_num_transfer_tokens",
        f"generate.generate(model, prompt, {_mask(exported)}**schedule.SETTINGS)",
    )
    notes = (
        *block_note(exported, plan),
        *empty_note(plan),
        *order_note(exported),
        *_conditional_notes(exported),
        *_cached_note(plan),
    )
    body = TRANSFER_BODY.format(
        counts=list(plan.counts or ()), block_length=plan.block_length, settings=settings
    )
    what = "generate.py of LLaDA and Fast-dLLM"
    return Artefact(document(exported, plan, what, notes, use, body), use, notes)


def remasking(exported: ExportedSchedule) -> str:
    """LLaDA's name for the order of the study, or for the nearest that it has."""
    return "random" if exported.masked_sampler.order == "random" else "low_confidence"


def order_note(exported: ExportedSchedule) -> tuple[str, ...]:
    """How LLaDA's order differs from the one that was measured."""
    order, temperature = exported.masked_sampler.order, exported.masked_sampler.temperature
    if order in ("margin", "entropy"):
        return (
            f"The result was measured in order {order}, which this target lacks; its nearest is "
            "low_confidence, under which nothing was measured.",
        )
    if order == "confidence" and temperature > 0:
        return (
            "low_confidence ranks positions by the probability of the token that was drawn, "
            "mdm-opt by the largest probability; they agree at temperature 0.",
        )
    return ()


def _conditional(exported: ExportedSchedule) -> dict[str, object]:
    """Settings of answers to prompts, where they were used: Fast-dLLM knows none of them."""
    settings: dict[str, object] = {}
    if exported.masked_sampler.guidance:
        settings["cfg_scale"] = exported.masked_sampler.guidance
    if exported.masked_sampler.end_last:
        settings["confidence_eos_eot_inf"] = True
    return settings


def _mask(exported: ExportedSchedule) -> str:
    """What LLaDA's generate needs with guidance, where it reads a mask that it makes of it."""
    if not exported.masked_sampler.guidance:
        return ""
    return "attention_mask=torch.ones_like(prompt), "


def _conditional_notes(exported: ExportedSchedule) -> tuple[str, ...]:
    notes = []
    if _conditional(exported):
        notes.append(
            f"Fast-dLLM's generate does not know {' and '.join(_conditional(exported))}; LLaDA's "
            "does."
        )
    if exported.masked_sampler.end_last:
        notes.append(
            "Older versions of LLaDA's generate lack confidence_eos_eot_inf; it ranks positions "
            "as mdm-opt did at temperature 0, at others it looks at the tokens that were drawn."
        )
    return tuple(notes)


def _cached_note(plan: Layout) -> tuple[str, ...]:
    if plan.steps > 1:
        return ()
    return ("Fast-dLLM's cached variants cannot run one step a block, whatever the schedule.",)

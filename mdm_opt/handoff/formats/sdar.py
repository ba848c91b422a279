"""Format ``sdar``: the `block_diffusion_generate` of SDAR's generate.py.

It asks once how many tokens the steps of a block reveal, and ranks positions by the probability of
the token that was drawn; at temperature 0 it divides by zero, so what draws is replaced, too. Its
strategy ``entropy_bounded`` is no place for a bound: it takes the entropy of one number, and fills
a tensor that it has not made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
from mdm_opt.handoff.formats.llada2 import above_note, counted, threshold_layout
from mdm_opt.handoff.formats.rules import rule_of
from mdm_opt.handoff.schedule_file import ExportedSchedule

_BODY = '''\
SETTINGS = {settings}


def apply(generate, mask_id):
    """Lets the module's block_diffusion_generate(..., **SETTINGS) follow the schedule."""
    generate.get_num_transfer_tokens = get_num_transfer_tokens
    generate.sample_with_temperature_topk_topp = drawing(mask_id)


'''


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The functions that are put in place of theirs.

    Raises:
        InputError: for ancestral reveal, or blocks that the schedule cannot be applied to.
    """
    needs_counts(exported, "sdar")
    order = needs_known_order(exported, "sdar")
    plan = layout(exported, "sdar", target.block_length)
    strategy = {"remasking_strategy": "low_confidence_static"}
    notes = (*block_note(exported, plan), *empty_note(plan))
    return _artefact(exported, target, plan, order, plan.counts or (), strategy, notes)


def render_rule(exported: ExportedSchedule, target: Target) -> Artefact:
    """The same with a threshold, and one token where nothing reaches it.

    Raises:
        InputError: for another rule, or blocks other than the measured ones.
    """
    plan = threshold_layout(exported, "sdar", target)
    strategy = {
        "remasking_strategy": "low_confidence_dynamic",
        "confidence_threshold": rule_of(exported).cutoff,
    }
    notes = (above_note("confidence_threshold"),)
    return _artefact(exported, target, plan, "confidence", plan.counts or (), strategy, notes)


def _artefact(
    exported: ExportedSchedule,
    target: Target,
    plan: Layout,
    order: str,
    counts: Sequence[int],
    strategy: Mapping[str, object],
    notes: tuple[str, ...],
) -> Artefact:
    settings = {
        "gen_length": plan.blocks * plan.block_length,
        "block_length": plan.block_length,
        "denoising_steps": len(counts),
        "temperature": exported.masked_sampler.temperature,
        **strategy,
    }
    use = (
        f"{target.importing}; import generate",
        "schedule.apply(generate, mask_id)",
        "generate.block_diffusion_generate(model, prompt, mask_id, **schedule.SETTINGS)",
    )
    notes = (
        *notes,
        *lacking_note(exported, "guidance", "end_last"),
        *attention_note(exported, "SDAR"),
        *_block_notes(plan, counts),
        "SDAR takes one prompt, keeps what was answered for the prompt and for complete blocks, "
        "and calls the model once for each of these besides the steps.",
    )
    body = counted(counts, plan.block_length, _BODY.format(settings=settings), order)
    what = "SDAR (generate.py)"
    return Artefact(document(exported, plan, what, notes, use, body), use, notes)


def _block_notes(plan: Layout, counts: Sequence[int]) -> tuple[str, ...]:
    if max(counts) == 1:
        return prompt_note(plan.block_length)
    return (
        "Blocks are counted from the beginning of the prompt: give it a multiple of "
        f"{plan.block_length} tokens. In a block that another begins SDAR takes the steps from "
        "the first on, and where a step reveals more tokens than are masked it writes over the "
        "prompt's.",
    )

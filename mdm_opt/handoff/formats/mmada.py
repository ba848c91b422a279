"""Format ``mmada``: MMaDA's images and texts.

For images its ``t2i_generate`` keeps ``floor(share * tokens)`` tokens masked after every step but
the last, at least one. For texts ``mmu_generate`` is LLaDA's loop, with a function of the same
name to be replaced.
"""

from __future__ import annotations

from mdm_opt.handoff.formats.base import (
    Artefact,
    Layout,
    Target,
    block_note,
    lacking_note,
    layout,
    needs_counts,
    needs_known_order,
)
from mdm_opt.handoff.formats.ending import left_out_note, noise_schedule
from mdm_opt.handoff.formats.header import document
from mdm_opt.handoff.formats.llada import TRANSFER_BODY, order_note, remasking
from mdm_opt.handoff.schedule_file import ExportedSchedule

_IMAGES = """\


{schedule}IMAGE_SETTINGS = {{
    "timesteps": STEPS,
    "seq_len": LENGTH,
    "noise_schedule": NoiseSchedule(),
    "temperature": {noise},
    "guidance_scale": {guidance},
}}
"""


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The function of texts, and the noise schedule of images where there is one block.

    Raises:
        InputError: for ancestral reveal, or blocks that the schedule cannot be applied to.
    """
    needs_counts(exported, "mmada")
    needs_known_order(exported, "mmada")
    plan = layout(exported, "mmada", target.block_length)
    sampler = exported.masked_sampler
    settings: dict[str, object] = {
        "steps": plan.blocks * plan.steps,
        "max_new_tokens": plan.blocks * plan.block_length,
        "block_length": plan.block_length,
        "temperature": sampler.temperature,
        "remasking": remasking(exported),
    }
    if sampler.guidance:
        settings["cfg_scale"] = sampler.guidance
    images = plan.blocks == 1
    use = (
        f"{target.importing}; from models import modeling_mmada",
        "modeling_mmada.get_num_transfer_tokens = schedule.get_num_transfer_tokens; "
        "model.mmu_generate(input_ids, **schedule.SETTINGS)  # texts",
        "model.t2i_generate(input_ids, ..., **schedule.IMAGE_SETTINGS)  # images"
        if images
        else "# images have no blocks",
    )
    body = TRANSFER_BODY.format(
        counts=list(plan.counts or ()), block_length=plan.block_length, settings=settings
    )
    notes = (
        *block_note(exported, plan),
        *(f"Texts: {note}" for note in _text_notes(exported, plan)),
        *lacking_note(exported, "end_last"),
    )
    if images:
        notes += tuple(f"Images: {note}" for note in _image_notes(exported, plan))
        body += _IMAGES.format(
            schedule=noise_schedule(plan, 0.5),
            # More noise on the ranks would mask revealed tokens again.
            noise=1.0 if sampler.order == "random" else 0.0,
            guidance=sampler.guidance,
        )
    what = "MMaDA (texts and images)"
    return Artefact(document(exported, plan, what, notes, use, body), use, notes)


def _text_notes(exported: ExportedSchedule, plan: Layout) -> tuple[str, ...]:
    notes = order_note(exported)
    if plan.empty_steps:
        notes += (
            f"{plan.empty_steps} of {plan.steps} steps reveal no token; this target calls the "
            "model for them all the same, mdm-opt did not.",
        )
    return notes


def _image_notes(exported: ExportedSchedule, plan: Layout) -> tuple[str, ...]:
    sampler = exported.masked_sampler
    notes = left_out_note(plan)
    if sampler.temperature != 1:
        notes += ("tokens are drawn at temperature 1, whatever the study's was.",)
    return (
        *notes,
        f"the result was measured in order {sampler.order}; this target ranks positions by the "
        "probability of the token that was drawn, and where several are equal it may reveal more "
        "than the count.",
    )

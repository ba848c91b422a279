"""Format ``esm3``: the noise schedules of EvolutionaryScale's esm package.

Its ``generate`` keeps ``int(share * total + 0.1)`` tokens masked after every step, where the share
is that of ``NOISE_SCHEDULE_REGISTRY[config.schedule]``. A GenerationConfig takes no names but
``cosine`` and ``linear``, so the schedule goes in the place of the latter.
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
from mdm_opt.handoff.formats.ending import left_out_note, masked_after, noise_schedule
from mdm_opt.handoff.formats.header import document
from mdm_opt.handoff.schedule_file import ExportedSchedule

_BODY = '''\
import torch

{schedule}# For a GenerationConfig with a track.
SETTINGS = {settings}


def apply(registry):
    """Puts the schedule in the place of "linear" in esm.utils.noise_schedules."""
    registry["linear"] = NoiseSchedule()
'''


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The noise schedule.

    Raises:
        InputError: for ancestral reveal, or blocks.
    """
    needs_counts(exported, "esm3")
    order = needs_known_order(exported, "esm3")
    needs_no_blocks("esm3", target, exported)
    plan = layout(exported, "esm3", None)
    settings = {
        "schedule": "linear",
        "strategy": "random" if order == "random" else "entropy",
        "num_steps": len(masked_after(plan)),
        "temperature": exported.masked_sampler.temperature,
        "temperature_annealing": False,
    }
    use = (
        f"{target.importing}; from esm.utils.noise_schedules import NOISE_SCHEDULE_REGISTRY",
        "schedule.apply(NOISE_SCHEDULE_REGISTRY)",
        'model.generate(protein, GenerationConfig(track="sequence", **schedule.SETTINGS))',
    )
    notes = [
        f"The counts are met for {plan.block_length} masked tokens; of others each step keeps the "
        "same share masked.",
        *left_out_note(plan),
        *lacking_note(exported, "guidance", "end_last"),
    ]
    if order in ("confidence", "margin"):
        notes.append(
            f"The result was measured in order {order}, which this target lacks; its nearest is "
            "entropy, under which nothing was measured."
        )
    body = _BODY.format(schedule=noise_schedule(plan, 0.4), settings=settings)
    what = "ESM3 (evolutionaryscale/esm)"
    return Artefact(document(exported, plan, what, notes, use, body), use, tuple(notes))

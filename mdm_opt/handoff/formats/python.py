"""Format ``python``: a module that needs nothing, for a sampling loop of one's own."""

from __future__ import annotations

from mdm_opt.handoff.formats.base import Artefact, Target, lacking_note, layout, needs_no_blocks
from mdm_opt.handoff.formats.curve import curve
from mdm_opt.handoff.formats.header import document
from mdm_opt.handoff.schedule_file import ExportedSchedule

_BODY = '''\
"""Progress runs from 0 (all masked) to 1 (all revealed)."""
{imports}
STEPS = {steps}
LENGTH = {length}
# Tokens that each step reveals; None under ancestral reveal, where each masked token is revealed
# in step k with probability (REVEALED[k + 1] - REVEALED[k]) / (1 - REVEALED[k]).
COUNTS = {counts}
# The schedule at the boundaries of the steps.
REVEALED = {revealed}


def revealed(progress: float) -> float:
    """Revealed fraction at a progress in [0, 1]."""
    if not 0 <= progress <= 1:
        raise ValueError(f"progress must lie in [0, 1], got {{progress}}")
    return {call}


{source}'''


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The module.

    Raises:
        InputError: for blocks.
    """
    values = exported.schedule
    needs_no_blocks("python", target, exported)
    plan = layout(exported, "python", None)
    shape = curve(exported.candidate, "REVEALED")
    use = (
        target.importing,
        "schedule.COUNTS  # tokens that each step reveals"
        if values.counts is not None
        else "schedule.REVEALED  # revealed fraction at the boundaries of the steps",
        "schedule.revealed(t)  # revealed fraction at progress t, 0 all masked, 1 all revealed",
    )
    body = _BODY.format(
        imports="".join(f"\nimport {name}\n" for name in shape.imports),
        steps=values.steps,
        length=values.length,
        counts=values.counts,
        revealed=values.revealed,
        call=shape.revealed,
        source=shape.source,
    )
    notes = lacking_note(exported, "guidance", "end_last", how="which the loop must bring itself")
    text = document(exported, plan, "any sampling loop in Python", notes, use, body)
    return Artefact(text, use, notes)

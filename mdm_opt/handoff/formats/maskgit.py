"""Format ``maskgit``: the `noise_schedule` of lucidrains/muse-maskgit-pytorch.

Its ``generate`` evaluates the schedule at ``linspace(0, 1, timesteps)`` and masks again
``max(int(value * length), 1)`` tokens before every step; the last step keeps all of its tokens.
Half a token more than wanted is what ``int`` takes away. A step that reveals nothing would only
draw tokens anew, so it is left out, as in mdm-opt.
"""

from __future__ import annotations

from mdm_opt.handoff.formats.base import (
    Artefact,
    Target,
    lacking_note,
    layout,
    needs_counts,
    needs_no_blocks,
)
from mdm_opt.handoff.formats.header import document
from mdm_opt.handoff.schedule_file import ExportedSchedule

_BODY = '''\
import torch

STEPS = {steps}
LENGTH = {length}
# Tokens that are masked when each step begins.
MASKED = {masked}


class NoiseSchedule:
    """Masked share of LENGTH tokens at the times linspace(0, 1, STEPS), one after the other."""

    def __init__(self):
        self.step = -1

    def __call__(self, t):
        place = float(t) * (STEPS - 1) if t.numel() == 1 else -1.0
        step = round(place)
        if abs(place - step) > 0.01 or step not in (0, self.step + 1):
            raise ValueError(
                f"this schedule was exported for sampling in {{STEPS}} steps, one after the "
                f"other; call generate with timesteps={{STEPS}}"
            )
        self.step = step
        return torch.full_like(t, (MASKED[step] + 0.5) / LENGTH)
'''


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The noise schedule.

    Raises:
        InputError: for ancestral reveal, or blocks.
    """
    needs_counts(exported, "maskgit")
    needs_no_blocks("maskgit", target, exported)
    plan = layout(exported, "maskgit", None)
    masked, left = [], plan.block_length
    for count in plan.counts or ():
        if count:
            masked.append(left)
        left -= count
    use = (
        target.importing,
        "maskgit.noise_schedule = schedule.NoiseSchedule()  # for sampling, not for training",
        f"maskgit.generate(texts, timesteps=schedule.STEPS{_scale(exported)})",
    )
    sampler = exported.masked_sampler
    notes = [
        f"The counts are met for {plan.block_length} tokens (fmap_size squared); a noise schedule "
        "does not see another length.",
        f"The result was measured in order {sampler.order} at temperature "
        f"{sampler.temperature:g}; this target reveals by the probability of the token "
        "that was drawn, anneals its temperature and keeps the top tenth of the tokens.",
        *lacking_note(exported, "end_last"),
    ]
    if plan.empty_steps:
        notes.append(
            f"{plan.empty_steps} of {plan.steps} steps reveal no token and are left out, as in "
            "mdm-opt, which calls no model for them."
        )
    body = _BODY.format(steps=len(masked), length=plan.block_length, masked=masked)
    what = "MaskGit (lucidrains/muse-maskgit-pytorch)"
    return Artefact(document(exported, plan, what, notes, use, body), use, tuple(notes))


def _scale(exported: ExportedSchedule) -> str:
    """Its scale of guidance is one more: null + (logits - null) * cond_scale."""
    guidance = exported.masked_sampler.guidance
    return f", cond_scale={1 + guidance:g}" if guidance else ""

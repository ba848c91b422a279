"""Format ``flow_matching``: a scheduler for the MixtureDiscreteEulerSolver of flow_matching.

A step from t to t + h reveals every masked token with the probability
1 - exp(-h d_alpha / (1 - alpha)), and the last step reveals all, so d_alpha is chosen for every
step to give the schedule's share. A step that reveals nothing would only cost a call, so it is
left out, as in mdm-opt.
"""

from __future__ import annotations

from mdm_opt.handoff.formats.base import Artefact, Target, lacking_note, layout, needs_no_blocks
from mdm_opt.handoff.formats.ending import left_out_note
from mdm_opt.handoff.formats.header import document
from mdm_opt.handoff.schedule_file import ExportedSchedule

_BODY = '''\
import math

import torch
from flow_matching.path.scheduler import ConvexScheduler, SchedulerOutput

LENGTH = {length}
# Revealed fraction at the boundaries of the steps.
REVEALED = {revealed}
STEPS = len(REVEALED) - 1


def time_grid():
    """Times of the steps, to be passed on with step_size=None."""
    return torch.linspace(0, 1, STEPS + 1)


class MdmOptScheduler(ConvexScheduler):
    """The schedule at the times of its steps, for sampling."""

    def __call__(self, t):
        alpha, speed = zip(*map(_step, t.flatten().tolist()), strict=True)
        alpha, speed = (
            torch.tensor(each, dtype=t.dtype, device=t.device).reshape(t.shape)
            for each in (alpha, speed)
        )
        speed = speed * (1 - alpha)
        return SchedulerOutput(
            alpha_t=alpha, sigma_t=1 - alpha, d_alpha_t=speed, d_sigma_t=-speed
        )

    def kappa_inverse(self, kappa):
        raise ValueError("this schedule is for sampling only")


def _step(time):
    """alpha at the beginning of a step, and d_alpha / (1 - alpha)."""
    step = round(time * STEPS)
    if abs(time * STEPS - step) > 0.01 or not 0 <= step < STEPS:
        raise ValueError(
            f"this schedule was exported for {{STEPS}} steps, and {{time}} begins none of them; "
            "call sample with step_size=None, time_grid=schedule.time_grid()"
        )
    left, then = 1 - REVEALED[step], 1 - REVEALED[step + 1]
    # exp(-50) is nothing in any precision.
    exponent = min(math.log(left / then), 50.0) if then > 0 else 50.0
    return REVEALED[step], exponent * STEPS
'''


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The scheduler.

    Raises:
        InputError: for blocks.
    """
    needs_no_blocks("flow_matching", target, exported)
    plan = layout(exported, "flow_matching", None)
    revealed = sorted({*plan.boundaries})
    use = (
        f"{target.importing}; from flow_matching.path import MixtureDiscreteProbPath; from "
        "flow_matching.solver import MixtureDiscreteEulerSolver",
        "solver = MixtureDiscreteEulerSolver(model, MixtureDiscreteProbPath("
        "schedule.MdmOptScheduler()), vocabulary_size)",
        "solver.sample(x_init, step_size=None, time_grid=schedule.time_grid())  # all masked",
    )
    notes = (
        "The last step takes every token from the model's answer: that has to give tokens that "
        "are revealed with certainty, and the mask token never.",
        *left_out_note(plan),
        *lacking_note(exported, "guidance", "end_last"),
    )
    if plan.counts is not None:
        notes += (
            "This solver reveals every token by itself (ancestral): the counts hold on average. "
            "The result was measured with exactly these counts, so it belongs to another sampler.",
        )
    if exported.masked_sampler.order != "random" or exported.masked_sampler.temperature != 1:
        notes += ("This solver knows order random and temperature 1 only.",)
    body = _BODY.format(length=plan.block_length, revealed=revealed)
    what = "flow_matching (MixtureDiscreteEulerSolver)"
    return Artefact(document(exported, plan, what, notes, use, body), use, notes)

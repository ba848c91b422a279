"""Format ``python`` for births and uniform corruption: alphas, times, nearest trained index."""

from __future__ import annotations

import math

from mdm_opt.handoff.formats.base import Artefact, Layout, Target, needs_own_blocks
from mdm_opt.handoff.formats.curve import curve
from mdm_opt.handoff.formats.header import document
from mdm_opt.handoff.schedule_file import ExportedSchedule
from mdm_opt.schedules import LOGIT_EXTENT

# Observation times of the official Blackout Diffusion networks.
_OBSERVATIONS = 1000

_BODY = '''\
"""Alpha runs from {first:g} (noise) to 1 (clean); step k leads from ALPHAS[k] to ALPHAS[k + 1]."""
{imports}
STEPS = {steps}
LENGTH = {length}
# How the model was sampled.
SAMPLER = {sampler}
ALPHAS = {alphas}
# -log(alpha), the time of the corruption; None where alpha is 0.
TIMES = {times}
{indices}

def progress_revealed(progress: float) -> float:
    """The schedule at a progress in [0, 1], from 0 to 1."""
    if not 0 <= progress <= 1:
        raise ValueError(f"progress must lie in [0, 1], got {{progress}}")
    return {call}


{source}'''

_INDICES = """\
# Index of the observation time nearest to each alpha, of {count} that are even in logit(alpha)
# from {extent:g} (index 0) to -{extent:g}, as official Blackout Diffusion networks are told.
OBSERVATION_INDICES = {indices}
"""


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The module.

    Raises:
        InputError: for blocks, which these processes do not have.
    """
    needs_own_blocks("python", target, exported)
    values, sampler = exported.schedule, exported.sampler.model_dump(exclude_none=True)
    alphas = values.revealed
    shape = curve(exported.candidate, "SHARES")
    use = (
        target.importing,
        "schedule.ALPHAS  # at the ends of the steps, one model call each",
        "schedule.TIMES  # the same as -log(alpha)",
    )
    source = shape.source
    if "SHARES" in shape.revealed:
        low, high = alphas[0], alphas[-1]
        shares = [(alpha - low) / (high - low) for alpha in alphas]
        source = f"SHARES = {shares}\n\n\n{source}"
    indices = ""
    if values.process == "births":
        indices = _INDICES.format(
            count=_OBSERVATIONS,
            extent=LOGIT_EXTENT,
            indices=[observation_index(alpha) for alpha in alphas],
        )
    body = _BODY.format(
        first=alphas[0],
        imports="".join(f"\nimport {name}\n" for name in shape.imports),
        steps=values.steps,
        length=values.length,
        sampler=sampler,
        alphas=alphas,
        times=[None if alpha == 0 else abs(math.log(alpha)) for alpha in alphas],
        indices=indices,
        call=shape.revealed,
        source=source,
    )
    plan = Layout(1, values.length, values.steps, None, tuple(alphas))
    text = document(exported, plan, "any sampling loop in Python", (), use, body)
    return Artefact(text, use)


def observation_index(alpha: float) -> int:
    """The observation time nearest to an alpha, in 0 (clean) .. 999 (noise)."""
    if alpha <= 0 or alpha >= 1:
        return 0 if alpha >= 1 else _OBSERVATIONS - 1
    logit = math.log(alpha / (1 - alpha))
    share = (LOGIT_EXTENT - logit) / (2 * LOGIT_EXTENT)
    return min(max(round(share * (_OBSERVATIONS - 1)), 0), _OBSERVATIONS - 1)

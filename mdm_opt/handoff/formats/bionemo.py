"""Format ``bionemo``: the `step_confidence` of bionemo-moco's MDLM.

It reveals ``num_tokens_unmask`` tokens of every sequence, at least one, so a step that reveals
nothing is left out, as in mdm-opt. Its ``num_steps`` only anneals noise, and of one step it would
divide by zero. Noise large enough makes the order random: the last step, which has none, reveals
all that is left.
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
from mdm_opt.handoff.formats.ending import left_out_note
from mdm_opt.handoff.formats.header import document
from mdm_opt.handoff.schedule_file import ExportedSchedule

# What stands for temperature 0, by which step_confidence would divide.
_COLDEST = 0.1

_BODY = '''\
LENGTH = {length}
# Tokens that each step reveals.
COUNTS = {counts}
STEPS = len(COUNTS)
SETTINGS = {settings}


def step(mdlm, logits, xt, curr_step):
    """One step of an MDLM: tokens (batch, LENGTH) in which COUNTS[curr_step] more are revealed."""
    left = sum(COUNTS[curr_step:])
    masked = (xt == mdlm.mask_index).sum(dim=-1)
    if not bool((masked == left).all()):
        raise ValueError(
            f"this schedule was exported for {{LENGTH}} masked tokens, of which {{left}} are left "
            f"before step {{curr_step}}, not {{masked.tolist()}}"
        )
    return mdlm.step_confidence(
        logits, xt, curr_step, max(STEPS, 2), num_tokens_unmask=COUNTS[curr_step], **SETTINGS
    )
'''


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The function that takes a step.

    Raises:
        InputError: for ancestral reveal, or blocks.
    """
    needs_counts(exported, "bionemo")
    order = needs_known_order(exported, "bionemo")
    needs_no_blocks("bionemo", target, exported)
    plan = layout(exported, "bionemo", None)
    temperature = exported.masked_sampler.temperature
    settings = {
        "logit_temperature": temperature or _COLDEST,
        "randomness": 1e9 if order == "random" else 0.0,
    }
    use = (
        target.importing,
        "xt = mdlm.sample_prior((batch_size, schedule.LENGTH))",
        "for k in range(schedule.STEPS): xt = schedule.step(mdlm, model(xt), xt, k)",
    )
    notes = (*left_out_note(plan), *lacking_note(exported, "guidance", "end_last"))
    if order != "random":
        notes += (
            f"The result was measured in order {order}; step_confidence ranks positions by the "
            "probability, at the sampling temperature, of the token that was drawn.",
        )
    if temperature == 0:
        notes += (
            f"step_confidence cannot run at temperature 0, at which the result was measured; it "
            f"is {_COLDEST:g} here, under which nothing was measured.",
        )
    counts = [count for count in plan.counts or () if count]
    body = _BODY.format(length=plan.block_length, counts=counts, settings=settings)
    what = "bionemo-moco (MDLM.step_confidence)"
    return Artefact(document(exported, plan, what, notes, use, body), use, notes)

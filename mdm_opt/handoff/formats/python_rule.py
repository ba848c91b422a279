"""Format ``python`` for a rule: a function that chooses positions and needs nothing."""

from __future__ import annotations

from mdm_opt.handoff.formats.base import Artefact, Target, lacking_note
from mdm_opt.handoff.formats.header import document
from mdm_opt.handoff.formats.rules import rule_layout, rule_of
from mdm_opt.handoff.schedule_file import ExportedSchedule

_BODY = '''\
import math

LENGTH = {length}
BLOCK_LENGTH = {block_length}
TEMPERATURE = {temperature}
MEASURE = {measure!r}
CUTOFF = {cutoff}
ORDER = {order!r}
# Tokens that each step of a block would reveal by the schedule alone, of which what is not
# certain gets its share; None: without a schedule.
COUNTS = {counts}


def reveal(laws, step):
    """Positions that a step reveals.

    Args:
        laws: the law of every masked position of the block, by position: the probabilities of all
            tokens at temperature 1. Where nothing else decides, the first positions of the dict
            come first: give them in random order.
        step: steps that have been taken in the block, from 0.

    Returns:
        A list of positions, never empty.
    """
    doubts = {{position: doubt(law) for position, law in laws.items()}}
    certainties = {{position: certainty(law) for position, law in laws.items()}}
    return chosen(doubts, certainties, step)


def chosen(doubts, certainties, step):
    """As `reveal`, of the numbers alone: what `doubt` and `certainty` say of each position."""
    sure = certain(doubts)
    rest = [position for position in doubts if position not in sure]
{share}

def entropy(law):
    """In nats."""
    return -sum(p * math.log(p) for p in law if p > 0)


def doubt(law):
    """What the cutoff is compared with, least for what is most certain."""
    return {doubt}


def certainty(law):
    """Largest first among what is not certain; all the same in random order."""
    return {certainty}


def certain(doubts):
    """Positions that the model is certain of."""
{certain}'''

_SCHEDULED = """\
    rest.sort(key=lambda position: -certainties[position])
    masked = sum(COUNTS[step:])
    share = (2 * len(rest) * COUNTS[step] + masked) // (2 * masked)
    return [*sure, *rest[: max(1, share)]]
"""
_UNSCHEDULED = """\
    return [*sure] or [min(rest, key=doubts.get)]
"""
_DOUBTS = {"confidence": "-max(law)", "entropy": "entropy(law)", "bound": "entropy(law)"}
_CERTAINTIES = {
    "random": "0.0",
    "confidence": "max(law)",
    "margin": "max(law) - sorted(law)[-2]",
    "entropy": "-entropy(law)",
}
_EACH = """\
    return {{position: None for position, value in doubts.items() if value <= {most}}}
"""
_BOUND = """\
    found, passed = {}, 0.0
    for position in sorted(doubts, key=doubts.get):
        if passed > CUTOFF:
            break
        found[position] = None
        passed += doubts[position]
    return found
"""


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The module.

    Raises:
        InputError: for blocks other than the measured ones.
    """
    plan, rule = rule_layout(exported, "python", target), rule_of(exported)
    use = (
        target.importing,
        "positions = schedule.reveal(laws, step)  # of the block's masked positions, by position",
        "# a block's first step is 0; with tensors: schedule.chosen(doubts, certainties, step)",
    )
    most = "-CUTOFF" if rule.measure == "confidence" else "CUTOFF"
    body = _BODY.format(
        length=exported.schedule.length,
        block_length=plan.block_length,
        temperature=exported.masked_sampler.temperature,
        measure=rule.measure,
        cutoff=rule.cutoff,
        order=exported.masked_sampler.order,
        counts=None if plan.counts is None else list(plan.counts),
        share=_SCHEDULED if rule.scheduled else _UNSCHEDULED,
        doubt=_DOUBTS[rule.measure],
        certainty=_CERTAINTIES[exported.masked_sampler.order],
        certain=_BOUND if rule.measure == "bound" else _EACH.format(most=most),
    )
    notes = lacking_note(exported, "guidance", "end_last", how="which the loop must bring itself")
    text = document(exported, plan, "any sampling loop in Python", notes, use, body)
    return Artefact(text, use, notes)

"""Format ``json``: the canonical file."""

from __future__ import annotations

from mdm_opt.handoff.formats.base import Artefact, Target, needs_own_blocks
from mdm_opt.handoff.schedule_file import ExportedSchedule


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The canonical JSON.

    Raises:
        InputError: for blocks other than the measured ones.
    """
    needs_own_blocks("json", target, exported)
    loaded = f"schedule = mdm_opt.load_schedule({target.named('.json')!a})"
    if exported.schedule.process != "masked":
        alphas = "schedule.alphas  # at the ends of the steps, from noise to clean"
        return Artefact(exported.to_json(), (loaded, alphas))
    if exported.candidate.rule is not None:
        return Artefact(exported.to_json(), (loaded, "schedule.candidate.rule"))
    use = (
        loaded,
        "schedule.counts  # tokens that each step reveals",
        "schedule.mask_schedule.revealed(t)  # revealed fraction at progress t, from 0 to 1",
    )
    return Artefact(exported.to_json(), use)


def render_own(exported: ExportedSchedule, target: Target) -> Artefact:
    """The canonical JSON of the arguments of a sampler that is not ours.

    Raises:
        InputError: for blocks.
    """
    needs_own_blocks("json", target, exported)
    loaded = f"schedule = mdm_opt.load_schedule({target.named('.json')!a})"
    return Artefact(exported.to_json(), (loaded, "schedule.keywords  # of the sampler"))

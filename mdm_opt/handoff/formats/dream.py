"""Format ``dream``: Dream's `diffusion_generate`.

Dream's time runs from 1 to eps. A step from t to s reveals each token with probability 1 - s / t
(alg ``origin``), or ``int(masked * (1 - s / t))`` tokens of each sequence; the last step reveals
the rest. Only the ratios of times count, so they are chosen to give half a token more than the
count, which ``int`` takes away, and eps plays no part.
"""

from __future__ import annotations

from itertools import pairwise

from mdm_opt.handoff.formats.base import (
    Artefact,
    Layout,
    Target,
    empty_note,
    lacking_note,
    layout,
    needs_known_order,
    needs_no_blocks,
)
from mdm_opt.handoff.formats.header import document
from mdm_opt.handoff.schedule_file import ExportedSchedule

# Dream's name for an order. A high temperature of the confidence makes the order random.
ALGORITHMS: dict[str, dict[str, object]] = {
    "random": {"alg": "maskgit_plus", "alg_temp": 1e9},
    "confidence": {"alg": "maskgit_plus", "alg_temp": 0.0},
    "margin": {"alg": "topk_margin", "alg_temp": 0.0},
    "entropy": {"alg": "entropy", "alg_temp": 0.0},
}

_BODY = '''\
import inspect

import torch

STEPS = {steps}
LENGTH = {length}
# Share of the masked tokens that each step but the last reveals, which reveals the rest.
SHARES = {shares}
ALGORITHMS = {algorithms}
SETTINGS = {settings}


def apply(model):
    """Lets model.diffusion_generate(**SETTINGS) follow the schedule; one call at a time."""
    names = inspect.unwrap(type(model)._sample).__globals__
    original = type(model)._sample.__get__(model)

    def sample(input_ids, attention_mask, generation_config, **options):
        tokens = generation_config.max_length - input_ids.shape[1]
        found = (generation_config.steps, tokens, generation_config.alg)
        if found[:2] != (STEPS, LENGTH) or found[2] not in ALGORITHMS:
            raise ValueError(
                f"this schedule was exported for {{STEPS}} steps, {{LENGTH}} new tokens and alg "
                f"{{' or '.join(ALGORITHMS)}}, not {{found}}; call with {{SETTINGS}}"
            )
        before = names["torch"]
        names["torch"] = _Torch()
        try:
            return original(
                input_ids,
                attention_mask=attention_mask,
                generation_config=generation_config,
                **options,
            )
        finally:
            names["torch"] = before

    model._sample = sample


class _Torch:
    """torch, except for the times of the steps."""

    def __getattr__(self, name):
        return getattr(torch, name)

    def linspace(self, start, end, steps, **options):
        if (start, steps) != (1, STEPS + 1):
            return torch.linspace(start, end, steps, **options)
        times = [1.0]
        for share in SHARES:
            times.append(times[-1] * (1 - share) or 1e-30)
        return torch.tensor([*times, 0.0], device=options.get("device"))
'''


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The function that sets the times of Dream's steps.

    Raises:
        InputError: for blocks, or where the counts cannot be told to Dream.
    """
    order = needs_known_order(exported, "dream")
    needs_no_blocks("dream", target, exported)
    plan = layout(exported, "dream", None)
    chosen = {"alg": "origin"} if plan.counts is None else ALGORITHMS[order]
    algorithms = ["origin"] if plan.counts is None else ["maskgit_plus", "topk_margin", "entropy"]
    settings = {
        "steps": plan.steps,
        "max_new_tokens": plan.block_length,
        "temperature": exported.masked_sampler.temperature,
        **chosen,
    }
    use = (
        target.importing,
        "schedule.apply(model)",
        "model.diffusion_generate(input_ids, attention_mask=attention_mask, **schedule.SETTINGS)",
    )
    notes = (
        *empty_note(plan),
        *_order_note(exported),
        *lacking_note(exported, "guidance", "end_last"),
    )
    body = _BODY.format(
        steps=plan.steps,
        length=plan.block_length,
        shares=_shares(plan),
        algorithms=algorithms,
        settings=settings,
    )
    what = "Dream (diffusion_generate)"
    return Artefact(document(exported, plan, what, notes, use, body), use, notes)


def _shares(plan: Layout) -> list[float]:
    """Share of the masked tokens that each step but the last reveals."""
    if plan.counts is None:
        grid = plan.alpha[:-1]
        return [(high - low) / (1 - low) if low < 1 else 0.0 for low, high in pairwise(grid)]
    masked, shares = plan.block_length, []
    for count in plan.counts[:-1]:
        shares.append((count + 0.5) / masked if count else 0.0)
        masked -= count
    return shares


def _order_note(exported: ExportedSchedule) -> tuple[str, ...]:
    order, temperature = exported.masked_sampler.order, exported.masked_sampler.temperature
    if order == "random" or temperature == 0 or (temperature == 1 and order != "confidence"):
        return ()
    return (
        "Dream ranks positions by probabilities at the sampling temperature (maskgit_plus: by "
        "that of the token that was drawn), mdm-opt by the model's own.",
    )

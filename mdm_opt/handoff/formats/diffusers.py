"""Format ``diffusers``: LLaDA2Pipeline with its BlockRefinementScheduler.

Each step of a block reveals the tokens that are more probable than the pipeline's ``threshold``
where they are at least as many as ``get_num_transfer_tokens`` gives the step, else so many of the
most probable ones. So counts need a threshold that nothing reaches, and a threshold one token a
step. The scheduler asks ``_sample_from_logits`` for tokens and their probabilities: other rules
answer there with ones for what is to be revealed. diffusers' EntropyBoundScheduler is no place for
a bound: it draws what it does not reveal anew, from all tokens, and has no masks.
"""

from __future__ import annotations

from mdm_opt.candidates import Rule
from mdm_opt.handoff.formats.base import (
    Artefact,
    Layout,
    Target,
    attention_note,
    block_note,
    empty_note,
    lacking_note,
    layout,
    needs_counts,
    needs_known_order,
    prompt_note,
)
from mdm_opt.handoff.formats.header import document
from mdm_opt.handoff.formats.ranked import ranked_source
from mdm_opt.handoff.formats.rules import TORCH_SOURCE, rule_layout, rule_of
from mdm_opt.handoff.schedule_file import ExportedSchedule

_COUNTS = '''\
import torch
from diffusers import BlockRefinementScheduler

# Tokens that each step reveals, in every block.
COUNTS = {counts}
BLOCK_LENGTH = {block_length}
SETTINGS = {settings}


class MdmOptScheduler(BlockRefinementScheduler):
    """Reveals the counts of the schedule, in the order of the study."""

    def get_num_transfer_tokens(self, block_length, num_inference_steps):
        """Tokens that each step of a block reveals, int64 (steps,)."""
        if (block_length, num_inference_steps) == (BLOCK_LENGTH, len(COUNTS)):
            return torch.tensor(COUNTS, dtype=torch.int64)
        raise ValueError(
            f"this schedule was exported for blocks of {{BLOCK_LENGTH}} tokens in {{len(COUNTS)}} "
            f"steps each, not {{block_length}} in {{num_inference_steps}}; make the scheduler "
            f"with block_length={{BLOCK_LENGTH}} and call the pipeline with {{SETTINGS}}"
        )

    def step(self, model_output, timestep, sample, *, mask_token_id=None, **options):
        """A step of the pipeline; every row of a batch reveals the same number."""
        self._mask_token_id = mask_token_id
        found = super().step(
            model_output, timestep, sample, mask_token_id=mask_token_id, **options
        )
        self._left = bool((found[0] == mask_token_id).any())
        return found

    def check_block_should_continue(self, **options):
        """Not after the last token; diffusers' own makes another call where steps are left."""
        return self._left and super().check_block_should_continue(**options)

    def _sample_from_logits(self, logits, *, temperature, generator=None, **_):
        return ranked(logits, temperature, self._mask_token_id, generator)


{ranked}'''
_RULE = '''\
import torch
from diffusers import BlockRefinementScheduler

BLOCK_LENGTH = {block_length}
# What is certain, and how many of the others are revealed: the last arguments of `to_reveal`.
RULE = {{
    "measure": {measure!r},
    "cutoff": {cutoff},
    "counts": {counts},
    "order": {order!r},
}}
SETTINGS = {settings}


class MdmOptScheduler(BlockRefinementScheduler):
    """Reveals what the rule says."""

    def get_num_transfer_tokens(self, block_length, num_inference_steps):
        """No step has a count, int64 (steps,)."""
        if (block_length, num_inference_steps) == (BLOCK_LENGTH, SETTINGS["num_inference_steps"]):
            return torch.zeros(num_inference_steps, dtype=torch.int64)
        raise ValueError(
            f"this rule was exported for blocks of {{BLOCK_LENGTH}} tokens, not {{block_length}} "
            f"in {{num_inference_steps}} steps; make the scheduler with "
            f"block_length={{BLOCK_LENGTH}} and call the pipeline with {{SETTINGS}}"
        )

    def step(
        self, model_output, timestep, sample, *, mask_token_id=None, temperature=0.0, **options
    ):
        """A step of the pipeline; `timestep` is the number of steps taken in the block."""
        masked = sample == mask_token_id
        order, uniforms = self.random_numbers(masked)
        mask = torch.tensor([mask_token_id], device=sample.device)
        asked = model_output[masked].double().index_fill(-1, mask, -torch.inf)
        steps = torch.full((len(sample),), int(timestep), device=sample.device)
        reveal = to_reveal(asked.softmax(-1), masked, steps, order, **RULE)
        tokens = drawn(asked, temperature, uniforms[masked])
        self._answer = sample.masked_scatter(masked, tokens), reveal.float()
        options["threshold"] = 0.5
        found = super().step(
            model_output, timestep, sample, mask_token_id=mask_token_id, **options
        )
        self._left = bool((found[0] == mask_token_id).any())
        return found

    def check_block_should_continue(self, **options):
        """Not after the last token; diffusers' own makes another call where steps are left."""
        return self._left and super().check_block_should_continue(**options)

    def _sample_from_logits(self, logits, **_):
        return self._answer

    def random_numbers(self, masked):
        """Uniform numbers (2, batch, width): for the order of positions, and for tokens."""
        return torch.rand((2, *masked.shape), dtype=torch.float64, device=masked.device)


'''
_THRESHOLD = """\
BLOCK_LENGTH = {block_length}
SETTINGS = {settings}
"""
_WHAT = "diffusers (LLaDA2Pipeline)"


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The scheduler.

    Raises:
        InputError: for ancestral reveal, or blocks that the schedule cannot be applied to.
    """
    needs_counts(exported, "diffusers")
    order = needs_known_order(exported, "diffusers")
    plan = layout(exported, "diffusers", target.block_length)
    use = _use(target, "MdmOptScheduler")
    notes = (*block_note(exported, plan), *empty_note(plan), *_shared_notes(exported, plan))
    body = _COUNTS.format(
        counts=list(plan.counts or ()),
        block_length=plan.block_length,
        settings=_settings(exported, plan, 2.0),
        ranked=ranked_source(order),
    )
    return Artefact(document(exported, plan, _WHAT, notes, use, body), use, notes)


def render_rule(exported: ExportedSchedule, target: Target) -> Artefact:
    """The settings of a threshold at temperature 0; a scheduler for other rules.

    Raises:
        InputError: for blocks other than the measured ones.
    """
    order = needs_known_order(exported, "diffusers")
    plan, rule = rule_layout(exported, "diffusers", target), rule_of(exported)
    own = _diffusers_has_it(exported, rule)
    use = _use(target, "BlockRefinementScheduler" if own else "MdmOptScheduler")
    notes = [
        "A batch makes the calls of its slowest sequence in each block.",
        *_shared_notes(exported, plan),
    ]
    if own:
        notes.append(
            "diffusers reveals what is more probable than its threshold, mdm-opt also what is "
            "just as probable; of equally probable positions either takes any. A block that is "
            "complete before its last step costs it another call."
        )
        settings = _settings(exported, plan, rule.cutoff)
        body = _THRESHOLD.format(block_length=plan.block_length, settings=settings)
    else:
        body = (
            _RULE.format(
                block_length=plan.block_length,
                measure=rule.measure,
                cutoff=rule.cutoff,
                counts=None if plan.counts is None else list(plan.counts),
                order=order,
                settings=_settings(exported, plan, 0.5),
            )
            + TORCH_SOURCE
        )
    return Artefact(document(exported, plan, _WHAT, notes, use, body), use, tuple(notes))


def _diffusers_has_it(exported: ExportedSchedule, rule: Rule) -> bool:
    """Whether diffusers' own threshold is the rule that was measured."""
    greedy = exported.masked_sampler.temperature == 0
    return greedy and rule.measure == "confidence" and not rule.scheduled


def _use(target: Target, scheduler: str) -> tuple[str, ...]:
    made = f"{scheduler}(block_length=schedule.BLOCK_LENGTH)"
    own = "" if scheduler == "BlockRefinementScheduler" else "schedule."
    imported = "" if own else f", {scheduler}"
    return (
        f"{target.importing}; from diffusers import LLaDA2Pipeline{imported}",
        f"pipe = LLaDA2Pipeline(model=model, scheduler={own}{made}, tokenizer=tokenizer)",
        "pipe(prompt=prompt, **schedule.SETTINGS)",
    )


def _settings(exported: ExportedSchedule, plan: Layout, threshold: float) -> dict[str, object]:
    return {
        "gen_length": plan.blocks * plan.block_length,
        "block_length": plan.block_length,
        "num_inference_steps": plan.steps,
        "temperature": exported.masked_sampler.temperature,
        "threshold": threshold,
        "editing_threshold": None,
    }


def _shared_notes(exported: ExportedSchedule, plan: Layout) -> tuple[str, ...]:
    return (
        *attention_note(exported, "LLaDA2Pipeline"),
        *lacking_note(exported, "guidance", "end_last"),
        *prompt_note(plan.block_length),
        "eos_early_stop, which is on, leaves out what follows the end of a text, and the calls "
        "for it.",
    )

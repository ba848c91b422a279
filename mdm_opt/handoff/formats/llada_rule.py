"""Format ``llada`` for a rule: LLaDA's loop anew, and two functions of Fast-dLLM's.

LLaDA's own loop calls the model as often as its counts are long, whatever a rule reveals, so the
whole function is replaced. Fast-dLLM's ends with the block and asks ``get_transfer_index`` what a
step reveals; the number of the step comes to it in the place of counts.
"""

from __future__ import annotations

from mdm_opt.candidates import Rule
from mdm_opt.handoff.formats.base import Artefact, Target, needs_known_order
from mdm_opt.handoff.formats.header import document
from mdm_opt.handoff.formats.rules import TORCH_SOURCE, rule_layout, rule_of
from mdm_opt.handoff.schedule_file import ExportedSchedule

# LLaDA's ids of the tokens that end a text and a turn, which its generate has in its code.
_ENDS = (126081, 126348)

_BODY = '''\
import torch

BLOCK_LENGTH = {block_length}
# The most steps that a block takes.
STEPS = {steps}
# What is certain, and how many of the others are revealed: the last arguments of `to_reveal`.
RULE = {{
    "measure": {measure!r},
    "cutoff": {cutoff},
    "counts": {counts},
    "order": {order!r},
    "ends": {ends},
}}
SETTINGS = {settings}
{threshold}

@torch.no_grad()
def generate(
    model,
    prompt,
    attention_mask=None,
    steps=SETTINGS["steps"],
    gen_length=SETTINGS["gen_length"],
    block_length=BLOCK_LENGTH,
    temperature=SETTINGS["temperature"],
    cfg_scale=0.0,
    remasking=SETTINGS["remasking"],
    mask_id=126336,
    confidence_eos_eot_inf=bool(RULE["ends"]),
):
    """In the place of LLaDA's generate, with its arguments; calls the model while tokens miss.

    Returns:
        int64 (batch, prompt and gen_length).
    """
    found = (block_length, steps * block_length, gen_length % block_length)
    if found != (BLOCK_LENGTH, STEPS * gen_length, 0) or confidence_eos_eot_inf != bool(
        RULE["ends"]
    ):
        raise ValueError(f"this rule was exported for other settings; call with {{SETTINGS}}")
    batch, start = prompt.shape
    x = torch.cat([prompt, prompt.new_full((batch, gen_length), mask_id)], dim=1)
    if attention_mask is not None:
        ones = attention_mask.new_ones((batch, gen_length))
        attention_mask = torch.cat([attention_mask, ones], dim=1)
    for begin in range(start, start + gen_length, block_length):
        step = torch.zeros(batch, dtype=torch.int64, device=x.device)
        while True:
            mask_index = x == mask_id
            mask_index[:, :begin] = False
            mask_index[:, begin + block_length :] = False
            if not bool(mask_index.any()):
                break
            logits = _logits(model, x, attention_mask, start, cfg_scale, mask_id)
            x0, transfer_index = get_transfer_index(
                logits, temperature, remasking, mask_index, x, step
            )
            x = torch.where(transfer_index, x0, x)
            step += 1
    return x


def get_num_transfer_tokens(mask_index, steps):
    """In the place of Fast-dLLM's: the number of each step, int64 (batch, steps)."""
    if int(steps) != STEPS or mask_index.shape[1] != BLOCK_LENGTH:
        raise ValueError(
            f"this rule was exported for blocks of {{BLOCK_LENGTH}} tokens in {{STEPS}} steps "
            f"each, not {{mask_index.shape[1]}} in {{int(steps)}}; call generate with {{SETTINGS}}"
        )
    return torch.arange(STEPS, device=mask_index.device).repeat(mask_index.shape[0], 1)


def get_transfer_index(
    logits, temperature, remasking, mask_index, x, num_transfer_tokens, threshold=None
):
    """In the place of Fast-dLLM's: tokens (batch, width), and which of them a step reveals."""
    if threshold is not None or num_transfer_tokens is None:
        raise ValueError("the rule brings its own threshold; call generate without one")
    order, uniforms = random_numbers(mask_index)
    # All masked positions hold the mask token, which is never generated.
    asked = logits[mask_index].double().index_fill(-1, x[mask_index][:1], -torch.inf)
    steps = num_transfer_tokens.reshape(-1).to(mask_index.device)
    transfer_index = to_reveal(asked.softmax(-1), mask_index, steps, order, **RULE)
    tokens = drawn(asked, temperature, uniforms[mask_index])
    return x.masked_scatter(mask_index, tokens), transfer_index


def random_numbers(mask_index):
    """Uniform numbers (2, batch, width): for the order of positions, and for tokens."""
    shape = (2, *mask_index.shape)
    return torch.rand(shape, dtype=torch.float64, device=mask_index.device)


def _logits(model, x, attention_mask, start, cfg_scale, mask_id):
    options = {{}} if attention_mask is None else {{"attention_mask": attention_mask}}
    if not cfg_scale:
        return model(x, **options).logits
    free = x.clone()
    free[:, :start] = mask_id
    options = {{name: torch.cat([value, value]) for name, value in options.items()}}
    given, free = model(torch.cat([x, free]), **options).logits.chunk(2)
    return free + (cfg_scale + 1) * (given - free)


'''


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The functions that are put in place of theirs.

    Raises:
        InputError: for blocks other than the measured ones.
    """
    order = needs_known_order(exported, "llada")
    plan, rule = rule_layout(exported, "llada", target), rule_of(exported)
    sampler = exported.masked_sampler
    settings: dict[str, object] = {
        "steps": plan.blocks * plan.steps,
        "gen_length": plan.blocks * plan.block_length,
        "block_length": plan.block_length,
        "temperature": sampler.temperature,
        "remasking": "low_confidence",
    }
    if sampler.guidance:
        settings["cfg_scale"] = sampler.guidance
    own = _fast_dllm_has_it(exported, rule)
    body = _BODY.format(
        block_length=plan.block_length,
        steps=plan.steps,
        measure=rule.measure,
        cutoff=rule.cutoff,
        counts=None if plan.counts is None else list(plan.counts),
        order=order,
        ends=_ENDS if sampler.end_last else (),
        settings=settings,
        threshold=f"# For Fast-dLLM's generate.\nTHRESHOLD = {rule.cutoff}\n" if own else "",
    )
    use = (
        f"{target.importing}; import generate",
        "schedule.generate(model, prompt, **schedule.SETTINGS)  # LLaDA: for generate.generate",
        _fast_dllm_use(own=own),
    )
    notes = _notes(exported, rule, own=own)
    what = "LLaDA, and generate.py of Fast-dLLM"
    return Artefact(
        document(exported, plan, what, notes, use, body + TORCH_SOURCE), use, tuple(notes)
    )


def _fast_dllm_has_it(exported: ExportedSchedule, rule: Rule) -> bool:
    """Whether Fast-dLLM's own threshold is the rule that was measured."""
    plain = not exported.masked_sampler.end_last and exported.masked_sampler.temperature == 0
    return plain and rule.measure == "confidence" and not rule.scheduled


def _fast_dllm_use(*, own: bool) -> str:
    if own:
        return (
            "generate.generate(model, prompt, **schedule.SETTINGS, threshold=schedule.THRESHOLD)"
            "  # Fast-dLLM"
        )
    names = ("get_num_transfer_tokens", "get_transfer_index")
    put = "; ".join(f"generate.{name} = schedule.{name}" for name in names)
    return f"{put}; generate.generate(model, prompt, **schedule.SETTINGS)  # Fast-dLLM"


def _notes(exported: ExportedSchedule, rule: Rule, *, own: bool) -> list[str]:
    notes = [
        "A batch makes the calls of its slowest sequence in each block; the calls that were "
        "measured are those of sequences.",
        "Fast-dLLM's cached variants answer from older states of the text, with which nothing was "
        "measured.",
    ]
    if own:
        notes.append(
            "Of positions that are equally certain Fast-dLLM reveals any where it reveals one, "
            "mdm-opt the first in random order."
        )
    elif rule.measure == "confidence" and not rule.scheduled:
        notes.append(
            f"Fast-dLLM's own threshold={rule.cutoff:g} looks at the probability of the token "
            "that was drawn, mdm-opt at the largest one; they agree at temperature 0."
        )
    if exported.masked_sampler.guidance:
        notes.append("Fast-dLLM's generate does not know cfg_scale; schedule.generate does.")
    if exported.masked_sampler.end_last:
        notes.append(f"The ids of tokens that end the text are LLaDA's: {_ENDS}.")
    return notes

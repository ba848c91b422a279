"""Format ``sglang`` for a rule: SGLang's own algorithm where it is that rule, else one for it.

SGLang's LowConfidence reveals what is more probable than its ``threshold``, and the most probable
token of each position. An algorithm of ours has the other rules and temperatures.
"""

from __future__ import annotations

import json
import shlex

from mdm_opt.handoff.formats.base import (
    Artefact,
    Layout,
    Target,
    attention_note,
    lacking_note,
    needs_known_order,
)
from mdm_opt.handoff.formats.header import document, shown
from mdm_opt.handoff.formats.rules import TORCH_SOURCE, rule_layout, rule_of
from mdm_opt.handoff.schedule_file import ExportedSchedule

ALGORITHM_FILE = "mdm_opt_rule.py"
# SGLang's own algorithms for the two published rules, and their names for the cutoff.
_PUBLISHED = {"confidence": ("LowConfidence", "threshold"), "bound": ("EBSampling", "gamma")}

_ALGORITHM = '''\
# A denoising algorithm for SGLang that reveals what the model is certain of, and of the rest a
# share; it is made by 'mdm-opt export --format sglang' and goes into the folder
# sglang/srt/dllm/algorithm.
import torch
from sglang.srt.dllm.algorithm.base import DllmAlgorithm


class MdmOptRule(DllmAlgorithm):
    """Every step reveals what a rule of certainty says; a state is the steps of its block."""

    def __init__(self, config):
        super().__init__(config)
        values = config.algorithm_config
        counts = values.get("counts")
        if counts is not None and (sum(counts) != self.block_size or min(counts) < 1):
            raise ValueError(f"counts must sum to the block size {self.block_size}, got {counts}")
        self.rule = {
            "measure": values.get("measure"),
            "cutoff": float(values["cutoff"]),
            "counts": counts,
            "order": values.get("order", "random"),
        }
        if self.rule["measure"] not in ("confidence", "entropy", "bound"):
            raise ValueError(f"measure {self.rule['measure']!r} is not accepted")
        if self.rule["order"] not in ("random", "confidence", "margin", "entropy"):
            raise ValueError(f"order {self.rule['order']!r} is not accepted")
        self.temperature = float(values.get("temperature", 0.0))
        self.seed = int(values.get("seed", 0))
        self.generator = None

    def step(self, forward_batch, logits_output, states):
        """Reveals tokens in place; says which blocks were complete before it."""
        batch = forward_batch.batch_size
        logits = getattr(logits_output, "full_logits", logits_output)
        logits = logits.view(batch, self.block_size, -1)
        tokens = forward_batch.input_ids.view(batch, self.block_size)
        masked = tokens == self.mask_id
        left = masked.sum(dim=1).tolist()
        for row in range(batch):
            states[row] = 0 if states[row] is None else states[row] + 1
        order, uniforms = self.random_numbers(masked)
        mask = torch.tensor([self.mask_id], device=logits.device)
        asked = logits[masked].double().index_fill(-1, mask, -torch.inf)
        steps = torch.tensor(states, device=logits.device)
        reveal = to_reveal(asked.softmax(-1), masked, steps, order, **self.rule)
        found = drawn(asked, self.temperature, uniforms[masked]).to(tokens.dtype)
        revealed = torch.where(reveal, tokens.masked_scatter(masked, found), tokens)
        forward_batch.input_ids.copy_(revealed.view(-1))
        return [count == 0 for count in left]

    def random_numbers(self, masked):
        """Uniform numbers (2, batch, width): for the order of positions, and for tokens."""
        if self.generator is None:
            # The same numbers in every process of a tensor-parallel group.
            self.generator = torch.Generator(masked.device).manual_seed(self.seed)
        shape = (2, *masked.shape)
        return torch.rand(
            shape, generator=self.generator, device=masked.device, dtype=torch.float64
        )


'''


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The configuration, and the algorithm that reads it where SGLang has none for the rule.

    Raises:
        InputError: for blocks other than the measured ones.
    """
    order = needs_known_order(exported, "sglang")
    plan, rule = rule_layout(exported, "sglang", target), rule_of(exported)
    published = None if rule.scheduled else _PUBLISHED.get(rule.measure)
    own = exported.masked_sampler.temperature == 0 and published == _PUBLISHED["confidence"]
    values: dict[str, object] = {"block_size": plan.block_length}
    if published is not None:
        values[published[1]] = rule.cutoff
    if not own:
        values |= {
            "measure": rule.measure,
            "cutoff": rule.cutoff,
            "counts": None if plan.counts is None else list(plan.counts),
            "order": order,
            "temperature": exported.masked_sampler.temperature,
            "seed": 0,
        }
    body = "".join(f"{key}: {json.dumps(value)}\n" for key, value in values.items())
    use = _use(plan, target.named(".yaml"), own=own)
    notes = _notes(exported, plan, published, own=own)
    text = document(exported, plan, "SGLang (--dllm-algorithm-config)", notes, use, body)
    companions = (
        {} if own else {ALGORITHM_FILE: _ALGORITHM + TORCH_SOURCE + "\n\nAlgorithm = MdmOptRule\n"}
    )
    return Artefact(text, use, notes, companions)


def _use(plan: Layout, file: str, *, own: bool) -> tuple[str, ...]:
    name = "LowConfidence" if own else "MdmOptRule"
    copied = (
        f"cp {ALGORITHM_FILE} \"$(python -c 'import sglang.srt.dllm.algorithm as a; "
        "print(a.__path__[0])')\"",
    )
    return (
        *(() if own else copied),
        f"python -m sglang.launch_server --model-path MODEL --dllm-algorithm {name} "
        f"--dllm-algorithm-config {shlex.quote(file) if file.isprintable() else shown(file)}",
        f"requests as usual: each block of {plan.block_length} tokens takes at most {plan.steps} "
        "model calls, and one that caches it",
    )


def _notes(
    exported: ExportedSchedule, plan: Layout, published: tuple[str, str] | None, *, own: bool
) -> tuple[str, ...]:
    notes = list(attention_note(exported, "SGLang"))
    notes.extend(lacking_note(exported, "guidance", "end_last"))
    if own:
        notes.append(
            "LowConfidence reveals what is more probable than its threshold, mdm-opt also what is "
            "just as probable; of equally probable positions it takes the first, mdm-opt any."
        )
    elif published is not None:
        algorithm, key = published
        notes.append(
            f"An SGLang with the algorithm {algorithm} reads {key} from the same file, and always "
            "takes the most probable token: that was measured at temperature 0 only."
        )
    if plan.counts is not None:
        notes.append(
            "A block that begins with the end of the prompt starts with the first step, too."
        )
    notes.append("A batch makes the calls of its slowest block.")
    if not own:
        notes.append(
            "It needs an SGLang whose algorithms have the method step(forward_batch, logits, "
            "states)."
        )
    return tuple(notes)

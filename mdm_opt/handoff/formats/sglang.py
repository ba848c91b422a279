"""Format ``sglang``: counts for SGLang's diffusion language models, and the algorithm for them.

SGLang writes a text block by block; an algorithm's ``step`` sees the logits of every block and
reveals tokens in place. A block whose beginning is the end of the prompt has fewer masked tokens:
it starts with the first step of the schedule, as every block, and ends short.
"""

from __future__ import annotations

import json
import shlex

from mdm_opt.handoff.formats.base import (
    Artefact,
    Target,
    attention_note,
    block_note,
    lacking_note,
    layout,
    needs_counts,
    needs_known_order,
)
from mdm_opt.handoff.formats.header import document, shown
from mdm_opt.handoff.schedule_file import ExportedSchedule

ALGORITHM_FILE = "mdm_opt_counts.py"

_CONFIG = """\
block_size: {block_length}
counts: {counts}
order: {order}
temperature: {temperature}
seed: 0
"""

_ALGORITHM = '''\
# A denoising algorithm for SGLang that reveals the counts of its configuration; it is made by
# 'mdm-opt export --format sglang' and goes into the folder sglang/srt/dllm/algorithm.
import torch
from sglang.srt.dllm.algorithm.base import DllmAlgorithm

CERTAINTIES = {
    "confidence": lambda p: p.amax(-1),
    "margin": lambda p: p.topk(2, dim=-1).values.diff(dim=-1).neg().squeeze(-1),
    "entropy": lambda p: torch.special.xlogy(p, p).sum(-1),
}


class MdmOptCounts(DllmAlgorithm):
    """Every step reveals its count; a state is what a block held before its first step."""

    def __init__(self, config):
        super().__init__(config)
        values = config.algorithm_config
        counts, self.order = values.get("counts"), values.get("order")
        if not counts or sum(counts) != self.block_size or min(counts) < 0:
            raise ValueError(f"counts must sum to the block size {self.block_size}, got {counts}")
        if self.order not in ("random", *CERTAINTIES):
            raise ValueError(f"order {self.order!r} is not accepted")
        self.temperature = float(values.get("temperature", 0.0))
        self.seed = int(values.get("seed", 0))
        self.generator = None
        # How many are masked after the step that begins with so many masked tokens.
        self.next_masked, left = [0] * (self.block_size + 1), self.block_size
        for count in counts:
            for masked in range(left - count + 1, left + 1):
                self.next_masked[masked] = left - count
            left -= count

    def step(self, forward_batch, logits_output, states):
        """Reveals tokens in place; says which blocks were complete before it."""
        batch = forward_batch.batch_size
        logits = getattr(logits_output, "full_logits", logits_output)
        logits = logits.view(batch, self.block_size, -1).float()
        tokens = forward_batch.input_ids.view(batch, self.block_size)
        logits = logits.index_fill(
            -1, torch.tensor([self.mask_id], device=logits.device), -torch.inf
        )
        masked = tokens == self.mask_id
        left = masked.sum(dim=1)
        for row, count in enumerate(left.tolist()):
            states[row] = self.block_size - count if states[row] is None else states[row]
        # A block that the prompt begins is as one of which that much is revealed at the end.
        begun = torch.tensor(states, device=left.device)
        target = torch.tensor(self.next_masked, device=left.device)[left + begun] - begun
        certainty = self._certainty(logits).masked_fill(~masked, -torch.inf)
        rank = certainty.argsort(dim=1, descending=True).argsort(dim=1)
        reveal = masked & (rank < (left - target)[:, None])
        revealed = torch.where(reveal, self._draw(logits).to(tokens.dtype), tokens)
        forward_batch.input_ids.copy_(revealed.view(-1))
        return (left == 0).tolist()

    def _certainty(self, logits):
        if self.order == "random":
            return self._uniform(logits[..., 0])
        return CERTAINTIES[self.order](logits.softmax(-1))

    def _draw(self, logits):
        if self.temperature == 0:
            return logits.argmax(-1)
        # Exponential race: the least of E / p is a draw from p.
        race = -torch.log1p(-self._uniform(logits))
        return ((logits / self.temperature).softmax(-1) / race.clamp_min(1e-30)).argmax(-1)

    def _uniform(self, like):
        if self.generator is None:
            # The same numbers in every process of a tensor-parallel group.
            self.generator = torch.Generator(like.device).manual_seed(self.seed)
        return torch.rand(like.shape, generator=self.generator, device=like.device)


Algorithm = MdmOptCounts
'''


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The configuration, and the algorithm that reads it.

    Raises:
        InputError: for ancestral reveal, or blocks that the schedule cannot be applied to.
    """
    needs_counts(exported, "sglang")
    needs_known_order(exported, "sglang")
    plan, file = layout(exported, "sglang", target.block_length), target.named(".yaml")
    use = (
        f"cp {ALGORITHM_FILE} \"$(python -c 'import sglang.srt.dllm.algorithm as a; "
        "print(a.__path__[0])')\"",
        "python -m sglang.launch_server --model-path MODEL --dllm-algorithm MdmOptCounts "
        f"--dllm-algorithm-config {shlex.quote(file) if file.isprintable() else shown(file)}",
        f"requests as usual: each block of {plan.block_length} tokens takes "
        f"{plan.steps - plan.empty_steps} model calls, and one that caches it",
    )
    notes = (
        *attention_note(exported, "SGLang"),
        *block_note(exported, plan),
        *lacking_note(exported, "guidance", "end_last"),
        "A block that begins with the end of the prompt starts with the first step, too, and ends "
        "when all is revealed.",
        "It needs an SGLang whose algorithms have the method step(forward_batch, logits, states).",
    )
    body = _CONFIG.format(
        counts=list(plan.counts or ()),
        block_length=plan.block_length,
        order=json.dumps(exported.masked_sampler.order),
        temperature=exported.masked_sampler.temperature,
    )
    text = document(exported, plan, "SGLang (--dllm-algorithm-config)", notes, use, body)
    return Artefact(text, use, notes, {ALGORITHM_FILE: _ALGORITHM})

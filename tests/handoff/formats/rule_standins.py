"""Loops with the interfaces that exported rules are put into, on models that know their laws.

Each keeps its target's arithmetic and records the states that it asks the model about. What a rule
is measured with is `generate_by_rule`; both have the same random numbers.
"""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

import torch

from mdm_opt.handoff.schedule_file import ExportedSchedule
from mdm_opt.models.packaged import load_bundled
from mdm_opt.models.prompts import Prompts
from mdm_opt.processes import Noise, generate_by_rule, instance_noise

States = list[list[int]]
ROWS = 2
NOISE = instance_noise(range(ROWS), 36, seed=3)


class Recording:
    """A denoiser that keeps the states that it is asked about, of one sequence."""

    def __init__(self, denoiser: Any) -> None:
        self._denoiser, self.states = denoiser, []

    def __getattr__(self, name: str) -> Any:
        if name in ("first_log_probs", "lazy_log_probs"):
            raise AttributeError(name)
        return getattr(self._denoiser, name)

    def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor, *given: Any) -> Any:
        self.states.append(tokens[0].tolist())
        return self._denoiser.log_probs(tokens, positions, *given)


def measured(
    denoiser: Any, exported: ExportedSchedule, noise: Noise, prompts: Any = None
) -> list[States]:
    """The states of every sequence under `generate_by_rule`, the final one last."""
    decoding = exported.schedule.decoding.model_copy(update=exported.sampler.model_dump())
    plan, found = exported.candidate.plan(decoding, denoiser.length), []
    for row in range(len(noise)):
        kept = Recording(denoiser)
        prompt = None if prompts is None else Prompts.of([prompts[row]], denoiser.device)
        final = (
            generate_by_rule(kept, plan, noise.rows([row]), decoding, prompt).tokens[0].tolist()
        )
        found.append([*kept.states, final])
    return found


@cache
def bundled() -> Any:
    """The bundled model, which nobody changes."""
    return load_bundled(device="cpu", dtype="float32")


def measured_bundled(exported: ExportedSchedule) -> list[States]:
    """The states under the bundled model and `NOISE`, which every format has to repeat."""
    return _measured_bundled(exported.model_dump_json())


@cache
def _measured_bundled(exported: str) -> list[States]:
    return measured(bundled(), ExportedSchedule.model_validate_json(exported), NOISE)


def numbers(noise: Noise, prompt: int = 0) -> torch.Tensor:
    """The noise as artefacts take it: order and uniforms (2, batch, prompt and length)."""
    ranks = torch.from_numpy(noise.permutation).argsort(dim=1)
    both = torch.stack([-ranks.double(), torch.from_numpy(noise.token_uniforms)])
    return torch.nn.functional.pad(both, (prompt, 0))


class Answers:
    """The model as targets call it: logits of whole sequences, with some for the mask token."""

    def __init__(self, denoiser: Any, batch: int, prompt: int = 0) -> None:
        self.denoiser, self.mask = denoiser, denoiser.mask_token_id
        self.batch, self.start = batch, prompt
        self.seen: list[torch.Tensor] = []

    def __call__(self, x: torch.Tensor, attention_mask: Any = None) -> Any:
        assert attention_mask is None or attention_mask.shape == x.shape
        # What follows is the same without the prompt, for guidance.
        self.seen.append(x[: self.batch].clone())
        return SimpleNamespace(logits=self.logits(x))

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        """Logits of whole sequences, prompts before them."""
        width = max(self.denoiser.vocab_size, self.mask + 1)
        logits = torch.zeros(*x.shape, width)
        tokens, known = x[:, self.start :], self.denoiser.vocab_size
        if not self.start:
            everywhere = torch.arange(x.shape[1]).expand(x.shape)
            logits[..., :known] = self.denoiser.log_probs(tokens, everywhere)
        for row in range(len(x) if self.start else 0):
            prompt = Prompts.of([tuple(x[row, : self.start].tolist())], self.denoiser.device)
            positions = (tokens[row] == self.mask).nonzero()[:, 0]
            if len(positions):
                given = tokens[row : row + 1], positions[None], prompt, 0.0
                found = self.denoiser.log_probs(*given)[0]
                logits[row, self.start + positions, :known] = found.to(logits)
        logits[..., self.mask] = 5.0
        return logits

    def states(self, final: torch.Tensor) -> list[States]:
        """The different states of every sequence, in turn."""
        found: list[States] = [[] for _ in final]
        for x in (*self.seen, final):
            for row, tokens in enumerate(x[:, self.start :].tolist()):
                if not found[row] or found[row][-1] != tokens:
                    found[row].append(tokens)
        return found


def fast_dllm(
    model: Answers,
    functions: Any,
    *,
    batch: int,
    steps: int,
    gen_length: int,
    block_length: int,
    temperature: float,
    remasking: str,
    threshold: float | None = None,
) -> torch.Tensor:
    """Fast-dLLM's generate: each step transfers what `get_transfer_index` says."""
    mask = model.mask
    x = torch.full((batch, gen_length), mask)
    blocks = gen_length // block_length
    assert gen_length % block_length == steps % blocks == 0
    for start in range(0, gen_length, block_length):
        end, step = start + block_length, 0
        counts = functions.get_num_transfer_tokens(x[:, start:end] == mask, steps // blocks)
        while bool((x[:, start:end] == mask).any()):
            mask_index = x == mask
            logits = model(x).logits
            mask_index[:, end:] = False
            given = counts[:, step] if threshold is None else None
            tokens, transfer = functions.get_transfer_index(
                logits, temperature, remasking, mask_index, x, given, threshold
            )
            x[transfer] = tokens[transfer]
            step += 1
    return x


class OwnThreshold:
    """Fast-dLLM's own functions, with a threshold."""

    @staticmethod
    def get_num_transfer_tokens(mask_index: torch.Tensor, steps: int) -> torch.Tensor:
        assert mask_index.shape[1] % steps == 0
        return torch.full((len(mask_index), steps), mask_index.shape[1] // steps)

    @staticmethod
    def get_transfer_index(
        logits: torch.Tensor,
        temperature: float,
        remasking: str,
        mask_index: torch.Tensor,
        x: torch.Tensor,
        num_transfer_tokens: Any,
        threshold: float,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Above the threshold, at least the most probable; the mask token has no chance here."""
        assert (temperature, remasking, num_transfer_tokens) == (0, "low_confidence", None)
        mask = int(x[mask_index][0])
        law = logits.double().index_fill(-1, torch.tensor([mask]), -torch.inf).softmax(-1)
        tokens, transfer = law.argmax(-1), torch.zeros_like(mask_index)
        certainty = torch.where(mask_index, law.amax(-1), -torch.inf)
        for row, masked in enumerate(mask_index.sum(1).tolist()):
            for place, column in enumerate(certainty[row].topk(masked).indices.tolist()):
                transfer[row, column] = place == 0 or certainty[row, column] >= threshold
        return tokens, transfer


class SglangBase:
    """SGLang's base class: one block of each sequence at a time, in its synchronous loop."""

    def __init__(self, config: Any) -> None:
        self.block_size, self.mask_id = config.block_size, config.mask_id

    def generate(self, model: Answers, batch: int, length: int, switch: Any) -> torch.Tensor:
        """Fills blocks; `switch` is told the first position of each."""
        x = torch.full((batch, length), self.mask_id)
        for start in range(0, length, self.block_size):
            switch(start)
            window = slice(start, start + self.block_size)
            forward = SimpleNamespace(batch_size=batch, input_ids=x[:, window].flatten())
            states: list[Any] = [None] * batch
            for _ in range(self.block_size + 1):
                x[:, window] = forward.input_ids.view(batch, -1)
                logits = model(x).logits[:, window].flatten(0, 1)
                if all(self.step(forward, SimpleNamespace(full_logits=logits), states)):  # type: ignore[attr-defined]
                    break
            x[:, window] = forward.input_ids.view(batch, -1)
        return x


class LowConfidence(SglangBase):
    """SGLang's algorithm of that name."""

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.threshold = config.algorithm_config["threshold"]

    def step(self, forward: Any, output: Any, states: list[Any]) -> list[bool]:
        """More probable than the threshold, else the most probable."""
        tokens = forward.input_ids.view(forward.batch_size, -1)
        logits = output.full_logits.view(*tokens.shape, -1)
        mask = torch.tensor([self.mask_id])
        law = logits.index_fill(-1, mask, -torch.inf).softmax(-1)
        masked = tokens == self.mask_id
        certainty = torch.where(masked, law.amax(-1), -torch.inf)
        for row in masked.any(1).nonzero()[:, 0].tolist():
            found = certainty[row] > self.threshold
            if not bool(found.any()):
                found[certainty[row].argmax()] = True
            tokens[row, found] = law[row, found].argmax(-1)
        return (~masked.any(1)).tolist()

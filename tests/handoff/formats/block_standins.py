"""Samplers that count their blocks from the beginning of the prompt; each records its calls.

Each keeps its target's arithmetic: which tokens a step may reveal, by what it ranks them, and when
a block ends. The model is `Reveals` of random logits, or any with ``logits(tokens)``.
"""

from __future__ import annotations

from typing import Any

import torch
from handoff.formats.rule_standins import Answers
from handoff.formats.standins import MASK


def block_states(
    counts: list[int], block_length: int, prompt: int, length: int, batch: int = 1
) -> list[list[int]]:
    """Masked tokens that every call finds in each sequence, where blocks are counted so.

    Args:
        counts: of each step of a block.
        block_length: of blocks.
        prompt: tokens of the prompt.
        length: new tokens.
        batch: sequences.
    """
    found = []
    for end in range(block_length, prompt + length + block_length, block_length):
        left = min(block_length, end - prompt)
        for count in counts:
            if left > 0:
                found.append([left] * batch)
                left -= count
    return found


class Whole:
    """Answers of a model of fixed length, which is shown the blocks that follow, masked.

    With ``masks`` it finds the mask token the most probable.
    """

    def __init__(self, answers: Answers, *, masks: bool = True) -> None:
        self.answers, self.masks = answers, masks

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        missing = self.answers.denoiser.length - x.shape[1]
        whole = torch.nn.functional.pad(x, (0, missing), value=self.answers.mask)
        logits = self.answers(whole).logits[:, : x.shape[1]]
        if self.masks:
            return logits
        return logits.index_fill(-1, torch.tensor([self.answers.mask]), -torch.inf)


class BlockRefinementScheduler:
    """diffusers' scheduler of that name, without editing."""

    def __init__(self, block_length: int = 32) -> None:
        self.block_length, self._transfer_schedule = block_length, torch.empty(0)

    def set_timesteps(self, num_inference_steps: int, block_length: int) -> None:
        """Asks for the counts of a block."""
        self._transfer_schedule = self.get_num_transfer_tokens(block_length, num_inference_steps)

    def get_num_transfer_tokens(self, block_length: int, num_inference_steps: int) -> Any:
        """The same in every step, the first ones one more."""
        base, more = divmod(block_length, num_inference_steps)
        return torch.tensor([base + (step < more) for step in range(num_inference_steps)])

    def _sample_from_logits(self, logits: torch.Tensor, **_: Any) -> Any:
        law = logits.float().softmax(-1)
        return law.argmax(-1), law.amax(-1)

    def step(
        self,
        model_output: torch.Tensor,
        timestep: int,
        sample: torch.Tensor,
        *,
        mask_token_id: int,
        temperature: float = 0.0,
        threshold: float,
        editing_threshold: None,
    ) -> tuple[torch.Tensor]:
        """Reveals what is more probable than the threshold, or the count."""
        assert editing_threshold is None
        tokens, certainty = self._sample_from_logits(
            model_output, temperature=temperature, top_k=None, top_p=None, generator=None
        )
        masked, found = sample == mask_token_id, sample.clone()
        count = int(self._transfer_schedule[timestep])
        certainty = torch.where(masked, certainty.float(), -torch.inf)
        for row, left in enumerate(masked.sum(1).tolist()):
            chosen = certainty[row] > threshold
            if int(chosen.sum()) < count:
                chosen = torch.zeros_like(chosen)
                chosen[certainty[row].topk(min(count, left)).indices] = True
            found[row, chosen] = tokens[row, chosen]
        return (found,)

    def check_block_should_continue(self, *, step_idx: int, masks_remaining: bool) -> bool:
        """Looks at the masks before the step, so that a block may end with a call for nothing."""
        return masks_remaining and step_idx < len(self._transfer_schedule)


def llada2_pipeline(
    model: Any,
    scheduler: Any,
    prompt: torch.Tensor,
    mask: int = MASK,
    *,
    gen_length: int,
    block_length: int,
    num_inference_steps: int,
    temperature: float,
    threshold: float = 0.7,
    editing_threshold: float | None = 0.5,
) -> torch.Tensor:
    """diffusers' LLaDA2Pipeline: the canvas, whose last block may be longer than what is asked."""
    assert editing_threshold is None
    steps = min(num_inference_steps, gen_length)
    scheduler.set_timesteps(steps, block_length=block_length)
    batch, start = prompt.shape
    width = -(-(start + gen_length) // block_length) * block_length
    x = torch.full((batch, width), mask)
    x[:, :start] = prompt
    for begin in range(start // block_length * block_length, width, block_length):
        window, step, goes_on = slice(begin, begin + block_length), 0, True
        while goes_on:
            masked = bool((x[:, window] == mask).any())
            (x[:, window],) = scheduler.step(
                model.logits(x[:, : window.stop])[:, window],
                step,
                x[:, window],
                mask_token_id=mask,
                temperature=temperature,
                threshold=threshold,
                editing_threshold=None,
            )
            step += masked
            goes_on = scheduler.check_block_should_continue(step_idx=step, masks_remaining=masked)
    return x


class LLaDA2Model:
    """LLaDA2's own generate; ``even_transfer_schedule`` and the like of dllm are the same."""

    def __init__(self, model: Any) -> None:
        self.model = model

    @staticmethod
    def _get_num_transfer_tokens(block_length: int, steps: int) -> torch.Tensor:
        raise AssertionError("even counts")

    def _sample_with_temperature_topk_topp(self, logits: torch.Tensor, **_: Any) -> Any:
        raise AssertionError("ranked by the drawn token")

    def generate(
        self,
        inputs: torch.Tensor,
        temperature: float,
        block_length: int,
        steps: int,
        gen_length: int,
        threshold: float,
        top_p: float | None = None,
        top_k: int | None = None,
        mask_id: int = MASK,
    ) -> torch.Tensor:
        """Blocks end with their masks or their steps; one sequence, as many for dllm's."""
        steps = min(steps, gen_length)
        start = inputs.shape[1]
        width = -(-(start + gen_length) // block_length) * block_length
        x = torch.full((len(inputs), width), mask_id)
        x[:, :start] = inputs
        counts = self._get_num_transfer_tokens(block_length, steps)
        for begin in range(start // block_length * block_length, width, block_length):
            block = x[:, begin : begin + block_length]
            for step in range(steps):
                masked = block == mask_id
                if not masked.any():
                    break
                logits = self.model.logits(x[:, : begin + block_length])[:, begin:]
                tokens, chances = self._sample_with_temperature_topk_topp(
                    logits, temperature=temperature, top_k=top_k, top_p=top_p
                )
                count, certainty = int(counts[step]), torch.where(masked, chances, -torch.inf)
                for row, left in enumerate(masked.sum(1).tolist()):
                    chosen = certainty[row] > threshold
                    if int(chosen.sum()) < count:
                        chosen = torch.zeros_like(chosen)
                        chosen[certainty[row].topk(min(count, left)).indices] = True
                    block[row, chosen] = tokens[row, chosen]
        return x


class LLaDA2SamplerModule:
    """dllm's module of that sampler; two of its functions may be replaced."""

    even_transfer_schedule: Any = None
    sample_tokens: Any = None

    def sample(
        self,
        model: Any,
        inputs: torch.Tensor,
        *,
        max_new_tokens: int,
        block_size: int,
        steps_per_block: int,
        **settings: Any,
    ) -> torch.Tensor:
        """LLaDA2's loop, for prompts of the same length."""
        loop = LLaDA2Model(model)
        loop._get_num_transfer_tokens = self.even_transfer_schedule
        loop._sample_with_temperature_topk_topp = self.sample_tokens
        return loop.generate(
            inputs,
            block_length=block_size,
            steps=steps_per_block,
            gen_length=max_new_tokens,
            **settings,
        )


class SdarModule:
    """SDAR's generate.py; its answers for complete blocks are kept by a call of their own."""

    get_num_transfer_tokens: Any = None
    sample_with_temperature_topk_topp: Any = None

    def block_diffusion_generate(
        self,
        model: Any,
        prompt: dict[str, torch.Tensor],
        mask_id: int,
        *,
        gen_length: int,
        block_length: int,
        denoising_steps: int,
        temperature: float,
        remasking_strategy: str,
        confidence_threshold: float = 0.85,
        top_k: int = 0,
        top_p: float = 1.0,
    ) -> torch.Tensor:
        """A step's tokens may be more than are masked: then others are written over."""
        start = prompt["input_ids"].shape[1]
        width = -(-(start + gen_length) // block_length) * block_length
        x = torch.full((1, width), mask_id)
        x[:, :start] = prompt["input_ids"]
        counts = self.get_num_transfer_tokens(block_length, denoising_steps)
        for begin in range(start // block_length * block_length, width, block_length):
            block = x[:, begin : begin + block_length]
            for step in range(denoising_steps + 1):
                masked = block == mask_id
                logits = model.logits(x[:, : begin + block_length])[:, begin:]
                if not masked.any():
                    break
                tokens, chances = self.sample_with_temperature_topk_topp(
                    logits, temperature=temperature, top_k=top_k, top_p=top_p
                )
                certainty = torch.where(masked, chances, -torch.inf)
                chosen = certainty > confidence_threshold
                static = remasking_strategy == "low_confidence_static"
                if static or chosen.sum() < counts[step]:
                    chosen = torch.zeros_like(masked)
                    chosen[0, certainty[0].topk(int(counts[step])).indices] = True
                block[chosen] = tokens[chosen]
        return x

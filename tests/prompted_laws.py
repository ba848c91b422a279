"""Laws of answers to prompts, known exactly, and answers of the sampler to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from mdm_opt.candidates import MaskedDecoding
from mdm_opt.models.lazy_log_probs import LogProbs, WholeLogProbs
from mdm_opt.models.prompts import Prompts
from mdm_opt.processes import Samples, generate, instance_noise
from mdm_opt.schedules import Counts

LENGTH, VOCABULARY, MASK, END = 4, 3, 3, 2
CPU = torch.device("cpu")
Prompt = tuple[int, ...]
State = tuple[int, ...]


class PromptedLaw:
    """A law of answers for every prompt; its conditionals are exact, in float64.

    Keeps what it is asked: tokens, positions, prompts and guidance of every call.
    """

    length, vocab_size, mask_token_id, device = LENGTH, VOCABULARY, MASK, CPU
    fingerprint = "prompted law"
    end_token_ids: Sequence[int] = (END,)

    def __init__(self) -> None:
        self.calls: list[tuple[torch.Tensor, torch.Tensor, Prompts | None, float]] = []
        self._laws: dict[Prompt | None, np.ndarray] = {}
        self._tables: dict[tuple[Prompt | None, State], np.ndarray] = {}

    def law(self, prompt: Prompt | None) -> np.ndarray:
        """Probability of every answer, ``(V,) * length``."""
        if prompt not in self._laws:
            key = 0 if prompt is None else 1 + sum(7**i * (1 + t) for i, t in enumerate(prompt))
            weights = np.random.default_rng(key).exponential(size=VOCABULARY**LENGTH) ** 2
            self._laws[prompt] = (weights / weights.sum()).reshape((VOCABULARY,) * LENGTH)
        return self._laws[prompt]

    def conditional(self, prompt: Prompt | None, state: State) -> np.ndarray:
        """log p(token | known tokens) at masked positions, float64 ``(length, V)``."""
        if (prompt, state) not in self._tables:
            law = self.law(prompt)
            for place, token in enumerate(state):
                if token != MASK:
                    law = law.take([token], axis=place)
            table = np.zeros((LENGTH, VOCABULARY))
            for place in [place for place, token in enumerate(state) if token == MASK]:
                others = tuple(other for other in range(LENGTH) if other != place)
                table[place] = np.log(law.sum(axis=others) / law.sum())
            self._tables[prompt, state] = table
        return self._tables[prompt, state]

    def answer(self, prompt: Prompt | None, state: State, guidance: float = 0.0) -> np.ndarray:
        """Guided log-probabilities, ``(length, V)``."""
        given_prompt = self.conditional(prompt, state)
        if prompt is None or not guidance:
            return given_prompt
        free = self.conditional((MASK,) * len(prompt), state)
        logits = free + (guidance + 1) * (given_prompt - free)
        return logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)

    def prompt_ids(self, text: str, *, chat: bool = False) -> list[int]:
        return [int(letter) for letter in text]

    def log_probs(
        self,
        tokens: torch.Tensor,
        positions: torch.Tensor,
        prompts: Prompts | None = None,
        guidance: float = 0.0,
    ) -> torch.Tensor:
        self.calls.append((tokens.clone(), positions.clone(), prompts, guidance))
        assert (tokens.gather(1, positions) == MASK).all()
        given_prompts = [None] * len(tokens) if prompts is None else read(prompts)
        answers = [
            self.answer(prompt, tuple(state), guidance)[places]
            for prompt, state, places in zip(
                given_prompts, tokens.tolist(), positions.tolist(), strict=True
            )
        ]
        return torch.from_numpy(np.stack(answers))

    def decode(self, tokens: torch.Tensor) -> list[str]:
        raise NotImplementedError

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        raise NotImplementedError


class Table(PromptedLaw):
    """The same log-probabilities ``(length, V)`` for every prompt and state; may be NaN."""

    def __init__(self, probabilities: Sequence[Sequence[float]]) -> None:
        super().__init__()
        self._table = np.log(np.array(probabilities))
        self.length, self.vocab_size = self._table.shape
        self.mask_token_id = MASK

    def answer(self, prompt: Prompt | None, state: State, guidance: float = 0.0) -> np.ndarray:
        return self._table


class Remembering(PromptedLaw):
    """Answers to nothing but masks without a call."""

    def __init__(self) -> None:
        super().__init__()
        self.first_asked: list[torch.Tensor] = []

    def first_log_probs(self, positions: torch.Tensor) -> LogProbs:
        self.first_asked.append(positions.clone())
        table = torch.from_numpy(self.conditional(None, (MASK,) * LENGTH))
        return WholeLogProbs(table[positions])


def read(prompts: Prompts) -> list[Prompt]:
    """The prompts of a batch without their padding, which holds zeros."""
    rows = []
    for row, length in zip(prompts.tokens.tolist(), prompts.lengths.tolist(), strict=True):
        start = len(row) - length
        assert row[:start] == [0] * start
        rows.append(tuple(row[start:]))
    return rows


def answers(
    denoiser: PromptedLaw,
    prompts: Sequence[Prompt] | None,
    instances: Sequence[int],
    counts: Counts,
    **options: Any,
) -> Samples:
    """Samples of instances, each with its own prompt and noise."""
    noise = instance_noise(instances, denoiser.length, seed=11)
    made = None if prompts is None else Prompts.of(prompts, CPU)
    return generate(denoiser, counts, noise, MaskedDecoding(**options), made)

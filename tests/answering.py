"""A model that answers sums, one character a token; the better the more it sees of its answer."""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Sequence

import torch

from mdm_opt.errors import InputError
from mdm_opt.models.prompts import Prompts

LETTERS = string.printable
END, MASK = len(LETTERS), len(LETTERS) + 1


def added_up(prompt: str) -> str:
    """``The sum is 42.`` where the prompt has two numbers."""
    numbers = [int(word) for word in prompt.replace("+", " ").split() if word.isdigit()]
    return f"={sum(numbers)}."


class Answering:
    """A prompted denoiser.

    Args:
        answer: what it would say to a prompt.
        length: of its answers, in characters.
        sure: probability of each right character before its left neighbour is known.
        positions: of prompt and answer together.
    """

    vocab_size = len(LETTERS) + 2
    mask_token_id = MASK
    end_token_ids = (END,)
    fingerprint = "answering"
    device = torch.device("cpu")

    def __init__(
        self,
        answer: Callable[[str], str] = added_up,
        *,
        length: int = 8,
        sure: float = 1.0,
        positions: int = 200,
    ) -> None:
        self.length = length
        self._answer, self._sure, self._positions = answer, sure, positions

    def prompt_ids(self, text: str, *, chat: bool = False) -> list[int]:
        if chat:
            text = f"<{text}>"
        if len(text) + self.length > self._positions:
            raise InputError(f"prompt of {len(text)} tokens: too long for this model")
        return [LETTERS.index(letter) for letter in text]

    def log_probs(
        self,
        tokens: torch.Tensor,
        positions: torch.Tensor,
        prompts: Prompts | None = None,
        guidance: float = 0.0,
    ) -> torch.Tensor:
        probabilities = torch.zeros((*positions.shape, self.vocab_size))
        for row in range(len(tokens)):
            said = "" if prompts is None else self._said(prompts, row)
            right = [LETTERS.index(letter) for letter in said[: self.length]]
            right += [END] * (self.length - len(right))
            for place, position in enumerate(positions[row].tolist()):
                known = position == 0 or int(tokens[row, position - 1]) != MASK
                sure = 1.0 if known else self._sure
                probabilities[row, place, LETTERS.index("?")] += 1 - sure
                probabilities[row, place, right[position]] += sure
        return probabilities.clamp(min=math.exp(-80)).log().log_softmax(-1)

    def _said(self, prompts: Prompts, row: int) -> str:
        width, length = prompts.tokens.shape[1], int(prompts.lengths[row])
        ids = prompts.tokens[row, width - length :].tolist()
        return self._answer("".join(LETTERS[i] for i in ids))

    def decode(self, tokens: torch.Tensor) -> list[str]:
        texts = []
        for row in tokens.tolist():
            end = row.index(END) if END in row else len(row)
            texts.append("".join(LETTERS[i] for i in row[:end]))
        return texts

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        return torch.tensor([[LETTERS.index(letter) for letter in text] for text in texts])


class Guided(Answering):
    """One that a guidance g makes surer: of what is uncertain the share exp(-g) stays."""

    fingerprint = "guided"

    def log_probs(
        self,
        tokens: torch.Tensor,
        positions: torch.Tensor,
        prompts: Prompts | None = None,
        guidance: float = 0.0,
    ) -> torch.Tensor:
        surer = Answering(self._answer, sure=1 - (1 - self._sure) * math.exp(-guidance))
        return surer.log_probs(tokens, positions, prompts)


def guided() -> Guided:
    """For a study file: ``kind = "answering:guided"``."""
    return Guided(sure=0.6)


def unsure(sure: float = 0.7) -> Answering:
    """For a study file: ``kind = "answering:unsure"``."""
    return Answering(sure=sure)

"""Answers that are projected when they are looked at."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from loaded_models import LENGTH, load

from mdm_opt.candidates import MaskedDecoding
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import toy_balanced
from mdm_opt.models.lazy_log_probs import (
    PART_VALUES,
    PART_VALUES_CPU,
    ProjectedLogProbs,
    WholeLogProbs,
    ask,
    remembers_first,
    rows_at_once,
)
from mdm_opt.models.prompts import Prompts
from mdm_opt.processes import generate, instance_noise


def test_the_first_step_is_projected_once_for_all_sequences(
    checkpoints: dict[str, Path],
) -> None:
    denoiser = load(checkpoints["dream"], "dream")
    rows: list[int] = []
    head = denoiser.model.get_submodule("lm_head")
    head.register_forward_hook(lambda _module, args, _out: rows.append(args[0].shape[0]))
    noise = instance_noise(range(5), LENGTH, seed=0)
    counts = np.array([LENGTH - 2, 2])
    generate(denoiser, counts, noise, decoding=MaskedDecoding(order="confidence", temperature=0.0))
    assert rows == [LENGTH, 5 * 2]


def test_a_row_is_one_position_of_one_sequence() -> None:
    values = torch.arange(24.0).reshape(2, 3, 4)
    whole = WholeLogProbs(values)
    assert torch.equal(
        whole.log_probs(torch.tensor([4, 0])), torch.stack([values[1, 1], values[0, 0]])
    )
    assert torch.equal(whole.log_probs(slice(2, 4)), torch.stack([values[0, 2], values[1, 0]]))


def test_only_the_rows_that_are_looked_at_are_projected() -> None:
    seen: list[list[list[float]]] = []

    def project(hidden: torch.Tensor) -> torch.Tensor:
        seen.append(hidden.tolist())
        return hidden * 10

    hidden = torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    lazy = ProjectedLogProbs(hidden, project)
    assert seen == []
    assert lazy.log_probs(slice(1, 3)).tolist() == [[20.0, 30.0], [40.0, 50.0]]
    assert lazy.log_probs(torch.tensor([2, 2])).tolist() == [[40.0, 50.0]] * 2
    assert seen == [[[2.0, 3.0], [4.0, 5.0]], [[4.0, 5.0]] * 2]


def test_rows_may_share_what_they_are_projected_from() -> None:
    hidden = torch.tensor([[0.0], [1.0], [2.0]])
    lazy = ProjectedLogProbs(hidden, lambda part: part, torch.tensor([2, 0, 0, 1]))
    assert lazy.log_probs(slice(None)).tolist() == [[2.0], [0.0], [0.0], [1.0]]
    assert lazy.log_probs(torch.tensor([3, 0])).tolist() == [[1.0], [2.0]]


class Asked:
    """Keeps the arguments of each call by the name of the method."""

    device, vocab_size = torch.device("cpu"), 3

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []

    def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor, *more: Any) -> torch.Tensor:
        self.calls.append(("log_probs", more))
        return torch.zeros((*positions.shape, 3)) + positions[..., None]


class Lazy(Asked):
    def lazy_log_probs(self, tokens: Any, positions: torch.Tensor, *more: Any) -> WholeLogProbs:
        self.calls.append(("lazy_log_probs", more))
        return WholeLogProbs(torch.ones((*positions.shape, 3)))


TOKENS, POSITIONS = torch.zeros((2, 4), dtype=torch.int64), torch.tensor([[1, 2], [3, 0]])


def test_a_model_is_asked_once_lazily_where_it_can() -> None:
    plain, lazy = Asked(), Lazy()
    assert ask(plain, TOKENS, POSITIONS).log_probs(slice(None))[:, 0].tolist() == [1, 2, 3, 0]
    assert ask(lazy, TOKENS, POSITIONS).log_probs(slice(None))[:, 0].tolist() == [1] * 4
    assert (plain.calls, lazy.calls) == ([("log_probs", ())], [("lazy_log_probs", ())])


def test_prompts_come_with_their_guidance() -> None:
    prompts = Prompts.of([[1], [2]], torch.device("cpu"))
    for model in (Asked(), Lazy()):
        ask(model, TOKENS, POSITIONS, prompts, 0.5)
        # Without prompts there is nothing that could guide.
        ask(model, TOKENS, POSITIONS, None, 0.5)
        assert [more for _, more in model.calls] == [(prompts, 0.5), ()]


def test_who_keeps_the_first_answer_is_known() -> None:
    assert remembers_first(EnumeratedDenoiser(toy_balanced())) is None
    keeping = SimpleNamespace(first_log_probs=lambda positions: None)
    assert remembers_first(keeping) is keeping
    assert remembers_first(SimpleNamespace(first_log_probs=None)) is None


@pytest.mark.parametrize(
    ("device", "vocab_size", "rows"),
    [
        ("cpu", 2**12, 2**10),
        ("cuda", 2**12, 2**12),
        ("cpu", 3, 1398101),
        ("cpu", 2**23, 1),
        ("cuda", 2**24 + 1, 1),
    ],
)
def test_rows_of_a_part_have_so_many_values(device: str, vocab_size: int, rows: int) -> None:
    assert (PART_VALUES, PART_VALUES_CPU) == (2**24, 2**22)
    model = SimpleNamespace(device=torch.device(device), vocab_size=vocab_size)
    assert rows_at_once(model) == rows

"""What a model says of clean sequences, worked out by hand on words of two letters."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
import torch

from mdm_opt.candidates import MaskedDecoding, Plan
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import EnumeratedLaw
from mdm_opt.processes import MASKED, MaskedBatch, Noise, pseudo_nll
from mdm_opt.processes.masked.likelihood import PathTable, path_tables

# aa is as likely as ab and bb together.
LAW = EnumeratedLaw(np.array([[0, 0], [0, 1], [1, 1]]), np.array([0.5, 0.25, 0.25]), "ab")
LEFT_FIRST, RIGHT_FIRST = [0, 1], [1, 0]


class Recording(EnumeratedDenoiser):
    """Keeps the states and the positions of every call."""

    def __init__(self) -> None:
        super().__init__(LAW)
        self.states: list[list[list[int]]] = []
        self.asked: list[list[list[int]]] = []

    def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        self.states.append(tokens.tolist())
        self.asked.append(positions.tolist())
        return super().log_probs(tokens, positions)


def noise(*permutations: list[int]) -> Noise:
    shape = (len(permutations), len(permutations[0]))
    return Noise(np.array(permutations), np.zeros(shape), np.zeros(shape))


def batch(counts: Sequence[int], rows: int = 1) -> MaskedBatch:
    """A batch of the masked process in which every row reveals the same."""
    plan = Plan(np.linspace(0, 1, len(counts) + 1), np.array(counts), sum(counts))
    order = list(range(sum(counts)))
    return MaskedBatch(
        MASKED, range(rows), plan, MaskedDecoding(), 0, None, noise(*[order] * rows)
    )


def test_a_token_costs_less_or_more_the_more_is_known() -> None:
    """ab: its letters alone have 3/4 and 1/2; b has 1/3 behind a, a has 1/2 before b."""
    clean = torch.tensor([[0, 1], [0, 1], [1, 1]])
    model = EnumeratedDenoiser(LAW)
    left, right, other = path_tables(model, noise(LEFT_FIRST, RIGHT_FIRST, LEFT_FIRST), clean)
    together = batch([2])
    assert left.path_kl(together, 0) == pytest.approx(math.log(2) - math.log(3))
    assert right.path_kl(together, 0) == pytest.approx(math.log(4 / 3) - math.log(2))
    # bb: alone 1/4 and 1/2, and b always has b behind it.
    assert other.path_kl(together, 0) == pytest.approx(math.log(2))
    for table in (left, right, other):
        assert table.path_kl(batch([1, 1]), 0) == 0.0
        assert table.path_kl(batch([1, 0, 1]), 0) == 0.0


def test_the_mean_over_words_is_what_the_letters_share() -> None:
    """The mutual information of the two letters: H(3/4) + H(1/2) - H(1/2, 1/4, 1/4)."""
    clean = torch.from_numpy(LAW.outcomes)
    tables = path_tables(EnumeratedDenoiser(LAW), noise(*[LEFT_FIRST] * 3), clean)
    costs = [table.path_kl(batch([2]), 0) for table in tables]
    quarters = 0.75 * math.log(4 / 3) + 0.25 * math.log(4)
    shared = quarters + math.log(2) - 1.5 * math.log(2)
    assert LAW.probabilities @ costs == pytest.approx(shared)


def test_a_step_pays_what_its_tokens_cost_when_it_begins() -> None:
    costs = np.array(
        [[1.0, 20.0, 300.0, 4000.0], [0, 2.0, 30.0, 400.0], [0, 0, 3.0, 40.0], [0, 0, 0, 4.0]]
    )
    table = PathTable(costs)
    for counts, expected in (
        ([4], 18 + 297 + 3996),
        ([1, 3], 27 + 396),
        ([2, 2], 18 + 36),
        ([3, 1], 18 + 297),
        ([1, 1, 2], 36),
        ([0, 2, 0, 1, 1], 18),
        ([1, 1, 1, 1], 0),
    ):
        assert table.path_kl(batch(counts, 2), 1) == expected


def test_each_row_pays_for_its_own_counts() -> None:
    """Ancestral: the tokens of one instance are all revealed at once, those of the other not."""
    plan, decoding = Plan(np.array([0, 0.5, 1]), None, 2), MaskedDecoding(reveal="ancestral")
    times = np.array([[0.1, 0.2], [0.1, 0.9]])
    random = Noise(np.array([LEFT_FIRST] * 2), np.zeros((2, 2)), times)
    made = MaskedBatch(MASKED, [0, 1], plan, decoding, 0, None, random)
    table = PathTable(np.array([[1.0, 5.0], [0.0, 2.0]]))
    assert [table.path_kl(made, row) for row in (0, 1)] == [3.0, 0.0]


def test_a_table_costs_one_call_a_token_about_what_is_masked() -> None:
    model = Recording()
    path_tables(model, noise(LEFT_FIRST, RIGHT_FIRST), torch.tensor([[0, 1], [1, 1]]))
    assert model.states == [[[2, 2], [2, 2]], [[0, 2], [2, 1]]]
    assert model.asked == [[[0, 1], [1, 0]], [[1], [0]]]


def test_pseudo_nll_asks_for_each_letter_given_the_other() -> None:
    """aa: 1 and 2/3. ab: 1/2 and 1/3. bb: 1/2 and 1. Off the support a letter is impossible."""
    model = Recording()
    found = pseudo_nll(model, torch.tensor([[0, 0], [0, 1], [1, 1], [1, 0]]))
    assert found.dtype == np.float64
    nats = [math.log(3 / 2), math.log(2) + math.log(3), math.log(2), math.inf]
    assert found.tolist() == pytest.approx([one / 2 for one in nats])
    assert model.asked == [[[0]] * 4, [[1]] * 4]
    assert model.states[0] == [[2, 0], [2, 1], [2, 1], [2, 0]]


def test_what_is_asked_about_is_left_as_it_is() -> None:
    clean = torch.tensor([[0, 1], [1, 1]])
    before = clean.clone()
    pseudo_nll(EnumeratedDenoiser(LAW), clean)
    path_tables(EnumeratedDenoiser(LAW), noise(LEFT_FIRST, LEFT_FIRST), clean)
    assert torch.equal(clean, before)

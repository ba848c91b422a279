"""What sampling loops share: pairs of rows and offsets, columns, values of answers."""

from __future__ import annotations

import numpy as np
import torch

from mdm_opt.candidates import MaskedDecoding
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4
from mdm_opt.processes import instance_noise
from mdm_opt.processes.masked.state import Looked, State, by_certainty, pairs


def test_pairs_count_through_each_row() -> None:
    row, offset = pairs(np.array([2, 0, 3]))
    assert row.tolist() == [0, 0, 2, 2, 2]
    assert offset.tolist() == [0, 1, 0, 1, 2]


def test_columns_come_by_certainty_and_ties_as_they_are() -> None:
    certainty = torch.tensor([[0.1, 0.7, 0.7, 0.9]])
    real = torch.tensor([[True, True, True, False]])
    assert by_certainty(certainty, real).tolist() == [[1, 2, 0, 3]]
    assert by_certainty(None, real).tolist() == [[0, 1, 2, 3]]


def test_parts_of_answers_are_joined() -> None:
    part = Looked(torch.tensor([0.5, 0.25]), None, torch.tensor([1.0, 2.0]))
    joined = Looked.joined([part, part])
    assert joined.tokens is None
    assert joined.certainty.tolist() == [0.5, 0.25, 0.5, 0.25]
    assert joined.shaped(torch.Size([2, 2])).doubt.tolist() == [[1, 2], [1, 2]]
    assert joined.at(torch.tensor([[1, 0]])).doubt.tolist() == [[2, 1]]


def test_open_positions_are_the_masked_ones_of_the_block_in_random_order() -> None:
    denoiser = EnumeratedDenoiser(sudoku4())
    noise = instance_noise(range(3), 16, seed=1)
    state = State(denoiser, MaskedDecoding(block_length=8), noise, None)
    rows = np.arange(3)
    in_block = [[p for p in row if p < 8] for row in noise.permutation.tolist()]
    assert state._open(rows)[0].tolist() == in_block
    # The second and the fourth of the random order are revealed in one row.
    chosen = torch.tensor([in_block[1][1], in_block[1][3]])
    state._reveal(np.array([1]), np.array([2]), chosen, torch.tensor([0, 1]))
    positions, real = state._open(rows)
    left = [in_block[1][i] for i in (0, 2, 4, 5, 6, 7)]
    assert positions[1].tolist() == [*left, left[0], left[0]]
    assert real[1].tolist() == [True] * 6 + [False] * 2
    assert positions[0].tolist() == in_block[0]
    found = state.samples()
    assert found.nfe.tolist() == [0, 1, 0]
    assert found.tokens[1, chosen].tolist() == [0, 1]

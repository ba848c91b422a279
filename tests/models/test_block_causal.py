"""Blocks are counted from the start of the prompt, and answers begin where the prompts end."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mdm_opt.errors import InputError
from mdm_opt.models.block_causal import (
    WrittenBlocks,
    attention_block,
    block_causal,
    mean_calls,
    needs_full_attention,
)
from mdm_opt.models.prompts import Prompts

MASK, END = 9, 7
PROMPTS = [[1, 2, 3, 4, 5, 6], [1, 2], [], [1, 2, 3, 4], [5]]


def written() -> WrittenBlocks:
    return WrittenBlocks.of(Prompts.of(PROMPTS, torch.device("cpu")), 4, 8, MASK)


def test_a_prompt_is_whole_blocks_and_the_beginning_of_one() -> None:
    found = written()
    assert found.before.rows() == [[1, 2, 3, 4], [], [], [1, 2, 3, 4], []]
    assert found.begun.tolist() == [2, 2, 0, 0, 1]
    assert found.tokens.tolist() == [
        [5, 6, *[MASK] * 6],
        [1, 2, *[MASK] * 6],
        [MASK] * 8,
        [MASK] * 8,
        [5, *[MASK] * 7],
    ]
    assert found.kept.tolist() == [0] * 5


def test_answers_begin_behind_the_prompt_and_end_with_the_last_block() -> None:
    tokens = torch.arange(40).view(5, 8)
    assert written().answers(tokens, END).tolist() == [
        [2, 3, 4, 5, 6, 7, END, END],
        [10, 11, 12, 13, 14, 15, END, END],
        list(range(16, 24)),
        list(range(24, 32)),
        [33, 34, 35, 36, 37, 38, 39, END],
    ]


def test_whole_blocks_need_no_end() -> None:
    prompts = Prompts.of([[], [1, 2, 3, 4]], torch.device("cpu"))
    tokens = torch.arange(16).view(2, 8)
    found = WrittenBlocks.of(prompts, 4, 8, MASK)
    assert torch.equal(found.answers(tokens, None), tokens)
    assert torch.equal(found.answers(tokens, END), tokens)
    assert not np.any(found.begun)


def test_what_attends_to_everything_has_no_blocks() -> None:
    full, blocks = SimpleNamespace(), SimpleNamespace(attention_block=4)
    assert attention_block(full) is None
    assert block_causal(full) is None
    assert attention_block(blocks) == 4
    assert block_causal(blocks) is blocks
    needs_full_attention(full, "a profile")
    with pytest.raises(InputError, match=r"block by block \(4 tokens\), and a profile is defined"):
        needs_full_attention(blocks, "a profile")


def test_calls_are_fewer_where_prompts_begin_blocks() -> None:
    """Of three blocks the first has four, three, two and one masked tokens."""
    counts = np.array([2, 0, 1, 1])
    assert mean_calls(counts, np.array([0]), 3) == 9
    assert mean_calls(counts, np.array([0, 1, 2, 3]), 3) == 6 + (3 + 2 + 1 + 1) / 4

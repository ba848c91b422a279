"""Blocks that are finished one by one, and ends of a text that come last."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from prompted_laws import END, MASK, PromptedLaw, Table, answers

from mdm_opt.candidates import ORDERS, MaskedDecoding
from mdm_opt.schedules import BetaSchedule, reveal_counts


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("block_length", [1, 2, 3, 6])
def test_a_block_is_finished_before_the_next(order: str, block_length: int) -> None:
    table = np.random.default_rng(3).dirichlet(np.ones(3), size=6)
    denoiser = Table(table)
    counts = reveal_counts(BetaSchedule(0.9, 0.3), 6, 6, "cumulative", block_length)
    counts = np.concatenate(
        [counts.reshape(6 // block_length, -1), [[0]] * (6 // block_length)], 1
    )
    answers(denoiser, None, range(20), counts.ravel(), order=order, block_length=block_length)
    for tokens, positions, _, _ in denoiser.calls:
        masked = (tokens == MASK).numpy()
        # Where a row stands is where its first mask is.
        current = masked.argmax(axis=1) // block_length
        assert (positions.numpy() // block_length == current[:, None]).all()
        for row, block in enumerate(current):
            assert not masked[row, : block * block_length].any()
            assert masked[row, (block + 1) * block_length :].all()


@pytest.mark.parametrize("order", ORDERS)
def test_rows_may_stand_in_different_blocks(order: str) -> None:
    """One row begins its second block while the other still fills its first."""
    counts = np.array([[2, 1, 1], [1, 1, 2]])
    together = answers(PromptedLaw(), [(0,), (1,)], [5, 6], counts, order=order, block_length=2)
    for row in (0, 1):
        alone = answers(
            PromptedLaw(), [(row,)], [5 + row], counts[row], order=order, block_length=2
        )
        assert alone.tokens[0].tolist() == together.tokens[row].tolist()


@pytest.mark.parametrize(
    ("counts", "block_length"),
    [([4], 2), ([1, 2, 1], 2), ([2, 2], 3), ([1, 3], 1), ([4], 8), ([0, 3, 1], 2)],
)
def test_counts_that_cross_a_block_are_refused(counts: list[int], block_length: int) -> None:
    with pytest.raises(ValueError, match=f"must fill blocks of {block_length} tokens one by one"):
        answers(PromptedLaw(), None, [0], np.array(counts), block_length=block_length)


def test_one_row_that_crosses_a_block_is_refused() -> None:
    counts = np.array([[2, 2, 0], [1, 2, 1]])
    with pytest.raises(ValueError, match="blocks of 2 tokens"):
        answers(PromptedLaw(), None, [0, 1], counts, block_length=2)


@pytest.mark.parametrize("block_length", [0, -2])
def test_blocks_without_tokens_are_refused(block_length: int) -> None:
    message = (
        f"block_length\n  Input should be greater than or equal to 1 .*input_value={block_length},"
    )
    with pytest.raises(ValueError, match=message):
        MaskedDecoding(block_length=block_length)


# Certainty falls with the position; positions 0, 1 and 4 would end the text.
ENDING = [
    [0.05, 0.05, 0.90],
    [0.10, 0.05, 0.85],
    [0.75, 0.15, 0.10],
    [0.20, 0.60, 0.20],
    [0.24, 0.25, 0.51],
    [0.50, 0.26, 0.24],
]


def reveal_order(denoiser: PromptedLaw, **options: Any) -> tuple[list[int], list[int]]:
    """Positions of one sequence in the order in which they are revealed, and the tokens."""
    found = answers(denoiser, [()], [3], np.ones(denoiser.length, dtype=np.int64), **options)
    masks = [tokens[0] == MASK for tokens, *_ in denoiser.calls]
    masks.append(torch.zeros(denoiser.length, dtype=torch.bool))
    places = [int((a & ~b).nonzero().item()) for a, b in itertools.pairwise(masks)]
    return places, found.tokens[0].tolist()


@pytest.mark.parametrize("order", ["confidence", "margin", "entropy"])
def test_what_would_end_the_text_comes_last(order: str) -> None:
    plain, tokens = reveal_order(Table(ENDING), order=order, temperature=0.0)
    last, same = reveal_order(Table(ENDING), order=order, temperature=0.0, end_last=True)
    assert tokens == same == [END, END, 0, 1, END, 0]
    assert plain[:2] == [0, 1]
    assert set(last[:3]) == {2, 3, 5}
    # Among themselves the most certain positions come first.
    assert last[:3] == [place for place in plain if place in (2, 3, 5)]
    if order == "confidence":
        assert last == [2, 3, 5, *last[3:]]


def test_only_inside_a_block_do_they_come_last() -> None:
    places, _ = reveal_order(
        Table(ENDING), order="confidence", temperature=0.0, end_last=True, block_length=3
    )
    assert places[0] == 2
    assert set(places[:3]) == {0, 1, 2}
    assert places[3:] == [3, 5, 4]


@pytest.mark.parametrize("order", ["confidence", "margin", "entropy"])
@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_the_order_does_not_look_at_what_is_drawn(order: str, temperature: float) -> None:
    """Else a position that was put off would come again with the same uniform number."""
    options = {"order": order, "end_last": True}
    cold, _ = reveal_order(Table(ENDING), temperature=0.0, **options)
    warm, _ = reveal_order(Table(ENDING), temperature=temperature, **options)
    assert warm == cold


def test_what_does_not_end_the_text_is_compared_without_the_ends() -> None:
    """0.45 out of 0.55 is more than 0.50 out of 0.75, as LLaDA's own code has it."""
    table = [[0.45, 0.10, 0.45 - 1e-6], [0.50, 0.25, 0.25], [0.2, 0.2, 0.6]]
    table = [[p / sum(row) for p in row] for row in table]
    options = {"order": "confidence", "temperature": 0.0}
    plain, _ = reveal_order(Table(table), **options)
    assert plain == [2, 1, 0]
    places, _ = reveal_order(Table(table), end_last=True, **options)
    assert places == [0, 1, 2]


def test_end_last_without_end_tokens_changes_nothing() -> None:
    denoiser = Table(ENDING)
    denoiser.end_token_ids = ()
    plain, _ = reveal_order(Table(ENDING), order="confidence")
    assert reveal_order(denoiser, order="confidence", end_last=True)[0] == plain

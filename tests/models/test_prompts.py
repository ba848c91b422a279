"""Prompts: their padding, and who takes them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from answering import Answering
from hypothesis import given, settings
from hypothesis import strategies as st
from language_models import CLEAN, MASK

from mdm_opt.errors import InputError
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import toy_balanced
from mdm_opt.models.prompts import Prompts, for_prompts, takes_prompts, upload

CPU = torch.device("cpu")
rows_of_ids = st.lists(st.lists(st.integers(0, 99), max_size=6), min_size=1, max_size=6)


@settings(max_examples=100, deadline=None)
@given(rows_of_ids, st.data())
def test_prompts_are_padded_on_the_left(rows: list[list[int]], data: st.DataObject) -> None:
    prompts = Prompts.of(rows, CPU)
    width = max(map(len, rows))
    assert prompts.tokens.dtype == torch.int64
    assert prompts.tokens.tolist() == [[0] * (width - len(row)) + row for row in rows]
    assert prompts.lengths.tolist() == [len(row) for row in rows]
    assert len(prompts) == len(rows)
    assert prompts.padding.tolist() == [width - len(row) for row in rows]
    assert prompts.padded == (len({len(row) for row in rows}) > 1)
    places = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1, max_size=8))
    part = prompts.part(np.array(places))
    expected = Prompts.of([rows[place] for place in places], CPU)
    assert part.tokens.tolist() == expected.tokens.tolist()
    assert part.lengths.tolist() == expected.lengths.tolist()
    filled = prompts.filled(7)
    assert (
        filled.tokens.tolist() == Prompts.of([[7] * len(row) for row in rows], CPU).tokens.tolist()
    )
    both = prompts.beside(filled)
    assert both.tokens.tolist() == prompts.tokens.tolist() + filled.tokens.tolist()
    assert both.lengths.tolist() == prompts.lengths.tolist() * 2


def test_no_prompts_and_empty_prompts() -> None:
    assert len(Prompts.of([], CPU)) == 0
    empty = Prompts.of([[], []], CPU)
    assert empty.tokens.shape == (2, 0)
    assert not empty.padded
    assert empty.part(np.array([1])).tokens.shape == (1, 0)


def test_what_takes_no_prompts_is_known() -> None:
    assert not takes_prompts(object())
    assert MASK not in CLEAN


def test_an_objective_with_prompts_gets_a_model_that_takes_them() -> None:
    model = Answering()
    assert takes_prompts(model)
    assert for_prompts(model, "task") is model
    with pytest.raises(InputError) as caught:
        for_prompts(EnumeratedDenoiser(toy_balanced()), "task")
    assert str(caught.value) == (
        "[objective] kind 'task' needs a model that takes prompts, such as [model] kind "
        "'huggingface'"
    )


def test_end_tokens_may_be_none_but_must_be_there() -> None:
    class Endless(Answering):
        end_token_ids = ()

    class Unended:
        prompt_ids = Answering.prompt_ids

    assert takes_prompts(Endless())
    assert not takes_prompts(Unended())


def test_numbers_arrive_as_they_are() -> None:
    index = np.array([[3, -1], [0, 2**40]])
    found = upload(index, CPU)
    assert found.dtype == torch.int64
    assert found.device == CPU
    assert found.tolist() == index.tolist()

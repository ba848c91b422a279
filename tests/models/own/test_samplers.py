"""Functions of the user's as samplers: what they take, and what they are called with."""

from __future__ import annotations

from typing import Any

import pytest

from mdm_opt.errors import InputError
from mdm_opt.models.own.samplers import Asked, SamplerFunction

ASKED = Asked([[1], [2]], {"steps": 4}, 7, 16)


def plain(model: Any, tokenizer: Any, prompts: Any, *, steps: int = 8, eps: float = 0.1) -> Any:
    return [model, tokenizer, prompts, steps, eps]


def with_seed(model: Any, tokenizer: Any, prompts: Any, seed: int, length: int, steps: int) -> Any:
    return [seed, length, steps]


def with_any(*arguments: Any, **options: Any) -> Any:
    return [arguments, options]


def function(of: Any) -> SamplerFunction:
    return SamplerFunction(of, "m:f", "the model", "the tokenizer")


def test_a_function_gets_model_tokenizer_prompts_and_arguments() -> None:
    expected = ["the model", "the tokenizer", [[1], [2]], 4, 0.1]
    assert function(plain).sample(ASKED) == expected
    assert function(with_seed).sample(ASKED) == [7, 16, 4]
    positions, options = function(with_any).sample(ASKED)
    assert positions == ("the model", "the tokenizer", [[1], [2]])
    assert options == {"steps": 4}


def test_its_signature_says_what_it_knows_and_does_by_itself() -> None:
    assert function(plain).known() == ["steps", "eps"]
    assert function(plain).defaults() == {"steps": 8, "eps": 0.1}
    assert function(with_seed).known() == ["steps"]
    assert function(with_seed).defaults() == {}
    assert function(with_any).known() is None


def test_an_argument_that_it_does_not_know_is_refused_by_name() -> None:
    names = {"sampler.arguments": ["steps"], "space.arguments": ["bound"]}
    with pytest.raises(InputError) as caught:
        function(plain).check_names(names)
    assert str(caught.value) == (
        "[space] arguments.bound: function 'm:f' has no such argument; it has: steps, eps"
    )
    function(with_any).check_names(names)
    function(plain).check({"steps": -1})


def test_a_function_without_three_places_is_refused() -> None:
    with pytest.raises(InputError, match=r"\[sampler\] kind: 'm:f' is not accepted: it is called"):
        function(lambda prompts: prompts)

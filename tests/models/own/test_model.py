"""A model with its sampler: calls that are counted, and what is refused of answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from mdm_opt.errors import InputError, RunError
from mdm_opt.models.own.model import Reading, SampledModel
from mdm_opt.models.own.samplers import SamplerFunction

READING = Reading(lambda text, chat: list(map(ord, text)), list, lambda ids: str(list(ids)), (2,))
CPU = torch.device("cpu")


class Net(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


def model(function: Any, *, served: bool = False) -> SampledModel:
    net = None if served else Net()
    sampler = SamplerFunction(function, "m:f", net, None)
    return SampledModel(net, sampler, READING, length=4, device=CPU, fingerprint="f")


def writes(net: Any, tokenizer: Any, prompts: Any, *, steps: int = 3, rows: int = 1) -> Any:
    for _ in range(steps):
        net(torch.zeros(rows * len(prompts), 1))
    return [f"{prompt} {torch.rand(()).item():.6f}" for prompt in prompts]


def test_calls_are_the_sequences_that_went_through_the_model() -> None:
    written = model(writes).own_samples(None, 2, {"steps": 5}, 0)
    assert written.calls.tolist() == [5, 5]
    assert written.sequence_calls == 10
    # Guidance by a batch of twice the rows counts twice.
    guided = model(writes).own_samples([[7], [8]], 2, {"rows": 2}, 0)
    assert guided.calls.tolist() == [6, 6]
    assert guided.texts[0].startswith("[7] ")
    assert written.texts[0].startswith("[2] ")


def test_answers_are_those_of_the_seed() -> None:
    first, again, other = (model(writes).own_samples(None, 2, {}, seed) for seed in (1, 1, 2))
    assert first.texts == again.texts
    assert first.texts != other.texts


def test_token_ids_become_texts() -> None:
    def ids(net: Any, tokenizer: Any, prompts: Any) -> Any:
        return net(torch.ones((len(prompts), 2), dtype=torch.int64))

    assert model(ids).own_samples(None, 2, {}, 0).texts == ("[1, 1]", "[1, 1]")


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (["a"], "returned 1 answers to 2 prompts; one for each is expected"),
        ("ab", "returned str; a list of texts, or of token ids, is expected"),
        (["a", 1.5], "returned an answer 1.5; a text is expected, or its token ids"),
        ((["a", "b"], [1, 1]), "returned an answer \\['a', 'b'\\]; a text is expected, or its"),
    ],
)
def test_anything_but_one_answer_for_each_prompt_is_refused(returned: Any, said: str) -> None:
    def wrong(net: Any, tokenizer: Any, prompts: Any) -> Any:
        net(torch.zeros(1, 1))
        return returned

    with pytest.raises(RunError, match=f"^function 'm:f' {said}"):
        model(wrong).own_samples(None, 2, {}, 0)


def test_a_sampler_that_calls_no_model_is_refused() -> None:
    with pytest.raises(
        RunError, match=r"^function 'm:f' called no model: Net\.forward was not run"
    ):
        model(writes).own_samples(None, 2, {"steps": 0}, 0)


def test_what_a_sampler_raises_names_it_and_its_arguments() -> None:
    with pytest.raises(RunError) as caught:
        model(writes).own_samples(None, 2, {"steps": "many"}, 0)
    said = str(caught.value)
    assert said.startswith("function 'm:f' raised TypeError: ")
    assert said.endswith("it was called with steps = 'many'")

    def full(net: Any, tokenizer: Any, prompts: Any) -> Any:
        raise MemoryError

    with pytest.raises(RunError, match=r"2 answers do not fit into the memory of cpu"):
        model(full).own_samples(None, 2, {}, 0)


def server(net: Any, tokenizer: Any, prompts: Any, *, calls: Any = (3, 4)) -> Any:
    assert net is None
    return list(prompts), calls


def test_calls_of_a_server_are_as_the_function_says() -> None:
    one = model(lambda a, b, prompts, **_: (["x"] * len(prompts), [3, 4]), served=True)
    assert one.is_served
    written = one.own_samples(None, 2, {}, 0)
    assert written.calls.tolist() == [3, 4]
    assert written.sequence_calls == 7


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (["x", "y"], "returned list; \\(texts, calls\\) are expected"),
        (
            (["x", "y"], [1]),
            "returned calls \\[1\\]; one number from 0 on is expected for each of 2",
        ),
        ((["x", "y"], [1, -1]), "returned calls"),
        ((["x", "y"], [1, np.nan]), "returned calls"),
        ((["x", "y"], ["many", 1]), "returned calls"),
        ((["x", "y"], [0, 0]), "called no model, as it says: all calls are 0"),
        ((["x", [1]], [1, 1]), "returned an answer \\[1\\]; a text is expected"),
    ],
)
def test_a_server_s_function_says_texts_and_calls(returned: Any, said: str) -> None:
    with pytest.raises(RunError, match=f"^function 'm:f' {said}"):
        model(lambda a, b, prompts: returned, served=True).own_samples(None, 2, {}, 0)


def test_there_are_no_sequences_of_tokens() -> None:
    one = model(writes)
    assert one.prompt_ids("a", chat=True) == [97]
    with pytest.raises(TypeError, match="gives texts"):
        one.decode(torch.zeros(1, 1))
    with pytest.raises(InputError, match="clean sequences are not accepted"):
        one.encode(["a"])

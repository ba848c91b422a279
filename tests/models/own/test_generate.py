"""The method that a model brings: its arguments, its defaults, padding, and what it returns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
import torch

from mdm_opt.errors import InputError
from mdm_opt.models.own.generate import OwnGenerate
from mdm_opt.models.own.samplers import Asked


@dataclass
class Inner:
    bound: float = 0.1
    power: int = 2


class Configuration:
    """As those of transformers: attributes, what is not said is None, and a check."""

    def __init__(self) -> None:
        self.max_new_tokens: int | None = None
        self.max_steps = 48
        self.inner: Inner | None = None
        self.t_min: float | None = None

    def _get_default_generation_params(self) -> dict[str, Any]:
        return {"inner": Inner(), "t_min": 0.4, "max_steps": 9}

    def update(self, **values: Any) -> None:
        self.__dict__.update(values)
        if self.t_min is not None and self.t_min < 0:
            raise ValueError(f"t_min must be >= 0, got {self.t_min}")


class Model(torch.nn.Module):
    """Writes 9s behind the prompts, and keeps what it was called with."""

    device = torch.device("cpu")

    def __init__(self) -> None:
        super().__init__()
        self.generation_config = Configuration()
        self.asked: list[tuple[Any, dict[str, Any]]] = []

    def generate(
        self, input_ids: torch.Tensor, generation_config: Any = None, **kwargs: Any
    ) -> Any:
        self.asked.append((input_ids.tolist(), kwargs))
        nines = torch.full((len(input_ids), kwargs["max_new_tokens"]), 9)
        return torch.cat([input_ids, nines], dim=1)


class Plain(torch.nn.Module):
    """As LLaDA2: no configuration, no attention mask, and the answers alone."""

    device = torch.device("cpu")

    def diffusion_generate(
        self, inputs: torch.Tensor, gen_length: int = 4, steps: int = 8, threshold: Any = None
    ) -> torch.Tensor:
        assert len(inputs) == 1 or (inputs != 0).all()
        return torch.full((len(inputs), gen_length), steps)

    def generate(self) -> None:
        raise AssertionError("that of next tokens")


def asked(arguments: dict[str, Any], prompts: Any = ([5, 6],)) -> Asked:
    return Asked(list(prompts), arguments, 0, 3)


def test_arguments_are_those_of_signature_configuration_and_its_parts() -> None:
    sampler = OwnGenerate(Model(), 0)
    assert sampler.known() == ["max_new_tokens", "max_steps", "inner", "t_min", "bound", "power"]
    defaults = sampler.defaults()
    # What the model says counts before what its class does.
    assert (defaults["max_steps"], defaults["t_min"], defaults["bound"]) == (48, 0.4, 0.1)
    plain = OwnGenerate(Plain(), 0)
    assert plain.words == "Plain.diffusion_generate"
    assert plain.known() == ["gen_length", "steps", "threshold"]
    assert plain.defaults() == {"gen_length": 4, "steps": 8}


def test_fields_stand_in_the_setting_that_they_belong_to() -> None:
    model = Model()
    answers = OwnGenerate(model, 0).sample(asked({"bound": 0.5, "max_steps": 16}))
    assert answers == [[9, 9, 9]]
    ((ids, given),) = model.asked
    assert ids == [[5, 6]]
    assert given == {"max_steps": 16, "inner": Inner(bound=0.5), "max_new_tokens": 3}


def test_prompts_of_several_lengths_are_padded_and_masked() -> None:
    model = Model()
    OwnGenerate(model, 1).sample(asked({"max_new_tokens": 2}, [[5], [6, 7]]))
    ((ids, given),) = model.asked
    assert ids == [[1, 5], [6, 7]]
    assert given["attention_mask"].tolist() == [[0, 1], [1, 1]]
    assert given["max_new_tokens"] == 2


def test_without_a_mask_they_are_written_one_after_the_other() -> None:
    answers = OwnGenerate(Plain(), 0).sample(asked({"steps": 2}, [[5], [6, 7]]))
    assert answers == [[2, 2, 2], [2, 2, 2]]


def test_what_the_configuration_refuses_is_known_without_sampling() -> None:
    model = Model()
    sampler = OwnGenerate(model, 0)
    sampler.check({"t_min": 0.2, "bound": 0.3})
    with pytest.raises(ValueError, match="t_min must be >= 0, got -1"):
        sampler.check({"t_min": -1})
    assert model.generation_config.t_min is None
    OwnGenerate(Plain(), 0).check({"steps": -1})


def test_what_is_no_answer_and_no_method_is_refused() -> None:
    model = Model()
    model.generate = lambda input_ids, **_: "text"  # type: ignore[method-assign]
    with pytest.raises(TypeError, match="returned str; token ids of answers are expected"):
        OwnGenerate(model, 0).sample(asked({"max_new_tokens": 1}))
    said = "[sampler] kind: 'own' is not accepted: Linear has neither generate nor"
    with pytest.raises(InputError, match=re.escape(said)):
        OwnGenerate(torch.nn.Linear(2, 2), 0)

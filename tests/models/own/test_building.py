"""From [model] and [sampler] to a model with its sampler."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from own_samplers import toy_study

from mdm_opt.config import parse_study
from mdm_opt.errors import InputError
from mdm_opt.models.own.building import bytes_text
from mdm_opt.models.registry import build_model


def built(folder: Path, module: str, **changes: Any) -> Any:
    file = parse_study(toy_study(folder, module, **changes), "")
    return build_model(file.model, file.sampler, folder)


def test_a_network_of_the_user_s_with_a_function(tmp_path: Path) -> None:
    one = built(tmp_path, "toy_building")
    assert one.length == 6
    assert not one.is_served
    assert one.sampler.words == "function 'toy_building:write'"
    assert one.own_samples(None, 2, {"steps": 3}, 0).calls.tolist() == [3, 3]
    assert len(one.source_fingerprint) == 64
    assert one.fingerprint == built(tmp_path, "toy_building").fingerprint
    # A network without a tokenizer reads characters by their numbers.
    assert one.prompt_ids("ab") == [97, 98]
    with pytest.raises(InputError, match="no chat template"):
        one.prompt_ids("ab", chat=True)


def test_a_part_of_the_network_can_be_counted(tmp_path: Path) -> None:
    sampler = {"kind": "toy_part:write", "module": "layer", "arguments": {}}
    one = built(tmp_path, "toy_part", sampler=sampler)
    assert isinstance(one.module, torch.nn.Linear)
    assert one.own_samples(None, 1, {"steps": 3}, 0).sequence_calls == 3
    with pytest.raises(InputError) as caught:
        built(tmp_path, "toy_part", sampler={**sampler, "module": "head"})
    assert str(caught.value) == "[sampler] module: 'head' is no part of Net; it has layer"


def test_a_served_model_is_what_it_is_called(tmp_path: Path) -> None:
    model = {"kind": "served", "name": "some", "length": 8}
    one = built(tmp_path, "toy_served", model=model)
    assert one.is_served
    assert one.fingerprint == built(tmp_path, "toy_served", model=model).fingerprint
    for change in ({"name": "other"}, {"revision": "2"}):
        assert built(tmp_path, "toy_served", model={**model, **change}).fingerprint != (
            one.fingerprint
        )
    assert bytes_text(one.prompt_ids("Grüße", chat=True)) == "Grüße"


def test_a_model_of_ours_lends_its_network(tmp_path: Path) -> None:
    one = built(tmp_path, "toy_bundled", model={"kind": "bundled", "length": 12})
    assert one.length == 12
    assert one.module is not None
    assert "[CLS]" not in one.unnamed._reading.decode(one.prompt_ids("1"))


def test_what_is_no_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a torch module is expected with .*, got list"):
        built(
            tmp_path,
            "toy_wrong",
            model={"kind": "toy_wrong_score:score", "options": {"samples": []}},
        )
    with pytest.raises(InputError, match="Net has neither generate nor diffusion_generate"):
        built(tmp_path, "toy_wrong", sampler={"kind": "own"})

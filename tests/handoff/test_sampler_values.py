"""How a model was sampled, as the exported schedule has it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from mdm_opt.candidates import (
    DECODINGS,
    BirthsDecoding,
    Decoding,
    MaskedDecoding,
    UniformDecoding,
)
from mdm_opt.handoff.sampler_values import GridSamplerValues, SamplerValues, sampler_values

GRIDS = [
    BirthsDecoding(),
    BirthsDecoding(births="randomised"),
    UniformDecoding(),
    UniformDecoding(step="flow", first_alpha=0.01, last_alpha=0.9),
]


def test_masked_models_have_what_the_schedule_does_not_say() -> None:
    decoding = MaskedDecoding(order="margin", temperature=0.7, guidance=1.5, end_last=True)
    found = sampler_values(decoding)
    assert found == SamplerValues.of(decoding)
    assert found.model_dump() == {
        "order": "margin",
        "temperature": 0.7,
        "guidance": 1.5,
        "end_last": True,
    }


@pytest.mark.parametrize(
    ("decoding", "keys"),
    [
        (BirthsDecoding(births="binomial"), {"births": "binomial"}),
        (
            UniformDecoding(step="euler", first_alpha=0.02),
            {"step": "euler", "first_alpha": 0.02, "last_alpha": 1.0},
        ),
    ],
)
def test_other_processes_have_the_keys_of_their_own(decoding: Decoding, keys: Any) -> None:
    found = sampler_values(decoding)
    assert isinstance(found, GridSamplerValues)
    assert found.model_dump() == keys


@pytest.mark.parametrize("decoding", GRIDS)
def test_the_settings_come_back_as_they_were(decoding: Decoding) -> None:
    found = sampler_values(decoding)
    assert isinstance(found, GridSamplerValues)
    assert found.decoding() == decoding
    again = GridSamplerValues.model_validate_json(found.model_dump_json())
    assert again == found
    assert type(again.decoding()) is DECODINGS[decoding.process]


def test_keys_that_are_left_out_are_as_usual() -> None:
    assert GridSamplerValues().decoding() == UniformDecoding()
    assert GridSamplerValues(births="poisson").decoding() == BirthsDecoding()
    assert SamplerValues(order="random", temperature=1.0).model_dump() == {
        "order": "random",
        "temperature": 1.0,
        "guidance": 0.0,
        "end_last": False,
    }


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"births": "poisson", "step": "euler"}, "step"),
        ({"births": "poisson", "last_alpha": 0.5}, "last_alpha"),
        ({"births": "gamma"}, "births"),
        ({"step": "euler"}, "step = 'euler' needs first_alpha above 0, got 0"),
        (
            {"first_alpha": 0.5, "last_alpha": 0.4},
            "first_alpha = 0.5 must be below last_alpha = 0.4",
        ),
        ({"first_alpha": 1.0}, "first_alpha"),
        ({"last_alpha": 0.0}, "last_alpha"),
        ({"first_alpha": float("nan")}, "first_alpha"),
        ({"order": "random", "temperature": 1.0}, "order"),
    ],
)
def test_keys_that_make_no_sampler_are_refused(keys: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(said)):
        GridSamplerValues(**keys)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"order": "left"}, "order"),
        ({"temperature": -1.0}, "temperature"),
        ({"end_last": True}, "end_last needs order = 'confidence', 'margin' or 'entropy'"),
        ({"births": "poisson"}, "Extra inputs are not permitted"),
    ],
)
def test_masked_settings_that_make_no_sampler_are_refused(keys: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(said)):
        SamplerValues(**{"order": "random", "temperature": 1.0, **keys})


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        GridSamplerValues(births="poisson").births = "binomial"  # type: ignore[misc]

"""What an object lacks to be a denoiser, and what it offers besides."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from mdm_opt.errors import InputError
from mdm_opt.models.base import Denoiser, checked_denoiser, lacking, offers
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import toy_balanced

NAMES = [
    "length",
    "vocab_size",
    "mask_token_id",
    "fingerprint",
    "device",
    "log_probs",
    "decode",
    "encode",
]


def whole(**changes: Any) -> SimpleNamespace:
    """An object with all attributes, whatever they are."""
    numbers = {"length": 1, "vocab_size": 2, "mask_token_id": 2, "fingerprint": "f"}
    functions = dict.fromkeys(("log_probs", "decode", "encode"), lambda *_: None)
    return SimpleNamespace(**{**numbers, **functions, "device": torch.device("cpu"), **changes})


def test_nothing_is_lacking_where_all_attributes_are_there() -> None:
    assert lacking(whole()) == []
    assert lacking(EnumeratedDenoiser(toy_balanced())) == []
    assert isinstance(whole(), Denoiser)
    assert lacking(object()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_what_is_lacking_is_named(name: str) -> None:
    candidate = whole()
    delattr(candidate, name)
    assert lacking(candidate) == [name]
    assert not isinstance(candidate, Denoiser)


def test_what_is_there_is_not_called() -> None:
    class Careful:
        def __getattr__(self, name: str) -> Any:
            if name in NAMES:
                return lambda *_: pytest.fail("called")
            raise AttributeError(name)

    assert checked_denoiser(Careful(), "m:f").__class__ is Careful


def test_a_denoiser_is_given_back_as_it_is() -> None:
    candidate = whole()
    assert checked_denoiser(candidate, "m:f") is candidate


def test_the_message_names_the_source_the_type_and_all_that_is_lacking() -> None:
    candidate = whole()
    del candidate.length, candidate.encode
    with pytest.raises(InputError) as caught:
        checked_denoiser(candidate, "[model] kind: 'm:f'")
    assert str(caught.value) == (
        "[model] kind: 'm:f' returned a SimpleNamespace that is no denoiser: it lacks length, "
        "encode"
    )
    with pytest.raises(InputError, match=r"^m:f returned a NoneType that is no denoiser"):
        checked_denoiser(None, "m:f")


def test_what_is_offered_is_a_method_of_that_name() -> None:
    offering = whole(lazy_log_probs=print, first_log_probs=None)
    assert offers(offering, "lazy_log_probs")
    assert offers(offering, "lazy_log_probs", "log_probs")
    assert not offers(offering, "first_log_probs")
    assert not offers(offering, "lazy_log_probs", "first_log_probs")
    assert not offers(offering, "prompt_ids")


def test_what_a_wrapper_passes_on_is_offered_too() -> None:
    class Wrapper:
        def __init__(self, inner: Any) -> None:
            self._inner = inner

        def __getattr__(self, name: str) -> Any:
            return getattr(self._inner, name)

    assert offers(Wrapper(whole(lazy_log_probs=print)), "lazy_log_probs")
    assert not offers(Wrapper(whole()), "lazy_log_probs")
    assert lacking(Wrapper(whole())) == []

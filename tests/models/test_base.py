"""What an object lacks to be a model of a process, and what it offers besides."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from mdm_opt.errors import InputError
from mdm_opt.models.base import (
    Denoiser,
    RateModel,
    TimedLaw,
    checked_model,
    lacking,
    offers,
    process_name,
)
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import bimodal, toy_balanced
from mdm_opt.models.rates import EnumeratedRates
from mdm_opt.models.timed_law import EnumeratedTimedLaw

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

    assert checked_model(Careful(), "m:f").__class__ is Careful


def test_a_denoiser_is_given_back_as_it_is() -> None:
    candidate = whole()
    assert checked_model(candidate, "m:f") is candidate


def test_the_message_names_the_source_the_type_and_all_that_is_lacking() -> None:
    candidate = whole()
    del candidate.length, candidate.encode
    with pytest.raises(InputError) as caught:
        checked_model(candidate, "[model] kind: 'm:f'")
    assert str(caught.value) == (
        "[model] kind: 'm:f' returned a SimpleNamespace that is no denoiser: it lacks length, "
        "encode"
    )
    with pytest.raises(InputError, match=r"^m:f returned a NoneType that is no denoiser"):
        checked_model(None, "m:f")


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


# What a model of each process has besides what all have.
OWN = {
    "masked": ("vocab_size", "mask_token_id", "log_probs"),
    "births": ("max_count", "rates"),
    "uniform": ("vocab_size", "kernel", "log_probs_at"),
}
WORDS = {"masked": "denoiser", "births": "rate model", "uniform": "law of clean tokens"}


def model_of(process: str, **changes: Any) -> SimpleNamespace:
    """An object with all attributes of a model of a process."""
    shared = ("length", "fingerprint", "device", "decode", "encode")
    return SimpleNamespace(**{**dict.fromkeys((*shared, *OWN[process])), **changes})


def test_the_process_of_a_model_is_what_it_can_be_asked() -> None:
    for process in OWN:
        assert process_name(model_of(process)) == process
    law = toy_balanced()
    assert process_name(EnumeratedDenoiser(law)) == "masked"
    assert process_name(EnumeratedRates(bimodal())) == "births"
    assert process_name(EnumeratedTimedLaw(law)) == "uniform"
    assert process_name(object()) == "masked"


def test_models_of_all_processes_keep_their_protocols() -> None:
    rates, timed = EnumeratedRates(bimodal()), EnumeratedTimedLaw(toy_balanced())
    assert isinstance(rates, RateModel)
    assert isinstance(timed, TimedLaw)
    assert not isinstance(timed, Denoiser | RateModel)
    assert not isinstance(rates, Denoiser | TimedLaw)
    assert (lacking(rates, "births"), lacking(timed, "uniform")) == ([], [])


@pytest.mark.parametrize("process", OWN)
def test_what_a_model_of_a_process_lacks_is_named(process: str) -> None:
    whole_one = model_of(process)
    assert checked_model(whole_one, "m:f", process) is whole_one
    for name in (*OWN[process], "length", "encode"):
        candidate = model_of(process)
        delattr(candidate, name)
        assert lacking(candidate, process) == [name]
        with pytest.raises(InputError) as caught:
            checked_model(candidate, "m:f", process)
        assert str(caught.value) == (
            f"m:f returned a SimpleNamespace that is no {WORDS[process]}: it lacks {name}"
        )


@pytest.mark.parametrize("process", OWN)
@pytest.mark.parametrize("other", OWN)
def test_a_model_of_another_process_is_told_which(process: str, other: str) -> None:
    candidate = model_of(other)
    if other == process:
        assert checked_model(candidate, "m:f", process) is candidate
        return
    with pytest.raises(InputError) as caught:
        checked_model(candidate, "m:f", process)
    assert str(caught.value) == (
        f"m:f returned a {WORDS[other]}, and [model] process is {process!r}; process = {other!r} "
        "is needed"
    )


def test_a_part_of_another_model_is_only_what_it_lacks() -> None:
    candidate = model_of("births")
    del candidate.fingerprint
    with pytest.raises(InputError, match=r"that is no denoiser: it lacks vocab_size, mask_token"):
        checked_model(candidate, "m:f")

"""What models of all processes must have: each attribute by itself."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from mdm_opt.models.laws import bimodal
from mdm_opt.models.rates import EnumeratedRates
from mdm_opt.testing.checks import Checks
from mdm_opt.testing.frozen import check_attributes, check_texts


def found(check, model, *more):
    checks = Checks(model, "model")
    check(checks, model, *more)
    try:
        checks.finish()
    except AssertionError as error:
        return str(error).split("\n- ")[1:]
    return []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"length": 0}, ["length: 0 is no integer >= 1"]),
        ({"fingerprint": ""}, ["fingerprint: '' is no text"]),
        ({"device": "cpu"}, ["device: 'cpu' is no torch.device"]),
    ],
)
def test_attributes_are_named_one_by_one(changes, said):
    members = {"length": 2, "fingerprint": "x", "device": torch.device("cpu"), **changes}
    assert found(check_attributes, SimpleNamespace(**members)) == said


def test_texts_are_read_as_they_were_written():
    model, clean = EnumeratedRates(bimodal()), torch.tensor([[0], [8]])
    assert found(check_texts, model, clean) == []
    model.encode = lambda texts: torch.full((len(texts), 1), 9)
    (said,) = found(check_texts, model, clean)
    assert said == "encode: count 9 is not accepted: those of the model run from 0 to 8"

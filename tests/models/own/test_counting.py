"""Forward passes are counted whoever calls them, and random numbers are seeded meanwhile."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
import torch

from mdm_opt.models.own.counting import CallCounter, seeded

CPU = torch.device("cpu")


class Net(torch.nn.Module):
    def forward(self, x: torch.Tensor, kind: str = "tensor") -> Any:
        if kind == "table":
            return {"loss": torch.tensor(0.0), "logits": x}
        return (None, x) if kind == "pair" else {"tensor": x, "text": "none"}[kind]


def test_every_pass_is_counted_with_its_rows() -> None:
    net = Net()
    with CallCounter(net).counting() as counter:
        net(torch.zeros(3, 2))
        # Some samplers pass by the module, where its hooks do not see them.
        net.forward(torch.zeros(2, 2))
        net(torch.zeros(4, 1), kind="table")
        net(torch.zeros(5, 1), kind="pair")
        net(torch.zeros(6, 1), kind="text")
    assert counter.passes == 5
    assert counter.sequences == 3 + 2 + 4 + 5 + 1


def test_the_module_is_as_before() -> None:
    net = Net()
    with pytest.raises(KeyError), CallCounter(net).counting():
        raise KeyError
    assert "forward" not in net.__dict__

    def patched(x: torch.Tensor) -> torch.Tensor:
        return x

    net.forward = patched  # type: ignore[method-assign]  # as accelerate does
    with CallCounter(net).counting() as counter:
        net(torch.zeros(2, 2))
    assert counter.sequences == 2
    assert net.forward is patched


def test_all_randomness_is_seeded_and_given_back() -> None:
    def drawn() -> tuple[float, float, float]:
        return torch.rand(()).item(), float(np.random.rand()), random.random()

    torch.manual_seed(1)
    before = torch.get_rng_state()
    with seeded(5, CPU):
        first = drawn()
    assert torch.equal(torch.get_rng_state(), before)
    outside = drawn()
    with seeded(5, CPU):
        assert drawn() == first
    assert drawn() != outside
    with seeded(6, CPU):
        assert all(a != b for a, b in zip(drawn(), first, strict=True))

"""What models of the user's own have in common."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from mdm_opt.errors import InputError
from mdm_opt.models.torch_base import TorchModel


class Small(TorchModel):
    """Numbers of 0..9."""

    _numbers = "digits"

    def __init__(self, model: Any = torch.neg, **changes: Any) -> None:
        super().__init__(
            model, **{"length": 2, "decode": None, "encode": None, "device": None} | changes
        )
        self.fingerprint = self._find_fingerprint(None, [self.length])

    def _check_generated(self, tokens: torch.Tensor) -> None:
        if bool((tokens > 9).any()):
            raise self._wrong("a digit is too large")


class Unhashable(torch.nn.Module):
    def state_dict(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("no bytes")


def test_the_model_is_asked_on_a_copy_without_gradients() -> None:
    given = torch.tensor([[1, 2]])
    found = Small(lambda tokens, more: tokens.mul_(more))._ask(given, 3)
    assert found.tolist() == [[3, 6]]
    assert given.tolist() == [[1, 2]]
    layer = torch.nn.Linear(2, 2)
    assert not Small(layer)._ask(torch.ones(1, 2)).requires_grad
    assert not layer.training


def test_the_device_is_that_of_the_parameters_or_the_cpu() -> None:
    assert Small().device == Small(torch.nn.Linear(2, 2)).device == torch.device("cpu")
    with pytest.raises(InputError, match="Small: device: 'meta' is not accepted"):
        Small(torch.nn.Linear(2, 2, device="meta"))


def test_numbers_are_read_back() -> None:
    small = Small()
    assert small.encode(small.decode(torch.tensor([[1, 22], [3, 4]])[1:])).tolist() == [[3, 4]]
    with pytest.raises(InputError, match=r"^'1' is no list of 2 digits$"):
        small.encode(["1"])
    with pytest.raises(InputError, match=r"^Small: a digit is too large$"):
        small.encode(["1 22"])
    with pytest.raises(InputError, match=r"^Small: encode returned shape \(1, 3\); \(1, 2\) is"):
        Small(encode=lambda texts: torch.zeros(1, 3)).encode(["x"])


def test_fingerprints_follow_weights_and_frame() -> None:
    torch.manual_seed(0)
    first, second = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    assert Small(first).fingerprint == Small(first).fingerprint
    assert len({Small(first).fingerprint, Small(second).fingerprint, Small().fingerprint}) == 3
    assert Small(first, length=3).fingerprint != Small(first).fingerprint
    with pytest.raises(InputError, match=r"weights cannot be hashed \(no bytes\); give a finger"):
        Small(Unhashable())


def test_what_a_model_raises_first_is_one_line() -> None:
    def raising() -> torch.Tensor:
        raise RuntimeError("no\nidea")

    with pytest.raises(
        InputError, match=r"^Small: the model raised for x: RuntimeError: no idea$"
    ):
        Small()._first(raising, "x")

"""Models of births: the user's own, and the exact rates of laws."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats

import mdm_opt
from mdm_opt.errors import InputError
from mdm_opt.models.base import RateModel
from mdm_opt.models.laws import EnumeratedLaw, bimodal, count_templates
from mdm_opt.models.rates import EnumeratedRates, TorchRates

LENGTH, TOP = 4, 9


class Net(torch.nn.Module):
    """Rates of counts and alpha; dropout shows whether it trains."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.first = torch.nn.Linear(LENGTH + 1, 8)
        self.dropout = torch.nn.Dropout(0.5)
        self.last = torch.nn.Linear(8, LENGTH)

    def forward(self, counts: torch.Tensor, alpha: float) -> torch.Tensor:
        read = torch.nn.functional.pad(counts.float(), (0, 1), value=alpha)
        return torch.nn.functional.softplus(self.last(self.dropout(self.first(read))))


def wrapped(model: Any = None, **changes: Any) -> TorchRates:
    asked = {"length": LENGTH, "max_count": TOP} | changes
    return TorchRates(Net() if model is None else model, **asked)


def some_counts() -> torch.Tensor:
    return torch.tensor([[0, 1, 2, 3], [9, 0, 0, 4]])


def test_it_is_a_model_of_births_and_found_at_the_top() -> None:
    model = wrapped()
    assert mdm_opt.TorchRates is TorchRates
    assert isinstance(model, RateModel)
    assert (model.length, model.max_count, model.output) == (LENGTH, TOP, "rates")
    assert model.device == torch.device("cpu")


def test_rates_are_those_of_the_model() -> None:
    net = Net()
    found = wrapped(net).rates(some_counts(), 0.25)
    assert found.dtype == torch.float64
    assert not found.requires_grad
    torch.testing.assert_close(found, net.eval()(some_counts(), 0.25).detach().double())


def test_an_expected_rest_is_spread_over_the_alpha_that_is_left() -> None:
    net = Net().eval()
    found = wrapped(net, output="rest").rates(some_counts(), 0.75)
    torch.testing.assert_close(found, net(some_counts(), 0.75).detach().double() * 4)


def test_frozen_means_frozen() -> None:
    net = Net().train()
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    model = wrapped(net)
    net.train()  # its owner may do that at any time
    first = model.rates(some_counts(), 0.5)
    assert torch.equal(first, model.rates(some_counts(), 0.5))
    assert all(torch.equal(before[name], tensor) for name, tensor in net.state_dict().items())
    assert all(parameter.requires_grad for parameter in net.parameters())


def test_a_model_that_writes_into_its_counts_does_no_harm() -> None:
    def rude(counts: torch.Tensor, alpha: float) -> torch.Tensor:
        counts.fill_(0)
        return torch.ones(counts.shape)

    counts = some_counts()
    wrapped(rude).rates(counts, 0.5)
    assert torch.equal(counts, some_counts())


def test_fingerprint_follows_weights_and_arguments() -> None:
    found = {
        wrapped(Net(0)).fingerprint,
        wrapped(Net(1)).fingerprint,
        wrapped(Net(0), max_count=8).fingerprint,
        wrapped(Net(0), output="rest").fingerprint,
        wrapped(Net(0), fingerprint="step 100").fingerprint,
        wrapped(Net(0), fingerprint="step 200").fingerprint,
    }
    assert len(found) == 6
    assert wrapped(Net(0)).fingerprint == wrapped(Net(0)).fingerprint


def test_texts_are_counts_and_back_by_default() -> None:
    model = wrapped()
    assert model.decode(some_counts()) == ["0 1 2 3", "9 0 0 4"]
    assert torch.equal(model.encode(model.decode(some_counts())), some_counts())
    assert model.encode([]).shape == (0, LENGTH)
    with pytest.raises(InputError, match="is no list of 4 counts"):
        model.encode(["0 1 2"])
    with pytest.raises(InputError, match=r"TorchRates: a text has a count outside 0\.\.9"):
        model.encode(["0 1 2 10"])


def test_texts_by_functions_of_the_users() -> None:
    def decode(counts: torch.Tensor) -> list[str]:
        return ["".join(map(str, row)) for row in counts.tolist()]

    model = wrapped(decode=decode, encode=lambda texts: [[int(c) for c in t] for t in texts])
    assert model.decode(model.encode(["0123"])) == ["0123"]
    with pytest.raises(InputError, match="TorchRates: texts cannot be read without"):
        wrapped(decode=decode).encode(["0123"])


def broken(counts: torch.Tensor, alpha: float) -> torch.Tensor:
    raise RuntimeError("no\nidea")


@pytest.mark.parametrize("output", ["rates", "rest"])
@pytest.mark.parametrize(
    ("model", "said"),
    [
        (lambda x, a: torch.full(x.shape, torch.nan), "have nan; finite numbers of at least 0"),
        (lambda x, a: torch.full(x.shape, torch.inf), "have inf;"),
        (lambda x, a: x - 0.5, r"have -0\.5;"),
        (lambda x, a: torch.ones(len(x)), r"of shape \(1,\) for counts of shape \(1, 4\)"),
        (lambda x, a: torch.ones(*x.shape, 1), r"of shape \(1, 4, 1\)"),
        (lambda x, a: x, "returned torch.int64; floating-point"),
        (lambda x, a: "hello", "returned str; floating-point"),
        (broken, "raised for counts of nothing but zeros: RuntimeError: no idea$"),
        (lambda x: x, "raised for counts of nothing but zeros: TypeError"),
    ],
)
def test_a_model_that_answers_wrongly_is_refused_in_one_line(
    model: Any, said: str, output: str
) -> None:
    with pytest.raises(InputError, match=said) as raised:
        wrapped(model, output=output)
    assert str(raised.value).startswith("TorchRates: ")
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": 3}, "model: 'int' is not accepted"),
        ({"length": 0}, "length: 0 is not accepted: a whole number of at least 1"),
        ({"max_count": 0}, "max_count: 0 is not accepted: a whole number of at least 1"),
        ({"max_count": 2.5}, "max_count: 2.5 is not accepted: a whole number is expected"),
        ({"output": "mean"}, "output: 'mean' is not accepted: must be one of rates, rest"),
        ({"device": "abacus"}, "device: 'abacus'"),
        ({"device": "meta"}, "device: 'meta' is not accepted"),
        ({"decode": lambda counts: []}, "decode returned 0 values for 1 sequences"),
        ({"decode": lambda counts: counts[9]}, "decode raised IndexError"),
    ],
)
def test_impossible_arguments_are_refused_in_one_line(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said) as raised:
        wrapped(**changes)
    assert len(str(raised.value).splitlines()) == 1


def uneven() -> EnumeratedLaw:
    """A law of two counts of 0..3 with holes."""
    outcomes = np.array([[0, 3], [2, 2], [3, 0], [1, 1]])
    return EnumeratedLaw(outcomes, np.array([0.4, 0.3, 0.2, 0.1]), "0123")


def brute_force(law: EnumeratedLaw, row: tuple[int, ...], alpha: float) -> list[float]:
    """E[x_0 - x | x] / (1 - alpha), one outcome after the other; 0 off the support."""
    total, rest = 0.0, np.zeros(law.length)
    for clean, probability in zip(law.outcomes, law.probabilities, strict=True):
        weight = probability * np.prod(stats.binom.pmf(row, clean, alpha))
        total += weight
        rest += weight * (clean - row)
    return (rest / total / (1 - alpha)).tolist() if total else [0.0] * law.length


@pytest.mark.parametrize("make", [bimodal, uneven, lambda: count_templates(0)])
@pytest.mark.parametrize("alpha", [0.2, 0.9])
def test_rates_equal_brute_force_in_every_state(make: Any, alpha: float) -> None:
    law = make()
    states = list(itertools.product(range(law.vocab_size), repeat=law.length))
    found = EnumeratedRates(law).rates(torch.tensor(states), alpha)
    expected = [brute_force(law, row, alpha) for row in states]
    assert found.dtype == torch.float64
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12, atol=1e-12)


def test_nothing_is_born_off_the_support() -> None:
    model = EnumeratedRates(uneven())
    found = model.rates(torch.tensor([[3, 1], [0, 3], [1, 0]]), 0.5)
    assert found[:2].tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert bool((found[2] > 0).all())


def test_at_the_start_rates_are_the_means_of_the_law() -> None:
    law = count_templates()
    found = EnumeratedRates(law).rates(torch.zeros((1, 3), dtype=torch.int64), 0.0)
    np.testing.assert_allclose(found[0].numpy(), law.probabilities @ law.outcomes, rtol=1e-12)


def test_next_to_the_end_nothing_underflows() -> None:
    """(1 - alpha)^40 is no float64; the nearest outcome decides."""
    symbols = "".join(chr(100 + i) for i in range(41))
    law = EnumeratedLaw.uniform([[40, 40], [0, 39]], symbols)
    left = 2.0**-52
    found = EnumeratedRates(law).rates(torch.tensor([[0, 0]]), 1 - left)
    assert (found[0] * left).tolist() == pytest.approx([0, 39], abs=1e-9)


def test_a_row_does_not_depend_on_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    law = count_templates()
    states = torch.tensor(list(itertools.product(range(5), repeat=3)))
    whole = EnumeratedRates(law).rates(states, 0.37)
    for row in range(0, 125, 9):
        alone = EnumeratedRates(law).rates(states[row : row + 1], 0.37)
        assert torch.equal(alone[0], whole[row])
    monkeypatch.setattr("mdm_opt.models.rates._BLOCK_VALUES", 3 * law.outcomes.size)
    assert torch.equal(EnumeratedRates(law).rates(states, 0.37), whole)


def test_full_cache_is_emptied_and_answers_stay_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    law = uneven()
    states = torch.tensor(list(itertools.product(range(4), repeat=2)))
    expected = [EnumeratedRates(law).rates(states, alpha) for alpha in (0.1, 0.6)]
    monkeypatch.setattr("mdm_opt.models.rates._CACHE_BYTES", 20 * 8 * 2)
    small = EnumeratedRates(law)
    for _ in range(2):
        for alpha, one in zip((0.1, 0.6), expected, strict=True):
            assert torch.equal(small.rates(states, alpha), one)
            assert len(small._seen) <= 20


def test_exact_rates_are_a_model_of_births() -> None:
    model = EnumeratedRates(bimodal())
    assert isinstance(model, RateModel)
    assert (model.length, model.max_count) == (1, 8)
    assert model.decode(torch.tensor([[3], [8]])) == ["3", "8"]
    assert model.encode(["3", "8"]).tolist() == [[3], [8]]
    with pytest.raises(InputError, match="'9' is no sequence of 1 out of '012345678'"):
        model.encode(["9"])


def test_fingerprint_follows_the_law() -> None:
    found = {EnumeratedRates(count_templates(noise)).fingerprint for noise in (0, 0.1, 0.2)}
    assert len(found) == 3
    assert EnumeratedRates(count_templates()).fingerprint in found


def test_a_law_of_one_symbol_has_nothing_to_be_born() -> None:
    with pytest.raises(ValueError, match="two symbols"):
        EnumeratedRates(EnumeratedLaw.uniform([[0, 0]], "a"))

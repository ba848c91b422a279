"""Models of uniform and ordinal corruption: modules of the user's, and exact posteriors."""

from __future__ import annotations

import itertools
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

import mdm_opt
from mdm_opt.errors import InputError
from mdm_opt.models.base import Denoiser, TimedLaw
from mdm_opt.models.laws import EnumeratedLaw, sudoku4
from mdm_opt.models.timed_law import EnumeratedTimedLaw, TorchLaw
from mdm_opt.schedules.kernels import kernel_named

LENGTH, VOCAB = 4, 3


class Net(torch.nn.Module):
    """Logits that depend on all tokens and on alpha; dropout shows whether it trains."""

    def __init__(self, seed: int = 0, vocab: int = VOCAB) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.embed = torch.nn.Embedding(VOCAB, 8)
        self.dropout = torch.nn.Dropout(0.5)
        self.head = torch.nn.Linear(8, vocab)

    def forward(self, tokens: torch.Tensor, alpha: float) -> torch.Tensor:
        hidden = self.embed(tokens)
        return self.head(self.dropout(hidden + alpha * hidden.mean(1, keepdim=True)))


def wrapped(model: Any = None, **changes: Any) -> TorchLaw:
    return TorchLaw(Net() if model is None else model, **{"length": LENGTH} | changes)


def tokens(batch: int = 2) -> torch.Tensor:
    return torch.arange(batch * LENGTH).reshape(batch, LENGTH) % VOCAB


def test_it_is_a_law_and_found_at_the_top() -> None:
    law = wrapped()
    assert mdm_opt.TorchLaw is TorchLaw
    assert isinstance(law, TimedLaw)
    assert not isinstance(law, Denoiser)
    assert (law.length, law.vocab_size, law.kernel) == (LENGTH, VOCAB, "uniform")
    assert law.device == torch.device("cpu")


def test_log_probs_are_those_of_the_model_at_that_alpha() -> None:
    model = Net()
    law = wrapped(model)
    for alpha in (0.0, 0.2, 0.9):
        found = law.log_probs_at(tokens(), alpha)
        assert found.dtype == torch.float32
        assert not found.requires_grad
        expected = model.eval()(tokens(), alpha).detach().log_softmax(-1)
        torch.testing.assert_close(found, expected)
    different = law.log_probs_at(tokens(), 0.1) - law.log_probs_at(tokens(), 0.6)
    assert float(different.abs().max()) > 1e-3


@pytest.mark.parametrize(
    "answer", [lambda logits: logits, lambda logits: SimpleNamespace(logits=logits)]
)
def test_functions_methods_and_objects_with_logits_give_the_same(answer: Any) -> None:
    model = Net().eval()
    expected = wrapped(model).log_probs_at(tokens(), 0.3)
    for other in (lambda states, alpha: answer(model(states, alpha)), model.forward):
        torch.testing.assert_close(wrapped(other).log_probs_at(tokens(), 0.3), expected)


@pytest.mark.parametrize(
    ("dtype", "found"),
    [
        (torch.float64, torch.float64),
        (torch.float16, torch.float32),
        (torch.bfloat16, torch.float32),
    ],
)
def test_half_precision_is_normalised_in_single(dtype: torch.dtype, found: torch.dtype) -> None:
    law = wrapped(lambda states, _: torch.ones(*states.shape, VOCAB, dtype=dtype))
    log_probs = law.log_probs_at(tokens(), 0.5)
    assert log_probs.dtype == found
    np.testing.assert_allclose(log_probs.exp().sum(-1).numpy(), 1, rtol=1e-6)


def test_frozen_means_frozen() -> None:
    model = Net().train()
    law = wrapped(model)
    assert not model.training
    model.train()  # its owner may do that at any time
    first = law.log_probs_at(tokens(), 0.5)
    assert torch.equal(first, law.log_probs_at(tokens(), 0.5))
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_texts_are_ids_unless_functions_say_otherwise() -> None:
    plain = wrapped()
    assert plain.decode(torch.tensor([[0, 1, 2, 0]])) == ["0 1 2 0"]
    assert plain.encode(["0 1 2 0"]).tolist() == [[0, 1, 2, 0]]
    with pytest.raises(InputError, match="TorchLaw: a text has a token outside 0\\.\\.2"):
        plain.encode(["0 1 2 3"])
    with pytest.raises(InputError, match="'0 1' is no list of 4 token ids"):
        plain.encode(["0 1"])
    letters = wrapped(decode=lambda rows: ["".join("abc"[i] for i in row) for row in rows])
    assert letters.decode(torch.tensor([[2, 1, 0, 0]])) == ["cbaa"]
    with pytest.raises(InputError, match="without its argument encode"):
        letters.encode(["cbaa"])


def test_the_fingerprint_follows_weights_and_arguments() -> None:
    first = wrapped().fingerprint
    assert first == wrapped().fingerprint
    others = [
        wrapped(Net(seed=1)),
        wrapped(length=LENGTH + 1),
        wrapped(kernel="nearest"),
        wrapped(fingerprint="step 1000"),
        wrapped(fingerprint="step 2000"),
    ]
    assert len({first, *(other.fingerprint for other in others)}) == 6


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": 3}, "model: 'int' is not accepted"),
        ({"length": 0}, "length: 0 is not accepted: a whole number of at least 1"),
        ({"vocab_size": 1}, "vocab_size: 1 is not accepted: a whole number of at least 2"),
        (
            {"vocab_size": 4},
            r"logits of shape \(1, 4, 3\) for tokens of shape \(1, 4\); \(1, 4, 4",
        ),
        ({"kernel": "masked"}, "kernel: 'masked' is not accepted: no kernel named 'masked'"),
        ({"model": lambda states, _: states}, "the model returned torch.int64; floating-point"),
        ({"model": lambda states: states}, "the model raised for a sequence of zeros: TypeError"),
        ({"model": lambda states, _: torch.tensor(1.0)}, "vocab_size: 0 is not accepted"),
        (
            {"model": lambda states, _: torch.full((*states.shape, 3), torch.nan)},
            "for a sequence of zeros at alpha = 0.5 are no numbers",
        ),
        ({"decode": lambda rows: []}, "decode returned 0 values for 1 sequences"),
        ({"decode": lambda rows: rows.nothing}, "decode raised AttributeError"),
        ({"device": "nowhere"}, "device: 'nowhere'"),
    ],
)
def test_impossible_arguments_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=rf"^TorchLaw: .*{message}") as raised:
        wrapped(**changes)
    assert "\n" not in str(raised.value)


def test_later_answers_of_another_shape_are_refused() -> None:
    model = Net()
    law = wrapped(lambda states, alpha: model(states, alpha)[:1])
    with pytest.raises(InputError, match=r"TorchLaw: .* shape \(1, 4, 3\) for tokens .* \(2, 4\)"):
        law.log_probs_at(tokens(2), 0.5)


@pytest.fixture(scope="module")
def law() -> EnumeratedLaw:
    """A random weighted law on 20 of the 81 words of four letters."""
    rng = np.random.default_rng(5)
    words = np.array(list(itertools.product(range(VOCAB), repeat=LENGTH)))
    chosen = words[rng.choice(len(words), 20, replace=False)]
    return EnumeratedLaw(chosen, rng.dirichlet(np.ones(20)), "xyz")


@pytest.mark.parametrize("kernel", ["uniform", "nearest", "gaussian(2,3)"])
@pytest.mark.parametrize("alpha", [0.0, 0.3, 0.95])
def test_posteriors_equal_brute_force_in_every_state(
    law: EnumeratedLaw, kernel: str, alpha: float
) -> None:
    states = list(itertools.product(range(VOCAB), repeat=LENGTH))
    model = EnumeratedTimedLaw(law, kernel)
    found = model.log_probs_at(torch.tensor(states), alpha)
    transition = kernel_named(kernel, VOCAB).transition(alpha)
    expected = np.zeros((len(states), LENGTH, VOCAB))
    for row, state in enumerate(states):
        for outcome, probability in zip(law.outcomes, law.probabilities, strict=True):
            for clean, seen in zip(outcome, state, strict=True):
                probability *= transition[clean, seen]
            expected[row, range(LENGTH), outcome] += probability
    expected /= expected.sum(axis=2, keepdims=True)
    np.testing.assert_allclose(found.exp().numpy(), expected, rtol=0, atol=1e-12)
    assert found.dtype == torch.float64


def test_a_row_does_not_depend_on_its_batch(law: EnumeratedLaw) -> None:
    model = EnumeratedTimedLaw(law)
    states = torch.randint(0, VOCAB, (50, LENGTH), generator=torch.Generator().manual_seed(0))
    together = model.log_probs_at(states, 0.4)
    alone = torch.cat([model.log_probs_at(row[None], 0.4) for row in states])
    assert torch.equal(together, alone)


def test_nearly_clean_sequences_off_the_support_still_have_a_posterior() -> None:
    """Sixteen factors of 1e-12 each are no number, their ratios are."""
    model = EnumeratedTimedLaw(sudoku4())
    tokens = torch.zeros((1, 16), dtype=torch.int64)
    log_probs = model.log_probs_at(tokens, 1 - 1e-12)
    np.testing.assert_allclose(log_probs.exp().numpy(), 1 / 4, rtol=1e-9)


def test_a_law_is_a_model_with_texts(law: EnumeratedLaw) -> None:
    model = EnumeratedTimedLaw(law, "nearest")
    assert isinstance(model, TimedLaw)
    assert not isinstance(model, Denoiser)
    assert (model.length, model.vocab_size, model.kernel) == (LENGTH, VOCAB, "nearest")
    assert model.decode(model.encode(["xyzx"])) == ["xyzx"]
    fingerprints = {
        EnumeratedTimedLaw(law, kernel).fingerprint for kernel in ("uniform", "nearest")
    }
    assert len(fingerprints) == 2
    with pytest.raises(ValueError, match="no kernel named 'absorbing'"):
        EnumeratedTimedLaw(law, "absorbing")


def test_torch_is_not_loaded_by_the_name_alone() -> None:
    program = "import sys, mdm_opt; mdm_opt.__all__; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "False\n"

"""Modules and functions of the user's as denoisers."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import mdm_opt
from mdm_opt.errors import InputError
from mdm_opt.models.base import Denoiser, checked_model
from mdm_opt.models.torch_module import TorchDenoiser
from mdm_opt.processes import generate, instance_noise

LENGTH, VOCAB, MASK = 6, 5, 4


class Net(torch.nn.Module):
    """A position-wise model whose neighbours matter a little; dropout shows whether it trains."""

    def __init__(self, seed=0, vocab=VOCAB):
        super().__init__()
        torch.manual_seed(seed)
        self.embed = torch.nn.Embedding(MASK + 1, 8)
        self.dropout = torch.nn.Dropout(0.5)
        self.head = torch.nn.Linear(8, vocab)

    def forward(self, tokens):
        hidden = self.embed(tokens)
        return self.head(self.dropout(hidden + hidden.mean(1, keepdim=True)))


def wrapped(model=None, **changes):
    asked = {"length": LENGTH, "mask_token_id": MASK} | changes
    return TorchDenoiser(Net() if model is None else model, **asked)


def all_masked(batch=2):
    return torch.full((batch, LENGTH), MASK), torch.arange(LENGTH).expand(batch, -1)


def test_it_is_a_denoiser_and_found_at_the_top():
    denoiser = wrapped()
    assert mdm_opt.TorchDenoiser is TorchDenoiser
    assert isinstance(denoiser, Denoiser)
    assert checked_model(denoiser, "test") is denoiser
    assert (denoiser.length, denoiser.vocab_size, denoiser.mask_token_id) == (6, 5, 4)
    assert denoiser.device == torch.device("cpu")


def test_log_probs_are_those_of_the_model_without_what_is_forbidden():
    model = Net()
    denoiser = wrapped(model, forbidden=[1])
    tokens = torch.tensor([[0, MASK, 2, MASK, MASK, 3], [MASK, 0, 0, MASK, 1, MASK]])
    positions = torch.tensor([[1, 4], [5, 0]])
    found = denoiser.log_probs(tokens, positions)
    assert found.dtype == torch.float32
    assert found.shape == (2, 2, VOCAB)
    assert not found.requires_grad
    logits = model.eval()(tokens).detach()
    logits[..., [1, MASK]] = -torch.inf
    expected = torch.stack([row[at] for row, at in zip(logits, positions, strict=True)])
    torch.testing.assert_close(found, expected.log_softmax(-1))
    assert bool((found[..., [1, MASK]] == -torch.inf).all())


@pytest.mark.parametrize(
    "answer", [lambda logits: logits, lambda logits: SimpleNamespace(logits=logits)]
)
def test_functions_methods_and_objects_with_logits_give_the_same(answer):
    model = Net().eval()
    expected = wrapped(model).log_probs(*all_masked())
    for other in (lambda tokens: answer(model(tokens)), model.forward):
        torch.testing.assert_close(wrapped(other).log_probs(*all_masked()), expected)


def test_generation_never_makes_a_forbidden_token():
    denoiser = wrapped(forbidden=[0, 2])
    noise = instance_noise(range(64), LENGTH, seed=0)
    samples = generate(denoiser, np.array([2, 4]), noise)
    assert set(samples.tokens.flatten().tolist()) == {1, 3}


def test_a_mask_token_beyond_the_vocabulary_is_fine():
    denoiser = wrapped(Net(vocab=MASK))
    assert denoiser.vocab_size == MASK
    assert bool(torch.isfinite(denoiser.log_probs(*all_masked())).all())


def test_frozen_means_frozen():
    model = Net().train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    denoiser = wrapped(model)
    assert not model.training
    model.train()  # its owner may do that at any time
    first = denoiser.log_probs(*all_masked())
    assert torch.equal(first, denoiser.log_probs(*all_masked()))
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_what_the_model_keeps_can_still_be_trained_with():
    class Caching(Net):
        kept = None

        def forward(self, tokens):
            if self.kept is None:
                self.kept = torch.arange(tokens.shape[1]) * 0.1
            return super().forward(tokens) * self.kept[None, :, None]

    model = Caching()
    with torch.inference_mode():  # as the sampler calls it
        wrapped(model).log_probs(*all_masked())
    model(torch.zeros(1, LENGTH, dtype=torch.int64)).sum().backward()
    assert model.head.weight.grad is not None


def test_a_model_that_writes_into_its_tokens_does_no_harm():
    def rude(tokens):
        logits = torch.zeros(*tokens.shape, VOCAB)
        tokens.fill_(0)
        return logits

    tokens, positions = all_masked()
    wrapped(rude).log_probs(tokens, positions)
    assert bool((tokens == MASK).all())


def test_fingerprint_follows_weights_and_arguments():
    found = {
        wrapped(Net(0)).fingerprint,
        wrapped(Net(1)).fingerprint,
        wrapped(Net(0), length=5).fingerprint,
        wrapped(Net(0), forbidden=[1]).fingerprint,
        wrapped(Net(0), fingerprint="step 100").fingerprint,
        wrapped(Net(0), fingerprint="step 200").fingerprint,
        wrapped(Net(0).forward).fingerprint,
    }
    assert len(found) == 7
    assert wrapped(Net(0)).fingerprint == wrapped(Net(0)).fingerprint
    assert (
        wrapped(Net(0), fingerprint="a").fingerprint
        == wrapped(Net(1), fingerprint="a").fingerprint
    )
    assert all(len(one) <= 128 for one in found)


def test_fingerprint_of_a_function_is_that_of_its_name():
    def model_of(seed):
        model = Net(seed).eval()

        def ask(tokens):
            return model(tokens)

        return ask

    assert wrapped(model_of(0)).fingerprint == wrapped(model_of(1)).fingerprint
    assert (
        wrapped(model_of(0), fingerprint="0").fingerprint
        != wrapped(model_of(1), fingerprint="1").fingerprint
    )


def test_texts_are_token_ids_and_back_by_default():
    denoiser = wrapped(forbidden=[3])
    tokens = torch.tensor([[0, 1, 2, 0, 1, 2], [2, 2, 2, 1, 1, 0]])
    assert denoiser.decode(tokens) == ["0 1 2 0 1 2", "2 2 2 1 1 0"]
    assert torch.equal(denoiser.encode(denoiser.decode(tokens)), tokens)
    assert denoiser.encode([]).shape == (0, LENGTH)
    for bad in ("0 1 2", "0 1 2 0 1 x", "0 1 2 0 1 3", "0 1 2 0 1 4", "0 1 2 0 1 9"):
        with pytest.raises(InputError):
            denoiser.encode([bad])


def test_texts_by_functions_of_the_users():
    def decode(tokens):
        assert tokens.dtype == torch.int64
        return ["".join("abcde"[i] for i in row) for row in tokens.tolist()]

    def encode(texts):
        return torch.tensor([["abcde".index(c) for c in text] for text in texts])

    denoiser = wrapped(decode=decode, encode=encode)
    assert denoiser.decode(denoiser.encode(["abcdab"])) == ["abcdab"]
    with pytest.raises(InputError, match="encode returned shape"):
        denoiser.encode(["abc"])
    with pytest.raises(InputError, match="without its argument encode"):
        wrapped(decode=decode).encode(["abcdab"])


def no_number(tokens):
    return torch.full((*tokens.shape, VOCAB), torch.nan)


def infinite(tokens):
    return torch.full((*tokens.shape, VOCAB), torch.inf)


def flat(tokens):
    return torch.zeros(len(tokens), VOCAB)


def short(tokens):
    return torch.zeros(len(tokens), LENGTH - 1, VOCAB)


def whole(tokens):
    return torch.zeros(*tokens.shape, VOCAB, dtype=torch.int64)


def broken(tokens):
    raise RuntimeError("no\nidea")


@pytest.mark.parametrize("vocab_size", [None, VOCAB])
@pytest.mark.parametrize(
    ("model", "said"),
    [
        (no_number, "are no numbers"),
        (infinite, "are no numbers"),
        (flat, r"returned logits of shape \(1, 5\)"),
        (short, r"returned logits of shape \(1, 5, 5\)"),
        (whole, "returned torch.int64; floating-point logits"),
        (lambda tokens: "hello", "returned str; floating-point logits"),
        (broken, "raised for an all-masked sequence: RuntimeError: no idea$"),
    ],
)
def test_a_model_that_answers_wrongly_is_refused_in_one_line(model, said, vocab_size):
    with pytest.raises(InputError, match=said) as raised:
        wrapped(model, vocab_size=vocab_size)
    assert len(str(raised.value).splitlines()) == 1


def test_a_model_that_answers_wrongly_later_is_refused_too():
    def moody(tokens):
        return torch.zeros(1, LENGTH, VOCAB)

    with pytest.raises(InputError, match=r"shape \(1, 6, 5\) for tokens of shape \(2, 6\)"):
        wrapped(moody).log_probs(*all_masked(2))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": 3}, "model: 'int' is not accepted"),
        ({"length": 0}, "length: 0 is not accepted: a whole number of at least 1"),
        ({"length": 2.5}, "length: 2.5 is not accepted: a whole number is expected"),
        ({"length": True}, "length: True is not accepted"),
        ({"mask_token_id": -1}, "mask_token_id: -1 is not accepted"),
        ({"mask_token_id": 99}, "raised for an all-masked sequence: IndexError"),
        ({"vocab_size": 7}, r"\(1, 6, 7\) is expected"),
        ({"forbidden": [5]}, "forbidden: 5 is not accepted: token ids run from 0 to 4"),
        ({"forbidden": [0, 1, 2, 3]}, "no token is left"),
        ({"device": "abacus"}, "device: 'abacus'"),
        ({"device": "meta"}, "device: 'meta' is not accepted"),
        ({"decode": lambda tokens: []}, "decode returned 0 values for 1 sequences"),
        ({"decode": lambda tokens: [1]}, "decode returned 1 values for 1 sequences; one text"),
        ({"decode": lambda tokens: tokens[9]}, "decode raised IndexError"),
    ],
)
def test_impossible_arguments_are_refused_in_one_line(changes, said):
    with pytest.raises(InputError, match=said) as raised:
        wrapped(**changes)
    assert len(str(raised.value).splitlines()) == 1


def test_numbers_of_numpy_are_whole_numbers():
    assert wrapped(length=np.int64(LENGTH), forbidden=np.array([1])).length == LENGTH


def test_importing_the_package_stays_light():
    code = (
        "import sys, mdm_opt; mdm_opt.__version__; "
        "print(sorted(set(sys.modules) & {'torch', 'optuna', 'sqlalchemy', 'numpy', 'rich'})); "
        "mdm_opt.TorchDenoiser; print('transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.split("\n")[:2] == ["[]", "False"]

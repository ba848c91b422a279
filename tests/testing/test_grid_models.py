"""check_model on models of births and uniform corruption: ours pass, all it looks at can fail."""

from __future__ import annotations

import pytest
import torch

import mdm_opt
from mdm_opt.errors import InputError
from mdm_opt.models.digits import load_digits_rates
from mdm_opt.models.laws import LAWS
from mdm_opt.models.rates import EnumeratedRates
from mdm_opt.models.timed_law import EnumeratedTimedLaw
from mdm_opt.testing import check_model

LENGTH, MOST = 3, 4


class Texts:
    length, fingerprint, device = LENGTH, "plain", torch.device("cpu")

    def decode(self, tokens):
        return [" ".join(map(str, row)) for row in tokens.tolist()]

    def encode(self, texts):
        return torch.tensor([[int(word) for word in text.split()] for text in texts])


class Rates(Texts):
    """Units that come one by one, whatever the others do."""

    max_count = MOST

    def rates(self, counts, alpha):
        return (MOST - counts).clamp(min=0) / (2 - alpha)


class Law(Texts):
    """Each token is most probably what it is."""

    vocab_size, kernel = MOST, "uniform"

    def log_probs_at(self, tokens, alpha):
        return (3.0 * alpha * torch.nn.functional.one_hot(tokens, MOST)).log_softmax(-1)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Linear(LENGTH + 1, LENGTH)

    def forward(self, counts, alpha):
        time = torch.full((len(counts), 1), alpha)
        return torch.nn.functional.softplus(self.layer(torch.cat([counts.float(), time], 1)))


class Logits(Net):
    def __init__(self):
        super().__init__()
        self.head = torch.nn.Linear(1, MOST)

    def forward(self, tokens, alpha):
        return self.head(super().forward(tokens, alpha)[..., None])


def test_honest_models_pass():
    check_model(Rates())
    check_model(Law())


@pytest.mark.parametrize("law", ["bimodal", "count_templates", "toy_extremes"])
def test_exact_rates_pass(law):
    check_model(EnumeratedRates(LAWS[law]()), tolerance=0.0)


@pytest.mark.parametrize(
    ("law", "kernel"),
    [("toy_extremes", "uniform"), ("chain", "uniform"), ("bimodal", "nearest"),
     ("bimodal", "gaussian")],
)  # fmt: skip
def test_exact_laws_pass(law, kernel):
    check_model(EnumeratedTimedLaw(LAWS[law](), kernel), tolerance=0.0)


def test_modules_of_the_user_pass():
    check_model(mdm_opt.TorchRates(Net(), length=LENGTH, max_count=MOST))
    check_model(mdm_opt.TorchRates(Net(), length=LENGTH, max_count=MOST, output="rest"))
    check_model(mdm_opt.TorchLaw(Logits(), length=LENGTH))
    check_model(mdm_opt.TorchLaw(Logits(), length=LENGTH, kernel="nearest"))


def test_the_bundled_digits_pass():
    check_model(load_digits_rates(device="cpu"))


def changed(base, **members):
    return type("Changed", (base,), members)()


def rates(change):
    """A rate model whose rates are changed."""

    def answer(self, counts, alpha):
        return change(Rates.rates(self, counts, alpha), counts, alpha)

    return changed(Rates, rates=answer)


def law(change):
    """A law whose log-probabilities are changed."""

    def answer(self, tokens, alpha):
        return change(Law.log_probs_at(self, tokens, alpha), tokens, alpha)

    return changed(Law, log_probs_at=answer)


class Drifting(Rates):
    calls = 0

    def rates(self, counts, alpha):
        self.calls += 1
        return super().rates(counts, alpha) + self.calls


class Unsure(Law):
    calls = 0

    def log_probs_at(self, tokens, alpha):
        self.calls += 1
        logits = super().log_probs_at(tokens, alpha)
        logits[..., 0] += self.calls
        return logits.log_softmax(-1)


def overwriting(found, numbers, alpha):
    numbers[:] = 1
    return found


def refuses(self, texts):
    raise InputError("none can be read")


def without_zero(found, tokens, alpha):
    """What is 0 before and afterwards is none at some time between."""
    if 0.7 < alpha < 0.8:
        found[..., 0] = -torch.inf
    return found.log_softmax(-1)


def test_texts_that_cannot_be_read_are_no_fault():
    check_model(changed(Rates, encode=refuses))
    check_model(changed(Law, encode=refuses))


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (changed(Rates, decode=None, max_count=0), "max_count: 0 is no integer >= 1"),
        (changed(Rates, length=0), "length: 0 is no integer >= 1"),
        (changed(Rates, fingerprint=""), "fingerprint: '' is no text"),
        (changed(Rates, device="cpu"), "device: 'cpu' is no torch.device"),
        (rates(lambda r, c, a: None), "rates: NoneType, expected a tensor"),
        (rates(lambda r, c, a: r[:, :1]), "rates: shape (3, 1), expected (3, 3) at alpha = 0"),
        (rates(lambda r, c, a: r.long()), "rates: torch.int64, expected floating-point"),
        (rates(lambda r, c, a: r + torch.zeros(1, requires_grad=True)), "keeps gradients"),
        (rates(overwriting), "rates: changes what it is given"),
        (rates(lambda r, c, a: r * torch.nan), "rates: NaN at alpha = 0"),
        (rates(lambda r, c, a: r / 0), "rates: not finite at alpha = 0"),
        (rates(lambda r, c, a: r - 9), "rates: negative at alpha = 0"),
        (rates(lambda r, c, a: r - 9 * (a > 0.6)), "the model's rates at alpha = 0.75 have -"),
        (rates(lambda r, c, a: r * len(r)), "rates: depends on other sequences of the batch"),
        (rates(lambda r, c, a: r * (a < 0.5)), "the rate 0 to a count of a clean sequence"),
        (rates(lambda r, c, a: 1 / 0), "rates: raised ZeroDivisionError"),
        (Drifting(), "rates: another answer to the same call"),
        (changed(Rates, decode=lambda self, tokens: ["one"]), "decode: not one text a sequence"),
        (changed(Rates, encode=lambda self, texts: Texts.encode(self, texts) + MOST + 1),
         "encode: count"),
        (changed(Rates, encode=lambda self, texts: Texts.encode(self, texts) * 0),
         "encode: its tokens are no longer the texts"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_rates_is_named(model, said):
    named(model, said)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (changed(Law, vocab_size=1), "vocab_size: 1 is no integer >= 2"),
        (changed(Law, kernel="foo"), "kernel: no kernel named 'foo'"),
        (law(lambda p, t, a: p[:, :1]), "log_probs_at: shape (3, 1, 4), expected (3, 3, 4)"),
        (law(lambda p, t, a: p * torch.nan), "log_probs_at: NaN at alpha = 0"),
        (law(lambda p, t, a: p + 0.5), "log_probs_at: sums of probabilities are off 1 by 0.65"),
        (law(lambda p, t, a: p - torch.inf), "log_probs_at: sums of probabilities are off 1"),
        (law(overwriting), "log_probs_at: changes what it is given"),
        (law(lambda p, t, a: (p * len(p)).log_softmax(-1) if a else p), "depends on other"),
        (law(without_zero), "infinite"),
        (Unsure(), "log_probs_at: another answer to the same call"),
        (changed(Law, encode=lambda self, texts: Texts.encode(self, texts) - 9),
         "encode: token id"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_law_is_named(model, said):
    named(model, said)


def named(model, said):
    with pytest.raises(AssertionError) as caught:
        check_model(model)
    head, *found = str(caught.value).split("\n- ")
    assert "is no model of mdm-opt:" in head
    assert any(said in line for line in found), found


def test_what_is_lacking_is_that_of_its_process():
    class Part:
        length = 3

        def rates(self, counts, alpha):
            return counts

    with pytest.raises(AssertionError, match="it lacks max_count, fingerprint"):
        check_model(Part())

"""check_model: our own models pass it, and everything that it looks at can fail."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import LAWS
from mdm_opt.models.loading import load_huggingface
from mdm_opt.models.packaged import BUNDLED_CHECKPOINT
from mdm_opt.models.torch_module import TorchDenoiser
from mdm_opt.testing import check_model

LENGTH, VOCAB, MASK = 6, 5, 4


class Plain:
    """Positions that know nothing of each other; honest in everything."""

    length, vocab_size, mask_token_id = LENGTH, VOCAB, MASK
    fingerprint, device = "plain", torch.device("cpu")

    def log_probs(self, tokens, positions):
        logits = torch.arange(VOCAB, dtype=torch.float32).repeat(*positions.shape, 1)
        logits = logits * (1 + positions[..., None]) / 4
        logits[..., MASK] = -torch.inf
        return logits.log_softmax(-1)

    def decode(self, tokens):
        return ["".join(map(str, row)) for row in tokens.tolist()]

    def encode(self, texts):
        return torch.tensor([[int(digit) for digit in text] for text in texts])


class Lazy(Plain):
    def lazy_log_probs(self, tokens, positions):
        rows = self.log_probs(tokens, positions).flatten(0, 1)
        return SimpleNamespace(log_probs=lambda wanted: rows[wanted])

    def first_log_probs(self, positions):
        return self.lazy_log_probs(None, positions)


def test_honest_models_pass():
    check_model(Plain())
    check_model(Lazy())


@pytest.mark.parametrize("law", LAWS)
def test_exact_models_pass(law):
    check_model(EnumeratedDenoiser(LAWS[law]()), tolerance=0.0)


def test_the_bundled_model_passes():
    check_model(load_huggingface(str(BUNDLED_CHECKPOINT), length=16, device="cpu"))


def test_modules_of_the_user_pass():
    torch.manual_seed(0)
    embedding, head = torch.nn.Embedding(VOCAB, 8), torch.nn.Linear(8, VOCAB)

    def model(tokens):
        hidden = embedding(tokens)
        return head(hidden + hidden.mean(1, keepdim=True))

    found = TorchDenoiser(model, length=LENGTH, mask_token_id=MASK, vocab_size=VOCAB)
    check_model(found)


def changed(base=Plain, **members):
    return type("Changed", (base,), members)()


def answering(change, base=Plain):
    """A model whose log-probabilities are changed."""

    def log_probs(self, tokens, positions):
        return change(base.log_probs(self, tokens, positions), tokens, positions)

    return changed(base, log_probs=log_probs)


class Drifting(Plain):
    calls = 0

    def log_probs(self, tokens, positions):
        self.calls += 1
        logits = super().log_probs(tokens, positions)
        logits[..., 0] += self.calls
        return logits.log_softmax(-1)


class Listening(Plain):
    """The batch is seen: its size changes the answer."""

    def log_probs(self, tokens, positions):
        return (super().log_probs(tokens, positions) * (1 + len(tokens))).log_softmax(-1)


def ordered(found, tokens, positions):
    """Positions are answered in increasing order, whatever was asked."""
    return found.gather(1, positions.argsort(-1)[..., None].expand_as(found))


def overwriting(found, tokens, positions):
    tokens[0, 0] = 0
    tokens[:] = 1
    return found


def masks(found, tokens, positions):
    return found.masked_fill(torch.isneginf(found), -1.0).log_softmax(-1)


def uniform(self, tokens, positions):
    return SimpleNamespace(log_probs=lambda _: torch.zeros(*positions.shape, VOCAB) - 1.6)


def gradients(found, tokens, positions):
    return found + torch.zeros(1, requires_grad=True)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (SimpleNamespace(length=3), "it lacks vocab_size, mask_token_id, fingerprint"),
        (changed(length=0), "length: 0 is no integer >= 1"),
        (changed(length=6.0), "length: 6.0 is no integer"),
        (changed(mask_token_id=-1), "mask_token_id: -1"),
        (changed(fingerprint=""), "fingerprint: '' is no text"),
        (changed(device="cpu"), "device: 'cpu' is no torch.device"),
        (answering(lambda f, t, p: f[:, :1]), "log_probs: shape"),
        (answering(lambda f, t, p: f.half()), "log_probs: torch.float16, expected float32"),
        (answering(gradients), "keeps gradients"),
        (answering(overwriting), "changes what it is given"),
        (answering(lambda f, t, p: f * torch.nan), "NaN"),
        (answering(lambda f, t, p: f + 0.5), "sum to exp(0.5), expected 1"),
        (answering(masks), "the mask token can be generated"),
        (Drifting(), "another answer to the same call"),
        (answering(ordered), "depends on the order of positions"),
        (Listening(), "depends on other sequences of the batch: probabilities differ by"),
        (answering(lambda f, t, p: 1 / 0), "raised ZeroDivisionError"),
        (changed(Lazy, lazy_log_probs=uniform, first_log_probs=None),
         "lazy_log_probs: differs from log_probs"),
        (changed(Lazy, first_log_probs=lambda self, p: self.lazy_log_probs(None, p * 0)),
         "first_log_probs: differs"),
        (changed(decode=lambda self, tokens: ["one"]), "decode: not one text a sequence"),
        (changed(show=lambda self, text, prompt: 7), "show: what it returns is a int, not"),
        (changed(show=lambda self, text: text), "show: raised TypeError"),
        (changed(encode=lambda self, texts: torch.zeros(1, 1)), "encode: torch.float32 (1, 1)"),
        (changed(encode=lambda self, texts: torch.ones(len(texts), LENGTH, dtype=torch.int64)),
         "encode: its tokens are no longer the texts"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(model, said):
    with pytest.raises(AssertionError) as caught:
        check_model(model)
    head, *found = str(caught.value).split("\n- ")
    assert "is no model of mdm-opt:" in head
    assert any(said in line for line in found), found


def test_everything_that_is_wrong_is_named_at_once():
    with pytest.raises(AssertionError) as caught:
        check_model(changed(Drifting, fingerprint="", encode=lambda self, texts: None))
    assert len(str(caught.value).split("\n- ")) >= 4

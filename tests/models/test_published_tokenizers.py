"""Generated texts and tokens, with the tokenizers that published checkpoints have."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache

import numpy as np
import pytest
import torch
from native_models import input_error
from published_tokenizers import PUBLISHED, Published

from mdm_opt.errors import InputError
from mdm_opt.models.huggingface import HuggingFaceDenoiser
from mdm_opt.models.prompts import Prompts

TEXTS = [
    *("the cat sat", " the cat", "  x", "x  ", "the  cat", "\n", "the cat\n sat\n\n x", "a\tb"),
    *("don't.", "the cat 's n't", "Hello, world!", "a . b", "  .", "''", "'", "x  .", "(12)"),
    *("``a''", "\"a\" 'b'", "naïve é—ü", "中の", "😀 x", "x😀", "\ufffd", "[MASK]", "<s>", "##s"),
    *("ACGTACTTTACG", "CATCATACGTAC N", "SVBMYZV", "S V B"),
]
# The embeddings of published models often end behind the tokenizer's ids.
MORE_ROWS = 3
# Their normalizers compose characters that bytes may spell apart.
COMPOSING = {"dream", "modernbert"}
PROTEINS = {"esm", "esmc"}
# Where words are split at white space and punctuation, what was decoded does not say where the
# pieces met, and white space at the ends or in runs is dropped when it is read.
SPACELESS = {
    *("bert uncased", "bert cased", "electra"),
    *("xlm-roberta", "camembert", "albert", "deberta-v3"),
    # The space that is put before a text is left out where the text begins with one.
    "llama",
}


@cache
def published(name: str) -> Published:
    return PUBLISHED[name]()


@cache
def denoiser(name: str, length: int) -> HuggingFaceDenoiser:
    torch.manual_seed(0)
    found = published(name)
    model = found.body(len(found.tokenizer) + MORE_ROWS)
    return HuggingFaceDenoiser(model, found.tokenizer, length=length, **found.keys)


def written(name: str) -> list[int]:
    """Ids of the text that a model can write."""
    found = published(name)
    ends = found.keys.get("end_tokens", ())
    vocabulary = found.tokenizer.get_vocab()
    return sorted(i for token, i in vocabulary.items() if token not in {*found.never, *ends})


def rows(name: str, count: int, seed: int) -> list[list[int]]:
    """Random tokens, one to eight at a time."""
    rng = np.random.default_rng(seed)
    return [rng.choice(written(name), rng.integers(1, 9)).tolist() for _ in range(count)]


def decoded(name: str, row: Sequence[int]) -> str:
    [text] = denoiser(name, len(row)).decode(torch.tensor([row]))
    return text


def encoded(name: str, text: str) -> list[int]:
    """What the denoiser of the right length reads a text as."""
    length = len(published(name).tokenizer(text, add_special_tokens=False).input_ids)
    joined = denoiser(name, 1).text_rule == "joined"
    return denoiser(name, len(text) if joined else length).encode([text])[0].tolist()


def readable(name: str) -> list[list[int]]:
    """The tokens of those of `TEXTS` that are made of tokens that a model can write."""
    found = []
    for text in TEXTS:
        with suppress(InputError):
            found.append(encoded(name, text))
    return found


def comparable(name: str) -> Callable[[str], str]:
    """What of a text must come back."""
    if name in SPACELESS:
        return lambda text: "".join(text.split())
    if name in COMPOSING:
        return lambda text: unicodedata.normalize("NFC", text)
    return str


@pytest.mark.parametrize("name", PUBLISHED)
def test_nothing_special_is_ever_generated(name: str) -> None:
    """Nor an id without a token; everything else is."""
    found = published(name)
    vocabulary = found.tokenizer.get_vocab()
    never = {vocabulary[token] for token in found.never}
    end = len(found.tokenizer)
    never |= set(range(end, end + MORE_ROWS))
    possible = sorted(set(range(end + MORE_ROWS)) - never)
    asked = denoiser(name, 4)
    ids = written(name)
    half = torch.tensor([[asked.mask_token_id, ids[0], ids[-1], asked.mask_token_id]] * 2)
    positions = torch.tensor([[0, 3], [3, 0]])
    prompts = Prompts.of([[ids[0]], [ids[1], ids[2]]], asked.device)
    for given in (None, prompts):
        answer = asked.log_probs(half, positions, given)
        assert torch.isneginf(answer[..., sorted(never)]).all()
        assert torch.isfinite(answer[..., possible]).all()


@pytest.mark.cases(2)
@pytest.mark.parametrize("name", PUBLISHED)
def test_what_is_decoded_is_read_as_the_same_text(name: str) -> None:
    """Of tokens at random."""
    same, exact = comparable(name), 0
    cases = rows(name, 60, seed=1)
    for row in cases:
        text = decoded(name, row)
        # One letter a token makes a protein; elsewhere a text is what the tokenizer says.
        whole = published(name).tokenizer.decode(row)
        assert text == (whole.replace(" ", "") if name in PROTEINS else whole)
        again = decoded(name, encoded(name, text)) if text.strip() else text
        assert same(again) == same(text)
        exact += again == text
    assert exact >= (5 if name in SPACELESS else 58)


@pytest.mark.cases(6)
@pytest.mark.parametrize("name", PUBLISHED)
def test_a_text_is_read_and_decoded_once_and_for_all(name: str) -> None:
    """What was read and decoded comes back to the last space, but for a space at its beginning."""
    found = readable(name)
    for row in found:
        first = decoded(name, row)
        again = decoded(name, encoded(name, first)) if first else first
        assert again == first or (name == "llama" and again == first[1:])
    assert len(found) >= (2 if name in {*PROTEINS, "nucleotides"} else 20)


@pytest.mark.cases(6)
@pytest.mark.parametrize("name", PUBLISHED)
def test_an_answer_is_what_the_whole_has_behind_the_prompt(name: str) -> None:
    cases = [(row, more) for row, more in zip(rows(name, 60, 2), rows(name, 60, 3), strict=True)]
    for row in readable(name):
        cases += [(row[:cut], row[cut:]) for cut in range(1, len(row))]
    exact = [behind(name, prompt, answer) for prompt, answer in cases]
    assert sum(exact) > 0.8 * len(exact)


def behind(name: str, prompt: list[int], answer: list[int]) -> bool:
    """Checks an answer; returns whether the whole begins with all of the prompt's own text."""
    asked, tokenizer = denoiser(name, len(answer)), published(name).tokenizer
    before = [*asked._before.tolist(), *prompt]
    [text] = asked.decode_answers(torch.tensor([answer]), Prompts.of([before], asked.device))
    if asked.text_rule == "joined":
        assert text == "".join(tokenizer.convert_ids_to_tokens(answer))
        return True
    alone, whole = tokenizer.decode(before), tokenizer.decode([*before, *answer])
    assert whole.endswith(text)
    begins = whole[: len(whole) - len(text)]
    if begins == alone:
        return True
    if "\ufffd" in alone + whole:
        # Bytes that are no character by themselves are one with those that follow.
        assert alone.startswith(begins)
        assert "\ufffd" in alone[len(begins) :] + text
    else:
        # A clean-up takes spaces away, and nothing else.
        assert begins.replace(" ", "") == alone.replace(" ", "")
    return False


@pytest.mark.parametrize("name", PUBLISHED)
def test_an_empty_text_has_no_token(name: str) -> None:
    message = input_error(lambda: denoiser(name, 2).encode([""]))
    assert message == "'' has 0 tokens, not 2"
    assert denoiser(name, 2)._texts.after([], []) == ""

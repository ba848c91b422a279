"""Prompts: padding, what a model is asked about them, guidance, end tokens, and their text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st
from language_models import CLEAN, LETTERS, MASK, write_checkpoint, write_tokenizer
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerFast

from mdm_opt.candidates import ORDERS, Decoding
from mdm_opt.errors import InputError
from mdm_opt.models.huggingface import HuggingFaceDenoiser, load_huggingface
from mdm_opt.models.prompts import PromptedDenoiser, Prompts, takes_prompts
from mdm_opt.models.tokens import find_ends
from mdm_opt.processes import generate, instance_noise
from mdm_opt.testing import check_model

LENGTH = 4
CPU = torch.device("cpu")
SIZES = {
    "vocab_size": 11,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 24,
    "initializer_range": 0.5,
}
FRAME = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
ROBERTA_FRAME = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
MODERN = {"bos_token_id": 2, "eos_token_id": 3, "cls_token_id": 2, "sep_token_id": 3}
DISTIL = {"vocab_size": 11, "dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 32}
NATIVE: dict[str, Callable[[], PreTrainedModel]] = {
    "bert": lambda: transformers.BertForMaskedLM(transformers.BertConfig(**SIZES, pad_token_id=0)),
    "roberta": lambda: transformers.RobertaForMaskedLM(
        transformers.RobertaConfig(**SIZES, pad_token_id=1)
    ),
    "distilbert": lambda: transformers.DistilBertForMaskedLM(
        transformers.DistilBertConfig(**DISTIL, max_position_embeddings=24, initializer_range=0.5)
    ),
    "modernbert": lambda: transformers.ModernBertForMaskedLM(
        transformers.ModernBertConfig(
            **SIZES, **MODERN, pad_token_id=0, local_attention=4, global_attn_every_n_layers=2
        )
    ),
    "esm": lambda: transformers.EsmForMaskedLM(
        transformers.EsmConfig(
            **SIZES,
            pad_token_id=0,
            mask_token_id=4,
            position_embedding_type="rotary",
            token_dropout=True,
        )
    ),
}
# Whether the model can be told of padding; the others read prompts of one length at a time.
PADS = {
    "bert": True,
    "roberta": False,
    "distilbert": True,
    "modernbert": True,
    "esm": True,
    "llada": True,
    "llada without mask": False,
    "dream": True,
    "mdlm": False,
}


def native(name: str) -> HuggingFaceDenoiser:
    """A random model between its cls and sep tokens."""
    roberta = name == "roberta"
    frame = ROBERTA_FRAME if roberta else FRAME
    kinds = (
        ("cls", "pad", "sep", "unk", "mask") if roberta else ("pad", "unk", "cls", "sep", "mask")
    )
    vocabulary = {token: index for index, token in enumerate([*frame, *LETTERS])}
    named = dict(zip(kinds, frame, strict=True))
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=named["unk"]))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{named['cls']} $A {named['sep']}",
        special_tokens=[(named[kind], vocabulary[named[kind]]) for kind in ("cls", "sep")],
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, **{f"{kind}_token": token for kind, token in named.items()}
    )
    torch.manual_seed(0)
    return HuggingFaceDenoiser(NATIVE[name](), fast, length=LENGTH)


def remote(folder: Path, kind: str, **keys: Any) -> HuggingFaceDenoiser:
    given = {"length": LENGTH, "device": "cpu", "trust_remote_code": True}
    given["prefix"] = ["<bos>"] if kind == "dream" else None
    return load_huggingface(str(folder), **{**given, **keys})


@pytest.fixture(scope="module")
def denoisers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, HuggingFaceDenoiser]:
    base = tmp_path_factory.mktemp("prompted")
    found = {name: native(name) for name in NATIVE}
    for kind in ("llada", "dream", "mdlm"):
        found[kind] = remote(write_checkpoint(base / kind, kind), kind)
    deaf = write_checkpoint(base / "deaf", "llada", reads_mask=False)
    return {**found, "llada without mask": remote(deaf, "llada")}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Threads only wait for each other on models this small."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("name", PADS)
def test_every_architecture_does_what_a_model_must(
    denoisers: dict[str, HuggingFaceDenoiser], name: str
) -> None:
    check_model(denoisers[name])


@contextmanager
def forwards(denoiser: HuggingFaceDenoiser) -> Iterator[list[tuple[int, ...]]]:
    """Shapes of what the model reads; some layer sees every call, whoever calls it."""
    read: list[tuple[int, ...]] = []
    embedding = next(
        part
        for part in denoiser.model.modules()
        if isinstance(part, torch.nn.Embedding) or type(part).__name__ == "EmbeddingLayer"
    )
    handle = embedding.register_forward_hook(lambda _, args, _out: read.append(args[0].shape))
    try:
        yield read
    finally:
        handle.remove()


def letters(denoiser: HuggingFaceDenoiser) -> list[int]:
    names = denoiser.tokenizer.get_vocab()
    return [names[letter] for letter in LETTERS]


def batch(denoiser: HuggingFaceDenoiser) -> tuple[torch.Tensor, torch.Tensor, list[list[int]]]:
    """Half-masked answers, masked positions, prompts of four lengths."""
    clean, mask = letters(denoiser), denoiser.mask_token_id
    rows = [[0, 1, 2, 3, 4], [2], [5, 1], [3, 3, 0, 5, 1], [4, 4, 1]]
    prompts = [[clean[i] for i in row] for row in rows]
    answers = [[mask, clean[row], mask, mask] for row in range(5)]
    return torch.tensor(answers), torch.tensor([[0, 2, 3]] * 5), prompts


def same(found: torch.Tensor, expected: torch.Tensor, tolerance: float = 1e-4) -> None:
    """Log-probabilities that agree, the impossible tokens, too."""
    assert torch.equal(found.isneginf(), expected.isneginf())
    possible = ~expected.isneginf()
    torch.testing.assert_close(found[possible], expected[possible], rtol=0, atol=tolerance)


rows_of_ids = st.lists(st.lists(st.integers(0, 99), max_size=6), min_size=1, max_size=6)


@settings(max_examples=100, deadline=None)
@given(rows_of_ids, st.data())
def test_prompts_are_padded_on_the_left(rows: list[list[int]], data: st.DataObject) -> None:
    prompts = Prompts.of(rows, CPU)
    width = max(map(len, rows))
    assert prompts.tokens.dtype == torch.int64
    assert prompts.tokens.tolist() == [[0] * (width - len(row)) + row for row in rows]
    assert prompts.lengths.tolist() == [len(row) for row in rows]
    assert len(prompts) == len(rows)
    assert prompts.padding.tolist() == [width - len(row) for row in rows]
    assert prompts.padded == (len({len(row) for row in rows}) > 1)
    places = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1, max_size=8))
    part = prompts.part(np.array(places))
    expected = Prompts.of([rows[place] for place in places], CPU)
    assert part.tokens.tolist() == expected.tokens.tolist()
    assert part.lengths.tolist() == expected.lengths.tolist()
    filled = prompts.filled(7)
    assert (
        filled.tokens.tolist() == Prompts.of([[7] * len(row) for row in rows], CPU).tokens.tolist()
    )
    both = prompts.beside(filled)
    assert both.tokens.tolist() == prompts.tokens.tolist() + filled.tokens.tolist()
    assert both.lengths.tolist() == prompts.lengths.tolist() * 2


def test_no_prompts_and_empty_prompts() -> None:
    assert len(Prompts.of([], CPU)) == 0
    empty = Prompts.of([[], []], CPU)
    assert empty.tokens.shape == (2, 0)
    assert not empty.padded
    assert empty.part(np.array([1])).tokens.shape == (1, 0)


@pytest.mark.parametrize("name", PADS)
@pytest.mark.parametrize("guidance", [0.0, 1.5])
def test_a_padded_batch_answers_as_its_rows_alone(
    denoisers: dict[str, HuggingFaceDenoiser], name: str, guidance: float
) -> None:
    denoiser = denoisers[name]
    answers, positions, prompts = batch(denoiser)
    assert takes_prompts(denoiser)
    with forwards(denoiser) as first:
        found = denoiser.log_probs(answers, positions, Prompts.of(prompts, CPU), guidance)
    assert denoiser._can_pad() is PADS[name]
    singles = [Prompts.of([row], CPU) for row in prompts]
    rows = zip(answers[:, None], positions[:, None], singles, strict=True)
    alone = [denoiser.log_probs(*row, guidance) for row in rows]
    same(found, torch.cat(alone))
    # Not by chance: another prompt is another answer.
    others = Prompts.of(prompts[1:] + prompts[:1], CPU)
    other = denoiser.log_probs(answers, positions, others, guidance)
    assert (other - found).nan_to_num().abs().amax(dim=(1, 2)).min() > 1e-2
    with forwards(denoiser) as calls:
        denoiser.log_probs(answers, positions, Prompts.of(prompts, CPU), guidance)
    sequences = 10 if guidance else 5
    assert sum(shape[0] for shape in calls) == sequences
    # The lengths are 5, 1, 2, 5 and 3.
    assert len(calls) == (1 if PADS[name] else 4)
    # What models can do is found out once.
    assert len(first) >= len(calls)
    with forwards(denoiser) as calls:
        denoiser.log_probs(answers[:2], positions[:2], Prompts.of([prompts[0]] * 2, CPU), guidance)
    assert len(calls) == 1


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("scale", [1.0, 0.4])
@pytest.mark.parametrize(
    ("kind", "reads_mask"), [("llada", True), ("llada", False), ("dream", True)]
)
def test_who_can_be_told_of_padding_is_found_in_any_precision(
    tmp_path: Path, kind: str, reads_mask: bool, scale: float, dtype: str
) -> None:
    """Long texts of which a little padding moves little, in the rounding of half precision."""
    room = {"llada": "max_sequence_length", "dream": "max_position_embeddings"}[kind]
    folder = write_checkpoint(tmp_path / kind, kind, **{room: 256}, reads_mask=reads_mask)
    weights = load_file(folder / "model.safetensors")
    scaled = {name: scale * weight for name, weight in weights.items()}
    save_file(scaled, folder / "model.safetensors", {"format": "pt"})
    assert remote(folder, kind, length=100, dtype=dtype)._can_pad() is reads_mask


def test_the_probe_of_padding_stays_in_the_context(tmp_path: Path) -> None:
    """Prompts of up to three tokens beside 60: no more padding is tried either."""
    folder = write_checkpoint(tmp_path / "llada", "llada", max_sequence_length=63)
    denoiser = remote(folder, "llada", length=60)
    with forwards(denoiser) as calls:
        assert denoiser._can_pad()
    assert {shape[1] for shape in calls} == {60, 63}


@pytest.mark.parametrize("name", PADS)
def test_guidance_is_the_formula_by_hand(
    denoisers: dict[str, HuggingFaceDenoiser], name: str
) -> None:
    """From two calls: the prompts, and masks in their place."""
    denoiser, scale = denoisers[name], 0.8
    answers, positions, prompts = batch(denoiser)
    blind = [[denoiser.mask_token_id] * len(row) for row in prompts]
    given_prompt, free = (
        denoiser.log_probs(answers, positions, Prompts.of(rows, CPU)) for rows in (prompts, blind)
    )
    # Impossible tokens are -inf in both.
    difference = (given_prompt - free).nan_to_num()
    expected = (free + (scale + 1) * difference).log_softmax(-1)
    found = denoiser.log_probs(answers, positions, Prompts.of(prompts, CPU), scale)
    same(found, expected)
    assert not torch.allclose(found.exp(), given_prompt.exp(), atol=1e-2)
    same(denoiser.log_probs(answers, positions, Prompts.of(prompts, CPU), 0.0), given_prompt)


@pytest.mark.parametrize("name", PADS)
def test_the_prefix_is_a_prompt(denoisers: dict[str, HuggingFaceDenoiser], name: str) -> None:
    denoiser = denoisers[name]
    answers, positions, _ = batch(denoiser)
    prefix = Prompts.of([denoiser._before.tolist()] * 5, CPU)
    found = denoiser.log_probs(answers, positions, prefix)
    same(found, denoiser.log_probs(answers, positions), 1e-5)


@pytest.mark.parametrize("name", ["llada", "dream", "bert"])
def test_answers_are_those_of_a_plain_forward_pass(
    denoisers: dict[str, HuggingFaceDenoiser], name: str
) -> None:
    """Prompt, answer and suffix as users of the model write them; Dream's outputs shifted."""
    denoiser = denoisers[name]
    answers, positions, prompts = batch(denoiser)
    found = denoiser.log_probs(answers, positions, Prompts.of(prompts, CPU))
    suffix = [3] if name == "bert" else []
    more = {"use_cache": False} if name == "llada" else {}
    for row, prompt in enumerate(prompts):
        framed = torch.tensor([[*prompt, *answers[row].tolist(), *suffix]])
        with torch.no_grad():
            logits = denoiser.model(input_ids=framed, return_dict=True, **more).logits
        if name == "dream":
            logits = torch.cat([logits[:, :1], logits[:, :-1]], dim=1)
        own = logits[0, len(prompt) + positions[row]][:, letters(denoiser)].log_softmax(-1)
        torch.testing.assert_close(found[row][:, letters(denoiser)], own, rtol=0, atol=1e-4)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", ["llada", "mdlm", "bert"])
def test_samples_are_those_of_single_prompts(
    denoisers: dict[str, HuggingFaceDenoiser], name: str, order: str
) -> None:
    """No near-ties here, so that rounding flips no decision."""
    denoiser = denoisers[name]
    _, _, prompts = batch(denoiser)

    def sampled(rows: list[int]) -> list[list[int]]:
        noise = instance_noise([70 + row for row in rows], LENGTH, seed=1)
        made = Prompts.of([prompts[row] for row in rows], CPU)
        found = generate(
            denoiser,
            np.array([1, 1, 2]),
            noise,
            prompts=made,
            decoding=Decoding(order=order, guidance=0.5),
        )
        return found.tokens.tolist()

    assert sampled([0, 1, 2, 3, 4]) == [sampled([row])[0] for row in range(5)]


class Forgetful(HuggingFaceDenoiser):
    """Keeps no answer to nothing but masks."""

    first_log_probs = None


def test_without_prompts_nothing_but_masks_is_asked_once() -> None:
    denoiser = native("bert")
    noise = instance_noise(range(6), LENGTH, seed=1)
    counts = np.array([1, 0, 2, 1])
    with forwards(denoiser) as calls:
        first = generate(denoiser, counts, noise)
    assert [shape[0] for shape in calls] == [1, 6, 6]
    with forwards(denoiser) as calls:
        again = generate(denoiser, counts, noise)
    assert [shape[0] for shape in calls] == [6, 6]
    assert first.tokens.tolist() == again.tokens.tolist()
    assert first.sequence_calls == again.sequence_calls == 12
    assert first.nfe.tolist() == [3] * 6
    forgetful = Forgetful(denoiser.model, denoiser.tokenizer, length=LENGTH)
    plain = generate(forgetful, counts, noise)
    assert plain.tokens.tolist() == first.tokens.tolist()
    assert plain.sequence_calls == 18


@pytest.fixture(scope="module")
def ending(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LLaDA with its two end tokens, ids 11 and 12, which are special tokens."""
    folder = write_checkpoint(tmp_path_factory.mktemp("ending") / "llada", "llada")
    ends = ("<|endoftext|>", "<|eot_id|>")
    write_tokenizer(folder, "<|mdm_mask|>", *ends)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    tokenizer.add_special_tokens({"additional_special_tokens": list(ends)})
    tokenizer.save_pretrained(folder)
    return folder


def tokens_of(denoiser: HuggingFaceDenoiser) -> set[int]:
    noise = instance_noise(range(200), LENGTH, seed=3)
    return set(
        generate(denoiser, np.array([2, 2]), noise, decoding=Decoding(temperature=5.0))
        .tokens.flatten()
        .tolist()
    )


def test_end_tokens_are_generated_and_cut_a_text(ending: Path) -> None:
    denoiser = remote(ending, "llada")
    assert denoiser.end_token_ids == (11, 12)
    assert isinstance(denoiser, PromptedDenoiser)
    assert tokens_of(denoiser) == {*CLEAN, 11, 12}
    a, b, c, *_ = CLEAN
    rows = [[a, b, 11, c], [a, 12, 11, b], [11, a, b, c], [a, b, c, a], [a, a, b, 12]]
    assert denoiser.decode(torch.tensor(rows)) == ["a b", "a", "", "a b c a", "a a b"]


def test_without_end_tokens_they_are_never_generated(ending: Path) -> None:
    denoiser = remote(ending, "llada", end_tokens=[])
    assert denoiser.end_token_ids == ()
    assert tokens_of(denoiser) == set(CLEAN)
    one = remote(ending, "llada", end_tokens=["<|eot_id|>", "<|eot_id|>"])
    assert one.end_token_ids == (12,)
    assert tokens_of(one) == {*CLEAN, 12}
    a, b, *_ = CLEAN
    assert one.decode(torch.tensor([[a, 12, b, b]])) == ["a"]
    prints = [d.fingerprint for d in (denoiser, one, remote(ending, "llada"))]
    assert len(set(prints)) == 3
    same_again = remote(ending, "llada", end_tokens=["<|eot_id|>", "<|endoftext|>"])
    assert same_again.fingerprint == prints[2]


def test_special_tokens_may_be_named_as_ends(ending: Path) -> None:
    denoiser = remote(ending, "llada", end_tokens=["<eos>", "a"])
    assert denoiser.end_token_ids == (2, 4)
    assert tokens_of(denoiser) == {2, *CLEAN}


@pytest.mark.parametrize(
    ("end_tokens", "message"),
    [
        (["<|end|>"], "[model] end_tokens: '<|end|>' is no token of this model"),
        (["<eos>", ""], "[model] end_tokens: '' is no token of this model"),
        (["<|mdm_mask|>"], "[model] end_tokens: the mask token ends no text"),
    ],
)
def test_impossible_end_tokens_are_refused(
    ending: Path, end_tokens: list[str], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        remote(ending, "llada", end_tokens=end_tokens)
    assert str(caught.value) == message


class Vocabulary:
    """A tokenizer that knows the end tokens of every family."""

    names = ("<|endoftext|>", "<|eot_id|>", "<|role_end|>", "<|im_end|>", "[MASK]")

    def get_vocab(self) -> dict[str, int]:
        return {name: 9 - index for index, name in enumerate(self.names)}


@pytest.mark.parametrize(
    ("model_type", "expected"),
    [
        ("llada", {"<|endoftext|>", "<|eot_id|>"}),
        ("lladamoe", {"<|endoftext|>", "<|role_end|>"}),
        ("Dream", {"<|endoftext|>", "<|im_end|>"}),
        ("mdlm", set()),
        ("bert", set()),
        ("unheard_of", set()),
    ],
)
def test_families_know_their_end_tokens(model_type: str, expected: set[str]) -> None:
    config = PretrainedConfig()
    config.model_type = model_type
    vocabulary = Vocabulary().get_vocab()
    found = find_ends(Vocabulary(), config, None, vocabulary["[MASK]"])
    assert found == tuple(sorted(vocabulary[name] for name in expected))
    assert find_ends(Vocabulary(), config, [], 0) == ()


def test_what_the_tokenizer_puts_before_a_text_comes_before_a_prompt(
    denoisers: dict[str, HuggingFaceDenoiser],
) -> None:
    assert denoisers["bert"].prompt_ids("abc") == [2, 5, 6, 7]
    assert denoisers["bert"].prompt_ids("") == [2]
    assert denoisers["dream"].prompt_ids("abc") == [0, 4, 5, 6]
    assert denoisers["llada"].prompt_ids("abc") == [4, 5, 6]
    assert denoisers["llada"].prompt_ids("") == []


def test_a_prompt_without_a_token_needs_outputs_in_place(
    ending: Path, tmp_path: Path, denoisers: dict[str, HuggingFaceDenoiser]
) -> None:
    """Dream's first answer is predicted by the last token of the prompt."""
    denoiser = remote(write_checkpoint(tmp_path / "dream", "dream"), "dream")
    denoiser._before = denoiser._before[:0]
    with pytest.raises(InputError) as caught:
        denoiser.prompt_ids("")
    message = "prompt without a token: with logits_shift = 1 one is needed"
    assert str(caught.value) == message
    assert denoiser.prompt_ids("a") == [4]


@pytest.mark.parametrize(
    ("name", "letters", "message"),
    [
        # One cls token before, one sep token after.
        ("bert", 18, None),
        ("bert", 19, "prompt of 20 tokens: with 4 generated and 1 fixed ones it exceeds the "
                     "model's 24 positions"),
        ("llada", 60, None),
        ("llada", 61, "prompt of 61 tokens: with 4 generated ones it exceeds the model's 64 "
                      "positions"),
    ],
)  # fmt: skip
def test_prompts_longer_than_the_context_are_refused(
    denoisers: dict[str, HuggingFaceDenoiser], name: str, letters: int, message: str | None
) -> None:
    denoiser = denoisers[name]
    if message is None:
        ids = denoiser.prompt_ids("a" * letters)
        answers = torch.full((1, LENGTH), denoiser.mask_token_id)
        found = denoiser.log_probs(answers, torch.tensor([[3]]), Prompts.of([ids], CPU))
        assert not found.isnan().any()
        return
    with pytest.raises(InputError) as caught:
        denoiser.prompt_ids("a" * letters)
    assert str(caught.value) == message


@pytest.fixture
def chatty(ending: Path) -> HuggingFaceDenoiser:
    denoiser = remote(ending, "llada", prefix=["<pad>"])
    denoiser.tokenizer.chat_template = (
        "{% for m in messages %}<bos>{% if m['content'] == 'f' %}"
        "{{ raise_exception('no\\nf') }}{% endif %}{{ m['content'] }}<eos>{% endfor %}"
        "{% if add_generation_prompt %}b{% endif %}"
    )
    return denoiser


def test_a_message_is_put_into_the_chat_template(chatty: HuggingFaceDenoiser) -> None:
    assert chatty.prompt_ids("ac", chat=True) == [0, 4, 6, 2, 5]
    # A template brings its own beginning; a plain text gets the prefix.
    assert chatty.prompt_ids("ac") == [1, 4, 6]


def test_a_template_that_refuses_is_one_line(chatty: HuggingFaceDenoiser) -> None:
    with pytest.raises(InputError) as caught:
        chatty.prompt_ids("f", chat=True)
    message = str(caught.value)
    assert message.startswith("[objective] chat: the chat template raised TemplateError: ")
    assert "\n" not in message


def test_a_missing_template_is_said(denoisers: dict[str, HuggingFaceDenoiser]) -> None:
    with pytest.raises(InputError) as caught:
        denoisers["llada"].prompt_ids("a", chat=True)
    assert str(caught.value) == ("[objective] chat: the model's tokenizer has no chat template")


def test_what_takes_no_prompts_is_known() -> None:
    assert not takes_prompts(object())
    assert MASK not in CLEAN

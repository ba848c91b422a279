"""Tiny random masked LMs of transformers' own architectures, one token a letter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import AutoModelForMaskedLM, PreTrainedModel, PreTrainedTokenizerFast

from mdm_opt.errors import InputError

LENGTH = 8
LETTERS = "abcdef"
# Frames in the order of ids 0..4: padding is 0 in the first, 1 in the second.
BERT_FRAME = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
ROBERTA_FRAME = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
ROBERTA_KINDS = {"cls": "<s>", "pad": "<pad>", "sep": "</s>", "unk": "<unk>", "mask": "<mask>"}
BERT_KINDS = {kind: f"[{kind.upper()}]" for kind in ("pad", "unk", "cls", "sep", "mask")}
SPECIAL, CLEAN = list(range(5)), list(range(5, 11))
SIZES = {
    "vocab_size": 11,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 16,
    "initializer_range": 0.5,
}


def make_tokenizer(
    frame: tuple[str, ...] = BERT_FRAME,
    kinds: dict[str, str] = BERT_KINDS,
    letters: str = LETTERS,
    *,
    without: str | None = None,
) -> PreTrainedTokenizerFast:
    """A tokenizer with one token a letter, framed by its cls and sep tokens."""
    vocabulary = {name: index for index, name in enumerate([*frame, *letters])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=kinds["unk"]))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{kinds['cls']} $A {kinds['sep']}",
        special_tokens=[(kinds[kind], vocabulary[kinds[kind]]) for kind in ("cls", "sep")],
    )
    named = {f"{kind}_token": name for kind, name in kinds.items() if kind != without}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **named)


def tokenizer_of(name: str) -> PreTrainedTokenizerFast:
    """The tokenizer of one of `MAKERS`."""
    roberta = name == "roberta"
    return make_tokenizer(ROBERTA_FRAME, ROBERTA_KINDS) if roberta else make_tokenizer()


def make_bert(**sizes: int) -> PreTrainedModel:
    config = transformers.BertConfig(**{**SIZES, **sizes}, pad_token_id=0)
    return transformers.BertForMaskedLM(config)


def make_roberta(**sizes: int) -> PreTrainedModel:
    config = transformers.RobertaConfig(**{**SIZES, **sizes}, pad_token_id=1)
    return transformers.RobertaForMaskedLM(config)


def make_distilbert(**sizes: int) -> PreTrainedModel:
    own = {"vocab_size": 11, "dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 32}
    positions = {"max_position_embeddings": 16, **sizes}
    config = transformers.DistilBertConfig(**own, **positions, initializer_range=0.5)
    return transformers.DistilBertForMaskedLM(config)


def make_modernbert(**sizes: int) -> PreTrainedModel:
    config = transformers.ModernBertConfig(
        **{**SIZES, **sizes},
        pad_token_id=0,
        bos_token_id=2,
        eos_token_id=3,
        cls_token_id=2,
        sep_token_id=3,
        local_attention=4,
        global_attn_every_n_layers=2,
    )
    return transformers.ModernBertForMaskedLM(config)


def make_esm(**sizes: int) -> PreTrainedModel:
    config = transformers.EsmConfig(
        **{**SIZES, **sizes},
        pad_token_id=0,
        mask_token_id=4,
        position_embedding_type="rotary",
        token_dropout=True,
    )
    return transformers.EsmForMaskedLM(config)


MAKERS: dict[str, Callable[..., PreTrainedModel]] = {
    "bert": make_bert,
    "roberta": make_roberta,
    "distilbert": make_distilbert,
    "modernbert": make_modernbert,
    "esm": make_esm,
}


def write_native(folder: Path, name: str) -> Path:
    """A saved checkpoint; its special tokens are the likeliest of all."""
    torch.manual_seed(0)
    model = MAKERS[name]()
    output_biases = [weight for weight in model.parameters() if weight.shape == (11,)]
    assert len(output_biases) == 1
    with torch.no_grad():
        output_biases[0][SPECIAL] += 5.0
    model.save_pretrained(folder)
    tokenizer_of(name).save_pretrained(folder)
    return folder


def random_state(
    seed: int, batch: int = 5, length: int = LENGTH
) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens with four masked positions a row, and these positions."""
    rng = np.random.default_rng(seed)
    tokens = rng.choice(CLEAN, (batch, length))
    positions = np.stack([rng.permutation(length)[:4] for _ in range(batch)])
    np.put_along_axis(tokens, positions, 4, axis=1)
    return torch.from_numpy(tokens), torch.from_numpy(positions)


def input_error(action: Callable[[], Any]) -> str:
    """The one-line message of the InputError that ``action`` raises."""
    with pytest.raises(InputError) as caught:
        action()
    message = str(caught.value)
    assert message.strip()
    assert "\n" not in message
    return message


def frame_ids(name: str) -> tuple[int, int]:
    return (0, 2) if name == "roberta" else (2, 3)


def reference(
    folder: Path,
    tokens: torch.Tensor,
    positions: torch.Tensor,
    frame: tuple[int, int],
    dtype: torch.dtype = torch.float32,
) -> torch.Tensor:
    """Full forward pass, then log-softmax over the letters, then the positions."""
    model = AutoModelForMaskedLM.from_pretrained(folder, dtype=dtype).eval()
    batch = len(tokens)
    framed = torch.cat(
        [torch.full((batch, 1), frame[0]), tokens, torch.full((batch, 1), frame[1])], dim=1
    )
    with torch.no_grad():
        logits = model(input_ids=framed).logits[:, 1:-1].float()
    letters = torch.full_like(logits, -torch.inf)
    letters[..., CLEAN] = logits[..., CLEAN].log_softmax(-1)
    return letters[torch.arange(batch)[:, None], positions]

"""Tokenizers as published checkpoints have them, with small vocabularies and tiny random models.

Classes, normalizers, decoders, special tokens and fillers are the published ones; the words are a
few, and every character of ASCII and some beyond it.
"""

from __future__ import annotations

import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedModel, PreTrainedTokenizerFast

CHARACTERS = [chr(code) for code in range(33, 127)] + list("éüñß—中の")
WORDS = ["the", "cat", "sat", "un", "able", "don", "Hello", "world", "naïve", "x", "12"]
BYTES = sorted(pre_tokenizers.ByteLevel.alphabet())
# What these are merged to, each from two that stand before it.
MERGES = [
    *(("Ġ", "t"), ("h", "e"), ("Ġt", "he"), ("Ġ", "c"), ("a", "t"), ("Ġc", "at"), ("Ġ", "s")),
    *(("Ġs", "at"), ("Ġ", "Ġ"), ("Ã", "©"), ("ð", "Ł"), ("ðŁ", "ĺ"), ("t", "he"), ("Ġ", ".")),
]
SIZES: dict[str, Any] = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "max_position_embeddings": 80,
}


@dataclass(frozen=True, eq=False)
class Published:
    """A tokenizer, and what belongs to it.

    Attributes:
        tokenizer: as transformers loads it.
        never: special tokens and fillers, flagged or not, that no text has.
        body: makes the model of a number of embeddings.
        keys: of the study file's [model] table.
    """

    tokenizer: Any
    never: tuple[str, ...]
    body: Callable[[int], PreTrainedModel]
    keys: dict[str, Any] = field(default_factory=dict)


def _body(name: str, tokenizer: Any, **more: Any) -> Callable[[int], PreTrainedModel]:
    """Makes a model of a class by the name of its configuration."""
    ids = {
        f"{kind}_token_id": found
        for kind in ("pad", "mask", "cls", "sep", "bos", "eos")
        if (found := getattr(tokenizer, f"{kind}_token_id", None)) is not None
    }

    def make(rows: int) -> PreTrainedModel:
        given = {**SIZES, "pad_token_id": 0, **ids, "vocab_size": rows, **more}
        config = getattr(transformers, f"{name}Config")(**given)
        made: PreTrainedModel = getattr(transformers, f"{name}ForMaskedLM")(config)
        return made

    return make


def _table(*names: str) -> dict[str, int]:
    return {name: number for number, name in enumerate(dict.fromkeys(names))}


def _scores(*names: str) -> list[tuple[str, float]]:
    """Pieces of a unigram model: longer ones are likelier than their parts."""
    return [(name, -10.0 if len(name) == 1 else -12.0) for name in dict.fromkeys(names)]


def _byte_pairs(*before: str, after: tuple[str, ...] = ()) -> dict[str, int]:
    return _table(*before, *BYTES, *(a + b for a, b in MERGES), *after)


def _fillers(name: str, count: int) -> list[str]:
    return [name.format(number) for number in range(count)]


def _plain(word: str) -> str:
    """Lower case without accents."""
    kept = (letter for letter in unicodedata.normalize("NFD", word.lower()))
    return "".join(letter for letter in kept if unicodedata.category(letter) != "Mn")


def bert(body: str = "Bert", **given: Any) -> Published:
    """As bert-base: words and ``##`` for their continuations, fillers among the special tokens."""
    special = ["[PAD]", *_fillers("[unused{}]", 3), "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    special.append("[unused993]")
    words = [*CHARACTERS, *WORDS, "s", "ing"]
    if given.get("do_lower_case") is not False:
        words = [word for word in words if word == _plain(word)]
    vocabulary = _table(*special, *words, *(f"##{word}" for word in words))
    tokenizer = transformers.BertTokenizer(vocab=vocabulary, **given)
    return Published(tokenizer, tuple(special), _body(body, tokenizer))


def roberta() -> Published:
    """As roberta-base: byte pairs, with the fillers of fairseq."""
    never = ("<s>", "<pad>", "</s>", "<unk>")
    fillers = ("<|endoftext|>", *_fillers("madeupword000{}", 3), "<mask>")
    tokenizer = transformers.RobertaTokenizer(
        vocab=_byte_pairs(*never, after=fillers),
        merges=MERGES,
        mask_token=AddedToken("<mask>", lstrip=True, special=True),
    )
    return Published(tokenizer, never + fillers, _body("Roberta", tokenizer))


def _sentencepieces(
    *before: str, after: tuple[str, ...] = (), plain: bool = False
) -> list[tuple[str, float]]:
    pieces = [*CHARACTERS, "▁", "▁▁", *(f"▁{word}" for word in WORDS), *WORDS, "▁.", "▁a", "▁é"]
    pieces = [piece for piece in pieces if not plain or piece == _plain(piece)]
    special = dict.fromkeys(before, 0.0) | dict.fromkeys(after, 0.0)
    return [
        *((name, 0.0) for name in before),
        *(pair for pair in _scores(*pieces) if pair[0] not in special),
        *((name, 0.0) for name in after),
    ]


def xlm_roberta() -> Published:
    never = ("<s>", "<pad>", "</s>", "<unk>")
    tokenizer = transformers.XLMRobertaTokenizer(
        vocab=_sentencepieces(*never, after=("<mask>",)),
        mask_token=AddedToken("<mask>", lstrip=True, special=True),
    )
    return Published(tokenizer, (*never, "<mask>"), _body("XLMRoberta", tokenizer))


def camembert() -> Published:
    """Its special tokens stand twice in the vocabulary, once as ``NOTUSED``."""
    never = ("<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>", "<unk>NOTUSED", "<s>", "</s>")
    tokenizer = transformers.CamembertTokenizer(
        vocab=_sentencepieces(*never, after=("<mask>",)), additional_special_tokens=[]
    )
    return Published(tokenizer, (*never, "<mask>"), _body("Camembert", tokenizer))


def albert() -> Published:
    never = ("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]")
    tokenizer = transformers.AlbertTokenizer(
        vocab=_sentencepieces(*never, plain=True),
        mask_token=AddedToken("[MASK]", lstrip=True, special=True),
    )
    return Published(tokenizer, never, _body("Albert", tokenizer, embedding_size=8))


def deberta() -> Published:
    never = ("[PAD]", "[CLS]", "[SEP]", "[UNK]")
    tokenizer = transformers.DebertaTokenizer(
        vocab=_byte_pairs(*never, after=("[MASK]",)),
        merges=MERGES,
        mask_token=AddedToken("[MASK]", lstrip=True, special=True),
    )
    return Published(tokenizer, (*never, "[MASK]"), _body("Deberta", tokenizer))


def deberta_v2() -> Published:
    """As deberta-v3: the mask stands behind the vocabulary."""
    never = ("[PAD]", "[CLS]", "[SEP]", "[UNK]")
    tokenizer = transformers.DebertaV2Tokenizer(vocab=_sentencepieces(*never), unk_id=3)
    return Published(tokenizer, (*never, "[MASK]"), _body("DebertaV2", tokenizer))


def _esm(names: list[str], **given: Any) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vocab.txt"
        path.write_text("\n".join(names))
        return transformers.EsmTokenizer(str(path), **given)


def esm() -> Published:
    frame = ["<cls>", "<pad>", "<eos>", "<unk>"]
    fillers = ["<null_1>", "<mask>"]
    tokenizer = _esm([*frame, *"LAGVSERTIDPKQNFYMHWCXBUZO.-", *fillers])
    return Published(tokenizer, (*frame, *fillers), _body("Esm", tokenizer))


def esmc() -> Published:
    """As ESM C, whose alphabet stands in its class; chains are broken by a special token."""
    tokenizer = transformers.EsmcTokenizer()
    never = ("<cls>", "<pad>", "<eos>", "<unk>", "|", "<mask>")
    return Published(tokenizer, never, _body("Esmc", tokenizer))


def nucleotides() -> Published:
    """As the Nucleotide Transformer: words of six letters, and end tokens that nothing names."""
    frame = ["<unk>", "<pad>", "<mask>", "<cls>", "<eos>", "<bos>"]
    sixes = ["AAAAAA", "ACGTAC", "TTTACG", "GGGCCC", "CATCAT", "TGCATG"]
    tokenizer = _esm([*frame, *sixes, *"ATCGN"], eos_token=None)
    return Published(tokenizer, tuple(frame), _body("Esm", tokenizer))


def llama(legacy: bool) -> Published:
    """Byte fallback; the decoder strips one space. Legacy files always prepend a space."""
    special = ("<unk>", "<s>", "</s>")
    byte_tokens = [f"<0x{number:02X}>" for number in range(256)]
    pieces = [name for name, _ in _sentencepieces()]
    vocabulary = _table(*special, *byte_tokens, *pieces, "<mask>", "<|reserved_special_token_0|>")
    merges = [("▁", "▁"), ("▁", "."), ("▁", "a"), ("▁", "é"), ("1", "2")]
    tokenizer = transformers.LlamaTokenizer(
        vocab=vocabulary, merges=merges, legacy=legacy, mask_token="<mask>"
    )
    if legacy:
        backend = tokenizer.backend_tokenizer
        backend.normalizer = normalizers.Sequence(
            [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
        )
        backend.pre_tokenizer = None
    never = (*special, "<mask>", "<|reserved_special_token_0|>")
    return Published(tokenizer, never, _body("EuroBert", tokenizer))


def dream() -> Published:
    """As Qwen 2.5: byte pairs; control tokens that are not flagged, and some that are."""
    flagged = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|box_start|>", "<|mask|>"]
    unflagged = ["<|fim_prefix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>"]
    tokenizer = transformers.Qwen2Tokenizer(
        vocab=_byte_pairs(), merges=MERGES, mask_token="<|mask|>"
    )
    tokenizer.add_tokens([AddedToken(name, special=True, normalized=False) for name in flagged])
    tokenizer.add_tokens([AddedToken(name, normalized=False) for name in unflagged])
    tokenizer.add_tokens([AddedToken("<tool_call>", normalized=False)])
    ends = ["<|endoftext|>", "<|im_end|>"]
    never = tuple(name for name in [*flagged, *unflagged] if name not in ends)
    return Published(tokenizer, never, _body("EuroBert", tokenizer), {"end_tokens": ends})


def llada() -> Published:
    """Byte pairs, and hundreds of reserved tokens that are not flagged."""
    special = ["<|startoftext|>", "<|endoftext|>", "[CLS]", "[gMASK]"]
    special += [*_fillers("<|reserved_token_{}|>", 3), "<|mdm_mask|>", "<|eot_id|>"]
    tokenizer = transformers.GPT2Tokenizer(
        vocab=_byte_pairs(after=tuple(special)),
        merges=MERGES,
        bos_token="<|startoftext|>",
        mask_token="<|mdm_mask|>",
    )
    ends = ["<|endoftext|>", "<|eot_id|>"]
    never = tuple(name for name in special if name not in ends)
    return Published(tokenizer, never, _body("EuroBert", tokenizer), {"end_tokens": ends})


def modernbert() -> Published:
    """As OLMo's byte pairs: runs of spaces are tokens; fillers stand behind the special ones."""
    backend = Tokenizer(models.BPE(_byte_pairs("<|padding|>"), MERGES))
    backend.normalizer = normalizers.NFC()
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]
    backend.add_tokens([AddedToken(" " * count, normalized=True) for count in (4, 3)])
    backend.add_special_tokens([AddedToken(name, special=True) for name in special])
    unused = _fillers("[unused{}]", 4)
    backend.add_tokens([AddedToken(name, normalized=True) for name in unused])
    ids = [("[CLS]", backend.token_to_id("[CLS]")), ("[SEP]", backend.token_to_id("[SEP]"))]
    backend.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ids)
    named = {f"{name.strip('[]').lower()}_token": name for name in special[1:]}
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, clean_up_tokenization_spaces=True, **named
    )
    never = ("<|padding|>", *special, *unused)
    return Published(tokenizer, never, _body("ModernBert", tokenizer))


def perceiver() -> Published:
    """Bytes, whose tokens are named as if they were the characters of Latin-1."""
    tokenizer = transformers.PerceiverTokenizer()
    never = ("[PAD]", "[BOS]", "[EOS]", "[MASK]", "[CLS]", "[SEP]")
    sizes = {
        "num_latents": 4, "d_latents": 16, "d_model": 16, "num_self_attends_per_block": 1,
        "num_self_attention_heads": 2, "num_cross_attention_heads": 2, "qk_channels": 16,
        "v_channels": 16,
    }  # fmt: skip
    return Published(tokenizer, never, _body("Perceiver", tokenizer, **sizes))


PUBLISHED: dict[str, Callable[[], Published]] = {
    "bert uncased": lambda: bert(clean_up_tokenization_spaces=True),
    "bert cased": lambda: bert(do_lower_case=False),
    "electra": lambda: bert("Electra", embedding_size=8),
    "roberta": roberta,
    "xlm-roberta": xlm_roberta,
    "camembert": camembert,
    "albert": albert,
    "deberta": deberta,
    "deberta-v3": deberta_v2,
    "esm": esm,
    "esmc": esmc,
    "nucleotides": nucleotides,
    "llama": lambda: llama(legacy=False),
    "llama legacy": lambda: llama(legacy=True),
    "dream": dream,
    "llada": llada,
    "modernbert": modernbert,
    "perceiver": perceiver,
}

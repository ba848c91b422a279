"""Models that need no hub: the bundled one, and weights that lie in an installed package."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.models.huggingface import HuggingFaceDenoiser
from mdm_opt.models.loading import load_huggingface
from mdm_opt.plugins import one_line
from mdm_opt.sample_texts import in_blocks
from mdm_opt.sudoku import show

BUNDLED_CHECKPOINT = Path(__file__).parent / "bundled" / "sudoku6x6"
BUNDLED_LENGTH = 36


@dataclass(frozen=True)
class PackagedWeights:
    """Weights of a BERT inside an installed package, whose code is never imported.

    Attributes:
        kind: of the study file.
        package: name of the package; what follows is relative to its folder.
        version: one that holds the weights.
        install: command that installs it.
        weights: folder of ``config.json`` and ``pytorch_model.bin``.
        vocabulary: file with one token a line, in the order of their ids.
        token: regular expression of one token of a text; None for one character.
        config: what ``config.json`` does not say.
    """

    kind: str
    package: str
    version: str
    install: str
    weights: str
    vocabulary: str
    token: str | None = None
    config: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


ANTIBERTY = PackagedWeights(
    kind="antiberty",
    package="antiberty",
    version="0.1.3",
    install="pip install 'mdm-opt[antibody]'",
    weights="trained_models/AntiBERTy_md_smooth",
    vocabulary="trained_models/vocab.txt",
)
# Its requirements are those of 2020, and none of them is needed for reading its files.
RXNFP = PackagedWeights(
    kind="reactions",
    package="rxnfp",
    version="0.1.0",
    install="pip install --no-deps rxnfp==0.1.0",
    weights="models/transformers/bert_pretrained",
    vocabulary="models/transformers/bert_pretrained/vocab.txt",
    token=r"\[[^\]]+\]|%[0-9]{2}|Br|Cl|>>|.",
    config=MappingProxyType({"model_type": "bert"}),
)


def load_bundled(
    *, length: int = BUNDLED_LENGTH, dtype: str = "auto", device: str = "auto"
) -> HuggingFaceDenoiser:
    """The model that ships with the package: 36 tokens, a 6x6 Sudoku grid row by row.

    Args:
        length: cells that it writes; a prompt gives those before them.
        dtype: see `load_huggingface`.
        device: see `load_huggingface`.
    """
    found = load_huggingface(str(BUNDLED_CHECKPOINT), length=length, dtype=dtype, device=device)
    found.show = show
    return found


def load_antiberty(
    *, length: int, dtype: str = "auto", device: str = "auto"
) -> HuggingFaceDenoiser:
    """AntiBERTy, a BERT of 26M weights trained by others on 558M antibody sequences.

    Args:
        length: residues of one sequence; see `load_packaged` for the rest.
    """
    return load_packaged(ANTIBERTY, length=length, dtype=dtype, device=device)


def load_reactions(
    *, length: int, dtype: str = "auto", device: str = "auto"
) -> HuggingFaceDenoiser:
    """The BERT of rxnfp, 6.7M weights trained by others on the SMILES of chemical reactions.

    Args:
        length: atoms, bonds and signs of one text; see `load_packaged` for the rest.
    """
    found = load_packaged(RXNFP, length=length, dtype=dtype, device=device)
    found.show = in_blocks
    return found


def load_packaged(
    source: PackagedWeights, *, length: int, dtype: str = "auto", device: str = "auto"
) -> HuggingFaceDenoiser:
    """A masked LM whose weights lie inside an installed package, which is not imported.

    Args:
        source: where they lie.
        length: tokens of one sequence, framed by [CLS] and [SEP].
        dtype: see `load_huggingface`.
        device: see `load_huggingface`.

    Raises:
        InputError: where the package is not installed or holds no weights.
    """
    found = importlib.util.find_spec(source.package)
    if found is None or not found.submodule_search_locations:
        raise InputError(
            f"{key_name('model.kind')} {source.kind!r} needs its package: {source.install}"
        )
    folder = Path(found.submodule_search_locations[0])
    try:
        names = (folder / source.vocabulary).read_text(encoding="utf-8").split()
    except OSError as error:
        raise InputError(
            f"{key_name('model')} the installed package {source.package} holds no model: "
            f"{one_line(error)}; "
            f"version {source.version} does"
        ) from error
    return load_huggingface(
        str(folder / source.weights),
        length=length,
        dtype=dtype,
        device=device,
        tokenizer=_tokenizer(names, source.token),
        config=source.config,
    )


def _tokenizer(names: list[str], token: str | None) -> PreTrainedTokenizerFast:
    """Frames a text as [CLS] tokens [SEP]; packages ship only the list of tokens."""
    vocabulary = {name: index for index, name in enumerate(names)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    pattern = "" if token is None else Regex(token)
    tokenizer.pre_tokenizer = pre_tokenizers.Split(pattern, "isolated")
    tokenizer.decoder = decoders.Fuse()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        **{f"{kind}_token": f"[{kind.upper()}]" for kind in ("pad", "unk", "cls", "sep", "mask")},
    )

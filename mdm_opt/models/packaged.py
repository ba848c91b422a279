"""Models that need no hub: the bundled one and AntiBERTy."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.models.huggingface import HuggingFaceDenoiser
from mdm_opt.models.loading import load_huggingface
from mdm_opt.plugins import one_line

BUNDLED_CHECKPOINT = Path(__file__).parent / "bundled" / "sudoku6x6"
BUNDLED_LENGTH = 36


def load_bundled(
    *, length: int = BUNDLED_LENGTH, dtype: str = "auto", device: str = "auto"
) -> HuggingFaceDenoiser:
    """The model that ships with the package: 36 tokens, a 6x6 Sudoku grid row by row.

    Args:
        length: cells that it writes; a prompt gives those before them.
        dtype: see `load_huggingface`.
        device: see `load_huggingface`.
    """
    return load_huggingface(str(BUNDLED_CHECKPOINT), length=length, dtype=dtype, device=device)


def load_antiberty(
    *, length: int, dtype: str = "auto", device: str = "auto"
) -> HuggingFaceDenoiser:
    """AntiBERTy, a BERT of 26M weights trained by others on 558M antibody sequences.

    The weights lie inside the wheel; the package itself is not imported.

    Args:
        length: residues of one sequence, framed by [CLS] and [SEP].
        dtype: see `load_huggingface`.
        device: see `load_huggingface`.

    Raises:
        InputError: where the package is not installed or holds no weights.
    """
    found = importlib.util.find_spec("antiberty")
    if found is None or not found.submodule_search_locations:
        raise InputError(
            f"{key_name('model.kind')} 'antiberty' needs its package: pip install "
            "'mdm-opt[antibody]'"
        )
    weights = Path(found.submodule_search_locations[0]) / "trained_models"
    try:
        names = (weights / "vocab.txt").read_text().split()
    except OSError as error:
        raise InputError(
            f"{key_name('model')} the installed package antiberty holds no model: "
            f"{one_line(error)}; "
            "version 0.1.3 does"
        ) from error
    return load_huggingface(
        str(weights / "AntiBERTy_md_smooth"),
        length=length,
        dtype=dtype,
        device=device,
        tokenizer=_residue_tokenizer(names),
    )


def _residue_tokenizer(names: list[str]) -> PreTrainedTokenizerFast:
    """One token a residue, framed as [CLS] residues [SEP]; the package ships only the list."""
    vocabulary = {name: index for index, name in enumerate(names)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        **{f"{kind}_token": f"[{kind.upper()}]" for kind in ("pad", "unk", "cls", "sep", "mask")},
    )

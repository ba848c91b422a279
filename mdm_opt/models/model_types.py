"""What is known of language models by the ``model_type`` of their configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mdm_opt.errors import InputError
from mdm_opt.messages import key_name


@dataclass(frozen=True)
class ModelType:
    """What a checkpoint of one kind does not say of itself.

    Attributes:
        mask_token: the mask in the tokenizer's vocabulary, where the tokenizer has it under
            another name or none.
        mask_after_vocabulary: the mask is the one id that the tokenizer does not have.
        logits_shift: 1 where position i is predicted by the output at i - 1.
        end_tokens: tokens that the model writes where its text ends.
    """

    mask_token: str | None = None
    mask_after_vocabulary: bool = False
    logits_shift: int = 0
    end_tokens: tuple[str, ...] = ()


_FAMILIES = {
    "llada": ModelType("<|mdm_mask|>", end_tokens=("<|endoftext|>", "<|eot_id|>")),
    "lladamoe": ModelType("<|mask|>", end_tokens=("<|endoftext|>", "<|role_end|>")),
    "dream": ModelType("<|mask|>", logits_shift=1, end_tokens=("<|endoftext|>", "<|im_end|>")),
    "mdlm": ModelType(mask_after_vocabulary=True),
}
# These replace tokens by random ones: no token says that a position is still open.
_UNIFORM = {
    "diffusion_gemma": "DiffusionGemma",
    "diffusion_gemma_text": "DiffusionGemma",
    "duo": "Duo",
    "gidd": "GIDD",
    "sedd": "SEDD",
    "udlm": "UDLM",
}
_MAX_LENGTH_NAMES = ("max_position_embeddings", "max_sequence_length", "model_length")


def model_type_of(model_type: Any) -> ModelType:
    """What is known of a ``model_type``; of an unknown one, nothing."""
    return _FAMILIES.get(str(model_type).lower(), ModelType())


def refuse_uniform(model_type: Any, source: str) -> None:
    """Refuses models that have no masked state.

    Raises:
        InputError: naming the process.
    """
    name = _UNIFORM.get(str(model_type).lower())
    if name is not None:
        raise InputError(
            f"{key_name('model.path')}: {source!r} is a {name} model (type {model_type!r}), "
            "which is asked "
            "about random tokens instead of masked ones (uniform corruption or scores); accepted "
            "are models that predict masked tokens, such as LLaDA, Dream, MDLM, BERT and ESM"
        )


def max_length(config: Any) -> int | None:
    """Positions that a model was made for, None where its configuration does not say."""
    found = (getattr(config, name, None) for name in _MAX_LENGTH_NAMES)
    return next((int(number) for number in found if number is not None), None)

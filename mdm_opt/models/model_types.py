"""What is known of language models by the ``model_type`` of their configuration."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

from mdm_opt.errors import InputError
from mdm_opt.messages import key_name

Attention = Literal["auto", "full", "block_causal"]


@dataclass(frozen=True)
class ModelType:
    """What a checkpoint of one kind does not say of itself.

    Attributes:
        mask_token: the mask in the tokenizer's vocabulary, where the tokenizer has it under
            another name or none.
        mask_after_vocabulary: the mask is the one id that the tokenizer does not have.
        logits_shift: 1 where position i is predicted by the output at i - 1.
        end_tokens: tokens that the model writes where its text ends.
        chunked: it reads by chunks, which padding on the left would move.
        attention_block: tokens of a block of its attention, whose blocks see themselves and those
            before them; where its configuration says another number, that one holds. None where
            it attends to everything.
    """

    mask_token: str | None = None
    mask_after_vocabulary: bool = False
    logits_shift: int = 0
    end_tokens: tuple[str, ...] = ()
    chunked: bool = False
    attention_block: int | None = None


_LLADA2 = ModelType("<|mask|>", end_tokens=("<|endoftext|>", "<|role_end|>"), attention_block=32)
_SDAR = ModelType("<|MASK|>", end_tokens=("<|endoftext|>", "<|im_end|>"), attention_block=4)
_FAMILIES = {
    "llada": ModelType("<|mdm_mask|>", end_tokens=("<|endoftext|>", "<|eot_id|>")),
    "lladamoe": ModelType("<|mask|>", end_tokens=("<|endoftext|>", "<|role_end|>")),
    "dream": ModelType("<|mask|>", logits_shift=1, end_tokens=("<|endoftext|>", "<|im_end|>")),
    "mdlm": ModelType(mask_after_vocabulary=True),
    "reformer": ModelType(chunked=True),
    "llada2_moe": _LLADA2,
    "llada2_moe_veomni": _LLADA2,
    "sdar": _SDAR,
    "sdar_moe": _SDAR,
}
# What configurations call the tokens of a block.
_BLOCK_NAMES = ("block_size", "block_length", "bd_size")
# These replace tokens by random ones: no token says that a position is still open.
_UNIFORM = {
    "diffusion_gemma": "DiffusionGemma",
    "diffusion_gemma_text": "DiffusionGemma",
    "duo": "Duo",
    "gidd": "GIDD",
    "sedd": "SEDD",
    "udlm": "UDLM",
}
# Of these the law of the clean tokens at any time is what they answer with.
_TIMED = ("duo", "udlm")
_MAX_LENGTH_NAMES = ("max_position_embeddings", "max_sequence_length", "model_length")


def model_type_of(model_type: Any) -> ModelType:
    """What is known of a ``model_type``; of an unknown one, nothing."""
    return _FAMILIES.get(str(model_type).lower(), ModelType())


def attends_to_everything(model_type: Any) -> bool:
    """Whether a model of a type is known to attend to whole sequences, as all masked LMs do."""
    name = str(model_type).lower()
    known = name in _FAMILIES or name in MODEL_FOR_MASKED_LM_MAPPING_NAMES
    return known and model_type_of(name).attention_block is None


def attention_block_of(config: Any, attention: Attention, block_length: int | None) -> int | None:
    """Tokens of a block of a model's attention; None where it attends to everything.

    Args:
        config: of the checkpoint.
        attention: ``[model] attention`` of the study file.
        block_length: ``[model] block_length``, for which the configuration stands in, and what is
            known of the type.

    Raises:
        InputError: for an attention that the type is known not to have, and without a length.
    """
    kind, key = str(config.model_type).lower(), key_name("model.attention")
    usual = model_type_of(kind).attention_block
    if usual is not None and attention == "full":
        raise InputError(
            f"{key} = 'full' is not accepted: models of type {kind!r} attend block by block, and "
            "are not served otherwise; accepted: 'auto', 'block_causal'"
        )
    if attention == "block_causal" and attends_to_everything(kind):
        raise InputError(
            f"{key} = 'block_causal' is not accepted: models of type {kind!r} attend to whole "
            "sequences; accepted: 'auto', 'full'"
        )
    if usual is None and attention != "block_causal":
        if block_length is not None:
            raise InputError(
                f"{key_name('model.block_length')} = {block_length} is not accepted: nothing says "
                f"that models of type {kind!r} attend in blocks; {key} = 'block_causal' does"
            )
        return None
    said = (getattr(config, name, None) for name in _BLOCK_NAMES)
    found = next((one for one in said if isinstance(one, int) and one > 1), usual)
    if block_length is None and found is None:
        raise InputError(
            f"{key_name('model.block_length')}: missing: {key} = 'block_causal' needs the tokens "
            f"of a block, and the configuration has none of {', '.join(_BLOCK_NAMES)}"
        )
    return found if block_length is None else block_length


def refuse_process(model_type: Any, source: str, process: str = "masked") -> None:
    """Refuses models that are known to be of another process.

    Args:
        model_type: of the checkpoint's configuration.
        source: of the checkpoint.
        process: that the model is loaded for: ``masked`` or ``uniform``.

    Raises:
        InputError: naming the process.
    """
    kind = str(model_type).lower()
    name = _UNIFORM.get(kind)
    if kind in _TIMED:
        if process == "masked":
            raise InputError(
                f"{key_name('model.path')}: {source!r} is a {name} model (type {model_type!r}), "
                "which is asked about random tokens instead of masked ones; it needs "
                f"{key_name('model.process')} = 'uniform'"
            )
        return
    if process == "uniform" and kind in _FAMILIES:
        raise InputError(
            f"{key_name('model.process')} = 'uniform' is not accepted: {source!r} (type "
            f"{model_type!r}) predicts masked tokens"
        )
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
    positions = next((int(number) for number in found if number is not None), None)
    if positions is None or getattr(config, "model_type", None) != "reformer":
        return positions
    return _reformer_length(config, positions)


def _reformer_length(config: Any, positions: int) -> int:
    """Positions of a Reformer: those of its axial embeddings, in whole chunks of its attention."""
    if config.axial_pos_embds:
        positions = min(positions, math.prod(config.axial_pos_shape))
    kinds = set(config.attn_layers)
    chunks = [int(getattr(config, f"{kind}_attn_chunk_length")) for kind in kinds]
    # What is longer than the shortest chunk is padded to a multiple of all of them.
    whole: int = positions - positions % math.lcm(*chunks)
    return max(whole, min(positions, *chunks))

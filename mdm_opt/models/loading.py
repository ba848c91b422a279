"""Loading a masked LM from a local folder or a hub id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mdm_opt.models.block_denoiser import BlockCausalDenoiser
from mdm_opt.models.checkpoint import Checkpoint, load_checkpoint
from mdm_opt.models.devices import (
    compile_blocks,
    pick_device,
    pick_dtype,
    quiet_transformers,
)
from mdm_opt.models.huggingface import HuggingFaceDenoiser
from mdm_opt.models.model_types import Attention, attention_block_of
from mdm_opt.models.texts import Rule
from mdm_opt.models.uniform_lm import LEAST_ALPHA, HuggingFaceLaw, Time


def load_huggingface(
    source: str,
    *,
    length: int,
    revision: str | None = None,
    dtype: str = "auto",
    device: str = "auto",
    prefix: Sequence[str] | None = None,
    suffix: Sequence[str] | None = None,
    trust_remote_code: bool = False,
    tokenizer: Any = None,
    mask_token: str | None = None,
    mask_token_id: int | None = None,
    end_tokens: Sequence[str] | None = None,
    logits_shift: int | None = None,
    text: Rule | None = None,
    attention: Attention = "auto",
    block_length: int | None = None,
    device_map: str | None = None,
    compile: bool = False,
    config: Mapping[str, Any] | None = None,
) -> HuggingFaceDenoiser:
    """Loads a masked LM from a local folder or a hub id.

    Args:
        source: folder, or hub id ``owner/name``.
        length: generated tokens.
        revision: commit, tag or branch of a hub id.
        dtype: ``float32``, ``bfloat16``, ``float16`` or ``auto`` (float32 on a CPU, the
            checkpoint's own elsewhere).
        device: a torch device, or ``auto`` (CUDA where there is one, else the CPU).
        prefix: see `HuggingFaceDenoiser`.
        suffix: see `HuggingFaceDenoiser`.
        trust_remote_code: run the checkpoint's own Python code; off by default. A hub id needs a
            revision then.
        tokenizer: used instead of the checkpoint's: a tokenizer, or its folder or hub id.
        mask_token: see `HuggingFaceDenoiser`.
        mask_token_id: see `HuggingFaceDenoiser`.
        end_tokens: see `HuggingFaceDenoiser`.
        logits_shift: see `HuggingFaceDenoiser`.
        text: see `HuggingFaceDenoiser`.
        attention: ``full``, ``block_causal`` (each block sees itself and those before it), or
            ``auto``: what is known of the type or found by asking the model.
        block_length: tokens of a block of its attention; None takes those of its configuration,
            or what is known of the type.
        device_map: see `mdm_opt.models.devices.place_model`.
        compile: compile the layers with torch.compile; the first steps of every shape take long.
        config: what the checkpoint's ``config.json`` does not say.

    Raises:
        InputError: where the checkpoint cannot be loaded, in one line.
    """
    checkpoint = _loaded(
        source,
        dtype,
        device,
        revision=revision,
        trust_remote_code=trust_remote_code,
        tokenizer=tokenizer,
        device_map=device_map,
        config=config,
    )
    block = attention_block_of(checkpoint.model.config, attention, block_length)
    settings: dict[str, Any] = {
        "length": length,
        "prefix": prefix,
        "suffix": suffix,
        "mask_token": mask_token,
        "mask_token_id": mask_token_id,
        "end_tokens": end_tokens,
        "logits_shift": logits_shift,
        "text": text,
        "code": checkpoint.code,
    }
    given = checkpoint.model, checkpoint.tokenizer
    if block is None:
        denoiser = HuggingFaceDenoiser(*given, **settings)
    else:
        denoiser = BlockCausalDenoiser(*given, block_length=block, **settings)
    if compile:
        compile_blocks(denoiser.model)
    return denoiser


def load_huggingface_law(
    source: str,
    *,
    length: int,
    revision: str | None = None,
    dtype: str = "auto",
    device: str = "auto",
    trust_remote_code: bool = False,
    tokenizer: Any = None,
    time: Time = "sigma",
    least_alpha: float = LEAST_ALPHA,
    text: Rule | None = None,
    device_map: str | None = None,
    compile: bool = False,
) -> HuggingFaceLaw:
    """Loads a language model of uniform corruption (UDLM, Duo), whose own code runs.

    Args:
        source: folder, or hub id ``owner/name``.
        length: tokens of one sequence.
        revision: see `load_huggingface`, as all that is not here.
        time: see `HuggingFaceLaw`.
        least_alpha: see `HuggingFaceLaw`.

    Raises:
        InputError: where the checkpoint cannot be loaded, in one line.
    """
    checkpoint = _loaded(
        source,
        dtype,
        device,
        revision=revision,
        trust_remote_code=trust_remote_code,
        tokenizer=tokenizer,
        device_map=device_map,
        process="uniform",
    )
    law = HuggingFaceLaw(
        checkpoint.model,
        checkpoint.tokenizer,
        length=length,
        time=time,
        least_alpha=least_alpha,
        text=text,
        code=checkpoint.code,
    )
    if compile:
        compile_blocks(law.model)
    return law


def load_whole(
    source: str,
    *,
    revision: str | None = None,
    dtype: str = "auto",
    device: str = "auto",
    trust_remote_code: bool = False,
    tokenizer: Any = None,
    device_map: str | None = None,
    compile: bool = False,
) -> Checkpoint:
    """Loads a language model of any kind that is sampled by a sampler of its own.

    Args:
        source: see `load_huggingface`, as all others.

    Raises:
        InputError: where the checkpoint cannot be loaded, in one line.
    """
    found = _loaded(
        source,
        dtype,
        device,
        revision=revision,
        trust_remote_code=trust_remote_code,
        tokenizer=tokenizer,
        device_map=device_map,
        process="own",
    )
    found.model.eval().requires_grad_(False)
    if compile:
        compile_blocks(found.model)
    return found


def _loaded(source: str, dtype: str, device: str, **asked: Any) -> Checkpoint:
    """The checkpoint, where it is to run; ``asked`` is the rest of `load_checkpoint`."""
    quiet_transformers()
    place = pick_device(device)
    return load_checkpoint(source, dtype=pick_dtype(dtype, place), place=place, **asked)

"""What a tokenizer says of the tokens that are not generated: mask, frame, special tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mdm_opt.denoisers.families import family_of
from mdm_opt.errors import InputError


def find_mask(
    tokenizer: Any, config: Any, mask_token: str | None, mask_token_id: int | None
) -> int:
    """The id that stands for "masked".

    The study file is asked first, then the tokenizer, the family and the configuration.

    Raises:
        InputError: where nobody knows one, or the token does not exist.
    """
    vocabulary = tokenizer.get_vocab()
    if mask_token_id is not None:
        return mask_token_id
    if mask_token is not None:
        if mask_token not in vocabulary:
            raise InputError(f"[model] mask_token: {mask_token!r} is no token of this model")
        return int(vocabulary[mask_token])
    family = family_of(config.model_type)
    if tokenizer.mask_token_id is not None:
        return int(tokenizer.mask_token_id)
    if family.mask_token in vocabulary:
        return int(vocabulary[family.mask_token])
    configured = getattr(config, "mask_token_id", None)
    if isinstance(configured, int) and not isinstance(configured, bool) and configured >= 0:
        return configured
    if family.mask_after_vocabulary and config.vocab_size == len(tokenizer) + 1:
        return len(tokenizer)
    raise InputError(
        "[model] the tokenizer has no mask token: this is no masked LM, or [model] mask_token "
        "(a token) or mask_token_id (a number) must say which token stands for masked"
    )


def special_ids(tokenizer: Any) -> set[int]:
    """Ids of named special tokens, and of tokens that were added as special."""
    added = getattr(tokenizer, "added_tokens_decoder", {})
    return {*tokenizer.all_special_ids, *(i for i, token in added.items() if token.special)}


def frame_ids(
    tokenizer: Any, prefix: Sequence[str] | None, suffix: Sequence[str] | None
) -> tuple[list[int], list[int]]:
    """Ids of the fixed tokens before and after the generated ones.

    Args:
        tokenizer: of the model.
        prefix: token strings; None takes what the tokenizer puts before a text.
        suffix: token strings; None takes what it puts after one.

    Raises:
        InputError: for a string that is no token.
    """
    text = tokenizer.mask_token or "a"
    ids = list(tokenizer(text).input_ids)
    own = list(tokenizer(text, add_special_tokens=False).input_ids)
    starts = [i for i in range(len(ids) - len(own) + 1) if own and ids[i : i + len(own)] == own]
    before, after = (ids[: starts[0]], ids[starts[0] + len(own) :]) if starts else ([], [])
    if prefix is not None:
        before = _ids(tokenizer, prefix, "prefix")
    if suffix is not None:
        after = _ids(tokenizer, suffix, "suffix")
    return before, after


def _ids(tokenizer: Any, names: Sequence[str], key: str) -> list[int]:
    vocabulary = tokenizer.get_vocab()
    for name in names:
        if name not in vocabulary:
            raise InputError(f"[model] {key}: {name!r} is no token of this model")
    return [vocabulary[name] for name in names]

"""What a tokenizer says of the tokens that are not generated: mask, frame, special tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.models.model_types import model_type_of
from mdm_opt.plugins import one_line

ChatTemplate = Callable[..., str]

_FILLER = re.compile(
    r"<(?i:(?:null|unused|extra_id|reserved(?:_special_token|_token)?|dummy|special)_?\d+"
    r"|null|pad|padding|cls|sep|mask|unk|bos|eos|/?s|endoftext|startoftext)>(?:NOTUSED)?"
    r"|<[|\uff5c][^<>|\uff5c]+[|\uff5c]>"
    r"|\[(?:PAD|CLS|SEP|[gs]?MASK|UNK|BOS|EOS|unused_?\d+)\]"
    r"|madeupword\d+"
)


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
            raise InputError(
                f"{key_name('model.mask_token')}: {mask_token!r} is no token of this model"
            )
        return int(vocabulary[mask_token])
    family = model_type_of(config.model_type)
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
        f"{key_name('model')} the tokenizer has no mask token: this is no masked LM, or "
        f"{key_name('model.mask_token')} "
        "(a token) or mask_token_id (a number) must say which token stands for masked"
    )


def find_ends(
    tokenizer: Any, config: Any, end_tokens: Sequence[str] | None, mask: int
) -> tuple[int, ...]:
    """Ids of the tokens that end a text, ascending.

    Args:
        tokenizer: of the model.
        config: of the model.
        end_tokens: token strings; None takes those of the family that the tokenizer has.
        mask: the id that stands for "masked".

    Raises:
        InputError: for a string that is no token, and for the mask.
    """
    vocabulary = tokenizer.get_vocab()
    if end_tokens is None:
        known = model_type_of(config.model_type).end_tokens
        return tuple(sorted(vocabulary[name] for name in known if name in vocabulary))
    ids = _ids(tokenizer, end_tokens, "end_tokens")
    if mask in ids:
        raise InputError(f"{key_name('model.end_tokens')}: the mask token ends no text")
    return tuple(sorted(set(ids)))


def read_prompt(tokenizer: Any, before: Sequence[int], text: str, chat: bool) -> list[int]:
    """Ids of a prompt.

    Args:
        tokenizer: of the model.
        before: ids that come before a plain text; a chat template brings its own.
        text: of the prompt.
        chat: whether the text is one user's message, to be put into the chat template.

    Raises:
        InputError: where there is no chat template, or it refuses the text.
    """
    if not chat:
        return [*before, *tokenizer(text, add_special_tokens=False).input_ids]
    template = chat_template(tokenizer)
    try:
        templated = template([{"role": "user", "content": text}])
    except Exception as error:  # templates are programs
        raise InputError(
            f"{key_name('objective.chat')}: the chat template raised {type(error).__name__}: "
            f"{one_line(error)}"
        ) from error
    return list(tokenizer(templated, add_special_tokens=False).input_ids)


def chat_template(tokenizer: Any) -> ChatTemplate:
    """Puts messages, dictionaries with ``role`` and ``content``, into a model's chat template.

    Raises:
        InputError: where its tokenizer has none.
    """
    if not getattr(tokenizer, "chat_template", None):
        raise InputError(
            f"{key_name('objective.chat')}: the model's tokenizer has no chat template"
        )

    def apply(messages: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
        text: str = tokenizer.apply_chat_template(
            messages,
            tokenize=False,
            add_generation_prompt=add_generation_prompt,
            continue_final_message=not add_generation_prompt,
        )
        return text

    return apply


def special_ids(tokenizer: Any) -> set[int]:
    """Ids of named special tokens, and of tokens that were added as special."""
    added = getattr(tokenizer, "added_tokens_decoder", {})
    return {*tokenizer.all_special_ids, *(i for i, token in added.items() if token.special)}


def filler_ids(tokenizer: Any) -> set[int]:
    """Ids of tokens that no text has, by their names, whether they are marked as special or not.

    Published vocabularies hold tokens that fill up a table (``[unused7]``, ``<null_1>``,
    ``<extra_id_0>``, ``<|reserved_special_token_3|>``), marks of control (``<|fim_pad|>``), and
    frames that their configuration does not name (``<eos>`` where ``eos_token`` is null).
    """
    return {i for name, i in tokenizer.get_vocab().items() if _FILLER.fullmatch(name)}


def unwritten_ids(tokenizer: Any) -> set[int]:
    """Ids of tokens that a model never writes: special ones and fillers."""
    return special_ids(tokenizer) | filler_ids(tokenizer)


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
            raise InputError(f"{key_name('model')} {key}: {name!r} is no token of this model")
    return [vocabulary[name] for name in names]

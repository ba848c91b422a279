"""From the [model] and [sampler] of a study file to a model with its own sampler."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch

from mdm_opt import config
from mdm_opt.candidates import OWN, OwnDecoding
from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.models.own.generate import OwnGenerate
from mdm_opt.models.own.model import Reading, SampledModel
from mdm_opt.models.own.samplers import Sampler, SamplerFunction
from mdm_opt.models.tokens import find_ends, frame_ids, read_prompt
from mdm_opt.models.weights import add_weights, fingerprint
from mdm_opt.plugins import load_callable, source_fingerprint

# No mask ends texts of a model that is asked for whole answers.
_NO_TOKEN = -1


class Loaded(NamedTuple):
    """What is loaded of a model.

    Attributes:
        network: a torch module.
        tokenizer: of it, or whatever else the sampler is given.
        length: tokens of an answer, at most; 1 where nobody says.
        more: what else distinguishes it, for its fingerprint.
    """

    network: Any
    tokenizer: Any
    length: int
    more: Mapping[str, Any]


def own_model(
    table: config.Table, sampler: OwnDecoding, folder: Path | None, load: Callable[[], Loaded]
) -> tuple[SampledModel, str]:
    """A model with its sampler, and the fingerprint of the sampler's code.

    Args:
        table: [model].
        sampler: [sampler].
        folder: of the study file, for modules beside it.
        load: loads the network; not asked for a served one.

    Raises:
        InputError: where they do not fit together, or the sampler has not such arguments.
    """
    function, source = None, ""
    if sampler.kind != OWN:
        function = load_callable(sampler.kind, key_name("sampler.kind"), folder)
        source = source_fingerprint(function, folder)
    if isinstance(table, config.ServedModel):
        return _served(table, SamplerFunction(function, sampler.kind, None, None)), source
    network, tokenizer, length, more = load()
    if not isinstance(network, torch.nn.Module):
        raise InputError(
            f"{key_name('model.kind')}: a torch module is expected with "
            f"{key_name('sampler.kind')}, got {type(network).__name__}"
        )
    padding = getattr(tokenizer, "pad_token_id", None) or 0
    chosen: Sampler = (
        OwnGenerate(network, padding)
        if function is None
        else SamplerFunction(function, sampler.kind, network, tokenizer)
    )
    prefix = getattr(table, "prefix", None)
    reading = _reading(network, tokenizer, prefix, getattr(table, "end_tokens", None))
    found = SampledModel(
        _counted(network, sampler.module),
        chosen,
        reading,
        length=length,
        device=_device(network),
        fingerprint=_fingerprint(network, tokenizer, reading, length, more),
        tokenizer=tokenizer,
    )
    return found, source


def _served(table: config.ServedModel, sampler: Sampler) -> SampledModel:
    """A model behind a server: texts are given and come back."""
    return SampledModel(
        None,
        sampler,
        Reading(_utf8, _texts, bytes_text),
        length=table.length,
        device=torch.device("cpu"),
        fingerprint=_hash({"served": table.name, "revision": table.revision}),
    )


def _counted(network: torch.nn.Module, name: str | None) -> torch.nn.Module:
    if name is None:
        return network
    try:
        return network.get_submodule(name)
    except AttributeError:
        parts = [one for one, _ in network.named_modules() if one.count(".") < 2 and one][:12]
        raise InputError(
            f"{key_name('sampler.module')}: {name!r} is no part of {type(network).__name__}; it "
            f"has {', '.join(parts) or 'none'}"
        ) from None


def _device(network: torch.nn.Module) -> torch.device:
    plan = getattr(network, "hf_device_map", None)
    if plan:
        from mdm_opt.models.devices import first_device

        return first_device(network)  # type: ignore[arg-type]  # dispatched, so it is one
    weights = next(network.parameters(), None)
    return torch.device("cpu") if weights is None else weights.device


def _reading(
    network: Any, tokenizer: Any, prefix: Sequence[str] | None, end_tokens: Sequence[str] | None
) -> Reading:
    """How a model with a tokenizer of transformers reads; others get numbers of characters."""
    if not hasattr(tokenizer, "get_vocab"):
        return Reading(_code_points, list, _joined)
    before, _ = frame_ids(tokenizer, prefix, None)
    ends: set[Any] = set(find_ends(tokenizer, network.config, end_tokens, _NO_TOKEN))
    for known in (tokenizer, getattr(network, "generation_config", None)):
        given = getattr(known, "eos_token_id", None)
        ends |= set(given if isinstance(given, list | tuple) else [given])
    return Reading(
        lambda text, chat: read_prompt(tokenizer, before, text, chat),
        list,
        partial(_decoded, tokenizer, frozenset(ends - {None})),
        tuple(before),
    )


def _decoded(tokenizer: Any, ends: frozenset[int], ids: Sequence[int]) -> str:
    """The text of an answer up to the first token that ends it."""
    last = next((place for place, one in enumerate(ids) if one in ends), len(ids))
    text: str = tokenizer.decode(list(ids[:last]), skip_special_tokens=True)
    return text


def _utf8(text: str, chat: bool) -> list[int]:
    # A server puts messages into its own template.
    return list(text.encode())


def _texts(rows: Sequence[list[int]]) -> list[str]:
    return [bytes_text(row) for row in rows]


def bytes_text(row: Sequence[int]) -> str:
    """The text of its UTF-8 bytes, which stand for the token ids of a model behind a server."""
    return bytes(row).decode()


def _code_points(text: str, chat: bool) -> list[int]:
    if chat:
        raise InputError(f"{key_name('objective.chat')}: the model has no chat template")
    return list(map(ord, text))


def _joined(ids: Sequence[int]) -> str:
    return " ".join(map(str, ids))


def _fingerprint(
    network: Any, tokenizer: Any, reading: Reading, length: int, more: Mapping[str, Any]
) -> str:
    """Of weights, configuration, vocabulary and code."""
    described = {"process": "own", **more}
    configuration = getattr(network, "generation_config", None)
    if configuration is not None and hasattr(configuration, "to_dict"):
        kept = configuration.to_dict()
        described["generation"] = {k: v for k, v in kept.items() if k != "transformers_version"}
    if hasattr(network, "config") and hasattr(tokenizer, "get_vocab"):
        return fingerprint(network, tokenizer, reading.unprompted, (), length, described)
    digest = hashlib.sha256()
    add_weights(digest, network.state_dict())
    code = _code(type(network))
    digest.update(_hash({**described, "class": type(network).__qualname__, "code": code}).encode())
    return digest.hexdigest()


def _code(kind: type) -> str:
    try:
        return inspect.getsource(kind)
    except (OSError, TypeError):
        return ""


def _hash(described: Mapping[str, Any]) -> str:
    text = json.dumps(described, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()

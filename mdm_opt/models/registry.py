"""From a [model] table to a denoiser."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mdm_opt import config, supervised
from mdm_opt.candidates import Decoding, OwnDecoding
from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.models.base import checked_model
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import LAWS, EnumeratedLaw
from mdm_opt.models.named import named
from mdm_opt.plugins import (
    CalledExit,
    in_place,
    is_reference,
    load_callable,
    one_line,
    source_fingerprint,
)


def build_denoiser(table: config.Table, folder: Path | None) -> Any:
    """Loads the model that a table describes: of the protocol of its process.

    Args:
        table: a [model] table, or the judge of an objective.
        folder: of the study file, for relative paths and modules beside it.

    Raises:
        InputError: where it cannot be loaded.
    """
    words = config.model_words(table.model_dump())
    supervised.tell(doing=f"loading {words}", model=words)
    denoiser = _BUILDERS[type(table)](table, folder)
    return named(denoiser, words, _source(table, folder))


def build_model(table: config.Table, sampler: Decoding, folder: Path | None) -> Any:
    """Loads the model of a study: of the protocol of the process that samples it.

    Args:
        table: [model].
        sampler: [sampler], which may bring a sampler that is not ours.
        folder: see `build_denoiser`.

    Raises:
        InputError: likewise.
    """
    if not isinstance(sampler, OwnDecoding):
        return build_denoiser(table, folder)
    from mdm_opt.models.own.building import own_model

    words = config.model_words(table.model_dump())
    supervised.tell(doing=f"loading {words}", model=words)
    found, source = own_model(table, sampler, folder, lambda: _loaded(table, folder))
    both = [one for one in (_source(table, folder), source) if one]
    return named(found, words, both[0] if len(both) == 1 else _joined(both))


def _joined(sources: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(sources).encode()).hexdigest() if sources else ""


def _loaded(table: config.Table, folder: Path | None) -> Any:
    """The network of a model that brings its own sampler."""
    from mdm_opt.models.own.building import Loaded

    if isinstance(table, config.HuggingFaceModel):
        from mdm_opt.models.loading import load_whole

        checkpoint = load_whole(**_placed(table, folder), compile=table.compile)
        more: dict[str, Any] = {}
        more |= {"code": hashlib.sha256(checkpoint.code).hexdigest()} if checkpoint.code else {}
        return Loaded(checkpoint.model, checkpoint.tokenizer, table.length, more)
    if isinstance(table, config.PluginModel):
        made = _call(table.kind, key_name("model.kind"), table.options, folder)
        network, tokenizer = made if isinstance(made, tuple) and len(made) == 2 else (made, None)
        more = {"options": table.options} if table.options else {}
        return Loaded(network, tokenizer, int(getattr(network, "length", 1)), more)
    ours = _BUILDERS[type(table)](table, folder)
    return Loaded(ours.model, ours.tokenizer, ours.length, {})


def _placed(table: config.HuggingFaceModel, folder: Path | None) -> dict[str, Any]:
    """Where a checkpoint lies and runs, as loaders of all processes take it."""
    from mdm_opt.models.devices import local_or_hub

    tokenizer = table.tokenizer
    return {
        "source": local_or_hub(table.path, folder),
        "revision": table.revision,
        "dtype": table.dtype,
        "device": table.device,
        "trust_remote_code": table.trust_remote_code,
        "tokenizer": None if tokenizer is None else local_or_hub(tokenizer, folder, "tokenizer"),
        "device_map": table.device_map,
    }


def _bundled(table: config.BundledModel, _folder: Path | None) -> Any:
    from mdm_opt.models.packaged import BUNDLED_LENGTH, load_bundled

    length = BUNDLED_LENGTH if table.length is None else table.length
    return load_bundled(length=length, dtype=table.dtype, device=table.device)


def _antiberty(table: config.AntibertyModel, _folder: Path | None) -> Any:
    from mdm_opt.models.packaged import load_antiberty

    return load_antiberty(length=table.length, dtype=table.dtype, device=table.device)


def _reactions(table: config.ReactionsModel, _folder: Path | None) -> Any:
    from mdm_opt.models.packaged import load_reactions

    return load_reactions(length=table.length, dtype=table.dtype, device=table.device)


def _huggingface(table: config.HuggingFaceModel, folder: Path | None) -> Any:
    from mdm_opt.models.loading import load_huggingface, load_huggingface_law

    shared: dict[str, Any] = {
        **_placed(table, folder),
        "length": table.length,
        "text": table.text,
        "compile": table.compile,
    }
    if table.process == "uniform":
        own: dict[str, Any] = {"time": table.time, "least_alpha": table.least_alpha}
        given = {key: value for key, value in own.items() if value is not None}
        return load_huggingface_law(**shared, **given)
    return load_huggingface(
        prefix=table.prefix,
        suffix=table.suffix,
        mask_token=table.mask_token,
        mask_token_id=table.mask_token_id,
        end_tokens=table.end_tokens,
        logits_shift=table.logits_shift,
        attention=table.attention,
        block_length=table.block_length,
        **shared,
    )


def _enumerated(table: config.EnumeratedModel, folder: Path | None) -> Any:
    if table.law in LAWS:
        return _exact(LAWS[table.law](), table)
    law = _call(table.law, key_name("model.law"), table.options, folder)
    if not isinstance(law, EnumeratedLaw):
        raise InputError(
            f"{key_name('model.law')}: {table.law!r} returned a {type(law).__name__}, not an "
            "EnumeratedLaw"
        )
    return _exact(law, table)


def _exact(law: EnumeratedLaw, table: config.EnumeratedModel) -> Any:
    """The exact answers of a law to what its process asks.

    Raises:
        InputError: for a law or a kernel that does not fit.
    """
    if table.process == "masked":
        return EnumeratedDenoiser(law)
    key, value = key_name("model.law"), table.law
    if table.kernel is not None:
        key, value = key_name("model.kernel"), table.kernel
    try:
        if table.process == "births":
            from mdm_opt.models.rates import EnumeratedRates

            return EnumeratedRates(law)
        from mdm_opt.models.timed_law import EnumeratedTimedLaw

        return EnumeratedTimedLaw(law, table.kernel or "uniform")
    except ValueError as error:
        raise InputError(f"{key}: {value!r} is not accepted: {error}") from error


def _digits(table: config.DigitsModel, _folder: Path | None) -> Any:
    from mdm_opt.models.digits import load_digits_rates

    return load_digits_rates(dtype=table.dtype, device=table.device)


def _plugin(table: config.PluginModel, folder: Path | None) -> Any:
    made = _call(table.kind, key_name("model.kind"), table.options, folder)
    return checked_model(made, f"{key_name('model.kind')}: {table.kind!r}", table.process)


def _source(table: config.Table, folder: Path | None) -> str:
    """Fingerprint of the code of the user's that made a model, empty where there is none."""
    made_by = str(getattr(table, "law", None) or getattr(table, "kind", ""))
    if not is_reference(made_by):
        return ""
    return source_fingerprint(load_callable(made_by, key_name("model.kind"), folder), folder)


def _call(reference: str, key: str, options: dict[str, Any], folder: Path | None) -> Any:
    factory = load_callable(reference, key, folder)
    try:
        with in_place():
            return factory(**options)
    except InputError:
        raise
    except CalledExit as error:
        raise InputError(f"{key}: {reference!r} {error}") from error
    except Exception as error:  # a user's factory may raise anything
        raise InputError(
            f"{key}: {reference!r} raised {type(error).__name__}: {one_line(error)}"
        ) from error


_BUILDERS: dict[type[config.Table], Callable[[Any, Path | None], Any]] = {
    config.BundledModel: _bundled,
    config.DigitsModel: _digits,
    config.AntibertyModel: _antiberty,
    config.ReactionsModel: _reactions,
    config.HuggingFaceModel: _huggingface,
    config.EnumeratedModel: _enumerated,
    config.PluginModel: _plugin,
}

"""Checkpoints of Hugging Face transformers: whose code runs, and how weights get into it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import torch
import transformers
from safetensors.torch import load_file
from transformers import (
    AutoConfig,
    AutoModelForMaskedLM,
    AutoTokenizer,
    PretrainedConfig,
    PreTrainedModel,
)
from transformers.dynamic_module_utils import (
    get_class_from_dynamic_module,
    get_relative_import_files,
)
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES
from transformers.models.auto.tokenization_auto import get_tokenizer_config
from transformers.utils.hub import cached_file, get_checkpoint_shard_files

from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.models.devices import place_model
from mdm_opt.models.model_types import refuse_process
from mdm_opt.models.own_code import explained
from mdm_opt.plugins import one_line

# In the order of preference: the first two have a head, the last one may have.
_MODEL_KEYS = ("AutoModelForMaskedLM", "AutoModelForCausalLM", "AutoModel")
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")


class Checkpoint(NamedTuple):
    """A model with its tokenizer; ``code`` is the Python that came with it, else empty."""

    model: PreTrainedModel
    tokenizer: Any
    code: bytes


def load_checkpoint(
    source: str,
    *,
    revision: str | None,
    dtype: Any,
    place: torch.device,
    trust_remote_code: bool,
    tokenizer: Any,
    device_map: str | None = None,
    process: str = "masked",
    config: Mapping[str, Any] | None = None,
) -> Checkpoint:
    """Loads model and tokenizer; what comes with the checkpoint runs only where that is said.

    Args:
        source: folder, or hub id.
        revision: of a hub id; code from the hub needs one.
        dtype: a torch dtype, or ``auto`` for the checkpoint's own.
        place: where the model goes.
        trust_remote_code: run Python code that comes with the checkpoint.
        tokenizer: one that is used instead of the checkpoint's, or its folder or hub id.
        device_map: see `place_model`.
        process: that the model is loaded for; models of any kind for ``own``.
        config: what the checkpoint's ``config.json`` does not say.

    Raises:
        InputError: where it cannot be loaded or may not, in one line.
    """
    written: str | None = None
    own, reference = None, None
    try:
        described = PretrainedConfig.get_config_dict(source, revision=revision)[0]
        if not isinstance(described, dict):
            raise ValueError("its config.json is no table")
        described |= config or {}
        if process != "own":
            refuse_process(described.get("model_type"), source, process)
        native = _native_class(described) if process == "own" else None
        reference = _own_class(described, source, revision, trust_remote_code, native)
        if reference is not None:
            written = described.get("transformers_version")
            own = _own_code(reference, source, revision)
        if tokenizer is None or isinstance(tokenizer, str):
            tokenizer = _load_tokenizer(tokenizer, source, revision, trust_remote_code)
        if own is None:
            whole = AutoConfig.for_model(**described) if config else None
            model, code = _load_native(source, revision, dtype, native, whole), b""
        else:
            model = _load_remote(*own, source, revision, dtype)
            code = _code_of(model)
        return Checkpoint(place_model(model, place, device_map), tokenizer, code)
    except InputError:
        raise
    except Exception as error:  # loaders of damaged or foreign checkpoints raise anything
        said = f"{type(error).__name__}: {one_line(error)}"
        if reference is not None:
            said = explained(error, written)
        raise InputError(f"{key_name('model')} cannot load {source!r}: {said}") from error


def _native_class(described: dict[str, Any]) -> Any:
    """The class of transformers that a checkpoint names; None where it has none of that name."""
    named = [str(name) for name in described.get("architectures") or []]
    return next((found for name in named if (found := getattr(transformers, name, None))), None)


def _own_class(
    described: dict[str, Any],
    source: str,
    revision: str | None,
    trusted: bool,
    wanted: Any = None,
) -> str | None:
    """The class of the checkpoint's own code that must run, None for transformers' own.

    Args:
        described: its configuration.
        source: of the checkpoint.
        revision: of a hub id.
        trusted: whether its code may run.
        wanted: class of transformers that it is loaded as, in place of a masked LM.

    Raises:
        InputError: for code that may not run, and for types that are no masked LM.
    """
    own = described.get("auto_map") or {}
    reference = next((str(own[key]) for key in _MODEL_KEYS if own.get(key)), None)
    model_type = described.get("model_type")
    native = wanted is not None or (
        model_type is None or model_type in MODEL_FOR_MASKED_LM_MAPPING_NAMES
    )
    if reference is None and not native:
        raise InputError(
            f"{key_name('model.path')}: {source!r} is of type {model_type!r}, for which "
            "transformers "
            f"{transformers.__version__} has no masked LM; accepted are its masked LMs, and "
            "checkpoints with code of their own such as LLaDA, Dream and MDLM"
        )
    if reference is None or (native and not trusted):
        return None
    _may_run([reference, str(own.get("AutoConfig") or "")], source, revision, trusted)
    return reference


def _may_run(references: list[str], source: str, revision: str | None, trusted: bool) -> None:
    if not trusted:
        raise InputError(
            f"{key_name('model.trust_remote_code')}: {source!r} brings its own Python code "
            f"({references[0].split('--')[-1]}), which runs only with trust_remote_code = true "
            "and a pinned revision"
        )
    if revision is None and not Path(source).is_dir():
        raise InputError(
            f"{key_name('model.revision')}: missing: trust_remote_code = true needs a pinned "
            "revision of "
            f"{source!r}"
        )
    for reference in references:
        repository = reference.split("--")[0] if "--" in reference else source
        if repository != source:
            raise InputError(
                f"{key_name('model.path')}: the code of {source!r} lies in {repository!r}, "
                "which revision "
                "does not pin; a folder with weights and code is accepted"
            )


def _load_tokenizer(given: str | None, source: str, revision: str | None, trusted: bool) -> Any:
    """The checkpoint's own, or another one, which never runs code of its own."""
    if given is not None:
        try:
            return AutoTokenizer.from_pretrained(given, trust_remote_code=False)
        except Exception as error:  # as above
            raise InputError(
                f"{key_name('model.tokenizer')}: cannot load {given!r}: {type(error).__name__}: "
                f"{one_line(error)}"
            ) from error
    own = get_tokenizer_config(source, revision=revision).get("auto_map") or {}
    references = own.get("AutoTokenizer") if isinstance(own, dict) else own
    named = references if isinstance(references, list | tuple) else [references]
    if any(named):
        _may_run([str(name) for name in named if name], source, revision, trusted)
    try:
        return AutoTokenizer.from_pretrained(
            source, revision=revision, trust_remote_code=trusted, code_revision=revision
        )
    except Exception as error:  # as above
        raise InputError(
            f"{key_name('model')} cannot load {source!r}: its tokenizer: {type(error).__name__}: "
            f"{one_line(error)}; {key_name('model.tokenizer')} may name another"
        ) from error


def _load_native(
    source: str, revision: str | None, dtype: Any, wanted: Any, config: PretrainedConfig | None
) -> PreTrainedModel:
    """A model of transformers, a masked LM unless ``wanted``; ``config`` or the checkpoint's."""
    model: PreTrainedModel
    model, report = (wanted or AutoModelForMaskedLM).from_pretrained(
        source,
        config=config,
        dtype=dtype,
        output_loading_info=True,
        revision=revision,
        trust_remote_code=False,
    )
    _complete(sorted(report["missing_keys"]), model, source)
    return model


def _own_code(reference: str, source: str, revision: str | None) -> tuple[Any, Any]:
    """Class and configuration of a checkpoint with code of its own, which runs here."""
    config = AutoConfig.from_pretrained(
        source, revision=revision, trust_remote_code=True, code_revision=revision
    )
    model_class: Any = get_class_from_dynamic_module(
        reference, source, revision=revision, code_revision=revision
    )
    # Older code lists what is tied, which transformers 5 cannot read; it is tied below.
    if isinstance(getattr(model_class, "_tied_weights_keys", None), list):
        model_class._tied_weights_keys = None
    return model_class, config


def _load_remote(
    model_class: Any, config: Any, source: str, revision: str | None, dtype: Any
) -> PreTrainedModel:
    """Builds the model by its own constructor and copies the weights into it.

    ``from_pretrained`` of transformers 5 builds without memory and leaves tables that older code
    computes in its constructor undefined; older releases need no such care and lose nothing.
    """
    usual = torch.get_default_dtype()
    torch.set_default_dtype(_own_dtype(config) if dtype == "auto" else dtype)
    try:
        with _no_initial_weights(), _rotary_of_older_code():
            model: PreTrainedModel = model_class(config)
    finally:
        torch.set_default_dtype(usual)
    _complete(_copy_weights(model, source, revision), model, source)
    return model


def _own_dtype(config: Any) -> torch.dtype:
    named = getattr(config, "dtype", None) or getattr(config, "torch_dtype", None)
    found = getattr(torch, str(named).removeprefix("torch."), torch.float32)
    return found if isinstance(found, torch.dtype) else torch.float32


def _copy_weights(model: PreTrainedModel, source: str, revision: str | None) -> list[str]:
    """Copies what the checkpoint holds; returns the names of weights that it lacks."""
    copied: set[str] = set()
    for file in _weight_files(source, revision):
        if file.endswith(".safetensors"):
            weights = load_file(file)
        else:
            weights = torch.load(file, map_location="cpu", weights_only=True)
        model.load_state_dict(weights, strict=False)
        copied.update(weights)
    if getattr(model.config, "tie_word_embeddings", False):
        _tie(model, copied)
    state = model.state_dict()
    filled = {weight.data_ptr() for name, weight in state.items() if name in copied}
    return sorted(name for name, weight in state.items() if weight.data_ptr() not in filled)


def _tie(model: PreTrainedModel, copied: set[str]) -> None:
    """An output layer that the checkpoint lacks is the embedding, where its configuration says."""
    try:
        embedding, output = model.get_input_embeddings(), model.get_output_embeddings()
    except (NotImplementedError, AttributeError):
        return
    if embedding is None or output is None:
        return
    names = [name for name, weight in model.named_parameters() if weight is output.weight]
    if names and not copied.intersection(names):
        output.weight = embedding.weight


def _weight_files(source: str, revision: str | None) -> list[str]:
    for name in _WEIGHTS:
        for wanted in (name, f"{name}.index.json"):
            found = cached_file(
                source, wanted, revision=revision, _raise_exceptions_for_missing_entries=False
            )
            if found is None:
                continue
            if wanted == name:
                return [str(found)]
            shards, _ = get_checkpoint_shard_files(source, found, revision=revision)
            return [str(shard) for shard in shards]
    raise ValueError(f"it holds no weights ({' or '.join(_WEIGHTS)})")


def _complete(missing: list[str], model: PreTrainedModel, source: str) -> None:
    if missing:
        raise InputError(
            f"{key_name('model')} {source!r} lacks {len(missing)} weights of "
            f"{type(model).__name__}, "
            f"{missing[0]} among them; it is no complete masked LM"
        )


def _code_of(model: PreTrainedModel) -> bytes:
    """The source of a class and of all that it imports from its own folder."""
    file = inspect.getfile(type(model))
    files = sorted({file, *get_relative_import_files(file)}, key=lambda path: Path(path).name)
    return b"\0".join(Path(path).read_bytes() for path in files)


@contextmanager
def _no_initial_weights() -> Iterator[None]:
    """Random weights of billions of parameters cost minutes, and all are overwritten."""
    try:
        home: Any = import_module("transformers.initialization")
    except ImportError:  # before transformers 5
        home = import_module("transformers.modeling_utils")
    with home.no_init_weights():
        yield


@contextmanager
def _rotary_of_older_code() -> Iterator[None]:
    """Code from before transformers 5 looks for its rotary frequencies where they were then."""
    if "default" in ROPE_INIT_FUNCTIONS:
        yield
        return
    ROPE_INIT_FUNCTIONS["default"] = _default_rotary
    try:
        yield
    finally:
        del ROPE_INIT_FUNCTIONS["default"]


def _default_rotary(
    config: Any, device: torch.device | None = None, **_unused: Any
) -> tuple[torch.Tensor, float]:
    """Inverse frequencies ``(dim / 2,)`` of rotary embeddings, and no scaling."""
    base = getattr(config, "rope_theta", None) or config.rope_parameters["rope_theta"]
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    dim = int(width * (getattr(config, "partial_rotary_factor", None) or 1.0))
    steps = torch.arange(0, dim, 2, dtype=torch.int64, device=device).to(torch.float32)
    return 1.0 / base ** (steps / dim), 1.0

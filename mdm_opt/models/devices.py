"""Where a model runs: devices, precision, several GPUs, compilation."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel
from transformers.utils import logging as transformers_logging

from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.plugins import one_line, user_path

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def quiet_transformers() -> None:
    """Loading reports and progress bars would land between our own lines."""
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()


def pick_device(device: str) -> torch.device:
    """The torch device of that name; ``auto`` is CUDA where there is one, else the CPU.

    Raises:
        InputError: for a device that this machine lacks, or that has no float64 (MPS), in which
            tokens are drawn.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        place = torch.device(device)
        if place.type == "meta":
            raise RuntimeError("it holds no numbers")
        torch.zeros(1, dtype=torch.float64, device=place)
    except (RuntimeError, AssertionError, TypeError) as error:
        raise InputError(
            f"{key_name('model.device')}: {device!r} is not usable: {one_line(error)}"
        ) from error
    return place


def pick_dtype(dtype: str, device: torch.device) -> Any:
    """What ``from_pretrained`` takes for a dtype of the study file."""
    if dtype == "auto":
        return torch.float32 if device.type == "cpu" else "auto"
    return DTYPES[dtype]


def local_or_hub(path: str, folder: Path | None, key: str = "path") -> str:
    """A folder as an absolute path, or the hub id unchanged.

    Args:
        path: as the study file has it; relative folders are relative to the study file.
        folder: of the study file.
        key: of the [model] table, for messages.

    Raises:
        InputError: for something that can only be a folder and is none.
    """
    candidate = user_path(path, f"{key_name('model')} {key}", folder)
    if candidate.is_dir():
        return str(candidate.resolve())
    if path.startswith((".", "/", "~")) or path.count("/") > 1 or candidate.exists():
        raise InputError(
            f"{key_name('model')} {key}: {path!r} is no folder (looked for {candidate})"
        )
    return path


def place_model(model: Any, place: torch.device, device_map: str | None) -> PreTrainedModel:
    """Puts a loaded model where it runs.

    Args:
        model: in the memory of this machine.
        place: its device, where there is no map.
        device_map: how the layers are shared among the GPUs: ``auto`` and ``balanced`` evenly,
            ``sequential`` one GPU after the other; None puts all on one device.

    Raises:
        InputError: where accelerate is missing, or the GPUs together are too small.
    """
    if device_map is None:
        on_place: PreTrainedModel = model.to(place)
        return on_place
    if importlib.util.find_spec("accelerate") is None:
        raise InputError(
            f"{key_name('model.device_map')} needs accelerate: pip install 'mdm-opt[large]'"
        )
    from accelerate import dispatch_model, infer_auto_device_map
    from accelerate.utils import get_balanced_memory

    whole = list(getattr(model, "_no_split_modules", None) or _block_names(model))
    memory = None
    if device_map != "sequential":
        memory = get_balanced_memory(model, dtype=model.dtype, no_split_module_classes=whole)
    plan = infer_auto_device_map(
        model, max_memory=memory, no_split_module_classes=whole, dtype=model.dtype
    )
    _check_on_gpus(plan)
    dispatched: PreTrainedModel = dispatch_model(model, plan)
    return dispatched


def first_device(model: PreTrainedModel) -> torch.device:
    """The device on which a model takes its tokens."""
    plan = getattr(model, "hf_device_map", None)
    if not plan:
        return model.device
    first = next(iter(plan.values()))
    return torch.device("cuda", first) if isinstance(first, int) else torch.device(first)


def compile_blocks(model: PreTrainedModel) -> None:
    """Compiles the repeated layers of a model, each shape when it first comes.

    Layers by themselves compile once for all of them, and leave hooks and projection as they are.
    """
    for blocks in _repeated(model):
        for block in blocks:
            block.compile()


def _check_on_gpus(plan: dict[str, Any]) -> None:
    """A layer that is fetched for every step would make a trial take hours."""
    elsewhere = [name for name, device in plan.items() if device in ("cpu", "disk")]
    if elsewhere and (torch.cuda.is_available() or "disk" in plan.values()):
        raise InputError(
            f"{key_name('model.device_map')}: the model does not fit into the memory of "
            f"{torch.cuda.device_count()} GPUs: {elsewhere[0] or 'all'!r} and "
            f"{len(elsewhere) - 1} other parts would lie on the {plan[elsewhere[0]]}; dtype = "
            "'bfloat16' halves a model in float32"
        )


def _block_names(model: PreTrainedModel) -> set[str]:
    return {type(blocks[0]).__name__ for blocks in _repeated(model)}


def _repeated(model: PreTrainedModel) -> list[torch.nn.ModuleList]:
    """The outermost lists of layers of one kind, such as the blocks of a transformer."""
    found: list[torch.nn.ModuleList] = []
    inside: set[torch.nn.Module] = set()
    for part in model.modules():
        if part in inside or not isinstance(part, torch.nn.ModuleList) or len(part) < 2:
            continue
        if len({type(block) for block in part}) == 1:
            found.append(part)
            inside.update(part.modules())
    return found

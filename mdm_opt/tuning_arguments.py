"""The arguments of `mdm_opt.tune` as keys of a study file, and what messages call them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mdm_opt.config import StudyFile, parse_study
from mdm_opt.messages import Names
from mdm_opt.study.stored_file import FROM_PYTHON

# Keys of the study file by the arguments of `tune` that become them.
KEYS = {
    "name": ("study", "name"),
    "seed": ("study", "seed"),
    "baseline": ("study", "baseline"),
    "batch_size": ("model", "batch_size"),
    "denoiser": ("model", "options"),
    "order": ("sampler", "order"),
    "temperature": ("sampler", "temperature"),
    "reveal": ("sampler", "reveal"),
    "rounding": ("sampler", "rounding"),
    "block_length": ("sampler", "block_length"),
    "steps": ("space", "steps"),
    "family": ("space", "family"),
    "families": ("space", "families"),
    "beta_a": ("space", "beta_a"),
    "beta_b": ("space", "beta_b"),
    "instances": ("objective", "instances"),
    "direction": ("objective", "direction"),
    "unit": ("objective", "unit"),
    "objective": ("objective", "options"),
    "goal": ("search", "goal"),
    "quality": ("search", "quality"),
    "margin": ("search", "margin"),
    "reference": ("search", "reference"),
    "trials": ("search", "trials"),
    "tolerance": ("search", "tolerance"),
    "sampler": ("search", "sampler"),
    "seeds": ("search", "seeds"),
    "racing": ("search", "racing"),
    "samples": ("search", "samples"),
    "profile_sequences": ("profile", "sequences"),
    "verify_instances": ("verify", "instances"),
    "top": ("verify", "top"),
    "confidence": ("verify", "confidence"),
}
# Settings of the sampler that are searched where they are no single value.
_SEARCHED = ("order", "temperature", "block_length")
# Left to the study file's default where they are None.
_OPTIONAL = (
    *("block_length", "seeds", "family", "families", "baseline"),
    *("quality", "margin", "reference", "tolerance"),
)
# Of the sampler of masked models, which others do not have.
_MASKED_DEFAULTS = {
    "order": "random",
    "temperature": 1.0,
    "reveal": "fixed",
    "rounding": "full",
}
ARGUMENTS = {key: argument for argument, key in KEYS.items()}
ARGUMENTS |= {("space", argument): argument for argument in _SEARCHED}


def study_file_of(
    process: str,
    settings: Mapping[str, Any],
    sampling: Mapping[str, Any],
    bounds: Mapping[str, Any],
    track: Mapping[str, Any] | None = None,
) -> StudyFile:
    """The arguments of `tune` as a study file, which validates them.

    Args:
        process: of the model.
        settings: values by argument.
        sampling: keys of the sampler of models that are not masked.
        bounds: by parameter of the family.
        track: keys of ``[track]``.
    """
    content: dict[str, dict[str, Any]] = {
        "model": {"kind": FROM_PYTHON, "process": process},
        "objective": {"kind": FROM_PYTHON},
        "sampler": {key: plain_value(value) for key, value in sampling.items()},
        "track": {key: plain_value(value) for key, value in (track or {}).items()},
    }
    for argument, value in settings.items():
        table, key = KEYS[argument]
        plain = plain_value(value)
        if process != "masked" and _MASKED_DEFAULTS.get(argument) == plain:
            continue
        if argument in _SEARCHED and isinstance(plain, list | dict):
            table = "space"
        if plain is not None or argument not in _OPTIONAL:
            content.setdefault(table, {})[key] = plain
    content["space"] |= {
        key: plain_value(ends) for key, ends in bounds.items() if ends is not None
    }
    return parse_study(content, "")


def plain_value(value: Any) -> Any:
    """Sequences as lists and numpy's numbers as Python's, as a study file has them."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, tuple | list | range):
        return [plain_value(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain_value(item) for key, item in value.items()}
    return value


def _argument(table: str, keys: Sequence[str | int]) -> str:
    """The argument of `tune` that became a key of the study file, with its indices."""
    key, *index = keys or [""]
    inner = "".join(f"[{part!r}]" for part in index)
    if (table, str(key)) in ARGUMENTS:
        return ARGUMENTS[table, str(key)] + inner
    whole = {"space": "bounds", "sampler": "sampling", "track": "track"}.get(table)
    if whole is None:
        return ""
    return f"{whole}[{key!r}]{inner}" if keys else whole


NAMES = Names(_argument, "with other arguments")

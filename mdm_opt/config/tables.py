"""What the tables of a study file have in common."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator

from mdm_opt.table import Table


def _plain(value: Any, where: str) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            _plain(item, f"{where}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _plain(item, f"{where}.{index}")
    elif not isinstance(value, str | int) and not (
        isinstance(value, float) and math.isfinite(value)
    ):
        raise ValueError(f"{where}: text, finite numbers, booleans, lists and tables are accepted")


def _plain_options(options: dict[str, Any]) -> dict[str, Any]:
    """Options must survive being kept as JSON."""
    _plain(options, "options")
    return options


Options = Annotated[dict[str, Any], AfterValidator(_plain_options)]


def _batch_size(value: Any) -> int | Literal["auto"]:
    if value == "auto":
        return "auto"
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 65536:
        return value
    raise ValueError("must be 'auto' or a whole number from 1 to 65536")


# One validator instead of a union, whose messages would not say what is accepted.
BatchSize = Annotated[int | Literal["auto"], BeforeValidator(_batch_size)]
# Where a model runs; what it answers does not depend on these.
PLACE_KEYS = ("device", "batch_size", "device_map", "compile")


class RunsOnDevice(Table):
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str = "auto"
    batch_size: BatchSize = "auto"

"""What is validated before it is used: tables of the study file, and values made of their keys."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict


class Table(BaseModel):
    """A table of keys: unknown keys, wrong types and infinities are refused."""

    # A command reads a few of all tables there are; what checks one is made where it is read.
    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True
    )


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

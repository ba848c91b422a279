"""What tables of a study file have in common, and those that belong to nothing else."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from mdm_opt.config.space import MAX_STEPS
from mdm_opt.table import Options as Options
from mdm_opt.table import Table


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


class ProfileTable(Table):
    """[profile]; the information profile that seeds and the search start from."""

    references: str | None = Field(None, min_length=1)
    sequences: int = Field(48, ge=4, le=65536)
    precision: float = Field(0.02, ge=0, lt=1)
    boundaries: int = Field(32, ge=2, le=MAX_STEPS)
    orders: int = Field(1, ge=1, le=1024)
    estimator: Literal["auto", "orders", "chain"] = "auto"
    seed: int = Field(0, ge=0, lt=2**63)


class VerifyTable(Table):
    """[verify]"""

    instances: int = Field(256, ge=2)
    top: int = Field(3, ge=1, le=100)
    confidence: float = Field(0.95, gt=0.5, lt=1)
    equal_linear: bool = True
    sequential: bool = True

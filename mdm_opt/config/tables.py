"""What tables of a study file have in common, and those that belong to nothing else."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from mdm_opt.config.space import MAX_STEPS
from mdm_opt.plugins import is_reference
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
    """Keys of a network that runs on a device of torch.

    Attributes:
        dtype: of the weights and of the model's own arithmetic.
        device: a torch device, or ``auto``: a GPU where there is one.
        batch_size: sequences at once; changes speed and memory, not results. ``auto`` is what fits
            into the free memory of the GPU, 64 without one.
    """

    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str = "auto"
    batch_size: BatchSize = "auto"


class ProfileTable(Table):
    """[profile]; the information profile that seeds and the search start from.

    Attributes:
        references: a text file of clean sequences, one a line, or ``model``: the model's own.
            Default: that of objective ``path_kl``, else ``model``.
        sequences: how many are measured at most.
        precision: from 16 sequences on, measuring ends once the chosen schedules are expected to
            cost at most this share more than the best, whatever the sequences leave open; 0
            measures all.
        boundaries: numbers of known tokens at which h is measured, at most the length; of births
            and uniform corruption alphas at which steps are, where 64 predict schedules of more
            than 8 steps better.
        orders: random orders of each sequence; times that it is corrupted anew.
        estimator: ``orders``: in independent orders; ``chain``: by what the calls that write a
            sequence say, for the model's own sequences alone; ``auto`` lets the first 8 decide.
        seed: of the orders and of the model's own sequences.
    """

    references: str | None = Field(None, min_length=1)
    sequences: int = Field(48, ge=4, le=65536)
    precision: float = Field(0.02, ge=0, lt=1)
    boundaries: int = Field(32, ge=2, le=MAX_STEPS)
    orders: int = Field(1, ge=1, le=1024)
    estimator: Literal["auto", "orders", "chain"] = "auto"
    seed: int = Field(0, ge=0, lt=2**63)


class VerifyTable(Table):
    """[verify]; how the chosen schedules are proved.

    Attributes:
        instances: fresh instances, at most.
        top: candidates of the search to choose from.
        confidence: of all intervals.
        equal_linear: look for the steps that linear needs for the same quality, with three probes
            of an eighth of the instances.
        sequential: from 64 instances on, half of them come first and decide where they can; sin²
            and sine, of which nothing is claimed, get a quarter, or half where that does not show
            that they are worse.
    """

    instances: int = Field(256, ge=2)
    top: int = Field(3, ge=1, le=100)
    confidence: float = Field(0.95, gt=0.5, lt=1)
    equal_linear: bool = True
    sequential: bool = True


def given_tables(content: Any, *names: str) -> list[dict[str, Any]]:
    """Tables of a study file before it is validated; empty ones in place of what is none."""
    found = content if isinstance(content, dict) else {}
    return [one if isinstance(one := found.get(name), dict) else {} for name in names]


def of_kind(value: Any, kinds: dict[str, type[Table]], plugin: type[Table]) -> Any:
    """Validates a table against the model that its ``kind`` names.

    Raises:
        ValueError: for a kind that there is not, and for what is no table.
    """
    if isinstance(value, Table):
        return value
    if not isinstance(value, dict):
        raise ValueError("a table is expected")
    kind = value.get("kind")
    if isinstance(kind, str) and kind in kinds:
        return kinds[kind].model_validate(value)
    if isinstance(kind, str) and is_reference(kind):
        return plugin.model_validate(value)
    accepted = f"must be one of {', '.join(kinds)} or 'package.module:function'"
    raise ValueError(f"kind: {kind!r} is not accepted: {accepted}")

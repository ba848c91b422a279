"""Parts of the exported schedule, and how the parameters of families stand in it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, create_model

from mdm_opt.candidates import Choice, Family, Parameter


class Part(BaseModel):
    """A part of the file; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def json_schema(key: Parameter) -> dict[str, Any]:
    """A parameter in the JSON schema of the file."""
    if isinstance(key, Choice):
        kind: dict[str, Any] = {"type": "string", "enum": list(key.accepted)}
    else:
        kind = {"type": "number"} | ({"exclusiveMinimum": 0} if key.log else {})
    return {"anyOf": [kind, {"type": "null"}], "title": key.name}


@lru_cache
def parameters_of(family: Family) -> type[Part]:
    """What the parameters of a family are validated against; no others are accepted."""
    kinds = {key.name: str if isinstance(key, Choice) else float for key in family.keys}
    fields: Any = {name: (kind | None, ...) for name, kind in kinds.items()}
    return create_model("Parameters", __base__=Part, **fields)

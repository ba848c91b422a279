"""Which keys a study file may have, for messages about others."""

from __future__ import annotations

from typing import Any

from mdm_opt.candidates import DECODINGS, SEARCHABLE
from mdm_opt.config.models import MODEL_KINDS, PluginModel
from mdm_opt.config.objectives import OBJECTIVE_KINDS, PluginObjective
from mdm_opt.config.space import family_of
from mdm_opt.table import Table


def accepted_keys(file: type[Table], content: dict[str, Any], table: str) -> list[str]:
    """Keys of a table of a study file; the tables themselves where there is no such table.

    Args:
        file: the whole study file.
        content: as it was given, not validated.
        table: one of its tables.
    """
    if table not in file.model_fields:
        return list(file.model_fields)
    if table == "space":
        own = "kind" in _dict(content.get("sampler"))
        families = () if own else ("family", "families")
        keys = (key.name for key in family_of(content[table]).keys)
        return [*families, "steps", *(("arguments",) if own else (*keys, *SEARCHABLE))]
    if table in ("model", "objective"):
        kind = str(content[table].get("kind"))
        if table == "model":
            return list(MODEL_KINDS.get(kind, PluginModel).model_fields)
        return list(OBJECTIVE_KINDS.get(kind, PluginObjective).model_fields)
    if table == "sampler":
        own = "kind" in content[table]
        process = "own" if own else _process_of(content.get("model"))
        return list(DECODINGS[process].model_fields)
    annotation = file.model_fields[table].annotation
    return list(annotation.model_fields) if isinstance(annotation, type(Table)) else []


def _process_of(model: Any) -> str:
    """The process of a ``[model]`` before it is validated."""
    given = _dict(model)
    kind = MODEL_KINDS.get(str(given.get("kind")), PluginModel)
    found = getattr(kind, "process", given.get("process"))
    return found if found in DECODINGS else "masked"


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}

"""How refused values are put into words: one line, whatever the user wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from mdm_opt.plugins import one_line


def describe(detail: ErrorDetails, known_keys: Callable[[str], Sequence[str]]) -> str:
    """Table, key, value and what is accepted.

    Args:
        detail: what pydantic found in a study file.
        known_keys: keys that a table of the file may have.
    """
    table, *keys = list(detail["loc"]) or ["study file"]
    if keys[:1] == ["judge"] and len(keys) > 2:
        del keys[1]  # pydantic puts the judge's kind between the keys
    where = f"[{_name(table)}] {'.'.join(map(_name, keys))}".strip()
    kind, value = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        known = known_keys(str(table)) if len(keys) < 2 else []
        return f"{where}: unknown key" + (f"; known: {', '.join(known)}" if known else "")
    if kind == "missing":
        return f"{where}: missing, and it has no default"
    message = one_line(detail["msg"].removeprefix("Value error, "))
    if isinstance(value, dict | BaseModel):
        return f"{where}: {message}"
    return f"{where}: {_shown(value)} is not accepted: {message}"


def _name(part: str | int) -> str:
    """A key as TOML writes it, cut to a readable length."""
    text = str(part)
    if not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        text = json.dumps(text)
    return text if len(text) <= 60 else text[:57] + "..."


def _shown(value: Any) -> str:
    try:
        text = one_line(repr(value))
    except ValueError:  # Python prints no integer of more than 4300 digits
        text = "a number of thousands of digits"
    return text if len(text) <= 80 else text[:77] + "..."

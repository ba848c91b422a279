"""Values and keys as TOML writes them."""

from __future__ import annotations

import json
from typing import Any


def toml_value(value: Any) -> str:
    """A value as TOML writes it, in one line.

    Args:
        value: text, finite numbers, booleans, and lists and tables of these.
    """
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{toml_key(k)} = {toml_value(v)}" for k, v in value.items()) + " }"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    if isinstance(value, str):
        # JSON's strings are TOML's, except for this character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value, allow_nan=False)


def toml_key(key: str) -> str:
    """A key as TOML writes it: in quotes where it needs them."""
    plain = key.replace("_", "").replace("-", "")
    return key if plain.isalnum() and plain.isascii() else toml_value(key)

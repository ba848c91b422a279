"""The study file that a study was last run with."""

from __future__ import annotations

import json
from typing import Any

from mdm_opt.config import StudyFile, parse_study
from mdm_opt.persistence import StudyRecord

# What stands under kind for a model or an objective that was a Python object.
FROM_PYTHON = "mdm_opt.tuning:given"


def stored_study_file(record: StudyRecord) -> StudyFile:
    """The study file that a study was last run with."""
    return parse_study(dict(record.study_file), f"study {record.name}")


def study_toml(study_file: StudyFile) -> str:
    """A study file as TOML, defaults included."""
    tables = []
    for name, table in study_file.canonical().items():
        lines = [f"{_key(key)} = {_value(value)}" for key, value in table.items()]
        tables.append("\n".join([f"[{name}]", *lines]))
    return "\n\n".join(tables) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        # JSON's strings are TOML's, except for this character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value, allow_nan=False)


def _key(key: str) -> str:
    plain = key.replace("_", "").replace("-", "")
    return key if plain.isalnum() and plain.isascii() else _value(key)

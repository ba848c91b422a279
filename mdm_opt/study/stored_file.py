"""The study file that a study was last run with."""

from __future__ import annotations

from mdm_opt.config import StudyFile, parse_study
from mdm_opt.config.toml_values import toml_key, toml_value
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
        lines = [f"{toml_key(key)} = {toml_value(value)}" for key, value in table.items()]
        tables.append("\n".join([f"[{name}]", *lines]))
    return "\n\n".join(tables) + "\n"

"""Study files for tests."""

from __future__ import annotations

from pathlib import Path

from optuna import load_study
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial

SUDOKU4 = """
[study]
name = "sudoku4"
[model]
kind = "enumerated"
law = "sudoku4"
[space]
steps = [4]
[objective]
kind = "validity"
verifier = "sudoku"
instances = 16
[search]
trials = 6
sampler = "random"
seeds = ["energy", "baselines"]
[verify]
instances = 32
top = 2
"""


def write_study(folder: Path, text: str = SUDOKU4, **replacements: str) -> Path:
    """Writes a study file; each replacement turns ``key = ...`` into ``key = value``."""
    lines = []
    for line in text.strip().splitlines():
        key = line.split(" = ")[0]
        lines.append(f"{key} = {replacements.pop(key)}" if key in replacements else line)
    if replacements:
        raise KeyError(f"no such keys in the study file: {sorted(replacements)}")
    path = folder / "study.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def database(folder: Path) -> str:
    """URL of a database in a folder."""
    return f"sqlite:///{folder}/test.db"


def optuna_trials(url: str, name: str = "sudoku4") -> list[FrozenTrial]:
    """The trials of a study as plain Optuna reads them; leaves no connection open."""
    storage = RDBStorage(url)
    try:
        return load_study(study_name=name, storage=storage).get_trials()
    finally:
        storage.scoped_session.remove()
        storage.engine.dispose()

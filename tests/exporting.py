"""The command export on a finished study."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text
from study_files import SUDOKU4, database, write_study

from mdm_opt.cli.main import main
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.study.opening import create_study


def study(folder: Path, text: str = SUDOKU4, *, verified: bool = True, **keys: str) -> str:
    """The URL of a database with a finished study."""
    opened = create_study(write_study(folder, text, **keys), database(folder))
    list(run_trials(opened))
    if verified:
        verify(opened)
    return opened.repository.url


def export(url: str, *arguments: str) -> Result:
    """Runs the command on the study."""
    return CliRunner().invoke(main, ["export", "sudoku4", "--storage", url, *arguments])


def kept_formats(url: str) -> list[str]:
    """Formats of all exports that a database keeps, oldest first."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.scalars(text("SELECT format FROM mdm_exports ORDER BY id")).all()
    engine.dispose()
    return list(found)

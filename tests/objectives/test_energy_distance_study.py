"""A study with objective `energy_distance` on the bundled model, from its file to its result."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from study_files import database

from mdm_opt.cli.main import main
from mdm_opt.persistence import Repository
from mdm_opt.results.best import best
from mdm_opt.sudoku import sample_grids

STUDY = """
[study]
name = "near"
[model]
kind = "bundled"
device = "cpu"
[space]
steps = [4]
[objective]
kind = "energy_distance"
references = "grids.txt"
instances = 8
draws = 3
[search]
trials = 3
sampler = "random"
seeds = ["baselines"]
[verify]
instances = 16
top = 1
equal_linear = false
"""


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    grids = sample_grids(50, 6, rng=np.random.default_rng(0)) + 1
    lines = ["".join(map(str, grid)) for grid in grids.tolist()]
    (tmp_path / "grids.txt").write_text("\n".join(lines) + "\n")
    path = tmp_path / "near.toml"
    path.write_text(STUDY)
    monkeypatch.chdir(tmp_path)
    return path


@pytest.mark.slow
def test_a_study_from_its_file_to_its_result(study: Path, tmp_path: Path) -> None:
    url = database(tmp_path)
    done = CliRunner().invoke(main, ["run", str(study), "--storage", url])
    assert done.exit_code == 0, done.output + repr(done.exception)
    found = best("near", url)
    assert (found.objective, found.unit, found.direction) == (
        "energy_distance",
        "energy distance",
        "minimize",
    )
    (budget,) = found.budgets
    assert budget.verified
    assert np.isfinite(budget.value)
    searched = Repository(url, create=False).measurements("near", ["search"])
    assert len(searched) == 3
    # Three samples of each instance in four steps, the first of which the model remembers.
    assert {record.sequence_calls for record in searched} == {3 * 8 * 3}
    assert all(record.nfe == 4 for record in searched)
    assert all(len(text) == 36 for record in searched for text in record.samples)


def test_a_file_that_is_not_there_is_named_before_anything_is_written(
    study: Path, tmp_path: Path
) -> None:
    (tmp_path / "grids.txt").unlink()
    done = CliRunner().invoke(main, ["run", str(study), "--storage", database(tmp_path)])
    assert done.exit_code == 2
    assert "[objective] references: cannot read" in done.output
    assert not (tmp_path / "test.db").exists()

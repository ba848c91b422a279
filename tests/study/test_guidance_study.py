"""Studies of a task that search the scale of guidance, from the file to the export."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from study_files import database
from task_files import sums, written

import mdm_opt
from mdm_opt.cli.main import main
from mdm_opt.persistence import Repository

STUDY = """
[study]
name = "sums"
[model]
kind = "answering:guided"
[space]
steps = [4]
guidance = { low = 0.0, high = 2.0 }
[objective]
kind = "task"
data = "data.jsonl"
instances = 32
[search]
trials = TRIALS
[verify]
instances = 64
equal_linear = false
"""


def succeed(*arguments: object) -> str:
    result = CliRunner().invoke(main, [*map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


def study(folder: Path, trials: int) -> Path:
    written(folder, sums(160))
    path = folder / "study.toml"
    path.write_text(STUDY.replace("TRIALS", str(trials)))
    return path


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A finished study of 16 trials."""
    folder = tmp_path_factory.mktemp("guided")
    succeed("run", study(folder, 16), "--storage", database(folder))
    return database(folder)


def searched(url: str) -> list[tuple[float, float]]:
    """Guidance and value of each trial."""
    records = Repository(url, create=False).measurements("sums", ["search"])
    return [(float(one.candidate.decoding["guidance"]), one.value) for one in records]


@pytest.mark.slow
def test_what_helps_is_found(url: str) -> None:
    """Every right character needs its neighbour or guidance; no schedule has the same effect."""
    tried = searched(url)
    scales = [scale for scale, _ in tried]
    assert 0 <= min(scales) < 0.5
    assert 1.5 < max(scales) <= 2
    assert np.corrcoef(np.array(tried).T)[0, 1] > 0.5
    (budget,) = json.loads(succeed("best", "sums", "--json", "--storage", url))["budgets"]
    assert budget["sampler"]["guidance"] > 1
    assert budget["gain_over_linear"]["interval"][0] > 0
    assert budget["decision"]["action"] == "use"


def test_baselines_are_without_guidance_and_the_export_has_it(url: str, tmp_path: Path) -> None:
    verified = Repository(url, create=False).measurements("sums", ["verification"])
    linear = [one for one in verified if one.label == "linear"]
    assert linear
    assert not any(one.candidate.decoding.get("guidance") for one in linear)
    (budget,) = json.loads(succeed("best", "sums", "--json", "--storage", url))["budgets"]
    target = tmp_path / "best.json"
    succeed("export", "sums", "--storage", url, "--out", target)
    assert mdm_opt.load_schedule(target).sampler.guidance == budget["sampler"]["guidance"]
    script = tmp_path / "llada.py"
    succeed("export", "sums", "--storage", url, "--format", "llada", "--out", script)
    assert f"{budget['sampler']['guidance']}" in script.read_text()


@pytest.mark.slow
def test_a_study_that_was_stopped_goes_on_as_it_would_have(url: str, tmp_path: Path) -> None:
    for trials in (9, 16):
        succeed("run", study(tmp_path, trials), "--no-verify", "--storage", database(tmp_path))
    assert searched(database(tmp_path)) == searched(url)

"""The example of docs/processes.md for models of births and uniform corruption runs as shown."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch

from mdm_opt.models.base import checked_model

PAGE = (Path(__file__).parents[2] / "docs" / "processes.md").read_text()
SECTION = PAGE.split("# Three processes\n")[1].split("\n## ")[0]


@pytest.fixture
def example():
    (block,) = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)
    return block


@pytest.mark.slow
def test_the_example_runs(example, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    asked = []

    def network(counts, alpha):
        asked.append(alpha)
        return (4.0 - counts).clamp(min=0.1)

    reader = {
        "network": network,
        "classifier": torch.nn.Identity(),
        "metric": lambda texts: [float(text.count("4")) for text in texts],
    }
    reader["classifier"].forward = lambda tokens, alpha: torch.zeros((*tokens.shape, 27))
    exec(compile(example, "docs/processes.md", "exec"), reader)  # noqa: S102
    checked_model(reader["births"], "docs/processes.md", "births")
    checked_model(reader["flow"], "docs/processes.md", "uniform")
    assert (reader["flow"].length, reader["flow"].vocab_size) == (32, 27)
    grid = reader["grid"]
    assert grid.shape == (5,)
    assert (grid[0], grid[-1]) == (0, 1)
    assert (np.diff(grid) > 0).all()
    assert set(grid[:-1].tolist()) <= set(asked)
    assert list(tmp_path.iterdir()) == []


def test_the_processes_of_the_table_are_those_there_are():
    from mdm_opt.candidates import DECODINGS

    assert re.findall(r"^\| `(\w+)` \|", SECTION, re.MULTILINE) == list(DECODINGS)

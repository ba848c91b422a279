"""The example of docs/model.md for those who call from Python runs as it is shown."""

from __future__ import annotations

import itertools
import re
import tempfile
from pathlib import Path

import pytest
import torch

PAGE = Path(__file__).parents[2] / "docs" / "model.md"


class Model(torch.nn.Module):
    """Stands for the reader's model: tokens ``(batch, 16)`` -> logits ``(batch, 16, 5)``."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.embed = torch.nn.Embedding(5, 8)
        self.mix = torch.nn.GRU(8, 8, batch_first=True, bidirectional=True)
        self.head = torch.nn.Linear(16, 5)
        self.calls = []

    def forward(self, tokens):
        self.calls.append(tokens)
        return self.head(self.mix(self.embed(tokens))[0])


@pytest.fixture
def example():
    section = PAGE.read_text().split("## In Python\n")[1].split("\n## ")[0]
    (block,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    return block


@pytest.mark.slow
def test_the_example_runs_and_reveals_what_the_schedule_says(
    example, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    model = Model()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    reader = {"model": model}
    exec(compile(example, "docs/model.md", "exec"), reader)  # noqa: S102
    result, tokens = reader["result"], reader["tokens"]
    assert list(result.schedules) == [4, 8]
    assert str(result) in capsys.readouterr().out
    counts = result.schedule(4).counts.tolist()
    masked = [(state == 4).sum(1).tolist() for state in [*model.calls[-len(counts) :], tokens]]
    revealed = [[a - b for a, b in zip(x, y, strict=True)] for x, y in itertools.pairwise(masked)]
    assert revealed == [[count] * 2 for count in counts]
    assert tokens.shape == (2, 16)
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert list(tmp_path.iterdir()) == []


def test_the_example_is_short(example):
    assert len([line for line in example.splitlines() if line.strip()]) <= 20

"""The blocks of code that pages show: Python is compiled and run, TOML is valid by the schema."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import torch
from jsonschema import Draft202012Validator

from mdm_opt.config import parse_study
from mdm_opt.config.schema import study_schema

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *(ROOT / folder / "README.md" for folder in ("studies", "storage")),
    *sorted((ROOT / "docs").glob("*.md")),
]
BLOCK = re.compile(r"(?:<!-- run by (\S+) -->\n\n?)?^```(python|toml)\n(.*?)^```", re.M | re.S)
SHOWN = [
    (str(page.relative_to(ROOT)), language, code, run_by)
    for page in PAGES
    for run_by, language, code in BLOCK.findall(page.read_text())
]
PYTHON = [(page, code, run_by) for page, language, code, run_by in SHOWN if language == "python"]
TOML = [(page, code) for page, language, code, _ in SHOWN if language == "toml"]


def test_all_blocks_are_found():
    fences = sum(page.read_text().count("```python\n") for page in PAGES)
    assert len(PYTHON) == fences >= 8
    assert len(TOML) == sum(page.read_text().count("```toml\n") for page in PAGES) >= 10


@pytest.mark.parametrize(("page", "code", "run_by"), PYTHON)
def test_python_is_python(page, code, run_by):
    compile(code, page, "exec")
    if run_by:
        # Another test has what the block needs, and takes it from the page.
        assert Path(page).name in (ROOT / run_by).read_text()


class Model(torch.nn.Module):
    """What the reader of the README has: tokens ``(batch, 6)`` -> logits ``(batch, 6, 5)``."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.embed = torch.nn.Embedding(5, 5)

    def forward(self, tokens):
        logits = self.embed(tokens)
        return logits + logits.mean(1, keepdim=True)


READERS = {
    "README.md": {
        "model": Model(),
        "metric": lambda texts: [float(text.count("1")) for text in texts],
        "LENGTH": 8,
        "MASK": 4,
    },
    "docs/metric.md": {},
}
UNMARKED = [(page, code) for page, code, run_by in PYTHON if not run_by]


@pytest.mark.slow
@pytest.mark.parametrize(("page", "code"), UNMARKED)
def test_python_runs_where_its_reader_has_what_it_names(page, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = dict(READERS[page])
    exec(compile(code, page, "exec"), found)  # noqa: S102
    if page == "README.md":
        assert found["counts"].sum() == 8
        assert len(found["counts"]) == 4
    else:
        assert found["score"](["a word of the language", "none"], word="a") == [1.0, 0.0]


def test_every_block_is_run():
    assert sorted(page for page, _ in UNMARKED) == sorted(READERS)


@pytest.mark.parametrize(("page", "code"), TOML)
def test_toml_is_part_of_a_study_file(page, code):
    content = tomllib.loads(code)
    schema = study_schema()
    if {"study", "model", "space", "objective"} <= set(content):
        parse_study(content, page)
    for table, inner in content.items():
        part = {**schema["properties"][table], "$defs": schema["$defs"]}
        assert list(Draft202012Validator(part).iter_errors(inner)) == [], table

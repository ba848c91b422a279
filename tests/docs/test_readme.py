"""The README: short, and it leads with what the package does and how to see it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_it_is_short():
    assert README.count("\n") <= 150


def test_it_leads_with_what_it_does_and_two_commands():
    head = README.split("\n## ")[0]
    assert "mdm-opt finds that schedule for your frozen model and your metric" in head
    (block,) = re.findall(r"```sh\n(.*?)```", head, re.DOTALL)
    assert [line.split("  ")[0] for line in block.splitlines()] == ["make demo", "make test"]
    assert "| linear |" in head


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "docs").glob("*.md")))
def test_it_leads_to_every_page(name):
    assert f"](docs/{name}" in README

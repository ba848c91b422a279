"""The images that the pages show."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SHOWN = sorted(
    {
        name
        for page in PAGES
        for name in re.findall(r"!\[[^]]+\]\((?:\.\./)?(images/[^)]+)\)", page.read_text())
    }
)
LARGEST = 200_000


def test_they_show_all_that_are_there():
    there = {f"images/{path.name}" for path in (ROOT / "images").iterdir()}
    assert set(SHOWN) == there
    assert {Path(name).stem for name in there} == {"dashboard", "trial", "pareto", "report"}


@pytest.mark.parametrize("name", SHOWN)
def test_they_are_small_pngs(name):
    content = (ROOT / name).read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert content[12:16] == b"IHDR"
    assert content.endswith(b"IEND\xaeB`\x82")
    width, height = struct.unpack(">II", content[16:24])
    assert 600 <= width <= 1280
    assert 400 <= height <= 1280
    assert 10_000 < len(content) < LARGEST

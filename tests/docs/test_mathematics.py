"""docs/mathematics.md has the sections that docstrings cite, and pages outside are not cited."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from exact_profile import SUDOKU

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "mathematics.md").read_text()
SOURCES = [
    path
    for folder in ("mdm_opt", "tests", "training")
    for path in (ROOT / folder).rglob("*.py")
    if path != Path(__file__)
]


def test_every_cited_section_is_there():
    sections = set(re.findall(r"^## (\d+)\.", PAGE, re.MULTILINE))
    cited = {
        number
        for path in SOURCES
        for group in re.findall(r"docs/mathematics\.md (\d(?:, \d)*)", path.read_text())
        for number in group.split(", ")
    }
    assert cited >= {"2", "3", "4", "5", "6", "7"}
    assert cited <= sections


def test_nothing_cites_a_page_that_does_not_ship():
    pattern = re.compile(r"\b[\w/]*[A-Z]+\.md\b|\bdocs/[\w/]+\.md\b")
    cited = {page for path in SOURCES for page in pattern.findall(path.read_text())}
    assert "docs/mathematics.md" in cited
    assert [page for page in cited if not list(ROOT.glob(page)) and page != "README.md"] == []


def test_the_profile_of_4x4_sudoku_is_the_pages():
    shown = re.search(r"h\(0\.\.15\) = ([\d.\s]+?), whose", PAGE)
    assert shown is not None
    values = [float(number) for number in shown[1].split()]
    assert values == list(SUDOKU)
    assert sum(values) == pytest.approx(np.log(288), abs=16 * 5e-6)

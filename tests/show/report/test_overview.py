"""The page about all studies of a database."""

from __future__ import annotations

import pytest
from pages import Page

from mdm_opt.results.best import best
from mdm_opt.results.text import conclusions, headings, result_rows
from mdm_opt.show.report.overview import StudySummary, overview, summary


@pytest.fixture(scope="module")
def page(found):
    return overview([summary(found, "/results/sudoku4", "/trials/1")], "a.db", "/trials")


def test_it_has_the_verified_table_and_what_it_says(page, url, found):
    result = best("sudoku4", url)
    cells = [cell for row in result_rows(result) for cell in row.cells]
    assert Page(page).cells == cells
    for name in headings(result):
        assert f">{name}</th>" in page
    said = conclusions(result, "mdm-opt verify sudoku4")
    assert len(said) >= 2
    for line in said:
        assert line.replace("'", "&#39;").replace(">", "&gt;") in page
    assert found.metric in page
    assert "10 of 10 trials finished; verified on" in page


def test_it_leads_to_each_study_and_to_its_trials(page):
    assert {"/results/sudoku4", "/trials/1", "/trials"} <= set(Page(page).addresses)


def test_a_study_that_cannot_be_read_is_named_with_the_reason(found):
    broken = StudySummary("other", "/results/other", failure="its study file is too new")
    page = overview([broken, summary(found, "/results/sudoku4", "")], "a.db", "/trials")
    assert "its study file is too new" in page
    assert "2 studies in a.db" in page
    assert "best: " in page


def test_names_are_text():
    hostile = "<script>alert(1)</script>"
    page = overview([StudySummary(hostile, "/x", failure=hostile)], hostile, "/trials")
    assert "<script>" not in page
    assert page.count("&lt;script&gt;") == 3


def test_without_studies_it_says_how_to_make_one():
    page = overview([], "a.db", "/trials")
    assert "0 studies in a.db" in page
    assert "mdm-opt run FILE" in page

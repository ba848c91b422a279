"""Results as tables for people."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from mdm_opt.cli.tables import best_table
from mdm_opt.results.best import best
from mdm_opt.results.text import headings, result_rows


@pytest.fixture
def result(finished):
    """Of a verified study at 4 and 8 steps."""
    _, url, _ = finished
    return best("sudoku4", url)


def shown(result):
    console = Console(file=StringIO(), width=200, color_system=None)
    console.print(best_table(result))
    return console.file.getvalue()


def test_the_table_has_every_row_of_the_result(result):
    title, _, *lines = shown(result).splitlines()
    assert title.strip() == "sudoku4: validity in share (more is better)"
    lines = [line for line in lines if line[0] in "│┃"]
    rows = [[cell.strip() for cell in line[1:-1].split(line[0])] for line in lines]
    assert rows == [list(headings(result)), *(list(row.cells) for row in result_rows(result))]


def test_the_best_of_every_step_count_is_bold_and_ends_its_part(result):
    rows, best_ones = best_table(result).rows, [row.best for row in result_rows(result)]
    assert sum(best_ones) == 2
    assert [row.end_section for row in rows] == best_ones
    assert [row.style == "bold" for row in rows] == best_ones


def test_markup_in_names_is_text(result):
    names = {"study": "[red]x[/red]", "objective": "[/b]", "unit": "[link=y]"}
    text = shown(result.model_copy(update=names))
    assert "[red]x[/red]: [/b] in [link=y] (more is better)" in text
    # In the title, and as the heading of its column.
    assert text.count("[/b]") == 2

"""Results as tables for people."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from mdm_opt.cli.tables import best_table, studies_table, value_words
from mdm_opt.results.best import best
from mdm_opt.results.text import headings, result_rows


@pytest.fixture
def result(finished):
    """Of a verified study at 4 and 8 steps."""
    _, url, _ = finished
    return best("sudoku4", url)


def shown(result, width=200):
    return printed(best_table(result), width)


def printed(table, width):
    console = Console(file=StringIO(), width=width, color_system=None)
    console.print(table)
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


def cells(text):
    """What stands in each column of a table's rows, their lines joined."""
    lines = [line for line in text.splitlines() if line[:1] in "│┃"]
    rows = [line[1:-1].replace("┃", "│").split("│") for line in lines]
    return ["".join(cell.strip() for cell in column) for column in zip(*rows, strict=True)]


def test_names_of_metrics_are_folded_not_cut(result):
    metric = "my_package.my_module_of_long_names:how_good_it_is_in_all_respects"
    text = shown(result.model_copy(update={"objective": metric}), width=150)
    assert "…" not in text
    assert any(metric in cell for cell in cells(text))
    study = {
        "study": "s", "objective": metric, "unit": "share", "steps": [4, 8], "trials": 8,
        "finished": 8, "state": "partly verified", "created_at": "2000-01-01T00:00:00+00:00",
        "values": {},
    }  # fmt: skip
    text = printed(studies_table([study]), 130)
    assert "…" not in text
    assert any(f"{metric}(share)" in cell for cell in cells(text))


def test_values_of_a_search_are_marked():
    values = {"4": {"value": 0.5, "verified": True}, "8": {"value": 2 / 3, "verified": False}}
    assert value_words(values) == "4: 0.5, 8: ~0.6667"
    assert value_words({}) == ""

"""Results as tables for people."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from mdm_opt.results.best_result import BestResult
from mdm_opt.results.text import headings, metric_words, result_rows


def best_table(result: BestResult) -> Table:
    """Every step count with its baselines, the best schedule and the interval of the gain."""
    table = Table(
        title=escape(f"{result.study}: {metric_words(result)}"),
        title_justify="left",
    )
    for name in headings(result):
        table.add_column(escape(name), justify="left" if name == "schedule" else "right")
    for row in result_rows(result):
        style = "bold" if row.best else None
        table.add_row(*map(escape, row.cells), style=style, end_section=row.best)
    return table

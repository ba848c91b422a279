"""Results as tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.markup import escape

from mdm_opt.cli.fitting import FittingTable
from mdm_opt.results.best_result import BestResult
from mdm_opt.results.side_by_side import Comparison
from mdm_opt.results.side_by_side_text import compared_headings, compared_rows
from mdm_opt.results.text import Row, age, headings, metric_words, number, result_rows


def best_table(result: BestResult) -> FittingTable:
    """Every step count with its baselines, the best schedule and the interval of the gain."""
    title = f"{result.study}: {metric_words(result)}"
    table = _table(title, headings(result), result_rows(result))
    for row, shown in zip(result_rows(result), table.rows, strict=True):
        shown.end_section = row.best
    return table


def compared_table(found: Comparison) -> FittingTable:
    """Studies beside each other; what is better than the first one is bold."""
    title = f"{' and '.join(found.studies)}: {metric_words(found)}"
    return _table(title, compared_headings(found), compared_rows(found))


# Columns of words; all others are of numbers.
_WORDS = ("schedule", "study", "model", "order")


def _table(title: str, names: Sequence[str], rows: Sequence[Row]) -> FittingTable:
    table = FittingTable(title=escape(title), title_justify="left")
    for name in names:
        table.add_column(escape(name), justify="left" if name in _WORDS else "right")
    for row in rows:
        table.add_row(*map(escape, row.cells), style="bold" if row.best else None)
    return table


def studies_table(studies: Sequence[Mapping[str, Any]]) -> FittingTable:
    """What `mdm_opt.results.listing.list_studies` found."""
    table = FittingTable()
    for column in ("study", "objective", "steps", "trials", "state", "best values", "age"):
        table.add_column(column)
    now = datetime.now(UTC)
    for one in studies:
        seconds = (now - datetime.fromisoformat(one["created_at"])).total_seconds()
        cells = (
            one["study"],
            f"{one['objective']} ({one['unit']})",
            ", ".join(map(str, one["steps"])),
            f"{one['finished']}/{one['trials']}",
            one["state"],
            value_words(one["values"]) or "none",
            age(seconds),
        )
        table.add_row(*map(escape, cells))
    return table


def value_words(values: Mapping[str, Mapping[str, Any]]) -> str:
    """Best values by step count; those of a search alone have a ~ before them."""
    return ", ".join(
        f"{steps}: {'' if one['verified'] else '~'}{number(one['value'])}"
        for steps, one in values.items()
    )

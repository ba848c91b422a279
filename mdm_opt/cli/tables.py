"""Results as tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.markup import escape
from rich.table import Table

from mdm_opt.results.best_result import BestResult
from mdm_opt.results.text import age, headings, metric_words, number, result_rows


def best_table(result: BestResult) -> Table:
    """Every step count with its baselines, the best schedule and the interval of the gain."""
    table = Table(
        title=escape(f"{result.study}: {metric_words(result)}"),
        title_justify="left",
    )
    for name in headings(result):
        # Names of metrics are folded where they are long, never cut.
        left = name == "schedule"
        table.add_column(escape(name), justify="left" if left else "right", overflow="fold")
    for row in result_rows(result):
        style = "bold" if row.best else None
        table.add_row(*map(escape, row.cells), style=style, end_section=row.best)
    return table


def studies_table(studies: Sequence[Mapping[str, Any]]) -> Table:
    """What `mdm_opt.results.listing.list_studies` found."""
    table = Table()
    for column in ("study", "objective", "steps", "trials", "state", "best values", "age"):
        table.add_column(column, overflow="fold")
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

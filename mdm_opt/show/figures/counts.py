"""The tokens that each step reveals."""

from __future__ import annotations

from plotly.graph_objects import Bar, Figure

from mdm_opt.candidates import baseline
from mdm_opt.show.figures.style import COLOURS, FOUND, laid_out
from mdm_opt.show.snapshot import Snapshot


def reveal_counts_of(found: Snapshot, steps: int) -> Figure | None:
    """Tokens revealed by each step, found and linear.

    None before a trial is feasible, and under ancestral reveal, which has no counts.
    """
    budgets = found.result.budgets if found.result else []
    counts = next((b.counts for b in budgets if b.steps == steps), None)
    if not counts:
        return None
    (budget,) = [b for b in budgets if b.steps == steps]
    space = found.space
    linear = baseline("linear", steps).plan(space.decoding, space.length).counts
    figure = Figure()
    for name, values, colour in (
        ("found", counts, FOUND),
        ("linear", [] if linear is None else linear.tolist(), COLOURS["linear"]),
    ):
        places = list(range(1, steps + 1))
        figure.add_trace(Bar(x=places, y=values, name=name, marker={"color": colour}))
    laid_out(figure, f"{steps} steps: tokens revealed by each, {budget.candidate.label}")
    figure.update_layout(barmode="group", bargap=0.15)
    figure.update_xaxes(title="step")
    return figure.update_yaxes(title="tokens", rangemode="tozero")

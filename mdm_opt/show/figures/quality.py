"""Quality against model calls, with intervals and the Pareto front."""

from __future__ import annotations

from collections.abc import Sequence

from plotly.graph_objects import Figure, Scatter

from mdm_opt.persistence import MeasurementRecord
from mdm_opt.results.best import value_of
from mdm_opt.results.best_result import BestResult, BudgetResult
from mdm_opt.show.figures.style import (
    COLOURS,
    FAINT,
    FOUND,
    SHOWN_NAMES,
    laid_out,
    logarithmic,
    plain,
)
from mdm_opt.show.snapshot import Snapshot


def quality(found: Snapshot) -> Figure | None:
    """What was measured at each number of model calls; None before anything was."""
    if not found.trials:
        return None
    figure = Figure()
    _add_trials(figure, found)
    if found.result is not None:
        for name in found.space.decoding.baselines:
            _add_baseline(figure, found, found.result, name)
        _add_best(figure, found.result)
        _add_front(figure, found.result)
    calls = [m.nfe for m in found.measurements if m.nfe > 0]
    laid_out(figure, f"Quality against model calls: {found.metric}")
    axis = "log" if calls and logarithmic(calls) else "linear"
    figure.update_xaxes(title="model calls a sequence (NFE)", type=axis)
    figure.update_yaxes(title=plain(f"{found.record.objective} ({found.record.unit})"))
    return figure


def _add_trials(figure: Figure, found: Snapshot) -> None:
    whole = [m for m in found.trials if not m.stopped_early]
    parts = {
        "search (biased)": ([m for m in whole if m.feasible], "circle"),
        "infeasible": ([m for m in whole if not m.feasible], "x"),
    }
    for name, (records, symbol) in parts.items():
        if records:
            figure.add_trace(
                Scatter(
                    x=[m.nfe for m in records],
                    y=[m.value for m in records],
                    text=[plain(f"trial {m.trial_number}, {m.label}") for m in records],
                    name=name,
                    mode="markers",
                    marker={"color": FAINT, "size": 6, "opacity": 0.5, "symbol": symbol},
                )
            )


def _add_baseline(figure: Figure, found: Snapshot, result: BestResult, name: str) -> None:
    """Verified measurements of a baseline at all its step counts; the search's before that."""
    confidence = result.confidence
    points: dict[float, tuple[float, float, float, int]] = {}
    for budget in result.budgets:
        baseline = budget.baselines.get(name)
        if baseline is not None:
            low, high = baseline.interval
            points[baseline.nfe] = (baseline.value, low, high, baseline.steps)
        for record in _probes(found, budget, name):
            estimate = value_of(record, confidence)
            points.setdefault(
                record.nfe, (estimate.value, estimate.low, estimate.high, record.steps)
            )
    if points:
        rows = [(nfe, *points[nfe]) for nfe in sorted(points)]
        mode = "lines+markers" if len(rows) > 1 else "markers"
        _add_intervals(figure, rows, SHOWN_NAMES[name], COLOURS[name], mode)


def _probes(found: Snapshot, budget: BudgetResult, name: str) -> list[MeasurementRecord]:
    return [m for m in found.verified(budget.steps) if m.label == name]


def _add_best(figure: Figure, result: BestResult) -> None:
    for verified in (True, False):
        budgets = [b for b in result.budgets if b.verified == verified]
        if budgets:
            _add_intervals(
                figure,
                [(b.nfe, b.value, *b.interval, b.steps) for b in budgets],
                "found, verified" if verified else "found, not verified (biased)",
                FOUND,
                "markers",
                texts=[b.candidate.label for b in budgets],
                symbol="star" if verified else "star-open",
                size=13,
            )


def _add_intervals(
    figure: Figure,
    rows: Sequence[tuple[float, float, float, float, int]],
    name: str,
    colour: str,
    mode: str,
    *,
    texts: Sequence[str] | None = None,
    symbol: str = "square",
    size: int = 7,
) -> None:
    figure.add_trace(
        Scatter(
            x=[row[0] for row in rows],
            y=[row[1] for row in rows],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [row[3] - row[1] for row in rows],
                "arrayminus": [row[1] - row[2] for row in rows],
                "thickness": 1.5,
            },
            text=[
                f"{text + ', ' if text else ''}{row[4]} steps<br>interval [{row[2]:.4g}, "
                f"{row[3]:.4g}]"
                for text, row in zip(texts or [""] * len(rows), rows, strict=True)
            ],
            name=name,
            mode=mode,
            marker={"color": colour, "size": size, "symbol": symbol},
            line={"color": colour, "width": 1, "dash": "dot"},
        )
    )


def pareto_front(result: BestResult) -> list[BudgetResult]:
    """The best schedules that no other one beats with as few model calls, by model calls."""
    sign = 1 if result.direction == "minimize" else -1
    front: list[BudgetResult] = []
    for budget in sorted(result.budgets, key=lambda b: (b.nfe, sign * b.value)):
        if not front or sign * budget.value < sign * front[-1].value:
            front.append(budget)
    return front


def _add_front(figure: Figure, result: BestResult) -> None:
    front = pareto_front(result)
    if len(front) > 1:
        figure.add_trace(
            Scatter(
                x=[b.nfe for b in front],
                y=[b.value for b in front],
                name="Pareto front",
                mode="lines",
                line={"color": FOUND, "width": 2},
                hoverinfo="skip",
            )
        )

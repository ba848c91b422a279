"""What the search has seen of its space, with seeds and best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from plotly.graph_objects import Contour, Figure, Scatter

from mdm_opt.persistence import MeasurementRecord
from mdm_opt.schedules import count_coordinates
from mdm_opt.search import Point, expected_values
from mdm_opt.service.figures.style import FAINT, FOUND, laid_out, plain
from mdm_opt.service.findings import Findings
from mdm_opt.service.standing import observations, setting_of

# Points along each side; counts of many steps take their time.
_GRID, _MANY_STEPS, _COARSE_GRID = 24, 64, 12
# Fewer trials say nothing about what lies between them.
_ENOUGH = 4
_SCALE = "Viridis"
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)


def landscape(found: Findings, steps: int) -> Figure | None:
    """Trials of a step count in the plane of (a, b), over what the search's model expects.

    In the family ``free`` the plane is that of the two slowest count coordinates. None before a
    trial is finished.
    """
    trials = [m for m in found.trials if m.budget_steps == steps]
    if not trials:
        return None
    whole = [m for m in trials if not m.stopped_early and m.feasible]
    values, free = [m.value for m in whole], found.file.space.family == "free"
    figure, title = Figure(), f"{steps} steps: what the search has seen"
    if not free and len(whole) >= _ENOUGH and np.ptp(values) > 0:
        _add_surface(figure, found, steps, values)
    _add_trials(figure, found, trials, found.best_trials().get(steps))
    laid_out(figure, title)
    names = ("count coordinate 1", "count coordinate 2") if free else ("a", "b")
    scale = {} if free else {"type": "log", "tickvals": _TICKS}
    figure.update_xaxes(title=names[0], **scale)
    return figure.update_yaxes(title=names[1], **scale)


def _add_trials(
    figure: Figure, found: Findings, trials: Sequence[MeasurementRecord], best: int | None
) -> None:
    whole = [m for m in trials if not m.stopped_early and m.feasible]
    groups = {
        "trial": ([m for m in whole if m.label == "search"], "circle", 7),
        "seed": ([m for m in whole if m.label != "search"], "diamond", 9),
        "lost its race": ([m for m in trials if m.stopped_early], "circle-open", 6),
        "infeasible": ([m for m in trials if not m.feasible and not m.stopped_early], "x", 7),
        "best": ([m for m in whole if m.trial_number == best], "star", 18),
    }
    for name, (records, symbol, size) in groups.items():
        marker: dict[str, object] = {"symbol": symbol, "size": size, "color": FAINT}
        if name in ("trial", "seed"):
            marker |= _coloured(found, records, [m.value for m in whole])
        elif name == "best":
            marker |= {"color": FOUND, "line": {"color": "white", "width": 1.5}}
        if records:
            figure.add_trace(
                Scatter(
                    x=[_place(m)[0] for m in records],
                    y=[_place(m)[1] for m in records],
                    text=[
                        plain(f"trial {m.trial_number}, {m.label}: {m.value:.4g}") for m in records
                    ],
                    hoverinfo="text",
                    mode="markers",
                    name=name,
                    marker=marker,
                )
            )


def _coloured(
    found: Findings, records: Sequence[MeasurementRecord], values: Sequence[float]
) -> dict[str, object]:
    """Markers on the scale of all values of the step count."""
    return {
        "color": [m.value for m in records],
        "colorscale": _SCALE,
        "reversescale": found.record.direction == "minimize",
        "cmin": min(values, default=0.0),
        "cmax": max(values, default=1.0),
        "line": {"color": "white", "width": 1},
    }


def _place(record: MeasurementRecord) -> tuple[float, float]:
    """Where a trial is drawn."""
    if record.beta_a is not None and record.beta_b is not None:
        return record.beta_a, record.beta_b
    wanted = min(2, len(record.counts) - 1)
    found = [float(x) for x in count_coordinates(tuple(record.counts), wanted)] if wanted else []
    x, y = (*found, 0.0, 0.0)[:2]
    return x, y


def _add_surface(figure: Figure, found: Findings, steps: int, values: Sequence[float]) -> None:
    """What the model of the search expects between the trials."""
    setting = setting_of(found.record)
    space = found.file.space
    points_a_side = _GRID if steps <= _MANY_STEPS else _COARSE_GRID
    a, b = (np.geomspace(low, high, points_a_side) for low, high in (space.beta_a, space.beta_b))
    points = [Point(steps, float(x), float(y)) for y in b for x in a]
    seen = observations(found.record, found.trials)
    sign = 1.0 if found.record.direction == "minimize" else -1.0
    expected = sign * expected_values(setting, seen, points).reshape(len(b), len(a))
    figure.add_trace(
        Contour(
            x=a,
            y=b,
            # A model extrapolates; beyond what was measured the colour says no more.
            z=np.clip(expected, min(values), max(values)),
            colorscale=_SCALE,
            reversescale=found.record.direction == "minimize",
            zmin=min(values),
            zmax=max(values),
            opacity=0.55,
            line={"width": 0},
            ncontours=16,
            colorbar={"title": {"text": plain(found.record.unit)}, "thickness": 12},
            hovertemplate="a %{x:.3g}, b %{y:.3g}<br>expected %{z:.4g}<extra></extra>",
        )
    )

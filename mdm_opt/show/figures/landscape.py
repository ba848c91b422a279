"""What the search has seen of its space, with seeds and best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from plotly.graph_objects import Contour, Figure, Scatter

from mdm_opt.candidates import Candidate, Range
from mdm_opt.persistence import MeasurementRecord
from mdm_opt.search import expected_values, observations, with_profile
from mdm_opt.show.figures.style import FAINT, FOUND, laid_out, plain
from mdm_opt.show.snapshot import Snapshot

# Points along each side; counts of many steps take their time.
_GRID, _MANY_STEPS, _COARSE_GRID = 24, 64, 12
# Fewer trials say nothing about what lies between them.
_ENOUGH = 4
_SCALE = "Viridis"
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)


def landscape(found: Snapshot, steps: int) -> Figure | None:
    """Trials of a step count in the plane of its family, over what the search's model expects.

    The plane is that of the first two numbers that are searched, (a, b) in the Beta family. Where
    one is searched, the values are the other axis. None before a trial is finished. Of several
    families those are drawn that have these numbers.
    """
    axes = _axes(found, steps)
    trials = [m for m in found.trials if m.budget_steps == steps and _is_placed(found, m, axes)]
    if not trials:
        return None
    whole = [m for m in trials if not m.stopped_early and m.feasible]
    values = [m.value for m in whole]
    figure, title = Figure(), f"{steps} steps: what the search has seen"
    flat = len(axes) == 2 and len(found.space.family.parameters) == 2
    if flat and len(whole) >= _ENOUGH and np.ptp(values) > 0:
        _add_surface(figure, found, steps, axes, values)
    _add_trials(figure, found, trials, axes, found.best_trials().get(steps))
    laid_out(figure, title)
    for axis, update in zip(axes, (figure.update_xaxes, figure.update_yaxes), strict=False):
        scale = {"type": "log", "tickvals": _TICKS} if axis.log else {}
        update(title=axis.title or axis.name, **scale)
    return figure if len(axes) == 2 else figure.update_yaxes(title=plain(found.record.unit))


def _axes(found: Snapshot, steps: int) -> list[Range]:
    """The dimensions that are drawn."""
    dimensions = found.space.family.dimensions(steps, found.space.bounds)
    return [one for one in dimensions if isinstance(one, Range)][:2]


def _is_placed(found: Snapshot, record: MeasurementRecord, axes: Sequence[Range]) -> bool:
    position = found.space.family.position(record.candidate)
    return all(axis.name in position for axis in axes)


def _add_trials(
    figure: Figure,
    found: Snapshot,
    trials: Sequence[MeasurementRecord],
    axes: Sequence[Range],
    best: int | None,
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
                    x=[_place(found, m, axes)[0] for m in records],
                    y=[_place(found, m, axes)[1] for m in records],
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
    found: Snapshot, records: Sequence[MeasurementRecord], values: Sequence[float]
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


def _place(
    found: Snapshot, record: MeasurementRecord, axes: Sequence[Range]
) -> tuple[float, float]:
    """Where a trial is drawn."""
    position = found.space.family.position(record.candidate)
    x, y = (*(float(position[axis.name]) for axis in axes), record.value, record.value)[:2]
    return x, y


def _add_surface(
    figure: Figure,
    found: Snapshot,
    steps: int,
    axes: Sequence[Range],
    values: Sequence[float],
) -> None:
    """What the model of the search expects between the trials."""
    many = _GRID if steps <= _MANY_STEPS else _COARSE_GRID
    a, b = ((np.geomspace if axis.log else np.linspace)(*axis.searched, many) for axis in axes)
    first, second = (axis.name for axis in axes)
    candidates = [
        Candidate(found.space.family.name, steps, {first: float(x), second: float(y)})
        for y in b
        for x in a
    ]
    seen = observations(found.record, found.trials)
    sign = 1.0 if found.record.direction == "minimize" else -1.0
    expected = sign * expected_values(found.space, seen, candidates).reshape(len(b), len(a))
    ours = [one for one in seen if one.candidate.steps == steps]
    known = [*values, *(sign * one.value for one in with_profile(found.space, ours)[0])]
    low, high = min(known), max(known)
    figure.add_trace(
        Contour(
            x=a,
            y=b,
            # A model extrapolates; beyond what was measured the colour says no more.
            z=np.clip(expected, low, high),
            colorscale=_SCALE,
            reversescale=found.record.direction == "minimize",
            zmin=low,
            zmax=high,
            opacity=0.55,
            line={"width": 0},
            ncontours=16,
            colorbar={"title": {"text": plain(found.record.unit)}, "thickness": 12},
            hovertemplate="%{x:.3g}, %{y:.3g}<br>expected %{z:.4g}<extra></extra>",
        )
    )

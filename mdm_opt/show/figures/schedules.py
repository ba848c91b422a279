"""alpha(t) of what was found beside the baselines."""

from __future__ import annotations

import numpy as np
from plotly.graph_objects import Figure, Scatter

from mdm_opt.schedules import named_schedule
from mdm_opt.show.figures.style import COLOURS, FOUND, SHOWN_NAMES, laid_out
from mdm_opt.show.snapshot import Snapshot

_POINTS = 201
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def schedules(found: Snapshot) -> Figure | None:
    """The revealed fraction over progress, found and baselines.

    Of a rule the schedule of what is not certain, where it has one. None before there is a result,
    and for a sampler that is not ours, which has none.
    """
    if found.result is None or found.file.process == "own":
        return None
    progress = np.linspace(0, 1, _POINTS)
    figure = Figure()
    for name in found.space.decoding.baselines:
        figure.add_trace(
            Scatter(
                x=progress,
                y=named_schedule(name).revealed(progress),
                name=SHOWN_NAMES[name],
                mode="lines",
                line={"color": COLOURS[name], "width": 1.5},
            )
        )
    for i, budget in enumerate(found.result.budgets):
        rule = budget.candidate.rule
        if rule is not None and not rule.scheduled:
            continue
        figure.add_trace(
            Scatter(
                x=progress,
                y=budget.candidate.schedule.revealed(progress),
                name=f"{budget.steps} steps: {budget.candidate.label}",
                mode="lines",
                line={"color": FOUND, "width": 3, "dash": _DASHES[i % len(_DASHES)]},
            )
        )
    words = found.space.decoding.share_words
    laid_out(figure, f"Found schedules and baselines: {words} alpha(t)")
    figure.update_xaxes(title="progress t (0 noise, 1 clean)", range=[0, 1])
    figure.update_yaxes(title=words, range=[0, 1.01])
    return figure

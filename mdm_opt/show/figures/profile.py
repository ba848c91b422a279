"""The information profile of the model, and what it predicts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from plotly.graph_objects import Figure, Scatter

from mdm_opt.candidates import Costs, baseline
from mdm_opt.schedules import ProfileSample, StepSample
from mdm_opt.schedules.step_costs import places
from mdm_opt.show.figures.style import (
    COLOURS,
    FAINT,
    FOUND,
    SHOWN_NAMES,
    laid_out,
    logarithmic,
)
from mdm_opt.show.snapshot import Snapshot

# Half the width of a 95% interval in standard errors.
_WIDTH = 1.96
# How far beyond the study's step counts the prediction goes.
_FURTHER, _LEAST = 2, 24
# Of a line; more would not be seen, and take long for long sequences.
_POINTS = 48


def information_profile(found: Snapshot) -> Figure | None:
    """What was measured of the model, with its standard error; None where nothing was.

    Of masked models h(m), with a mark of their own for boundaries that were placed anew; of others
    what steps between neighbouring alphas lose, which few steps should share evenly.
    """
    sample = found.profile
    if sample is None:
        return None
    if isinstance(sample, StepSample):
        return _step_losses(sample)
    return _levels(sample)


def _step_losses(sample: StepSample) -> Figure:
    alphas = places(sample.table.count)
    lost = np.sqrt(np.maximum(sample.table.small_steps(sample.profile()), 0.0))
    figure = Figure()
    figure.add_trace(
        Scatter(
            x=(alphas[1:] + alphas[:-1]) / 2,
            y=lost / np.diff(alphas),
            mode="lines+markers",
            name="measured",
            line={"color": FOUND},
        )
    )
    laid_out(figure, f"What short steps lose of the model, {len(sample)} sequences")
    figure.update_xaxes(title="alpha (0 noise, 1 clean)")
    return figure.update_yaxes(title="root of nats for each unit of alpha", type="log")


def _levels(sample: ProfileSample) -> Figure:
    known, mean, error = sample.known, sample.mean, _WIDTH * sample.standard_error
    figure = Figure()
    figure.add_trace(
        Scatter(
            x=np.concatenate([known, known[::-1]]),
            y=np.concatenate([mean + error, (mean - error)[::-1]]),
            fill="toself",
            fillcolor="rgba(47, 128, 237, 0.2)",
            line={"width": 0},
            name="95% interval",
            hoverinfo="skip",
        )
    )
    anew = np.isin(known, sample.placed)
    for name, shown, symbol in (
        ("measured", ~anew, "circle"),
        ("measured, placed anew", anew, "line-ns-open"),
    ):
        if shown.any():
            marker = {"color": FOUND, "symbol": symbol, "size": 6 if symbol == "circle" else 12}
            at, levels = known[shown], mean[shown]
            figure.add_trace(Scatter(x=at, y=levels, mode="markers", name=name, marker=marker))
    figure.add_trace(
        Scatter(
            x=np.arange(sample.length),
            y=sample.profile(),
            mode="lines",
            name="smooth fit",
            line={"color": FOUND},
        )
    )
    laid_out(figure, f"Information profile h(m) of the model, {len(sample)} sequences")
    figure.update_xaxes(title="tokens known (m)")
    figure.update_yaxes(title="nats a masked token", rangemode="tozero")
    return figure


def predicted_path_kl(found: Snapshot) -> Figure | None:
    """Path KL of found, linear and limit over step counts, as the profile predicts it.

    None without a profile, and for orders other than random, for which it predicts nothing.
    """
    if found.profile is None or not found.file.sampler.predicted:
        return None
    costs = found.space.decoding.costs(found.profile.profile())
    most = min(costs.most_steps, max(_LEAST, _FURTHER * max(found.space.steps)))
    steps = _step_counts(most)
    lines = {"linear": costs.linear()[steps - 1]}
    figure = Figure()
    for name in found.space.decoding.baselines[1:]:
        lines[name] = np.array([costs.of(baseline(name, int(n))) for n in steps])
    for name, values in lines.items():
        figure.add_trace(
            Scatter(
                x=steps,
                y=values,
                mode="lines",
                name=SHOWN_NAMES[name],
                line={"color": COLOURS[name]},
            )
        )
    limits = costs.limits(most)
    if limits is not None:
        figure.add_trace(
            Scatter(
                x=steps,
                y=limits[steps - 1],
                mode="lines",
                name="limit of all schedules",
                line={"color": FAINT, "dash": "dash"},
            )
        )
    _add_found(figure, found, costs)
    laid_out(figure, "Path KL that the profile predicts (less is better)")
    shown = [float(v) for values in lines.values() for v in values]
    figure.update_xaxes(title="steps", type="log" if most > 16 else "linear")
    figure.update_yaxes(title="nats a sequence", type="log" if logarithmic(shown) else "linear")
    return figure


def _step_counts(most: int) -> npt.NDArray[np.int64]:
    """From 1 to ``most``: all where they are few, else in even ratios."""
    if most <= _POINTS:
        return np.arange(1, most + 1)
    return np.unique(np.geomspace(1, most, _POINTS).round().astype(np.int64))


def _add_found(figure: Figure, found: Snapshot, costs: Costs) -> None:
    budgets = found.result.budgets if found.result else []
    budgets = [one for one in budgets if costs.predicts(one.candidate)]
    figure.add_trace(
        Scatter(
            x=[b.steps for b in budgets],
            y=[costs.of(b.candidate) for b in budgets],
            text=[b.candidate.label for b in budgets],
            mode="markers",
            name="found",
            marker={"color": FOUND, "size": 11, "symbol": "star"},
        )
    )

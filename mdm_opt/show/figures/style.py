"""What all figures share: colours and layout that serve on light and dark pages."""

from __future__ import annotations

import math
from typing import Any

from plotly.graph_objects import Figure

FOUND = "#2f80ed"
COLOURS = {
    "linear": "#e07b00",
    "sin2": "#219653",
    "sine": "#9b51e0",
    "logit": "#b0578d",
    "constant_rate": "#00897b",
    "exponential_rate": "#8d6e63",
}
SHOWN_NAMES = {
    "linear": "linear",
    "sin2": "sin²",
    "sine": "sine",
    "logit": "logit",
    "constant_rate": "constant rate",
    "exponential_rate": "exponential rate",
}
FAINT = "#8c8c8c"
# Can be read on white (4.5 to 1) and on black (4.6 to 1).
_TEXT = "#767676"
_GRID = "rgba(128, 128, 128, 0.25)"


def laid_out(figure: Figure, title: str, *, height: int = 400, **layout: Any) -> Figure:
    """The figure with the title, fonts and grid that all have.

    Args:
        figure: with its traces.
        title: plain text.
        height: pixels.
        layout: passed on to plotly.
    """
    # Plotly reads a little HTML in texts, and titles hold what users have named.
    figure.update_layout(
        template="none",
        title={"text": plain(title), "x": 0, "xanchor": "left", "font": {"size": 15}},
        height=height,
        margin={"l": 60, "r": 20, "t": 50, "b": 90},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "system-ui, sans-serif", "size": 12, "color": _TEXT},
        legend={"orientation": "h", "y": 0, "yref": "container", "yanchor": "bottom"},
        hovermode="closest",
    )
    figure.update_xaxes(gridcolor=_GRID, zeroline=False, linecolor=_GRID, automargin=True)
    figure.update_yaxes(gridcolor=_GRID, zeroline=False, linecolor=_GRID, automargin=True)
    return figure.update_layout(**layout)


def plain(text: str) -> str:
    """A text of the user's that plotly is to show as it is."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def logarithmic(values: list[float]) -> bool:
    """Whether an axis of positive numbers is better logarithmic."""
    return min(values) > 0 and math.log(max(values) / min(values)) > math.log(8)

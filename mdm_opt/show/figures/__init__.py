"""What a study looks like: plotly figures for dashboard and report."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from plotly.graph_objects import Figure

from mdm_opt.show.figures.counts import reveal_counts_of
from mdm_opt.show.figures.landscape import landscape
from mdm_opt.show.figures.profile import information_profile, predicted_path_kl
from mdm_opt.show.figures.quality import quality
from mdm_opt.show.figures.schedules import schedules
from mdm_opt.show.snapshot import Snapshot

# In the order in which they are shown. None where a study has nothing to show yet.
_OF_STUDY: Mapping[str, Callable[[Snapshot], Figure | None]] = {
    "quality": quality,
    "schedules": schedules,
}
_OF_STEPS: Mapping[str, Callable[[Snapshot, int], Figure | None]] = {
    "reveal-counts": reveal_counts_of,
    "landscape": landscape,
}
_OF_MODEL: Mapping[str, Callable[[Snapshot], Figure | None]] = {
    "information-profile": information_profile,
    "predicted-path-kl": predicted_path_kl,
}


def figures(found: Snapshot) -> dict[str, Figure]:
    """All figures that a study has so far, by a name that is unique within the study."""
    drawn = {name: draw(found) for name, draw in _OF_STUDY.items()}
    for steps in found.file.space.steps:
        drawn |= {f"{name}-{steps}": draw(found, steps) for name, draw in _OF_STEPS.items()}
    drawn |= {name: draw(found) for name, draw in _OF_MODEL.items()}
    return {name: figure for name, figure in drawn.items() if figure is not None}


__all__ = ["figures"]

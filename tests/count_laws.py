"""Small laws of counts, and the grids of alphas that they are looked at on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from mdm_opt.models.laws import EnumeratedLaw, bimodal, count_templates
from mdm_opt.schedules import BetaSchedule, named_schedule, reveal_grid

# A named schedule, the parameters of a Beta schedule, or the grid of the Blackout paper: "logit".
Name = str | tuple[float, float]

LAWS: dict[str, Callable[[], EnumeratedLaw]] = {
    "bimodal": bimodal,
    "templates": count_templates,
    "clean": lambda: count_templates(0),
    "holes": lambda: EnumeratedLaw.uniform([[0], [2]], "012"),
}


def grid_of(name: Name, steps: int) -> np.ndarray:
    """The ends of the steps."""
    if name == "logit":
        inner = special.expit(np.linspace(-15, 15, steps + 1)[1:-1])
        return np.concatenate([[0.0], inner, [1.0]])
    schedule = BetaSchedule(*name) if isinstance(name, tuple) else named_schedule(name)
    return reveal_grid(schedule, steps)

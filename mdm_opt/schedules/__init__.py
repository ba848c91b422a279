"""Mask schedules as pure functions of numbers; knows neither torch nor Optuna."""

from mdm_opt.schedules.base import MaskSchedule
from mdm_opt.schedules.counts import (
    Counts,
    Reveal,
    Rounding,
    ancestral_nfe,
    expected_nfe,
    reveal_counts,
    reveal_grid,
)
from mdm_opt.schedules.energies import (
    MINIMUM_TOKEN_ENERGY,
    Energies,
    discrete_energy,
    energies,
    minimum_discrete_energy,
    step_angles,
    token_energy,
)
from mdm_opt.schedules.family import (
    BETA_MAX,
    BETA_MIN,
    NAMED_SCHEDULES,
    BetaSchedule,
    CosineSchedule,
    SineSchedule,
    named_schedule,
)

__all__ = [
    "BETA_MAX",
    "BETA_MIN",
    "MINIMUM_TOKEN_ENERGY",
    "NAMED_SCHEDULES",
    "BetaSchedule",
    "CosineSchedule",
    "Counts",
    "Energies",
    "MaskSchedule",
    "Reveal",
    "Rounding",
    "SineSchedule",
    "ancestral_nfe",
    "discrete_energy",
    "energies",
    "expected_nfe",
    "minimum_discrete_energy",
    "named_schedule",
    "reveal_counts",
    "reveal_grid",
    "step_angles",
    "token_energy",
]

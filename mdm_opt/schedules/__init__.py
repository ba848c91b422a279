"""Mask schedules as pure functions of numbers; knows neither torch nor Optuna."""

from mdm_opt.schedules.base import MaskSchedule
from mdm_opt.schedules.boundaries import profile_boundaries
from mdm_opt.schedules.counts import (
    Counts,
    Reveal,
    Rounding,
    ancestral_nfe,
    block_count,
    expected_nfe,
    nearest_increasing,
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
from mdm_opt.schedules.optima import (
    Limit,
    ancestral_limit,
    best_beta,
    energy_fitted_beta,
    energy_optimal_fraction,
    limit,
    linear_path_kls,
    nearest_beta,
    path_kl_weights,
)
from mdm_opt.schedules.profile import (
    ProfileSample,
    ancestral_weights,
    fixed_weights,
    path_kl,
)
from mdm_opt.schedules.rate_schedules import (
    ConstantRateSchedule,
    ExponentialRateSchedule,
    LogitSchedule,
)
from mdm_opt.schedules.shape import (
    SHAPE_ANGLES,
    CountsSchedule,
    count_coordinates,
    counts_at,
    shape_angles,
)
from mdm_opt.schedules.step_sample import StepSample

__all__ = [
    "BETA_MAX",
    "BETA_MIN",
    "MINIMUM_TOKEN_ENERGY",
    "NAMED_SCHEDULES",
    "SHAPE_ANGLES",
    "BetaSchedule",
    "ConstantRateSchedule",
    "CosineSchedule",
    "Counts",
    "CountsSchedule",
    "Energies",
    "ExponentialRateSchedule",
    "Limit",
    "LogitSchedule",
    "MaskSchedule",
    "ProfileSample",
    "Reveal",
    "Rounding",
    "SineSchedule",
    "StepSample",
    "ancestral_limit",
    "ancestral_nfe",
    "ancestral_weights",
    "best_beta",
    "block_count",
    "count_coordinates",
    "counts_at",
    "discrete_energy",
    "energies",
    "energy_fitted_beta",
    "energy_optimal_fraction",
    "expected_nfe",
    "fixed_weights",
    "limit",
    "linear_path_kls",
    "minimum_discrete_energy",
    "named_schedule",
    "nearest_beta",
    "nearest_increasing",
    "path_kl",
    "path_kl_weights",
    "profile_boundaries",
    "reveal_counts",
    "reveal_grid",
    "shape_angles",
    "step_angles",
    "token_energy",
]

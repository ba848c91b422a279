"""Where Optuna lives: search space, seeds, the model of shapes, proposals, trials."""

from mdm_opt.search.observed import Excess, Observed, expected_values, ranked
from mdm_opt.search.seeds import NAMED_SEEDS, Seed, best_beta_in, check_pairs, energy_fit_in, seeds
from mdm_opt.search.shape_sampler import ShapeSampler
from mdm_opt.search.space import Point, Setting
from mdm_opt.search.study import WORKER_RIGHTS, SearchStudy

__all__ = [
    "NAMED_SEEDS",
    "WORKER_RIGHTS",
    "Excess",
    "Observed",
    "Point",
    "SearchStudy",
    "Seed",
    "Setting",
    "ShapeSampler",
    "best_beta_in",
    "check_pairs",
    "energy_fit_in",
    "expected_values",
    "ranked",
    "seeds",
]

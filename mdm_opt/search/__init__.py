"""Where Optuna lives: search space, seeds, proposals, trials."""

from mdm_opt.search.space import Seed, seeds
from mdm_opt.search.study import WORKER_RIGHTS, Point, SearchStudy

__all__ = ["WORKER_RIGHTS", "Point", "SearchStudy", "Seed", "seeds"]

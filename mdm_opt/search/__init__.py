"""Where Optuna lives: search space, seeds, proposals, trials."""

from mdm_opt.search.space import Seed, seeds
from mdm_opt.search.study import Proposal, SearchStudy

__all__ = ["Proposal", "SearchStudy", "Seed", "seeds"]

"""The search: seeds, model, ranking, proposals; pure functions of what was measured."""

from mdm_opt.search.observations import Observation, noise_error, observations
from mdm_opt.search.profile_instances import with_profile
from mdm_opt.search.proposals import proposal_seed, propose
from mdm_opt.search.ranking import expected_values, rank
from mdm_opt.search.seeds import check_given_seeds, seeds
from mdm_opt.search.space import SearchSpace
from mdm_opt.search.stopping import Outlook, outlook

__all__ = [
    "Observation",
    "Outlook",
    "SearchSpace",
    "check_given_seeds",
    "expected_values",
    "noise_error",
    "observations",
    "outlook",
    "proposal_seed",
    "propose",
    "rank",
    "seeds",
    "with_profile",
]

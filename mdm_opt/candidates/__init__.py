"""Candidates and their families; knows neither torch nor Optuna."""

from mdm_opt.candidates.base import (
    FAMILIES,
    Bounds,
    Candidate,
    Family,
    Pool,
    Seed,
    family_named,
    register,
    searchable_families,
)
from mdm_opt.candidates.beta import BETA, beta
from mdm_opt.candidates.costs import ProfileCosts
from mdm_opt.candidates.decoding import ORDERS, Decoding, Plan
from mdm_opt.candidates.free import FREE, counts_candidate
from mdm_opt.candidates.hand_crafted import BASELINES, COSINE, SINE, baseline
from mdm_opt.candidates.parameters import Choice, Parameter, Range, Value

# The table of families; those that a study can search come first.
for _family in (BETA, FREE, SINE, COSINE):
    register(_family)

__all__ = [
    "BASELINES",
    "FAMILIES",
    "ORDERS",
    "Bounds",
    "Candidate",
    "Choice",
    "Decoding",
    "Family",
    "Parameter",
    "Plan",
    "Pool",
    "ProfileCosts",
    "Range",
    "Seed",
    "Value",
    "baseline",
    "beta",
    "counts_candidate",
    "family_named",
    "register",
    "searchable_families",
]

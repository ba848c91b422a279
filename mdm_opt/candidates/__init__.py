"""Candidates and their families; knows neither torch nor Optuna."""

from mdm_opt.candidates.adaptive import ADAPTIVE
from mdm_opt.candidates.arguments import ANY_ARGUMENTS, ARGUMENTS, PRESENT
from mdm_opt.candidates.base import (
    FAMILIES,
    Bounds,
    Candidate,
    Family,
    Seed,
    family_named,
    register,
    searchable_families,
)
from mdm_opt.candidates.beta import BETA, beta
from mdm_opt.candidates.costs import Costs
from mdm_opt.candidates.decoding import SEARCHABLE, Decoding
from mdm_opt.candidates.entropy_bound import ENTROPY_BOUND
from mdm_opt.candidates.free import FREE, counts_candidate
from mdm_opt.candidates.grid_decoding import BirthsDecoding, GridDecoding, UniformDecoding
from mdm_opt.candidates.hand_crafted import BASELINES, HAND_CRAFTED, baseline
from mdm_opt.candidates.masked_decoding import ORDERS, MaskedDecoding
from mdm_opt.candidates.own_decoding import OWN, OwnDecoding
from mdm_opt.candidates.parameters import Choice, Parameter, Range, Value
from mdm_opt.candidates.plan import CALLS, MEASURES, GridPlan, Plan, Rule
from mdm_opt.candidates.pools import Pool
from mdm_opt.candidates.profile_costs import ProfileCosts
from mdm_opt.candidates.rules import RULE_COORDINATES, rule_coordinates
from mdm_opt.candidates.searched_arguments import (
    Argument,
    Condition,
    SearchedArguments,
    searched_arguments,
)
from mdm_opt.candidates.settings import Setting, setting_candidate
from mdm_opt.candidates.step_costs import StepCosts
from mdm_opt.candidates.threshold import THRESHOLD
from mdm_opt.candidates.with_settings import (
    SETTING_COORDINATES,
    fits,
    fitting,
    setting_coordinates,
    with_settings,
)

# What a sampler may be told, by process.
DECODINGS: dict[str, type[Decoding]] = {
    one.process: one for one in (MaskedDecoding, BirthsDecoding, UniformDecoding, OwnDecoding)
}

# The table of families; those that a study can search come first.
for _family in (BETA, FREE, ADAPTIVE, THRESHOLD, ENTROPY_BOUND, *HAND_CRAFTED, ANY_ARGUMENTS):
    register(_family)

__all__ = [
    "ARGUMENTS",
    "BASELINES",
    "CALLS",
    "DECODINGS",
    "FAMILIES",
    "MEASURES",
    "ORDERS",
    "OWN",
    "PRESENT",
    "RULE_COORDINATES",
    "SEARCHABLE",
    "SETTING_COORDINATES",
    "Argument",
    "BirthsDecoding",
    "Bounds",
    "Candidate",
    "Choice",
    "Condition",
    "Costs",
    "Decoding",
    "Family",
    "GridDecoding",
    "GridPlan",
    "MaskedDecoding",
    "OwnDecoding",
    "Parameter",
    "Plan",
    "Pool",
    "ProfileCosts",
    "Range",
    "Rule",
    "SearchedArguments",
    "Seed",
    "Setting",
    "StepCosts",
    "UniformDecoding",
    "Value",
    "baseline",
    "beta",
    "counts_candidate",
    "family_named",
    "fits",
    "fitting",
    "register",
    "rule_coordinates",
    "searchable_families",
    "searched_arguments",
    "setting_candidate",
    "setting_coordinates",
    "with_settings",
]

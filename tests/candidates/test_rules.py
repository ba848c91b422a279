"""What families of rules share."""

from __future__ import annotations

import numpy as np
import pytest

from mdm_opt.candidates import (
    FAMILIES,
    RULE_COORDINATES,
    Candidate,
    MaskedDecoding,
    ProfileCosts,
    beta,
    rule_coordinates,
)
from mdm_opt.config import parse_study
from mdm_opt.errors import InputError
from mdm_opt.testing import check_family

RULES = {
    "adaptive": {"beta_a": 0.4, "beta_b": 0.3, "cap_ratio": 2.0, "doubt": 0.1}
    | {"measure": "entropy"},
    "threshold": {"cutoff": 0.9},
    "entropy_bound": {"cutoff": 0.1},
}


def candidate(family: str, steps: int = 4) -> Candidate:
    return Candidate(family, steps, RULES[family])


@pytest.mark.parametrize("family", RULES)
def test_they_are_families(family: str) -> None:
    check_family(FAMILIES[family])


@pytest.mark.parametrize("family", RULES)
def test_only_samples_tell_the_calls(family: str) -> None:
    plan = candidate(family).plan(MaskedDecoding(), 16)
    assert plan.counts is None
    assert plan.rule == candidate(family).rule
    assert plan.shares.sum() == 16
    with pytest.raises(ValueError, match="only samples tell how many calls"):
        _ = plan.nfe


@pytest.mark.parametrize("family", RULES)
@pytest.mark.parametrize("key", [{"rounding": "cumulative"}, {"reveal": "ancestral"}])
def test_other_reveals_and_roundings_are_refused(family: str, key: dict[str, str]) -> None:
    decoding = MaskedDecoding(**key)
    message = f"'{family}': a rule of certainty needs reveal = 'fixed' and rounding = 'full'"
    with pytest.raises(ValueError, match=message):
        FAMILIES[family].check_decoding(decoding)
    with pytest.raises(ValueError, match="a rule of certainty needs"):
        candidate(family).plan(decoding, 16)


@pytest.mark.parametrize("family", RULES)
def test_a_profile_predicts_nothing(family: str) -> None:
    costs = ProfileCosts(np.linspace(2, 1, 16), MaskedDecoding())
    with pytest.raises(ValueError, match=f"a profile predicts nothing of {family}"):
        costs.of(candidate(family))


def test_candidates_that_differ_in_the_rule_alone_are_not_the_same() -> None:
    keys = {candidate(family).key(MaskedDecoding(), 16) for family in RULES}
    keys |= {
        Candidate("adaptive", 4, {**RULES["adaptive"], name: value}).key(MaskedDecoding(), 16)
        for name, value in (("doubt", 0.2), ("measure", "bound"), ("cap_ratio", 3.0))
    }
    assert len(keys) == 6
    # The cap is a whole number of steps.
    near = Candidate("adaptive", 4, {**RULES["adaptive"], "cap_ratio": 2.01})
    assert near.key(MaskedDecoding(), 16) == candidate("adaptive").key(MaskedDecoding(), 16)


@pytest.mark.parametrize("family", RULES)
def test_coordinates_are_comparable(family: str) -> None:
    plan = candidate(family).plan(MaskedDecoding(), 16)
    found = rule_coordinates(plan, 4)
    assert found.shape == (RULE_COORDINATES,)
    assert np.isfinite(found).all()
    assert found.any()
    static = rule_coordinates(beta(0.4, 0.3, 4).plan(MaskedDecoding(), 16), 4)
    assert not static.any()
    assert static.shape == found.shape


def study(family: str, objective: dict[str, object], **space: object) -> dict[str, object]:
    return {
        "study": {"name": "rules"},
        "model": {"kind": "enumerated", "law": "toy_balanced"},
        "space": {"family": family, "steps": [3], **space},
        "objective": objective,
    }


@pytest.mark.parametrize("family", RULES)
def test_path_kl_is_refused_with_both_keys(family: str) -> None:
    with pytest.raises(
        InputError, match=r"objective.* kind 'path_kl' .*space.* family '" + family
    ):
        parse_study(study(family, {"kind": "path_kl"}), "")


@pytest.mark.parametrize(("family", "measured"), [("adaptive", True), ("threshold", False)])
def test_a_profile_is_measured_where_seeds_come_from_it(family: str, measured: bool) -> None:
    found = parse_study(study(family, {"kind": "divergence"}), "")
    assert "profile" in found.search.seeds
    assert found.needs_profile == measured


@pytest.mark.parametrize(
    ("family", "space"),
    [
        ("threshold", {"cutoff": [0.5, 1.5]}),
        ("threshold", {"cutoff": [0.0, 0.9]}),
        ("entropy_bound", {"cutoff": [-1.0, 2.0]}),
        ("adaptive", {"doubt": [0.0, 1.0]}),
        ("adaptive", {"cap_ratio": [0.5, 2.0]}),
        ("adaptive", {"measure": ["margin"]}),
    ],
)
def test_cutoffs_by_which_nothing_is_certain_are_refused(
    family: str, space: dict[str, object]
) -> None:
    with pytest.raises(InputError, match=r"\[space\] " + next(iter(space))):
        parse_study(study(family, {"kind": "divergence"}, **space), "")

"""The family `adaptive`."""

from __future__ import annotations

import numpy as np
import pytest

from mdm_opt.candidates import FAMILIES, Candidate, MaskedDecoding, ProfileCosts, Rule

ADAPTIVE = FAMILIES["adaptive"]
BOUNDS = {one.name: list(one.searched) for one in ADAPTIVE.keys}


def adaptive(steps: int = 8, **changes: object) -> Candidate:
    values = {"beta_a": 0.4, "beta_b": 0.3, "cap_ratio": 1.5, "doubt": 0.1}
    return Candidate("adaptive", steps, {**values, "measure": "entropy", **changes})


@pytest.mark.parametrize(
    ("measure", "cutoff"), [("confidence", 0.9), ("entropy", 0.1), ("bound", 0.1)]
)
def test_the_doubt_is_what_is_still_certain(measure: str, cutoff: float) -> None:
    assert adaptive(measure=measure).rule == Rule(measure, cutoff, 12)


def test_the_cap_is_no_more_than_the_tokens_and_fills_blocks() -> None:
    assert adaptive().plan(MaskedDecoding(), 36).steps == 12
    assert adaptive().plan(MaskedDecoding(), 10).steps == 10
    assert adaptive(cap_ratio=1.3).plan(MaskedDecoding(), 36).steps == 10
    assert adaptive(cap_ratio=1.3).plan(MaskedDecoding(block_length=9), 36).steps == 12
    static = Candidate("beta", 12, {"beta_a": 0.4, "beta_b": 0.3}).plan(MaskedDecoding(), 36)
    np.testing.assert_array_equal(adaptive().plan(MaskedDecoding(), 36).shares, static.counts)


def test_the_label_says_cap_and_rule() -> None:
    assert adaptive().label == "adaptive(0.400, 0.300, cap 12, entropy <= 0.1)"
    confident = adaptive(measure="confidence", cap_ratio=1.0)
    assert confident.label == "adaptive(0.400, 0.300, cap 8, confidence >= 0.9)"


def test_seeds_are_beta_schedules_with_some_caps() -> None:
    costs = ProfileCosts(np.linspace(2, 0.5, 36), MaskedDecoding())
    found = ADAPTIVE.seeds(["energy", "profile", "baselines"], 8, BOUNDS, 36, costs)
    caps = {one.label: one.candidate.rule.cap for one in found}
    assert caps["energy: linear, cap 8"] == 8
    assert caps["energy: linear, cap 12"] == 12
    assert caps["energy: linear, cap 16"] == 16
    assert caps["energy: sin2, cap 12"] == 12
    assert [one for one in caps if one.startswith("profile: best Beta")] != []
    for one in found:
        assert ADAPTIVE.inside(one.candidate.parameters, BOUNDS)


@pytest.mark.parametrize("length", [8, 9, 12])
def test_no_seed_or_proposal_has_more_steps_than_tokens(length: int) -> None:
    found = ADAPTIVE.seeds(["energy"], 8, BOUNDS, length, None)
    pool = ADAPTIVE.pool(8, BOUNDS, length=length)
    rng = np.random.default_rng(0)
    proposed = [*pool.candidates(rng, [adaptive(cap_ratio=1.0)], wide=True)]
    for one in [*(seed.candidate for seed in found), *proposed]:
        assert one.rule.cap <= length


def test_narrow_bounds_hold_for_seeds() -> None:
    bounds = {**BOUNDS, "cap_ratio": [3.0, 4.0], "doubt": [0.2, 0.4], "measure": ["bound"]}
    (seed, *_) = ADAPTIVE.seeds(["energy"], 8, bounds, 36, None)
    assert seed.candidate.parameters["cap_ratio"] == 3.0
    assert seed.candidate.parameters["doubt"] == 0.2
    assert seed.candidate.rule.measure == "bound"

"""What measured trials say of the calls of others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from search_spaces import validity_space

from mdm_opt.candidates import CALLS, Candidate
from mdm_opt.search import Observation
from mdm_opt.search.calls import CallsModel
from mdm_opt.search.shape_search import ShapeSearch

STEPS, ERROR = 9, 0.1
SPACE = validity_space(36, steps=[STEPS], families=["beta", "adaptive", "threshold"])


def adaptive(rng):
    a, b, ratio, doubt = np.exp(rng.uniform([-1.2, -1.6, 0.0, -4.0], [-0.6, -0.8, 1.1, -1.2]))
    values = {"beta_a": a, "beta_b": b, "cap_ratio": ratio, "doubt": doubt, "measure": "entropy"}
    return Candidate(
        "adaptive", STEPS, {k: v if k == "measure" else float(v) for k, v in values.items()}
    )


def calls(candidate):
    """Mean calls: more with more steps of the schedule, fewer where more counts as certain."""
    values = candidate.parameters
    bent = 0.05 * np.log(values["beta_a"] / values["beta_b"]) ** 2
    return 7.5 * values["cap_ratio"] ** 0.45 * (values["doubt"] / 0.1) ** -0.12 * np.exp(bent)


def observed(rng, count, *, known=True):
    found = []
    for number in range(count):
        one = adaptive(rng)
        over = calls(one) + ERROR * rng.normal() - STEPS
        error = ERROR if known else np.nan
        found.append(Observation(number, one, 0.0, 0.1, {CALLS: over}, calls_error=error))
    return found


@pytest.mark.parametrize("known", [True, False])
def test_calls_are_known_where_some_were_measured(known):
    """Twenty trials tell whether others are within a budget that a few percent decide."""
    rng = np.random.default_rng(1)
    seen = observed(rng, 20, known=known)
    pool = [adaptive(rng) for _ in range(200)]
    held = CallsModel(SPACE, seen).within_budget(pool)
    true = np.array([calls(one) for one in pool])
    clear = np.abs(np.log(true / STEPS)) > 0.1
    assert 60 < clear.sum() < 180
    assert ((held > 0.5) == (true <= STEPS))[clear].mean() > 0.97
    # Probabilities mean what they say: as many hold as they let expect.
    spread = np.sqrt((held * (1 - held)).sum())
    assert abs(held.sum() - (true <= STEPS).sum()) < 4 * spread


def test_rules_of_another_family_say_nothing_of_a_family():
    rng = np.random.default_rng(2)
    seen, pool = observed(rng, 12), [adaptive(rng) for _ in range(50)]
    others = [
        Observation(
            20 + k, Candidate("threshold", STEPS, {"cutoff": cutoff}), 0.0, 0.1, {CALLS: over}
        )
        for k, (cutoff, over) in enumerate([(0.9, 15.0), (0.5, 2.0), (0.3, -7.5)])
    ]
    alone, together = (
        CallsModel(SPACE, seen).within_budget(pool),
        CallsModel(SPACE, seen + others).within_budget(pool),
    )
    assert np.array_equal(alone, together)
    ours = [Candidate("threshold", STEPS, {"cutoff": cutoff}) for cutoff in (0.85, 0.32)]
    dear, cheap = CallsModel(SPACE, seen + others).within_budget(ours)
    assert dear < 0.5 < cheap


@pytest.mark.parametrize("error", [0.0, 0.02])
def test_whole_numbers_of_calls_are_within_a_budget_that_they_reach(error):
    """A sampler makes as many calls as it is told, and one reaches the budget exactly."""
    where = validity_space(36, steps=[4], families=["threshold", "beta"])
    seen = [
        Observation(
            number,
            Candidate("threshold", 4, {"cutoff": cutoff}),
            0.0,
            0.1,
            {CALLS: calls - 4.0},
            calls_error=error,
        )
        for number, (cutoff, calls) in enumerate(
            [(0.2, 2), (0.4, 3), (0.6, 4), (0.8, 5), (0.9, 6)]
        )
    ]
    asked = [Candidate("threshold", 4, {"cutoff": cutoff}) for cutoff in (0.4, 0.6, 0.8)]
    below, there, above = CallsModel(where, seen).within_budget(asked)
    assert below > 0.99 > 0.01 > above
    assert there > 0.99 if error == 0 else 0.3 < there < 0.7


def test_schedules_take_what_they_say():
    schedule = Candidate("beta", STEPS, {"beta_a": 0.4, "beta_b": 0.3})
    assert CallsModel(SPACE, observed(np.random.default_rng(3), 12)).within_budget([schedule]) == [
        1.0
    ]
    assert CallsModel(SPACE, []).within_budget([schedule]) == [1.0]


def test_what_is_left_of_the_budget_is_what_was_measured_or_is_expected():
    rng = np.random.default_rng(5)
    seen = observed(rng, 20)
    for one in seen:
        assert one.calls == pytest.approx(STEPS * np.exp(-one.spare))
    pool = [adaptive(rng) for _ in range(200)]
    true = np.array([calls(one) for one in pool])
    spare = CallsModel(SPACE, seen).spare(pool)
    assert (spare >= 0).all()
    cheap = true < 0.93 * STEPS
    assert cheap.sum() > 10
    assert np.abs(STEPS * np.exp(-spare[cheap]) - true[cheap]).mean() < 0.06 * STEPS
    assert spare[true > 1.15 * STEPS].max() < 0.05
    schedule = Candidate("beta", STEPS, {"beta_a": 0.4, "beta_b": 0.3})
    assert CallsModel(SPACE, seen).spare([schedule]) == [0.0]


@pytest.mark.slow
def test_dear_trials_tell_what_those_within_the_budget_are_worth():
    """Where quality is the calls alone, a few proposals use up the budget and keep within it."""
    where = validity_space(36, steps=[STEPS], family="adaptive")
    rng, best = np.random.default_rng(6), []
    for seed in range(6):
        seen = [
            replace(one, value=-0.1 * one.calls + 0.02 * rng.normal(), error=0.02)
            for one in observed(rng, 14)
        ]
        for number in range(6):
            found = ShapeSearch(where, STEPS, seed=10 * seed + number).propose(seen, [])
            over = calls(found) - STEPS
            value = -0.1 * (over + STEPS) + 0.02 * rng.normal()
            seen.append(
                Observation(20 + number, found, value, 0.02, {CALLS: over}, calls_error=0.0)
            )
        best.append(max((one.calls for one in seen[14:] if one.eligible), default=0.0))
    assert np.median(best) > 0.97 * STEPS

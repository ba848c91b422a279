"""The enumerated law of samples under a rule: against samples, and against other laws."""

from __future__ import annotations

import numpy as np
import pytest
import rule_references as references
import torch
from scipy import stats

from mdm_opt.candidates import MEASURES, MaskedDecoding, Plan, Rule
from mdm_opt.errors import InputError
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import EnumeratedLaw, toy_balanced, toy_extremes
from mdm_opt.processes import SampleLaw, check_orders, generate_by_rule, instance_noise
from mdm_opt.schedules import BetaSchedule

SCHEDULE = BetaSchedule(0.7, 0.3)
DRAWS = 20_000
RULES = [
    Rule("confidence", 0.7),
    Rule("confidence", 0.7, 3),
    Rule("entropy", 0.6),
    Rule("entropy", 0.7, 3),
    Rule("bound", 0.6),
    Rule("bound", 1.0, 4),
]


def uneven_law() -> EnumeratedLaw:
    """Four letters out of three; no two positions are equally certain."""
    rng = np.random.default_rng(8)
    words = np.array(np.meshgrid(*[range(3)] * 4)).reshape(4, -1).T
    weights = rng.exponential(size=len(words)) ** 3
    return EnumeratedLaw(words, weights / weights.sum(), "abc")


def plan_of(rule: Rule, length: int) -> Plan:
    return MaskedDecoding().plan(SCHEDULE, 1, length, rule)


@pytest.fixture(scope="module")
def denoiser() -> EnumeratedDenoiser:
    return EnumeratedDenoiser(uneven_law())


def p_value(tokens: np.ndarray, law: np.ndarray) -> float:
    """Chi-square; cells that expect less than ten are taken together."""
    cells = np.ravel_multi_index(tuple(tokens.T), law.shape)
    seen, expected = np.bincount(cells, minlength=law.size), law.ravel() * len(tokens)
    assert seen[expected == 0].sum() == 0
    rare = expected < 10
    pooled = [np.append(one[~rare], one[rare].sum()) for one in (seen, expected)]
    if not expected[rare].sum():
        pooled = [one[:-1] for one in pooled]
    return float(stats.chisquare(*pooled).pvalue)


@pytest.mark.cases(3)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.label} {rule.cap}")
def test_samples_and_their_calls_follow_the_law(denoiser: EnumeratedDenoiser, rule: Rule) -> None:
    plan = plan_of(rule, 4)
    found = generate_by_rule(denoiser, plan, instance_noise(range(DRAWS), 4, seed=21))
    exact = SampleLaw(denoiser)
    law = exact.under(plan)
    assert law.sum() == pytest.approx(1, abs=1e-12)
    assert p_value(found.tokens.numpy(), law) > 1e-3
    error = found.nfe.std() / np.sqrt(DRAWS)
    assert abs(found.nfe.mean() - exact.nfe(plan)) <= 4 * error + 1e-9
    # The test has power: tokens that are all revealed at once follow another law.
    assert p_value(found.tokens.numpy(), exact.fixed(np.array([4]))) < 1e-6


@pytest.mark.cases(4)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.label} {rule.cap}")
@pytest.mark.parametrize("make", [toy_balanced, toy_extremes])
def test_samples_follow_the_law_where_all_positions_are_alike(make: object, rule: Rule) -> None:
    denoiser = EnumeratedDenoiser(make())  # type: ignore[operator]
    plan = plan_of(rule, 5)
    noise = instance_noise(range(DRAWS // 4), 5, seed=2)
    found = generate_by_rule(denoiser, plan, noise)
    exact = SampleLaw(denoiser)
    assert p_value(found.tokens.numpy(), exact.under(plan)) > 1e-3
    error = found.nfe.std() / np.sqrt(len(noise))
    assert abs(found.nfe.mean() - exact.nfe(plan)) <= 4 * error + 1e-12


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("cap", [1, 2, 3, 4])
def test_nothing_certain_is_the_law_of_fixed_counts(
    denoiser: EnumeratedDenoiser, measure: str, cap: int
) -> None:
    plan = plan_of(Rule(measure, 1.5 if measure == "confidence" else -1.0, cap), 4)
    exact = SampleLaw(denoiser)
    counts = MaskedDecoding().plan(SCHEDULE, cap, 4).counts
    np.testing.assert_allclose(exact.under(plan), exact.fixed(counts), atol=1e-12)
    assert exact.nfe(plan) == pytest.approx(cap, abs=1e-12)


def test_the_law_is_the_mean_over_plain_loops(denoiser: EnumeratedDenoiser) -> None:
    """A few hundred sequences one by one, an implementation that shares nothing with ours."""
    plan, draws = plan_of(Rule("entropy", 0.7, 3), 4), 600
    counts = plan.shares.tolist()
    noise = instance_noise(range(draws), 4, seed=9)
    tokens = [
        references.sampled(
            denoiser, noise, row, references.adaptive("entropy", 0.7, counts, "random")
        )[0]
        for row in range(draws)
    ]
    assert p_value(np.array(tokens), SampleLaw(denoiser).under(plan)) > 1e-3


def test_long_sequences_are_refused() -> None:
    check_orders(6)
    law = EnumeratedLaw.uniform([[0] * 7, [1] * 7], "ab")
    exact = SampleLaw(EnumeratedDenoiser(law))
    with pytest.raises(
        InputError, match="7 tokens under a rule has 5040 random orders; at most 6"
    ):
        exact.under(plan_of(Rule("entropy", 0.1), 7))


def test_a_plan_without_a_rule_has_its_own_law(denoiser: EnumeratedDenoiser) -> None:
    plan = MaskedDecoding().plan(SCHEDULE, 2, 4)
    exact = SampleLaw(denoiser)
    np.testing.assert_array_equal(exact.under(plan), exact.fixed(plan.counts))
    assert exact.nfe(plan) == 2.0
    assert torch.is_tensor(exact._log_probs)

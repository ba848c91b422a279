"""Intervals against scipy, closed forms, and their coverage in simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mdm_opt.statistics import (
    at_look,
    at_side_look,
    deviation,
    early_look,
    mean_interval,
    needed_instances,
    paired_difference,
    paired_gain,
    paired_standard_error,
    shown_gain,
    side_look,
    simultaneous,
    standard_error,
    unpaired_gain,
    worse_p_value,
)


def test_independent_halves_show_the_gain_that_is_said_in_half_of_the_studies() -> None:
    """The worst case, two shares about a half: half of the studies measure more than the gain."""
    rng, n, confidence = np.random.default_rng(0), 400, 0.95
    gain = shown_gain(n, confidence)
    assert gain == pytest.approx(stats.norm.ppf(0.975) * np.sqrt(0.5 / n))
    studies = 2000
    first = rng.random((studies, n)) < 0.5 + gain / 2
    second = rng.random((studies, n)) < 0.5 - gain / 2
    differences = first.astype(float) - second
    error = differences.std(axis=1, ddof=1) / np.sqrt(n)
    shown = differences.mean(axis=1) > stats.norm.ppf(0.975) * error
    # Three standard errors of a share of a half.
    assert abs(shown.mean() - 0.5) < 3 * 0.5 / np.sqrt(studies) + 0.02


def test_half_of_a_gain_takes_four_times_the_instances() -> None:
    assert needed_instances(128, 0.1, 0.1) == 128
    assert needed_instances(128, 0.1, 0.05) == 512


@pytest.mark.parametrize("confidence", [0.6, 0.9, 0.95, 0.999])
@pytest.mark.parametrize("n", [2, 5, 300])
def test_mean_interval_is_students(n: int, confidence: float) -> None:
    scores = np.random.default_rng(n).normal(3.0, 2.0, n)
    found = mean_interval(scores, confidence)
    low, high = stats.t.interval(confidence, n - 1, loc=scores.mean(), scale=stats.sem(scores))
    assert found.value == scores.mean()
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-12)


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (10, 10), (3, 10), (64, 128), (1, 2)])
def test_mean_interval_of_shares_is_wilsons(successes: int, n: int) -> None:
    scores = np.repeat([1.0, 0.0], [successes, n - successes])
    found = mean_interval(scores, 0.95)
    z, share = stats.norm.ppf(0.975), successes / n
    center = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    assert found.value == share
    assert (found.low, found.high) == pytest.approx((center - half, center + half), abs=1e-12)
    assert found.low < found.high
    assert -1e-12 <= found.low <= share <= found.high <= 1 + 1e-12


def test_scores_next_to_shares_are_students() -> None:
    scores = np.array([0.0, 1.0, 0.5, 1.0])
    low, high = stats.t.interval(0.95, 3, loc=scores.mean(), scale=stats.sem(scores))
    found = mean_interval(scores, 0.95)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-12)


@pytest.mark.parametrize("score", [0.0, 1.0, -2.5])
def test_single_score_counts_as_exact(score: float) -> None:
    found = mean_interval(np.array([score]), 0.95)
    assert (found.value, found.low, found.high) == (score, score, score)
    found = paired_difference(np.array([score]), np.array([0.0]), 0.95)
    assert (found.value, found.low, found.high) == (score, score, score)


def test_equal_scores_have_an_interval_of_width_0() -> None:
    found = mean_interval(np.full(7, 2.5), 0.95)
    assert (found.value, found.low, found.high) == (2.5, 2.5, 2.5)


@pytest.mark.parametrize("confidence", [0.9, 0.99])
def test_paired_difference_is_students_on_the_differences(confidence: float) -> None:
    rng = np.random.default_rng(1)
    common = rng.normal(0, 10, 40)
    first, second = common + rng.normal(0.5, 1, 40), common
    found = paired_difference(first, second, confidence)
    reference = stats.ttest_rel(first, second).confidence_interval(confidence)
    assert found.value == pytest.approx((first - second).mean(), rel=1e-12)
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high), rel=1e-9)


def discordant(up: int, down: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Paired zeros and ones with so many differences of +1 and of -1."""
    first = np.repeat([1.0, 0.0, 1.0], [up, down, n - up - down])
    second = np.repeat([0.0, 1.0, 1.0], [up, down, n - up - down])
    return first, second


@pytest.mark.parametrize(
    ("up", "down", "n"), [(5, 3, 20), (0, 0, 8), (12, 0, 64), (0, 2, 2), (30, 34, 64)]
)
def test_paired_shares_are_bonett_and_prices(up: int, down: int, n: int) -> None:
    found = paired_difference(*discordant(up, down, n), 0.95)
    p_up, p_down = (up + 1) / (n + 2), (down + 1) / (n + 2)
    variance = (p_up + p_down - (p_up - p_down) ** 2) / (n + 2)
    half = 1.959963984540054 * np.sqrt(variance)
    assert found.value == pytest.approx((up - down) / n, abs=1e-15)
    assert found.low == pytest.approx(max(-1, p_up - p_down - half), abs=1e-12)
    assert found.high == pytest.approx(min(1, p_up - p_down + half), abs=1e-12)


def test_paired_shares_never_have_width_0_and_hold_the_value() -> None:
    for n in (2, 3, 10):
        for up in range(n + 1):
            for down in range(n + 1 - up):
                found = paired_difference(*discordant(up, down, n), 0.95)
                assert -1 <= found.low < found.high <= 1
                assert found.low <= found.value <= found.high


def test_no_difference_between_shares_is_not_certain() -> None:
    found = paired_difference(np.ones(256), np.ones(256), 0.95)
    assert found.value == 0
    assert found.low == pytest.approx(-found.high)
    assert found.high == pytest.approx(1.959963984540054 * np.sqrt(2) / 258, rel=1e-12)


def test_sign_follows_the_order_of_the_arguments() -> None:
    first, second = discordant(9, 2, 30)
    forth, back = (paired_difference(*pair, 0.9) for pair in ((first, second), (second, first)))
    assert (forth.value, forth.low, forth.high) == pytest.approx(
        (-back.value, -back.high, -back.low), abs=1e-15
    )


@pytest.mark.parametrize("shape", [(3,), (5,), (4, 1), (1,)])
def test_different_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=rf"differ in shape: \(4,\) and \({shape[0]},"):
        paired_difference(np.zeros(4), np.zeros(shape), 0.95)


@pytest.mark.parametrize("intervals", [1, 2, 5])
def test_simultaneous_intervals_share_the_error_equally(intervals: int) -> None:
    each = simultaneous(0.95, intervals)
    assert (1 - each) * intervals == pytest.approx(0.05, rel=1e-12)
    assert simultaneous(0.95, 1) == pytest.approx(0.95, rel=1e-15)


def test_intervals_together_cover_as_often_as_they_say() -> None:
    """Five means of independent normals: Bonferroni loses little, and never more than it may."""
    samples = np.random.default_rng(3).normal(0.0, 1.0, (SIMULATIONS, 5, 6))
    each = simultaneous(0.9, 5)
    found = [[mean_interval(row, each) for row in rows] for rows in samples]
    hits = np.mean([all(one.low <= 0 <= one.high for one in rows) for rows in found])
    exact = each**5
    assert abs(hits - exact) < 4 * np.sqrt(exact * (1 - exact) / SIMULATIONS)
    assert 0.9 < exact < 0.91


def test_paired_standard_error_is_that_of_the_interval() -> None:
    rng = np.random.default_rng(5)
    first, second = rng.normal(size=(2, 30))
    error = paired_standard_error(first, second)
    assert error == pytest.approx(stats.sem(first - second), rel=1e-12)
    found = paired_difference(first, second, 0.95)
    half = stats.t.ppf(0.975, 29) * error
    assert (found.low, found.high) == pytest.approx((found.value - half, found.value + half))


def test_paired_standard_error_of_shares_is_bonett_and_prices_and_never_0() -> None:
    for up, down, n in [(5, 3, 20), (0, 0, 8), (12, 0, 64)]:
        first, second = discordant(up, down, n)
        found = paired_difference(first, second, 0.95)
        half = 1.959963984540054 * paired_standard_error(first, second)
        assert found.high - found.low == pytest.approx(2 * half, rel=1e-9)
        assert half > 0
    assert paired_standard_error(np.array([1.0]), np.array([0.0])) == 0.0


@pytest.mark.parametrize(("up", "down"), [(0, 0), (1, 0), (5, 0), (0, 5), (9, 3), (3, 9), (6, 6)])
def test_worse_shares_are_judged_by_the_exact_sign_test(up: int, down: int) -> None:
    expected = 1.0
    if up + down:
        expected = stats.binomtest(up, up + down, 0.5, alternative="greater").pvalue
    assert worse_p_value(*discordant(up, down, 20)) == pytest.approx(expected, rel=1e-12)


def test_worse_scores_are_judged_by_students_one_sided_test() -> None:
    rng = np.random.default_rng(6)
    common = rng.normal(0, 10, 40)
    first = common + rng.normal(0.3, 1, 40)
    reference = stats.ttest_rel(first, common, alternative="greater").pvalue
    assert worse_p_value(first, common) == pytest.approx(reference, rel=1e-9)
    assert worse_p_value(common, first) == pytest.approx(1 - reference, rel=1e-9)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([2.0, 3.0], [1.0, 2.0], 0.0),
        ([1.0, 2.0], [2.0, 3.0], 1.0),
        ([2.0, 3.0], [2.0, 3.0], 1.0),
        ([2.5], [1.0], 1.0),
    ],
)
def test_differences_without_spread(
    first: list[float], second: list[float], expected: float
) -> None:
    assert worse_p_value(np.array(first), np.array(second)) == expected


SIMULATIONS = 4000
# Four standard errors of a share of 0.95 among so many: 0.0138; below the 0.02 allowed.
FOUR_ERRORS = 4 * np.sqrt(0.95 * 0.05 / SIMULATIONS)


def assert_covers(hits: int) -> None:
    assert FOUR_ERRORS < 0.02
    assert abs(hits / SIMULATIONS - 0.95) < FOUR_ERRORS


@pytest.mark.parametrize("n", [3, 20])
def test_gaussian_means_are_covered(n: int) -> None:
    samples = np.random.default_rng(10 + n).normal(1.5, 3.0, (SIMULATIONS, n))
    intervals = [mean_interval(row, 0.95) for row in samples]
    assert_covers(sum(found.low <= 1.5 <= found.high for found in intervals))


@pytest.mark.parametrize("p", [0.3, 0.5, 0.7])
def test_bernoulli_shares_are_covered(p: float) -> None:
    counts = np.arange(129)
    by_count = [mean_interval(np.repeat([1.0, 0.0], [k, 128 - k]), 0.95) for k in counts]
    held = np.array([found.low <= p <= found.high for found in by_count])
    # Coverage of a discrete interval is known exactly: the binomial's mass over its hits.
    exact = stats.binom.pmf(counts, 128, p)[held].sum()
    assert 0.93 < exact < 0.97
    samples = np.random.default_rng(7).random((SIMULATIONS, 128)) < p
    hits = held[samples.sum(axis=1)].mean()
    assert abs(hits - exact) < 4 * np.sqrt(exact * (1 - exact) / SIMULATIONS)


@pytest.mark.parametrize(("p", "q"), [(0.3, 0.3), (0.5, 0.7), (0.7, 0.4)])
@pytest.mark.parametrize("shared", [False, True])
def test_bernoulli_paired_differences_are_covered(p: float, q: float, shared: bool) -> None:
    """Also with common random numbers: half of the pairs share their uniform."""
    rng = np.random.default_rng(11)
    uniforms = rng.random((2, SIMULATIONS, 128))
    if shared:
        common = rng.random((SIMULATIONS, 128)) < 0.5
        uniforms[1] = np.where(common, uniforms[0], uniforms[1])
    first, second = (uniforms[0] < p).astype(float), (uniforms[1] < q).astype(float)
    hits = sum(
        found.low <= p - q <= found.high
        for found in map(lambda x, y: paired_difference(x, y, 0.95), first, second)
    )
    # The interval is approximate; what it misses by and four standard errors stay below 0.02.
    assert 0.93 < hits / SIMULATIONS < 0.97


@pytest.mark.parametrize("unit", [1e-200, 1e-100, 1.0, 1e100, 1e150])
def test_deviations_and_intervals_scale_with_their_scores(unit):
    """Squares of the outer ones vanish or are infinite."""
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=40), rng.normal(size=40)
    assert deviation(unit * first) == pytest.approx(unit * first.std(ddof=1), rel=1e-12)
    one, scaled = mean_interval(first, 0.95), mean_interval(unit * first, 0.95)
    assert scaled.low == pytest.approx(unit * one.low, rel=1e-9)
    assert scaled.high == pytest.approx(unit * one.high, rel=1e-9)
    error = paired_standard_error(unit * first, unit * second)
    assert error == pytest.approx(unit * paired_standard_error(first, second), rel=1e-9)
    p = worse_p_value(unit * first, unit * second)
    assert p == pytest.approx(worse_p_value(first, second), rel=1e-9)
    assert deviation(np.full(3, unit)) == 0


def test_the_error_of_a_mean_is_that_of_scipy_and_zero_for_a_single_number() -> None:
    values = np.random.default_rng(0).normal(size=20)
    assert standard_error(values) == pytest.approx(stats.sem(values), rel=1e-12)
    assert standard_error(1e150 * values) == pytest.approx(1e150 * stats.sem(values), rel=1e-12)
    assert standard_error(np.array([3.0])) == 0


def test_a_gain_is_positive_where_the_chosen_is_better_on_the_instances_of_both() -> None:
    chosen, other = np.array([1.0, 2.0, 4.0]), np.array([2.0, 4.0, 5.0, 99.0])
    less = paired_gain(chosen, other, "minimize", 0.9)
    more = paired_gain(chosen, other, "maximize", 0.9)
    assert less == paired_difference(other[:3], chosen, 0.9)
    assert less.value == pytest.approx(4 / 3)
    assert (more.value, more.low, more.high) == pytest.approx((-less.value, -less.high, -less.low))


@pytest.mark.parametrize("confidence", [0.9, 0.95, 1 - 0.05 / 3])
def test_two_looks_share_the_error_rate_of_one(confidence: float) -> None:
    early = at_look(confidence, 64, early=True)
    last = at_look(confidence, 128, early=False)
    assert (1 - early) + (1 - last) == pytest.approx(1 - confidence)
    assert early > last > confidence
    # O'Brien and Fleming's first boundary of two is sqrt(2) times as far out.
    z = stats.norm.ppf((1 + confidence) / 2)
    assert stats.norm.ppf((1 + early) / 2) == pytest.approx(np.sqrt(2) * z)


def test_each_look_at_what_decides_nothing_has_half_the_error_rate() -> None:
    assert [side_look(n) for n in (63, 64, 127, 128, 256)] == [None, 32, 63, 32, 64]
    for instances, early in ((32, True), (64, False), (256, False)):
        assert at_side_look(0.95, instances, early=early) == pytest.approx(0.975)
    assert at_side_look(0.95, 63, early=False) == 0.95


def test_few_instances_are_looked_at_once() -> None:
    assert [early_look(n) for n in (1, 63, 64, 65, 256)] == [None, None, 32, 32, 128]
    assert at_look(0.95, 63, early=False) == 0.95


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.999])
def test_unpaired_gain_is_welchs(confidence: float) -> None:
    rng = np.random.default_rng(3)
    first, second = rng.normal(3.0, 2.0, 30), rng.normal(2.0, 0.5, 12)
    expected = stats.ttest_ind(first, second, equal_var=False).confidence_interval(confidence)
    found = unpaired_gain(first, second, "maximize", confidence)
    assert found.value == first.mean() - second.mean()
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-9)
    less = unpaired_gain(first, second, "minimize", confidence)
    assert (less.value, less.low, less.high) == (-found.value, -found.high, -found.low)
    huge = unpaired_gain(first * 1e100, second * 1e100, "maximize", confidence)
    assert (huge.low, huge.high) == pytest.approx((found.low * 1e100, found.high * 1e100))


def test_unpaired_gain_of_shares_is_newcombes() -> None:
    """His table II: 56 of 70 and 48 of 80; 9 of 10 and 3 of 10; 10 of 10 and 0 of 10."""
    for (a, n), (b, m), ends in [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
    ]:
        first, second = np.repeat([1.0, 0.0], [a, n - a]), np.repeat([1.0, 0.0], [b, m - b])
        found = unpaired_gain(first, second, "maximize", 0.95)
        assert (found.low, found.high) == pytest.approx(ends, abs=5e-5)


def test_unpaired_single_scores_count_as_exact() -> None:
    found = unpaired_gain(np.array([0.3]), np.array([0.5]), "minimize", 0.95)
    assert (found.value, found.low, found.high) == (0.2, 0.2, 0.2)
    many = np.array([1.0, 2.0, 4.0, 8.0])
    found = unpaired_gain(many, np.array([0.5]), "maximize", 0.95)
    alone = mean_interval(many, 0.95)
    assert (found.low, found.high) == pytest.approx((alone.low - 0.5, alone.high - 0.5))


def test_unpaired_gains_are_covered() -> None:
    rng, studies = np.random.default_rng(5), 2000
    for draw in (
        lambda n, level: (rng.random(n) < level).astype(float),
        lambda n, level: rng.normal(level, 0.5 + level, n),
    ):
        gains = [
            unpaired_gain(draw(60, 0.6), draw(25, 0.3), "maximize", 0.9) for _ in range(studies)
        ]
        covered = np.mean([one.low <= 0.3 <= one.high for one in gains])
        # Five standard errors of a share of 0.9, and a hundredth for what is only nearly so.
        assert abs(covered - 0.9) < 5 * np.sqrt(0.09 / studies) + 0.01

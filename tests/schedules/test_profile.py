"""The information profile and what a schedule costs under it (docs/mathematics.md 5)."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from path_kls import _riemann

from mdm_opt.schedules import (
    ProfileSample,
    ancestral_weights,
    fixed_weights,
    path_kl,
    profile_boundaries,
)
from mdm_opt.schedules.profile import binomial

FEW = settings(max_examples=50, deadline=None)
NATS = st.floats(0, 5).map(lambda x: round(x, 3))
# Inner points of a reveal grid.
FRACTIONS = st.floats(0, 1)
Array = npt.NDArray[np.float64]
Block = frozenset[int]


def test_binomial_probabilities_are_those_of_exact_arithmetic():
    for trials in (0, 1, 6, 40):
        for share in (
            Fraction(0),
            Fraction(1, 2**40),
            Fraction(1, 3),
            Fraction(5, 8),
            Fraction(1),
        ):
            exact = [
                float(math.comb(trials, k) * share**k * (1 - share) ** (trials - k))
                for k in range(trials + 1)
            ]
            found = binomial(np.arange(trials + 1), trials, np.array([float(share)]))
            assert found.shape == (1, trials + 1)
            assert found[0] == pytest.approx(exact, rel=1e-11, abs=1e-300)


# A law of four bits that depends on all of them in different ways.
BITS = 4
LAW = np.random.default_rng(3).dirichlet(np.full(2**BITS, 0.4)).reshape((2,) * BITS)
GRIDS = [[0, 1], [0, 0.3, 1], [0, 0.1, 0.35, 1], [0, 0, 0.6, 0.6, 1], [0, 0.25, 1, 1]]


def _entropy(positions: Iterable[int]) -> float:
    """H of some of the bits, in nats."""
    others = tuple(set(range(BITS)) - set(positions))
    masses = LAW.sum(axis=others).ravel()
    return -sum(mass * math.log(mass) for mass in masses)


def _lost(known: Block, block: Block) -> float:
    """Nats lost by revealing a block at once: its conditional total correlation."""
    alone = sum(_entropy(known | {i}) - _entropy(known) for i in block)
    return alone - (_entropy(known | block) - _entropy(known))


def _path_lost(blocks: Iterable[Block]) -> float:
    known: Block = frozenset()
    lost = 0.0
    for block in blocks:
        lost += _lost(known, block)
        known |= block
    return lost


def _law_profile() -> Array:
    """By the definition: mean over m-subsets S and bits i outside S of H(X_i | X_S)."""
    everything = range(BITS)
    return np.array(
        [
            statistics.mean(
                _entropy([*subset, i]) - _entropy(subset)
                for subset in itertools.combinations(everything, m)
                for i in everything
                if i not in subset
            )
            for m in range(BITS)
        ]
    )


def _compositions(total: int, parts: int) -> list[tuple[int, ...]]:
    """All counts with that sum, zeros included."""
    return [
        counts
        for counts in itertools.product(range(total + 1), repeat=parts)
        if sum(counts) == total
    ]


def _sample(
    length: int = 9, known: Sequence[int] = (0, 1, 4, 8), sequences: int = 5, seed: int = 1
) -> ProfileSample:
    nats = np.random.default_rng(seed).uniform(0, 3, (sequences, len(known)))
    return ProfileSample(length, np.array(known), nats)


# Measured profiles.


@pytest.mark.parametrize(
    ("known", "nats"),
    [
        ([0, 3], np.ones(2)),
        ([0, 3], np.ones((0, 2))),
        ([], np.ones((2, 0))),
        ([], np.ones((2, 2))),
        ([0, 3], np.ones((2, 3))),
        ([0, 1, 3], np.ones((2, 2))),
    ],
    ids=[
        "one sequence not in a row",
        "no sequence",
        "nothing",
        "no boundary",
        "too many nats",
        "too few nats",
    ],
)
def test_shapes_that_do_not_fit_are_refused(known: list[int], nats: Array) -> None:
    with pytest.raises(ValueError, match="do not fit") as refused:
        ProfileSample(4, np.array(known, dtype=np.int64), nats)
    assert f"{nats.shape} do not fit {len(known)} boundaries" in str(refused.value)


@pytest.mark.parametrize(
    "known", [[1, 3], [0, 2], [0, 4], [0, 2, 2, 3], [0, 2, 1, 3], [-1, 0, 3], [0]]
)
def test_boundaries_that_do_not_fit_are_refused(known: list[int]) -> None:
    with pytest.raises(ValueError, match="must increase from 0 to 3, got") as refused:
        ProfileSample(4, np.array(known), np.ones((2, len(known))))
    assert str(np.array(known)) in str(refused.value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_nats_that_are_not_finite_are_refused(value: float) -> None:
    nats = np.ones((3, 3))
    nats[1, 0] = value
    with pytest.raises(ValueError, match=f"must be finite, got {value}"):
        ProfileSample(4, np.array([0, 1, 3]), nats)
    if not math.isnan(value):
        nats[1, :2] = 1.0, value
        with pytest.raises(ValueError, match=f"must be finite, got {value}"):
            ProfileSample(4, np.array([0, 1, 3]), nats)


def test_mean_and_standard_error_are_those_of_a_sample() -> None:
    sample = _sample()
    columns = sample.nats.T.tolist()
    assert sample.mean == pytest.approx([statistics.fmean(column) for column in columns])
    assert sample.standard_error == pytest.approx(
        [statistics.stdev(column) / math.sqrt(5) for column in columns]
    )


def test_a_single_sequence_has_no_standard_error() -> None:
    sample = _sample(sequences=1)
    assert sample.standard_error.tolist() == [0, 0, 0, 0]
    assert sample.mean.tolist() == sample.nats[0].tolist()


def test_part_keeps_the_rows_asked_for() -> None:
    sample = _sample()
    assert len(sample) == 5
    for rows in ([3, 0], [2], np.array([4, 4, 1])):
        part = sample.part(rows)
        assert len(part) == len(rows)
        assert part.length == sample.length
        np.testing.assert_array_equal(part.known, sample.known)
        assert part.nats.tolist() == [sample.nats[row].tolist() for row in rows]


def test_part_has_the_boundaries_of_its_sequences() -> None:
    nats = np.array([[3.0, 2.0, np.nan, 0.5], [3.0, np.nan, 1.0, 0.5], [2.0, 1.0, np.nan, 0.0]])
    sample = ProfileSample(9, np.array([0, 1, 4, 8]), nats)
    assert sample.part([0, 2]).known.tolist() == [0, 1, 8]
    assert sample.part([0, 2]).nats.tolist() == [[3.0, 2.0, 0.5], [2.0, 1.0, 0.0]]
    assert sample.part([1, 0]).known.tolist() == [0, 1, 4, 8]


def test_the_profile_is_that_of_its_smooth_drops() -> None:
    sample = _sample()
    np.testing.assert_array_equal(sample.profile(), sample.smooth.profile())
    assert (np.diff(sample.profile()) <= 0).all()


@FEW
@given(st.data(), st.integers(1, 12), st.integers(2, 6), st.integers(1, 4))
def test_monotone_is_the_isotonic_fit(
    data: st.DataObject, length: int, boundaries: int, sequences: int
) -> None:
    """The min-max formula: least over starts of the greatest over ends of the weighted means."""
    known = profile_boundaries(length, boundaries)
    width = len(known)
    row = st.lists(NATS, min_size=width, max_size=width)
    nats = np.array(data.draw(st.lists(row, min_size=sequences, max_size=sequences)))
    sample = ProfileSample(length, known, nats)
    weights = length - known
    means = nats.sum(axis=0) / sequences

    def mean(start: int, end: int) -> float:
        part = slice(start, end + 1)
        return float((weights[part] * means[part]).sum() / weights[part].sum())

    expected = [
        min(max(mean(start, end) for end in range(i, width)) for start in range(i + 1))
        for i in range(width)
    ]
    profile = sample.monotone()
    assert profile.shape == (length,)
    assert profile.dtype == np.float64
    assert (np.diff(profile) <= 1e-12).all()
    assert profile[known] == pytest.approx(expected, abs=1e-9)


def test_monotone_is_straight_between_boundaries() -> None:
    nats = np.array([[4.0, 2.0, 1.0, 0.5], [2.0, 2.0, 0.0, 0.3]])
    sample = ProfileSample(9, np.array([0, 1, 4, 8]), nats)
    expected = [3, 2, 1.5, 1, 0.5, 0.475, 0.45, 0.425, 0.4]
    assert sample.monotone() == pytest.approx(expected)


def test_draws_are_the_same_again_and_fewer_sequences_leave_more_open() -> None:
    rng = np.random.default_rng(5)
    known = profile_boundaries(64, 16)
    level = 4 * np.exp(-known / 12)
    nats = level * rng.gamma(20, 1 / 20, (64, 1)) + rng.normal(0, 0.02, (64, 16))
    many = ProfileSample(64, known, nats)
    few = many.part(range(8))
    drawn = many.draws(40)
    assert drawn.shape == (40, 64)
    assert (np.diff(drawn, axis=1) < 0).all()
    np.testing.assert_array_equal(drawn, many.draws(40))
    assert not np.array_equal(drawn, many.draws(40, seed=1))
    drops = [-np.diff(one.draws(200), axis=1)[:, 10] for one in (many, few)]
    assert drops[1].std() > 1.5 * drops[0].std()
    assert abs(drops[0].mean() - 4 * (np.exp(-10 / 12) - np.exp(-11 / 12))) < 3 * drops[0].std()


def test_profile_of_one_token() -> None:
    sample = ProfileSample(1, np.array([0]), np.array([[0.5], [1.5]]))
    assert sample.profile().tolist() == [1.0]
    assert sample.draws(3).tolist() == [[1.0]] * 3
    assert sample.costs(np.array([3.0])).tolist() == [1.5, 4.5]


@FEW
@given(st.integers(1, 40), st.integers(2, 50), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_costs_are_the_weights_of_the_straight_lines(
    length: int, boundaries: int, sequences: int, seed: int
) -> None:
    sample = _sample(length, profile_boundaries(length, boundaries).tolist(), sequences, seed)
    weights = np.random.default_rng(seed).normal(size=length)
    costs = sample.costs(weights)
    assert costs.shape == (sequences,)
    every = range(length)
    for cost, nats in zip(costs, sample.nats, strict=True):
        assert cost == pytest.approx(weights @ np.interp(every, sample.known, nats), abs=1e-9)
    expected = weights @ np.interp(every, sample.known, sample.mean)
    assert costs.mean() == pytest.approx(expected, abs=1e-9)


# What a schedule costs.


def test_the_law_of_the_oracles_has_structure() -> None:
    profile = _law_profile()
    assert profile.sum() == pytest.approx(_entropy(range(BITS)))
    assert (np.diff(profile) < -0.01).all()


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_path_kl_is_what_revealing_together_loses(steps: int) -> None:
    """Over all orders in which four bits may be revealed, zero counts included."""
    profile = _law_profile()
    for counts in _compositions(BITS, steps):
        edges = list(itertools.accumulate(counts, initial=0))
        losses = [
            _path_lost(frozenset(order[a:b]) for a, b in itertools.pairwise(edges))
            for order in itertools.permutations(range(BITS))
        ]
        assert path_kl(profile, np.array(counts)) == pytest.approx(
            statistics.mean(losses), abs=1e-12
        )


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_ancestral_path_kl_is_what_revealing_together_loses(grid: list[float]) -> None:
    """Over all ways in which four bits fall into the steps independently."""
    widths = np.diff(grid)
    expected = 0.0
    for falls in itertools.product(range(len(widths)), repeat=BITS):
        blocks = [frozenset(i for i in range(BITS) if falls[i] == k) for k in range(len(widths))]
        expected += math.prod(widths[list(falls)]) * _path_lost(blocks)
    weights = ancestral_weights(np.array(grid, dtype=np.float64), BITS)
    assert weights @ _law_profile() == pytest.approx(expected, abs=1e-12)


@FEW
@given(st.lists(NATS, min_size=1, max_size=6), st.lists(FRACTIONS, max_size=3))
def test_ancestral_path_kl_is_the_mean_over_binomial_counts(
    profile: list[float], inner: list[float]
) -> None:
    """Ancestral reveal draws counts: each step a binomial of what the earlier ones left."""
    grid = [0.0, *sorted(inner), 1.0]

    def mean(step: int, known: int) -> float:
        """Expected sum of count times h over this step and the later ones."""
        if step == len(grid) - 1:
            return 0.0
        left = len(profile) - known
        rest = 1 - grid[step]
        chance = min(1.0, (grid[step + 1] - grid[step]) / rest) if rest else 1.0
        total = 0.0
        for count in range(left + 1):
            mass = math.comb(left, count) * chance**count * (1 - chance) ** (left - count)
            if mass:
                cost = count * profile[known] if count else 0.0
                total += mass * (cost + mean(step + 1, known + count))
        return total

    weights = ancestral_weights(np.array(grid), len(profile))
    assert weights @ profile == pytest.approx(mean(0, 0) - sum(profile), abs=1e-9)


@FEW
@given(st.lists(st.integers(0, 6), min_size=1, max_size=12).filter(any), st.data())
def test_fixed_path_kl_is_the_left_riemann_error(counts: list[int], data: st.DataObject) -> None:
    length = sum(counts)
    profile = data.draw(st.lists(NATS, min_size=length, max_size=length))
    expected = _riemann(counts, profile)
    weights = fixed_weights(counts)
    assert weights.shape == (length,)
    assert weights.sum() == 0
    assert weights @ profile == pytest.approx(expected, abs=1e-9)
    assert path_kl(np.array(profile), np.array(counts)) == pytest.approx(expected, abs=1e-9)
    falling = sorted(profile, reverse=True)
    assert path_kl(np.array(falling), np.array(counts)) >= -1e-9


def test_weights_of_some_counts() -> None:
    assert fixed_weights([1, 1, 1]).tolist() == [0, 0, 0]
    assert fixed_weights([3]).tolist() == [2, -1, -1]
    assert fixed_weights([2, 0, 0, 3]).tolist() == [1, -1, 2, -1, -1]
    assert fixed_weights([0, 1, 2]).tolist() == [0, 1, -1]


@FEW
@given(st.integers(1, 40), st.lists(FRACTIONS, max_size=12))
def test_ancestral_weights_take_nothing_from_a_constant(length: int, inner: list[float]) -> None:
    weights = ancestral_weights(np.array([0.0, *sorted(inner), 1.0]), length)
    assert weights.shape == (length,)
    assert weights.sum() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("length", [1, 2, 7, 300])
def test_one_step_costs_the_same_under_both_reveals(length: int) -> None:
    whole = ancestral_weights(np.array([0.0, 1.0]), length)
    assert whole.tolist() == fixed_weights([length]).tolist()


def test_ancestral_path_kl_vanishes_like_one_over_the_steps() -> None:
    """With many steps it is -f' / (2 N) integrated, here L (h(0) - h(L-1)) / (2 N)."""
    length, steps = 12, 20_000
    profile = np.exp(-np.arange(length) / 4)
    weights = ancestral_weights(np.linspace(0, 1, steps + 1), length)
    expected = length * (profile[0] - profile[-1]) / (2 * steps)
    assert weights @ profile == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("boundaries", [1, 2, 32])
def test_one_token_has_one_boundary(boundaries):
    assert profile_boundaries(1, boundaries).tolist() == [0]

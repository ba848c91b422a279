"""Measuring the information profile where it is known exactly (docs/mathematics.md 5)."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence

import laws
import numpy as np
import numpy.typing as npt
import pytest
import torch

from mdm_opt.errors import RunError
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4, toy_balanced, toy_extremes
from mdm_opt.processes import generate, instance_noise, own_sequences, sequence_profiles
from mdm_opt.schedules import (
    ProfileSample,
    ancestral_weights,
    fixed_weights,
    limit,
    named_schedule,
    profile_boundaries,
    reveal_counts,
    reveal_grid,
)
from mdm_opt.sudoku import is_valid

LENGTH = 16
# Exact to the digits shown (tests/processes/masked/test_path_kl_theory.py).
PROFILE = [1.38629, 1.21369, 1.00704, 0.75215, 0.51167, 0.32472, 0.20043, 0.12259, 0.07305,
           0.04087, 0.02031, 0.00812, 0.00203, 0, 0, 0]  # fmt: skip
DIGITS = 5.1e-6
LIMIT_COUNTS = {4: [3, 2, 3, 8], 6: [2, 1, 2, 2, 3, 6], 8: [1, 1, 1, 1, 1, 2, 3, 6]}
LINEAR = named_schedule("linear")
SEQUENCES = range(1000)
SEED = 7
# Instance ids of the order in which sequence i is revealed for the k-th time, and of its own text:
# profiles that were saved are continued, so that these never change.
ORDERS_START, ORDERS_STRIDE, OWN_START = 2**44, 2**32, 2**43
Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class RecordingDenoiser:
    """Keeps what it is asked and what it answers."""

    fingerprint = "recording"

    def __init__(self, inner: EnumeratedDenoiser | laws.MixtureDenoiser) -> None:
        self._inner = inner
        self.length, self.vocab_size = inner.length, inner.vocab_size
        self.mask_token_id, self.device = inner.mask_token_id, inner.device
        self.states: list[torch.Tensor] = []
        self.asked: list[torch.Tensor] = []
        self.answers: list[torch.Tensor] = []

    def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        self.states.append(tokens.clone())
        self.asked.append(positions.clone())
        self.answers.append(self._inner.log_probs(tokens, positions))
        return self.answers[-1]

    def decode(self, tokens: torch.Tensor) -> list[str]:
        raise NotImplementedError

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        raise NotImplementedError


@pytest.fixture(scope="module")
def sudoku() -> EnumeratedDenoiser:
    return EnumeratedDenoiser(sudoku4())


@pytest.fixture(scope="module")
def grids(sudoku: EnumeratedDenoiser) -> torch.Tensor:
    return own_sequences(sudoku, SEQUENCES, seed=SEED).tokens


@pytest.fixture(scope="module")
def everywhere(sudoku: EnumeratedDenoiser, grids: torch.Tensor) -> ProfileSample:
    """Measured at all m."""
    return _measured(sudoku, grids, np.arange(LENGTH))


@pytest.fixture(scope="module")
def somewhere(sudoku: EnumeratedDenoiser, grids: torch.Tensor) -> ProfileSample:
    """Measured at seven m."""
    known = profile_boundaries(LENGTH, 7)
    assert len(known) == 7
    return _measured(sudoku, grids, known)


def _measured(denoiser: EnumeratedDenoiser, tokens: torch.Tensor, known: Ints) -> ProfileSample:
    nats = sequence_profiles(denoiser, tokens, SEQUENCES, known, orders=1, seed=SEED)
    return ProfileSample(LENGTH, known, nats)


def _agree(values: Array, expected: float, digits: float) -> bool:
    """The mean within 4 of its standard errors, and the digits that are known."""
    standard_error = values.std(ddof=1) / math.sqrt(len(values))
    return bool(abs(values.mean() - expected) < 4 * standard_error + digits)


def _weights() -> dict[str, Array]:
    found = {}
    for steps, counts in LIMIT_COUNTS.items():
        found[f"limit {steps}"] = fixed_weights(counts)
        found[f"linear {steps}"] = fixed_weights(reveal_counts(LINEAR, steps, LENGTH))
        found[f"ancestral {steps}"] = ancestral_weights(reveal_grid(LINEAR, steps), LENGTH)
    return found


WEIGHTS = _weights()


# What is measured is the profile.


@pytest.mark.parametrize("where", ["everywhere", "somewhere"])
def test_mean_is_the_exact_profile(where: str, request: pytest.FixtureRequest) -> None:
    sample: ProfileSample = request.getfixturevalue(where)
    assert sample.nats.shape == (len(SEQUENCES), len(sample.known))
    for m, column in zip(sample.known, sample.nats.T, strict=True):
        assert _agree(column, PROFILE[m], DIGITS), m
    assert sample.standard_error.max() < 0.03


@pytest.mark.parametrize("label", WEIGHTS)
def test_costs_are_the_exact_path_kl(label: str, everywhere: ProfileSample) -> None:
    weights = WEIGHTS[label]
    costs = everywhere.costs(weights)
    assert _agree(costs, weights @ PROFILE, DIGITS * np.abs(weights).sum())
    assert costs.std(ddof=1) / math.sqrt(len(costs)) < 0.035


@pytest.mark.parametrize("label", WEIGHTS)
def test_costs_are_the_path_kl_of_straight_lines(label: str, somewhere: ProfileSample) -> None:
    """Between the boundaries that are measured, where the exact profile is not straight."""
    weights, known = WEIGHTS[label], somewhere.known
    lines = np.interp(np.arange(LENGTH), known, np.array(PROFILE)[known])
    costs = somewhere.costs(weights)
    assert _agree(costs, weights @ lines, DIGITS * np.abs(weights).sum())
    assert costs.std(ddof=1) / math.sqrt(len(costs)) < 0.035


def test_savings_are_exact_sequence_by_sequence(everywhere: ProfileSample) -> None:
    """Linear less the limit: far beyond the standard error of the difference."""
    for steps in LIMIT_COUNTS:
        weights = WEIGHTS[f"linear {steps}"] - WEIGHTS[f"limit {steps}"]
        saved = everywhere.costs(weights)
        assert _agree(saved, weights @ PROFILE, DIGITS * np.abs(weights).sum())
        assert saved.mean() > 4 * saved.std(ddof=1) / math.sqrt(len(saved))


def test_one_token_a_step_costs_nothing(everywhere: ProfileSample) -> None:
    assert everywhere.costs(fixed_weights([1] * LENGTH)).tolist() == [0] * len(SEQUENCES)


# By hand.


def _cost(row: list[int], known: list[int], position: int) -> float:
    """-log p(token | known positions), by counting grids."""
    fits = [grid for grid in sudoku4().outcomes.tolist() if all(grid[i] == row[i] for i in known)]
    return -math.log(sum(grid[position] == row[position] for grid in fits) / len(fits))


def _by_hand(row: list[int], order: list[int], boundaries: Sequence[int]) -> list[float]:
    """h(m_0) from its masked tokens, then what these gain between boundaries, one by one."""
    values: list[float] = []
    for column, m in enumerate(boundaries):
        if column == 0:
            values.append(statistics.fmean(_cost(row, order[:m], i) for i in order[m:]))
            continue
        before = boundaries[column - 1]
        gains = [
            _cost(row, order[:before], i) - _cost(row, order[:m], i)
            for i in order[m:]  # masked at both
        ]
        values.append(values[-1] - statistics.fmean(gains))
    return values


@pytest.mark.parametrize("boundaries", [[0, 15], [0, 1, 3, 4, 8, 15], [2, 5, 11], [7]], ids=str)
def test_one_sequence_by_hand(
    boundaries: list[int], sudoku: EnumeratedDenoiser, grids: torch.Tensor
) -> None:
    found = sequence_profiles(sudoku, grids[5:6], [5], np.array(boundaries), orders=2, seed=SEED)
    repeats = []
    for repeat in range(2):
        instance = ORDERS_START + repeat * ORDERS_STRIDE + 5
        order = instance_noise([instance], LENGTH, seed=SEED).permutation[0].tolist()
        repeats.append(_by_hand(grids[5].tolist(), order, boundaries))
    assert found.shape == (1, len(boundaries))
    assert found[0] == pytest.approx(
        [statistics.fmean(pair) for pair in zip(*repeats, strict=True)]
    )


def test_orders_are_averaged(sudoku: EnumeratedDenoiser, grids: torch.Tensor) -> None:
    known, sequences = np.array([0, 2, 6, 15]), range(4)
    together = sequence_profiles(sudoku, grids[:4], sequences, known, orders=3, seed=SEED)
    single = [
        sequence_profiles(
            sudoku,
            grids[:4],
            [number + repeat * ORDERS_STRIDE for number in sequences],
            known,
            orders=1,
            seed=SEED,
        )
        for repeat in range(3)
    ]
    assert together == pytest.approx(np.mean(single, axis=0), abs=1e-12)
    for one, other in itertools.combinations(single, 2):
        assert (one[:, 1:] != other[:, 1:]).any(axis=1).all()


def test_more_orders_are_less_noisy(sudoku: EnumeratedDenoiser, grids: torch.Tensor) -> None:
    """Of one and the same text; its share of the variance remains."""
    known = np.arange(LENGTH)
    one, four = (
        sequence_profiles(sudoku, grids[:200], range(200), known, orders=orders, seed=SEED)
        for orders in (1, 4)
    )
    weights = WEIGHTS["linear 4"]
    assert (four @ weights).var() < (one @ weights).var() / 3


def test_model_is_asked_for_masked_tokens_only(
    sudoku: EnumeratedDenoiser, grids: torch.Tensor
) -> None:
    """One call a boundary and order; the tokens known are clean, more each time."""
    recording, known = RecordingDenoiser(sudoku), np.array([0, 3, 4, 11])
    tokens = grids[:6].clone()
    sequence_profiles(recording, tokens, range(6), known, orders=2, seed=SEED)
    assert torch.equal(tokens, grids[:6])
    assert len(recording.states) == len(known) * 2
    for call, (state, asked) in enumerate(zip(recording.states, recording.asked, strict=True)):
        masked = state == sudoku.mask_token_id
        m = known[call % len(known)]
        assert (masked.sum(dim=1) == LENGTH - m).all()
        assert torch.equal(state[~masked], tokens[~masked])
        assert torch.equal(torch.zeros_like(masked).scatter(1, asked, True), masked)
        if call % len(known):
            before = recording.states[call - 1] == sudoku.mask_token_id
            assert (before | ~masked).all()


# What a result depends on.


@pytest.mark.parametrize("orders", [1, 2])
def test_results_do_not_depend_on_the_batch(
    orders: int, sudoku: EnumeratedDenoiser, grids: torch.Tensor
) -> None:
    known = np.array([0, 1, 4, 9, 15])
    together = sequence_profiles(sudoku, grids[:8], range(8), known, orders=orders, seed=SEED)
    for rows in ([3], [7, 0], [5, 5, 2], [*range(7, -1, -1)]):
        part = sequence_profiles(sudoku, grids[rows], rows, known, orders=orders, seed=SEED)
        np.testing.assert_array_equal(part, together[rows])


def test_other_seeds_and_numbers_give_other_orders(
    sudoku: EnumeratedDenoiser, grids: torch.Tensor
) -> None:
    """Of the same texts."""
    known = np.arange(LENGTH)

    def found(numbers: Sequence[int], seed: int) -> Array:
        return sequence_profiles(sudoku, grids[:20], numbers, known, orders=1, seed=seed)

    first = found(range(20), SEED)
    np.testing.assert_array_equal(first, found(range(20), SEED))
    for other in (found(range(20), SEED + 1), found(range(20, 40), SEED)):
        assert (other != first).any(axis=1).all()


# Noise.


def _plain_means(
    denoiser: laws.MixtureDenoiser, count: int
) -> tuple[ProfileSample, ProfileSample]:
    """The profile as it is measured, and as the mean cost at each boundary of the same calls."""
    recording, known = RecordingDenoiser(denoiser), np.arange(denoiser.length)
    tokens = own_sequences(denoiser, range(count), seed=SEED).tokens
    nats = sequence_profiles(recording, tokens, range(count), known, orders=1, seed=SEED)
    means = [
        -answer.gather(2, tokens.gather(1, asked)[:, :, None])[:, :, 0].mean(dim=1).numpy()
        for asked, answer in zip(recording.asked, recording.answers, strict=True)
    ]
    plain = np.stack(means, axis=1)
    assert nats[:, 0] == pytest.approx(plain[:, 0])
    return tuple(ProfileSample(denoiser.length, known, found) for found in (nats, plain))


@pytest.mark.parametrize(
    ("name", "same_orders", "independent"), [("templates", 2, 4), ("sudoku", 1.05, 1.5)]
)
def test_path_kl_is_less_noisy_than_from_means(
    name: str, same_orders: float, independent: float
) -> None:
    """Variance of a path KL, and of what is saved over linear: how many times less.

    Than from the mean cost at each boundary, in the same orders or in independent ones. Several
    times on templates; on Sudoku, where the tokens differ less from each other, little is gained.
    """
    denoiser = laws.templates(256, 32, 27) if name == "templates" else laws.sudoku()
    measured, plain = _plain_means(denoiser, 400)
    profile, length = measured.profile(), denoiser.length
    for steps in (4, 8):
        linear = fixed_weights(reveal_counts(LINEAR, steps, length))
        saved = linear - fixed_weights(limit(profile, steps).counts(steps))
        for weights in (linear, saved):
            costs, others = measured.costs(weights), plain.costs(weights)
            variance = costs.var(ddof=1)
            assert others.var(ddof=1) > same_orders * variance
            assert weights**2 @ plain.nats.var(axis=0, ddof=1) > independent * variance
            assert _agree(costs - others, 0.0, 0.0)


# Sequences that the profile is not defined for.


def test_a_token_of_probability_zero_is_an_error() -> None:
    denoiser = EnumeratedDenoiser(toy_extremes())
    tokens = torch.tensor([[0, 0, 0, 0, 1]] * 20)
    with pytest.raises(RunError, match="probability zero or NaN"):
        sequence_profiles(denoiser, tokens, range(20), np.array([0, 4]), orders=1, seed=SEED)


def test_a_token_of_probability_zero_is_an_error_at_several_boundaries() -> None:
    denoiser = EnumeratedDenoiser(toy_extremes())
    tokens = torch.tensor([[0, 0, 0, 0, 1]] * 20)
    with pytest.raises(RunError, match="probability zero or NaN"):
        sequence_profiles(denoiser, tokens, range(20), np.arange(5), orders=1, seed=SEED)


def test_a_model_that_answers_nan_is_an_error(
    sudoku: EnumeratedDenoiser, grids: torch.Tensor
) -> None:
    class Damaged(RecordingDenoiser):
        def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
            answer = super().log_probs(tokens, positions)
            if len(self.states) == 3:
                answer[1] = math.nan
            return answer

    known = np.array([0, 1, 4, 9])
    with pytest.raises(RunError, match="probability zero or NaN"):
        sequence_profiles(Damaged(sudoku), grids[:3], range(3), known, orders=1, seed=SEED)


# The model's own sequences.


def test_own_sequences_follow_the_law(sudoku: EnumeratedDenoiser, grids: torch.Tensor) -> None:
    """Every grid is valid; they differ in the first cell as often as chance has it."""
    assert grids.shape == (len(SEQUENCES), LENGTH)
    assert grids.dtype == torch.int64
    assert all(is_valid(sudoku.decode(grids)))
    shares = torch.nn.functional.one_hot(grids[:, 0], 4).double().mean(dim=0).numpy()
    standard_error = math.sqrt(0.25 * 0.75 / len(SEQUENCES))
    assert np.abs(shares - 0.25).max() < 4 * standard_error
    balanced = EnumeratedDenoiser(toy_balanced())
    words = balanced.decode(own_sequences(balanced, range(2000), seed=SEED).tokens)
    shares = np.array([words.count(word) for word in sorted(set(words))]) / 2000
    assert len(shares) == 20
    assert np.abs(shares - 0.05).max() < 4 * math.sqrt(0.05 * 0.95 / 2000)


def test_own_sequences_are_reproducible(sudoku: EnumeratedDenoiser, grids: torch.Tensor) -> None:
    for rows in (range(30), [17], [4, 999, 4], range(29, -1, -1)):
        again = own_sequences(sudoku, rows, seed=SEED).tokens
        assert torch.equal(again, grids[list(rows)])
    others = own_sequences(sudoku, range(30), seed=SEED + 1).tokens
    assert (others != grids[:30]).any(dim=1).sum() >= 28


def test_own_sequences_are_written_one_token_a_step(
    sudoku: EnumeratedDenoiser, grids: torch.Tensor
) -> None:
    recording = RecordingDenoiser(sudoku)
    written = own_sequences(recording, range(5), seed=SEED).tokens
    assert [asked.shape for asked in recording.asked] == [(5, 1)] * LENGTH
    noise = instance_noise([OWN_START + i for i in range(5)], LENGTH, seed=SEED)
    expected = generate(sudoku, np.ones(LENGTH, dtype=np.int64), noise).tokens
    assert torch.equal(written, expected)
    order = torch.cat(recording.asked, dim=1)
    np.testing.assert_array_equal(order.numpy(), noise.permutation)


def test_own_sequences_are_measured_in_other_orders(
    sudoku: EnumeratedDenoiser, grids: torch.Tensor
) -> None:
    """Which would make a model that contradicts itself look better than it is."""
    writing, measuring = RecordingDenoiser(sudoku), RecordingDenoiser(sudoku)
    own_sequences(writing, range(50), seed=SEED)
    sequence_profiles(measuring, grids[:50], range(50), np.array([0, 1]), orders=1, seed=SEED)
    written = torch.cat(writing.asked, dim=1)
    assert (measuring.asked[0] != written).any(dim=1).all()

"""The few-step sampler: orders, model calls, and the law of its samples."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mdm_opt.candidates import ORDERS, MaskedDecoding
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4, toy_balanced
from mdm_opt.processes import SampleLaw, ancestral_counts, generate, instance_noise
from mdm_opt.schedules import BetaSchedule, Counts, named_schedule, reveal_counts, reveal_grid

FEW = settings(max_examples=50, deadline=None)


class TableDenoiser:
    """The same probabilities ``(length, V)`` whatever is known; keeps what it was asked."""

    fingerprint = "table"
    device = torch.device("cpu")

    def __init__(self, probabilities: Sequence[Sequence[float]]) -> None:
        self._table = torch.tensor(probabilities, dtype=torch.float64).log()
        self.length, self.vocab_size = self._table.shape
        self.mask_token_id = self.vocab_size
        self.states: list[torch.Tensor] = []
        self.asked: list[torch.Tensor] = []

    def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        self.states.append(tokens.clone())
        self.asked.append(positions.clone())
        return self._table[positions]

    def decode(self, tokens: torch.Tensor) -> list[str]:
        raise NotImplementedError

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        raise NotImplementedError


class CountingDenoiser(EnumeratedDenoiser):
    """Exact conditionals; keeps the number of rows of each call, and that none asks in vain."""

    def __init__(self) -> None:
        super().__init__(toy_balanced())
        self.rows: list[int] = []

    def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        self.rows.append(len(tokens))
        assert (tokens.gather(1, positions) == self.mask_token_id).all()
        return super().log_probs(tokens, positions)


def _uniform_table(length: int, vocab_size: int = 3) -> TableDenoiser:
    return TableDenoiser([[1 / vocab_size] * vocab_size] * length)


def _reveal_order(denoiser: TableDenoiser, **options: object) -> list[int]:
    """Positions in the order in which one instance reveals them, one a step."""
    noise = instance_noise([5], denoiser.length, seed=1)
    generate(denoiser, np.ones(denoiser.length, dtype=np.int64), noise, MaskedDecoding(**options))
    masks = [state[0] == denoiser.mask_token_id for state in denoiser.states]
    masks.append(torch.zeros(denoiser.length, dtype=torch.bool))
    return [int((before & ~after).nonzero().item()) for before, after in itertools.pairwise(masks)]


def _merged(seen: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cells sorted by expectation, the smallest merged until they expect ten."""
    order = np.argsort(expected)
    seen, expected = seen[order], expected[order]
    first = int(np.searchsorted(np.cumsum(expected), 10))
    merged = [
        np.concatenate([[cells[: first + 1].sum()], cells[first + 1 :]])
        for cells in (seen, expected)
    ]
    return merged[0], merged[1]


@pytest.mark.parametrize("reveal", ["fixed", "ancestral"])
def test_samples_follow_the_exact_law(reveal: str) -> None:
    denoiser = EnumeratedDenoiser(toy_balanced())
    instances = 20_000
    grid = reveal_grid(named_schedule("linear"), 3)
    noise = instance_noise(range(instances), denoiser.length, seed=17)
    if reveal == "fixed":
        counts = reveal_counts(named_schedule("linear"), 3, denoiser.length)
        law = SampleLaw(denoiser).fixed(counts)
    else:
        counts = ancestral_counts(grid, noise)
        law = SampleLaw(denoiser).ancestral(grid)
    tokens = generate(denoiser, counts, noise).tokens.numpy()
    cells = np.ravel_multi_index(tuple(tokens.T), law.shape)
    seen = np.bincount(cells, minlength=law.size)
    assert seen[law.ravel() == 0].sum() == 0
    merged, expected = _merged(seen, law.ravel() * instances)
    assert len(merged) > 10
    assert stats.chisquare(merged, expected).pvalue > 1e-3
    # The test has power: the law of the other number of steps is refused.
    other = SampleLaw(denoiser).ancestral(reveal_grid(named_schedule("linear"), 5)).ravel()
    assert stats.chisquare(*_merged(seen, other * instances)).pvalue < 1e-6


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("temperature", [0, 0.3, 1, 2])
def test_samples_hold_allowed_tokens_only(order: str, temperature: float) -> None:
    """Token 1 has probability zero everywhere; nothing stays masked."""
    rng = np.random.default_rng(0)
    table = rng.dirichlet(np.ones(4), size=9)
    table[:, 1] = 0
    denoiser = TableDenoiser(table / table.sum(axis=1, keepdims=True))
    noise = instance_noise(range(200), 9, seed=2)
    for counts in (np.array([2, 0, 4, 3]), ancestral_counts(np.array([0, 0.2, 0.9, 1]), noise)):
        samples = generate(
            denoiser, counts, noise, decoding=MaskedDecoding(order=order, temperature=temperature)
        )
        assert samples.tokens.dtype == torch.int64
        assert samples.tokens.shape == (200, 9)
        assert set(samples.tokens.unique().tolist()) <= {0, 2, 3}


@pytest.mark.parametrize("order", ORDERS)
def test_empty_steps_make_no_call(order: str) -> None:
    denoiser = CountingDenoiser()
    samples = generate(
        denoiser,
        np.array([0, 3, 0, 0, 2, 0]),
        instance_noise(range(7), 5, seed=0),
        decoding=MaskedDecoding(order=order),
    )
    assert denoiser.rows == [7, 7]
    assert samples.nfe.tolist() == [2] * 7


@pytest.mark.parametrize("order", ORDERS)
def test_calls_hold_only_the_rows_that_reveal(order: str) -> None:
    denoiser = CountingDenoiser()
    noise = instance_noise(range(64), 5, seed=3)
    counts = ancestral_counts(reveal_grid(named_schedule("linear"), 12), noise)
    samples = generate(denoiser, counts, noise, decoding=MaskedDecoding(order=order))
    np.testing.assert_array_equal(samples.nfe, (counts > 0).sum(axis=1))
    assert denoiser.rows == [rows for rows in (counts > 0).sum(axis=0).tolist() if rows]
    assert samples.nfe.min() < samples.nfe.max()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("reveal", ["fixed", "ancestral"])
def test_results_do_not_depend_on_the_batch(order: str, reveal: str) -> None:
    denoiser = EnumeratedDenoiser(sudoku4())
    schedule, instances = BetaSchedule(0.9, 0.3), range(64)
    grid, fixed = reveal_grid(schedule, 6), reveal_counts(schedule, 6, 16)

    def sample(batch_size: int) -> tuple[np.ndarray, np.ndarray]:
        parts = []
        for start in range(0, len(instances), batch_size):
            noise = instance_noise(instances[start : start + batch_size], 16, seed=8)
            counts: Counts = fixed if reveal == "fixed" else ancestral_counts(grid, noise)
            parts.append(generate(denoiser, counts, noise, decoding=MaskedDecoding(order=order)))
        tokens = np.concatenate([part.tokens.numpy() for part in parts])
        return tokens, np.concatenate([part.nfe for part in parts])

    tokens, nfe = sample(64)
    assert len(np.unique(tokens, axis=0)) > 40
    for batch_size in (1, 7):
        other_tokens, other_nfe = sample(batch_size)
        np.testing.assert_array_equal(other_tokens, tokens)
        np.testing.assert_array_equal(other_nfe, nfe)


@FEW
@given(st.lists(st.integers(0, 4), min_size=1, max_size=8).filter(any), st.integers(0, 2**32))
def test_random_order_follows_the_permutation(counts: list[int], seed: int) -> None:
    length = sum(counts)
    denoiser = _uniform_table(length)
    noise = instance_noise([0, 1, 2], length, seed=seed)
    generate(denoiser, np.array(counts), noise)
    known = 0
    for count, state, asked in zip(
        filter(None, counts), denoiser.states, denoiser.asked, strict=True
    ):
        masked = state == denoiser.mask_token_id
        expected = np.zeros((3, length), dtype=bool)
        np.put_along_axis(expected, noise.permutation[:, known:], True, axis=1)
        np.testing.assert_array_equal(masked.numpy(), expected)
        np.testing.assert_array_equal(asked.numpy(), noise.permutation[:, known : known + count])
        known += count
    assert known == length


@FEW
@given(st.lists(st.integers(0, 4), min_size=1, max_size=8).filter(any))
def test_tokens_follow_their_uniforms_under_any_counts(counts: list[int]) -> None:
    """With a model that ignores what is known, every schedule gives the same samples."""
    length = sum(counts)
    rng = np.random.default_rng(length)
    table = rng.dirichlet(np.ones(4), size=length)
    noise = instance_noise([3, 4], length, seed=0)
    tokens = generate(TableDenoiser(table), np.array(counts), noise).tokens.numpy()
    expected = (noise.token_uniforms[..., None] >= np.cumsum(table, axis=1)[:, :-1]).sum(axis=-1)
    np.testing.assert_array_equal(tokens, expected)


# Probabilities by position: each certainty ranks these differently.
RANKED = [
    [0.60, 0.40, 0.00],
    [0.55, 0.225, 0.225],
    [0.505, 0.495, 0.00],
    [0.34, 0.33, 0.33],
]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("confidence", [0, 1, 2, 3]),  # 0.60, 0.55, 0.505, 0.34
        ("margin", [1, 0, 2, 3]),  # 0.325, 0.2, 0.01, 0.01
        ("entropy", [0, 2, 1, 3]),  # 0.673, 0.693, 0.998, 1.0986
    ],
)
@pytest.mark.parametrize("temperature", [0, 0.1, 1, 5])
def test_certain_positions_come_first(order: str, expected: list[int], temperature: float) -> None:
    """The order looks at temperature 1 whatever the tokens are drawn at."""
    revealed = _reveal_order(TableDenoiser(RANKED), order=order, temperature=temperature)
    if order == "margin":
        # 0.505 - 0.495 and 0.34 - 0.33 differ in their last bits only.
        revealed, expected = revealed[:2], expected[:2]
    assert revealed == expected


@pytest.mark.parametrize(
    ("order", "first"), [("confidence", {0, 1}), ("margin", {0, 1}), ("entropy", {0, 2})]
)
def test_several_positions_of_a_step_are_the_most_certain(order: str, first: set[int]) -> None:
    denoiser = TableDenoiser(RANKED)
    generate(
        denoiser,
        np.array([2, 2]),
        instance_noise(range(20), 4, seed=0),
        decoding=MaskedDecoding(order=order),
    )
    known = denoiser.states[1] != denoiser.mask_token_id
    expected = [position in first for position in range(4)]
    assert known.tolist() == [expected] * 20


@pytest.mark.parametrize("order", ORDERS)
def test_ties_follow_the_random_order(order: str) -> None:
    denoiser = _uniform_table(8)
    expected = instance_noise([5], 8, seed=1).permutation[0].tolist()
    assert _reveal_order(denoiser, order=order) == expected


@pytest.mark.parametrize("order", ORDERS)
def test_temperature_zero_takes_the_most_probable_token(order: str) -> None:
    table = np.random.default_rng(7).dirichlet(np.ones(5), size=6)
    samples = generate(
        TableDenoiser(table),
        np.array([2, 4]),
        instance_noise(range(50), 6, seed=0),
        decoding=MaskedDecoding(order=order, temperature=0),
    )
    assert (samples.tokens.numpy() == table.argmax(axis=1)).all()


@pytest.mark.parametrize("temperature", [0.25, 0.5, 1, 3])
def test_temperature_raises_probabilities_to_its_inverse(temperature: float) -> None:
    table = np.array([[0.5, 0.3, 0.2]])
    noise = instance_noise(range(20_000), 1, seed=5)
    samples = generate(
        TableDenoiser(table),
        np.array([1]),
        noise,
        decoding=MaskedDecoding(temperature=temperature),
    )
    expected = table[0] ** (1 / temperature)
    expected /= expected.sum()
    seen = np.bincount(samples.tokens.numpy().ravel(), minlength=3)
    assert stats.chisquare(seen, expected * 20_000).pvalue > 1e-3


def test_tiny_temperature_agrees_with_zero() -> None:
    table = np.random.default_rng(7).dirichlet(np.ones(5), size=6)
    noise = instance_noise(range(50), 6, seed=0)
    samples = generate(
        TableDenoiser(table), np.array([2, 4]), noise, decoding=MaskedDecoding(temperature=1e-6)
    )
    assert (samples.tokens.numpy() == table.argmax(axis=1)).all()


@pytest.mark.parametrize(
    "counts",
    [[2, 2], [6], [6, -1], [0, 0], [[3, 2], [2, 2]], [[5, 0], [6, -1]]],
)
def test_counts_that_do_not_fit_are_refused(counts: list[int] | list[list[int]]) -> None:
    with pytest.raises(ValueError, match="counts must be >= 0 and sum to the length 5"):
        generate(_uniform_table(5), np.array(counts), instance_noise([0, 1], 5, seed=0))


def test_noise_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="sum to the length 5"):
        generate(_uniform_table(5), np.array([4]), instance_noise([0], 4, seed=0))


def test_unknown_orders_are_refused() -> None:
    noise = instance_noise([0], 5, seed=0)
    message = (
        r"order\n  Input should be 'random', 'confidence', 'margin' or 'entropy' "
        r".*input_value='leftmost'"
    )
    with pytest.raises(ValueError, match=message):
        generate(
            _uniform_table(5), np.array([5]), noise, decoding=MaskedDecoding(order="leftmost")
        )


@pytest.mark.parametrize(
    ("temperature", "accepted"),
    [
        (-1e-9, "greater than or equal to 0"),
        (-1.0, "greater than or equal to 0"),
        (math.nan, "a finite number"),
    ],
)
def test_negative_temperatures_are_refused(temperature: float, accepted: str) -> None:
    noise = instance_noise([0], 5, seed=0)
    with pytest.raises(
        ValueError,
        match=f"temperature\n  Input should be {accepted} .*input_value={temperature},",
    ):
        generate(
            _uniform_table(5),
            np.array([5]),
            noise,
            decoding=MaskedDecoding(temperature=temperature),
        )

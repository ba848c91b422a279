"""Exact conditionals of enumerated laws against brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from mdm_opt.errors import InputError
from mdm_opt.models.base import Denoiser, checked_model
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import EnumeratedLaw

LENGTH, SYMBOLS = 4, "xyz"
MASK = len(SYMBOLS)


@pytest.fixture(scope="module")
def law() -> EnumeratedLaw:
    """A random weighted law on 20 of the 81 words of four letters."""
    rng = np.random.default_rng(5)
    words = np.array(list(itertools.product(range(len(SYMBOLS)), repeat=LENGTH)))
    return EnumeratedLaw(
        words[rng.choice(len(words), 20, replace=False)], rng.dirichlet(np.ones(20)), SYMBOLS
    )


def brute_force(law: EnumeratedLaw, row: tuple[int, ...], position: int) -> list[float]:
    """p(token at ``position`` | revealed tokens of ``row``), one outcome after the other."""
    weights = [0.0] * len(SYMBOLS)
    for outcome, probability in zip(law.outcomes, law.probabilities, strict=True):
        if all(known in (MASK, token) for known, token in zip(row, outcome, strict=True)):
            weights[outcome[position]] += probability
    total = sum(weights)
    return [weight / total for weight in weights] if total else [1 / 3] * 3


def test_conditionals_equal_brute_force_in_every_state(law: EnumeratedLaw) -> None:
    states = list(itertools.product(range(MASK + 1), repeat=LENGTH))
    denoiser = EnumeratedDenoiser(law)
    positions = torch.arange(LENGTH).expand(len(states), -1)
    found = denoiser.log_probs(torch.tensor(states), positions)
    expected = [[brute_force(law, row, where) for where in range(LENGTH)] for row in states]
    # Sums of at most 20 products in float64.
    np.testing.assert_allclose(found.exp().numpy(), expected, rtol=0, atol=1e-13)
    off_support = [not any(_fits(row, outcome) for outcome in law.outcomes) for row in states]
    assert 0 < sum(off_support) < len(states)
    np.testing.assert_allclose(found[off_support].exp().numpy(), 1 / 3, rtol=1e-15)


def _fits(row: tuple[int, ...], outcome: np.ndarray) -> bool:
    return all(known in (MASK, token) for known, token in zip(row, outcome, strict=True))


def test_positions_may_repeat_and_come_in_any_order(law: EnumeratedLaw) -> None:
    denoiser = EnumeratedDenoiser(law)
    tokens = torch.full((2, LENGTH), MASK)
    tokens[1, 1] = law.outcomes[0, 1]
    everywhere = denoiser.log_probs(tokens, torch.arange(LENGTH).expand(2, -1))
    picked = denoiser.log_probs(tokens, torch.tensor([[3, 0, 3], [2, 2, 0]]))
    assert picked.shape == (2, 3, 3)
    assert torch.equal(picked[0], everywhere[0, [3, 0, 3]])
    assert torch.equal(picked[1], everywhere[1, [2, 2, 0]])


def test_is_a_denoiser_without_a_generated_mask(law: EnumeratedLaw) -> None:
    denoiser = EnumeratedDenoiser(law)
    assert isinstance(denoiser, Denoiser)
    assert checked_model(denoiser, "test") is denoiser
    assert (denoiser.length, denoiser.vocab_size, denoiser.mask_token_id) == (4, 3, 3)
    tokens, where = torch.full((1, LENGTH), MASK), torch.zeros((1, 1), dtype=torch.int64)
    assert denoiser.log_probs(tokens, where).dtype == torch.float64


def test_full_cache_is_emptied_and_answers_stay_the_same(
    law: EnumeratedLaw, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = torch.tensor(list(itertools.product(range(MASK + 1), repeat=LENGTH)))
    positions = torch.arange(LENGTH).expand(len(states), -1)
    expected = EnumeratedDenoiser(law).log_probs(states, positions)
    monkeypatch.setattr("mdm_opt.models.enumerated._CACHE_BYTES", 3 * 8 * LENGTH * MASK)
    small = EnumeratedDenoiser(law)
    assert torch.equal(small.log_probs(states, positions), expected)
    assert len(small._seen) <= 3


def test_decode_and_encode_are_inverse(law: EnumeratedLaw) -> None:
    denoiser = EnumeratedDenoiser(law)
    texts = ["".join(SYMBOLS[token] for token in outcome) for outcome in law.outcomes]
    tokens = denoiser.encode(texts)
    assert tokens.dtype == torch.int64
    assert np.array_equal(tokens.numpy(), law.outcomes)
    assert denoiser.decode(tokens) == texts
    assert denoiser.encode([]).shape == (0, LENGTH)


@pytest.mark.parametrize("text", ["xyz", "xyzxy", "", "xyzq", "XYZX"])
def test_encode_refuses_what_is_no_sequence_of_the_law(law: EnumeratedLaw, text: str) -> None:
    with pytest.raises(InputError, match=rf"'{text}' is no sequence of 4 out of 'xyz'"):
        EnumeratedDenoiser(law).encode(["xxxx", text])


def test_fingerprint_follows_the_law(law: EnumeratedLaw) -> None:
    original = EnumeratedDenoiser(law).fingerprint
    again = EnumeratedLaw(law.outcomes.copy(), law.probabilities.copy(), SYMBOLS)
    assert EnumeratedDenoiser(again).fingerprint == original
    others = [
        EnumeratedLaw(law.outcomes, law.probabilities, "xyw"),
        EnumeratedLaw(law.outcomes, law.probabilities[::-1], SYMBOLS),
        EnumeratedLaw(law.outcomes[:, ::-1], law.probabilities, SYMBOLS),
    ]
    assert original not in {EnumeratedDenoiser(other).fingerprint for other in others}

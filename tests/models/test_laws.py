"""Laws that are given by their outcomes, and the known ones."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import LAWS, EnumeratedLaw, bimodal, count_templates
from mdm_opt.sudoku import is_valid

ONE_WORD = np.zeros((1, 2), dtype=np.int64)


@pytest.mark.parametrize(
    ("outcomes", "probabilities", "message"),
    [
        (np.zeros(3, dtype=np.int64), [0.2, 0.3, 0.5], "do not fit"),
        (ONE_WORD, [0.5, 0.5], "do not fit"),
        (ONE_WORD, [[1.0]], "do not fit"),
        (np.zeros((1, 0), dtype=np.int64), [1.0], "do not fit"),
        (np.zeros((0, 2), dtype=np.int64), [], "do not fit"),
        (np.array([[0, 2]]), [1.0], r"token ids must lie in 0\.\.1"),
        (np.array([[0, -1]]), [1.0], r"token ids must lie in 0\.\.1"),
        (np.array([[0, 1], [0, 1]]), [0.5, 0.5], "listed twice"),
        (np.array([[0, 1], [1, 1]]), [1.0, 0.0], "positive and sum to 1"),
        (np.array([[0, 1], [1, 1]]), [1.5, -0.5], "positive and sum to 1"),
        (np.array([[0, 1], [1, 1]]), [0.5, 0.4], "positive and sum to 1"),
        (ONE_WORD, [np.nan], "positive and sum to 1"),
    ],
)
def test_laws_that_do_not_fit_are_refused(
    outcomes: np.ndarray, probabilities: list[float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        EnumeratedLaw(outcomes, np.array(probabilities), "ab")


def test_repeated_symbols_are_refused() -> None:
    with pytest.raises(ValueError, match="symbol"):
        EnumeratedLaw(np.array([[0, 1]]), np.array([1.0]), "aa")


@pytest.mark.parametrize(
    ("name", "outcomes", "length", "vocabulary"),
    [("toy_extremes", 2, 5, 2), ("toy_balanced", 20, 5, 2), ("sudoku4", 288, 16, 4)],
)
def test_known_laws_have_their_sizes(
    name: str, outcomes: int, length: int, vocabulary: int
) -> None:
    law = LAWS[name]()
    assert law.outcomes.shape == (outcomes, length)
    assert law.vocab_size == vocabulary
    np.testing.assert_allclose(law.probabilities, 1 / outcomes, rtol=1e-15)


def test_known_laws_hold_what_they_say() -> None:
    texts = {name: set(_texts(law())) for name, law in LAWS.items()}
    assert texts["toy_extremes"] == {"aaaaa", "bbbbb"}
    assert {text.count("a") for text in texts["toy_balanced"]} == {2, 3}
    assert all(is_valid(sorted(texts["sudoku4"])))
    assert len(texts["bimodal"]) == 9
    assert len(texts["count_templates"]) == 125


def entropy(law: EnumeratedLaw) -> float:
    return float(-law.probabilities @ np.log(law.probabilities))


def test_one_count_with_two_modes() -> None:
    law = bimodal()
    assert (law.length, law.vocab_size, law.symbols[8]) == (1, 9, "8")
    np.testing.assert_allclose(law.probabilities, law.probabilities[::-1], rtol=1e-12)
    assert law.probabilities[0] == pytest.approx((0.85**8 + 0.15**8) / 2)
    assert entropy(law) == pytest.approx(2.029166, abs=5.1e-7)


@pytest.mark.parametrize(
    ("noise", "outcomes", "nats"),
    [(0, 4, 1.386294), (0.1, 125, 2.483202), (1, 125, 3 * np.log(5))],
)
def test_templates_of_counts(noise: float, outcomes: int, nats: float) -> None:
    law = count_templates(noise)
    assert law.outcomes.shape == (outcomes, 3)
    assert entropy(law) == pytest.approx(nats, abs=5.1e-7)
    if noise == 0:
        assert set(_texts(law)) == {"440", "044", "404", "111"}


@pytest.mark.parametrize("noise", [-0.1, 1.1, np.nan])
def test_noise_that_is_no_probability_is_refused(noise: float) -> None:
    with pytest.raises(ValueError, match=r"noise must lie in \[0, 1\]"):
        count_templates(noise)


def _texts(law: EnumeratedLaw) -> list[str]:
    return EnumeratedDenoiser(law).decode(torch.from_numpy(law.outcomes))


def test_a_uniform_law_gives_all_outcomes_the_same_share() -> None:
    law = EnumeratedLaw.uniform([[0, 1], [1, 0], [1, 1]], "ab")
    assert law.outcomes.tolist() == [[0, 1], [1, 0], [1, 1]]
    assert law.outcomes.dtype == np.int64
    assert law.probabilities.tolist() == [1 / 3] * 3
    assert (law.length, law.vocab_size, law.symbols) == (2, 2, "ab")


def _law_array(name: str) -> np.ndarray:
    law = LAWS[name]()
    found = np.zeros((law.vocab_size,) * law.length)
    found[tuple(law.outcomes.T)] = law.probabilities
    return found


def test_templates_with_noise() -> None:
    found = _law_array("templates4")
    assert found.shape == (4, 4, 4, 4)
    assert found.sum() == pytest.approx(1)
    right, wrong = 0.95 + 0.05 / 4, 0.05 / 4
    # 0123 agrees with 0033 at both ends, with 1122 in the middle, with 3210 nowhere.
    expected = (right**4 + 2 * right**2 * wrong**2 + wrong**4) / 4
    assert found[0, 1, 2, 3] == pytest.approx(expected)


def test_a_chain_follows_itself() -> None:
    found = _law_array("chain")
    assert found.shape == (3,) * 5
    assert found[0, 0, 1, 0, 0] == pytest.approx(0.85 * 0.10 * 0.05 * 0.85 / 3)
    np.testing.assert_allclose(found.sum(axis=(1, 2, 3, 4)), 1 / 3)


def test_ordinal_pictures() -> None:
    board = _law_array("checkerboard")
    assert (board > 0).sum() == 512
    assert board[0, 0] == board[31, 31] == board[8, 8] == pytest.approx(1 / 512)
    assert board[0, 8] == board[31, 0] == 0
    rings = _law_array("gaussians")
    assert rings.sum() == pytest.approx(1)
    np.testing.assert_allclose(rings, rings.T, rtol=1e-12)
    np.testing.assert_allclose(rings, rings[::-1], rtol=1e-12)
    # Of the bump around (25.5, 15.5), of which the others are too far away to matter.
    ratio = np.exp(-((25.5 - 27) ** 2 - (25.5 - 26) ** 2) / (2 * 1.5**2))
    assert rings[27, 15] / rings[26, 15] == pytest.approx(ratio, rel=1e-5)

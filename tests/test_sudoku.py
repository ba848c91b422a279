"""Sudoku grids: enumeration, uniform sampling and the verifier."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from mdm_opt.models.laws import sudoku4
from mdm_opt.sudoku import BOX_SHAPES, are_valid, canonical_grids, is_valid, sample_grids

NINE = (
    "534678912672195348198342567859761423426853791713924856961537284287419635345286179"
)  # fmt: skip
FOUR = "1234341221434321"
SIX = "123456456123231564564231312645645312"


def _plainly_valid(digits: list[int], side: int) -> bool:
    """The rules, cell by cell."""
    rows, columns = BOX_SHAPES[side]
    units: dict[tuple[str, int, int], set[int]] = {}
    for cell, digit in enumerate(digits):
        row, column = divmod(cell, side)
        for unit in (
            ("row", row, 0),
            ("column", column, 0),
            ("box", row // rows, column // columns),
        ):
            units.setdefault(unit, set()).add(digit)
    return all(seen == set(range(side)) for seen in units.values())


def test_there_are_288_grids_of_side_4() -> None:
    outcomes = sudoku4().outcomes
    brute = {
        sum(rows, ())
        for rows in itertools.product(itertools.permutations(range(4)), repeat=4)
        if all(len({row[column] for row in rows}) == 4 for column in range(4))
        and _plainly_valid(list(sum(rows, ())), 4)
    }
    assert len(brute) == 288
    assert {tuple(row) for row in outcomes.tolist()} == brute
    assert outcomes.shape == (288, 16)


@pytest.mark.parametrize(("side", "number"), [(4, 12), (6, 39_168)])
def test_canonical_grids_are_valid_and_distinct(side: int, number: int) -> None:
    grids = canonical_grids(side)
    assert grids.shape == (number, side * side)
    assert are_valid(grids).all()
    assert len(np.unique(grids, axis=0)) == number
    assert (grids[:, :side] == np.arange(side)).all()
    assert all(_plainly_valid(grid, side) for grid in grids[:: number // 12].tolist())


def test_side_9_is_not_enumerated() -> None:
    with pytest.raises(ValueError, match="side 9 cannot be enumerated"):
        canonical_grids(9)
    with pytest.raises(ValueError, match="side 9 cannot be enumerated"):
        sample_grids(1, 9, rng=np.random.default_rng(0))


def test_samples_of_side_4_are_uniform() -> None:
    grids = sample_grids(288 * 40, 4, rng=np.random.default_rng(3))
    distinct, seen = np.unique(grids, axis=0, return_counts=True)
    assert len(distinct) == 288
    assert are_valid(distinct).all()
    assert stats.chisquare(seen).pvalue > 1e-3


def test_samples_of_side_6_are_valid_and_relabelled() -> None:
    grids = sample_grids(2000, 6, rng=np.random.default_rng(4))
    assert grids.shape == (2000, 36)
    assert are_valid(grids).all()
    for cell in (0, 20):
        seen = np.bincount(grids[:, cell], minlength=6)
        assert stats.chisquare(seen).pvalue > 1e-3


def test_samples_repeat_with_their_generator() -> None:
    first, again, other = (sample_grids(5, 6, rng=np.random.default_rng(s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("text", [FOUR, SIX, NINE], ids=["4", "6", "9"])
def test_solved_grids_are_valid(text: str) -> None:
    side = round(len(text) ** 0.5)
    lines = "\n".join(text[start : start + side] for start in range(0, len(text), side))
    assert is_valid([text, " ".join(text), lines + "\n"]) == [True, True, True]


@pytest.mark.parametrize("text", [FOUR, SIX, NINE], ids=["4", "6", "9"])
def test_one_wrong_cell_makes_a_grid_invalid(text: str) -> None:
    side = round(len(text) ** 0.5)
    changed = [
        text[:cell] + str(int(text[cell]) % side + 1) + text[cell + 1 :]
        for cell in range(len(text))
    ]
    assert not any(is_valid(changed))


def test_each_rule_is_checked() -> None:
    def text(rows: list[list[int]]) -> str:
        return "".join(str(digit + 1) for row in rows for digit in row)

    latin = text([[(row + column) % 4 for column in range(4)] for row in range(4)])
    same_columns = text([[0, 1, 2, 3]] * 4)
    same_rows = text([[digit] * 4 for digit in range(4)])
    assert is_valid([latin, same_columns, same_rows]) == [False, False, False]


@pytest.mark.parametrize(
    "text",
    ["", "1", FOUR[:-1], FOUR + "1", SIX[:-1], NINE + "1", "1" * 16, "a" + FOUR[1:],
     "0" + FOUR[1:], "5" + FOUR[1:], "-" + FOUR[1:], "²" + FOUR[1:], "?" * 16, "1" * 25],
)  # fmt: skip
def test_other_texts_are_invalid(text: str) -> None:
    assert is_valid([text]) == [False]


def test_no_samples_give_no_verdicts() -> None:
    assert is_valid([]) == []


@pytest.mark.parametrize("side", [4, 6])
def test_arrays_with_a_foreign_cell_are_invalid(side: int) -> None:
    grids = np.repeat(canonical_grids(side)[:1], 3, axis=0)
    grids[1, 5], grids[2, 0] = -1, side
    assert are_valid(grids).tolist() == [True, False, False]


def test_verdicts_agree_with_the_rules_cell_by_cell() -> None:
    rng = np.random.default_rng(8)
    grids = sample_grids(200, 6, rng=rng)
    rows = np.arange(100)
    left, right = rng.integers(36, size=(2, 100))
    grids[rows, left], grids[rows, right] = grids[rows, right], grids[rows, left]
    expected = [_plainly_valid(grid, 6) for grid in grids.tolist()]
    assert are_valid(grids).tolist() == expected
    assert 100 <= sum(expected) < 200

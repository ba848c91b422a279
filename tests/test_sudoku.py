"""Sudoku grids: enumeration, uniform sampling and the verifier."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from mdm_opt.models.laws import sudoku4
from mdm_opt.sample_texts import lines_of, plain
from mdm_opt.sudoku import (
    BOX_SHAPES,
    are_valid,
    canonical_grids,
    is_valid,
    sample_grids,
    show,
    unit_indices,
)

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


def test_a_grid_is_shown_with_boxes_and_without_marks_where_it_is_solved() -> None:
    lines = lines_of(show("123456456123231564564231312645645312"))
    assert plain(lines).splitlines() == [
        "1 2 3 | 4 5 6",
        "4 5 6 | 1 2 3",
        "------+------",
        "2 3 1 | 5 6 4",
        "5 6 4 | 2 3 1",
        "------+------",
        "3 1 2 | 6 4 5",
        "6 4 5 | 3 1 2",
    ]


@pytest.mark.parametrize("side", [4, 6, 9])
def test_wrong_cells_are_those_that_clash_or_are_no_digits(side: int) -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        cells = rng.integers(0, side + 1, size=side * side)
        text = "".join(map(str, cells))
        units = unit_indices(side)
        expected = {
            at
            for at, cell in enumerate(cells)
            if cell == 0
            or any(
                cells[other] == cell and other != at and (units[:, other] == units[:, at]).any()
                for other in range(side * side)
            )
        }
        pieces = [piece for line in lines_of(show(text)) for piece in line]
        marks = [mark for piece, mark in pieces if piece.isalnum()]
        assert {at for at, mark in enumerate(marks) if mark} == expected


def test_the_cells_of_the_prompt_belong_to_the_grid() -> None:
    assert show("3412\n2143 4321", "12 34") == show("1234341221434321")


def test_what_was_given_is_never_marked() -> None:
    lines = plain(lines_of(show("1 3412 2143 4321", "1 2 3"))).splitlines()
    # The last 1 of the first row clashes with one that was given and two that were not.
    assert lines[:4] == ["1 2 | 3 1", "        ^", "3 4 | 1 2", "      ^"]
    assert lines[-2:] == ["4 3 | 2 1", "        ^"]


@pytest.mark.parametrize("text", ["", "12", "1" * 25, "1" * 37])
def test_what_makes_no_grid_is_shown_as_it_is(text: str) -> None:
    assert show(text) == text

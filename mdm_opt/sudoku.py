"""Sudoku grids of any box shape: enumeration, uniform sampling and a verifier.

They are this project's verifiable task: data are generated, not downloaded, and whether a sample
is right is a fact. Digits are written ``1..n`` in text and counted ``0..n-1`` in arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

Grids = npt.NDArray[np.int8]

# Side length of a grid -> (rows, columns) of one box.
BOX_SHAPES: dict[int, tuple[int, int]] = {4: (2, 2), 6: (2, 3), 9: (3, 3)}


@cache
def unit_indices(side: int) -> npt.NDArray[np.int64]:
    """Cells of every row, column and box of a grid.

    Args:
        side: side length, one of 4, 6, 9.

    Returns:
        int64 ``(3, side * side)``: for every cell the index of its row, its column and its box.
    """
    box_rows, box_columns = BOX_SHAPES[side]
    rows, columns = np.divmod(np.arange(side * side), side)
    boxes = rows // box_rows * (side // box_columns) + columns // box_columns
    return np.stack([rows, columns, boxes]).astype(np.int64)


@cache
def canonical_grids(side: int) -> Grids:
    """Every grid whose first row is ``0, 1, ..., side - 1``.

    Relabelling the digits of these gives every grid exactly once, hence a uniform sampler.

    Args:
        side: side length, 4 (12 grids) or 6 (39,168 grids); 9 has too many.

    Returns:
        int8 ``(grids, side * side)``.

    Raises:
        ValueError: for a side that cannot be enumerated.
    """
    if side not in (4, 6):
        raise ValueError(f"grids of side {side} cannot be enumerated; sides 4 and 6 can")
    # Plain integers: arrays of three elements cost ten times more here.
    units = [tuple(3 * index + kind for kind, index in enumerate(cell))
             for cell in unit_indices(side).T.tolist()]  # fmt: skip
    used = [0] * (3 * side)
    grid = [0] * (side * side)
    found: list[list[int]] = []

    def toggle(cell: int, digit: int) -> None:
        for unit in units[cell]:
            used[unit] ^= 1 << digit

    def fill(cell: int) -> None:
        if cell == side * side:
            found.append(grid.copy())
            return
        row, column, box = units[cell]
        taken = used[row] | used[column] | used[box]
        for digit in range(side):
            if not taken >> digit & 1:
                grid[cell] = digit
                toggle(cell, digit)
                fill(cell + 1)
                toggle(cell, digit)

    for column in range(side):
        grid[column] = column
        toggle(column, column)
    fill(side)
    return np.array(found, dtype=np.int8)


def sample_grids(count: int, side: int, *, rng: np.random.Generator) -> Grids:
    """Draws grids independently and exactly uniformly.

    Args:
        count: number of grids.
        side: side length, 4 or 6.
        rng: source of randomness.

    Returns:
        int8 ``(count, side * side)`` with digits ``0..side - 1``.
    """
    canonical = canonical_grids(side)
    chosen = canonical[rng.integers(len(canonical), size=count)]
    labels = rng.permuted(np.tile(np.arange(side, dtype=np.int8), (count, 1)), axis=1)
    return np.take_along_axis(labels, chosen.astype(np.int64), axis=1)


def are_valid(grids: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    """Whether every row, column and box holds every digit once.

    Args:
        grids: integers ``(count, side * side)`` with digits ``0..side - 1``; anything else in a
            cell makes the grid invalid.

    Returns:
        bool ``(count,)``.
    """
    count, cells = grids.shape
    side = round(cells**0.5)
    digits = np.arange(side)
    valid = np.ones(count, dtype=np.bool_)
    for kind in unit_indices(side):
        by_unit = grids[:, np.argsort(kind, kind="stable")].reshape(count, side, side)
        valid &= (np.sort(by_unit, axis=2) == digits).all(axis=(1, 2))
    return valid


def is_valid(samples: Sequence[str]) -> list[bool]:
    """Verifier for the `validity` objective: is each text a solved Sudoku grid?

    Args:
        samples: texts; white space is ignored; 16, 36 or 81 digits make a grid of side 4, 6, 9.

    Returns:
        One bool a text.
    """
    return [_is_valid_text("".join(sample.split())) for sample in samples]


def completes(prompt: str, answer: str, reference: str = "") -> bool:
    """Verifier for the `task` objective: do the cells of prompt and answer make a solved grid?

    Args:
        prompt: the first cells.
        answer: the others.
        reference: not looked at; most prompts have many solutions.
    """
    return _is_valid_text("".join((prompt + answer).split()))


def show(text: str, prompt: str = "") -> str | list[list[tuple[str, bool]]]:
    """A grid as people write it, with its wrong cells marked; see `mdm_opt.sample_texts.lines_of`.

    A cell of the sample is wrong where its digit stands once more in its row, column or box, or is
    none of the grid's.

    Args:
        text: of a sample; white space is ignored.
        prompt: cells before it.

    Returns:
        Lines of pieces; the text itself where the cells make no grid.
    """
    given = "".join(prompt.split())
    cells = given + "".join(text.split())
    side = round(len(cells) ** 0.5)
    if side not in BOX_SHAPES or side * side != len(cells):
        return text
    wrong = _wrong_cells(cells, side)
    rows, columns = BOX_SHAPES[side]
    lines: list[list[tuple[str, bool]]] = []
    for row in range(side):
        if row and row % rows == 0:
            dashes = "-" * (2 * columns)
            lines.append([("+-".join([dashes] * (side // columns)).removesuffix("-"), False)])
        line: list[tuple[str, bool]] = []
        for column in range(side):
            between = "" if column == 0 else " | " if column % columns == 0 else " "
            at = row * side + column
            line += [(between, False)] if between else []
            line.append((cells[at], at in wrong and at >= len(given)))
        lines.append(line)
    return lines


def _wrong_cells(cells: str, side: int) -> set[int]:
    digits = {str(digit) for digit in range(1, side + 1)}
    wrong = {at for at, cell in enumerate(cells) if cell not in digits}
    for kind in unit_indices(side):
        seen: dict[tuple[int, str], list[int]] = {}
        for at, cell in enumerate(cells):
            seen.setdefault((int(kind[at]), cell), []).append(at)
        wrong |= {at for places in seen.values() if len(places) > 1 for at in places}
    return wrong


def _is_valid_text(text: str) -> bool:
    side = round(len(text) ** 0.5)
    if side not in BOX_SHAPES or side * side != len(text) or not text.isdecimal():
        return False
    return bool(are_valid(np.array([[int(digit) - 1 for digit in text]]))[0])

"""Batches that fit: sizes are halved, results stay, and other errors are let through."""

from __future__ import annotations

import pytest
import torch

from mdm_opt.memory import fitting, in_fitting_batches, out_of_memory

FULL = torch.cuda.OutOfMemoryError("CUDA out of memory")


class Room:
    """Work that fits up to a size, and what it was asked to do."""

    def __init__(self, room, error=FULL):
        self.room, self.error, self.asked = room, error, []

    def size(self, size):
        self.asked.append(size)
        if size > self.room:
            raise self.error
        return f"done {size}"

    def batch(self, items):
        self.size(len(items))
        return list(items)


@pytest.mark.parametrize(
    ("size", "room", "asked"),
    [(12, 12, [12]), (12, 3, [12, 6, 3]), (13, 4, [13, 6, 3]), (5, 1, [5, 2, 1]), (1, 1, [1])],
)
def test_work_is_done_at_the_first_size_that_fits(size, room, asked):
    work = Room(room)
    assert fitting(size, work.size) == (asked[-1], f"done {asked[-1]}")
    assert work.asked == asked


def test_what_does_not_fit_alone_is_an_error():
    work = Room(0)
    with pytest.raises(torch.cuda.OutOfMemoryError):
        fitting(4, work.size)
    assert work.asked == [4, 2, 1]


def test_other_errors_are_raised_at_once():
    work = Room(0, KeyError("a"))
    with pytest.raises(KeyError, match="a"):
        fitting(4, work.size)
    assert work.asked == [4]


@pytest.mark.parametrize(
    ("count", "size", "room", "batches", "fitted"),
    [
        (10, 4, 4, [4, 4, 2], 4),
        (10, 64, 64, [10], 64),
        (10, 12, 3, [10, 5, 2, 2, 2, 2, 2], 2),
        (7, 4, 2, [4, 2, 2, 2, 1], 2),
        (0, 4, 4, [], 4),
    ],
)
def test_batches_are_smaller_from_where_one_does_not_fit(count, size, room, batches, fitted):
    work = Room(room)
    parts, found = in_fitting_batches(range(count), size, work.batch)
    assert work.asked == batches
    assert found == fitted
    assert [item for part in parts for item in part] == list(range(count))
    assert max(map(len, parts), default=0) <= room


def test_a_memory_that_fills_up_halves_the_batches_from_there_on():
    work = Room(4)

    def batch(items):
        if items[0] >= 4:
            work.room = 2
        return work.batch(items)

    parts, size = in_fitting_batches(range(10), 4, batch)
    assert (parts, size) == ([[0, 1, 2, 3], [4, 5], [6, 7], [8, 9]], 2)


def caused(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (FULL, True),
        (RuntimeError("cuBLAS: CUDA error: out of memory, sorry"), True),
        (caused(ValueError("x"), caused(KeyError("y"), FULL)), True),
        (RuntimeError("out of memory"), False),
        (ValueError("CUDA error: out of memory"), False),
        (MemoryError(), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), True),
        (caused(ValueError("x"), KeyError("y")), False),
        (None, False),
    ],
    ids=repr,
)
def test_a_full_device_is_known_by_its_error_or_what_caused_it(error, full):
    assert out_of_memory(error) is full

"""Batches that fit into the memory of a device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import torch

_WORDS = ("CUDA error: out of memory", "DefaultCPUAllocator")
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def fitting(size: int, work: Callable[[int], _Result]) -> tuple[int, _Result]:
    """Does some work at the given size, or at half of it, a quarter of it and so on.

    Args:
        size: of the first attempt, at least 1.
        work: of a size; raises where the memory does not suffice.

    Returns:
        The size that fitted, and what came of it.

    Raises:
        Exception: what ``work`` raises at size 1, or for another reason than memory.
    """
    while True:
        try:
            return size, work(size)
        except Exception as error:  # models and devices may raise anything
            if size <= 1 or not out_of_memory(error):
                raise
        # Not inside the handler: the traceback keeps the tensors of the attempt alive.
        torch.cuda.empty_cache()
        size //= 2


def in_fitting_batches(
    items: Sequence[_Item], size: int, work: Callable[[Sequence[_Item]], _Result]
) -> tuple[list[_Result], int]:
    """Does some work batch by batch, in smaller batches from where one does not fit.

    Args:
        items: what the batches are made of, in their order.
        size: of a batch, at least 1.
        work: of a batch; what it gives must not depend on how the items are shared out.

    Returns:
        What came of each batch, and the size that fitted.

    Raises:
        Exception: as `fitting`.
    """
    parts: list[_Result] = []
    done = 0
    while done < len(items):
        rest = items[done : done + size]
        fitted, part = fitting(len(rest), partial(_first, rest, work))
        if fitted < len(rest):
            size = fitted
        parts.append(part)
        done += fitted
    return parts, size


def _first(
    items: Sequence[_Item], work: Callable[[Sequence[_Item]], _Result], count: int
) -> _Result:
    return work(items[:count])


def out_of_memory(error: BaseException | None) -> bool:
    """Whether an exception, or one that it came from, says that a device's memory is full."""
    while error is not None:
        if isinstance(error, torch.cuda.OutOfMemoryError):
            return True
        if isinstance(error, MemoryError):
            return True
        # Some libraries of CUDA say it in words only, as torch does on a CPU.
        if isinstance(error, RuntimeError) and any(words in str(error) for words in _WORDS):
            return True
        error = error.__cause__
    return False

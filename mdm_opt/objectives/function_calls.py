"""How functions of the user's are called, and what they may return.

Python's standard library alone is needed here: `mdm_opt.objectives.function_child` reads this in
a process that should start quickly.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mdm_opt.errors import InputError
from mdm_opt.plugins import one_line

# Kinds of numpy's types that are no real numbers: complex, times, texts, records.
_NO_NUMBERS = frozenset("cmMSUV")


class NoNumber(Exception):
    """Its text says what a function returned instead of what is expected."""


def as_number(value: Any) -> float:
    """The finite number that a function returned.

    Raises:
        NoNumber: where it is none.
    """
    number = _float(value)
    if not math.isfinite(number):
        raise NoNumber(f"returned {value!r:.80}; one finite number is expected")
    return number


def as_numbers(values: Any, count: int) -> list[float]:
    """The numbers that a function returned for samples, not finite ones among them.

    Args:
        values: list, tuple or array of shape ``(count,)``; a masked array hides what it holds.
        count: number of samples.

    Raises:
        NoNumber: for another shape, and for what is no real number.
    """
    expected = f"for {count} samples; one number a sample is expected"
    if _is_masked(values):
        raise NoNumber(f"returned a masked array {expected}")
    shape = _shape(values)
    if shape != (count,):
        raise NoNumber(f"returned shape {shape} {expected}")
    numbers = []
    for value in values:
        number = _float(value)
        if math.isnan(number) and not _is_nan(value):
            raise NoNumber(f"returned {value!r:.80} {expected}")
        numbers.append(number)
    return numbers


def as_vectors(values: Any, count: int) -> list[list[float]]:
    """The vectors of finite numbers that a function returned for samples.

    Args:
        values: list, tuple or array of shape ``(count, width)`` with a width of at least 1.
        count: number of samples.

    Raises:
        NoNumber: for another shape, and for what is no finite real number.
    """
    expected = f"for {count} samples; a vector of finite numbers is expected for each"
    shape = _shape(values)
    if len(shape) != 2 or shape[0] != count or (shape[1] < 1 and count):
        raise NoNumber(f"returned shape {shape} {expected}")
    if any(_is_masked(one) for one in (values, *values)):
        raise NoNumber(f"returned a masked array {expected}")
    rows = [[_float(value) for value in row] for row in values]
    for row, numbers in zip(values, rows, strict=True):
        for value, number in zip(row, numbers, strict=True):
            if not math.isfinite(number):
                raise NoNumber(f"returned {value!r:.80} {expected}")
    return rows


def _float(value: Any) -> float:
    """A value as a float; NaN where it is no real number."""
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if isinstance(value, str | bytes | complex) or kind in _NO_NUMBERS:
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _is_masked(values: Any) -> bool:
    # By name, because numpy need not be loaded.
    return any(kind.__name__ == "MaskedArray" for kind in type(values).__mro__)


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) or getattr(getattr(value, "dtype", None), "kind", "") == "f"


def _shape(values: Any) -> tuple[int, ...]:
    own = getattr(values, "shape", None)
    if own is not None:
        return tuple(int(size) for size in own)
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        return ()
    inner = {_shape(value) for value in values}
    return (len(values), *(inner.pop() if len(inner) == 1 else ()))


def check_arguments(
    function: Callable[..., Any], name: str, options: Mapping[str, Any], key: str
) -> None:
    """Refuses a function that cannot be called as a verifier is.

    Args:
        function: of the user's.
        name: as in the study file.
        options: of the study file.
        key: of the study file, for messages.

    Raises:
        InputError: with what Python says about it.
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(prompt="", answer="", reference="", **options)
    except TypeError as error:
        names = ", ".join(f"{word}=..." for word in ("prompt", "answer", "reference", *options))
        raise InputError(
            f"{key}: {name!r} cannot be called with ({names}): {one_line(error)}"
        ) from error

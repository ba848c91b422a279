"""What a candidate is given by: numbers from ranges, and texts of which one is chosen."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

# Families have floats and texts; arguments of a sampler of the user's may be any of these.
Value = bool | int | float | str


@dataclass(frozen=True)
class Range:
    """A number that a family searches.

    Attributes:
        name: of the parameter, and of its key in ``[space]``.
        accepted: least and largest value that a study file may ask for.
        searched: the ends of the range where a study file says nothing.
        log: whether ratios count, and not differences.
        title: how it is called in pictures; its name where this is empty.
        integer: whether only whole numbers are meant.
        about: what it is, for the reference of the study file.

    Raises:
        ValueError: for ends that are not finite and in order, or not positive where ``log``.
    """

    name: str
    accepted: tuple[float, float]
    searched: tuple[float, float]
    log: bool = True
    title: str = ""
    integer: bool = False
    about: str = ""

    def __post_init__(self) -> None:
        ends = (self.accepted[0], *self.searched, self.accepted[1])
        if not (all(map(math.isfinite, ends)) and tuple(sorted(ends)) == ends):
            raise ValueError(f"{self.name}: {self.searched} must lie within {self.accepted}")
        if self.log and ends[0] <= 0:
            raise ValueError(f"{self.name}: a logarithm needs ends > 0, got {self.accepted}")

    def normal(self, value: object) -> float:
        """A value as a float, or a whole number; ValueError where it is no finite number."""
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        with suppress(OverflowError):
            if number and math.isfinite(found := float(value)):  # type: ignore[arg-type]
                return round(found) if self.integer else found
        raise ValueError(f"{self.name} must be a finite number, got {value!r}")

    def accepts(self, value: object) -> bool:
        """Whether a study file may have this value."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return self.accepted[0] <= value <= self.accepted[1]

    def named(self, name: str) -> Range:
        """This range under another name."""
        return replace(self, name=name)

    def within(self, ends: Sequence[Value]) -> Range:
        """This range, searched between other ends."""
        return replace(self, searched=(float(ends[0]), float(ends[1])))


@dataclass(frozen=True)
class Choice:
    """Options of which a family searches one: texts, or what settings of samplers may be.

    Attributes:
        name: of the parameter, and of its key in ``[space]``.
        accepted: all options that a study file may ask for.
        searched: those that are searched where a study file says nothing; all where empty.
        about: what it is, for the reference of the study file.
    """

    name: str
    accepted: tuple[Value, ...]
    searched: tuple[Value, ...] = ()
    about: str = ""

    def __post_init__(self) -> None:
        if not self.searched:
            object.__setattr__(self, "searched", self.accepted)

    def normal(self, value: object) -> Value:
        """The option that equals a value; ValueError where it is none that is accepted."""
        for option in self.accepted:
            # True equals 1, and is another option.
            if value == option and isinstance(value, bool) == isinstance(option, bool):
                return option
        options = ", ".join(map(str, self.accepted))
        raise ValueError(f"{self.name} must be one of {options}, got {value!r}")

    def accepts(self, value: object) -> bool:
        """Whether a study file may have this value."""
        return value in self.accepted

    def named(self, name: str) -> Choice:
        """This choice under another name."""
        return replace(self, name=name)

    def within(self, options: Sequence[Value]) -> Choice:
        """This choice, of which some options are searched."""
        return replace(self, searched=tuple(options))


Parameter = Range | Choice


def shown(value: Value) -> str:
    """A parameter in tables: three decimals, or three digits where these say little."""
    if isinstance(value, str | int):
        return str(value)
    return f"{value:.3f}" if abs(value) >= 0.1 else f"{value:.3g}"


def whole_number(value: object, what: str) -> int:
    """A whole number, of numpy or not; ValueError that says what it is where it is none."""
    try:
        if isinstance(value, bool):
            raise TypeError
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise ValueError(f"{what} must be an integer, got {value!r}") from None

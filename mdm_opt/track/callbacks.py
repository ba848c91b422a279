"""Functions of the caller's that are told what a study finds."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from mdm_opt.plugins import in_place, one_line, qualified_name

Event = TypeVar("Event")


class Callbacks(Generic[Event]):
    """Calls functions one after the other, and goes on where one of them fails.

    Args:
        functions: each is called with one event.
        report: called with a line about the first failure of each, which is a warning, too.
    """

    def __init__(
        self, functions: Sequence[Callable[[Event], object]], report: Callable[[str], None]
    ) -> None:
        self._functions, self._report = functions, report
        self._failures: dict[int, int] = {}

    def __call__(self, event: Event) -> None:
        """Tells every function of an event."""
        for place, function in enumerate(self._functions):
            try:
                with in_place():
                    function(event)
            except Exception as error:  # a function of the caller's may raise anything
                self._failed(place, f"{type(error).__name__}: {one_line(error)}")

    def end(self) -> None:
        """Says of the functions that have failed again how often they did."""
        for place, failures in self._failures.items():
            if failures > 1:
                self._say(f"callback {self._name(place)} failed {failures} times")

    def _failed(self, place: int, words: str) -> None:
        self._failures[place] = self._failures.get(place, 0) + 1
        if self._failures[place] == 1:
            self._say(f"callback {self._name(place)}: {words}; the study goes on")

    def _name(self, place: int) -> str:
        return qualified_name(self._functions[place])

    def _say(self, line: str) -> None:
        warnings.warn(line, RuntimeWarning, stacklevel=2)
        self._report(line)

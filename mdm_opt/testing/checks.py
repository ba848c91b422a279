"""Findings about a plug-in, which are raised together."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from mdm_opt.plugins import one_line, qualified_name


class Checks:
    """What has been found wrong; everything is looked at before anything is raised."""

    def __init__(self, subject: object, what: str) -> None:
        self._head = f"{qualified_name(subject)} is no {what} of mdm-opt:"
        self._found: list[str] = []

    def expect(self, held: object, message: str) -> bool:
        """Notes a message where something does not hold."""
        if not held:
            self._found.append(message)
        return bool(held)

    def run(self, name: str, check: Callable[[], object]) -> None:
        """Runs some checks; what they raise is a finding, too."""
        try:
            check()
        except Exception as error:  # what is checked may raise anything
            self._found.append(f"{name}: raised {type(error).__name__}: {one_line(error)}")

    @property
    def failed(self) -> bool:
        """Whether anything has been found."""
        return bool(self._found)

    def finish(self) -> None:
        """Raises what has been found."""
        if self._found:
            raise AssertionError("\n- ".join([self._head, *self._found]))

    def give_up(self) -> NoReturn:
        """Raises what has been found where nothing else can be looked at."""
        self.finish()
        raise AssertionError(self._head)


def is_whole(value: object, least: int) -> bool:
    """Whether a value is an integer of at least so much."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least

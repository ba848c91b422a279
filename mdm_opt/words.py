"""Words that all messages and tables share; loads nothing."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """A number of things, e.g. ``1 token`` and ``8 tokens``.

    Args:
        number: of them.
        noun: what one of them is called; takes an s.
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"

"""Words that all messages and tables share; loads nothing."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """A number of things, e.g. ``1 token`` and ``8 tokens``.

    Args:
        number: of them.
        noun: what one of them is called; takes an s.
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def grouped(number: int) -> str:
    """A whole number with its digits in groups of three, e.g. ``12,345``."""
    return f"{number:,}"


# A unit with its seconds, and the next smaller one, which is said beside it.
_UNITS = (("d", 86400, "h", 3600), ("h", 3600, "min", 60), ("min", 60, "s", 1))


def duration(seconds: float) -> str:
    """How long something takes, e.g. ``0.42 s``, ``3 min 20 s`` or ``2 d 5 h``."""
    for large, length, small, part in _UNITS:
        parts = round(seconds / part)
        if parts * part >= length:
            many, rest = divmod(parts, length // part)
            return f"{many} {large} {rest} {small}" if rest else f"{many} {large}"
    return f"{seconds:.3g} s"

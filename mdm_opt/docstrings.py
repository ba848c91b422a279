"""What docstrings say: their summary, their sections, and the entries of these."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass

_SECTION = re.compile(r"(Args|Attributes|Returns|Yields|Raises|Example|Examples):")
_ENTRY = re.compile(r"(\*{0,2}\w+(?:, \*{0,2}\w+)*): ?(.*)")


@dataclass(frozen=True)
class Docstring:
    """A docstring in the style of this package, taken apart.

    Attributes:
        summary: its first paragraph, in one line.
        text: what stands between summary and sections, as it is.
        sections: the lines of each section without their indentation, by its name.
    """

    summary: str
    text: str
    sections: dict[str, str]


def taken_apart(docstring: str | None) -> Docstring:
    """Takes a docstring apart; where there is none, everything is empty."""
    lines = inspect.cleandoc(docstring or "").splitlines()
    parts: dict[str, list[str]] = {"": []}
    name = ""
    for line in lines:
        if _SECTION.fullmatch(line):
            name = line[:-1]
            parts[name] = []
        elif name and line and not line.startswith(" "):
            # A paragraph after the sections belongs to the text.
            name = ""
            parts[""] += ["", line]
        else:
            parts[name].append(line)
    summary, _, text = "\n".join(parts.pop("")).partition("\n\n")
    sections = {key: inspect.cleandoc("\n".join(found)) for key, found in parts.items()}
    return Docstring(" ".join(summary.split()), text.strip(), sections)


def entries(section: str) -> dict[str, str]:
    """The entries of a section, ``name: what it is``, each in one line.

    Args:
        section: its lines; those that go on with an entry are indented.
    """
    found: dict[str, list[str]] = {}
    name = ""
    for line in section.splitlines():
        begun = _ENTRY.fullmatch(line)
        if begun:
            name = begun[1]
            found[name] = [begun[2]]
        elif name:
            found[name].append(line.strip())
    return {name: " ".join(" ".join(lines).split()) for name, lines in found.items()}


def attributes(cls: type) -> dict[str, str]:
    """What the docstrings of a class and of those it extends say of its attributes, by name."""
    found: dict[str, str] = {}
    for one in reversed(cls.__mro__):
        # Not that of a parent, whose entries are there already.
        section = taken_apart(one.__dict__.get("__doc__")).sections.get("Attributes", "")
        found |= entries(section)
    return found


def markdown(text: str) -> str:
    """A text of a docstring as Markdown: code stands between single backticks."""
    return text.replace("``", "`")

"""The texts of samples: what of them can be kept, how they are shown, and which are pictures."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

MAX_CHARACTERS = 1_000_000
# Letters of a block of a sequence, and blocks of a line.
_BLOCK, _BLOCKS = 10, 5

# A line of what is shown: its pieces, and whether each is marked as wrong.
Line = tuple[tuple[str, bool], ...]
# What a model brings to show a text, given its prompt; see `lines_of` for what it returns.
Show = Callable[[str, str], Any]

# PostgreSQL holds no NUL, and UTF-8 has no surrogates.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PICTURE = re.compile(r"data:(image/(?:png|jpeg|webp|gif));base64,")
# How files of each type begin.
_MAGIC = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "image/gif": re.compile(rb"GIF8[79]a"),
}


def storable(text: str) -> str:
    """A text that every database can hold.

    NUL and surrogates become U+FFFD; a text of more than `MAX_CHARACTERS` becomes one line that
    says so, because half a picture is none.
    """
    # Functions of users return subclasses, too, which some drivers refuse.
    text = str(text)
    if len(text) > MAX_CHARACTERS:
        return f"[not kept: {len(text)} characters, more than {MAX_CHARACTERS}]"
    return _UNSTORABLE.sub("\ufffd", text)


def picture(text: str) -> tuple[str, bytes] | None:
    """The picture that a text is.

    Args:
        text: ``data:image/png;base64,...``, or the same of ``jpeg``, ``webp`` or ``gif``. SVG is
            none of them: it can carry scripts.

    Returns:
        Mime type and content of the file; None for any other text, and where the rest is no valid
        base64 or does not begin as a file of that type does.
    """
    head = _PICTURE.match(text)
    if head is None:
        return None
    try:
        content = base64.b64decode(text[head.end() :], validate=True)
    except ValueError:
        return None
    kind = head[1]
    return (kind, content) if _MAGIC[kind].match(content) else None


class Sample(str):
    """The text of a sample, with its prompt and the lines in which its model shows it.

    Attributes:
        prompt: text that it answers; empty where there is none.
        lines: empty where it is shown as it is.
    """

    __slots__ = ("lines", "prompt")
    prompt: str
    lines: tuple[Line, ...]

    def __new__(cls, text: str, prompt: str = "", lines: Iterable[Line] = ()) -> Sample:
        """See the attributes."""
        found = super().__new__(cls, text)
        found.prompt, found.lines = prompt, tuple(lines)
        return found

    @property
    def shown(self) -> str:
        """The text as it is shown where there are no colours."""
        return plain(self.lines) if self.lines else str(self)


def lines_of(shown: Any) -> tuple[Line, ...]:
    """The lines that a model's ``show`` returns.

    Args:
        shown: a text, or a list of lines. A line is a text, or pieces ``(text, marked)``; what is
            marked is wrong in the sample.

    Raises:
        ValueError: for anything else, or more than `MAX_CHARACTERS`.
    """
    given = shown.split("\n") if isinstance(shown, str) else shown
    if not isinstance(given, Sequence):
        raise ValueError(f"is a {type(shown).__name__}, not a text or a list of lines")
    lines = tuple(_line(line) for line in given)
    size = sum(len(text) + 1 for line in lines for text, _ in line)
    if size > MAX_CHARACTERS:
        raise ValueError(f"has {size} characters, more than {MAX_CHARACTERS}")
    return lines


def _line(line: Any) -> Line:
    pieces = [(line, False)] if isinstance(line, str) else line
    if isinstance(pieces, Sequence) and all(map(_is_piece, pieces)):
        return tuple((str(text), bool(marked)) for text, marked in pieces)
    raise ValueError(f"has a line {str(line)[:40]!r}, not a text or pieces (text, marked)")


def _is_piece(piece: Any) -> bool:
    if not isinstance(piece, Sequence) or isinstance(piece, str) or len(piece) != 2:
        return False
    text, marked = piece
    return isinstance(text, str) and "\n" not in text and isinstance(marked, bool)


def plain(lines: Iterable[Line]) -> str:
    """Lines without colours: under a line with something marked another one points at it."""
    from rich.cells import cell_len

    found = []
    for line in lines:
        found.append("".join(text for text, _ in line))
        if any(marked for _, marked in line):
            under = "".join((" ^"[marked]) * cell_len(text) for text, marked in line)
            found.append(under.rstrip())
    return "\n".join(found)


def written_lines(lines: Sequence[Line]) -> str | None:
    """Lines as a text that is kept; None where there are none."""
    if not lines:
        return None
    marked = [any(mark for _, mark in line) for line in lines]
    return json.dumps([
        line if has_marks else "".join(text for text, _ in line)
        for line, has_marks in zip(lines, marked, strict=True)
    ])  # fmt: skip


def read_lines(text: str | None) -> tuple[Line, ...]:
    """What `written_lines` wrote."""
    return () if text is None else lines_of(json.loads(text))


def in_blocks(text: str, _prompt: str = "") -> list[str]:
    """A sequence in blocks of ten letters, 50 a line with the place of the first one before it.

    A text with white space, or of ten letters and less, is one line.
    """
    if len(text) <= _BLOCK or text.split() != [text]:
        return [text]
    wide, width = _BLOCK * _BLOCKS, len(str(len(text)))
    return [
        f"{start + 1:{width}} "
        + " ".join(
            text[at : at + _BLOCK] for at in range(start, min(start + wide, len(text)), _BLOCK)
        )
        for start in range(0, len(text), wide)
    ]

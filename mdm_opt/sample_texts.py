"""The texts of samples: what of them can be kept, and which are pictures."""

from __future__ import annotations

import base64
import re

MAX_CHARACTERS = 1_000_000

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

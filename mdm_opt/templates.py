"""Texts with the keys of a document in braces: ``Question: {question}``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_PIECES = re.compile(r"\{\{|\}\}|\{([^{}]+)\}|[{}]")


@dataclass(frozen=True)
class Template:
    """A text with places for values; what is put there is never looked at for braces.

    Attributes:
        texts: what stands before each place and after the last, one more than there are keys.
        keys: what belongs into each place.
    """

    texts: tuple[str, ...]
    keys: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Template:
        """Reads a template: ``{key}``, and ``{{`` and ``}}`` for braces.

        Raises:
            ValueError: for a brace that belongs to no key.
        """
        texts, keys, end = [""], [], 0
        for piece in _PIECES.finditer(text):
            texts[-1] += text[end : piece.start()]
            end = piece.end()
            if piece[1] is not None:
                keys.append(piece[1])
                texts.append("")
            elif len(piece[0]) == 2:
                texts[-1] += piece[0][0]
            else:
                raise ValueError(
                    f"{piece[0]!r} at character {piece.start() + 1} belongs to no {{key}}; "
                    f"{piece[0] * 2} stands for a brace"
                )
        texts[-1] += text[end:]
        return cls(tuple(texts), tuple(keys))

    def filled(self, values: Mapping[str, Any]) -> str:
        """The text with values in their places: text as it is, anything else as JSON.

        Raises:
            KeyError: for a key that there is no value of.
        """
        parts = [self.texts[0]]
        for key, text in zip(self.keys, self.texts[1:], strict=True):
            value = values[key]
            parts += [value if isinstance(value, str) else _as_json(value), text]
        return "".join(parts)


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

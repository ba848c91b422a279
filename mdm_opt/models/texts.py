"""What the text of generated tokens is.

``joined``: the strings of the tokens, one after the other. ``decoded``: what the tokenizer makes
of them, read after the tokens that stand before: both are decoded together, and the text is what
follows the part that they share with those alone. So a space that a tokenizer drops where a text
begins is kept where one goes on, and characters that are split between tokens come out whole.

Unless a study file says so (``[model] text``), tokens are joined where every token that the model
can write is one character and stands for it, as in protein models, and decoded elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mdm_opt.models.tokens import special_ids

Rule = Literal["joined", "decoded"]


@dataclass(frozen=True, eq=False)
class Texts:
    """How tokens become texts, and texts tokens.

    Attributes:
        tokenizer: of the model.
        rule: ``joined`` or ``decoded``.
        ends: ids of tokens that end a text.
        special: ids of tokens that stand for no text.
        letters: whether every token that stands for text is one character.
    """

    tokenizer: Any
    rule: Rule
    ends: frozenset[int]
    special: frozenset[int]
    letters: bool

    @classmethod
    def of(
        cls, tokenizer: Any, written: Sequence[int], ends: Sequence[int], rule: Rule | None
    ) -> Texts:
        """The texts of a model.

        Args:
            tokenizer: of the model.
            written: ids of the tokens that the model can write.
            ends: ids of those that end a text.
            rule: None takes ``joined`` where every written token is one character.
        """
        names = tokenizer.convert_ids_to_tokens(list(written))
        long = {i for i, name in zip(written, names, strict=True) if len(name) != 1}
        if rule is None:
            # Tokens that are bytes have names of one character, too, but not of the one they make.
            own = not long and _dense(tokenizer.decode(list(written))) == _dense("".join(names))
            rule = "joined" if own else "decoded"
        letters = long <= set(ends)
        return cls(tokenizer, rule, frozenset(ends), frozenset(special_ids(tokenizer)), letters)

    def after(self, before: Sequence[int], tokens: Sequence[int]) -> str:
        """The text of tokens up to the first end token, where others stand before them."""
        end = next((place for place, token in enumerate(tokens) if token in self.ends), None)
        row = list(tokens[:end])
        if self.rule == "joined":
            return "".join(self.tokenizer.convert_ids_to_tokens(row))
        # Where nothing but special tokens stands before, a text begins here.
        if all(token in self.special for token in before):
            return self._decoded(row)
        return _beyond(self._decoded(list(before)), self._decoded([*before, *row]))

    def ids(self, text: str) -> list[int | None]:
        """Ids of the tokens of a text, None for what is no token."""
        if self.rule == "joined" and self.letters:
            return list(self.tokenizer.convert_tokens_to_ids(list(text)))
        return list(self.tokenizer(text, add_special_tokens=False).input_ids)

    def _decoded(self, row: list[int]) -> str:
        text: str = self.tokenizer.decode(row)
        return text


def _beyond(alone: str, whole: str) -> str:
    """What a text has behind its first part, which was decoded alone, too.

    Spaces that stand in the part alone are those that a clean-up takes away where a text goes on.
    """
    place = 0
    for character in alone:
        if whole[place : place + 1] == character:
            place += 1
        elif character != " ":
            break
    return whole[place:]


def _dense(text: str) -> str:
    """A text without white space."""
    return "".join(text.split())

"""How answers to the documents of a task are scored."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mdm_opt.objectives.sandbox import run_programs
from mdm_opt.objectives.verifiers import Verifier
from mdm_opt.templates import Template


@dataclass(frozen=True)
class Document:
    """A line of the file.

    Attributes:
        place: file and number of the line, for messages.
        values: what the line holds.
        prompt: the prompt's template filled with it.
        reference: the reference's.
    """

    place: str
    values: Mapping[str, Any]
    prompt: str
    reference: str


class Extraction:
    """What a regular expression finds in an answer.

    Args:
        expression: its first group that took part counts, or the whole match where none did;
            None takes the whole text.
        match: whether the ``first`` or the ``last`` match counts.
    """

    def __init__(self, expression: str | None, match: str = "last") -> None:
        self._expression = None if expression is None else re.compile(expression)
        self._place = 0 if match == "first" else -1

    def __call__(self, text: str) -> str | None:
        """The part of the text; None where nothing matches."""
        if self._expression is None:
            return text
        matches = list(self._expression.finditer(text))
        if not matches:
            return None
        found = matches[self._place]
        return next((group for group in found.groups() if group is not None), found[0])


class ExactMatch:
    """1 where what is extracted from an answer is what is extracted from its reference, else 0.

    A reference in which nothing matches counts as it is, an answer as wrong.

    Args:
        extraction: of both.
        normalise: names of normalisations of both, in their order.
    """

    def __init__(self, extraction: Extraction, normalise: Sequence[str]) -> None:
        self._extraction, self._normalise = extraction, tuple(normalise)

    def __call__(self, documents: Sequence[Document], answers: Sequence[str]) -> list[float]:
        return [
            float(self._equal(document, answer))
            for document, answer in zip(documents, answers, strict=True)
        ]

    def expected(self, document: Document) -> str:
        """What an answer is compared with."""
        found = self._extraction(document.reference)
        return self._normal(document.reference if found is None else found)

    def _equal(self, document: Document, answer: str) -> bool:
        found = self._extraction(answer)
        return found is not None and self._normal(found) == self.expected(document)

    def _normal(self, text: str) -> str:
        for name in self._normalise:
            text = NORMALISATIONS[name](text)
        return text


def plain_number(text: str) -> str:
    """A decimal number without separators of thousands, dollar sign and needless zeros.

    ``$1,234.50`` becomes ``1234.5`` and ``18.`` becomes ``18``; other texts stay as they are.
    """
    found = re.fullmatch(r"\s*([-+]?)\s*\$?([0-9,]*)(?:\.([0-9]*))?\s*", text)
    if found is None or not re.search("[0-9]", text):
        return text
    whole = found[2].replace(",", "").lstrip("0") or "0"
    fraction = (found[3] or "").rstrip("0")
    number = f"{whole}.{fraction}" if fraction else whole
    return f"-{number}" if found[1] == "-" and number != "0" else number


_PUNCTUATION = str.maketrans("", "", string.punctuation)
NORMALISATIONS: dict[str, Callable[[str], str]] = {
    "strip": str.strip,
    "lower": str.lower,
    "whitespace": lambda text: " ".join(text.split()),
    "punctuation": lambda text: text.translate(_PUNCTUATION),
    "numbers": plain_number,
}


class RunsCode:
    """1 where the program made of an answer comes to its end in the sandbox, else 0.

    Args:
        program: template of the program.
        extraction: of the answer; without a match the score is 0.
        timeout_seconds: see `run_program`.
        memory_mib: see `run_program`.
    """

    def __init__(
        self,
        program: Template,
        extraction: Extraction,
        *,
        timeout_seconds: float,
        memory_mib: int,
    ) -> None:
        self._program, self._extraction = program, extraction
        self._timeout, self._memory = timeout_seconds, memory_mib

    def __call__(self, documents: Sequence[Document], answers: Sequence[str]) -> list[float]:
        found = [self._extraction(answer) for answer in answers]
        places = [place for place, answer in enumerate(found) if answer is not None]
        programs = [self._filled(documents[place], found[place]) for place in places]
        outcomes = run_programs(programs, timeout_seconds=self._timeout, memory_mib=self._memory)
        scores = [0.0] * len(answers)
        for place, outcome in zip(places, outcomes, strict=True):
            scores[place] = float(outcome.passed)
        return scores

    def _filled(self, document: Document, answer: str | None) -> str:
        own = {"prompt": document.prompt, "answer": answer, "reference": document.reference}
        return self._program.filled({**document.values, **own})


class VerifiedBy:
    """What a function of the user's says of each answer.

    Attributes:
        source: fingerprint of the function's source.
    """

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier
        self.source = verifier.start()

    def __call__(self, documents: Sequence[Document], answers: Sequence[str]) -> list[float]:
        """Scores of answers, each to the document in its place."""
        return [
            self._verifier(prompt=d.prompt, answer=answer, reference=d.reference, place=d.place)
            for d, answer in zip(documents, answers, strict=True)
        ]

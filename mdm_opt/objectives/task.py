"""Objective `task`: answers to the prompts of a file, each with a score."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mdm_opt import config
from mdm_opt.errors import InputError
from mdm_opt.models.base import Denoiser
from mdm_opt.models.prompts import PromptedDenoiser, for_prompts
from mdm_opt.objectives.base import Direction, Scores
from mdm_opt.objectives.documents import Documents
from mdm_opt.objectives.sandbox import check_sandbox
from mdm_opt.objectives.task_judges import (
    Document,
    ExactMatch,
    Extraction,
    RunsCode,
    VerifiedBy,
)
from mdm_opt.objectives.verifiers import Verifier
from mdm_opt.plugins import one_line, user_path
from mdm_opt.processes import Batch
from mdm_opt.templates import Template

PROGRAM = "{answer}\n{reference}"
# What its template may use besides the keys of a line.
_OWN = ("prompt", "answer", "reference")


# Documents and the model's answers in, one number for each out.
Judge = Callable[[Sequence[Document], Sequence[str]], Sequence[float]]


class Task:
    """Scores the answers to prompts; an instance is a document.

    Args:
        documents: all there are.
        prompts: token ids of their prompts.
        which: which of them an instance is.
        judge: scores answers.
        stop: an answer ends before the first of these texts.
        direction: whether less or more is better.
        unit: of the scores.
        fingerprint: hash of the documents.
        source: fingerprint of the source of the user's function that scores, if any.
    """

    name = "task"
    deterministic = False

    def __init__(
        self,
        documents: Sequence[Document],
        prompts: Sequence[list[int]],
        which: Documents,
        judge: Judge,
        *,
        stop: Sequence[str] = (),
        direction: Direction = "maximize",
        unit: str = "accuracy",
        fingerprint: str = "",
        source: str = "",
    ) -> None:
        self.source = source
        # What versions kept that did not look at the function.
        self.earlier_fingerprint = fingerprint
        self.fingerprint = _with_source(fingerprint, source)
        self.direction: Direction = direction
        self.unit = unit
        self._documents, self._prompts, self._which = documents, prompts, which
        self._judge, self._stop = judge, tuple(stop)

    def prompt_ids(self, instances: Sequence[int]) -> list[list[int]]:
        """Token ids of the prompts of instances."""
        return [self._prompts[number] for number in self._which.numbers(instances)]

    def prompt_texts(self, instances: Sequence[int]) -> list[str]:
        """The prompts of instances."""
        return [self._documents[number].prompt for number in self._which.numbers(instances)]

    def score(self, denoiser: Denoiser, batch: Batch) -> Scores:
        """See `Objective.score`; the texts are the answers up to a stop text."""
        samples = batch.sample(denoiser)
        answers = [cut(text, self._stop) for text in batch.texts(denoiser, samples)]
        numbers = self._which.numbers(batch.instances)
        values = self._judge([self._documents[number] for number in numbers], answers)
        return Scores(
            np.array(values, dtype=np.float64),
            samples.nfe.astype(np.float64),
            samples.sequence_calls,
            texts=tuple(answers),
        )


def build_task(
    table: config.TaskObjective,
    denoiser: Denoiser,
    folder: Path | None,
    which: Callable[[int, str], Documents],
) -> Task:
    """Makes the objective of a table.

    Args:
        table: of the study file.
        denoiser: whose prompts the documents become.
        folder: of the study file.
        which: makes `Documents` of their number and what holds them.

    Raises:
        InputError: for a model without prompts, a file that cannot be used, a prompt that does
            not fit into the model, or a score that cannot be had here.
    """
    prompted = for_prompts(denoiser, "task")
    file = user_path(table.data, "[objective] data", folder)
    documents = read_documents(file, table)
    handed_out = which(len(documents), f"[objective] data: {file}")
    judge = _judge_of(table, documents, folder)
    return Task(
        documents,
        [_tokens(prompted, document, table.chat) for document in documents],
        handed_out,
        judge,
        stop=table.stop,
        direction=table.direction,
        unit=table.unit,
        fingerprint=_fingerprint(table, documents),
        source=getattr(judge, "source", ""),
    )


def read_documents(file: Path, table: config.TaskObjective) -> list[Document]:
    """The documents of a file with one JSON object a line; empty lines are passed over.

    Raises:
        InputError: where the file cannot be read, a line is no object or lacks a key of a
            template, two lines have the same prompt, or there are none.
    """
    try:
        # Other separators of lines, which splitlines knows, may stand within a text.
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"[objective] data: cannot read {file}: {one_line(error)}") from error
    templates = _templates(table)
    documents: list[Document] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        document = _document(line, f"{file} line {number}", templates)
        if document.prompt in seen:
            raise InputError(
                f"[objective] data: {file} lines {seen[document.prompt]} and {number} have the "
                "same prompt; search and verification must not share documents, so one of them "
                "has to go"
            )
        seen[document.prompt] = number
        documents.append(document)
    if not documents:
        raise InputError(f"[objective] data: {file} has no documents; one JSON object a line")
    return documents


def _templates(table: config.TaskObjective) -> dict[str, Template]:
    """The templates of a table that its score makes use of, by key."""
    templates = {
        "prompt": Template.of(table.prompt),
        "reference": Template.of(table.reference),
    }
    if table.score == "code":
        templates["program"] = Template.of(table.program or PROGRAM)
    return templates


def _document(line: str, place: str, templates: Mapping[str, Template]) -> Document:
    where = f"[objective] data: {place}"
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where} is no valid JSON: {one_line(error)}") from error
    if not isinstance(values, dict):
        raise InputError(f"{where} is no JSON object: {one_line(line)[:60]!r}")
    for key, template in templates.items():
        own = _OWN if key == "program" else ()
        for name in template.keys:
            if name not in values and name not in own:
                has = one_line(", ".join(values)) or "none"
                raise InputError(f"[objective] {key}: {place} has no key {name!r}; it has: {has}")
    texts = {key: templates[key].filled(values) for key in ("prompt", "reference")}
    try:
        json.dumps([texts, values], ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{where} has a character that is no text: {error}") from error
    return Document(place, values, **texts)


def _tokens(denoiser: PromptedDenoiser, document: Document, chat: bool) -> list[int]:
    try:
        return denoiser.prompt_ids(document.prompt, chat=chat)
    except InputError as error:
        raise InputError(f"[objective] data: {document.place}: {error}") from error


def _fingerprint(table: config.TaskObjective, documents: Sequence[Document]) -> str:
    """SHA-256 of what is used of the documents, and of the function that scores."""
    used = {key for template in _templates(table).values() for key in template.keys}
    values = [{key: d.values[key] for key in used if key in d.values} for d in documents]
    text = json.dumps([table.score, values], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _with_source(documents: str, source: str) -> str:
    """A fingerprint of documents and of the source of the function that scores, where one does."""
    return hashlib.sha256(f"{documents}{source}".encode()).hexdigest() if source else documents


def cut(text: str, stop: Sequence[str]) -> str:
    """A text up to the first place where one of some texts begins."""
    places = [text.find(end) for end in stop]
    return text[: min((place for place in places if place >= 0), default=len(text))]


def _judge_of(
    table: config.TaskObjective, documents: Sequence[Document], folder: Path | None
) -> Judge:
    extraction = Extraction(table.extract, table.extract_match)
    limits: dict[str, Any] = {
        "timeout_seconds": table.timeout_seconds,
        "memory_mib": table.memory_mib,
    }
    if table.score == "exact_match":
        exact = ExactMatch(extraction, table.normalise)
        _refuse_empty(documents, exact.expected, "which an empty answer would match")
        return exact
    if table.score == "code":
        program = Template.of(table.program or PROGRAM)
        if "reference" in program.keys:
            tests = "so that nothing would test the answer"
            _refuse_empty(documents, lambda document: document.reference.strip(), tests)
        check_sandbox()
        return RunsCode(program, extraction, **limits)
    return VerifiedBy(Verifier(table.score, options=table.options, folder=folder, **limits))


def _refuse_empty(
    documents: Sequence[Document], expected: Callable[[Document], str], why: str
) -> None:
    for document in documents:
        if not expected(document):
            raise InputError(
                f"[objective] reference: {document.place} has an empty reference, {why}"
            )

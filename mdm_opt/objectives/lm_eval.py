"""Objective `lm_eval`: answers to a generation task of lm-evaluation-harness."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from mdm_opt.errors import InputError
from mdm_opt.models.base import Denoiser
from mdm_opt.models.prompts import PromptedDenoiser
from mdm_opt.models.tokens import chat_template
from mdm_opt.objectives.base import Direction, Scores
from mdm_opt.objectives.documents import Documents
from mdm_opt.objectives.harness_task import HarnessTask, cut, stop_strings
from mdm_opt.processes import Batch


class LmEval:
    """Scores answers as the harness does; an instance is a document of the task.

    The study's sampler writes the answers: what the task says of temperature and length is not
    followed. They end at the task's stop strings.

    Args:
        task: the task.
        documents: which of its documents an instance is.
        denoiser: whose prompts they become.
        chat: whether they are put into its chat template.
        ready: numbers of the documents that the study needs.
        known: how many of them, in their order, stand in the fingerprint with their prompts.

    Raises:
        InputError: naming the document whose prompt does not fit, or without a chat template.
    """

    name = "lm_eval"
    deterministic = False

    def __init__(
        self,
        task: HarnessTask,
        documents: Documents,
        denoiser: PromptedDenoiser,
        *,
        chat: bool,
        ready: Sequence[int],
        known: int,
    ) -> None:
        self.direction: Direction = task.metric.direction
        self.unit = task.metric.name
        self._task, self._documents, self._denoiser = task, documents, denoiser
        self._template = chat_template(getattr(denoiser, "tokenizer", None)) if chat else None
        self._requests: dict[int, Any] = {}
        self._prompts: dict[int, list[int]] = {}
        self._ask(ready)
        self.fingerprint = self._digest(ready[:known])

    def prompt_ids(self, instances: Sequence[int]) -> list[list[int]]:
        """Token ids of the prompts of instances."""
        numbers = self._documents.numbers(instances)
        self._ask(numbers)
        return [self._prompts[number] for number in numbers]

    def prompt_texts(self, instances: Sequence[int]) -> list[str]:
        """The prompts of instances, as the harness makes them."""
        numbers = self._documents.numbers(instances)
        self._ask(numbers)
        return [str(self._requests[number].args[0]) for number in numbers]

    def score(self, denoiser: Denoiser, batch: Batch) -> Scores:
        """See `Objective.score`."""
        samples = batch.sample(denoiser)
        numbers = self._documents.numbers(batch.instances)
        self._ask(numbers)
        requests = [self._requests[number] for number in numbers]
        texts = [
            cut(text, stop_strings(request))
            for text, request in zip(batch.texts(denoiser, samples), requests, strict=True)
        ]
        values = [
            self._task.value(number, request, text)
            for number, request, text in zip(numbers, requests, texts, strict=True)
        ]
        return Scores(
            np.array(values, dtype=np.float64),
            samples.nfe.astype(np.float64),
            samples.sequence_calls,
            texts=tuple(texts),
        )

    def _ask(self, numbers: Sequence[int]) -> None:
        """Makes the prompts of the documents that have none yet."""
        missing = [number for number in dict.fromkeys(numbers) if number not in self._prompts]
        if not missing:
            return
        requests = self._task.requests(missing, self._template)
        for number in missing:
            context = requests[number].args[0]
            try:
                self._prompts[number] = context_ids(self._denoiser, context)
            except InputError as error:
                raise InputError(f"{self._task.source}: document {number}: {error}") from error
        self._requests |= requests

    def _digest(self, numbers: Sequence[int]) -> str:
        """SHA-256 of how the task scores, of all its documents and of some of its prompts."""
        parts = [
            self._task.content,
            self._task.documents,
            [(self._requests[n].args[0], stop_strings(self._requests[n])) for n in numbers],
        ]
        text = json.dumps(parts, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def context_ids(denoiser: PromptedDenoiser, context: str) -> list[int]:
    """Token ids of a prompt of the harness's, which may begin as the tokenizer begins texts.

    Raises:
        InputError: where the prompt and the answer do not fit into the model.
    """
    ids = denoiser.prompt_ids(context)
    tokenizer: Any = getattr(denoiser, "tokenizer", None)
    first = getattr(tokenizer, "bos_token", None)
    if first and context.startswith(first) and ids[:2] == [tokenizer.bos_token_id] * 2:
        return ids[1:]
    return ids

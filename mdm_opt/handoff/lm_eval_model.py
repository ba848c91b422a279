"""Our sampler as a model of lm-evaluation-harness: ``--model mdm_opt``."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from lm_eval.api.model import LM
from lm_eval.api.registry import register_model
from tqdm import tqdm

from mdm_opt.candidates import BASELINES, Candidate, baseline
from mdm_opt.config import LmEvalObjective, StudyFile, load_study_file
from mdm_opt.errors import InputError
from mdm_opt.handoff.schedule_file import load_schedule
from mdm_opt.measurement import draw, longest_first
from mdm_opt.models.base import Denoiser
from mdm_opt.models.block_causal import attention_block
from mdm_opt.models.prompts import PromptedDenoiser, takes_prompts
from mdm_opt.models.registry import build_denoiser
from mdm_opt.models.tokens import chat_template as apply_template
from mdm_opt.objectives.base import Direction
from mdm_opt.objectives.documents import Documents, document_order
from mdm_opt.objectives.harness import load_task
from mdm_opt.objectives.harness_task import cut, stop_strings
from mdm_opt.objectives.lm_eval import context_ids
from mdm_opt.schedules import block_count
from mdm_opt.study.instances import SET_STARTS, InstanceSets
from mdm_opt.study.problem import problem_of

_log = logging.getLogger("lm_eval")
SETS = ("search", "selection", "verification")
# Batches between two moves of the progress bar.
_BATCHES = 8
# Noise of what is no document of the study: far behind the sets, in as many ids as it has bits.
_FOREIGN_START, _FOREIGN_BITS = SET_STARTS["samples"] + 2**41, 40


class Instances:
    """Which instance of a study a document of its task is, and with it which noise is its own.

    Args:
        documents: of the study's task; none where its objective has no documents.
        study_file: the study.
    """

    def __init__(self, documents: Sequence[Any], study_file: StudyFile) -> None:
        sets = InstanceSets.of(study_file)
        ids = [i for role in SETS for i in sets.ids(role)]
        self._documents = documents
        self._ids: dict[int, int] = {}
        order = document_order(len(documents), study_file.study.seed).tolist()
        for rank, number in enumerate(order):
            beyond = SET_STARTS["samples"] + rank
            self._ids[number] = ids[rank] if rank < len(ids) else beyond
        self._numbers: defaultdict[str, list[int]] = defaultdict(list)
        for number, document in enumerate(documents):
            self._numbers[_digest(document)].append(number)

    def of(self, requests: Sequence[Any]) -> list[int]:
        """Instance ids of the harness's requests of one task, all different."""
        seen: defaultdict[str, int] = defaultdict(int)
        found = []
        for request in requests:
            digest = _digest(request.doc)
            # The harness counts the documents that it was asked for, not those of the task.
            same, place = self._numbers.get(digest, []), seen[digest]
            seen[digest] += 1
            foreign = _FOREIGN_START + int(digest[: _FOREIGN_BITS // 4], 16) + place
            found.append(self._ids[same[place]] if place < len(same) else foreign)
        return found


def _digest(document: Any) -> str:
    text = json.dumps(document, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class _Asked:
    """Prompts as the harness's command gives them, in the place of the study's objective."""

    name, unit, fingerprint = "lm_eval", "score", ""
    direction: Direction = "maximize"
    deterministic = False

    def __init__(self, prompts: Mapping[int, list[int]]) -> None:
        self._prompts = prompts

    def prompt_ids(self, instances: Sequence[int]) -> list[list[int]]:
        return [self._prompts[instance] for instance in instances]

    def score(self, denoiser: Denoiser, batch: Any) -> Any:
        raise NotImplementedError("the harness scores these answers")


@register_model("mdm_opt")
class StudyModel(LM):  # type: ignore[misc]
    """A study's model and sampler under one schedule.

    Every document has the noise that it has in the study. Prompts and stop strings are those that
    the harness gives; answer length, batch size, device and everything else are the study's.

    Args:
        study: path of the study file.
        schedule: path of an exported schedule, or the name of a baseline.
        steps: step count of a baseline.
        batch_size: of the harness's command; the study's holds.
        max_batch_size: likewise.
        device: likewise.

    Raises:
        InputError: where study and schedule cannot be read or do not fit together.
    """

    def __init__(
        self,
        study: Any = None,
        schedule: Any = None,
        steps: int | None = None,
        batch_size: Any = None,
        max_batch_size: Any = None,
        device: Any = None,
        **unknown: Any,
    ) -> None:
        super().__init__()
        # The harness gives values of its own where the command line gives none.
        del batch_size, max_batch_size, device
        if study is None or schedule is None or unknown:
            wrong = f"{next(iter(unknown))!r} is not known" if unknown else "both are needed"
            raise InputError(
                f"--model_args study=STUDY.toml,schedule=SCHEDULE.json: {wrong}; steps=N goes "
                "with the name of a baseline"
            )
        study = str(study)
        study_file = load_study_file(study)
        if study_file.process == "own":
            raise InputError(
                f"{study}: its sampler is not mdm-opt's; the harness is given the arguments that "
                "'mdm-opt export' writes by the model's own interface"
            )
        folder = Path(study).resolve().parent
        denoiser = build_denoiser(study_file.model, folder)
        if not takes_prompts(denoiser):
            raise InputError(f"{study}: the model takes no prompts")
        study_file.check_length(denoiser.length, attention_block(denoiser))
        self._denoiser: PromptedDenoiser = denoiser
        self._tokenizer: Any = getattr(denoiser, "tokenizer", None)
        self._candidate = _candidate(str(schedule), steps, study_file, denoiser)
        documents: list[Any] = []
        if isinstance(study_file.objective, LmEvalObjective):
            documents = load_task(study_file.objective, folder).documents
        self._instances = Instances(documents, study_file)
        self._make = partial(problem_of, study_file, denoiser)
        self._info = {"study": study_file.study.name, "schedule": self._candidate.label}

    def generate_until(self, requests: list[Any], disable_tqdm: bool = False) -> list[str]:
        """Answers, in the order of the requests."""
        by_task: defaultdict[Any, list[int]] = defaultdict(list)
        for place, request in enumerate(requests):
            by_task[request.task_name].append(place)
        answers: dict[int, str] = {}
        with tqdm(total=len(requests), disable=disable_tqdm, desc="answers") as bar:
            for places in by_task.values():
                asked = [requests[place] for place in places]
                for chosen, texts in self._answers(asked):
                    answers |= {places[i]: text for i, text in zip(chosen, texts, strict=True)}
                    bar.update(len(chosen))
        for place, request in enumerate(requests):
            self.cache_hook.add_partial("generate_until", request.args, answers[place])
        return [answers[place] for place in range(len(requests))]

    def _answers(self, requests: list[Any]) -> Iterator[tuple[list[int], list[str]]]:
        """Places of some requests of one task, and their answers, until all are answered."""
        instances = self._instances.of(requests)
        rows = [self._prompt(request) for request in requests]
        problem = self._make(_Asked(dict(zip(instances, rows, strict=True))))
        order = longest_first(problem, instances)
        size = _BATCHES * problem.batch_size
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            texts = draw(problem, self._candidate, [instances[place] for place in chosen]).texts
            yield (
                chosen,
                [
                    cut(text, stop_strings(requests[place]))
                    for place, text in zip(chosen, texts, strict=True)
                ],
            )

    def _prompt(self, request: Any) -> list[int]:
        try:
            return context_ids(self._denoiser, request.args[0])
        except InputError as error:
            where = f"document {request.doc_id} of {request.task_name!r}"
            raise InputError(f"{where}: {error}") from error

    def loglikelihood(self, requests: list[Any]) -> list[tuple[float, bool]]:
        """Refused: a sampler has no likelihood."""
        raise _no_likelihood(requests)

    def loglikelihood_rolling(self, requests: list[Any]) -> list[float]:
        """Refused: a sampler has no likelihood."""
        raise _no_likelihood(requests)

    def apply_chat_template(
        self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True
    ) -> str:
        """Messages in the model's chat template."""
        return apply_template(self._tokenizer)(chat_history, add_generation_prompt)

    def chat_template(self, chat_template: bool | str = False) -> str:
        """The template, which the harness keeps with its results."""
        apply_template(self._tokenizer)
        return str(self._tokenizer.chat_template)

    @property
    def tokenizer_name(self) -> str:
        """Stands for the model in the harness's cache of prompts."""
        return self._denoiser.fingerprint

    def get_model_info(self) -> dict[str, Any]:
        """What the harness keeps with its results."""
        return self._info | {"steps": self._candidate.steps}


def document_numbers(study: str, role: str) -> dict[str, list[int]]:
    """Which documents of its task a study measures, as the harness's ``--samples`` takes them.

    Args:
        study: path of the study file.
        role: ``search``, ``selection`` or ``verification``.

    Raises:
        InputError: where the study has no such task or there is no such set.
    """
    study_file = load_study_file(study)
    table, sets = study_file.objective, InstanceSets.of(study_file)
    if not isinstance(table, LmEvalObjective):
        raise InputError(f"{study}: [objective] kind is {table.kind!r}; 'lm_eval' has documents")
    if role not in SETS:
        raise InputError(f"no set of documents {role!r}; there are {', '.join(SETS)}")
    task = load_task(table, Path(study).resolve().parent)
    count, seed = len(task.documents), study_file.study.seed
    documents = Documents(count, sets.ranks, sets.total, seed, task.source)
    return {task.name: sorted(documents.numbers(sets.ids(role)))}


def _candidate(
    schedule: str, steps: int | None, study_file: StudyFile, denoiser: Denoiser
) -> Candidate:
    """The schedule of the command line, where it fits the study.

    Raises:
        InputError: where it cannot be read, or was measured otherwise.
    """
    if schedule in BASELINES:
        if not isinstance(steps, int) or not 1 <= steps <= denoiser.length:
            raise InputError(
                f"schedule={schedule} needs steps, a number from 1 to {denoiser.length}; got "
                f"{steps!r}"
            )
        _check_blocks(study_file, denoiser, steps)
        return baseline(schedule, steps)
    exported = load_schedule(schedule)
    if steps is not None:
        raise InputError(f"steps={steps}: {schedule} has steps of its own; leave it out")
    values, sampler = exported.schedule, study_file.sampler
    asked: dict[str, Any] = {"length": denoiser.length}
    asked |= {name: getattr(sampler, name) for name in ("reveal", "rounding", "block_length")}
    found = {name: getattr(values, name) for name in asked}
    for name, value in exported.sampler.model_dump().items():
        asked[name], found[name] = getattr(sampler, name), value
    # What the study searches is the schedule's own.
    searched = [one.name for one in study_file.space.settings]
    for name, value in asked.items():
        if found[name] != value and name not in searched:
            raise InputError(
                f"{schedule}: measured with {name} = {found[name]!r}; the study has {value!r}"
            )
    if exported.provenance.model_fingerprint != denoiser.fingerprint:
        _log.warning("%s was measured with another model", schedule)
    brought = {name: found[name] for name in searched if found[name] is not None}
    return replace(exported.candidate, decoding=brought)


def _check_blocks(study_file: StudyFile, denoiser: Denoiser, steps: int) -> None:
    try:
        blocks = study_file.sampler.blocks(denoiser.length)
        block_count(steps, denoiser.length, denoiser.length // blocks)
    except ValueError as error:
        raise InputError(f"steps={steps}: {error}") from error


def _no_likelihood(requests: Sequence[Any]) -> InputError:
    task = requests[0].task_name if requests else None
    return InputError(
        f"task {task!r} asks for log-likelihoods; mdm_opt is a sampler, and answers tasks with "
        "output_type 'generate_until'"
    )

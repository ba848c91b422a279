"""The study file that somebody begins with: short, with a comment where a user decides."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mdm_opt.config.study import parse_study
from mdm_opt.config.toml_values import toml_value
from mdm_opt.errors import InputError
from mdm_opt.plugins import is_reference

# A line of a table and what is said about it.
_Line = tuple[str, str]

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_LENGTHS = {"bundled": 36, "antiberty": 121, "digits": 64}
_LENGTH = 128
# Calls of a sample that are worth looking at first.
_STEPS = {"bundled": (12,), "digits": (4, 8)}


@dataclass(frozen=True)
class Start:
    """What a study file is to be written for.

    Attributes:
        name: of the study.
        model: ``bundled``, ``digits``, ``antiberty``, a folder as the file is to name it, a hub
            id, or ``package.module:factory``.
        is_folder: whether the model is a folder.
        revision: of a hub id; None leaves it open.
        length: of generated sequences in tokens; None takes 128, or that of a model that ships.
        metric: ``module:function``; None takes the bundled model's own, or path KL.
        direction: of a better metric.
        task: of lm-evaluation-harness, in place of a metric.
        steps: step counts; empty takes a few that fit the length.
    """

    name: str
    model: str = "bundled"
    is_folder: bool = False
    revision: str | None = None
    length: int | None = None
    metric: str | None = None
    direction: Literal["minimize", "maximize"] = "maximize"
    task: str | None = None
    steps: Sequence[int] = ()


def study_name(path: str | Path) -> str:
    """The name of a study after its file, without what names may not have."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", Path(path).stem)


def starter_text(start: Start) -> str:
    """A study file with sensible budgets.

    Raises:
        InputError: where what is asked for makes no study: the key, the value, what is accepted.
    """
    if start.metric is not None and not is_reference(start.metric):
        raise InputError(
            f"--metric: {start.metric!r} is not accepted: 'module:function' is expected"
        )
    tables = {
        "study": [(f"name = {toml_value(start.name)}", "")],
        "model": _model(start),
        "sampler": _sampler(start),
        "space": [
            (
                f"steps = {toml_value(_steps(start))}",
                "model calls of a sample: one count or several",
            )
        ],
        "objective": _objective(start),
        "search": [_trials(start)],
        "verify": [_verified(start)],
    }
    parts = ["# Every key is in docs/study-file.md, and in what 'mdm-opt study schema' prints."]
    parts += [_table(name, lines) for name, lines in tables.items() if lines]
    text = "\n\n".join(parts) + "\n"
    parse_study(tomllib.loads(text), "")
    return text


def _table(name: str, lines: Sequence[_Line]) -> str:
    width = max(len(code) for code, _ in lines)
    said = [f"{code:{width}}  # {comment}" if comment else code for code, comment in lines]
    return "\n".join([f"[{name}]", *said])


def _model(start: Start) -> list[_Line]:
    if start.model in _LENGTHS:
        said = {
            "bundled": "ships with mdm-opt and writes 6x6 Sudoku grids",
            "antiberty": "antibodies; needs the extra 'antibody'",
            "digits": "ships with mdm-opt: births of 8x8 digits",
        }[start.model]
        found = [(f"kind = {toml_value(start.model)}", said)]
        if start.model == "antiberty" or start.length is not None:
            found.append((f"length = {_length(start)}", "generated tokens"))
        return found
    if is_reference(start.model):
        module = start.model.partition(":")[0]
        return [
            (f"kind = {toml_value(start.model)}", f"{module}.py may lie beside this file"),
            ('# process = "births"', "or uniform; masked where nothing is said"),
        ]
    if not start.is_folder and not _HUB_ID.fullmatch(start.model):
        raise InputError(
            f"--model: {start.model!r} is not accepted: no folder of that name, and no hub id; "
            f"accepted are {', '.join(_LENGTHS)}, a folder, a hub id and 'package.module:factory'"
        )
    return _checkpoint(start)


def _checkpoint(start: Start) -> list[_Line]:
    revision = "..." if start.revision is None else start.revision
    pinned = f"revision = {toml_value(revision)}"
    if start.revision is None:
        pinned = f"# {pinned}"
    where = "a folder, from this file" if start.is_folder else "of the hub"
    return [
        ('kind = "huggingface"', ""),
        (f"path = {toml_value(start.model)}", where),
        (pinned, "the commit; keeps the weights what they are"),
        ("# trust_remote_code = true", "runs the checkpoint's own code (LLaDA, Dream, MDLM)"),
        (f"length = {_length(start)}", "generated tokens; special ones are never generated"),
    ]


def _length(start: Start) -> int:
    return _LENGTHS.get(start.model, _LENGTH) if start.length is None else start.length


def _steps(start: Start) -> int | list[int]:
    chosen = tuple(start.steps) or _STEPS.get(start.model) or (8, 16)
    if not start.steps:
        half = max(1, _length(start) // 2)
        chosen = tuple(dict.fromkeys(min(one, half) for one in chosen))
    return chosen[0] if len(chosen) == 1 else list(chosen)


def _sampler(start: Start) -> list[_Line]:
    """How a user samples; what path KL leaves open is nothing, nor what is unknown of a model."""
    if _kind(start) == "path_kl" or start.model == "digits" or is_reference(start.model):
        return []
    prompted = start.task is not None
    found = [
        (
            f"order = {toml_value('confidence' if prompted else 'random')}",
            "as you sample: random, confidence, margin or entropy",
        ),
        (f"temperature = {0.0 if prompted else 1.0}", "0 takes the most probable token"),
    ]
    in_blocks = ("# block_length = 32", "where you fill a sequence block by block")
    return found if start.model in _LENGTHS else [*found, in_blocks]


def _kind(start: Start) -> str:
    """The kind of the objective."""
    if start.task is not None:
        return "lm_eval"
    if start.metric is not None:
        return start.metric
    return "validity" if start.model == "bundled" else "path_kl"


def _objective(start: Start) -> list[_Line]:
    kind = _kind(start)
    instances = {"validity": 96, "path_kl": 32}.get(kind, 64)
    said = "samples of each trial; from 32 on bad ones are stopped early"
    own: dict[str, list[_Line]] = {
        "lm_eval": [
            ('kind = "lm_eval"', "lm-evaluation-harness; needs the extra 'lm-eval'"),
            (f"task = {toml_value(start.task)}", "a task that generates"),
            ("# num_fewshot = 5", "examples in a prompt, where the task's own number is another"),
            ("# chat = true", "prompts in the model's chat template"),
        ],
        "validity": [
            ('kind = "validity"', "share of samples that a verifier accepts"),
            ('verifier = "sudoku"', 'or "module:function"'),
        ],
        "path_kl": [
            ('kind = "path_kl"', "needs no metric: nats lost against the finest steps"),
            ('# kind = "my_metric:score"', "your own: a list of texts in, one number each out"),
            ('# direction = "maximize"', "of your own"),
        ],
    }
    if kind not in own:
        module = kind.partition(":")[0]
        own[kind] = [
            (
                f"kind = {toml_value(kind)}",
                f"in {module}.py: list of texts in, one number each out",
            ),
            (f"direction = {toml_value(start.direction)}", "of better numbers"),
        ]
    return [*own[kind], (f"instances = {instances}", said)]


def _trials(start: Start) -> _Line:
    if start.model == "bundled" and _kind(start) == "validity":
        return "trials = 24", 'finished trials in all, or "auto"'
    return 'trials = "auto"', "ends once more are not expected to pay; or a number in all"


def _verified(start: Start) -> _Line:
    small = _kind(start) == "path_kl" and start.model not in ("bundled", "digits")
    said = "fresh samples that prove the gain; four times as many halve its interval"
    return f"instances = {48 if small else 256}", said

"""Documents of objective `task` in a file, and the objective made of them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from answering import Answering

from mdm_opt.candidates import beta
from mdm_opt.config import TaskObjective
from mdm_opt.errors import InputError
from mdm_opt.measurement import Measurement, Problem, measure
from mdm_opt.objectives.registry import Build, build_objective
from mdm_opt.objectives.task import Task

NAMES = (f"task_plugin_{index}" for index in itertools.count())
CANDIDATE = beta(1.0, 1.0, 4)
SEED = 1


def sums(count: int) -> list[dict[str, Any]]:
    return [
        {"prompt": f"{i} + {i % 7}", "reference": f"={i + i % 7}.", "id": i} for i in range(count)
    ]


def table(**keys: Any) -> TaskObjective:
    return TaskObjective(kind="task", data="data.jsonl", **keys)


def written(folder: Path, documents: Sequence[Any]) -> Path:
    file = folder / "data.jsonl"
    file.write_text("".join(json.dumps(document) + "\n" for document in documents))
    return file


def built(folder: Path, model: Any = None, total: int = 0, **keys: Any) -> Task:
    def draw(instances: Sequence[int]) -> list[int]:
        return list(instances)

    build = Build(model or Answering(), folder, draw, total, SEED)
    objective = build_objective(table(**keys), build)
    assert isinstance(objective, Task)
    return objective


def measured(objective: Task, count: int, model: Any = None, batch_size: int = 64) -> Measurement:
    problem = Problem(model or Answering(), objective, seed=SEED, batch_size=batch_size)
    return measure(problem, CANDIDATE, range(count))


def refused(folder: Path, **keys: Any) -> str:
    with pytest.raises(InputError) as caught:
        built(folder, **keys)
    message = str(caught.value)
    assert message.splitlines() == [message]
    return message

"""Tasks of lm-evaluation-harness: found and loaded."""

from __future__ import annotations

import difflib
import importlib.util
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from mdm_opt.config import LmEvalObjective
from mdm_opt.errors import InputError
from mdm_opt.objectives.harness_task import KEY, HarnessTask, check_config, quiet, told
from mdm_opt.plugins import user_path

# What the harness's command seeds Python and NumPy with before it loads a task.
_PYTHON_SEED, _NUMPY_SEED = 0, 1234


def load_task(table: LmEvalObjective, folder: Path | None) -> HarnessTask:
    """Loads the task that an [objective] table names, and its data.

    Raises:
        InputError: where the harness or the task is missing, or cannot be used.
    """
    tasks = _harness()
    with _seeded():
        manager, spec = _found(tasks, table, folder)
        if table.allow_code:
            # The consent that a metric of the harness asks for once more.
            os.environ.setdefault("HF_ALLOW_CODE_EVAL", "1")
        with told(f"{KEY}: cannot load {table.task!r}"), quiet():
            (task,) = manager.load(spec)["tasks"].values()
        return HarnessTask(task, table)


def _harness() -> Any:
    """The harness's module of tasks."""
    if importlib.util.find_spec("lm_eval") is None:
        raise InputError(
            "[objective] kind 'lm_eval' needs lm-evaluation-harness: pip install "
            "'mdm-opt[lm-eval]'"
        )
    # Loggers made on import keep the stream of that moment.
    with quiet(output=False):
        from lm_eval import tasks
    if not hasattr(tasks.TaskManager, "load"):
        raise InputError(
            "[objective] kind 'lm_eval' needs a newer lm-evaluation-harness: pip install "
            "--upgrade 'mdm-opt[lm-eval]'"
        )
    return tasks


def _found(tasks: Any, table: LmEvalObjective, folder: Path | None) -> tuple[Any, str]:
    """A task manager, and the name or file by which it loads the task."""
    included = None
    if table.include_path is not None:
        key = "[objective] include_path"
        included = user_path(table.include_path, key, folder)
        if not included.is_dir():
            raise InputError(f"{key}: {included} is no folder")
    if table.task.endswith((".yaml", ".yml")):
        path = user_path(table.task, KEY, folder).resolve()
        if not path.is_file():
            raise InputError(f"{KEY}: no file {path}")
        from lm_eval.tasks._yaml_loader import load_yaml

        with told(f"{KEY}: cannot read {path}"), quiet():
            config = load_yaml(path, resolve_func=False)
        check_config(config, path.name, table)
        if "task" not in config:
            raise InputError(f"{KEY}: {path.name!r} has no key 'task', which every task has")
        return tasks.TaskManager(include_path=included, include_defaults=False), str(path)
    # Its own thousands of files take seconds to look through.
    for defaults in (False, True) if included is not None else (True,):
        with quiet():
            manager = tasks.TaskManager(include_path=included, include_defaults=defaults)
        entry = manager.task_index.get(table.task)
        if entry is not None:
            members = {"group": table.task, "task": sorted(entry.tags)}
            is_tag = entry.kind.name == "TAG"
            check_config(members if is_tag else entry.cfg or {}, table.task, table)
            return manager, table.task
    near = difflib.get_close_matches(table.task, manager.all_tasks, n=4)
    known = f"; near it are {', '.join(near)}" if near else "; 'lm_eval ls tasks' lists all"
    raise InputError(f"{KEY}: the harness has no task {table.task!r}{known}")


@contextmanager
def _seeded() -> Iterator[None]:
    """Tasks that shuffle their documents do as in the harness's own command."""
    python, numpy = random.getstate(), np.random.get_state()
    random.seed(_PYTHON_SEED)
    np.random.seed(_NUMPY_SEED)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)

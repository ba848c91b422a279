"""Tasks of lm-evaluation-harness: asked and scored by its own code."""

from __future__ import annotations

import inspect
import io
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from mdm_opt.config import LmEvalObjective
from mdm_opt.errors import InputError, RunError
from mdm_opt.models.tokens import ChatTemplate
from mdm_opt.objectives.base import Direction
from mdm_opt.plugins import one_line, qualified_name

KEY = "[objective] task"
# What the harness's command draws examples with.
EXAMPLES_SEED = 1234
_GENERATES = "generate_until"
# Where data lie and what a task is called say nothing of what is asked and how it is scored.
_NO_CONTENT = (
    *("task", "task_alias", "tag", "metadata"),
    *("custom_dataset", "dataset_path", "dataset_name", "dataset_kwargs"),
)


@dataclass(frozen=True)
class Metric:
    """What a document is scored with.

    Attributes:
        name: as the harness reports it.
        filter: of the harness, which extracts what is scored from the answer.
        direction: whether less or more is better.
    """

    name: str
    filter: Any
    direction: Direction


class HarnessTask:
    """A generation task, with the examples that the harness's own command would show.

    Args:
        task: the harness's.
        table: of the study file.

    Attributes:
        name: the harness's.
        documents: of the test split, the validation split where there is none; at most ``limit``.
        metric: what they are scored with.

    Raises:
        InputError: where the task or its metric cannot be used.
    """

    def __init__(self, task: Any, table: LmEvalObjective) -> None:
        self._task = task
        self.name = str(task.config.task)
        self._check_kind(table)
        self._set_examples(table.num_fewshot)
        with told(f"{KEY}: cannot read the documents of {self.name!r}"), quiet():
            self.documents: list[Any] = list(islice(task.eval_docs, table.limit))
        if not self.documents:
            raise InputError(f"{KEY}: {self.name!r} has no documents")
        self.metric = self._find_metric(table.metric)

    @property
    def source(self) -> str:
        """What holds the documents, for messages."""
        return f"{KEY}: {self.name!r}"

    @property
    def content(self) -> dict[str, Any]:
        """Configuration and version, without what depends on where the data lie."""
        config = vars(self._task.config)
        kept = {key: value for key, value in config.items() if key not in _NO_CONTENT}
        version = (config.get("metadata") or {}).get("version")
        plain: dict[str, Any] = _plain({**kept, "version": version})
        return plain | {"metric": self.metric.name, "filter": self.metric.filter.name}

    def requests(
        self, numbers: Sequence[int], chat_template: ChatTemplate | None = None
    ) -> dict[int, Any]:
        """Documents as the harness asks them in a run over all of them.

        Args:
            numbers: of documents.
            chat_template: puts messages into one text; None for none.

        Returns:
            By number, the harness's requests: their first argument is the prompt.

        Raises:
            InputError: where the task does not ask for one text a document.
        """
        wanted = set(numbers)
        # Its examples are drawn from one document to the next.
        drawn = bool(self._task.get_config("num_fewshot"))
        which: dict[str, Any] = {"limit": max(wanted) + 1} if drawn else {"samples": wanted}
        with told(f"{KEY}: {self.name!r} cannot make its prompts"), quiet():
            self._task.set_fewshot_seed(seed=EXAMPLES_SEED)
            self._task.build_all_requests(
                **which,
                apply_chat_template=chat_template is not None,
                fewshot_as_multiturn=chat_template is not None,
                chat_template=chat_template,
            )
        built = self._task.instances
        asked = range(max(wanted) + 1) if drawn else sorted(wanted)
        if len(built) != len(asked) or not all(map(_asks_for_text, built)):
            raise InputError(f"{KEY}: {self.name!r} does not ask for one text for each document")
        return {n: request for n, request in zip(asked, built, strict=True) if n in wanted}

    def value(self, number: int, request: Any, answer: str) -> float:
        """Score of the answer to a document.

        Raises:
            RunError: naming the document where the task cannot score it with a number.
        """
        where = f"objective 'lm_eval': task {self.name!r} cannot score document {number}"
        try:
            with quiet(output=False):
                results = self._results(request, answer)
        except Exception as error:  # a task's own code may raise anything
            raise RunError(f"{where}: {type(error).__name__}: {one_line(error)}") from error
        value: Any = results.get(self.metric.name)
        if not _is_number(value):
            raise RunError(f"{where}: {self.metric.name} is {one_line(repr(value))}, no number")
        return float(value)

    def _results(self, request: Any, answer: str, chosen: Any = None) -> Mapping[str, Any]:
        chosen = chosen or self.metric.filter
        answered = replace(request, resps=[answer], filtered_resps={})
        chosen.apply([answered])
        results: Mapping[str, Any] = self._task.process_results(
            answered.doc, [answered.filtered_resps[chosen.name]]
        )
        return results

    def _check_kind(self, table: LmEvalObjective) -> None:
        check_config(
            {
                "output_type": self._task.OUTPUT_TYPE,
                "repeats": self._task.get_config("repeats"),
                "unsafe_code": getattr(self._task, "UNSAFE_CODE", False),
            },
            self.name,
            table,
        )
        if getattr(self._task, "MULTIMODAL", False):
            raise InputError(f"{KEY}: {self.name!r} shows pictures or sounds; texts are accepted")

    def _set_examples(self, count: int | None) -> None:
        own = self._task.get_config("num_fewshot")
        if count and own == 0:
            raise InputError(
                f"[objective] num_fewshot: {count} is not accepted: {self.name!r} is a task "
                "without examples"
            )
        if count is not None or own is None:
            self._task.set_config(key="num_fewshot", value=count or 0)

    def _find_metric(self, asked: str | None) -> Metric:
        name, _, filter_name = (asked or "").partition(",")
        filters = {one.name: one for one in getattr(self._task, "_filters", [])}
        if (filter_name and filter_name not in filters) or not filters:
            raise _unknown("filter", filter_name, self.name, list(filters))
        chosen = filters[filter_name or next(iter(filters))]
        results = self._empty_results(chosen)
        higher = dict(self._task.higher_is_better())
        known = list(results or higher)
        if (name and name not in known) or not known:
            raise _unknown("metric", name, self.name, known)
        name = name or known[0]
        if results and not _is_number(results[name]):
            raise InputError(
                f"[objective] metric: {name!r} of {self.name!r} is no number for each document: "
                f"{one_line(repr(results[name]))}"
            )
        self._check_mean(name)
        return Metric(name, chosen, "maximize" if _higher(higher, name) else "minimize")

    def _empty_results(self, chosen: Any) -> Mapping[str, Any]:
        """What the task says of an empty answer; nothing where it cannot score one."""
        request = self.requests([0])[0]
        try:
            with quiet():
                return self._results(request, "", chosen)
        except Exception:  # a task's own code may raise anything
            return {}

    def _check_mean(self, name: str) -> None:
        """Refuses a metric that the harness reports as anything but a mean over documents."""
        aggregate = self._task.aggregation().get(name)
        try:
            with quiet():
                mean = aggregate is None or np.isclose(aggregate([0.0, 1.0, 1.0]), 2 / 3)
        except Exception:  # a task's own code may raise anything
            mean = False
        if not mean:
            raise InputError(
                f"[objective] metric: {name!r} of {self.name!r} is no mean over documents, which "
                "a search needs"
            )


def stop_strings(request: Any) -> list[str]:
    """The strings at which the answer to one of the harness's requests ends."""
    until = (request.args[1] or {}).get("until") or []
    return [until] if isinstance(until, str) else list(until)


def cut(text: str, until: Sequence[str]) -> str:
    """A text up to the first of the stop strings, as the harness cuts those of its own models."""
    for stop in filter(None, until):
        text = text.split(stop)[0]
    return text


@contextmanager
def quiet(*, output: bool = True) -> Iterator[None]:
    """Keeps the harness and the libraries under it from logging and warning.

    Args:
        output: whether what they print, progress bars among it, is kept back as well.
    """
    loggers = [logging.getLogger(name) for name in ("lm_eval", "datasets", "evaluate")]
    levels = [logger.level for logger in loggers]
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        if output:
            stack.enter_context(redirect_stdout(io.StringIO()))
            stack.enter_context(redirect_stderr(io.StringIO()))
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


def check_config(config: Mapping[str, Any], name: str, table: LmEvalObjective) -> None:
    """Refuses what the configuration alone, before any data are loaded, shows to be no use."""
    if "group" in config:
        members = [
            member if isinstance(member, str) else str(member.get("task", member.get("group")))
            for member in config.get("task") or []
        ]
        shown = ", ".join(members[:12]) + (", ..." if len(members) > 12 else "")
        raise InputError(f"{KEY}: {name!r} is a group of {len(members)} tasks: {shown}; name one")
    kind = config.get("output_type") or (None if "class" in config else _GENERATES)
    if kind not in (None, _GENERATES):
        raise InputError(
            f"{KEY}: {name!r} is a task without generation: its output_type is {kind!r}, and "
            f"{_GENERATES!r} is accepted"
        )
    if (config.get("repeats") or 1) != 1:
        raise InputError(
            f"{KEY}: {name!r} asks for every answer {config['repeats']} times (repeats); tasks "
            "that ask once are accepted"
        )
    if config.get("unsafe_code") and not table.allow_code:
        raise InputError(
            f"{KEY}: {name!r} runs code that the model writes, unprotected; allow_code = true in "
            "[objective] agrees to it"
        )


def _asks_for_text(request: Any) -> bool:
    return request.request_type == _GENERATES and isinstance(request.args[0], str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number | np.bool_)


def _higher(known: Mapping[str, bool], name: str) -> bool:
    """Whether more of a metric is better; of one that a task does not know, as of its others."""
    if name in known:
        return bool(known[name])
    return all(known.values())


def _unknown(what: str, name: str, task: str, known: Sequence[str]) -> InputError:
    return InputError(
        f"[objective] metric: {task!r} has no {what} {name!r}; it has {', '.join(known) or 'none'}"
    )


def _plain(value: Any) -> Any:
    """A value of a task's configuration as JSON holds it; functions by their source."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | int | float):
        return value
    if callable(value):
        try:
            return inspect.getsource(value)
        except (OSError, TypeError):
            return qualified_name(value)
    return _plain(vars(value)) if hasattr(value, "__dict__") else str(value)


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turns what the harness raises into one line."""
    try:
        yield
    except InputError:
        raise
    except (Exception, SystemExit) as error:  # tasks bring code of their own
        raise InputError(f"{what}: {type(error).__name__}: {one_line(error)}") from error

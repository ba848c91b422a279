"""What a tracker is, and what it is told of a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

Cell = str | float | int | None


@dataclass(frozen=True)
class TrackedStudy:
    """A study, as it is told to a tracker before anything else.

    Attributes:
        key: 16 hexadecimal digits that belong to this study alone: a study that was deleted and
            made again has others.
        name: of the study.
        metric: the objective with its unit and direction.
        settings: the study file, defaults included, by ``table.key``.
        toml: the same as a study file.
        folder: that relative places are below.
    """

    key: str
    name: str
    metric: str
    settings: Mapping[str, Cell]
    toml: str
    folder: Path


@dataclass(frozen=True)
class TrackedTrial:
    """A finished trial.

    Attributes:
        number: of the trial, from 0, which is its step.
        values: finite numbers by name: ``steps``, ``instances``, ``nfe`` (model calls of a
            sequence), ``sequence_calls`` (of all sequences), ``seconds``, ``feasible`` and
            ``stopped_early`` (0 or 1), ``guards/NAME`` (by how much a guard is missed, not above
            0 where it holds), ``parameters/NAME``, ``predicted_path_kl`` in nats where a profile
            predicts it, ``standard_error`` and ``value`` of the objective, and
            ``steps_N/value``, the same for the step count N of the budget.
        words: ``schedule``, ``from`` (a seed, or ``search``), ``state``, and
            ``parameters/NAME`` for those that are words.
    """

    number: int
    values: Mapping[str, float]
    words: Mapping[str, str]


@dataclass(frozen=True)
class TrackedResult:
    """What a study says so far: the best schedules, verified where they have been.

    Attributes:
        version: changes with the result.
        columns: of the table.
        rows: of the table, one for each schedule and baseline of each step count.
        words: conclusions, one line each.
        markdown: table, conclusions and where the numbers come from.
        values: numbers by name, ``verified/N/value`` and so on.
        pictures: HTML pages by name; each loads plotly from the web.
        files: texts by their relative path, such as ``report.html``, which needs nothing else.
    """

    version: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    words: Sequence[str]
    markdown: str
    values: Mapping[str, float]
    pictures: Mapping[str, str]
    files: Mapping[str, str]


@dataclass(frozen=True)
class Known:
    """What a tracker has of a study already.

    Attributes:
        trials: their numbers.
        result: version of the result; empty for none.
    """

    trials: frozenset[int] = frozenset()
    result: str = ""


class Tracker(Protocol):
    """A place that trials and results of one study are sent to.

    Every method may raise anything and take any time: it is called in a process of its own. After
    one has raised, a new tracker is made, whose `begin` says what has arrived.
    """

    def begin(self, study: TrackedStudy) -> Known:
        """Finds the run of a study, or makes it, and says what is there."""
        ...

    def trials(self, trials: Sequence[TrackedTrial]) -> None:
        """Keeps finished trials that it does not have, in the order of their numbers."""
        ...

    def result(self, result: TrackedResult) -> None:
        """Keeps the result in place of an earlier one."""
        ...

    def end(self, *, complete: bool) -> None:
        """Ends the run, which may be gone on with later.

        Args:
            complete: whether all trials of the study are finished.
        """
        ...

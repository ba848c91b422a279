"""Trials and results as event files of TensorBoard: one folder for each study."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mdm_opt.config.track import TensorboardTable
from mdm_opt.track.base import Known, TrackedResult, TrackedStudy, TrackedTrial

_LAST = "trials/value"
# Beside the event files, with the version of the result.
_TABLE = "results.json"


class TensorboardEvents:
    """Event files, which later runs of the study add to.

    Scalars have the number of the trial as their step. TensorBoard has no place for pages and
    files: they lie beside the event files.

    Args:
        table: ``[track] tensorboard``.
    """

    def __init__(self, table: TensorboardTable) -> None:
        self._table = table
        self._folder = Path()
        self._writer: Any = None

    def begin(self, study: TrackedStudy) -> Known:
        """See `Tracker.begin`."""
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        self._folder = study.folder / self._table.directory / f"{study.name}-{study.key[:8]}"
        known = _known(self._folder)
        self._writer = EventFileWriter(str(self._folder))
        self._text("study", f"{study.metric}\n\n```toml\n{study.toml}\n```")
        self._writer.flush()
        return known

    def trials(self, trials: Sequence[TrackedTrial]) -> None:
        """See `Tracker.trials`."""
        for trial in trials:
            scalars = {f"trials/{name}": value for name, value in trial.values.items()}
            self._scalars(scalars, trial.number)
        self._writer.flush()

    def result(self, result: TrackedResult) -> None:
        """See `Tracker.result`."""
        pages = {f"pictures/{name}.html": page for name, page in result.pictures.items()}
        for path, text in {**result.files, **pages}.items():
            file = self._folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        self._text("decision", "\n\n".join(result.words))
        self._text("results", result.markdown)
        self._scalars(dict(result.values), 0)
        self._writer.flush()
        table = {"version": result.version, "columns": result.columns, "data": result.rows}
        (self._folder / _TABLE).write_text(json.dumps(table, indent=1), encoding="utf-8")

    def end(self, *, complete: bool) -> None:
        """See `Tracker.end`."""
        self._writer.close()

    def _scalars(self, values: dict[str, float], step: int) -> None:
        from tensorboard.compat.proto.summary_pb2 import Summary

        kept = [Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
        self._add(Summary(value=kept), step)

    def _text(self, tag: str, text: str) -> None:
        from tensorboard.plugins.text.summary_v2 import text_pb

        self._add(text_pb(tag, text), 0)

    def _add(self, summary: Any, step: int) -> None:
        from tensorboard.compat.proto.event_pb2 import Event

        self._writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))


def _known(folder: Path) -> Known:
    """What the files of a study have."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    if not folder.is_dir():
        return Known()
    # Zero reads all of them.
    read = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    read.Reload()
    trials: set[int] = set()
    if _LAST in read.Tags()["scalars"]:
        trials = {event.step for event in read.Scalars(_LAST)}
    try:
        version = json.loads((folder / _TABLE).read_text(encoding="utf-8"))["version"]
    except (OSError, ValueError, KeyError):
        version = ""
    return Known(frozenset(trials), str(version))

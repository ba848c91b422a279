"""Trials and results in Weights & Biases: one run for each study."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from mdm_opt.config.track import WandbTable
from mdm_opt.track.base import Known, TrackedResult, TrackedStudy, TrackedTrial
from mdm_opt.track.wandb_files import values, written

# Of the history and of the summary.
_TRIAL, _VALUE, _RESULT = "trial", "value", "mdm_opt_result"


class WandbRun:
    """A run of Weights & Biases, whose id is made of the key of the study.

    Trials are rows of its history with the number of the trial as ``trial``, which all charts have
    as their axis. Offline, every session has a folder of its own with the same id, and
    ``wandb sync`` puts them together.

    Args:
        table: ``[track] wandb``.
    """

    def __init__(self, table: WandbTable) -> None:
        self._table = table
        self._run: Any = None
        self._name = ""

    def begin(self, study: TrackedStudy) -> Known:
        """See `Tracker.begin`."""
        import wandb

        if wandb.run is not None:
            # One that has failed: what it has taken is written before that is asked for.
            wandb.teardown()
        table, folder = self._table, study.folder / self._table.directory
        run_id = f"mdm-opt-{study.key}"
        known = _kept_here(folder, run_id) if table.mode == "offline" else Known()
        folder.mkdir(parents=True, exist_ok=True)
        self._name = f"{study.name}-{study.key[:8]}"
        self._run = wandb.init(
            project=table.project,
            entity=table.entity,
            mode=table.mode,
            dir=str(folder),
            id=run_id,
            resume="allow",
            name=study.name,
            notes=study.metric,
            config=dict(study.settings),
            allow_val_change=True,
            # Of the process that sends, nothing is worth keeping.
            settings=wandb.Settings(
                console="off", silent=True, x_disable_stats=True, disable_git=True, save_code=False
            ),
        )
        self._run.define_metric(_TRIAL)
        self._run.define_metric("*", step_metric=_TRIAL)
        if table.mode == "online" and self._run.resumed:
            known = _kept_there(self._run)
        return known

    def trials(self, trials: Sequence[TrackedTrial]) -> None:
        """See `Tracker.trials`."""
        for trial in trials:
            self._run.log({_TRIAL: trial.number, **trial.values, **trial.words})

    def result(self, result: TrackedResult) -> None:
        """See `Tracker.result`."""
        import wandb

        rows = [list(row) for row in result.rows]
        pages = {
            f"pictures/{name}": wandb.Html(page, inject=False)
            for name, page in result.pictures.items()
        }
        self._run.log({"results": wandb.Table(columns=list(result.columns), data=rows), **pages})
        kept = wandb.Artifact(f"{self._name}-results", type="results")
        for path, text in result.files.items():
            with kept.new_file(path, encoding="utf-8") as file:
                file.write(text)
        self._run.log_artifact(kept)
        self._run.summary.update({**result.values, "decision": "\n".join(result.words)})
        self._run.summary.update({_RESULT: result.version})

    def end(self, *, complete: bool) -> None:
        """See `Tracker.end`."""
        import wandb

        self._run.finish(exit_code=0)
        # Only this waits until the files are written.
        wandb.teardown()


def _kept_here(folder: Path, run_id: str) -> Known:
    """What the offline files of a run have; of a format that is not known yet, nothing."""
    trials: set[int] = set()
    result = ""
    with suppress(Exception):
        for record in written(folder, run_id):
            history = values(record.history.item)
            if {_TRIAL, _VALUE} <= history.keys():
                trials.add(int(history[_TRIAL]))
            result = values(record.summary.update).get(_RESULT, result)
    return Known(frozenset(trials), result)


def _kept_there(run: Any) -> Known:
    """What the server has of a run."""
    import wandb

    found = wandb.Api().run(f"{run.entity}/{run.project}/{run.id}")
    # Rows that have both: the result has a row, too, which wandb gives the last number.
    trials = {int(row[_TRIAL]) for row in found.scan_history(keys=[_TRIAL, _VALUE])}
    return Known(frozenset(trials), str(found.summary.get(_RESULT, "")))

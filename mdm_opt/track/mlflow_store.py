"""Trials and results in an MLflow tracking store: one run for each study."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from mdm_opt import __version__
from mdm_opt.config.track import MlflowTable
from mdm_opt.track.base import Cell, Known, TrackedResult, TrackedStudy, TrackedTrial

_KEY, _RESULT = "mdm_opt.key", "mdm_opt.result"
# The tag by which MLflow knows artifacts that are tables, and the file of ours.
_TABLES, _TABLE = "mlflow.loggedArtifacts", "results.json"
# MLflow takes at most so many at once, and values up to so long.
_METRICS, _PARAMS, _LONGEST = 1000, 100, 500
_LAST = "value"
# A store that is away is asked again later; MLflow itself would try for minutes.
_PATIENCE = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}


class MlflowStore:
    """A run of MLflow, found again by a tag with the key of the study.

    Metrics have the number of the trial as their step. Parameters are the settings of the study
    when the run was made; ``study.toml`` among the artifacts has the present ones.

    Args:
        table: ``[track] mlflow``.
    """

    def __init__(self, table: MlflowTable) -> None:
        self._table = table
        self._client: Any = None
        self._run = ""

    def begin(self, study: TrackedStudy) -> Known:
        """See `Tracker.begin`."""
        for key, value in _PATIENCE.items():
            os.environ.setdefault(key, value)
        from mlflow import MlflowClient

        self._client = client = MlflowClient(tracking_uri=self._table.uri)
        experiment = _experiment(client, self._table.experiment or study.name)
        found = client.search_runs([experiment], f"tags.`{_KEY}` = '{study.key}'", max_results=1)
        run = found[0] if found else self._made(experiment, study)
        self._run = run.info.run_id
        client.update_run(self._run, status="RUNNING")
        self._set_missing(run.data.params, study.settings)
        client.log_text(self._run, study.toml, "study.toml")
        trials = {metric.step for metric in client.get_metric_history(self._run, _LAST)}
        return Known(frozenset(trials), run.data.tags.get(_RESULT, ""))

    def trials(self, trials: Sequence[TrackedTrial]) -> None:
        """See `Tracker.trials`."""
        batch: list[Any] = []
        for trial in trials:
            metrics = _metrics(trial)
            if len(batch) + len(metrics) > _METRICS:
                self._client.log_batch(self._run, metrics=batch)
                batch = []
            batch += metrics
        if batch:
            self._client.log_batch(self._run, metrics=batch)

    def result(self, result: TrackedResult) -> None:
        """See `Tracker.result`."""
        from mlflow.entities import Metric

        client, now = self._client, _milliseconds()
        for path, text in result.files.items():
            client.log_text(self._run, text, path)
        for name, page in result.pictures.items():
            client.log_text(self._run, page, f"pictures/{name}.html")
        table = {"columns": list(result.columns), "data": [list(row) for row in result.rows]}
        client.log_dict(self._run, table, _TABLE)
        client.set_tag(self._run, _TABLES, json.dumps([{"path": _TABLE, "type": "table"}]))
        client.set_tag(self._run, "mlflow.note.content", "\n\n".join(result.words))
        metrics = [Metric(key, value, now, 0) for key, value in result.values.items()]
        client.log_batch(self._run, metrics=metrics[:_METRICS])
        client.set_tag(self._run, _RESULT, result.version)

    def end(self, *, complete: bool) -> None:
        """See `Tracker.end`."""
        self._client.set_terminated(self._run, status="FINISHED" if complete else "KILLED")

    def _made(self, experiment: str, study: TrackedStudy) -> Any:
        tags = {
            _KEY: study.key,
            "mdm_opt.study": study.name,
            "mdm_opt.metric": study.metric,
            "mdm_opt.version": __version__,
            "mlflow.source.name": "mdm-opt",
        }
        return self._client.create_run(experiment, tags=tags, run_name=study.name)

    def _set_missing(self, known: Mapping[str, str], settings: Mapping[str, Cell]) -> None:
        """MLflow refuses other values for parameters that are there."""
        from mlflow.entities import Param

        params = [
            Param(key, str(value)[:_LONGEST])
            for key, value in settings.items()
            if key not in known
        ]
        for start in range(0, len(params), _PARAMS):
            self._client.log_batch(self._run, params=params[start : start + _PARAMS])


def _experiment(client: Any, name: str) -> str:
    """The id of an experiment; another process may make it meanwhile."""
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name))
        except MlflowException:
            found = client.get_experiment_by_name(name)
            if found is None:
                raise
    return str(found.experiment_id)


def _metrics(trial: TrackedTrial) -> list[Any]:
    """Metrics of a trial; the one that tells whether it is there comes last."""
    from mlflow.entities import Metric

    now = _milliseconds()
    ordered = sorted(trial.values, key=lambda name: name == _LAST)
    return [Metric(name, trial.values[name], now, trial.number) for name in ordered]


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000

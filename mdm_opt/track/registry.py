"""The trackers that there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mdm_opt.config.track import TrackTable
from mdm_opt.track.base import Tracker
from mdm_opt.track.mlflow_store import MlflowStore
from mdm_opt.track.tensorboard_events import TensorboardEvents
from mdm_opt.track.wandb_run import WandbRun

_MADE: Mapping[str, Callable[[Any], Tracker]] = {
    "mlflow": MlflowStore,
    "wandb": WandbRun,
    "tensorboard": TensorboardEvents,
}


def make_tracker(name: str, table: TrackTable) -> Tracker:
    """The tracker of a key of ``[track]``; nothing is looked for before its `Tracker.begin`.

    Args:
        name: of the key, which the table has.
        table: ``[track]``.
    """
    return _MADE[name](getattr(table, name))

"""The trackers that there are."""

from __future__ import annotations

from mdm_opt.config.track import TRACKERS, TrackTable
from mdm_opt.track.registry import make_tracker


def test_every_key_has_a_tracker_that_looks_for_nothing_yet():
    """Neither a package nor a place is needed to make one."""
    table = TrackTable.model_validate(
        {"mlflow": "http://127.0.0.1:9", "wandb": "p", "tensorboard": "/no/such/place"}
    )
    found = [type(make_tracker(name, table)).__name__ for name in TRACKERS]
    assert found == ["MlflowStore", "WandbRun", "TensorboardEvents"]

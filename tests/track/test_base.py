"""What a tracker is: ours have every method of the protocol, with its arguments."""

from __future__ import annotations

import inspect

import pytest
from tracked import Recorder

from mdm_opt.track.base import Known, Tracker
from mdm_opt.track.mlflow_store import MlflowStore
from mdm_opt.track.tensorboard_events import TensorboardEvents
from mdm_opt.track.wandb_run import WandbRun

METHODS = ("begin", "trials", "result", "end")


@pytest.mark.parametrize("kind", [MlflowStore, WandbRun, TensorboardEvents, Recorder])
def test_trackers_have_what_is_asked_of_them(kind):
    for method in METHODS:
        asked = inspect.signature(getattr(Tracker, method)).parameters
        assert list(inspect.signature(getattr(kind, method)).parameters) == list(asked)


def test_a_new_run_has_nothing():
    assert (Known().trials, Known().result) == (frozenset(), "")

"""Functions of the caller's, called one after the other whatever they do."""

from __future__ import annotations

import sys

import pytest

from mdm_opt.track.callbacks import Callbacks


class Broken:
    def __call__(self, event):
        raise ValueError(f"no\nroom for {event}")


def test_every_function_is_told_of_every_event():
    first, second = [], []
    told = Callbacks([first.append, second.append], pytest.fail)
    for event in ("a", "b"):
        told(event)
    told.end()
    assert first == second == ["a", "b"]


def test_a_failure_is_said_once_and_counted_and_the_others_are_told():
    said, kept = [], []
    told = Callbacks([Broken(), kept.append], said.append)
    name = f"callback {__name__}.Broken"
    with pytest.warns(RuntimeWarning, match="no room for 1") as warned:
        told(1)
    told(2), told(3)
    assert len(warned) == 1
    assert kept == [1, 2, 3]
    assert said == [f"{name}: ValueError: no room for 1; the study goes on"]
    with pytest.warns(RuntimeWarning, match="failed 3 times"):
        told.end()
    assert said[1:] == [f"{name} failed 3 times"]


def test_a_function_that_calls_exit_is_survived_and_ctrl_c_is_not():
    said = []
    with pytest.warns(RuntimeWarning, match="CalledExit"):
        Callbacks([lambda event: sys.exit(3)], said.append)(1)
    assert "called sys.exit(3)" in said[0]

    def stop(event):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Callbacks([stop], said.append)(1)

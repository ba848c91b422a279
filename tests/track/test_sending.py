"""Nothing waits for a tracker: processes beside the study, with stand-ins for their package."""

from __future__ import annotations

import os
import signal
import time

import pytest
from study_files import database
from tracked import TRIALS, needs, stand_in

from mdm_opt.config.track import TrackTable
from mdm_opt.track.sending import send, tracking

SENDS = "; 'mdm-opt track sudoku4' sends the rest"


@pytest.fixture
def table(folder, monkeypatch):
    """Makes a table whose tracker is a stand-in."""

    def make(lines, wait_seconds=60.0):
        for name, value in stand_in(folder, lines).items():
            monkeypatch.setenv(name, value)
        given = {"mlflow": "sqlite:///mlflow.db", "wait_seconds": wait_seconds}
        return TrackTable.model_validate(given)

    return make


@pytest.fixture
def url(folder):
    return database(folder)


def test_without_trackers_nothing_is_started(url):
    with tracking(TrackTable(), "sudoku4", url, pytest.fail):
        pass
    assert send(TrackTable(), "sudoku4", url, pytest.fail) == []


def test_a_tracker_that_blocks_costs_the_limit_at_the_end_and_nothing_before(table, url, folder):
    said, begun = [], folder / "begun"
    blocks = f"open({str(begun)!r}, 'w').write(str(os.getpid()))\ntime.sleep(1000)"
    with tracking(table(blocks, 1.0), "sudoku4", url, said.append):
        inside = time.monotonic()
        while not begun.exists():
            assert time.monotonic() - inside < 120
            time.sleep(0.05)
        ends = time.monotonic()
    took = time.monotonic() - ends
    assert 1.0 <= took < 60
    assert said == [f"mlflow has not taken everything in 1 s{SENDS}"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text()), 0)


def test_where_the_body_fails_the_end_is_waited_for_and_the_error_comes(table, url, monkeypatch):
    # A busy machine takes longer to start a process.
    monkeypatch.setattr("mdm_opt.track.sending._STOP_SECONDS", 400.0)
    said = []
    with (
        pytest.raises(KeyboardInterrupt),
        tracking(table("raise OSError('no')", 400.0), "sudoku4", url, said.append),
    ):
        raise KeyboardInterrupt
    (line,) = [line for line in said if not line.startswith("waiting for mlflow")]
    assert line.startswith(f"mlflow lacks {TRIALS} of {TRIALS} trials, or the result: OSErr")


def test_a_tracker_that_crashes_is_named(table, url):
    said = []
    lacking = send(table("os.kill(os.getpid(), signal.SIGSEGV)"), "sudoku4", url, said.append)
    assert lacking == ["mlflow"]
    assert said == [f"mlflow: its process was killed by {signal.SIGSEGV.name}{SENDS}"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_several_are_served_at_once_each_by_itself(table, url, made):
    needs("tensorboard")
    given = {"mlflow": "http://there", "tensorboard": "beside"}
    table("raise OSError('no')")
    said = []
    assert send(TrackTable.model_validate(given), "sudoku4", url, said.append) == ["mlflow"]
    (line,) = said
    assert line.startswith("mlflow lacks ")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    (place,) = (made / "events").glob("sudoku4-*")
    found = EventAccumulator(str(place))
    found.Reload()
    assert [one.step for one in found.Scalars("trials/value")] == list(range(TRIALS))

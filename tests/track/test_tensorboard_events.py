"""A study in event files, found again as TensorBoard reads them."""

from __future__ import annotations

import json

import pytest
from tracked import TRIALS, needs

from mdm_opt.handoff.schedule_file import load_schedule
from mdm_opt.track.contents import study_of
from mdm_opt.track.sender import Sender

NAME = "sudoku4"
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def send(repository, folder, monkeypatch):
    """Sends the study to event files below the folder, and returns their folder."""
    needs("tensorboard")
    monkeypatch.setattr("mdm_opt.track.contents.folder_of", lambda record: folder)

    def sent():
        said = []
        assert Sender(repository, NAME, "tensorboard", said.append).finish()
        assert said == []
        key = study_of(repository.study(NAME), repository).key
        return folder / "events" / f"{NAME}-{key[:8]}"

    return sent


def read(place):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(place), size_guidance={"scalars": 0, "tensors": 0})
    found.Reload()
    return found


def text(events, tag):
    return events.Tensors(tag)[-1].tensor_proto.string_val[0].decode()


def test_the_study_is_found_again_and_gone_on_with(send, repository):
    place = send()
    events = read(place)
    trials = repository.measurements(NAME, ["search"])
    found = [(one.step, one.value) for one in events.Scalars("trials/value")]
    assert found == [(m.trial_number, pytest.approx(m.value)) for m in trials]
    assert len(found) == TRIALS
    assert [one.value for one in events.Scalars("trials/nfe")] == [m.nfe for m in trials]
    assert "| steps | schedule |" in text(events, "results")
    assert "4 steps: " in text(events, "decision")
    assert 'law = "sudoku4"' in text(events, "study")
    assert len(events.Scalars("verified/8/value")) == 1
    assert load_schedule(place / "schedules" / "4.json").schedule.steps == 4
    assert (place / "pictures" / "quality.html").is_file()
    assert (place / "report.html").is_file()
    version = json.loads((place / "results.json").read_text())["version"]
    # Another command: the same folder, and no trial twice.
    assert send() == place
    again = read(place)
    assert [(one.step, one.value) for one in again.Scalars("trials/value")] == found
    assert len(again.Scalars("verified/8/value")) == 1
    assert json.loads((place / "results.json").read_text())["version"] == version


def test_without_the_list_of_results_they_are_written_again(send):
    place = send()
    (place / "results.json").write_text("{")
    send()
    assert json.loads((place / "results.json").read_text())["columns"][0] == "steps"

"""A study in an offline run of Weights & Biases, found again in what wandb has written."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace

import pytest
from tracked import TRIALS, needs

from mdm_opt.config.track import WandbTable
from mdm_opt.results.best import best
from mdm_opt.track.contents import study_of
from mdm_opt.track.sender import Sender
from mdm_opt.track.wandb_files import values, written
from mdm_opt.track.wandb_run import WandbRun

NAME = "sudoku4"
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def told(repository, folder):
    """The study as it is told, in a folder that can be written to."""
    from dataclasses import replace

    return replace(study_of(repository.study(NAME), repository), folder=folder)


@pytest.fixture
def send(repository, folder, monkeypatch):
    """Sends the study to an offline run in the folder."""
    needs("wandb")
    monkeypatch.setattr("mdm_opt.track.contents.folder_of", lambda record: folder)

    def sent():
        said = []
        assert Sender(repository, NAME, "wandb", said.append).finish()
        assert said == []

    return sent


def contents(folder, told):
    """Rows of the history, the summary and the run's own record."""
    rows, summary, runs = [], {}, []
    for record in written(folder, f"mdm-opt-{told.key}"):
        if record.WhichOneof("record_type") == "run":
            runs.append(record.run)
        rows += [row] if (row := values(record.history.item)) else []
        summary |= values(record.summary.update)
    return rows, summary, runs


def test_the_study_is_found_again_and_gone_on_with(send, folder, told, repository):
    send()
    rows, summary, (run,) = contents(folder, told)
    assert (run.project, run.display_name) == ("schedules", NAME)
    config = {one.key: json.loads(one.value_json) for one in run.config.update}
    assert config["search.trials"] == TRIALS
    trials = repository.measurements(NAME, ["search"])
    measured = [row for row in rows if "value" in row]
    assert [(row["trial"], row["value"]) for row in measured] == [
        (m.trial_number, pytest.approx(m.value)) for m in trials
    ]
    assert [row["schedule"] for row in measured] == [m.candidate.label for m in trials]
    for budget in best(NAME, repository.url).budgets:
        assert summary[f"verified/{budget.steps}/value"] == pytest.approx(budget.value)
    assert "steps: " in summary["decision"]
    (result,) = [row for row in rows if "results/path" in row]
    (session,) = folder.glob("wandb/offline-run-*")
    table = json.loads((session / "files" / result["results/path"]).read_text())
    assert table["columns"][:3] == ["steps", "schedule", "nfe"]
    assert len(table["data"]) == 8
    page = (session / "files" / result["pictures/quality/path"]).read_text()
    assert "plotly" in page
    # The same study, another command: nothing is new, and nothing comes twice.
    send()
    again, _, runs = contents(folder, told)
    assert len(again) == len(rows)
    assert {one.run_id for one in runs} == {f"mdm-opt-{told.key}"}


def test_files_that_cannot_be_read_are_no_obstacle(send, folder, told):
    session = folder / "wandb" / f"offline-run-20260101_000000-mdm-opt-{told.key}"
    session.mkdir(parents=True)
    file = session / f"run-mdm-opt-{told.key}.wandb"
    file.write_bytes(b":W&B\xe1\xbe\x00" + bytes(4) + b"\x03\x00\x01" + b"\xff\xff\xff")
    send()
    rows = contents_of_new(folder, told, file)
    assert len([row for row in rows if "value" in row]) == TRIALS


def contents_of_new(folder, told, damaged):
    damaged.unlink()
    return contents(folder, told)[0]


def test_online_the_server_is_asked_what_it_has(told, monkeypatch):
    """A stand-in of wandb: tests reach no server."""
    asked, begun = [], {}
    history = [{"trial": 0, "value": 0.5}, {"trial": 3, "value": 0.25}]

    def scan(keys):
        asked.append(keys)
        return iter(history)

    there = SimpleNamespace(scan_history=scan, summary={"mdm_opt_result": "v7"})
    run = SimpleNamespace(entity="team", project="p", id="x", resumed=True)
    run.define_metric = lambda name, step_metric=None: asked.append((name, step_metric))

    def init(**options):
        begun.update(options)
        return run

    class Api:
        def run(self, path):
            asked.append(path)
            return there

    ended = []
    stand_in = SimpleNamespace(
        run=None,
        teardown=lambda: ended.append(1),
        init=init,
        Api=Api,
        Settings=lambda **options: options,
    )
    monkeypatch.setitem(sys.modules, "wandb", stand_in)
    tracker = WandbRun(WandbTable(project="p", entity="team", directory="runs"))
    known = tracker.begin(told)
    assert (known.trials, known.result) == (frozenset({0, 3}), "v7")
    assert asked == [
        *(("trial", None), ("*", "trial")),
        *("team/p/x", ["trial", "value"]),
    ]
    assert begun["id"] == f"mdm-opt-{told.key}"
    assert (begun["resume"], begun["mode"], begun["entity"]) == ("allow", "online", "team")
    assert begun["dir"] == str(told.folder / "runs")
    run.resumed = False
    assert ended == []
    stand_in.run = run
    assert WandbRun(WandbTable(project="p")).begin(told).trials == frozenset()
    assert ended == [1]

"""A study in a local store of MLflow, found again through its own client."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from tracked import TRIALS, needs

from mdm_opt.config.track import MlflowTable
from mdm_opt.handoff.schedule_file import load_schedule
from mdm_opt.results.best import best
from mdm_opt.track import sender as module
from mdm_opt.track.contents import study_of
from mdm_opt.track.mlflow_store import MlflowStore
from mdm_opt.track.sender import Sender

NAME = "sudoku4"
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """An empty store, which takes MLflow seconds to make."""
    needs("mlflow")
    from mlflow import MlflowClient

    found = tmp_path_factory.mktemp("store")
    MlflowClient(tracking_uri=uri(found)).search_experiments()
    return found / "mlflow.db"


@pytest.fixture
def client(folder, empty, monkeypatch):
    """MLflow's own client of the store that the study is sent to."""
    from mlflow import MlflowClient

    shutil.copy(empty, folder)
    # Artifacts of a database lie in the current folder.
    monkeypatch.chdir(folder)
    monkeypatch.setattr(module, "make_tracker", lambda name, table: store(folder))
    return MlflowClient(tracking_uri=uri(folder))


def uri(folder):
    """MLflow keeps stores by their URIs, so each test has its own."""
    return f"sqlite:///{folder}/mlflow.db"


def store(folder, **more):
    return MlflowStore(MlflowTable(uri=uri(folder), **more))


@pytest.fixture
def sent(client, repository):
    said = []
    assert Sender(repository, NAME, "mlflow", said.append).finish()
    assert said == []
    return client


def the_run(client, experiment=NAME):
    found = client.search_runs([client.get_experiment_by_name(experiment).experiment_id])
    assert len(found) == 1
    return found[0]


def history(client, key):
    found = client.get_metric_history(the_run(client).info.run_id, key)
    return [(one.step, one.value) for one in found]


def test_the_study_is_found_again(sent, repository, folder):
    run = the_run(sent)
    assert run.info.status == "FINISHED"
    assert run.info.run_name == NAME
    assert run.data.tags["mdm_opt.study"] == NAME
    assert run.data.params["search.trials"] == str(TRIALS)
    assert run.data.params["model.law"] == "sudoku4"
    trials = repository.measurements(NAME, ["search"])
    assert history(sent, "value") == [(m.trial_number, m.value) for m in trials]
    assert history(sent, "nfe") == [(m.trial_number, m.nfe) for m in trials]
    assert history(sent, "standard_error") == [(m.trial_number, m.standard_error) for m in trials]
    found = best(NAME, repository.url)
    for budget in found.budgets:
        assert run.data.metrics[f"verified/{budget.steps}/value"] == budget.value
        assert f"{budget.steps} steps: " in run.data.tags["mlflow.note.content"]
    paths = {one.path for one in sent.list_artifacts(run.info.run_id)}
    assert paths == {
        *("study.toml", "report.html", "report.md", "best.json", "results.json"),
        *("pictures", "schedules"),
    }
    local = sent.download_artifacts(run.info.run_id, "schedules/8.json", str(folder))
    assert load_schedule(local).schedule.steps == 8
    # As MLflow's own `load_table` reads the table, which needs pandas.
    table = sent.load_table(run.info.experiment_id, "results.json", run_ids=[run.info.run_id])
    assert len(table) == 8
    own = table[table["schedule"].str.startswith("best: ")]
    assert own["steps"].tolist() == [4, 8]
    assert own["value"].tolist() == pytest.approx([one.value for one in found.budgets])


def test_a_later_command_goes_on_with_the_same_run(sent, repository, folder):
    before = history(sent, "value")
    study = study_of(repository.study(NAME), repository)
    later = store(folder)
    known = later.begin(study)
    assert known.trials == frozenset(range(TRIALS))
    assert known.result == the_run(sent).data.tags["mdm_opt.result"]
    assert the_run(sent).info.status == "RUNNING"
    later.end(complete=False)
    assert the_run(sent).info.status == "KILLED"
    assert Sender(repository, NAME, "mlflow", print).finish()
    assert history(sent, "value") == before
    assert the_run(sent).info.status == "FINISHED"
    # MLflow refuses another value for a parameter that is there.
    more = {**study.settings, "search.trials": 99, "verify.new": 1}
    store(folder).begin(replace(study, settings=more))
    params = the_run(sent).data.params
    assert (params["search.trials"], params["verify.new"]) == (str(TRIALS), "1")


def test_many_trials_come_in_parts_and_an_experiment_can_be_named(client, repository, folder):
    from mdm_opt.track.base import TrackedTrial

    study = study_of(repository.study(NAME), repository)
    named = store(folder, experiment="team")
    assert named.begin(study).trials == frozenset()
    values = {f"v{index}": 1.0 for index in range(19)} | {"value": 0.5}
    named.trials([TrackedTrial(number, values, {}) for number in range(120)])
    named.end(complete=False)
    run = the_run(client, "team")
    found = client.get_metric_history(run.info.run_id, "value")
    assert sorted(one.step for one in found) == list(range(120))


def test_a_folder_of_files_serves_where_mlflow_allows_it(client, repository, folder, monkeypatch):
    from mlflow import MlflowClient

    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    files = f"file://{folder}/runs"
    there = MlflowStore(MlflowTable(uri=files))
    monkeypatch.setattr(module, "make_tracker", lambda name, table: there)
    for _ in range(2):
        assert Sender(repository, NAME, "mlflow", print).finish()
    trials = repository.measurements(NAME, ["search"])
    found = history(MlflowClient(tracking_uri=files), "value")
    assert found == [(m.trial_number, m.value) for m in trials]


def test_a_store_that_is_away_is_a_failure_in_seconds(client, repository, monkeypatch):
    """MLflow itself would try for four minutes."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    away = MlflowStore(MlflowTable(uri="http://127.0.0.1:9"))
    said = []
    monkeypatch.setattr(module, "make_tracker", lambda name, table: away)
    assert not Sender(repository, NAME, "mlflow", said.append).finish()
    (line,) = said
    assert line.startswith(f"mlflow lacks {TRIALS} of {TRIALS} trials, or the result: ")
    assert "MlflowException" in line

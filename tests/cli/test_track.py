"""mdm-opt track, and the commands that send a study to its trackers while they work."""

from __future__ import annotations

import json

import pytest
from commands import invoke, succeed
from study_files import SUDOKU4, database, write_study
from tracked import QUIET, TRACK, needs, stand_in

from mdm_opt.persistence import Repository
from mdm_opt.track.wandb_files import values, written

MLFLOW = '[track]\nmlflow = "sqlite:///mlflow.db"\nwait_seconds = 0.3\n'
AWAY = "raise ConnectionError('nobody is there')"


@pytest.fixture(autouse=True)
def _quiet(monkeypatch):
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def stands_in(tmp_path, monkeypatch):
    """Puts a stand-in in place of MLflow, for the processes that send."""

    def put(lines):
        monkeypatch.setattr("mdm_opt.config.track.find_spec", lambda name: name)
        for name, value in stand_in(tmp_path, lines).items():
            monkeypatch.setenv(name, value)

    return put


def test_a_study_without_trackers_is_told_how_to_get_one(finished):
    _, url, _ = finished
    result = invoke("track", "sudoku4", "--storage", url)
    assert result.exit_code == 2
    assert result.stderr == (
        "error: study 'sudoku4' has no tracker; accepted: mlflow, wandb or tensorboard in the "
        "table [track] of its study file, which 'mdm-opt study create' reads again\n"
    )


@pytest.mark.slow
def test_a_tracker_that_is_away_or_blocks_fails_no_run(stands_in, tmp_path):
    """Nothing is lost: the command that is named sends it, and says so where it cannot."""
    stands_in("time.sleep(1000)")
    path, url = write_study(tmp_path, SUDOKU4 + MLFLOW), database(tmp_path)
    result = succeed("run", path, "--storage", url)
    late = "mlflow has not taken everything in 0.3 s; 'mdm-opt track sudoku4' sends the rest"
    assert late in result.stderr
    assert "best: beta(" in result.stdout
    assert len(Repository(url, create=False).measurements("sudoku4", ["search"])) == 6
    found = json.loads(succeed("verify", "sudoku4", "--json", "--storage", url).stdout)
    assert found["budgets"][0]["verified"]
    package = tmp_path / "packages" / "mlflow" / "__init__.py"
    package.write_text(package.read_text().replace("time.sleep(1000)", AWAY))
    result = invoke("track", "sudoku4", "--follow", "--storage", url)
    assert result.exit_code == 1
    assert "mlflow lacks 6 of 6 trials, or the result: ConnectionError: nobody" in result.stderr
    assert result.stderr.endswith("error: not everything has arrived: mlflow\n")


def readings(folder):
    """Numbers and values of the trials that each tracker has, by its own reader."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{folder}/mlflow.db")
    (run,) = client.search_runs([client.get_experiment_by_name("sudoku4").experiment_id])
    assert run.info.status == "FINISHED"
    found = client.get_metric_history(run.info.run_id, "value")
    key = run.data.tags["mdm_opt.key"]
    rows = [values(record.history.item) for record in written(folder, f"mdm-opt-{key}")]
    read = {
        "mlflow": [(one.step, one.value) for one in found],
        "wandb": [(row["trial"], row["value"]) for row in rows if "value" in row],
    }
    place = folder / "events" / f"sudoku4-{key[:8]}"
    return read | ({"tensorboard": scalars(place)} if place.is_dir() else {})


def scalars(place):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(place))
    events.Reload()
    return [(one.step, one.value) for one in events.Scalars("trials/value")]


def kept(url):
    trials = Repository(url, create=False).measurements("sudoku4", ["search"])
    return [(m.trial_number, pytest.approx(m.value)) for m in trials]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_run_is_found_again_in_mlflow_and_wandb(tmp_path):
    needs("mlflow", "wandb")
    text = SUDOKU4 + TRACK.replace("tensorboard", "# tensorboard")
    path, url = write_study(tmp_path, text), database(tmp_path)
    result = succeed("run", path, "--storage", url)
    assert "has not taken" not in result.stderr
    assert len(kept(url)) == 6
    assert readings(tmp_path) == dict.fromkeys(("mlflow", "wandb"), kept(url))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_run_that_goes_on_goes_on_with_the_same_runs(tmp_path):
    needs("mlflow", "wandb", "tensorboard")
    path, url = write_study(tmp_path, SUDOKU4 + TRACK, trials="5"), database(tmp_path)
    succeed("run", path, "--storage", url)
    succeed("run", write_study(tmp_path, SUDOKU4 + TRACK), "--storage", url)
    assert len(kept(url)) == 6
    assert readings(tmp_path) == dict.fromkeys(("mlflow", "wandb", "tensorboard"), kept(url))
    result = succeed("track", "sudoku4", "--storage", url)
    assert result.stdout == "study sudoku4 is in mlflow, wandb, tensorboard\n"
    assert readings(tmp_path) == dict.fromkeys(("mlflow", "wandb", "tensorboard"), kept(url))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_launch_sends_the_trials_of_all_its_workers(tmp_path, postgres_url):
    needs("tensorboard")
    text = SUDOKU4 + '[track]\ntensorboard = "events"\n'
    path = write_study(tmp_path, text, trials="12")
    succeed("study", "create", path, "--storage", postgres_url)
    logs = ("--logs", tmp_path / "logs")
    succeed("launch", "sudoku4", "--workers", "2", *logs, "--storage", postgres_url)
    (place,) = (tmp_path / "events").iterdir()
    assert sorted(step for step, _ in scalars(place)) == list(range(12))

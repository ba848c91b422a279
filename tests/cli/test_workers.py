"""mdm-opt worker and launch, as processes: stopping, refusing, dying again and again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from study_files import SUDOKU4, database, optuna_trials, write_study

from mdm_opt import __version__
from mdm_opt.cli.main import main
from mdm_opt.persistence.optuna_tables import delete_mirror
from mdm_opt.run.trials import run_trials
from mdm_opt.study.opening import create_study

SLOW = "import time\ndef score(samples):\n    time.sleep(0.5)\n    return [0.5 for _ in samples]\n"
# Each worker sees one GPU only, as its environment says.
SEEN = SLOW.replace(
    "    time",
    """    gpu = os.environ.get("CUDA_VISIBLE_DEVICES")
    gpu and pathlib.Path(__file__).with_name(f"gpu-{gpu}").touch()
    time""",
).replace("import time", "import os, pathlib, time")
BROKEN = """
import pathlib


def score(samples):
    if pathlib.Path(__file__).with_name("broken").exists():
        raise ValueError("no luck")
    return [1.0] * len(samples)
"""


def plugin_study(folder, module, source, **replacements):
    """A study whose objective is a function of ours."""
    (folder / f"{module}.py").write_text(source)
    text = SUDOKU4.replace(
        'kind = "validity"\nverifier = "sudoku"',
        f'kind = "{module}:score"\ndirection = "maximize"',
    )
    return write_study(folder, text, **replacements)


def start(*arguments):
    """A command as a process, whose output can be read."""
    return subprocess.Popen(
        [sys.executable, "-m", "mdm_opt", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def invoke(*arguments):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def wait_for(condition, process):
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.05)


def held(queue):
    return [t for t in queue.trials() if t.worker_id is not None and t.finished_at is None]


@pytest.mark.slow
@pytest.mark.parametrize(
    "backend",
    ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.slow])],
)
def test_sigterm_gives_the_trial_back_and_until_then_a_file_has_one_worker(
    tmp_path, backend, request
):
    url = database(tmp_path)
    if backend == "postgresql":
        url = request.getfixturevalue("postgres_url")
    opened = create_study(plugin_study(tmp_path, f"slow_{backend}", SLOW), url)
    process = start("worker", "sudoku4", "--storage", url)
    wait_for(lambda: opened.queue.progress().finished >= 1 and held(opened.queue), process)
    if backend == "sqlite":
        second = invoke("worker", "sudoku4", "--storage", url)
        assert second.exit_code == 2
        # How to get more.
        assert "'mdm-opt storage start'" in second.output
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert "interrupted; go on with" in output
    assert "Traceback" not in output
    progress = opened.queue.progress()
    assert progress.running == 0
    assert 1 <= progress.finished < 6
    assert [worker.ended for worker in opened.queue.workers.all()] == ["stopped"]
    done = invoke("worker", "sudoku4", "--storage", url)
    assert done.exit_code == 0, done.output
    assert "the budget is spent" in done.output
    assert [trial.state.name for trial in optuna_trials(url)] == ["COMPLETE"] * 6


def test_a_worker_of_another_study_file_is_refused(tmp_path):
    url, path = database(tmp_path), write_study(tmp_path)
    create_study(path, url)
    other = tmp_path / "other"
    other.mkdir()
    changed = write_study(other, instances="17")
    refused = invoke("worker", "sudoku4", "--storage", url, "--study-file", changed)
    assert refused.exit_code == 2
    assert "[objective] instances was 16, is 17" in refused.output
    assert invoke("worker", "sudoku4", "--storage", url, "--study-file", path).exit_code == 0


def test_a_worker_of_another_version_is_refused(tmp_path, monkeypatch):
    url = database(tmp_path)
    create_study(write_study(tmp_path), url)
    monkeypatch.setattr("mdm_opt.study.changes.__version__", "1.0.0")
    refused = invoke("worker", "sudoku4", "--storage", url)
    assert refused.exit_code == 2
    assert f"was made by mdm-opt {__version__}, this is 1.0.0" in refused.output


def test_a_worker_with_other_references_is_refused(tmp_path):
    grids = ["1234341221434321", "1234341223414123", "1243342121344312", "1243342143122134"]
    (tmp_path / "grids.txt").write_text("\n".join(grids * 20))
    text = SUDOKU4.replace(
        'kind = "validity"\nverifier = "sudoku"', 'kind = "path_kl"\nreferences = "grids.txt"'
    )
    url = database(tmp_path)
    create_study(write_study(tmp_path, text), url)
    (tmp_path / "grids.txt").write_text("\n".join(grids[::-1] * 20))
    refused = invoke("worker", "sudoku4", "--storage", url)
    assert refused.exit_code == 2
    assert (
        "the objective's data, judge or function of study 'sudoku4' has changed" in refused.output
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--workers", "2"], "--workers: 2 is not accepted: the study is in an SQLite file"),
        (["--workers", "0"], "--workers: 0 is not accepted: at least 1"),
        (["--address", "auto"], "--address goes with --engine ray only"),
        (["--engine", "ray", "--logs", "x"], "--logs goes with --engine local only"),
        (["--heartbeat", "0"], "--heartbeat: 0 is not accepted"),
        (["--heartbeat", "10", "--grace", "15"], "--grace: 15 is not accepted: at least two"),
    ],
)
def test_launches_that_cannot_be_are_refused(tmp_path, arguments, message):
    url = database(tmp_path)
    create_study(write_study(tmp_path), url)
    refused = invoke("launch", "sudoku4", "--storage", url, *arguments)
    assert refused.exit_code == 2
    (line,) = refused.output.splitlines()
    assert message in line
    assert not (tmp_path / "x").exists()


def test_an_unknown_study_is_refused(tmp_path):
    url = database(tmp_path)
    create_study(write_study(tmp_path), url)
    for command in ("worker", "launch"):
        refused = invoke(command, "nobody", "--storage", url)
        assert refused.exit_code == 2
        assert "no study 'nobody' in this database; there are: sudoku4" in refused.output


@pytest.mark.slow
def test_a_launch_on_sqlite_has_one_worker(tmp_path):
    url = database(tmp_path)
    create_study(write_study(tmp_path), url)
    done = invoke("launch", "sudoku4", "--storage", url, "--logs", tmp_path / "logs")
    assert done.exit_code == 0, done.output
    assert "6 of 6 trials are finished; 0 restarts" in done.output
    assert f"next: mdm-opt verify sudoku4 --storage {url}" in done.output
    assert "the budget is spent" in (tmp_path / "logs" / "worker-0.log").read_text()
    again = invoke("launch", "sudoku4", "--storage", url, "--logs", tmp_path / "none")
    assert again.exit_code == 0, again.output
    finished, after = again.stdout.splitlines()
    assert finished == (
        "study sudoku4 is finished: 6 of 6 trials, not verified; there is nothing to launch"
    )
    assert after.endswith(f"mdm-opt verify sudoku4 --storage {url}")
    assert not (tmp_path / "none").exists()


def test_the_launch_of_a_finished_study_brings_optuna_s_tables_up_to_date(tmp_path):
    url = database(tmp_path)
    opened = create_study(write_study(tmp_path), url)
    list(run_trials(opened))
    kept = [trial.value for trial in optuna_trials(url)]
    delete_mirror(opened.repository.engine, "sudoku4")
    opened.repository.close()
    assert invoke("launch", "sudoku4", "--storage", url).exit_code == 0
    assert [trial.value for trial in optuna_trials(url)] == kept
    assert len(kept) == 6


@pytest.mark.slow
@pytest.mark.postgres
def test_workers_share_out_the_gpus_and_ctrl_c_on_their_launch_ends_them(
    tmp_path, postgres_url, monkeypatch
):
    path = plugin_study(tmp_path, "slow_launch", SEEN, trials="40")
    opened = create_study(path, postgres_url)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,GPU-5")
    process = start(
        "launch", "sudoku4", "--storage", postgres_url, "--logs", str(tmp_path / "logs")
    )
    gpus = ["gpu-3", "gpu-GPU-5"]
    wait_for(lambda: sorted(path.name for path in tmp_path.glob("gpu-*")) == gpus, process)
    wait_for(lambda: opened.queue.progress().finished >= 3, process)
    pids = [worker.pid for worker in opened.queue.workers.alive()]
    assert len(pids) == 2
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGINT
    kept = re.search(r"interrupted: (\d+) of 40 trials are finished and kept", output)
    assert kept, output
    assert "started 2 workers" in output
    assert "Traceback" not in output
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert {worker.ended for worker in opened.queue.workers.all()} == {"stopped"}
    progress = opened.queue.progress()
    assert int(kept[1]) <= progress.finished < 40
    assert progress.running == 0


def test_an_objective_that_always_fails_ends_the_worker_and_keeps_the_reason(tmp_path):
    url = database(tmp_path)
    opened = create_study(plugin_study(tmp_path, "broken_always", BROKEN), url)
    (tmp_path / "broken").touch()
    for _ in range(2):
        done = invoke("worker", "sudoku4", "--storage", url)
        assert done.exit_code == 1
        assert done.output.count("raised ValueError: no luck") == 3
        assert done.output.splitlines()[-1].startswith("error: objective 'broken_always:score'")
    assert [trial.failures for trial in opened.queue.trials()] == [1] * 6
    for _ in range(4):
        invoke("worker", "sudoku4", "--storage", url)
    progress = opened.queue.progress()
    assert (progress.failed, progress.settled) == (6, True)
    last = invoke("worker", "sudoku4", "--storage", url)
    assert last.exit_code == 1
    assert "6 of the trials failed 3 times and were given up; the last error:" in last.output
    # Creating it again, after the mend, gives them another chance.
    (tmp_path / "broken").unlink()
    create_study(tmp_path / "study.toml", url)
    assert opened.queue.progress().waiting == 6

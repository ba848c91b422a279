"""Workers as actors of a Ray cluster: killed, stopped, and without room."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from optuna.trial import TrialState
from postgres import short_folder
from sqlalchemy import make_url
from study_files import SUDOKU4, optuna_trials, write_study

import mdm_opt
from mdm_opt.cli.main import main
from mdm_opt.errors import InputError
from mdm_opt.run.ray_engine import RayEngine
from mdm_opt.run.workers import Heartbeat
from mdm_opt.search import seeds
from mdm_opt.study.opening import create_study

pytestmark = pytest.mark.postgres

TRIALS = 24
PASSWORD = "no-log-holds-this"  # noqa: S105  the server trusts its socket and asks for none
LAUNCH = ("launch", "sudoku4", "--engine", "ray")
LOCAL = (*LAUNCH, "--address", "local", "--workers", "2", "--cpus", "0.5")
PULSE = ("--heartbeat", "0.5", "--grace", "3")
# Where the first trial is to hang, one process finds no file and leaves one.
PLUGIN = """
import time
from pathlib import Path


def score(samples, hang):
    hung = Path(__file__).with_name("hung")
    # Not in the rehearsal.
    if hang and hung.with_name("made").exists() and not hung.exists():
        hung.touch()
        time.sleep(600)
    time.sleep(0.2)
    return [float(sample[:1]) for sample in samples]
"""


@pytest.fixture
def needs_ray():
    if not importlib.util.find_spec("ray"):
        if os.environ.get("CI") == "true":
            pytest.fail("Ray is not installed")
        pytest.skip("Ray is not installed")


@pytest.fixture
def environment(postgres_url):
    """Of a launcher: files of Ray and its token in a folder that goes afterwards."""
    folder = short_folder()
    package = str(Path(mdm_opt.__file__).parents[1])
    url = make_url(postgres_url).set(password=PASSWORD).render_as_string(hide_password=False)
    kept = {k: v for k, v in os.environ.items() if not k.startswith("RAY_")}
    try:
        yield kept | {
            "HOME": str(folder),
            "MDM_OPT_STORAGE": url,
            "PYTHONPATH": os.pathsep.join(filter(None, [package, kept.get("PYTHONPATH")])),
            "RAY_TMPDIR": str(folder),
            "RAY_USAGE_STATS_ENABLED": "0",
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def slow_study(folder, url, *, hang=False):
    module = f"slow_{folder.name}"  # a process loads each name once
    (folder / f"{module}.py").write_text(PLUGIN)
    text = SUDOKU4.replace(
        'kind = "validity"\nverifier = "sudoku"',
        f'kind = "{module}:score"\ndirection = "maximize"\n'
        f"options = {{ hang = {str(hang).lower()} }}",
    )
    opened = create_study(write_study(folder, text, trials=str(TRIALS), instances="4"), url)
    (folder / "made").touch()
    return opened


@contextmanager
def launched(environment, *arguments):
    """A launcher in a session of its own, which Ray's processes belong to and which is ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mdm_opt", *arguments],
        cwd=environment["HOME"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        for pid in [process.pid, *members(process.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.communicate()


def members(session):
    """Processes of a session that run."""
    found = []
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,stat="], capture_output=True, text=True, check=True
    )
    for line in listing.stdout.splitlines():
        pid, state = line.split()
        with suppress(ProcessLookupError, PermissionError):
            if os.getsid(int(pid)) == session and not state.startswith("Z"):
                found.append(int(pid))
    return found


def wait_until(condition, process, seconds=180):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)


def none_left(session, seconds=10):
    end = time.monotonic() + seconds
    while members(session) and time.monotonic() < end:
        time.sleep(0.1)
    return not members(session)


def logs(environment):
    """What Ray has written to its files."""
    files = [path for path in Path(environment["RAY_TMPDIR"]).rglob("*") if path.is_file()]
    return b"".join(path.read_bytes() for path in files)


@pytest.mark.slow
def test_killed_actor_is_started_again_and_every_trial_is_done_once(
    tmp_path, needs_ray, environment, postgres_url
):
    opened = slow_study(tmp_path, postgres_url)
    queue = opened.queue
    with launched(environment, *LOCAL, "--gpus", "0", *PULSE) as process:
        wait_until(
            lambda: len(queue.workers.alive()) == 2 and queue.progress().running == 2, process
        )
        victim = queue.workers.alive()[0]
        os.kill(victim.pid, signal.SIGKILL)
        output, errors = process.communicate(timeout=180)
        assert process.returncode == 0, errors
        assert none_left(process.pid)
    assert f"{TRIALS} of {TRIALS} trials are finished" in output
    assert re.search(r"worker [01] died; Ray has started it again as process \d+", errors)
    ended = {worker.pid: worker.ended for worker in queue.workers.all()}
    assert ended.pop(victim.pid) == "lost"
    assert list(ended.values()) == ["finished", "finished"]

    measured = opened.repository.measurements("sudoku4", ["search"])
    assert len({record.trial_number for record in measured}) == len(measured) == TRIALS
    labels = [record.label for record in measured if record.label != "search"]
    assert sorted(labels) == sorted(seed.label for seed in seeds(opened.study_file, 16))
    optuna = optuna_trials(postgres_url)
    assert [trial.state for trial in optuna].count(TrialState.COMPLETE) == TRIALS
    assert not any(trial.state == TrialState.RUNNING for trial in optuna)

    written = logs(environment)
    assert b"WorkerActor" in written
    assert PASSWORD.encode() not in written + (output + errors).encode()
    opened.repository.close()


@pytest.mark.slow
def test_ctrl_c_gives_trials_back_even_from_a_measurement_that_hangs(
    tmp_path, needs_ray, environment, postgres_url
):
    opened = slow_study(tmp_path, postgres_url, hang=True)
    queue = opened.queue
    with launched(environment, *LOCAL, "--gpus", "0") as process:
        wait_until(
            lambda: (tmp_path / "hung").exists() and queue.progress().finished >= 2, process
        )
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=180)
        assert process.returncode == 130, errors
        assert none_left(process.pid)
    assert "trials are finished and kept" in errors
    assert [worker.ended for worker in queue.workers.all()] == ["stopped", "stopped"]
    progress = queue.progress()
    assert progress.running == 0
    assert 2 <= progress.finished < TRIALS
    opened.repository.close()


@pytest.mark.slow
def test_cluster_without_gpus_is_an_error_that_says_what_to_do(
    tmp_path, needs_ray, environment, postgres_url
):
    create_study(write_study(tmp_path), postgres_url).repository.close()
    with launched(environment | {"CUDA_VISIBLE_DEVICES": ""}, *LOCAL) as process:
        _, errors = process.communicate(timeout=180)
        assert none_left(process.pid)
    assert process.returncode == 2
    said = errors.splitlines()[-1]
    assert "has room for 0 such workers (GPU: 1 for each, 0 there" in said
    assert said.endswith("--gpus 0 puts workers on CPU cores")


def test_address_where_nothing_answers_is_one_line(needs_ray):
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(InputError, match=f"^--address: '{address}': nothing answers there: "):
            engine(address=address)


def test_no_cluster_to_be_found_is_one_line(tmp_path, needs_ray, environment, postgres_url):
    if "gcs_server" in subprocess.run(["ps", "-A"], capture_output=True, text=True).stdout:
        pytest.skip("this machine belongs to a cluster")
    create_study(write_study(tmp_path), postgres_url).repository.close()
    with launched(environment, *LAUNCH, "--workers", "1") as process:
        _, errors = process.communicate(timeout=180)
    assert process.returncode == 2
    (line,) = errors.splitlines()
    assert line.startswith("error: --address: 'auto': Could not find any running Ray instance.")


def test_missing_ray_is_one_line(tmp_path, postgres_url, monkeypatch):
    create_study(write_study(tmp_path), postgres_url).repository.close()
    monkeypatch.setitem(sys.modules, "ray", None)
    result = CliRunner().invoke(main, [*LAUNCH, "--workers", "1", "--storage", postgres_url])
    assert result.exit_code == 2
    assert result.output == "error: --engine ray needs Ray: pip install 'mdm-opt[ray]'\n"


@pytest.mark.parametrize("key", ["gpus", "cpus"])
@pytest.mark.parametrize("value", [-1.0, 1.5, 1e-5, float("nan"), float("inf")])
def test_what_no_node_can_hand_out_is_refused(key, value):
    with pytest.raises(InputError, match=rf"^--{key}: \S+ is not accepted: 0, a fraction"):
        engine(**{key: value})


def engine(address="auto", gpus=0.0, cpus=1.0):
    return RayEngine(
        "sudoku4", "sqlite://", address=address, gpus=gpus, cpus=cpus, heartbeat=Heartbeat()
    )

"""Workers as processes of this machine, with a script in place of the command."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest
from records import study_record

from mdm_opt.errors import InputError
from mdm_opt.run.launch import Exit
from mdm_opt.run.local_engine import LocalEngine, visible_gpus
from mdm_opt.run.workers import Heartbeat

# Says what it was told, and then does what the test has written.
SCRIPT = """#!/bin/sh
echo "arguments: $@"
echo "storage: $MDM_OPT_STORAGE, GPUs: $CUDA_VISIBLE_DEVICES, threads: $OMP_NUM_THREADS"
{}
"""
STORAGE = "postgresql+psycopg://me:secret@there/studies"


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """Makes an engine whose workers run some lines of shell; none is left afterwards."""
    made = []

    def make(lines="", workers=1, gpus=(), device="auto", logs=None, **heartbeat):
        command = tmp_path / "python"
        command.write_text(SCRIPT.format(lines))
        command.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(command))
        record = study_record(study_file={"model": {"kind": "bundled", "device": device}})
        made.append(
            LocalEngine(
                record, STORAGE, workers, gpus=gpus, logs=logs or tmp_path / "logs" / "here",
                heartbeat=Heartbeat(**heartbeat),
            )
        )  # fmt: skip
        return made[-1]

    yield make
    for one in made:
        one.stop()


def log(tmp_path, index=0):
    return (tmp_path / "logs" / "here" / f"worker-{index}.log").read_text().splitlines()


def wait_for(condition):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.01)


def ended(engine, index=0):
    wait_for(lambda: engine.exit_of(index) is not None)
    return engine.exit_of(index)


def test_a_worker_is_told_its_study_and_its_pulse_and_the_storage_in_private(engine, tmp_path):
    found = engine(interval_seconds=0.5, grace_seconds=2.0)
    found.start(0)
    assert ended(found).code == 0
    arguments, environment = log(tmp_path)
    assert arguments == ("arguments: -P -m mdm_opt worker s --heartbeat 0.5 --grace 2 --wait 30")
    assert environment.startswith(f"storage: {STORAGE}, ")


def test_gpus_are_handed_out_in_turn(engine, tmp_path, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1,2")
    found = engine(workers=3, gpus=["2", "GPU-5"])
    for index in range(3):
        found.start(index)
        ended(found, index)
    assert [log(tmp_path, n)[1].split(", ")[1] for n in range(3)] == [
        "GPUs: 2",
        "GPUs: GPU-5",
        "GPUs: 2",
    ]


@pytest.mark.parametrize(
    ("gpus", "device", "told"),
    [(["3"], "cuda:1", True), (["3"], "auto", False), ([], "cuda:1", False), ([], "cpu", False)],
)
def test_the_one_gpu_that_a_worker_sees_is_its_first(engine, tmp_path, gpus, device, told):
    found = engine(gpus=gpus, device=device)
    found.start(0)
    ended(found)
    assert log(tmp_path)[0].endswith(" --device cuda") is told


def test_without_gpus_the_cores_are_shared_out(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS")
    found = engine(workers=3)
    found.start(0)
    ended(found)
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    found.start(1)
    ended(found, 1)
    assert [log(tmp_path, n)[1].rpartition(" ")[2] for n in range(2)] == ["2", "7"]


@pytest.mark.parametrize(
    ("lines", "code", "words"),
    [
        ("exit 0", 0, "model 'bundled': its process ended with exit code 0"),
        ("echo 'error: no such study' >&2; echo; exit 2", 2, "no such study"),
        ("echo one; echo two; exit 1", 1, "model 'bundled': its process ended with exit code 1"),
        ("kill -ALRM $$", -14, "model 'bundled': its process took too long"),
    ],
)
def test_the_last_words_of_a_worker_are_in_its_log(engine, tmp_path, lines, code, words):
    found = engine(lines)
    found.start(0)
    how = ended(found)
    assert how.code == code
    assert how.reason.startswith(words)
    assert how.reason.endswith(f" (see {tmp_path}/logs/here/worker-0.log)")


def test_a_worker_that_runs_has_not_ended_and_one_that_is_killed_has(engine):
    found = engine("exec sleep 60")
    found.start(0)
    assert found.exit_of(0) is None
    os.kill(found.pids[0], signal.SIGKILL)
    said = f"model 'bundled': its process was killed by SIGKILL (see {found.log(0)})"
    assert ended(found) == Exit(-9, said, found.pids[0])


def test_a_worker_that_is_started_again_goes_on_with_its_log(engine, tmp_path):
    found = engine("echo $$")
    for _ in range(2):
        found.start(0)
        ended(found)
    assert len(log(tmp_path)) == 6
    assert log(tmp_path)[-1] == str(found.pids[0])


def test_at_the_end_workers_are_asked_and_those_that_do_not_listen_are_ended(
    engine, tmp_path, monkeypatch
):
    polite = engine("trap 'echo asked; exit 143' TERM; echo ready; while :; do sleep 0.01; done")
    polite.start(0)
    wait_for(lambda: log(tmp_path)[-1:] == ["ready"])
    deaf = engine("trap '' TERM; echo ready; while :; do sleep 0.01; done")
    deaf.start(1)
    wait_for(lambda: log(tmp_path, 1)[-1:] == ["ready"])
    polite.stop()
    assert polite.exit_of(0).code == 143
    assert log(tmp_path)[-1] == "asked"
    monkeypatch.setattr("mdm_opt.run.local_engine._STOP_SECONDS", 0.2)
    deaf.stop()
    assert deaf.exit_of(1).code == -9


def test_a_ctrl_c_in_the_terminal_does_not_reach_workers(engine):
    found = engine("exec sleep 60")
    found.start(0)
    assert os.getsid(found.pids[0]) == found.pids[0] != os.getsid(0)


def test_a_folder_for_logs_that_cannot_be_made_is_named(engine, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=rf"^--logs: {tmp_path}/file/logs: Not a directory"):
        engine(logs=tmp_path / "file" / "logs")


@pytest.mark.parametrize(
    ("variable", "names"), [("", []), ("0", ["0"]), ("3,GPU-5", ["3", "GPU-5"]), ("0, ,", ["0"])]
)
def test_the_gpus_are_those_that_the_environment_leaves(monkeypatch, variable, names):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", variable)
    assert visible_gpus() == names


def test_where_it_says_nothing_they_are_all_there_are(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 3)
    assert visible_gpus() == ["0", "1", "2"]

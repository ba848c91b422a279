"""The process that sends to one tracker, with stand-ins for the tracker's package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest
from study_files import database
from tracked import TRIALS, stand_in

from mdm_opt.track.child import LACKING, LATE


@pytest.fixture
def start(folder):
    """Starts the process with a stand-in for MLflow; it is gone afterwards."""
    made = []

    def start(lines, wait_seconds=None, name="sudoku4"):
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "mdm_opt.track.child"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=os.environ | stand_in(folder, lines),
        )  # fmt: skip
        made.append(process)
        job = {
            "url": database(folder), "name": name, "tracker": "mlflow",
            "wait_seconds": wait_seconds,
        }  # fmt: skip
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        return process

    yield start
    for process in made:
        process.kill()
        process.communicate()


def said(output):
    return [json.loads(line)["say"] for line in output.splitlines()]


def test_what_a_tracker_prints_and_raises_stays_apart(start, made):
    process = start("print('noise', os.getcwd())\nraise ConnectionError('nobody')")
    output, errors = process.communicate("end\n", timeout=400)
    assert process.returncode == LACKING
    # Relative places are below the study file.
    assert f"noise {made}" in errors
    assert said(output)[-1] == (
        f"mlflow lacks {TRIALS} of {TRIALS} trials, or the result: ConnectionError: nobody; "
        "'mdm-opt track sudoku4' sends it"
    )


def test_where_the_starter_dies_the_limit_holds_all_the_same(start):
    process = start("time.sleep(1000)", wait_seconds=0.5)
    began = time.monotonic()
    # Its standard input ends, as it does where the starter is killed.
    process.stdin.close()
    process.stdin = None
    process.communicate(timeout=400)
    assert process.returncode == LATE
    assert time.monotonic() - began < 200


@pytest.mark.slow
def test_what_is_wrong_from_the_start_is_said(start):
    process = start("pass", name="other")
    output, _ = process.communicate("end\n", timeout=400)
    assert process.returncode == LACKING
    (line,) = said(output)
    assert line.startswith("mlflow: InputError: no study 'other' in this database")

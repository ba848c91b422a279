"""How long a measurement may take: given or learned, with a warning before."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from records import measurement
from study_files import database, write_study

from mdm_opt import supervised
from mdm_opt.candidates import beta
from mdm_opt.run import time_limit
from mdm_opt.run.time_limit import TimeLimit
from mdm_opt.study.opening import create_study


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """A study of 16 instances and 4 steps."""
    folder = tmp_path_factory.mktemp("limit")
    return create_study(write_study(folder), database(folder))


def given(opened, seconds):
    search = opened.study_file.search.model_copy(update={"trial_seconds": seconds})
    return replace(opened, study_file=opened.study_file.model_copy(update={"search": search}))


def took(seconds, instances=16, steps=4, device="cpu"):
    return measurement(
        seconds=seconds,
        candidate=beta(1.0, 1.0, steps),
        scores=np.zeros(instances),
        device=device,
    )


def test_a_given_limit_is_that_of_a_trial_and_grows_with_the_measurement(opened):
    limit = TimeLimit(given(opened, 10.0), print)
    assert limit.seconds(16, 4) == 10.0
    assert limit.seconds(8, 2) == 10.0
    assert limit.seconds(32, 4) == 20.0
    assert limit.seconds(32, 12) == 60.0


def test_without_one_it_is_learned_from_the_longest_on_this_kind_of_device(opened):
    limit = TimeLimit(opened, print)
    assert limit.seconds(16, 4) is None
    limit.learn([took(640.0, device="cuda:1")])
    assert limit.seconds(16, 4) is None
    limit.learn([took(32.0), took(64.0), took(1.0)])
    assert limit.seconds(16, 4) == pytest.approx(20 * 64)
    # A race that was stopped early has taken as long for each of its instances.
    limit.learn([took(64.0, instances=8)])
    assert limit.seconds(16, 4) == pytest.approx(20 * 128)
    assert limit.seconds(32, 8) == pytest.approx(4 * 20 * 128)
    # Scoring may take as long whatever the steps.
    assert limit.seconds(16, 1) == pytest.approx(20 * 128)


def test_short_trials_have_five_minutes(opened):
    limit = TimeLimit(opened, print)
    limit.learn([took(0.01)])
    assert limit.seconds(16, 4) == 300.0


def test_there_is_a_warning_before_and_no_end_where_nobody_would_go_on(opened):
    said = []
    limit = TimeLimit(given(opened, 0.2), said.append)
    with limit("trial 3", 16, 4):
        time.sleep(0.5)
    assert said == ["trial 3 has taken 0 s"]
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_the_first_trial_of_all_has_a_warning(opened, monkeypatch):
    monkeypatch.setattr(time_limit, "_FIRST_WARNING_SECONDS", 0.05)
    said = []
    with TimeLimit(opened, said.append)("trial 0", 16, 4):
        time.sleep(0.3)
    assert said == [
        "trial 0 has taken 0 s; there is no limit yet; [search] trial_seconds sets one"
    ]


def test_what_is_usual_is_said(opened, monkeypatch):
    monkeypatch.setattr(time_limit, "_LEAST_WARNING_SECONDS", 0.05)
    said = []
    limit = TimeLimit(opened, said.append)
    limit.learn([took(0.004)])
    with limit("trial 1", 16, 4):
        time.sleep(0.3)
    assert said == ["trial 1 has taken 0 s; 0.004 s would be usual"]


def test_a_watched_process_is_ended_even_by_code_that_lets_nothing_else_run():
    code = (
        "from mdm_opt import supervised\n"
        "from mdm_opt.run.time_limit import _ended_after\n"
        "with supervised.told():\n"
        "    with _ended_after(60.0): pass\n"
        "    with _ended_after(0.3):\n"
        "        import re; re.match(r'(a+)+$', 'a' * 60 + 'b')\n"
    )
    started = time.monotonic()
    environment = os.environ | {supervised.VARIABLE: supervised.BY_LAUNCH}
    done = subprocess.run([sys.executable, "-c", code], env=environment, timeout=120)
    assert done.returncode == -signal.SIGALRM
    assert time.monotonic() - started < 60

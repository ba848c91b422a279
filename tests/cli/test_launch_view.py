"""The live picture of a launch."""

from __future__ import annotations

from io import StringIO

from records import study_record
from rich.console import Console

from mdm_opt.cli.launch_view import LaunchView
from mdm_opt.persistence import Progress, WorkerRecord
from mdm_opt.run.launch import LaunchState

STUDY = study_record()
WORKER = WorkerRecord(3, "gpu-1", 4711, "cuda:0", 60.0, None, 3.2)


def state(progress, seconds, left, news=()):
    return LaunchState(progress, {12: 0.398}, [WORKER], 1, seconds, 90.0, left, news)


def shown(states, *, terminal):
    out = StringIO()
    console = Console(file=out, width=100, force_terminal=terminal, color_system=None)
    with LaunchView(console, STUDY, 2) as view:
        for one in states:
            view.show(one)
            if terminal:
                console.print(view._picture(one))
    return out.getvalue()


def test_a_terminal_sees_trials_best_workers_and_the_time_left():
    picture = shown([state(Progress(40, 12, 2, 1), 95.3, 220.0)], terminal=True)
    for fact in (
        " 12/40 trials",
        "2 running",
        "1 failed",
        f"best so far: 12 steps 0.398 {STUDY.unit}",
        "1 of 2 workers alive, 1 restart",
        "time left: 0:03:40",
        "running for 0:01:35",
    ):
        assert fact in picture
    row = next(line for line in picture.splitlines() if "gpu-1" in line)
    assert row.split() == ["3", "gpu-1", "4711", "cuda:0", "3", "s", "ago"]


def test_a_log_gets_a_line_now_and_then_all_news_and_the_end_once():
    running, done = Progress(40, 12, 2, 0), Progress(40, 40, 0, 0)
    states = [
        state(running, 1.0, None),
        state(running, 2.0, None, ("worker 0 ended: killed; starting it again",)),
        state(running, 40.0, 60.0),
        state(done, 50.0, 0.0),
        state(done, 50.5, 0.0),
    ]
    lines = shown(states, terminal=False).splitlines()
    assert lines[0] == f"study {STUDY.name}: started 2 workers"
    assert lines[2] == "worker 0 ended: killed; starting it again"
    assert [line.split(" trials")[0] for line in (lines[1], *lines[3:])] == [
        "12/40",
        "12/40",
        "40/40",
    ]
    assert "time left: unknown, no trial finished for 0:01:30" in lines[1]

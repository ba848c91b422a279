"""What a watched process tells, in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from mdm_opt import supervised
from mdm_opt.supervised import exit_words


def lines_of(code, **environment):
    """Runs code with the pipe of a starter; what it told, its exit code and its output."""
    ours, theirs = os.pipe()
    done = subprocess.run(
        [sys.executable, "-c", "from mdm_opt import supervised\n" + code],
        env=os.environ | {supervised.VARIABLE: f"{theirs}:{os.getpid()}"} | environment,
        pass_fds=[theirs],
        capture_output=True,
        text=True,
    )
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        return [json.loads(line) for line in pipe], done.returncode, done.stdout


@pytest.mark.parametrize(
    ("code", "told", "exit_code"),
    [
        ("pass", [{"end": 0}], 0),
        ("raise SystemExit(2)", [{"end": 2}], 2),
        ("raise SystemExit", [{"end": 0}], 0),
        ("raise SystemExit('no')", [{"end": 1}], 1),
        ("raise ValueError", [{"end": 1}], 1),
        ("import os; os._exit(0)", [], 0),
        ("import os; os.kill(os.getpid(), 9)", [], -9),
        ("supervised.tell(doing='a', limit=None)", [{"doing": "a", "limit": None}, {"end": 0}], 0),
        # What it forks is not watched, whatever it says.
        (
            "import os\n  if not os.fork(): supervised.tell(end=7); os._exit(0)\n  os.wait()",
            [{"end": 0}],
            0,
        ),
        # Processes that it starts are not, either.
        ("import os; assert supervised.VARIABLE not in os.environ", [{"end": 0}], 0),
    ],
)  # fmt: skip
def test_only_an_end_of_its_own_is_told(code, told, exit_code):
    found = lines_of(f"with supervised.told():\n  {code}")
    assert found[:2] == (told, exit_code)


def test_nothing_is_printed_after_its_end():
    code = (
        "import atexit, os\natexit.register(print, 'late')\n"
        "with supervised.told(): print('result')\nos.write(1, b'later')"
    )
    assert lines_of(code)[2] == "result\n"


def test_it_knows_whom_it_takes_the_place_of():
    code = "with supervised.told(): print(supervised.active(), supervised.predecessor())"
    died = {supervised.DIED: "12:the model: a"}
    assert lines_of(code, **died)[2] == "True (12, 'the model: a')\n"
    assert lines_of(code)[2] == "True None\n"


def test_nobody_watches_this_process():
    assert not supervised.active()
    supervised.tell(doing="nothing")


def test_it_does_not_outlive_a_starter_that_is_killed():
    code = (
        "from mdm_opt import supervised\nimport time\nwith supervised.told():\n  time.sleep(600)"
    )
    starter = (
        "import os, subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {code!r}], "
        f"env=os.environ | {{{supervised.VARIABLE!r}: f'1:{{os.getpid()}}'}})\n"
        "print(child.pid, flush=True)\ntime.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True)
    child = int(process.stdout.readline())
    time.sleep(0.5)
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 30
    while os.path.exists(f"/proc/{child}"):  # noqa: PTH110
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("code", "words"),
    [(0, "ended its process with exit code 0"), (-9, "was killed by SIGKILL"),
     (-77, "was killed by signal 77")],
)  # fmt: skip
def test_an_exit_code_in_words(code, words):
    assert exit_words(code) == words
    if code == 0:
        assert exit_words(code, "ended") == "ended with exit code 0"

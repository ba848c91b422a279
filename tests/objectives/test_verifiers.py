"""Functions that score answers: kept apart, limited, and replaced after what they do."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from verifier_calls import ask, failure

from mdm_opt.errors import InputError
from mdm_opt.objectives.function_calls import check_arguments
from mdm_opt.objectives.verifiers import Verifier


def test_a_function_scores_answers(module: str, made: Any) -> None:
    verifier = made(f"{module}:equal", options={"weight": 2.5})
    strange = "a\nb\u2028\ud800{}\x00" * 50_000
    assert ask(verifier, strange, strange) == 2.5
    assert ask(verifier, "a", "b") == 0.0


def test_one_process_for_all_answers(module: str, made: Any) -> None:
    verifier = made(f"{module}:count")
    assert [ask(verifier) for _ in range(3)] == [1, 2, 3]
    assert ask(made(f"{module}:process")) != os.getpid()


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("raise ValueError('a\\nb')", "raised ValueError: a b"),
        ("raise KeyError", "raised KeyError"),
        ("raise ValueError('x' * 9999)", "raised ValueError: xxx"),
        ("assert False", "raised AssertionError"),
        ("sys.exit(3)", "raised SystemExit: 3"),
        ("raise KeyboardInterrupt", "raised KeyboardInterrupt"),
        ("class E(Exception):\n    def __str__(self): 1 / 0\nraise E", "raised E"),
        ("act(prompt, answer, reference)", "raised RecursionError: maximum recursion depth"),
        ("x = bytearray(2**30)", "ran out of memory (memory_mib = 256)"),
        ("x = []\nwhile True: x.append('x' * 10**6 + str(len(x)))", "ran out of memory (memory_"),
        ("os._exit(0)", "ended its process with exit code 0"),
        ("os._exit(7)", "ended its process with exit code 7"),
        ("os.abort()", "was killed by SIGABRT"),
        ("os.kill(os.getpid(), 9)", "was killed by SIGKILL"),
        ("os.closerange(3, 99)\nwhile True: pass", "closed the pipes of its process"),
    ],
)
def test_what_goes_wrong_is_one_line_and_the_next_answer_is_scored(
    module: str, made: Any, action: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mdm_opt.objectives.function_process._EXIT_SECONDS", 0.5)
    verifier = made(f"{module}:act")
    assert failure(verifier, action).startswith(
        f"[objective] score '{module}:act', data line 3: {words}"
    )
    assert ask(verifier, "pass") == 1.0


@pytest.mark.parametrize(
    "action",
    [
        "while True: pass",
        "time.sleep(99)",
        "import signal\nsignal.signal(15, signal.SIG_IGN)\nwhile True: pass",
        "import re\nre.match('(a+)+b', 'a' * 60)",
        "os.system('sleep 99')",
    ],
)
def test_time_is_limited(module: str, made: Any, action: str) -> None:
    verifier = made(f"{module}:act", timeout_seconds=0.5)
    assert ask(verifier, "pass") == 1.0
    started = time.monotonic()
    assert failure(verifier, action).endswith("data line 3: took more than 0.5 s")
    assert time.monotonic() - started < 10
    assert ask(verifier, "pass") == 1.0


def test_no_interpreter(module: str, made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert "its process could not be started: " in failure(made(f"{module}:count"))


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(process: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive(process) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(process)


def test_the_process_ends_with_the_verifier(module: str) -> None:
    verifier = Verifier(f"{module}:process", options={}, timeout_seconds=9, memory_mib=256)
    process = int(ask(verifier))
    assert alive(process)
    del verifier
    gc.collect()
    assert not alive(process)


def test_an_interrupted_question_leaves_no_answer_behind(
    module: str, made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier = made(f"{module}:number")
    assert ask(verifier, "1") == 1

    def interrupted(*_arguments: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("mdm_opt.objectives.function_process.os.read", interrupted)
        with pytest.raises(KeyboardInterrupt):
            ask(verifier, "2")
    assert ask(verifier, "3") == 3


@pytest.mark.parametrize("then", ["time.sleep(60)", "ask('max(iter(int, 1))')"])
def test_the_process_does_not_outlive_a_killed_parent(
    module: str, tmp_path: Path, then: str
) -> None:
    """Between questions it ends at once, in the middle of one when its time is over."""
    caller = tmp_path / "caller.py"
    caller.write_text(
        "import time\n"
        "from mdm_opt.objectives.verifiers import Verifier\n"
        f"verifier = Verifier('{module}:number', options={{}}, timeout_seconds=1, memory_mib=64)\n"
        "def ask(answer):\n"
        "    return verifier(prompt='', answer=answer, reference='', place='')\n"
        "print(int(ask('os.getpid()')), flush=True)\n"
        f"{then}\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, str(caller)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout is not None
        verifier = int(process.stdout.readline())
        time.sleep(0.3)
        assert alive(verifier)
        process.kill()
    assert gone(verifier, 20)


def test_arguments_are_checked_before() -> None:
    def plain(prompt: str, answer: str, reference: str, weight: float = 1.0) -> float:
        return weight

    def anything(**keys: Any) -> float:
        return 1.0

    check_arguments(plain, "m:f", {}, "key")
    check_arguments(plain, "m:f", {"weight": 2}, "key")
    check_arguments(anything, "m:f", {"other": 2}, "key")
    with pytest.raises(InputError, match=r"^key: 'm:f' cannot be called with \(prompt=\.\.\., .*"):
        check_arguments(plain, "m:f", {"wait": 2}, "key")
    with pytest.raises(InputError, match="missing a required argument"):
        check_arguments(lambda samples, **_: 1.0, "m:f", {}, "key")

"""Functions that score answers: kept apart, limited, and replaced after what they do."""

from __future__ import annotations

import gc
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mdm_opt.errors import InputError, RunError
from mdm_opt.objectives.verifiers import Verifier, check_arguments

NAMES = (f"verifier_plugin_{index}" for index in itertools.count())
FUNCTIONS = """
import os, sys, time

print("imported")
calls = 0


def equal(prompt, answer, reference, weight=1.0):
    return weight * (answer == reference)


def number(prompt, answer, reference):
    return eval(answer)


def process(prompt, answer, reference):
    return os.getpid()


def count(prompt, answer, reference):
    global calls
    calls += 1
    return calls


def talk(prompt, answer, reference):
    print('{"value": 7}' * 10_000)
    os.system("echo '{\\"value\\": 8}'")
    sys.stdout.flush()
    try:
        input()
    except EOFError:
        return 1
    return 2


def act(prompt, answer, reference):
    exec(answer)
    return 1
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = next(NAMES)
    (tmp_path / f"{name}.py").write_text(FUNCTIONS)
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


@pytest.fixture
def made() -> Iterator[Any]:
    all_made: list[Verifier] = []

    def make(function: str, **keys: Any) -> Verifier:
        limits = {"options": {}, "timeout_seconds": 20.0, "memory_mib": 256, **keys}
        all_made.append(Verifier(function, **limits))
        return all_made[-1]

    yield make
    for verifier in all_made:
        verifier.close()


def ask(verifier: Verifier, answer: str = "", reference: str = "", prompt: str = "") -> float:
    return verifier(prompt=prompt, answer=answer, reference=reference, place="data line 3")


def failure(verifier: Verifier, answer: str = "") -> str:
    with pytest.raises(RunError) as caught:
        ask(verifier, answer)
    message = str(caught.value)
    assert message.splitlines() == [message]
    assert len(message) < 450
    return message


def test_a_function_scores_answers(module: str, made: Any) -> None:
    verifier = made(f"{module}:equal", options={"weight": 2.5})
    strange = "a\nb\u2028\ud800{}\x00" * 50_000
    assert ask(verifier, strange, strange) == 2.5
    assert ask(verifier, "a", "b") == 0.0


@pytest.mark.parametrize(
    ("value", "number"),
    [("True", 1.0), ("3", 3.0), ("-0.5", -0.5), ("__import__('numpy').float32(0.25)", 0.25)],
)
def test_numbers(module: str, made: Any, value: str, number: float) -> None:
    assert ask(made(f"{module}:number"), value) == number


@pytest.mark.parametrize(
    "value", ["None", "'1'", "float('nan')", "float('inf')", "[1]", "1j", "10**400", "'x' * 999"]
)
def test_anything_else_is_refused(module: str, made: Any, value: str) -> None:
    verifier = made(f"{module}:number")
    message = failure(verifier, value)
    start = f"[objective] score '{module}:number', data line 3: returned "
    assert message.startswith(start + repr(eval(value))[:40])  # noqa: S307
    assert message.endswith("; one finite number is expected")
    assert ask(verifier, "4") == 4.0


def test_one_process_for_all_answers(module: str, made: Any) -> None:
    verifier = made(f"{module}:count")
    assert [ask(verifier) for _ in range(3)] == [1, 2, 3]
    assert ask(made(f"{module}:process")) != os.getpid()


def test_what_it_prints_and_reads_does_not_come_between(module: str, made: Any) -> None:
    verifier = made(f"{module}:talk")
    assert [ask(verifier) for _ in range(3)] == [1, 1, 1]


def test_a_forgotten_child_does_not_answer(module: str, made: Any) -> None:
    verifier = made(f"{module}:number")
    assert ask(verifier, "1 if os.fork() else [time.sleep(0.2), 2][1]") == 1
    time.sleep(0.4)
    assert [ask(verifier, str(number)) for number in range(3, 9)] == [3, 4, 5, 6, 7, 8]


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
    monkeypatch.setattr("mdm_opt.objectives.verifiers._EXIT_SECONDS", 0.5)
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


def test_memory_is_counted_from_what_the_modules_take(made: Any, tmp_path: Path) -> None:
    name = next(NAMES)
    (tmp_path / f"{name}.py").write_text(
        "taken = bytearray(400 * 2**20)\n"
        "def use(prompt, answer, reference):\n    return len(bytearray(int(answer) * 2**20))\n"
    )
    sys.path.append(str(tmp_path))
    try:
        verifier = made(f"{name}:use", memory_mib=200)
        assert ask(verifier, "100") == 100 * 2**20
        assert "ran out of memory (memory_mib = 200)" in failure(verifier, "300")
    finally:
        sys.path.remove(str(tmp_path))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("raise ValueError('no\\nway')", "raised ValueError: no way"),
        ("import os\nos._exit(3)", "ended its process with exit code 3"),
        ("", "raised AttributeError: module"),
    ],
)
def test_a_module_that_cannot_be_imported_there(
    made: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, words: str
) -> None:
    name = next(NAMES)
    (tmp_path / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert f"score '{name}:f', data line 3: {words}" in failure(made(f"{name}:f"))


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
        patch.setattr("mdm_opt.objectives.verifiers.os.read", interrupted)
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

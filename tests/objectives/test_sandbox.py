"""Programs in the sandbox: which pass, what they may use up, and what becomes of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from sandboxed import run

from mdm_opt.errors import InputError, RunError
from mdm_opt.objectives import sandbox, sandbox_child
from mdm_opt.objectives.sandbox import Outcome, check_sandbox, run_program, run_programs

pytestmark = pytest.mark.usefixtures("_available", "_leaves_nothing")


def test_a_program_passes_when_it_comes_to_its_end() -> None:
    assert run("assert 1 + 1 == 2") == Outcome(True, "came to its end")
    assert run("assert 1 + 1 == 3, 'no'") == Outcome(False, "exited with 1: AssertionError: no")
    assert run("assert 1 + 1 == 3") == Outcome(False, "exited with 1: AssertionError")
    assert run("def f(:").reason.startswith("exited with 1: SyntaxError: ")


ORDINARY = {
    "main": "ran = 0\nif __name__ == '__main__':\n    ran = 1\nassert ran",
    "files": (
        "import os, tempfile\n"
        "open('a', 'w').write('text')\n"
        "os.makedirs('b/c'); os.rename('a', 'b/c/a')\n"
        "assert open('b/c/a').read() == 'text'\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    open(folder + '/x', 'w').close()\n"
        "assert os.path.realpath(os.environ['HOME']) == os.path.realpath(os.getcwd())"
    ),
    "asyncio": (
        "import asyncio\n"
        "async def main():\n    await asyncio.sleep(0.01)\n    return 3\n"
        "assert asyncio.run(main()) == 3"
    ),
    "threads": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(8) as pool:\n    assert sum(pool.map(abs, [-1] * 99)) == 99"
    ),
    "numpy": "import numpy as np\nassert (np.ones((200, 200)) @ np.ones(200)).sum() == 40000",
    "pickle": (
        "import pickle\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass A:\n    x: int\n"
        "assert pickle.loads(pickle.dumps(A(1))) == A(1)"
    ),
    "alarm": (
        "import signal, time\n"
        "class Late(Exception): pass\n"
        "def late(*_): raise Late\n"
        "signal.signal(signal.SIGALRM, late)\nsignal.setitimer(signal.ITIMER_REAL, 0.05)\n"
        "try:\n    time.sleep(60)\n    assert False\nexcept Late:\n    pass"
    ),
    "itself": "import os\nos.kill(os.getpid(), 0)",
}


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_programs_pass(name: str) -> None:
    assert run(ORDINARY[name]).reason == "came to its end"


def test_hashes_are_the_same_in_every_run() -> None:
    order = "texts = [str(i) for i in range(50)]\nassert list(set(texts)) == {}"
    found = [
        run(f"raise Exception(hash('{word}'))").reason for word in ("word", "word", "another")
    ]
    assert found[0] == found[1] != found[2]
    assert "exited with 1: Exception: " in found[0]
    assert not run(order.format([])).passed


ENDLESS = {
    "loop": "while True: pass",
    "sleep": "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(99)",
    "lock": "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
    "expression": "import re\nre.match('(a+)+b', 'a' * 60)",
    "catches everything": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    ),
    "floods the report": "import os\nwhile True:\n    for f in range(3, 9):\n"
    "        try:\n            os.write(f, b'x' * 9999)\n        except OSError: pass",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_time_is_limited(name: str) -> None:
    started = time.monotonic()
    assert run(ENDLESS[name], timeout_seconds=0.5) == Outcome(False, "took more than 0.5 s")
    assert time.monotonic() - started < 10


def test_time_begins_with_the_program() -> None:
    """Not with the interpreter, which may start slowly on a busy machine."""
    assert run("import time\ntime.sleep(0.1)", timeout_seconds=2).passed


def test_memory_is_limited() -> None:
    hungry = "x = bytearray(200 * 2**20)"
    assert run(hungry, memory_mib=512).passed
    assert run(hungry, memory_mib=128) == Outcome(False, "ran out of memory")
    bomb = "x = []\nwhile True: x.append('x' * 10**6 + str(len(x)))"
    assert run(bomb, memory_mib=128) == Outcome(False, "ran out of memory")


def test_output_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    flood = "for _ in range(50): print('x' * 2**20)\nimport time\ntime.sleep(0.5)"
    assert run(flood).passed
    monkeypatch.setattr(sandbox, "_MAX_WRITTEN_BYTES", 10 * 2**20)
    assert run(flood) == Outcome(False, "wrote more than 10 MiB")


def test_threads_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    many = (
        "import threading, time\n"
        "for _ in range(40): threading.Thread(target=time.sleep, args=(1,), daemon=True).start()\n"
        "time.sleep(0.5)"
    )
    assert run(many, memory_mib=4096).passed
    monkeypatch.setattr(sandbox, "_MAX_THREADS", 20)
    assert run(many, memory_mib=4096) == Outcome(False, "started more than 20 threads")


def test_threads_that_go_on_are_cut_off() -> None:
    program = "import threading, time\nthreading.Thread(target=time.sleep, args=(99,)).start()"
    started = time.monotonic()
    assert run(program).passed
    assert time.monotonic() - started < 10


UNFINISHED = {
    "import os\nos._exit(0)": "ended its process with exit code 0",
    "import sys\nsys.exit(0)": "ended itself by SystemExit: 0",
    "exit()": "ended itself by SystemExit: None",
    "raise KeyboardInterrupt": "exited with 1: KeyboardInterrupt",
    "import os\nos.closerange(0, 256)": "ended its process with exit code 0",
    "import os\nos.abort()": "was killed by SIGABRT",
    "import ctypes\nctypes.string_at(0)": "was killed by SIGSEGV",
    "import os\nos.kill(os.getpid(), 9)": "was killed by SIGKILL",
    "def f(): f()\nf()": "exited with 1: RecursionError: maximum recursion depth exceeded",
    "input()": "exited with 1: EOFError: EOF when reading a line",
    "class E(Exception):\n    def __str__(self): return 1 / 0\nraise E": (
        "exited with 1: an exception that cannot be shown"
    ),
    "raise Exception('\\ud800')": "exited with 1: Exception: ?",
    "raise Exception('a\\nb')": "exited with 1: Exception: a b",
}


@pytest.mark.parametrize("program", UNFINISHED)
def test_a_program_that_ends_early_has_not_passed(program: str) -> None:
    assert run(program) == Outcome(False, UNFINISHED[program])


def test_a_program_that_is_no_source_has_not_passed() -> None:
    assert "source code string cannot contain null bytes" in run("\x00").reason
    assert "UnicodeEncodeError" in run("'\ud800'").reason
    assert not run("(" * 100_000).passed


@pytest.mark.parametrize("said", ["ready\\n", "came to its end", "x" * 9999])
def test_saying_so_is_not_passing(said: str) -> None:
    program = (
        "import os\nfor f in range(3, 9):\n"
        f"    try: os.write(f, b'{said}')\n    except OSError: pass\nos._exit(0)"
    )
    assert not run(program).passed


def test_its_folder_goes_whatever_is_in_it() -> None:
    """`_leaves_nothing` looks for it."""
    assert not run("import os\nos.rmdir(os.getcwd())").passed
    deep = (
        "import os\n"
        "for _ in range(1500):\n    os.mkdir('a')\n    os.chdir('a')\n    open('b', 'w')"
    )
    assert run(deep).passed
    assert run("import os\nos.mkdir('a', 0)\nos.mkdir('b', 0o300)\nopen('b/c', 'w')").passed
    assert run("import os\nos.symlink('/', 'root')\nos.symlink('.', 'self')").passed


def test_interrupted_it_waits_for_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(program: str, **keys: Any) -> Outcome:
        if program == "interrupt":
            raise KeyboardInterrupt
        return run_program(program, **keys)

    monkeypatch.setattr(sandbox, "run_program", interrupted)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_programs(["interrupt", *["while True: pass"] * 20], timeout_seconds=60, memory_mib=256)
    assert time.monotonic() - started < 20


def test_interrupted_from_the_terminal(tmp_path: Path) -> None:
    """The signal comes to the thread that waits, while others run programs."""
    caller = tmp_path / "caller.py"
    caller.write_text(
        "import signal\n"
        "from mdm_opt.objectives.sandbox import run_programs\n"
        # Where the tests run in the background, it is ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "print(flush=True)\n"
        "run_programs(['while True: pass'] * 200, timeout_seconds=60, memory_mib=256)\n"
    )
    with subprocess.Popen(
        [sys.executable, str(caller)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": tempfile.gettempdir()},
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == -signal.SIGINT


def test_programs_keep_their_order() -> None:
    programs = [f"import time\ntime.sleep({0.3 - i / 10})\nassert {i} % 2" for i in range(4)]
    outcomes = run_programs(programs, timeout_seconds=10, memory_mib=256)
    assert [outcome.passed for outcome in outcomes] == [False, True, False, True]
    assert run_programs([], timeout_seconds=10, memory_mib=256) == []


def test_the_program_dies_with_us(tmp_path: Path) -> None:
    caller = tmp_path / "caller.py"
    caller.write_text(
        "from mdm_opt.objectives import sandbox\n"
        "started = sandbox._watch\n"
        "def watch(began, *rest):\n    print(began.process.pid, flush=True)\n"
        "    return started(began, *rest)\n"
        "sandbox._watch = watch\n"
        "sandbox.run_program('while True: pass', timeout_seconds=60, memory_mib=256)\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, str(caller)], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        program = int(process.stdout.readline())
        time.sleep(0.5)
        assert running(program)
        process.kill()
    deadline = time.monotonic() + 10
    while running(program):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


# The sandbox itself.


def script(folder: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> None:
    """Puts a changed script in the place of the one that confines."""
    source = Path(sandbox_child.__file__).read_text()
    assert old in source
    changed = folder / "changed.py"
    changed.write_text(source.replace(old, new))
    monkeypatch.setattr(sandbox_child, "__file__", str(changed))


@pytest.mark.parametrize(
    ("old", "words"),
    [
        ("    _filter_calls()\n", "AssertionError: it has a network"),
        (
            '    _confine_files(job["folder"], job["readable"])\n',
            "AssertionError: it writes elsewhere",
        ),
    ],
)
def test_a_sandbox_that_leaks_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, words: str
) -> None:
    script(tmp_path, monkeypatch, old, "")
    with pytest.raises(InputError, match=words) as caught:
        check_sandbox.__wrapped__()
    assert str(caught.value).startswith("[objective] score 'code' cannot run programs safely")


def test_a_kernel_without_landlock_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path, monkeypatch, "_LIBC.syscall(444, None, ctypes.c_size_t(0), 1)", "-1")
    with pytest.raises(InputError, match="Landlock is missing") as caught:
        check_sandbox.__wrapped__()
    assert len(str(caught.value).splitlines()) == 1
    with pytest.raises(RunError, match="could not be started: Landlock is missing"):
        run("pass")


def test_other_systems_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(InputError, match="only Linux confines programs as needed"):
        check_sandbox.__wrapped__()


def test_an_interpreter_that_does_not_start_is_an_error_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", str(tmp_path / "none"))
        with pytest.raises(RunError, match=r"could not be started: .*No such file"):
            run("pass")
    script(tmp_path, monkeypatch, "def main() -> NoReturn:", "def main() -> NoReturn:\n    1 / 0")
    with pytest.raises(RunError, match=r"could not be started: .*ZeroDivisionError"):
        run("pass")


def test_an_interpreter_that_warns_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a broken .pth file."""
    noise = "def main() -> NoReturn:\n    print('Error processing line 1', file=sys.stderr)"
    script(tmp_path, monkeypatch, "def main() -> NoReturn:", noise)
    assert run("pass").passed
    assert run("1 / 0").reason == "exited with 1: ZeroDivisionError: division by zero"
    assert run("while True: pass", timeout_seconds=0.5).reason == "took more than 0.5 s"

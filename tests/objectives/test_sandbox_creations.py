"""What a program may make: exactly as much as is said, however it is made."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

import pytest
from sandboxed import run

from mdm_opt.objectives import sandbox_creations, sandbox_folder
from mdm_opt.objectives.sandbox import Outcome

pytestmark = pytest.mark.usefixtures("_available", "_leaves_nothing")

# Each makes as many as it is told, in one of the ways that there are.
FILES = {
    "open": "for i in range({}): open(f'f{{i}}', 'w').close()",
    "the same": "for i in range({}): open('f', 'a').close()",
    "symlink": "for i in range({}): os.symlink('/', str(i))",
    "link": "f = os.open('f', os.O_CREAT)\nfor i in range({} - 1): os.link('f', str(i))",
    "by a handle": (
        "h = os.open('.', os.O_RDONLY)\n"
        "for i in range({}): os.close(os.open(str(i), os.O_CREAT | os.O_RDWR, dir_fd=h))"
    ),
    "the C library": (
        "import ctypes\nc = ctypes.CDLL(None)\nfor i in range({}): c.close(c.creat(b'%d' % i, 0))"
    ),
    "threads": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as p:\n"
        "    list(p.map(lambda i: open(str(i), 'w').close(), range({})))"
    ),
    "caught": "for i in range({}):\n    try: os.symlink('/', str(i))\n    except OSError: pass",
}
FOLDERS = {
    "flat": "for i in range({}): os.mkdir(str(i))",
    "nested": "for i in range({}): os.mkdir('a'); os.chdir('a')",
    "hidden": "for i in range({}): os.mkdir(str(i), 0)",
}


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_creations, "_MOST_FOLDERS", 20)
    monkeypatch.setattr(sandbox_creations, "_MOST_FILES", 40)


@pytest.mark.usefixtures("_few")
@pytest.mark.parametrize("name", FILES)
def test_files_and_links_are_limited(name: str) -> None:
    assert run("import os\n" + FILES[name].format(40)).passed
    assert run("import os\n" + FILES[name].format(41)) == Outcome(
        False, "made or wrote more than 40 files and links"
    )


@pytest.mark.usefixtures("_few")
@pytest.mark.parametrize("name", FOLDERS)
def test_folders_are_limited(name: str) -> None:
    assert run("import os\n" + FOLDERS[name].format(20)).passed
    assert run("import os\n" + FOLDERS[name].format(21)) == Outcome(
        False, "made more than 20 folders"
    )


@pytest.mark.usefixtures("_few")
def test_reading_is_not_counted() -> None:
    assert run("import os\nfor _ in range(100): open(os.__file__).close(); os.listdir('.')").passed


@pytest.mark.usefixtures("_few")
def test_a_call_that_is_interrupted_goes_on() -> None:
    program = (
        "import os, signal\nsignal.signal(signal.SIGALRM, lambda *_: None)\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)\n"
        # A busy machine may not have seen the call yet: then the kernel ends it, as it says.
        "for i in range(10):\n"
        "    while not os.path.exists(str(i)):\n"
        "        try: os.mkdir(str(i))\n"
        "        except InterruptedError: pass\n"
        "assert len(os.listdir('.')) == 10"
    )
    assert run(program).passed


@pytest.mark.slow
@pytest.mark.parametrize(
    "program",
    [
        "import os\nfor _ in range(9600): os.mkdir('a'); os.chdir('a')",
        "import os\nfor i in range(9600): os.mkdir(str(i))",
        "import os\nfor i in range(100_000): os.symlink('/', str(i))",
        "import os\nopen('f', 'w')\nfor i in range(100_000): os.link('f', str(i))",
    ],
)
def test_a_program_that_makes_as_much_as_it_can_is_over_in_time(program: str) -> None:
    """Some took half a minute to clean up after, and up to 395 MiB."""
    started = time.monotonic()
    outcome = run(program, timeout_seconds=4)
    # The start of an interpreter on a busy machine, and one wait of the kernel for the disk.
    grace = sandbox_folder.CLEAN_SECONDS + 6
    assert time.monotonic() - started < 4 + grace
    assert not outcome.passed
    deadline = time.monotonic() + 60
    while sandbox_folder._SWEEPER._running:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_where_somebody_asks_already_nothing_is_counted() -> None:
    """As in containers that ask for themselves; there may be one for a process."""
    asked = (
        "import ctypes, os\n"
        "from mdm_opt.objectives import sandbox_child as child, sandbox, sandbox_creations\n"
        "child._prctl('privileges', child._NO_NEW_PRIVILEGES, 1)\n"
        "header, lines = child._packed([(child._RETURN, 0, 0, child._ALLOW)])\n"
        "number = ctypes.c_long(child._SECCOMP_CALL[os.uname().machine])\n"
        "assert child._LIBC.syscall(number, 1, child._NEW_LISTENER, header) >= 0\n"
        "sandbox_creations._MOST_FOLDERS = 2\n"
        "program = 'import os\\nfor i in range(9): os.mkdir(str(i))'\n"
        "print(sandbox.run_program(program, timeout_seconds=20, memory_mib=256).reason)\n"
        "print(sandbox.run_program('1 / 0', timeout_seconds=20, memory_mib=256).reason)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", asked],
        env={**os.environ, "TMPDIR": tempfile.gettempdir()},
        stdout=subprocess.PIPE,
        text=True,
        timeout=100,
        check=True,
    )
    assert found.stdout.splitlines() == [
        "came to its end",
        "exited with 1: ZeroDivisionError: division by zero",
    ]

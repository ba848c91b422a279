"""What the sandbox takes from a program; each is shown to do its harm outside."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sandboxed import outside, run

from mdm_opt.objectives import sandbox_child

pytestmark = pytest.mark.usefixtures("_available", "_leaves_nothing")
# Programs that come to their end without a sandbox, and say so by their exit code.
CALLS = {
    "fork": "import os\nif not os.fork():\n    os._exit(0)",
    "subprocess": "import subprocess\nsubprocess.run(['true'], check=True)",
    "system": "import os\nassert os.system('true') == 0",
    "spawn": "import os\nassert os.spawnlp(os.P_WAIT, 'true', 'true') == 0",
    "multiprocessing": (
        "import multiprocessing\n"
        "p = multiprocessing.get_context('fork').Process(target=int)\np.start()\np.join()\n"
        "assert p.exitcode == 0"
    ),
    "exec": "import os\nos.execlp('true', 'true')",
    "datagram": (
        "import socket\n"
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))"
    ),
    "unix socket": "import socket\nsocket.socket(socket.AF_UNIX).close()",
    "list files": "import os\nassert os.listdir('/')",
    "environment": "import os\nassert os.environ['PATH']",
    "parent's environment": "import os\nopen(f'/proc/{os.getppid()}/environ', 'rb').read()",
    "limits": (
        "import resource\n"
        "hard = resource.getrlimit(resource.RLIMIT_CPU)[1]\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))"
    ),
    "signals by descriptors": (
        "import fcntl, os\nr, _ = os.pipe()\nfcntl.fcntl(r, fcntl.F_SETOWN, os.getpid())"
    ),
    "outlives its parent": "import ctypes\nassert ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0",
    "large file": "open('/dev/null')\nopen('x', 'wb').truncate(2**30)\nimport os\nos.remove('x')",
}


@pytest.mark.parametrize("name", CALLS)
def test_what_the_kernel_refuses(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert outside(CALLS[name]) == 0
    assert not run(CALLS[name]).passed


def test_no_network(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = server.getsockname()
        program = f"import socket\nsocket.create_connection({address!r}, timeout=5)"
        assert outside(program) == 0
        server.accept()[0].close()
        assert "PermissionError" in run(program).reason
        with pytest.raises(TimeoutError):
            server.accept()


class _Page(BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self) -> None:
        _Page.asked += 1
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None: ...


def test_no_web() -> None:
    _Page.asked = 0
    with HTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            program = (
                "import urllib.request\n"
                f"urllib.request.urlopen('http://127.0.0.1:{server.server_port}/', timeout=5)"
            )
            assert outside(program) == 0
            assert _Page.asked == 1
            assert not run(program).passed
            assert _Page.asked == 1
        finally:
            server.shutdown()
            thread.join()


HARM = {
    "write": "open({path!r}, 'w').write('gone')",
    "append": "open({path!r}, 'a').write('gone')",
    "read": "open({path!r}).read()",
    "remove": "import os\nos.remove({path!r})",
    "truncate": "import os\nos.truncate({path!r}, 0)",
    "move": "import os\nos.rename({path!r}, {path!r} + '2')",
    "make a folder": "import os\nos.mkdir({path!r} + '2')",
    "change its mode": "import os\nos.chmod({path!r}, 0o777)",
    "change its time": "import os\nos.utime({path!r}, (1, 1))",
    "symbolic link": "import os\nos.symlink({path!r}, {path!r} + '2')",
    "hard link": "import os\nos.link({path!r}, {path!r} + '2')",
    "through a link": "import os\nos.symlink({path!r}, 'x')\nopen('x').read()",
}


@pytest.mark.parametrize("name", HARM)
def test_files_elsewhere_are_safe(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    secret = other / "secret"

    def restored() -> os.stat_result:
        for path in other.iterdir():
            path.rmdir() if path.is_dir() else path.unlink()
        secret.write_text("secret")
        secret.chmod(0o600)
        return secret.stat()

    program = HARM[name].format(path=str(secret))
    monkeypatch.chdir(tmp_path)
    restored()
    assert outside(program) == 0
    before = restored()
    assert not run(program).passed
    after = secret.stat()
    assert [path.name for path in other.iterdir()] == ["secret"]
    assert secret.read_text() == "secret"
    assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)


@pytest.mark.parametrize("call", ["os.kill", "os.killpg", "signal.pidfd_send_signal"])
def test_other_processes_are_safe(call: str) -> None:
    def victim() -> subprocess.Popen[bytes]:
        return subprocess.Popen(["sleep", "60"], start_new_session=True)

    def program(process: subprocess.Popen[bytes]) -> str:
        target = process.pid
        if call.startswith("signal"):
            return f"import os, signal\nf = os.pidfd_open({target})\n{call}(f, 9)"
        return f"import os\n{call}({target}, 9)"

    with victim() as first, victim() as second:
        assert outside(program(first)) == 0
        assert first.wait(10) == -signal.SIGKILL
        assert "PermissionError" in run(program(second)).reason
        assert second.poll() is None
        second.kill()


@pytest.mark.parametrize("whom", ["os.getppid()", "0", "-1"])
def test_we_are_safe(whom: str) -> None:
    """Not shown outside: it would be the end of this test."""
    assert "PermissionError" in run(f"import os\nos.kill({whom}, 9)").reason


# The filter, for machines that this one is not.


ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# read, connect, execve, clone, kill, ioctl, sendto, mmap, prlimit64, clone3, madvise
SYSTEM_CALLS = {
    "x86_64": (0, 42, 59, 56, 62, 16, 44, 9, 302, 435, 28),
    "aarch64": (63, 203, 221, 220, 129, 29, 206, 222, 261, 435, 233),
}


def verdict(machine: int, number: int, *arguments: int) -> str:
    """What the filter of this process says of a call, by the kernel's rules."""
    words = [number, machine, 0, 0]
    for argument in (*arguments, *[0] * (6 - len(arguments))):
        words += [argument & 0xFFFFFFFF, argument >> 32]
    program, place, held = sandbox_child._filter(), 0, 0
    while True:
        code, then, otherwise, value = program[place]
        place += 1
        if code == 0x20:
            held = words[value // 4]
        elif code == 0x54:
            held &= value
        elif code == 0x15:
            place += then if held == value else otherwise
        else:
            assert code == 0x06
            names = {0x7FFF0000: "allowed", 0x80000000: "killed"}
            return names.get(value) or errno.errorcode[value & 0xFFFF]


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_the_filter_of_every_machine(machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine=machine))
    word = ARCHITECTURES[machine]
    calls = SYSTEM_CALLS[machine]
    read, connect, execve, clone, kill, ioctl, sendto, mmap, limits, clone3, madvise = calls
    own = os.getpid()
    expected = {
        (read,): "allowed",
        (connect,): "EPERM",
        (execve,): "EPERM",
        # Those of the other machine's tables, of other interfaces, and those to come.
        (read | 0x40000000,): "EPERM",
        (9999,): "EPERM",
        (clone3,): "ENOSYS",
        (clone, 0x003D0F00): "allowed",
        (clone, 0x01200011): "EPERM",
        (clone, 0x003D0F00 | 0x10000000): "EPERM",
        (kill, own, 9): "allowed",
        (kill, own + 1, 9): "EPERM",
        (kill, 0, 9): "EPERM",
        (kill, 2**64 - 1, 9): "EPERM",
        (ioctl, 0, 0x5401): "allowed",
        # TIOCSTI types on a terminal.
        (ioctl, 0, 0x5412): "EPERM",
        (sendto, 3, 1, 1, 0, 0): "allowed",
        (sendto, 3, 1, 1, 0, 4096): "EPERM",
        (sendto, 3, 1, 1, 0, 2**32): "EPERM",
        (mmap, 0, 1, 3, 0x02, 3): "allowed",
        (mmap, 0, 1, 3, 0x21, 2**64 - 1): "allowed",
        (mmap, 0, 1, 3, 0x01, 3): "EPERM",
        (mmap, 0, 1, 3, 0x03, 3): "EPERM",
        (madvise, 0, 4096, 4): "allowed",
        # MADV_HWPOISON takes memory away from the machine.
        (madvise, 0, 4096, 100): "EPERM",
        (limits, 0, 0, 0, 4096): "allowed",
        (limits, 0, 0, 4096, 0): "EPERM",
        (limits, 0, 0, 2**32, 0): "EPERM",
    }
    found = {call: verdict(word, *call) for call in expected}
    assert found == expected
    (other,) = [ARCHITECTURES[name] for name in ARCHITECTURES if name != machine]
    assert verdict(other, read) == "killed"

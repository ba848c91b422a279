"""Folders of programs: removed in bounded time and memory, and found again after a death."""

from __future__ import annotations

import fcntl
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
from pathlib import Path

import pytest

from mdm_opt.objectives import sandbox_folder
from mdm_opt.objectives.sandbox_folder import program_folder, sweep

KERNEL = sandbox_folder._kernel()
# In a process of its own, which a test can kill or take rights from.
OWNER = """
import os, sys, time
from mdm_opt.objectives.sandbox_folder import program_folder, sweep
{}
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary folder, which the background has looked at before a test begins."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with program_folder():
        pass
    gone(folder)
    return folder


def gone(place: Path) -> None:
    """Waits until the background is done and nothing is left."""
    deadline = time.monotonic() + 60
    while sandbox_folder._SWEEPER._running or list(place.iterdir()):
        assert time.monotonic() < deadline, list(place.iterdir())
        time.sleep(0.01)


def fill(folder: str, *, files: int = 0, deep: int = 0) -> None:
    """Many files, and a chain of folders that no path could name."""
    here = os.open(folder, os.O_RDONLY)
    for i in range(files):
        os.symlink("nowhere", f"link{i}", dir_fd=here)
    for _ in range(deep):
        os.mkdir("a" * 200, dir_fd=here)
        inner = os.open("a" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


def owner(place: Path, lines: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", OWNER.format(lines)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(place)},
    )


def test_a_folder_is_there_and_goes(place: Path) -> None:
    with program_folder() as folder:
        assert os.listdir(folder) == []  # noqa: PTH208
        assert Path(folder).parent == place
        assert Path(folder).stat().st_mode & 0o777 == 0o700
        fill(folder, files=10, deep=40)
    assert list(place.iterdir()) == []


def test_memory_is_the_same_for_more(place: Path) -> None:
    """100,000 links took 395 MiB once; 20 times as many take the same now."""
    peaks = []
    for files, deep in ((500, 5), (10_000, 100)):
        path, handle = sandbox_folder._made(str(place))
        fill(path, files=files, deep=deep)
        tracemalloc.start()
        sandbox_folder._remove(path, handle, math.inf)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        os.close(handle)
    # A list of the names alone would be 600 kB.
    assert max(peaks) < 100_000
    assert list(place.iterdir()) == []


def test_many_levels_take_few_descriptors(place: Path) -> None:
    path, handle = sandbox_folder._made(str(place))
    fill(path, deep=300)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    most = before
    opened = sandbox_folder._inner

    def counted(name: str, above: int) -> int:
        nonlocal most
        most = max(most, len(os.listdir("/proc/self/fd")))  # noqa: PTH208
        return opened(name, above)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox_folder, "_inner", counted)
        sandbox_folder._remove(path, handle, math.inf)
    assert most - before <= 2 * sandbox_folder._OPEN_LEVELS + 3
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    os.close(handle)


def test_what_takes_too_long_goes_in_the_background(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox_folder, "CLEAN_SECONDS", 0.0)
    may, asked = threading.Event(), sandbox_folder._remove_dead

    def later(path: str, kernel: str) -> None:
        assert may.wait(20)
        asked(path, kernel)

    monkeypatch.setattr(sandbox_folder, "_remove_dead", later)
    with program_folder() as folder:
        fill(folder, files=100, deep=10)
    # Nobody has waited for the background, which has not begun.
    assert Path(folder).exists()
    may.set()
    gone(place)


def test_links_are_not_followed(place: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "inner").mkdir(parents=True)
    (outside / "inner" / "file").write_text("kept")
    with program_folder() as folder:
        Path(folder, "folder").symlink_to(outside)
        Path(folder, "file").symlink_to(outside / "inner" / "file")
        Path(folder, "b").mkdir()
        Path(folder, "b", "up").symlink_to("../..")
        os.link(outside / "inner" / "file", Path(folder, "b", "hard"))
    assert list(place.iterdir()) == []
    assert (outside / "inner" / "file").read_text() == "kept"


def test_folders_that_nobody_may_read_go(place: Path) -> None:
    """Root may read them all, so it gives its rights away."""
    place.chmod(0o777)
    for above in (place.parent, *place.parent.parents):
        if above.stat().st_uid == os.geteuid() and above != Path("/"):
            above.chmod(above.stat().st_mode | 0o011)
    lines = (
        "if os.geteuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "with program_folder() as folder:\n"
        "    for name, mode in (('a', 0), ('b', 0o300), ('c', 0o500), ('d', 0o400)):\n"
        "        os.makedirs(f'{folder}/{name}/x/y')\n"
        "        open(f'{folder}/{name}/x/z', 'w').close()\n"
        "        os.chmod(f'{folder}/{name}/x', mode)\n"
        "        os.chmod(f'{folder}/{name}', mode)\n"
        "    try:\n"
        "        os.listdir(f'{folder}/a')\n"
        "    except PermissionError:\n"
        "        print('hidden')\n"
        "print(os.listdir(os.path.dirname(folder)))\n"
    )
    with owner(place, lines) as process:
        said, _ = process.communicate(timeout=60)
    assert said.splitlines() == ["hidden", "[]"]


def test_what_a_killed_process_leaves_is_removed_by_the_next(place: Path) -> None:
    lines = (
        "with program_folder() as folder:\n"
        "    os.makedirs(folder + '/a/b')\n"
        "    print(folder, flush=True)\n"
        "    time.sleep(99)\n"
    )
    with owner(place, lines) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        # It lives, so nobody takes it away.
        sweep(str(place))
        assert (folder / "a" / "b").is_dir()
        process.kill()
    assert (folder / "a" / "b").is_dir()
    with owner(place, "with program_folder(): time.sleep(0.5)") as process:
        assert process.wait(60) == 0
    assert list(place.iterdir()) == []


def test_only_our_own_dead_folders_are_removed(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = f"mdm-opt-sandbox-{KERNEL}-"
    dead = place / f"{ours}abcd_123"
    kept = ["mdm-opt-abcd_123", f"{ours}abcd_12", f"{ours}abcd_1234", f"x{ours}abcd_123", "other"]
    for name in kept:
        (place / name / "inner").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (place / f"{ours}link_123").symlink_to(tmp_path / "elsewhere")
    (place / f"{ours}file_123").write_text("a file")
    (dead / "inner").mkdir(parents=True)
    with monkeypatch.context() as patch:
        patch.setattr(sandbox_folder.os, "geteuid", lambda: os.getuid() + 1)
        sweep(str(place))
    assert dead.exists()
    sweep(str(place))
    found = {path.name for path in place.iterdir()}
    assert found == {*kept, f"{ours}link_123", f"{ours}file_123"}
    assert (tmp_path / "elsewhere").is_dir()


def test_a_folder_of_another_machine_is_given_a_day(place: Path) -> None:
    """Its lock may not be seen here."""
    other = place / "mdm-opt-sandbox-00c0ffee-abcd_123"
    other.mkdir()
    sweep(str(place))
    assert other.exists()
    day = time.time() - 90_000
    os.utime(other, (day, day))
    sweep(str(place))
    assert not other.exists()


def test_a_new_folder_that_is_swept_at_once_is_made_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its making and its lock."""
    locked, removed = fcntl.flock, []

    def flock(handle: int, how: int) -> None:
        if how == fcntl.LOCK_EX and not removed:
            removed.extend(place.iterdir())
            removed[0].rmdir()
        locked(handle, how)

    monkeypatch.setattr(sandbox_folder.fcntl, "flock", flock)
    with program_folder() as folder:
        assert len(removed) == 1
        assert Path(folder) != removed[0]
        assert list(place.iterdir()) == [Path(folder)]


def test_what_cannot_be_removed_does_no_harm(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(sandbox_folder.os, "unlink", refuses)
        with program_folder() as folder:
            Path(folder, "file").write_text("stays")
        while sandbox_folder._SWEEPER._running:
            time.sleep(0.01)
        assert Path(folder, "file").exists()
    sweep(str(place))
    assert list(place.iterdir()) == []

"""What tests of foreign code that misbehaves look at."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from mdm_opt.persistence import Repository, TrialQueue


def finished(url, name="sudoku4"):
    """Trials of a study that are finished."""
    repository = Repository(url, create=False)
    try:
        return TrialQueue(repository, name).progress().finished
    finally:
        repository.close()


def left_over(folder):
    """Command lines of processes that name the folder, as those that foreign code starts do."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found


def run(path, url):
    """A run of its own: what foreign code leaves, it leaves when that has ended."""
    command = [sys.executable, "-m", "mdm_opt", "run", str(path), "--storage", url, "--json"]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def launch(url, folder):
    """Two workers of the study, with their logs in a folder."""
    command = [sys.executable, "-m", "mdm_opt", "launch", "sudoku4", "--workers", "2"]
    command += ["--logs", str(folder / "logs"), "--storage", url]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def last_line(failed):
    """The one line that a failed run ends with; nothing is on standard output."""
    assert failed.returncode == 1, failed.stderr
    assert failed.stdout == ""
    assert "Traceback" not in failed.stderr
    last = failed.stderr.splitlines()[-1]
    assert last.startswith("error: "), failed.stderr
    return last


def check_whole(done, url, folder):
    """Whether a run has come to its end with all six trials, and nothing is left of it."""
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["trials"] == finished(url) == 6
    assert left_over(folder) == []

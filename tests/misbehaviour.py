"""What tests of foreign code that misbehaves look at."""

from __future__ import annotations

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
    """Command lines of processes that a metric of the folder has left."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if line.startswith("sleep 597") or str(folder) in line:
            found.append(line)
    return found

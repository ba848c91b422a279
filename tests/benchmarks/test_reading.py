"""Ratios of one run: what it takes to read a result, to `mdm-opt energy`."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest
from compared_studies import add_study

from mdm_opt.persistence import Repository

pytestmark = pytest.mark.bench

ROUNDS = 5
# The most that each may take, in times of `energy`; that takes as long as what it loads of SciPy.
MOST = {"best": 2.0, "study list": 2.0, "export": 2.0, "report": 4.0}


def cpu_seconds(*arguments):
    """Processor time of a command, without what the system does for it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    command = [sys.executable, "-m", "mdm_opt", *arguments]
    subprocess.run(command, check=True, capture_output=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def test_reading_a_result_takes_little_longer_than_an_energy(tmp_path):
    repository = Repository(f"sqlite:///{tmp_path}/read.db", create=True)
    add_study(repository, "read", {4: [1.0, 0.0, 1.0] * 20, 8: [0.0, 1.0, 1.0] * 20})
    repository.close()
    storage = ["--storage", repository.url]
    commands = {
        "energy": ["energy"],
        "best": ["best", "read", *storage],
        "study list": ["study", "list", *storage],
        "export": ["export", "read", "--steps", "4", "--out", f"{tmp_path}/a.json", *storage],
        "report": ["report", "read", "--out", f"{tmp_path}/a.html", *storage],
    }
    seconds = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, arguments in commands.items():
            seconds[name].append(cpu_seconds(*arguments))
    ratios = {name: min(seconds[name]) / min(seconds["energy"]) for name in MOST}
    print("\n" + ", ".join(f"{name} / energy: {ratio:.2f}" for name, ratio in ratios.items()))
    assert all(ratios[name] < most for name, most in MOST.items())

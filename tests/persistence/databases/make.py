"""Writes the dump of a database of the present schema: ``python make.py 0005`` in this folder.

It holds a finished, verified and exported study ``old``, ``old-partly``, whose worker was killed
during the sixth of ten trials, and ``old-free``, which searched counts around a profile, two of
them in races that ended early. A dump stays as it is once a version with its schema is out.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from mdm_opt.handoff.export import export_schedule
from mdm_opt.measurement import measure
from mdm_opt.results.verification import verify
from mdm_opt.run import trials as run_module
from mdm_opt.study.opening import create_study

STUDY = """
[study]
name = "{name}"
[model]
kind = "enumerated"
law = "sudoku4"
[space]
steps = [4, 6]
[objective]
kind = "validity"
verifier = "sudoku"
instances = 8
[search]
trials = 10
sampler = "random"
seeds = ["energy", "baselines"]
[verify]
instances = 16
top = 2
"""
FREE = """
[study]
name = "{name}"
[model]
kind = "enumerated"
law = "sudoku4"
[space]
family = "free"
steps = [4, 6]
[objective]
kind = "validity"
verifier = "sudoku"
instances = 64
[search]
trials = 9
seeds = ["baselines"]
[profile]
sequences = 8
boundaries = 6
orders = 1
"""


def finished(path: Path, url: str) -> None:
    opened = create_study(path, url)
    list(run_module.run_trials(opened))
    verify(opened)
    schedule = json.loads(export_schedule("old", url, 4).to_json())
    if not opened.repository.exports("old"):
        opened.repository.add_export("old", steps=4, format_name="json", schedule=schedule)


def raced(path: Path, url: str) -> None:
    trials = list(run_module.run_trials(create_study(path, url)))
    if not any(len(trial.measurement.instances) < 64 for trial in trials):
        raise SystemExit("no race ended early")


def killed(path: Path, url: str) -> None:
    calls = []

    def deadly(*arguments: object) -> object:
        calls.append(1)
        if len(calls) == 6:
            os._exit(0)
        return measure(*arguments)

    run_module.measure = deadly
    list(run_module.run_trials(create_study(path, url)))


def dump(file: Path) -> str:
    """The SQL of a database, without what names this machine."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE mdm_studies SET folder = '/studies'")
        connection.execute("UPDATE mdm_workers SET host = 'host', pid = 1")
        return "\n".join(connection.iterdump()) + "\n"


def main(revision: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/old.db"
        for name, work, study in (
            ("old", finished, STUDY),
            ("old-partly", killed, STUDY),
            ("old-free", raced, FREE),
        ):
            path = Path(folder, f"{name}.toml")
            path.write_text(study.format(name=name))
            process = multiprocessing.get_context("spawn").Process(target=work, args=(path, url))
            process.start()
            process.join()
            if process.exitcode:
                raise SystemExit(f"{name}: {process.exitcode}")
        text = dump(Path(folder, "old.db"))
    Path(__file__).with_name(f"{revision}.sql").write_text(text)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""What mdm-opt doctor says, and what it says it about."""

from __future__ import annotations

import gc
import itertools
import json
from types import SimpleNamespace

from click.testing import CliRunner
from study_files import database, write_study

from mdm_opt.cli.main import main
from mdm_opt.study.opening import create_study

# Module names are never used twice, for Python imports a name once.
NAMES = (f"doctor_plugin_{index}" for index in itertools.count())


def contents(folder):
    """Every file of a folder, byte for byte."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def examined(*arguments, code=0):
    """Checks by name; the lines and the JSON must say the same."""
    asked = ["doctor", *map(str, arguments)]
    shown = CliRunner().invoke(main, asked)
    assert shown.exit_code == code, shown.output + repr(shown.exception)
    assert shown.stderr == ""
    answer = CliRunner().invoke(main, [*asked, "--json"])
    assert answer.exit_code == code
    found = json.loads(answer.stdout)
    assert found["ok"] is (code == 0)
    assert found.keys() == {"ok", "checks"}
    lines = shown.stdout.splitlines()[:-2]
    assert len(lines) == len(found["checks"])
    for line, check in zip(lines, found["checks"], strict=True):
        assert check.keys() == {"name", "status", "found", "mend"}
        mark, name, _ = line.split(maxsplit=2)
        assert (mark.lower(), name) == (check["status"], check["name"])
        if check["name"] != "speed":  # which a clock has measured twice
            mend = f"; mend: {check['mend']}" if check["mend"] else ""
            assert line.endswith(f" {check['found']}{mend}")
    return {check["name"]: SimpleNamespace(**check) for check in found["checks"]}


def made_study(folder):
    """A study file and the database in which its study is."""
    path, url = write_study(folder), database(folder)
    create_study(path, url).repository.close()
    # The last connection writes the journal back when it is collected.
    gc.collect()
    return path, url

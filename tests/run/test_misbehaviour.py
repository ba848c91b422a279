"""Metrics that misbehave: one line that names them, every finished trial kept, nothing left over.

Ten of them here, shared out between a run in this process and `tune`; all of them, in processes
of their own, and workers of a launch, with the slow tests.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from commands import invoke
from misbehaviour import check_whole, finished, last_line, launch, left_over, run
from study_files import SUDOKU4, database, write_study

from mdm_opt.errors import MdmOptError
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4
from mdm_opt.tuning import tune

NAMES = (f"misbehaving_metric_{index}" for index in itertools.count())
METRIC = """
import os, pathlib, subprocess, sys, threading, time

HERE = pathlib.Path(__file__).parent


def score(samples):
    calls = HERE / "calls"
    seen = len(calls.read_text()) if calls.exists() else 0
    calls.write_text("x" * (seen + 1))
    right = [float(sample.count("1")) for sample in samples]
    if seen >= 3 and (HERE / "broken").exists():
        return misbehave(samples, right)
    return right


def misbehave(samples, right):
{body}
"""
# What it does, and what is said of it; a metric that is survived says nothing.
FAIL = {
    "exits with 0": ("os._exit(0)", "ended its process with exit code 0"),
    "exits with 9": ("os._exit(9)", "ended its process with exit code 9"),
    "asks for an end": ("sys.exit(0)", "raised SystemExit: 0"),
    "is killed": ("os.kill(os.getpid(), 9)", "was killed by SIGKILL"),
    "crashes": ("os.kill(os.getpid(), 11)", "was killed by SIGSEGV"),
    "is terminated": ("os.kill(os.getpid(), 15)", "was killed by SIGTERM"),
    "aborts": ("os.abort()", "was killed by SIGABRT"),
    "hangs": ("time.sleep(600)", "took more than 2 s"),
    "spins": ("while True: pass", "took more than 2 s"),
    "interrupts": ("raise KeyboardInterrupt", "raised KeyboardInterrupt"),
    "raises": ("raise ValueError('a\\nb')", "raised ValueError: a b"),
    "raises the unspeakable": (
        "class E(Exception):\n        def __str__(self): 1 / 0\n    raise E",
        "raised E",
    ),
    "recurses": ("return misbehave(samples, right)", "raised RecursionError"),
    "returns nothing": ("pass", "returned shape ()"),
    "returns too few": ("return right[1:]", "returned shape (15,) for 16 samples"),
    "returns a table": ("return [right]", "returned shape (1, 16)"),
    "returns texts": ("return ['1'] * len(samples)", "returned '1'"),
    "returns complex numbers": ("return [1j] * len(samples)", "returned 1j"),
    "hides values": (
        "import numpy\n    return numpy.ma.masked_array(right, [True] + [False] * 15)",
        "returned a masked array",
    ),
    "returns times": (
        "import numpy\n    return numpy.zeros(16, 'datetime64[s]')",
        "returned np.datetime64",
    ),
    "returns no number": ("return [float('nan')] * len(samples)", "every score must be a finite"),
    "returns the infinite": ("return [float('inf')] * len(samples)", "every score must be a fin"),
    "returns the unspeakably large": ("return [1e308] * len(samples)", "at most 1e+100 in size"),
    "closes everything": ("os.closerange(0, 99)\n    return right", "ended its process"),
}
SURVIVED = {
    "forks and returns": "if os.fork() == 0: return [0.0] * len(samples)\n    return right",
    "prints megabytes": "print('x' * 5_000_000)\n    return right",
    "writes to standard output": "os.write(1, b'{}' * 1000)\n    return right",
    "closes standard output": "sys.stdout.close()\n    return right",
    "clears its samples": "samples.clear()\n    return right",
    "changes the folder": "os.chdir('/')\n    return right",
    "leaves a thread": (
        "threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n    return right"
    ),
    "leaves a process": "subprocess.Popen(['tail', '-f', str(HERE / 'calls')])\n    return right",
}
FIVE = ("exits with 0", "is killed", "hangs", "returns too few", "leaves a process")
FIVE_IN_PLACE = (
    *("asks for an end", "hides values", "returns no number", "forks and returns"),
    "changes the folder",
)


def cases(names, chosen):
    """Names of misbehaviours; those that are not chosen are slow."""
    return [pytest.param(name, marks=() if name in chosen else pytest.mark.slow) for name in names]


def written(folder, name):
    """The study of a metric that misbehaves, the metric's name, and what is said of it."""
    module = next(NAMES)
    body, words = FAIL[name] if name in FAIL else (SURVIVED[name], "")
    (folder / f"{module}.py").write_text(METRIC.format(body=f"    {body}"))
    text = SUDOKU4.replace(
        'kind = "validity"\nverifier = "sudoku"',
        f'kind = "{module}:score"\ndirection = "maximize"\ntimeout_seconds = 2',
    )
    return write_study(folder, text), f"{module}:score", words


@pytest.mark.cases(2)
@pytest.mark.parametrize("name", FIVE)
def test_a_search_keeps_what_was_finished_and_names_the_metric(tmp_path, name):
    path, metric, words = written(tmp_path, name)
    url, broken = database(tmp_path), tmp_path / "broken"
    broken.touch()
    first = invoke("run", path, "--storage", url, "--json")
    if words:
        assert (first.exit_code, first.stdout) == (1, "")
        last = first.stderr.splitlines()[-1]
        assert last.startswith("error: ")
        assert metric in last
        assert words in last
        assert 1 <= finished(url) < 6
        broken.unlink()
        first = invoke("run", path, "--storage", url, "--json")
    assert first.exit_code == 0, first.stderr
    assert json.loads(first.stdout)["trials"] == finished(url) == 6


@pytest.mark.slow
@pytest.mark.parametrize("name", [*FAIL, *SURVIVED])
def test_run_keeps_what_was_finished_and_names_the_metric(tmp_path, name):
    path, metric, words = written(tmp_path, name)
    url, broken = database(tmp_path), tmp_path / "broken"
    broken.touch()
    done = run(path, url)
    if words:
        last = last_line(done)
        assert metric in last
        assert words in last
        assert 1 <= finished(url) < 6
        broken.unlink()
        done = run(path, url)
    check_whole(done, url, tmp_path)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("name", [*FIVE, *FIVE_IN_PLACE])
def test_launch_keeps_what_was_finished_and_names_the_metric(tmp_path, postgres_url, name):
    path, metric, words = written(tmp_path, name)
    broken = tmp_path / "broken"
    broken.touch()
    assert invoke("study", "create", path, "--storage", postgres_url).exit_code == 0
    first = launch(postgres_url, tmp_path)
    if words:
        assert first.returncode == 1, first.stderr
        assert metric in first.stderr
        assert words in first.stderr
        assert "Traceback" not in first.stderr
        assert finished(postgres_url) < 6
        broken.unlink()
        # Those that were given up are tried again.
        assert invoke("study", "create", path, "--storage", postgres_url).exit_code == 0
        again = launch(postgres_url, tmp_path)
    else:
        again = first
    assert again.returncode == 0, again.stderr
    assert finished(postgres_url) == 6
    assert left_over(tmp_path) == []


# What ends this process, or never returns to it, is not survived in place.
IN_PLACE = [
    *("asks for an end", "raises", "raises the unspeakable", "recurses", "returns nothing"),
    *("returns too few", "returns a table", "returns texts", "returns complex numbers"),
    *("hides values", "returns times", "returns no number", "returns the infinite"),
    *("returns the unspeakably large", "forks and returns", "clears its samples"),
    "changes the folder",
]


@pytest.mark.cases(2)
@pytest.mark.parametrize("name", cases(IN_PLACE, FIVE_IN_PLACE))
def test_tune_survives_what_a_process_can(tmp_path, monkeypatch, name):
    body, words = FAIL[name] if name in FAIL else (SURVIVED[name], "")
    module = next(NAMES)
    file = tmp_path / f"{module}.py"
    file.write_text(METRIC.format(body=f"    {body}"))
    monkeypatch.syspath_prepend(str(tmp_path))
    metric = getattr(__import__(module), "score")  # noqa: B009
    kept = tmp_path / "kept.db"
    options = {"steps": 4, "trials": 6, "instances": 16, "verify_instances": 16, "storage": kept}
    options |= {"direction": "maximize", "seeds": ["energy"], "progress": False}
    here = Path.cwd()
    (tmp_path / "broken").touch()
    if words:
        with pytest.raises(MdmOptError) as caught:
            tune(EnumeratedDenoiser(sudoku4()), metric, **options)
        said = {"asks for an end": "called sys.exit(0)"}.get(name, words)
        assert said in str(caught.value)
        assert 1 <= finished(f"sqlite:///{kept}", "tuned") < 6
        (tmp_path / "broken").unlink()
    tune(EnumeratedDenoiser(sudoku4()), metric, **options)
    assert finished(f"sqlite:///{kept}", "tuned") == 6
    assert Path.cwd() == here

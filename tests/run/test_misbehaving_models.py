"""Models that misbehave: one line that names them, every finished trial kept, nothing left."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from commands import invoke
from misbehaviour import check_whole, finished, last_line, launch, left_over, run
from study_files import SUDOKU4, database, write_study

from mdm_opt.errors import MdmOptError
from mdm_opt.models.named import ModelFailed
from mdm_opt.tuning import tune

NAMES = (f"misbehaving_model_{index}" for index in itertools.count())
MODEL = """
import ctypes, os, pathlib, subprocess, sys, time

from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4

HERE = pathlib.Path(__file__).parent


class Model(EnumeratedDenoiser):
    def log_probs(self, tokens, positions):
        calls = HERE / "calls"
        with calls.open("a") as file:
            file.write("x")
        # Once a few trials are finished, by whatever process.
        if calls.stat().st_size > 16 and (HERE / "broken").exists():
            self.misbehave()
        return super().log_probs(tokens, positions)

    def misbehave(self):
{body}


def make():
    return Model(sudoku4())
"""
# What it does, and what is said of it; a model that is survived says nothing.
FAIL = {
    "exits with 0": ("os._exit(0)", "its process ended with exit code 0"),
    "exits with 9": ("os._exit(9)", "its process ended with exit code 9"),
    "asks for an end": ("sys.exit(0)", "called sys.exit(0)"),
    "is killed": ("os.kill(os.getpid(), 9)", "its process was killed by SIGKILL"),
    "crashes": ("ctypes.string_at(0)", "its process was killed by SIGSEGV"),
    "aborts": ("os.abort()", "its process was killed by SIGABRT"),
    "hangs": ("time.sleep(600)", "its process took more than 3 s"),
    "hangs in compiled code": (
        "import re; re.match(r'(a+)+$', 'a' * 60 + 'b')", "its process took more than 3 s"
    ),
    "raises": ("raise ValueError('a\\nb')", "raised ValueError: a b"),
    "recurses": ("self.misbehave()", "raised RecursionError"),
    "has no memory": ("raise MemoryError", "does not fit into the memory of cpu"),
}  # fmt: skip
PRINTS = "print('junk'); os.write(1, b'junk'); os.system('echo junk')"
ONCE = "prints and ends once"
SURVIVED = {
    "forks and returns": "os.fork()",
    "prints": PRINTS,
    ONCE: f"{PRINTS}; (HERE / 'o').exists() or ((HERE / 'o').touch(), os._exit(0))",
    "holds back what it prints": "ctypes.CDLL(None).puts(b'junk')",
    # Once: what is opened next gets its number.
    "closes standard output": "if not hasattr(self, 'closed'): self.closed = os.close(1)",
    "changes the folder": "os.chdir('/')",
    "leaves a process": "subprocess.Popen(['tail', '-f', str(HERE / 'calls')])",
}
IN_PLACE = (
    *("asks for an end", "raises", "recurses", "has no memory"),
    *("forks and returns", "changes the folder"),
)


def written(folder, name):
    """The study of a model that misbehaves, the model's name, and what is said of it."""
    module = next(NAMES)
    body, words = FAIL[name] if name in FAIL else (SURVIVED[name], "")
    (folder / f"{module}.py").write_text(MODEL.format(body=f"        {body}"))
    (folder / "broken").touch()
    text = SUDOKU4.replace('kind = "enumerated"\nlaw = "sudoku4"', f'kind = "{module}:make"')
    text = text.replace("[search]\n", "[search]\ntrial_seconds = 3\n")
    return write_study(folder, text), f"{module}:make", words


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name == ONCE else pytest.mark.slow)
     for name in [*FAIL, *SURVIVED]],
)  # fmt: skip
def test_run_keeps_what_was_finished_and_names_the_model(tmp_path, name):
    path, model, words = written(tmp_path, name)
    url = database(tmp_path)
    done = run(path, url)
    if words:
        last = last_line(done)
        assert model in last or name == "has no memory"
        assert words in done.stderr
        assert finished(url) >= 1
        (tmp_path / "broken").unlink()
        done = run(path, url)
    elif name == ONCE:
        assert "its process ended with exit code 0; starting it again" in done.stderr
    check_whole(done, url, tmp_path)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("name", ["exits with 0", "is killed", "hangs", "raises", "prints"])
def test_launch_keeps_what_was_finished_and_names_the_model(tmp_path, postgres_url, name):
    path, model, words = written(tmp_path, name)
    assert invoke("study", "create", path, "--storage", postgres_url).exit_code == 0
    first = launch(postgres_url, tmp_path)
    if words:
        assert first.returncode == 1, first.stderr
        assert model in first.stderr
        assert words.replace("more than 3 s", "too long") in first.stderr
        assert "Traceback" not in first.stderr
        (tmp_path / "broken").unlink()
        # Those that were given up are tried again.
        assert invoke("study", "create", path, "--storage", postgres_url).exit_code == 0
        first = launch(postgres_url, tmp_path)
    assert first.returncode == 0, first.stderr
    assert finished(postgres_url) == 6
    assert left_over(tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name != "recurses" else pytest.mark.slow)
        for name in IN_PLACE
    ],
)
def test_tune_survives_what_a_process_can(tmp_path, monkeypatch, name):
    path, model, words = written(tmp_path, name)
    monkeypatch.syspath_prepend(str(path.parent))
    module = __import__(model.partition(":")[0])
    kept, here = tmp_path / "kept.db", Path.cwd()
    options = {"steps": 4, "trials": 6, "instances": 16, "verify_instances": 16, "storage": kept}
    options |= {"seeds": ["energy"], "progress": False}

    def score(samples):
        return [float(sample.count("1")) for sample in samples]

    if words:
        with pytest.raises(MdmOptError) as caught:
            tune(module.make(), score, **options)
        assert words in str(caught.value)
        assert isinstance(caught.value, ModelFailed) or name == "has no memory"
        assert finished(f"sqlite:///{kept}", "tuned") >= 1
        (tmp_path / "broken").unlink()
    tune(module.make(), score, **options)
    assert finished(f"sqlite:///{kept}", "tuned") == 6
    assert Path.cwd() == here

"""The harness's command with our sampler in it: its errors, and which documents a study has."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest

from mdm_opt import harness


def command(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["mdm_opt.harness", *arguments])
    harness.main()


@pytest.fixture
def _lm_eval():
    if not importlib.util.find_spec("lm_eval"):
        if os.environ.get("CI") == "true":
            pytest.fail("lm-evaluation-harness is not installed")
        pytest.skip("lm-evaluation-harness is not installed")


def test_a_missing_package_is_named(monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit) as ended:
        command(monkeypatch, "run")
    assert ended.value.code == 2
    said = capsys.readouterr()
    needed = "mdm_opt.harness needs lm-evaluation-harness: pip install 'mdm-opt[lm-eval]'"
    assert (said.out, said.err) == ("", f"error: {needed}\n")


@pytest.mark.usefixtures("_lm_eval")
@pytest.mark.parametrize("arguments", [(), ("a.toml", "search", "more")])
def test_documents_are_those_of_one_study_and_one_set(monkeypatch, capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        command(monkeypatch, "documents", *arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err == "error: documents STUDY [search|selection|verification]\n"


@pytest.mark.usefixtures("_lm_eval")
def test_a_study_that_is_not_there_is_one_line(monkeypatch, capsys, tmp_path):
    path = tmp_path / "none.toml"
    with pytest.raises(SystemExit) as ended:
        command(monkeypatch, "documents", str(path), "search")
    assert ended.value.code == 2
    said = f"error: cannot read study file {path}: No such file or directory\n"
    assert capsys.readouterr().err == said


def test_loading_the_module_loads_no_harness():
    program = "import sys, mdm_opt.harness; print('lm_eval' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr

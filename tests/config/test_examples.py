"""The studies that ship are found in a checkout, and wherever they are installed."""

from __future__ import annotations

import shutil
from importlib.metadata import PackagePath
from pathlib import Path

import pytest

from mdm_opt.config import examples, load_study_file
from mdm_opt.errors import InputError

STUDIES = Path(__file__).parents[2] / "studies"


def elsewhere(monkeypatch, folder, files=()):
    """Makes the package lie in a folder, with these files in its installation's record."""
    monkeypatch.setattr(examples, "__file__", str(folder / "mdm_opt" / "config" / "examples.py"))
    monkeypatch.setattr(examples.metadata, "files", lambda name: list(files))


def test_all_studies_are_named_and_have_their_data():
    assert examples.examples_folder() == STUDIES
    assert examples.example_names() == sorted(path.stem for path in STUDIES.glob("*.toml"))
    assert examples.example_files("quickstart") == [STUDIES / "quickstart.toml"]
    assert examples.example_files("sudoku_rows")[1:] == [STUDIES / "sudoku_rows.jsonl"]
    assert examples.example_files("digits")[1:] == [STUDIES / "digits_references.txt"]


@pytest.mark.parametrize("name", examples.example_names())
def test_a_copy_loads_with_every_file_that_it_names(name, tmp_path):
    for path in examples.example_files(name):
        shutil.copy(path, tmp_path)
    study_file = load_study_file(tmp_path / f"{name}.toml")
    named = {getattr(study_file.objective, key, None) for key in ("data", "references")} - {
        None,
        "model",
    }
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.toml", *named}


@pytest.mark.parametrize("by", ["a folder beside the package", "the record of its installation"])
def test_an_installation_has_them_under_share(by, tmp_path, monkeypatch):
    beside = by == "a folder beside the package"
    folder = tmp_path / ("lib" if beside else "elsewhere") / "share" / "mdm-opt" / "studies"
    shutil.copytree(STUDIES, folder)
    recorded = PackagePath("../elsewhere/share/mdm-opt/studies/quickstart.toml")
    recorded.dist = type("Dist", (), {"locate_file": lambda self, path: tmp_path / "lib" / path})()
    (tmp_path / "lib").mkdir(exist_ok=True)
    elsewhere(monkeypatch, tmp_path / "lib", [] if beside else [recorded])
    assert examples.example_files("toy_balanced") == [folder / "toy_balanced.toml"]


def test_what_is_not_there_is_refused(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"--example: 'x' is not accepted: one of antibody, "):
        examples.example_files("x")
    elsewhere(monkeypatch, tmp_path)
    with pytest.raises(InputError, match="not installed here"):
        examples.example_names()

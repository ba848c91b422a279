"""The wheel holds the package, its data and the study files; the command is declared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_wheel_holds_everything_and_nothing_else(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    # Pages and the files of servers lie beside, and stay there.
    beside = ("docs", "mkdocs.yml", "storage", "CITATION.cff")
    for name in ("pyproject.toml", "README.md", "LICENSE", "mdm_opt", "studies", *beside):
        (source / name).symlink_to(ROOT / name)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index",
         "--disable-pip-version-check", "--quiet", "--wheel-dir", tmp_path, source],
        check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        entry_points = next(name for name in names if name.endswith("entry_points.txt"))
        assert "mdm-opt = mdm_opt.cli.supervision:entry" in archive.read(entry_points).decode()
    for needed in (
        "mdm_opt/py.typed",
        "mdm_opt/models/bundled/digits8x8/README.md",
        "mdm_opt/models/bundled/digits8x8/model.safetensors",
        "mdm_opt/models/bundled/sudoku6x6/model.safetensors",
        "mdm_opt/models/bundled/sudoku6x6/config.json",
        "mdm_opt/models/bundled/sudoku6x6/tokenizer.json",
        "mdm_opt/persistence/migrations/env.py",
        "mdm_opt/persistence/migrations/versions/0001_first_tables.py",
        "mdm_opt/persistence/migrations/versions/0002_workers.py",
        "mdm_opt/persistence/migrations/versions/0003_profiles_and_races.py",
        "mdm_opt/persistence/migrations/versions/0004_samples.py",
        "mdm_opt/show/report/templates/report.html",
    ):
        assert needed in names
    studies = {name.rsplit("/", 1)[1] for name in names if "share/mdm-opt/studies/" in name}
    assert studies == {
        path.name
        for path in (ROOT / "studies").iterdir()
        if path.suffix in (".toml", ".jsonl", ".txt")
    }
    assert copied_example(wheel, tmp_path) == (ROOT / "studies" / "quickstart.toml").read_text()
    top = {name.split("/")[0] for name in names}
    assert {part for part in top if not part.startswith("mdm_opt")} == set()


def copied_example(wheel, folder):
    """What `init --example` copies for somebody who has installed the wheel alone."""
    installed = folder / "installed"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet",
         "--no-compile", "--disable-pip-version-check", "--target", installed, wheel],
        check=True, capture_output=True,
    )  # fmt: skip
    (folder / "empty").mkdir()
    subprocess.run(
        [sys.executable, "-m", "mdm_opt", "init", "--example", "quickstart", "--no-check"],
        check=True, capture_output=True, cwd=folder / "empty",
        env=os.environ | {"PYTHONPATH": str(installed)},
    )  # fmt: skip
    return (folder / "empty" / "quickstart.toml").read_text()


def test_constraints_pin_every_direct_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        wanted += extra
    pinned = {
        line.split("==")[0].lower()
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    for requirement in wanted:
        name = re.split(r"[\[<>=!~; ]", requirement)[0]
        assert name.lower() in pinned, requirement

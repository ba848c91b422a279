"""The image of storage/Dockerfile, as far as can be looked at without building it."""

from __future__ import annotations

import fnmatch
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE = ROOT / "storage" / "Dockerfile"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def instructions():
    """Each as its name and what follows, lines that go on joined."""
    lines = [line for line in FILE.read_text().splitlines() if not line.startswith("#")]
    text = "\n".join(lines).replace("\\\n", "")
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line.strip()]


def of(name):
    return [rest for found, rest in instructions() if found == name]


def defaults():
    return dict(argument.split("=", 1) for argument in of("ARG"))


def copied():
    return [name for line in of("COPY") for name in line.split()[:-1]]


def sent(path):
    """Whether .dockerignore lets a file into the build: its last rule that fits decides."""
    kept = True
    for rule in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = rule.removeprefix("!")
        if not rule or rule.startswith("#"):
            continue
        top = pattern in ("*", path.split("/")[0])
        deep = pattern.startswith("**/") and fnmatch.fnmatch(path, f"*{pattern[2:]}*")
        if top or deep:
            kept = rule.startswith("!")
    return kept


def test_it_starts_from_a_base_that_is_an_argument():
    names = [found for found, _ in instructions()]
    assert names[:2] == ["ARG", "FROM"]
    assert of("FROM") == ["${BASE}"]
    # No tag moves under it.
    assert re.fullmatch(r"python:3\.\d+\.\d+-\w+-\w+", defaults()["BASE"])
    assert int(defaults()["BASE"].split(".")[1]) >= 11
    shown = re.findall(r"--build-arg (\w+)=(\S+)", FILE.read_text())
    assert {name for name, _ in shown} == {"BASE", "TORCH_INDEX"} <= set(defaults())
    assert dict(shown)["BASE"].startswith("nvidia/cuda:")


def test_what_it_copies_is_there_and_is_all_that_installing_needs():
    assert all((ROOT / name).exists() for name in copied())
    assert {PROJECT["readme"], *PROJECT["license-files"], "pyproject.toml"} <= set(copied())
    package_data = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {
        name.split("/")[0] for names in package_data["data-files"].values() for name in names
    }
    assert folders | {"mdm_opt"} <= set(copied())
    assert all(sent(name) for name in copied())


@pytest.mark.parametrize(
    "name",
    ["storage/secrets/postgres_password", "storage/mdm-opt.db", ".git/config", ".venv/pyvenv.cfg",
     "docs/start.md", "tests/boards.py", "mdm_opt/__pycache__/x.pyc"],
)  # fmt: skip
def test_nothing_else_goes_into_the_build(name):
    assert not sent(name)


def test_it_installs_extras_that_there_are_at_the_versions_of_ci():
    assert set(defaults()["EXTRAS"].split(",")) <= set(PROJECT["optional-dependencies"])
    torch, package = [line for line in of("RUN") if "pip install" in line]
    assert "grep '^torch==' /source/constraints.txt" in torch
    pins = (ROOT / "constraints.txt").read_text().splitlines()
    assert len([line for line in pins if line.startswith("torch==")]) == 1
    assert package.split()[-3:] == ["-c", "/source/constraints.txt", '"/source[$EXTRAS]"']


@pytest.mark.parametrize("line", of("RUN"))
def test_its_commands_are_commands(line):
    subprocess.run(["sh", "-n", "-c", line], check=True)


def test_it_runs_the_command_as_nobody_special():
    names = [found for found, _ in instructions()]
    assert names[-4:] == ["USER", "WORKDIR", "ENTRYPOINT", "CMD"]
    (user,) = of("USER")
    (made,) = [line for line in of("RUN") if "useradd" in line]
    assert f" {user} " in f"{made} "
    assert re.search(r"--uid ([1-9]\d{4})\b", made)
    assert of("ENTRYPOINT") == ['["mdm-opt"]']
    assert "mdm-opt" in PROJECT["scripts"]

"""The references that the site has: every key, every command and every public name."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import click
import pytest

import mdm_opt
from mdm_opt import testing
from mdm_opt.cli.main import main
from mdm_opt.config.schema import study_schema

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pages():
    """The references as Markdown, by the name of what makes them."""
    sys.path.insert(0, str(ROOT / "docs" / "hooks"))
    try:
        names = ("reference_keys", "reference_commands", "reference_python")
        return {name: importlib.import_module(name).page() for name in names}
    finally:
        sys.path.pop(0)


def rows(page):
    """The rows of all tables, each as its cells."""
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    return [re.split(r"(?<!\\) \| ", line.strip("| ")) for line in lines]


def test_every_key_has_a_row(pages):
    page = pages["reference_keys"]
    schema = study_schema()
    for table in schema["properties"]:
        assert f"## `[{table}]`" in page
    keys = {row[0] for row in rows(page)}
    for name, one in schema["$defs"].items():
        for key in one.get("properties", {}):
            assert f"`{key}`" in keys, (name, key)
    for way in schema["$defs"]["SpaceTable"]["anyOf"]:
        assert {f"`{key}`" for key in way["properties"]} <= keys


def test_rows_have_all_cells_and_say_what_a_key_is(pages):
    width = 0
    for row in rows(pages["reference_keys"]):
        if row[0] == "key":
            width = len(row)
        elif set(row[0]) != {"-"}:
            assert len(row) == width, row
            assert len(row[-1]) > 5, row


def test_defaults_and_values_are_those_of_the_schema(pages):
    found = {row[0]: row[1:] for row in rows(pages["reference_keys"].split("## `[verify]`")[1])}
    assert found["`instances`"][1:3] == ["`256`", "from 2"]
    assert found["`confidence`"][:3] == ["number", "`0.95`", "above 0.5 below 1"]
    assert found["`sequential`"][:2] == ["true or false", "`true`"]
    orders = [row for row in rows(pages["reference_keys"]) if row[0] == "`order`"]
    assert '`"random"`, `"confidence"`, `"margin"`, `"entropy"`' in [row[4] for row in orders]


def leaves(command, path):
    if isinstance(command, click.Group):
        return [one for name, inner in command.commands.items() for one in leaves(inner, f"{path} {name}")]  # fmt: skip # noqa: E501
    return [(path, command)]


def test_every_command_and_option_is_there(pages):
    page = pages["reference_commands"]
    for path, command in leaves(main, "mdm-opt"):
        section = page.split(f"### {path}\n")[1].split("\n### ")[0]
        assert "For example:" in section, path
        for option in command.params:
            assert option.opts[0] in section or isinstance(option, click.Argument), path
            assert isinstance(option, click.Argument) or option.help, (path, option.name)


def test_its_examples_are_commands(pages):
    from commands import invoke

    shown = re.findall(r"^mdm-opt (\w+)", pages["reference_commands"], re.MULTILINE)
    assert set(shown) == set(main.commands)
    assert invoke("study", "--help").exit_code == 0


def test_every_public_name_is_there_and_says_what_it_is(pages):
    page = pages["reference_python"]
    for module, names in (("mdm_opt", mdm_opt.__all__), ("mdm_opt.testing", testing.__all__)):
        for name in names:
            if name != "__version__":
                section = page.split(f"### {module}.{name}\n")[1].split("\n### ")[0]
                assert len(section.strip()) > 60, name
    for name in ("Denoiser", "RateModel", "TimedLaw", "Objective", "Process", "InputError"):
        assert re.search(rf"^### mdm_opt\.[\w.]+\.{name}$", page, re.MULTILINE)
    assert "``" not in page.replace("```", "")

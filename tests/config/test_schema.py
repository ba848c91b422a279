"""The JSON Schema of the study file: it accepts what the loader accepts, and knows every key."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from own_samplers import TOY
from random_studies import studies
from study_contents import MINIMAL, Tree, with_value, without

from mdm_opt.candidates import DECODINGS, FAMILIES, searchable_families
from mdm_opt.config import parse_study
from mdm_opt.config.models import MODEL_KINDS
from mdm_opt.config.objectives import OBJECTIVE_KINDS
from mdm_opt.config.schema import DIALECT, study_schema
from mdm_opt.errors import InputError

ROOT = Path(__file__).parents[2]
SCHEMA = study_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
STUDIES = sorted((ROOT / "studies").glob("*.toml"))


def accepts(content: Tree) -> bool:
    return bool(VALIDATOR.is_valid(content))


def accepted_by_both(content: Tree) -> bool:
    parse_study(content, "a.toml")
    return accepts(content)


def properties(schema: Any) -> list[tuple[str, dict[str, Any]]]:
    """Every key of every table of a schema, with what is said of it."""
    if isinstance(schema, list):
        return [one for inner in schema for one in properties(inner)]
    if not isinstance(schema, dict):
        return []
    own = list(schema.get("properties", {}).items())
    rest = [inner for key, inner in schema.items() if key not in ("default", "enum", "const")]
    return own + properties(rest)


def test_it_is_of_the_dialect_that_it_names() -> None:
    assert SCHEMA["$schema"] == DIALECT
    Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA, allow_nan=False)) == SCHEMA


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_every_study_that_ships_is_valid(path: Path) -> None:
    content = tomllib.loads(path.read_text())
    assert list(VALIDATOR.iter_errors(content)) == []
    for table, inner in content.items():
        assert not accepts({**content, table: {**inner, "no_such_key": 1}}), table


def test_every_key_is_described_and_says_what_it_accepts() -> None:
    tables = {key: one for key, one in SCHEMA["$defs"].items() if key != "SpaceTable"}
    found = [pair for one in tables.values() for pair in one["properties"].items()]
    found += [pair for way in SCHEMA["$defs"]["SpaceTable"]["anyOf"] for pair in properties(way)]
    assert len(found) > 150
    for key, said in found:
        named = key in ("low", "high", "log", "integer", "when", "options", "family")
        assert said.get("description") or named, key
        assert said.keys() & {"type", "anyOf", "oneOf", "enum", "const", "$ref"}, key
    assert all(said["description"] for _, said in SCHEMA["properties"].items())


def test_it_has_every_kind_and_family() -> None:
    kinds = {one["properties"]["kind"].get("const") for one in SCHEMA["$defs"].values()
             if "kind" in one.get("properties", {})}  # fmt: skip
    assert {*MODEL_KINDS, *OBJECTIVE_KINDS} <= kinds
    ways = SCHEMA["$defs"]["SpaceTable"]["anyOf"]
    named = [way["properties"].get("family", {}).get("const") for way in ways]
    assert named[: len(searchable_families())] == searchable_families()
    for name, way in zip(searchable_families(), ways, strict=False):
        assert {key.name for key in FAMILIES[name].keys} <= set(way["properties"])
    samplers = {one["$ref"].split("/")[-1] for one in SCHEMA["properties"]["sampler"]["anyOf"]}
    assert samplers == {one.__name__ for one in DECODINGS.values()}


@settings(deadline=None)
@given(studies)
def test_what_the_loader_accepts_is_valid(content: Tree) -> None:
    assert accepted_by_both(content)


@settings(max_examples=200, deadline=None)
@given(studies, st.sampled_from(["steps", "name", "kind", "trials", "instances"]), st.data())
def test_what_is_invalid_is_refused_by_the_loader(
    content: Tree, key: str, data: st.DataObject
) -> None:
    """One value is exchanged for another."""
    tables = [name for name, table in content.items() if key in table]
    if not tables:
        return
    table = data.draw(st.sampled_from(tables))
    other = data.draw(
        st.integers(-1, 10**7) | st.lists(st.integers(-1, 5000), max_size=3) | st.text(max_size=5)
    )
    changed = {**content, table: {**content[table], key: other}}
    try:
        parse_study(changed, "a.toml")
    except InputError:
        return
    assert accepts(changed), changed


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("space.steps", 8),
        ("space.steps", [8, 16]),
        ("space.temperature", {"low": 0.0, "high": 1}),
        ("space.order", ["random", "margin"]),
        ("space.beta_a", [1, 2.5]),
        ("space.families", ["beta", "threshold", "entropy_bound"]),
        ("study.baseline", {"family": "sine", "steps": 4}),
        ("study.baseline", {"family": "threshold", "cutoff": 0.9, "block_length": 4}),
        ("search.seeds", ["energy", [0.5, 1], "history"]),
        ("search.trials", "auto"),
        ("profile.estimator", "orders"),
        ("sampler", {}),
    ],
)
def test_forms_that_are_accepted(key: str, value: Any) -> None:
    sampled = {"kind": "validity", "verifier": "sudoku"}
    assert accepted_by_both(with_value(key, value, {**MINIMAL, "objective": sampled}))


def test_families_have_their_names_before_keys_that_differ() -> None:
    base = with_value("objective", {"kind": "validity", "verifier": "a:b"})
    several = with_value("space.families", ["threshold", "entropy_bound"], base)
    assert accepted_by_both(with_value("space.threshold_cutoff", [0.5, 0.9], several))
    assert not accepts(with_value("space.cutof", [0.5, 0.9], several))


def test_a_sampler_of_its_own() -> None:
    assert accepted_by_both(TOY)
    assert not accepts(with_value("space.beta_a", [0.1, 1.0], TOY))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("space.steps", 0),
        ("space.steps", []),
        ("space.steps", "8"),
        ("space.steps", [4, 4]),
        ("space.step", 8),
        ("space.family", "gamma"),
        ("space.cutoff", [0.5, 0.9]),
        ("space.beta_a", [0.01, 1.0]),
        ("space.order", "random"),
        ("space.temperature", {"low": 0.0}),
        ("model.kind", "bert"),
        ("model.law", "no law"),
        ("model.lenght", 4),
        ("objective.kind", "f"),
        ("objective.instances", 1),
        ("objective.verifier", "sudoku"),
        ("sampler.order", "left"),
        ("sampler.temperature", True),
        ("search.trials", 0),
        ("search.seeds", ["luck"]),
        ("study.name", "two words"),
        ("study.baseline", {"steps": 4}),
        ("verify.confidence", 1.5),
        ("tables", {}),
    ],
)
def test_what_is_wrong_is_invalid(key: str, value: Any) -> None:
    content = with_value(key, value)
    with pytest.raises(InputError):
        parse_study(content, "a.toml")
    assert not accepts(content)


@pytest.mark.parametrize("key", ["study", "study.name", "model.kind", "space.steps", "objective"])
def test_what_is_missing_is_invalid(key: str) -> None:
    assert not accepts(without(key))

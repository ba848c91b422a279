"""The JSON Schema of the study file, for editors and for the reference of its keys."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from mdm_opt.candidates import (
    ARGUMENTS,
    FAMILIES,
    ORDERS,
    OWN,
    SEARCHABLE,
    Choice,
    OwnDecoding,
    Parameter,
    searchable_families,
)
from mdm_opt.candidates.hand_crafted import BASELINES
from mdm_opt.candidates.several import several
from mdm_opt.config.models import LAW_NAMES, EnumeratedModel, PluginModel
from mdm_opt.config.objectives import (
    EnergyDistanceObjective,
    PluginObjective,
    TaskObjective,
    ValidityObjective,
)
from mdm_opt.config.search import SEED_NAMES, SearchTable, StudyTable
from mdm_opt.config.space import MAX_STEPS, SpaceTable
from mdm_opt.config.study import StudyFile
from mdm_opt.config.tables import RunsOnDevice
from mdm_opt.config.track import TrackTable
from mdm_opt.docstrings import attributes, markdown, taken_apart
from mdm_opt.plugins import REFERENCE_PATTERN

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_REFERENCE = {"type": "string", "pattern": f"^(?:{REFERENCE_PATTERN.pattern})$"}
_WHOLE = {"type": "integer", "minimum": 1}
_PLAIN = {"type": ["string", "number", "boolean"]}


def study_schema() -> dict[str, Any]:
    """The JSON Schema of a study file, draft 2020-12.

    A file that `load_study_file` accepts is valid. The reverse does not hold: which keys go
    together is checked there, and its messages name the key and what is accepted.
    """
    found = StudyFile.model_json_schema(schema_generator=_Schema)
    return {"$schema": DIALECT, "title": "Study file of mdm-opt", **found}


class _Schema(GenerateJsonSchema):
    """Descriptions come from docstrings, and what validators accept is said beside the types."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        cls: type[BaseModel] = schema["cls"]
        about = {key: markdown(said) for key, said in attributes(cls).items()}
        if cls is SpaceTable:
            return _space(about)
        found = super().model_schema(schema)
        found.pop("title", None)
        found["description"] = markdown(taken_apart(cls.__doc__).summary)
        for key, one in found.get("properties", {}).items():
            if "$ref" in one:
                one.pop("default", None)
                if cls is TrackTable:
                    one["anyOf"] = [{"type": "string", "minLength": 1}, {"$ref": one.pop("$ref")}]
            one.pop("title", None)
            one.update(_accepted(cls, key), description=about.get(key, ""))
        return found

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        # TOML has no null: a key that is not there stands for it.
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        found = super().default_schema(schema)
        return {
            key: value
            for key, value in found.items()
            if key != "default" or not (value is None or isinstance(value, dict))
        }

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        found = super().tagged_union_schema(schema)
        found.pop("discriminator", None)
        return found


def _accepted(cls: type[BaseModel], key: str) -> dict[str, Any]:
    """What validators of a key accept, where its type does not say it."""
    for one in cls.__mro__:
        if (one, key) in _BY_VALIDATORS:
            return dict(_BY_VALIDATORS[one, key])
    return {}


def _one_of(*names: str) -> dict[str, Any]:
    """One of some names, or a function."""
    return {"anyOf": [{"enum": list(names)}, _REFERENCE]}


def _listed(item: Mapping[str, Any], least: int = 1) -> dict[str, Any]:
    return {"type": "array", "items": dict(item), "minItems": least, "uniqueItems": True}


def _closed(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _given_setting() -> dict[str, Any]:
    """How somebody samples today, see `mdm_opt.candidates.setting_candidate`."""
    names = [*BASELINES, *(n for n in searchable_families() if not FAMILIES[n].by_counts)]
    keys: dict[str, Any] = {"family": {"enum": names}, "steps": _WHOLE}
    for name in names:
        for key in FAMILIES[name].keys if name not in BASELINES else ():
            one: dict[str, Any] = {"enum": list(key.accepted)}
            keys[key.name] = one if isinstance(key, Choice) else {"type": "number"}
    return _closed(keys | {name: {"type": ["string", "number"]} for name in SEARCHABLE}, "family")


_COUNTS = {"type": "integer", "minimum": 1, "maximum": MAX_STEPS}
_NUMBER = {"type": "number", "minimum": 0, "maximum": 100}
_NUMBERS = {"anyOf": [_listed(_NUMBER), _closed({"low": _NUMBER, "high": _NUMBER}, "low", "high")]}
_SETTINGS: dict[str, dict[str, Any]] = {
    "order": _listed({"enum": list(ORDERS)}),
    "temperature": _NUMBERS,
    "guidance": _NUMBERS,
    "block_length": _listed(_WHOLE),
}
_WHEN = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"anyOf": [_PLAIN, {"type": "array", "items": _PLAIN, "minItems": 1}]},
}
_RANGE = {
    "low": {"type": "number"},
    "high": {"type": "number"},
    "log": {"type": "boolean", "default": False},
    "integer": {"type": "boolean"},
    "when": _WHEN,
}
_OPTIONS = {"type": "array", "items": _PLAIN, "minItems": 2}
_ARGUMENTS = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 32,
    "additionalProperties": {
        "anyOf": [
            _OPTIONS,
            _closed({"options": _OPTIONS, "when": _WHEN}, "options"),
            _closed(_RANGE, "low", "high"),
        ]
    },
}
_BY_VALIDATORS: dict[tuple[type, str], dict[str, Any]] = {
    (PluginModel, "kind"): _REFERENCE,
    (PluginObjective, "kind"): _REFERENCE,
    (EnumeratedModel, "law"): _one_of(*LAW_NAMES),
    (OwnDecoding, "kind"): _one_of(OWN),
    (ValidityObjective, "verifier"): _one_of("sudoku"),
    (EnergyDistanceObjective, "feature"): _REFERENCE,
    (TaskObjective, "score"): _one_of("exact_match", "code"),
    (RunsOnDevice, "batch_size"): {
        "anyOf": [{"const": "auto"}, {"type": "integer", "minimum": 1, "maximum": 65536}]
    },
    (StudyTable, "baseline"): _given_setting(),
    (SearchTable, "reference"): _given_setting(),
    (SearchTable, "trials"): {
        "anyOf": [{"const": "auto"}, {"type": "integer", "minimum": 1, "maximum": 1_000_000}]
    },
    (SearchTable, "seeds"): {
        "type": "array",
        "items": {
            "anyOf": [
                {"enum": list(SEED_NAMES)},
                {"type": "array", "items": _PLAIN, "minItems": 1},
                {"type": "object"},
            ]
        },
    },
}


def _space(about: Mapping[str, str]) -> dict[str, Any]:
    """[space], whose keys follow from what is searched."""
    known = searchable_families()
    described = {key: {**one, "description": about[key]} for key, one in _SETTINGS.items()}
    steps = {"anyOf": [_COUNTS, {**_listed(_COUNTS), "maxItems": 32}]}
    described = {"steps": {**steps, "description": about["steps"]}, **described}
    ways = []
    for name in known:
        family = {"const": name, "default": "beta", "description": about["family"]}
        keys = {"family": family, **described, **_bounds(FAMILIES[name].keys)}
        ways.append(_closed(keys, *(() if name == "beta" else ("family",)), "steps"))
    listed = {**_listed({"enum": known}, 2), "description": about["families"]}
    all_keys: dict[str, Any] = {}
    # Which keys have the name of their family in front depends on the others.
    for count in range(2, len(known) + 1):
        for some in combinations(known, count):
            all_keys |= _bounds(several(some).keys)
    ways.append(_closed({"families": listed, **described, **all_keys}, "families", "steps"))
    arguments = {**_ARGUMENTS, "description": about["arguments"]}
    own = {"family": {"const": ARGUMENTS}, "steps": described["steps"], "arguments": arguments}
    ways.append(_closed(own, "steps", "arguments"))
    summary = markdown(taken_apart(SpaceTable.__doc__).summary)
    return {"description": summary, "anyOf": ways}


def _bounds(keys: tuple[Parameter, ...]) -> dict[str, Any]:
    """The keys of a family: options, or both ends of a range."""
    found: dict[str, Any] = {}
    for key in keys:
        if isinstance(key, Choice):
            one = _listed({"enum": list(key.accepted)})
        else:
            low, high = key.accepted
            ends = {"type": "number", "minimum": low, "maximum": high}
            one = {"type": "array", "items": ends, "minItems": 2, "maxItems": 2}
        found[key.name] = {**one, "default": list(key.searched), "description": key.about}
    return found

"""The reference of the study file, made from its JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mdm_opt.config.schema import study_schema

Schema = Mapping[str, Any]
_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "table",
}
# What the forms of a table differ by.
_BY = {"model": "kind", "objective": "kind", "sampler": "process", "space": "family"}
# Tables inside tables, by their titles.
_INNER = {
    '`[objective.judge]` with `kind = "causal"`': "CausalJudge",
    "`[track.mlflow]`": "MlflowTable",
    "`[track.wandb]`": "WandbTable",
    "`[track.tensorboard]`": "TensorboardTable",
}
_PROCESSES = {
    "MaskedDecoding": "masked",
    "BirthsDecoding": "births",
    "UniformDecoding": "uniform",
    "OwnDecoding": "own sampler",
}


def page() -> str:
    """The tables of all keys, as Markdown."""
    schema = study_schema()
    parts = []
    for table, said in schema["properties"].items():
        required = " Required." if table in schema["required"] else ""
        parts.append(f"## `[{table}]`\n\n{sentence(said['description'])}{required}")
        parts.append(_table(list(_forms(schema, table, said)), _BY.get(table)))
    for title, name in _INNER.items():
        inner = schema["$defs"][name]
        parts.append(f"### {title}\n\n{sentence(inner['description'])}")
        parts.append(_table([("", inner)], None))
    return "\n\n".join(parts)


def sentence(text: str) -> str:
    """A description as a sentence."""
    return text[:1].upper() + text[1:]


def _forms(schema: Schema, table: str, said: Schema) -> Iterator[tuple[str, Schema]]:
    """The forms that a table may have, each with its name."""
    ways = [said] if "$ref" in said else said["anyOf"]
    named = [
        (way["$ref"].split("/")[-1], schema["$defs"][way["$ref"].split("/")[-1]]) for way in ways
    ]
    for name, found in named:
        if table == "space":
            for way in found["anyOf"]:
                yield _family(way), way
        elif table == "sampler":
            yield _PROCESSES[name], found
        elif table in _BY:
            yield _kind(found["properties"]["kind"]), found
        else:
            yield "", found


def _family(way: Schema) -> str:
    if "families" in way["properties"]:
        return "several"
    return (
        "own sampler" if "arguments" in way["properties"] else way["properties"]["family"]["const"]
    )


def _kind(said: Schema) -> str:
    return said.get("const", '"module:function"')


def _table(forms: list[tuple[str, Schema]], by: str | None) -> str:
    """Rows of all forms; those that say the same are one."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for name, form in forms:
        for key, said in form["properties"].items():
            default = "required" if key in form.get("required", ()) else ""
            default = code(said["default"]) if "default" in said else default
            accepted = "" if key in ("kind", "family") and "const" in said else values(said)
            about = sentence(said.get("description", ""))
            if key in ("kind", "family") and by == key:
                continue
            row = (f"`{key}`", kind_of(said), default, accepted, about)
            rows.setdefault(row, []).append(name)
    head = ["key", *([by] if by else []), "type", "default", "accepted", "meaning"]
    if by in ("kind", "family"):
        names = ", ".join(
            code(n) if not n.startswith('"') else f"`{n}`"
            for n, _ in forms
            if n not in ("several", "own sampler")
        )
        kinds = (
            f"`{by}`",
            "text",
            code("beta") if by == "family" else "required",
            names,
            _kind_words(by),
        )
        rows = {kinds: [name for name, _ in forms], **rows}
    lines = [head, ["---"] * len(head)]
    for (key, *rest), names in rows.items():
        of = ["all" if len(names) == len(forms) else ", ".join(names)] if by else []
        lines.append([key, *of, *rest])
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _kind_words(by: str) -> str:
    if by == "family":
        return "Beta schedules, counts of any shape (`free`), or a rule of certainty."
    return "Which of these; decides the other keys."


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def code(value: Any) -> str:
    """A value as TOML and JSON have it."""
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def kind_of(said: Schema) -> str:
    """The type of a key in words."""
    if "anyOf" in said or "oneOf" in said:
        ways = said.get("anyOf") or said["oneOf"]
        return " or ".join(dict.fromkeys(kind_of(one) for one in ways))
    if "$ref" in said:
        return "table"
    if "const" in said or "enum" in said:
        return "text"
    types = said["type"] if isinstance(said["type"], list) else [said["type"]]
    return " or ".join(_TYPES[one] for one in types)


def values(said: Schema) -> str:
    """What a key accepts, as far as its type does not say it."""
    if "anyOf" in said:
        return " or ".join(filter(None, dict.fromkeys(values(one) for one in said["anyOf"])))
    if "const" in said:
        return code(said["const"])
    if "enum" in said:
        return ", ".join(code(one) for one in said["enum"])
    if ":" in said.get("pattern", ""):
        return '`"module:function"`'
    if said.get("type") == "array":
        inner = values(said["items"])
        return f"of {inner}" if inner else ""
    if said.get("type") == "object" and said.get("properties"):
        return "`{ " + ", ".join(said["properties"]) + " }`"
    return _bounds(said)


def number(value: float) -> str:
    """A number in words; large powers of two are not written out."""
    whole = isinstance(value, int) and value >= 2**20
    return f"2^{value.bit_length() - 1}" if whole and value & (value - 1) == 0 else f"{value:,}"


def _bounds(said: Schema) -> str:
    found = []
    for key, words in (
        ("minimum", "from {}"),
        ("exclusiveMinimum", "above {}"),
        ("maximum", "to {}"),
        ("exclusiveMaximum", "below {}"),
        ("maxLength", "at most {} characters"),
    ):
        if key in said:
            found.append(words.format(number(said[key])))
    return " ".join(found)

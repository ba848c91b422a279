"""The content of study files, good ones and refused ones."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from mdm_opt.config import parse_study
from mdm_opt.errors import InputError

Tree = dict[str, Any]

MINIMAL: Tree = {
    "study": {"name": "toy"},
    "model": {"kind": "enumerated", "law": "sudoku4"},
    "space": {"steps": [4]},
    "objective": {"kind": "path_kl"},
}


def with_value(path: str, value: Any, base: Tree = MINIMAL) -> Tree:
    """A copy of a study with one value put in; a dotted path names it."""
    content = copy.deepcopy(base)
    *tables, key = path.split(".")
    inner = content
    for table in tables:
        inner = inner.setdefault(table, {})
    inner[key] = value
    return content


def without(path: str, base: Tree = MINIMAL) -> Tree:
    content = copy.deepcopy(base)
    *tables, key = path.split(".")
    inner = content
    for table in tables:
        inner = inner[table]
    del inner[key]
    return content


def refusal(content: Any, source: str = "my/study.toml") -> str:
    """The message with which a study is refused, its form checked."""
    with pytest.raises(InputError) as caught:
        parse_study(content, source)
    return checked(str(caught.value), source)


def checked(message: str, source: str) -> str:
    assert message.startswith(f"{source}: ")
    assert len(message) > len(source) + 2
    assert message.splitlines() == [message]
    return message


def to_toml(content: Tree) -> str:
    """The content as TOML, inner tables inline."""

    def value(item: Any) -> str:
        if isinstance(item, bool):
            return str(item).lower()
        if isinstance(item, str):
            return json.dumps(item, ensure_ascii=False)
        if isinstance(item, list):
            return f"[{', '.join(value(element) for element in item)}]"
        if isinstance(item, dict):
            return f"{{{', '.join(f'{value(k)} = {value(v)}' for k, v in item.items())}}}"
        return repr(item)

    lines = []
    for name, inner in content.items():
        lines.append(f"[{name}]")
        lines.extend(f"{value(key)} = {value(item)}" for key, item in inner.items())
    return "\n".join(lines) + "\n"

"""How refused values are put into words: one line, whatever the user wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mdm_opt.plugins import one_line

Part = str | int


@dataclass(frozen=True)
class Names:
    """How the caller knows what a study file says.

    Attributes:
        key: from a table and the key in it, with indices, to its name; empty for none.
        source: what a study was made with.
    """

    key: Callable[[str, Sequence[Part]], str]
    source: str


def _in_a_study_file(table: str, keys: Sequence[Part]) -> str:
    return f"[{_name(table)}] {'.'.join(map(_name, keys))}".strip()


_USUAL = Names(_in_a_study_file, "from another study file")
_NAMES = ContextVar("names", default=_USUAL)


@contextmanager
def naming(names: Names) -> Iterator[None]:
    """Puts keys into messages as a caller knows them who has no study file, or another table."""
    token = _NAMES.set(names)
    try:
        yield
    finally:
        _NAMES.reset(token)


@contextmanager
def read_as(table: str, place: str) -> Iterator[None]:
    """Says of what is read as one table of a study file that it stands in another place."""
    outer = _NAMES.get()

    def key(found: str, keys: Sequence[Part]) -> str:
        if found != table:
            return outer.key(found, keys)
        return " ".join([place, ".".join(map(_name, keys))]).strip()

    with naming(Names(key, outer.source)):
        yield


def key_name(key: str, *more: Part) -> str:
    """A key of the study file as the caller knows it, e.g. ``[search] seeds.1``.

    Args:
        key: table and key with a dot between them; or the table alone.
        more: keys and indices below it.
    """
    table, _, inner = key.partition(".")
    return _NAMES.get().key(table, [*([inner] if inner else []), *more])


def source_name() -> str:
    """What a study was made with that is not what is given now."""
    return _NAMES.get().source


def describe(detail: ErrorDetails, known_keys: Callable[[str], Sequence[str]]) -> str:
    """Table, key, value and what is accepted.

    Args:
        detail: what pydantic found in a study file.
        known_keys: keys that a table of the file may have.
    """
    if not detail["loc"]:  # several tables are at fault, and the message names their keys
        return one_line(detail["msg"].removeprefix("Value error, "))
    table, *keys = detail["loc"]
    if keys[:1] == ["judge"] and len(keys) > 2:
        del keys[1]  # pydantic puts the judge's kind between the keys
    where = _NAMES.get().key(str(table), keys)
    kind, value = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        known = known_keys(str(table)) if len(keys) < 2 else []
        return f"{where}: unknown key" + (f"; known: {', '.join(known)}" if known else "")
    if kind == "missing":
        return f"{where}: missing, and it has no default"
    message = one_line(detail["msg"].removeprefix("Value error, "))
    if isinstance(value, dict | BaseModel):
        return f"{where}: {message}" if where else message
    return f"{where}: {_shown(value)} is not accepted: {message}"


def refusal(error: ValidationError) -> str:
    """The first thing that is wrong with a value which is no study file: key, value, accepted."""
    detail = error.errors(include_url=False)[0]
    message = one_line(detail["msg"].removeprefix("Value error, "))
    where = ".".join(map(_name, detail["loc"]))
    return f"{where}: {_shown(detail['input'])} is not accepted: {message}" if where else message


def _name(part: str | int) -> str:
    """A key as TOML writes it, cut to a readable length."""
    text = str(part)
    if not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        text = json.dumps(text)
    return text if len(text) <= 60 else text[:57] + "..."


def _shown(value: Any) -> str:
    try:
        text = one_line(repr(value))
    except ValueError:  # Python prints no integer of more than 4300 digits
        text = "a number of thousands of digits"
    return text if len(text) <= 80 else text[:77] + "..."

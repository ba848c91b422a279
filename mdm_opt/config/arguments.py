"""``[space.arguments]``: which arguments of a sampler of the user's are searched, and where."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BeforeValidator

from mdm_opt.candidates import (
    Argument,
    Choice,
    Condition,
    Parameter,
    Range,
    SearchedArguments,
    Value,
    searched_arguments,
)

_MOST = 32
_LONGEST_NAME = 64
_FORMS = (
    "a range { low = ..., high = ... }, with log = true where ratios count, or options "
    "[..., ...]; either with when = { other = [options] }"
)


def _arguments(given: Any) -> dict[str, dict[str, Any]]:
    """The table as it is kept: every argument a table, whole numbers and conditions said."""
    if not isinstance(given, dict) or not given:
        raise ValueError("a table with at least one argument is expected")
    if len(given) > _MOST:
        raise ValueError(f"{len(given)} arguments are not accepted: at most {_MOST} are")
    found: dict[str, dict[str, Any]] = {}
    for name, value in given.items():
        if not isinstance(name, str) or not name.isidentifier() or len(name) > _LONGEST_NAME:
            raise ValueError(f"{name!r} is no name of an argument")
        try:
            found[name] = _argument(value)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    for name, value in given.items():
        if isinstance(value, dict) and "when" in value:
            try:
                found[name]["when"] = _when(value["when"], found)
            except ValueError as error:
                raise ValueError(f"{name}: when: {error}") from None
    _in_order(found)
    return found


def _in_order(table: dict[str, dict[str, Any]]) -> list[str]:
    """Names, each after those that its conditions name, else by the alphabet.

    A study that is read from a database has lost the order of its file.
    """
    order: list[str] = []
    while len(order) < len(table):
        ready = [
            name
            for name in sorted(table)
            if name not in order and all(one in order for one in table[name].get("when", {}))
        ]
        if not ready:
            left = [name for name in table if name not in order]
            raise ValueError(f"{left[0]}: when: its conditions lead back to it")
        order += ready
    return order


def _argument(value: Any) -> dict[str, Any]:
    table = {"options": value} if isinstance(value, list) else value
    if not isinstance(table, dict):
        raise ValueError(f"{value!r} is not accepted: {_FORMS}")
    if "options" in table:
        return _choice(table)
    if {"low", "high"} <= table.keys():
        return _range(table)
    raise ValueError(f"{value!r} is not accepted: {_FORMS}")


def _choice(table: dict[str, Any]) -> dict[str, Any]:
    _known_keys(table, ("options", "when"))
    options = table["options"]
    plain = isinstance(options, list) and all(map(_is_plain, options))
    if not plain or len(options) < 2 or len({*map(repr, options)}) != len({*options}):
        raise ValueError(f"{options!r} is not accepted: at least two different options are")
    if len({*options}) != len(options):
        raise ValueError(f"{options!r} is not accepted: options must differ from each other")
    return {"options": options}


def _range(table: dict[str, Any]) -> dict[str, Any]:
    _known_keys(table, ("low", "high", "log", "integer", "when"))
    low, high, log = table["low"], table["high"], table.get("log", False)
    for end in (low, high):
        if isinstance(end, bool) or not isinstance(end, int | float) or not math.isfinite(end):
            raise ValueError(f"{end!r} is not accepted: the ends of a range are finite numbers")
    integer = table.get("integer", isinstance(low, int) and isinstance(high, int))
    if not isinstance(log, bool) or not isinstance(integer, bool):
        raise ValueError("log and integer are true or false")
    if low >= high:
        raise ValueError(f"low = {low} must be below high = {high}")
    if log and low <= 0:
        raise ValueError(f"log = true needs low above 0, got {low}")
    if integer and not (float(low).is_integer() and float(high).is_integer()):
        raise ValueError(f"integer = true needs whole ends, got {low} and {high}")
    ends = (int(low), int(high)) if integer else (float(low), float(high))
    return {"low": ends[0], "high": ends[1], "log": log, "integer": integer}


def _when(given: Any, table: dict[str, dict[str, Any]]) -> dict[str, list[Any]]:
    if not isinstance(given, dict) or not given:
        raise ValueError("a table { other = [options] } is expected")
    found = {}
    for name, value in given.items():
        known = table.get(name, {}).get("options")
        if known is None:
            raise ValueError(f"{name!r} is no choice among the arguments")
        options = value if isinstance(value, list) else [value]
        foreign = [one for one in options if not any(_same(one, other) for other in known)]
        if foreign or not options:
            raise ValueError(f"{name} = {value!r} is not accepted: options of {known} are")
        found[name] = options
    return found


def _known_keys(table: dict[str, Any], known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known:
            raise ValueError(f"{key}: unknown key; known: {', '.join(known)}")


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


# One validator instead of unions, whose messages would not say what is accepted.
ArgumentsTable = Annotated[Any, BeforeValidator(_arguments)]


def family_of_arguments(table: dict[str, dict[str, Any]]) -> SearchedArguments:
    """The family of a table that has been validated."""
    return searched_arguments(
        tuple(
            Argument(
                _parameter(name, table[name]),
                tuple(
                    Condition(key, tuple(options))
                    for key, options in sorted(table[name].get("when", {}).items())
                ),
            )
            for name in _in_order(table)
        )
    )


def _parameter(name: str, one: dict[str, Any]) -> Parameter:
    if "options" in one:
        options: tuple[Value, ...] = tuple(one["options"])
        return Choice(name, options)
    ends = (float(one["low"]), float(one["high"]))
    return Range(name, ends, ends, log=one["log"], integer=one["integer"])

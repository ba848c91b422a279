"""Settings of the sampler that ``[space]`` searches: lists of options, and tables of both ends."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from mdm_opt.candidates import ORDERS, SEARCHABLE, Choice, Decoding, Parameter, Range
from mdm_opt.messages import key_name
from mdm_opt.plugins import one_line
from mdm_opt.table import Table

# The same as in [sampler].
_LARGEST = 100.0


class Ends(Table):
    """Both ends of what is searched.

    Attributes:
        low: the lower end.
        high: the upper end.
    """

    low: float
    high: float


def _order(value: Any) -> Any:
    if _is_list(value) and all(one in ORDERS for one in value):
        return value
    raise _refusal(value, f"must be a list of different ones of {', '.join(ORDERS)}")


def _block_length(value: Any) -> Any:
    if _is_list(value) and all(isinstance(one, int) and one >= 1 for one in value):
        return value
    raise _refusal(value, "must be a list of different whole numbers from 1 on")


def _number(value: Any) -> Any:
    if isinstance(value, Ends):
        return value
    if isinstance(value, dict) and value.keys() == {"low", "high"}:
        low, high = value["low"], value["high"]
        if _is_number(low) and _is_number(high) and low < high:
            return Ends(low=float(low), high=float(high))
    elif _is_list(value) and all(map(_is_number, value)):
        return [float(one) for one in value]
    ends = "{ low = ..., high = ... }"
    accepted = f"must be a list of different numbers in [0, {_LARGEST:g}], or {ends}, low < high"
    raise _refusal(value, accepted)


def _refusal(value: Any, accepted: str) -> ValueError:
    """What is said of a value; messages show those that are no tables anyway."""
    shown = f"{one_line(repr(value))} is not accepted: " if isinstance(value, dict) else ""
    return ValueError(shown + accepted)


def _is_list(value: Any) -> bool:
    """Whether a value lists options, none of them twice."""
    if not isinstance(value, list) or not value:
        return False
    plain = all(isinstance(one, str | int | float) for one in value)
    return (
        plain and not any(isinstance(one, bool) for one in value) and len({*value}) == len(value)
    )


def _is_number(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 <= value <= _LARGEST


# One validator each instead of unions, whose messages would not say what is accepted.
Orders = Annotated[Any, BeforeValidator(_order)]
BlockLengths = Annotated[Any, BeforeValidator(_block_length)]
Numbers = Annotated[Any, BeforeValidator(_number)]


def searched_setting(name: str, given: Ends | list[Any]) -> Parameter:
    """What is searched of a setting.

    Args:
        name: its key in ``[sampler]``, and in ``[space]``.
        given: as validated.
    """
    if isinstance(given, Ends):
        return Range(name, (0.0, _LARGEST), (given.low, given.high), log=False)
    return Choice(name, tuple(given))


def sampler_apart(sampler: dict[str, Any], space: dict[str, Any]) -> dict[str, Any]:
    """The [sampler] of a study file, with an order that its `end_last` can go with.

    Args:
        sampler: as it stands in the file.
        space: likewise.

    Raises:
        ValueError: for a setting that is fixed in one and searched in the other.
    """
    for name in SEARCHABLE:
        if name in sampler and name in space:
            raise ValueError(
                f"{key_name(f'sampler.{name}')} and {key_name(f'space.{name}')}: one of both is "
                "accepted: a setting is fixed or searched"
            )
    orders = space.get("order")
    if sampler.get("end_last") is True and isinstance(orders, list):
        possible = [one for one in orders if one != "random"]
        return {**sampler, **({"order": possible[0]} if possible else {})}
    return sampler


def check_searched(
    setting: Parameter, sampler: Decoding, *, exact: str | None, prompted: bool
) -> None:
    """Refuses a searched setting that the rest of the study does not go with.

    Args:
        setting: as it is searched.
        sampler: the settings that are fixed.
        exact: objective that is defined for the default settings only; None for another.
        prompted: whether samples are answers to prompts.

    Raises:
        ValueError: naming the key.
    """
    key = key_name(f"space.{setting.name}")
    for value in setting.searched:
        try:
            sampler.with_values({setting.name: value})
        except ValueError as error:
            raise ValueError(f"{key}: {value!r} is not accepted: {error}") from None
    if exact is not None:
        raise ValueError(
            f"{key} is not accepted with objective {exact!r}, which is defined for whole "
            "sequences, order = 'random' and temperature = 1.0 only"
        )
    if setting.name == "guidance" and not prompted:
        raise ValueError(f"{key} needs an objective with prompts (task or lm_eval)")

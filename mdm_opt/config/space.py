"""[space]: which family is searched, in how many steps, and within which bounds."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, create_model, field_validator

from mdm_opt.candidates import FAMILIES, Bounds, Choice, Family, Parameter
from mdm_opt.table import Table

MAX_STEPS = 4096


class SpaceTable(Table):
    """The keys of every family; those of its parameters come from the family itself."""

    family: str = "beta"
    steps: list[Annotated[int, Field(ge=1, le=MAX_STEPS)]] = Field(min_length=1, max_length=32)

    @field_validator("family")
    @classmethod
    def _searchable(cls, family: str) -> str:
        known = [name for name, one in FAMILIES.items() if one.searchable]
        if family not in known:
            raise ValueError(f"Input should be {' or '.join(map(repr, known))}")
        return family

    @field_validator("steps")
    @classmethod
    def _distinct(cls, steps: list[int]) -> list[int]:
        if len(set(steps)) != len(steps):
            raise ValueError("step counts must differ from each other")
        return sorted(steps)

    @property
    def bounds(self) -> Bounds:
        """The ends of the ranges and the options of the choices that are searched, by name."""
        return {key.name: getattr(self, key.name) for key in FAMILIES[self.family].keys}


def space_table(content: Any) -> type[SpaceTable]:
    """The table that a ``[space]`` is validated against: that of its family."""
    name = content.get("family") if isinstance(content, dict) else None
    family = FAMILIES.get(name) if isinstance(name, str) else None
    return _table_of(family if family is not None and family.searchable else FAMILIES["beta"])


@lru_cache
def _table_of(family: Family) -> type[SpaceTable]:
    fields: Any = {key.name: (_type_of(key), list(key.searched)) for key in family.keys}
    made: type[SpaceTable] = create_model("SpaceTable", __base__=SpaceTable, **fields)
    return made


def _type_of(key: Parameter) -> Any:
    if isinstance(key, Choice):
        option: Any = Literal.__getitem__(key.searched)
        return Annotated[list[option], Field(min_length=1), AfterValidator(_all_different)]
    low, high = key.accepted
    end: Any = Annotated[float, Field(ge=low, le=high)]
    return Annotated[list[end], Field(min_length=2, max_length=2), AfterValidator(_ordered)]


def _ordered(ends: list[float]) -> list[float]:
    if ends[0] >= ends[1]:
        raise ValueError("the lower bound must be below the upper one")
    return ends


def _all_different(options: list[str]) -> list[str]:
    if len(set(options)) != len(options):
        raise ValueError("options must differ from each other")
    return options

"""[space]: which family is searched, in how many steps, and within which bounds."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    SerializerFunctionWrapHandler,
    create_model,
    field_validator,
    model_serializer,
    model_validator,
)

from mdm_opt.candidates import FAMILIES, Choice, Family, Parameter, searchable_families
from mdm_opt.candidates.several import several
from mdm_opt.messages import key_name
from mdm_opt.table import Table

MAX_STEPS = 4096


class SpaceTable(Table):
    """What is searched; the bounds of a family's parameters are keys of their own in the file.

    `bounds` has the ends of each range and the options of each choice that are searched, by the
    name of the parameter.
    """

    family: str = "beta"
    families: list[str] | None = None
    steps: list[Annotated[int, Field(ge=1, le=MAX_STEPS)]] = Field(min_length=1, max_length=32)
    bounds: dict[str, list[float] | list[str]]

    @model_validator(mode="before")
    @classmethod
    def _bounds_of_family(cls, content: Any) -> Any:
        if not isinstance(content, dict):
            return content
        names = ("family", "families", "steps")
        kept = {key: content[key] for key in names if key in content}
        if len(kept.keys() & {"family", "families"}) == 2:
            raise ValueError("family and families: one of both is accepted")
        own = {key: value for key, value in content.items() if key not in kept}
        bounds = _bounds_of(family_of(content)).model_validate(own)
        return {**kept, "bounds": bounds.model_dump()}

    @field_validator("family", mode="before")
    @classmethod
    def _searchable(cls, family: Any) -> Any:
        if family not in searchable_families():
            known = " or ".join(map(repr, searchable_families()))
            raise ValueError(f"Input should be {known}")
        return family

    @field_validator("families", mode="before")
    @classmethod
    def _all_searchable(cls, families: Any) -> Any:
        known = searchable_families()
        listed = isinstance(families, list) and all(one in known for one in families)
        if not listed or len(set(families)) < 2 or len(set(families)) != len(families):
            raise ValueError(f"must be a list of at least two of {', '.join(known)}")
        return families

    @property
    def searched(self) -> Family:
        """The family that is searched, or several as one."""
        return FAMILIES[self.family] if self.families is None else several(tuple(self.families))

    @property
    def words(self) -> str:
        """What the file says of families, for messages."""
        if self.families is None:
            return f"{key_name('space.family')} {self.family!r}"
        return f"{key_name('space.families')} {self.families}"

    @field_validator("steps")
    @classmethod
    def _distinct(cls, steps: list[int]) -> list[int]:
        if len(set(steps)) != len(steps):
            raise ValueError("step counts must differ from each other")
        return sorted(steps)

    @model_serializer(mode="wrap")
    def _as_in_the_file(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = handler(self)
        bounds = found.pop("bounds", {})
        found.pop("family" if self.families is not None else "families", None)
        return {**found, **bounds}


def family_of(content: Any) -> Family:
    """What a ``[space]`` asks for before it is validated; Beta where that is none."""
    name, names = None, None
    if isinstance(content, dict):
        name, names = content.get("family"), content.get("families")
    known = searchable_families()
    if isinstance(names, list) and len(names) > 1 and all(one in known for one in names):
        return several(tuple(dict.fromkeys(names)))
    return FAMILIES[name if name in known else "beta"]


@lru_cache
def _bounds_of(family: Family) -> type[Table]:
    """What the keys of a family are validated against."""
    fields: Any = {key.name: (_type_of(key), list(key.searched)) for key in family.keys}
    return create_model("Bounds", __base__=Table, **fields)


def _type_of(key: Parameter) -> Any:
    if isinstance(key, Choice):
        option: Any = Literal.__getitem__(key.accepted)
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

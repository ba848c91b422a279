"""[space]: which family and settings are searched, in how many steps, within which bounds."""

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

from mdm_opt.candidates import (
    ARGUMENTS,
    FAMILIES,
    SEARCHABLE,
    Choice,
    Family,
    Parameter,
    fits,
    searchable_families,
    with_settings,
)
from mdm_opt.candidates.several import several
from mdm_opt.config.arguments import ArgumentsTable, family_of_arguments
from mdm_opt.config.settings import BlockLengths, Numbers, Orders, searched_setting
from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.table import Table

MAX_STEPS = 4096


class SpaceTable(Table):
    """[space]; what is searched.

    With `arguments`, of a sampler of the user's, there is nothing else to search.

    Attributes:
        family: what is searched: Beta schedules, counts of any shape (``free``), or a rule of
            certainty (docs/decoding.md).
        families: several of these in one study, in place of ``family``.
        steps: a step count or a list of several: model calls of a sample, of rules on average. At
            most the length under fixed reveal.
        bounds: the ends of each range and the options of each choice that are searched, by the
            name of the parameter; keys of their own in the file.
        order: searched in place of ``[sampler] order``: a list of options.
        temperature: searched in place of ``[sampler] temperature``: a list of options, or a range
            ``{ low = 0.0, high = 1.0 }``.
        guidance: searched in place of ``[sampler] guidance``: a list of options, or a range.
        block_length: searched in place of ``[sampler] block_length``: a list of options.
        arguments: of a sampler with a ``kind``, whose only space it is: ranges ``{ low, high }``
            and choices (docs/own-sampler.md).
    """

    family: str = "beta"
    families: list[str] | None = None
    steps: list[Annotated[int, Field(ge=1, le=MAX_STEPS)]] = Field(min_length=1, max_length=32)
    bounds: dict[str, list[float] | list[str]]
    order: Orders = None
    temperature: Numbers = None
    guidance: Numbers = None
    block_length: BlockLengths = None
    arguments: ArgumentsTable = None

    @model_validator(mode="before")
    @classmethod
    def _bounds_of_family(cls, content: Any) -> Any:
        if not isinstance(content, dict):
            return content
        if "arguments" in content:
            return cls._of_arguments(content)
        if content.get("family") == ARGUMENTS:
            raise ValueError("arguments: missing, which the family of that name is given by")
        names = ("family", "families", "steps", *SEARCHABLE)
        kept = {key: content[key] for key in names if key in content}
        if len(kept.keys() & {"family", "families"}) == 2:
            raise ValueError("family and families: one of both is accepted")
        own = {key: value for key, value in content.items() if key not in kept}
        bounds = _bounds_of(family_of(content)).model_validate(own)
        return {**kept, "bounds": bounds.model_dump()}

    @classmethod
    def _of_arguments(cls, content: dict[str, Any]) -> dict[str, Any]:
        for key in content:
            if key not in ("family", "steps", "arguments"):
                raise ValueError(
                    f"{key} is not accepted beside arguments, which are searched alone"
                )
        if content.get("family", ARGUMENTS) != ARGUMENTS:
            raise ValueError("family is not accepted beside arguments, which are one of their own")
        return {**content, "family": ARGUMENTS, "bounds": {}}

    @field_validator("family", mode="before")
    @classmethod
    def _searchable(cls, family: Any) -> Any:
        # Set above, where there are arguments.
        if family != ARGUMENTS and family not in searchable_families():
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
        """The family that is searched, or several as one, with the settings that are."""
        if self.arguments is not None:
            return family_of_arguments(self.arguments)
        one = FAMILIES[self.family] if self.families is None else several(tuple(self.families))
        return with_settings(one, self.settings)

    @property
    def settings(self) -> tuple[Parameter, ...]:
        """The settings of the sampler that are searched."""
        given = {name: getattr(self, name) for name in SEARCHABLE}
        return tuple(searched_setting(k, one) for k, one in given.items() if one is not None)

    def check_no_settings(self, attention_block: int) -> None:
        """Refuses searched settings that a block-causal model has one value of.

        Args:
            attention_block: tokens of a block of its attention.

        Raises:
            InputError: naming the key.
        """
        searched = {one.name for one in self.settings}
        for name in ("block_length", "guidance"):
            if name in searched:
                raise InputError(
                    f"{key_name(f'space.{name}')} is not accepted: the model attends in blocks of "
                    f"{attention_block} tokens, and is served in these and without guidance"
                )

    def check_blocks(self, length: int) -> None:
        """Refuses block lengths that no step count has, and step counts that none fits.

        Raises:
            InputError: naming the first.
        """
        key, options = key_name("space.block_length"), self.block_length or []
        for one in options:
            if length % one:
                raise InputError(
                    f"{key}: {one} is not accepted: it does not divide the {length} tokens that "
                    "the model writes"
                )
            if not any(fits(one, steps, length) for steps in self.steps):
                raise InputError(
                    f"{key}: {one} is not accepted: its {length // one} blocks share none of the "
                    f"step counts {self.steps} evenly"
                )
        for steps in self.steps:
            if options and not any(fits(one, steps, length) for one in options):
                raise InputError(
                    f"{key_name('space.steps')}: {steps} is not accepted: the blocks of no "
                    f"{key} {options} share the steps evenly; {length} there is one block"
                )

    @property
    def words(self) -> str:
        """What the file says of families, for messages."""
        if self.families is None:
            return f"{key_name('space.family')} {self.family!r}"
        return f"{key_name('space.families')} {self.families}"

    @field_validator("steps", mode="before")
    @classmethod
    def _one_or_several(cls, steps: Any) -> Any:
        """A single step count stands for a list of one."""
        return [steps] if isinstance(steps, int) and not isinstance(steps, bool) else steps

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
        if self.arguments is None:
            found.pop("arguments", None)
        settings = {name: found.pop(name) for name in SEARCHABLE if name in found}
        return {**found, **bounds, **{k: one for k, one in settings.items() if one is not None}}


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

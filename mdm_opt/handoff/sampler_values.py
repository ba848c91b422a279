"""How a model was sampled, in the exported schedule."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from mdm_opt.candidates import DECODINGS, Decoding, GridDecoding, MaskedDecoding, OwnDecoding
from mdm_opt.candidates.masked_decoding import Order
from mdm_opt.handoff.parts import Part
from mdm_opt.messages import refusal


class SamplerValues(Part):
    """How the model was sampled when the schedule was measured."""

    order: Order
    temperature: float = Field(ge=0, le=100)
    guidance: float = Field(0.0, ge=0, le=100)
    end_last: bool = False

    @model_validator(mode="after")
    def _can_be_sampled(self) -> Self:
        try:
            MaskedDecoding(**self.model_dump())
        except ValidationError as error:
            raise ValueError(refusal(error)) from error
        return self

    @classmethod
    def of(cls, decoding: Decoding) -> SamplerValues:
        """The settings of a decoding, without the schedule."""
        return cls(**decoding.model_dump(include=set(cls.model_fields)))


class GridSamplerValues(Part):
    """How a model of births or of uniform corruption was sampled; the keys of its process."""

    births: Literal["poisson", "binomial", "randomised"] | None = None
    step: Literal["ancestral", "euler", "flow"] | None = None
    first_alpha: float | None = Field(None, ge=0, lt=1)
    last_alpha: float | None = Field(None, gt=0, le=1)

    @model_validator(mode="after")
    def _of_one_process(self) -> Self:
        try:
            self.decoding()
        except ValidationError as error:
            raise ValueError(refusal(error)) from error
        return self

    @model_serializer(mode="wrap")
    def _own_keys(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = handler(self)
        return {key: value for key, value in found.items() if value is not None}

    def decoding(self) -> GridDecoding:
        """The settings of the sampler."""
        given = self.model_dump()
        process = "births" if "births" in given else "uniform"
        found = DECODINGS[process].model_validate(given)
        if not isinstance(found, GridDecoding):
            raise TypeError(f"process {process!r} has no grid")
        return found


class OwnSamplerValues(Part):
    """A sampler that is not ours: what it is, and the arguments that the study fixed.

    `kind` is ``own`` for that of the model, else the name of a function; `batch` says how many
    answers were written together, `module` which part of the model was counted.
    """

    kind: str = Field(min_length=1)
    arguments: dict[str, Any] = {}  # noqa: RUF012 - pydantic copies default values
    batch: int = Field(1, ge=1)
    module: str | None = None


AnySamplerValues = SamplerValues | GridSamplerValues | OwnSamplerValues
# By process.
SAMPLER_VALUES: dict[str, type[Part]] = {
    "masked": SamplerValues,
    "births": GridSamplerValues,
    "uniform": GridSamplerValues,
    "own": OwnSamplerValues,
}


def sampler_values(decoding: Decoding) -> AnySamplerValues:
    """The settings of a decoding, without the schedule."""
    if isinstance(decoding, OwnDecoding):
        return OwnSamplerValues(**decoding.model_dump())
    if isinstance(decoding, GridDecoding):
        return GridSamplerValues(**decoding.model_dump())
    return SamplerValues.of(decoding)

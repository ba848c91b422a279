"""Parts of the exported schedule, and how the parameters of families stand in it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from mdm_opt.candidates import Choice, Family, Parameter


class Part(BaseModel):
    """A part of the file; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


class FewerCallsValues(Part):
    """Mean model calls of a sequence, and what is saved of the baseline's, with its interval."""

    mean: float
    baseline: float
    interval: tuple[float, float]


class DecisionValues(Part):
    """What a verified result says is to be done, see `mdm_opt.results.decision.Decision`.

    `instances` is how many more are to be measured, where the action is "measure". `fewer_calls`
    is there where what was found is not shown to be worse and takes clearly fewer calls.
    """

    action: Literal["use", "keep", "measure"]
    baseline: str
    instances: int | None = Field(None, ge=1)
    nothing_to_gain: bool = False
    fewer_calls: FewerCallsValues | None = None

    @property
    def said(self) -> str:
        """The decision in words."""
        calls = self.fewer_calls
        if calls is None:
            return self._said
        return (
            f"{self._said} (what was found takes {calls.mean:.4g} calls of a sequence instead of "
            f"{calls.baseline:.4g})"
        )

    @property
    def _said(self) -> str:
        if self.action == "use":
            return f"use it: its gain over {self.baseline} is shown"
        if self.nothing_to_gain:
            return f"keep {self.baseline}: what was found samples as it does"
        if self.action == "keep":
            return f"keep {self.baseline}: no gain over it is shown"
        more = "more" if self.instances is None else f"about {self.instances} more"
        return (
            f"measure {more} instances: no gain over {self.baseline} is shown yet; until then "
            f"keep {self.baseline}"
        )


class Interval(Part):
    """A value with its confidence interval."""

    value: float
    interval: tuple[float, float]


class MeasuredBaseline(Interval):
    """A baseline measured beside the schedule."""

    label: str | None = None
    steps: int
    nfe: float
    instances: int | None = None


class FoundValues(Interval):
    """What was found, where the file has the baseline that is to be kept in its place.

    `gain` is that of what was found over the baseline.
    """

    label: str
    steps: int
    nfe: float
    instances: int
    gain: Interval | None


def json_schema(key: Parameter) -> dict[str, Any]:
    """A parameter in the JSON schema of the file."""
    if isinstance(key, Choice):
        kind: dict[str, Any] = {"type": "string", "enum": list(key.accepted)}
    else:
        kind = {"type": "number"} | ({"exclusiveMinimum": 0} if key.log else {})
    return {"anyOf": [kind, {"type": "null"}], "title": key.name}


@lru_cache
def parameters_of(family: Family) -> type[Part]:
    """What the parameters of a family are validated against; no others are accepted."""
    kinds = {key.name: str if isinstance(key, Choice) else float for key in family.keys}
    fields: Any = {name: (kind | None, ...) for name, kind in kinds.items()}
    return create_model("Parameters", __base__=Part, **fields)

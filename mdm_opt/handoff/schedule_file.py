"""The exported schedule: versioned JSON, by itself or in another format's comment (version 1)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from pydantic import (
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    ValidationError,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from mdm_opt.candidates import (
    FAMILIES,
    Candidate,
    Decoding,
    Value,
    family_named,
)
from mdm_opt.candidates.decoding import Order
from mdm_opt.errors import InputError
from mdm_opt.handoff.parts import (
    DecisionValues,
    FoundValues,
    Interval,
    MeasuredBaseline,
    Part,
    json_schema,
    parameters_of,
)
from mdm_opt.messages import refusal
from mdm_opt.schedules import (
    Counts,
    MaskSchedule,
    Reveal,
    Rounding,
    block_count,
    reveal_counts,
    reveal_grid,
)

SCHEMA_VERSION = 1
MAX_STEPS = 4096
# Begins the line that keeps the whole JSON in the artefacts of other formats.
SCHEDULE_LINE = "# mdm-opt-schedule: "


class ScheduleValues(Part):
    """The schedule itself; the parameters of its family are keys of their own in the file.

    Progress runs from 0 (all masked) to 1 (all revealed). `revealed` is the expected revealed
    fraction at the boundaries of the steps; `counts`, the tokens each step reveals, is null under
    ancestral reveal, where `revealed` gives the probability of each token in each step. In the
    family ``free`` the counts are the schedule, and `beta_a` and `beta_b` are null. With a
    `block_length` the schedule starts anew in every block with its share of the steps.
    In a family of rules `steps` is the mean number of calls that was allowed, `counts` is null,
    and `revealed` belongs to the schedule of what is not certain. The families ``sine`` and
    ``cosine`` have no parameters; they are baselines that are kept.
    """

    family: str = "beta"
    parameters: dict[str, Value | None]
    steps: int = Field(ge=1, le=MAX_STEPS)
    length: int = Field(ge=1, le=2**20)
    reveal: Reveal
    rounding: Rounding
    block_length: int | None = Field(None, ge=1)
    counts: list[int] | None
    revealed: list[float]

    @model_validator(mode="before")
    @classmethod
    def _parameters_of_family(cls, content: Any) -> Any:
        if not isinstance(content, dict):
            return content
        known = cls.model_fields.keys() - {"parameters"}
        own = {key: value for key, value in content.items() if key not in known}
        name = content.get("family", "beta")
        family = FAMILIES[name if name in list(FAMILIES) else "beta"]
        kept = {key: value for key, value in content.items() if key in known}
        return {**kept, "parameters": parameters_of(family).model_validate(own).model_dump()}

    @field_validator("family", mode="before")
    @classmethod
    def _known(cls, family: Any) -> Any:
        if family not in list(FAMILIES):
            raise ValueError(f"Input should be {' or '.join(map(repr, FAMILIES))}")
        return family

    @classmethod
    def of(cls, candidate: Candidate, decoding: Decoding, length: int) -> ScheduleValues:
        """A candidate as the file has it.

        Args:
            candidate: the candidate.
            decoding: how it was sampled.
            length: tokens of one sequence.
        """
        plan = candidate.plan(decoding, length)
        family = family_named(candidate.family)
        return cls.model_validate(
            {
                "family": family.name,
                **family.values(candidate),
                "steps": candidate.steps,
                "length": length,
                "reveal": decoding.reveal,
                "rounding": decoding.rounding,
                "block_length": decoding.block_length,
                "counts": None if plan.counts is None else plan.counts.tolist(),
                "revealed": plan.grid.tolist(),
            }
        )

    @model_serializer(mode="wrap")
    def _as_in_the_file(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = handler(self)
        first = {"family": found.pop("family")} if "family" in found else {}
        first |= found.pop("parameters", {})
        return {**first, **found}

    @property
    def decoding(self) -> Decoding:
        """The settings of the sampler that the steps depend on."""
        return Decoding(reveal=self.reveal, rounding=self.rounding, block_length=self.block_length)

    @property
    def candidate(self) -> Candidate:
        """The schedule and its steps as a candidate.

        Raises:
            ValueError: where the parameters are none of the family's.
        """
        return family_named(self.family).candidate(self.steps, self.parameters, self.counts)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The parameters of all families are keys of the file, and each family needs its own."""
        schema = handler(core_schema)
        found = handler.resolve_ref_schema(schema)
        found["properties"]["family"]["enum"] = list(FAMILIES)
        del found["properties"]["parameters"]
        found["required"].remove("parameters")
        found["allOf"] = []
        for name in FAMILIES:
            keys = FAMILIES[name].keys
            found["properties"] |= {key.name: json_schema(key) for key in keys}
            needed = {"required": [key.name for key in keys]}
            when = {"properties": {"family": {"const": name}}}
            found["allOf"].append({"if": when, "then": needed})
        return schema


class SamplerValues(Part):
    """How the model was sampled when the schedule was measured."""

    order: Order
    temperature: float = Field(ge=0, le=100)
    guidance: float = Field(0.0, ge=0, le=100)
    end_last: bool = False

    @model_validator(mode="after")
    def _can_be_sampled(self) -> Self:
        try:
            Decoding(**self.model_dump())
        except ValidationError as error:
            raise ValueError(refusal(error)) from error
        return self

    @classmethod
    def of(cls, decoding: Decoding) -> SamplerValues:
        """The settings of a decoding, without the schedule."""
        return cls(**decoding.model_dump(include=set(cls.model_fields)))


class ResultValues(Part):
    """What the schedule scored; biased by the search unless `verified`.

    `instead_of` is there where the schedule is the baseline that the decision says to keep: what
    was found, which the file does not have then.

    `gain_over_linear` holds together with those of the study's other step counts;
    `claim_error_rate` bounds the probability that any `better_than_linear` among them is wrong.
    `decision` says what is to be done, and is null where nothing was verified.
    """

    objective: str
    unit: str
    direction: Literal["minimize", "maximize"]
    value: float
    interval: tuple[float, float]
    confidence: float
    claim_error_rate: float | None = None
    instances: int
    nfe: float
    verified: bool
    baselines: dict[str, MeasuredBaseline]
    gain_over_linear: Interval | None
    better_than_linear: bool | None = None
    decision: DecisionValues | None = None
    linear_steps_for_equal_quality: int | None
    linear_steps_interval: tuple[int, int | None] | None = None
    instead_of: FoundValues | None = None


class Provenance(Part):
    """Where the schedule comes from, enough to measure it again."""

    study: str
    study_file: dict[str, Any]
    study_file_hash: str
    trial: int | None
    label: str
    seed: int
    model: dict[str, Any]
    model_fingerprint: str
    objective_fingerprint: str | None = None
    versions: dict[str, str]
    git_hash: str | None
    created_at: str


class ExportedSchedule(Part):
    """A tuned schedule with its provenance, or the baseline that is to be kept.

    Raises:
        ValueError: where counts or revealed fractions contradict the parameters.
    """

    format: Literal["mdm-opt schedule"] = "mdm-opt schedule"
    schema_version: Literal[1] = 1
    schedule: ScheduleValues
    sampler: SamplerValues
    result: ResultValues
    provenance: Provenance

    @field_validator("schema_version", mode="before")
    @classmethod
    def _version(cls, given: Any) -> Any:
        # True equals 1, and is no version.
        if isinstance(given, bool):
            raise ValueError(f"{given!r} is not accepted: 1")
        return given

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        values = self.schedule
        _check_family(values)
        try:
            schedule = values.candidate.schedule
        except ValueError as error:
            raise ValueError(f"schedule.{error}") from error
        names = ", ".join(values.parameters)
        rule = values.candidate.rule
        steps = values.decoding.schedule_steps(values.steps, values.length, rule)
        blocks = block_count(steps, values.length, values.block_length)
        grid = reveal_grid(schedule, steps, blocks)
        if len(values.revealed) != len(grid) or not np.allclose(
            values.revealed, grid, rtol=0, atol=1e-9
        ):
            raise ValueError(f"schedule.revealed contradicts {names} and steps")
        if values.reveal == "ancestral" or rule is not None:
            if values.counts is not None:
                why = "under ancestral reveal and in families of rules"
                raise ValueError(f"schedule.counts must be null {why}")
            return self
        expected = None
        # The sum first: rounding takes memory in proportion to the length that the file claims.
        if values.counts is not None and sum(values.counts) == values.length:
            shape = values.steps, values.length
            expected = reveal_counts(schedule, *shape, values.rounding, values.block_length)
        if expected is None or values.counts != expected.tolist():
            raise ValueError(f"schedule.counts contradict {names}, steps and length")
        return self

    @property
    def candidate(self) -> Candidate:
        """The schedule and its steps as a candidate; how it was sampled stands in `sampler`."""
        return self.schedule.candidate

    @property
    def is_kept_baseline(self) -> bool:
        """Whether it is the baseline that is to be kept, in place of what was found."""
        return self.result.instead_of is not None

    @property
    def by_counts(self) -> bool:
        """Whether the counts are the schedule, and no function of progress."""
        return family_named(self.schedule.family).by_counts

    @property
    def mask_schedule(self) -> MaskSchedule:
        """alpha(t) as a function."""
        return self.candidate.schedule

    @property
    def counts(self) -> Counts:
        """Tokens revealed by each step, int64 ``(steps,)``, sum = length.

        Raises:
            ValueError: under ancestral reveal and in families of rules, which have none.
        """
        if self.schedule.counts is None:
            named = "ancestral reveal" if self.candidate.rule is None else self.candidate.label
            raise ValueError(f"{named} has no fixed counts; use schedule.revealed")
        return np.array(self.schedule.counts, dtype=np.int64)

    def to_json(self) -> str:
        """The file's content."""
        return self.model_dump_json(indent=2) + "\n"


def _check_family(values: ScheduleValues) -> None:
    """Raises ValueError where a schedule lacks what its family is given by."""
    family, given = family_named(values.family), values.parameters
    named = f"needed in the family {values.family!r}"
    if family.by_rule:
        values.decoding.check_rule()
    if not family.by_counts and None in given.values():
        keys = " and ".join(f"schedule.{name}" for name in given)
        raise ValueError(f"{keys} are {named}")
    if family.by_counts:
        alone = all(value is None for value in given.values())
        if not alone or not values.counts or len(values.counts) != values.steps:
            raise ValueError(f"schedule.counts, one for each step and nothing else, are {named}")
        if sum(values.counts) != values.length:
            raise ValueError("schedule.counts contradict length")
    if values.block_length is not None and (family.by_counts or values.reveal != "fixed"):
        raise ValueError(
            "schedule.block_length needs a family that is not given by counts, and reveal 'fixed'"
        )


def load_schedule(path: str | Path) -> ExportedSchedule:
    """Reads an exported schedule, in whichever format it was written.

    Args:
        path: of the JSON file, or of one with a line ``# mdm-opt-schedule: {...}``.

    Raises:
        InputError: where it cannot be read, is of another version, or contradicts itself.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        content = json.loads(_kept_json(text))
    except OSError as error:
        raise InputError(f"cannot read schedule {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no valid JSON: {error}") from error
    version = content.get("schema_version") if isinstance(content, dict) else None
    if version != SCHEMA_VERSION:
        raise InputError(
            f"{path}: schema_version {version!r} is not accepted; this version of mdm-opt reads "
            f"{SCHEMA_VERSION}"
        )
    try:
        return ExportedSchedule.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "schedule file"
        message = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{path}: {where}: {message}") from error


def _kept_json(text: str) -> str:
    """The JSON that a file keeps in a comment; the file itself where it has none.

    Raises:
        ValueError: where it keeps more than one.
    """
    kept = re.findall(rf"^{SCHEDULE_LINE}(.*)$", text, re.MULTILINE)
    if len(kept) > 1:
        raise ValueError(f"{len(kept)} lines begin with {SCHEDULE_LINE.strip()!r}")
    return kept[0] if kept else text

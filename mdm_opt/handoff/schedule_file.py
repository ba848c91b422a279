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
    ValidationInfo,
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
    MaskedDecoding,
    Value,
    family_named,
)
from mdm_opt.errors import InputError
from mdm_opt.handoff.parts import Part, json_schema, parameters_of
from mdm_opt.handoff.result_values import (
    Provenance,
    ResultValues,
)
from mdm_opt.handoff.sampler_values import (
    SAMPLER_VALUES,
    AnySamplerValues,
    OwnSamplerValues,
    SamplerValues,
)
from mdm_opt.handoff.schedule_checks import check_family, check_grid, check_own
from mdm_opt.schedules import (
    Counts,
    MaskSchedule,
    Reveal,
    Rounding,
    block_count,
    reveal_counts,
    reveal_grid,
)
from mdm_opt.schedules.base import Array

# Of masked models, and of the other processes, which readers of the first do not know.
SCHEMA_VERSIONS = (1, 2)
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
    and `revealed` belongs to the schedule of what is not certain.
    Of a `process` other than masked (births, uniform) `revealed` are the alphas at the ends of the
    steps, and there is no `reveal`, `rounding`, `block_length` or `counts`. The families ``sine``,
    ``cosine``, ``logit`` and others have no parameters; they are baselines that are kept.
    Of process ``own``, a sampler that is not ours, there are only `arguments`: those of its
    keyword arguments that were searched. `steps` is the mean number of calls that was allowed.
    """

    family: str = "beta"
    parameters: dict[str, Value | None]
    steps: int = Field(ge=1, le=MAX_STEPS)
    length: int = Field(ge=1, le=2**20)
    process: Literal["masked", "births", "uniform", "own"] = "masked"
    reveal: Reveal | None = None
    rounding: Rounding | None = None
    block_length: int | None = Field(None, ge=1)
    counts: list[int] | None = None
    revealed: list[float] = []  # noqa: RUF012 - pydantic copies default values
    arguments: dict[str, Value] | None = None

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

    @model_validator(mode="after")
    def _fits_process(self) -> Self:
        own = self.process == "own"
        if own != (self.arguments is not None) or (own and self.revealed):
            raise ValueError("process 'own' has arguments in place of revealed, and no other has")
        if not own and "revealed" not in self.model_fields_set:
            raise ValueError("revealed is needed")
        masked = self.process == "masked"
        if masked and None in (self.reveal, self.rounding):
            raise ValueError("reveal and rounding are needed")
        if masked and "counts" not in self.model_fields_set:
            raise ValueError("counts are needed, or null")
        alone = self.reveal, self.rounding, self.counts, self.block_length
        if not masked and alone != (None,) * 4:
            raise ValueError(
                f"reveal, rounding, counts and block_length must be null in process "
                f"{self.process!r}"
            )
        return self

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
        own = decoding.process == "own"
        return cls.model_validate(
            {
                "family": family.name,
                **family.shown_values(candidate),
                "steps": candidate.steps,
                "length": length,
                "process": decoding.process,
                **decoding.model_dump(include={"reveal", "rounding", "block_length"}),
                "counts": None if plan.counts is None else plan.counts.tolist(),
                "revealed": [] if own else plan.grid.tolist(),
            }
        )

    @model_serializer(mode="wrap")
    def _as_in_the_file(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = handler(self)
        first = {"family": found.pop("family")} if "family" in found else {}
        first |= found.pop("parameters", {})
        # Files of masked models are as readers of version 1 know them; others have no counts.
        masked = found.get("process") == "masked"
        for key in ("process",) if masked else ("reveal", "rounding", "block_length", "counts"):
            found.pop(key, None)
        found.pop("arguments" if self.arguments is None else "revealed", None)
        return {**first, **found}

    @property
    def decoding(self) -> MaskedDecoding:
        """The settings of the sampler that the steps of a masked model depend on.

        Raises:
            ValueError: for another process.
        """
        if self.reveal is None or self.rounding is None:
            raise ValueError(f"models of process {self.process!r} reveal no tokens")
        return MaskedDecoding(
            reveal=self.reveal, rounding=self.rounding, block_length=self.block_length
        )

    @property
    def candidate(self) -> Candidate:
        """The schedule and its steps as a candidate.

        Raises:
            ValueError: where the parameters are none of the family's.
        """
        given = self.parameters if self.arguments is None else self.arguments
        return family_named(self.family).candidate(self.steps, given, self.counts)

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
            own = "arguments" if FAMILIES[name].is_open else "revealed"
            needed = {"required": [*(key.name for key in keys), own]}
            when = {"properties": {"family": {"const": name}}}
            found["allOf"].append({"if": when, "then": needed})
        return schema


class ExportedSchedule(Part):
    """A tuned schedule with its provenance, or the baseline that is to be kept.

    Raises:
        ValueError: where counts or revealed fractions contradict the parameters.
    """

    format: Literal["mdm-opt schedule"] = "mdm-opt schedule"
    schema_version: Literal[1, 2] = 1
    schedule: ScheduleValues
    sampler: AnySamplerValues
    result: ResultValues
    provenance: Provenance

    @field_validator("sampler", mode="before")
    @classmethod
    def _sampler_of_process(cls, given: Any, info: ValidationInfo) -> Any:
        schedule = info.data.get("schedule")
        if isinstance(given, Part) or schedule is None:
            return given
        return SAMPLER_VALUES[schedule.process].model_validate(given)

    @field_validator("schema_version", mode="before")
    @classmethod
    def _version(cls, given: Any) -> Any:
        # True equals 1, and is no version.
        if isinstance(given, bool):
            raise ValueError(f"{given!r} is not accepted: 1 or 2")
        return given

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        values = self.schedule
        version = 1 if values.process == "masked" else 2
        if self.schema_version != version:
            raise ValueError(
                f"schema_version: {self.schema_version} is not accepted: process "
                f"{values.process!r} has {version}"
            )
        check_family(values)
        if values.process == "own":
            check_own(values, self.sampler)
            return self
        try:
            schedule = values.candidate.schedule
        except ValueError as error:
            raise ValueError(f"schedule.{error}") from error
        names = ", ".join(values.parameters)
        if values.process != "masked":
            check_grid(values, self.sampler, schedule)
            return self
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
            expected = reveal_counts(
                schedule, *shape, values.decoding.rounding, values.block_length
            )
        if expected is None or values.counts != expected.tolist():
            raise ValueError(f"schedule.counts contradict {names}, steps and length")
        return self

    @property
    def masked_sampler(self) -> SamplerValues:
        """How a masked model was sampled.

        Raises:
            ValueError: for another process.
        """
        if not isinstance(self.sampler, SamplerValues):
            raise ValueError(f"the schedule is of process {self.schedule.process!r}")
        return self.sampler

    @property
    def alphas(self) -> Array:
        """alpha at the ends of the steps, float64 ``(steps + 1,)``, from noise to clean."""
        if self.schedule.arguments is not None:
            raise ValueError("a sampler of your own has no alphas; use keywords")
        return np.array(self.schedule.revealed, dtype=np.float64)

    @property
    def keywords(self) -> dict[str, Any]:
        """Keyword arguments of a sampler of the user's: those that are fixed, and the found ones.

        Raises:
            ValueError: for a schedule of mdm-opt's own sampler.
        """
        if not isinstance(self.sampler, OwnSamplerValues):
            raise ValueError("a schedule of mdm-opt's own sampler has no keyword arguments")
        return {**self.sampler.arguments, **(self.schedule.arguments or {})}

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
            ValueError: under ancestral reveal, in families of rules, and in processes other than
                masked, which have none.
        """
        if self.schedule.counts is None:
            process = self.schedule.process
            if process != "masked":
                raise ValueError(f"steps of the process {process!r} have no counts; use alphas")
            named = "ancestral reveal" if self.candidate.rule is None else self.candidate.label
            raise ValueError(f"{named} has no fixed counts; use schedule.revealed")
        return np.array(self.schedule.counts, dtype=np.int64)

    def to_json(self) -> str:
        """The file's content."""
        return self.model_dump_json(indent=2) + "\n"


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
    if version not in SCHEMA_VERSIONS:
        raise InputError(
            f"{path}: schema_version {version!r} is not accepted; this version of mdm-opt reads "
            f"{' and '.join(map(str, SCHEMA_VERSIONS))}"
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

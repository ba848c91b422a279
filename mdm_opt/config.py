"""The study file: one TOML file that says everything about a study, validated once."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from mdm_opt.errors import InputError
from mdm_opt.plugins import is_reference, one_line
from mdm_opt.schedules import BETA_MAX, BETA_MIN, Reveal, Rounding

MAX_STEPS = 4096


class Table(BaseModel):
    """A table of the study file: unknown keys, wrong types and infinities are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class StudyTable(Table):
    """[study]"""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    seed: int = Field(0, ge=0, lt=2**63)


class RunsOnDevice(Table):
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str = "auto"
    batch_size: int = Field(64, ge=1, le=65536)


class BundledModel(RunsOnDevice):
    """The model that ships with the package: 6x6 Sudoku grids."""

    kind: Literal["bundled"]


class AntibertyModel(RunsOnDevice):
    """AntiBERTy from its wheel (extra ``antibody``)."""

    kind: Literal["antiberty"]
    length: int = Field(ge=1, le=510)


class HuggingFaceModel(RunsOnDevice):
    """A masked LM in a local folder or on the hub."""

    kind: Literal["huggingface"]
    path: str = Field(min_length=1)
    length: int = Field(ge=1)
    revision: str | None = None
    prefix: list[str] | None = None
    suffix: list[str] | None = None
    trust_remote_code: bool = False

    @model_validator(mode="after")
    def _pin_remote_code(self) -> Self:
        if self.trust_remote_code and self.revision is None:
            raise ValueError("trust_remote_code = true needs a pinned revision")
        return self


class EnumeratedModel(Table):
    """Exact conditionals of an enumerated law."""

    kind: Literal["enumerated"]
    law: str
    options: dict[str, Any] = {}
    batch_size: int = Field(64, ge=1, le=65536)

    @field_validator("law")
    @classmethod
    def _known_law(cls, law: str) -> str:
        known = ("toy_extremes", "toy_balanced", "sudoku4")
        if law not in known and not is_reference(law):
            raise ValueError(f"must be one of {', '.join(known)} or 'package.module:function'")
        return law


class PluginModel(Table):
    """A denoiser made by a function of the user's."""

    kind: str
    options: dict[str, Any] = {}
    batch_size: int = Field(64, ge=1, le=65536)


ModelTable = BundledModel | AntibertyModel | HuggingFaceModel | EnumeratedModel | PluginModel


class SamplerTable(Table):
    """[sampler]"""

    order: Literal["random", "confidence", "margin", "entropy"] = "random"
    temperature: float = Field(1.0, ge=0, le=100)
    reveal: Reveal = "fixed"
    rounding: Rounding = "full"


Bounds = Annotated[
    list[Annotated[float, Field(ge=BETA_MIN, le=BETA_MAX)]], Field(min_length=2, max_length=2)
]


class SpaceTable(Table):
    """[space]; beta_a and beta_b are searched on a log scale."""

    steps: list[Annotated[int, Field(ge=1, le=MAX_STEPS)]] = Field(min_length=1, max_length=32)
    beta_a: Bounds = [0.1, 8.0]
    beta_b: Bounds = [0.1, 8.0]

    @field_validator("steps")
    @classmethod
    def _distinct(cls, steps: list[int]) -> list[int]:
        if len(set(steps)) != len(steps):
            raise ValueError("step counts must differ from each other")
        return sorted(steps)

    @field_validator("beta_a", "beta_b")
    @classmethod
    def _ordered(cls, bounds: list[float]) -> list[float]:
        if bounds[0] >= bounds[1]:
            raise ValueError("the lower bound must be below the upper one")
        return bounds


class ValidityObjective(Table):
    """Share of samples that a verifier accepts; maximised."""

    kind: Literal["validity"]
    instances: int = Field(128, ge=2)
    verifier: str
    options: dict[str, Any] = {}

    @field_validator("verifier")
    @classmethod
    def _known_verifier(cls, verifier: str) -> str:
        if verifier != "sudoku" and not is_reference(verifier):
            raise ValueError("must be 'sudoku' or 'package.module:function'")
        return verifier


class CausalJudge(RunsOnDevice):
    """A causal language model as judge."""

    kind: Literal["causal"]
    path: str = Field(min_length=1)
    revision: str | None = None


class JudgeNllObjective(Table):
    """Mean negative log-likelihood per token under a second frozen model; minimised."""

    kind: Literal["judge_nll"]
    instances: int = Field(64, ge=2)
    judge: CausalJudge | BundledModel | AntibertyModel | HuggingFaceModel | EnumeratedModel = (
        Field(discriminator="kind")
    )
    min_entropy_nats: float | None = Field(None, ge=0)


class PathKlObjective(Table):
    """Path KL of random-order sampling against one token per step; minimised."""

    kind: Literal["path_kl"]
    instances: int = Field(32, ge=2)
    references: str = Field("model", min_length=1)


class DivergenceObjective(Table):
    """Exact divergence of the samples of an enumerable law; minimised."""

    kind: Literal["divergence"]
    metric: Literal["tv", "kl"] = "tv"

    @property
    def instances(self) -> int:
        """Nothing is random, so one instance says it all."""
        return 1


class LmEvalObjective(Table):
    """A generation task of lm-evaluation-harness; maximised."""

    kind: Literal["lm_eval"]
    task: str = Field(min_length=1)
    instances: int = Field(64, ge=2)
    metric: str | None = None
    num_fewshot: int | None = Field(None, ge=0)


class PluginObjective(Table):
    """A function of the user's: texts of the samples in, one number a sample out."""

    kind: str
    instances: int = Field(64, ge=2)
    direction: Literal["minimize", "maximize"]
    unit: str = Field("score", min_length=1, max_length=32)
    options: dict[str, Any] = {}


ObjectiveTable = (
    ValidityObjective
    | JudgeNllObjective
    | PathKlObjective
    | DivergenceObjective
    | LmEvalObjective
    | PluginObjective
)

BetaPair = Annotated[
    list[Annotated[float, Field(ge=BETA_MIN, le=BETA_MAX)]], Field(min_length=2, max_length=2)
]
Seed = Literal["energy", "baselines"] | BetaPair


class SearchTable(Table):
    """[search]; trials is the number of finished trials, seeds included."""

    trials: int = Field(40, ge=1, le=1_000_000)
    sampler: Literal["gp", "tpe", "random"] = "gp"
    seeds: list[Seed] = ["energy", "baselines"]


class VerifyTable(Table):
    """[verify]"""

    instances: int = Field(256, ge=2)
    top: int = Field(3, ge=1, le=100)
    confidence: float = Field(0.95, gt=0.5, lt=1)


_MODEL_KINDS: dict[str, type[Table]] = {
    "bundled": BundledModel,
    "antiberty": AntibertyModel,
    "huggingface": HuggingFaceModel,
    "enumerated": EnumeratedModel,
}
_OBJECTIVE_KINDS: dict[str, type[Table]] = {
    "validity": ValidityObjective,
    "judge_nll": JudgeNllObjective,
    "path_kl": PathKlObjective,
    "divergence": DivergenceObjective,
    "lm_eval": LmEvalObjective,
}


class StudyFile(Table):
    """A whole study file."""

    study: StudyTable
    model: ModelTable
    sampler: SamplerTable = SamplerTable()
    space: SpaceTable
    objective: ObjectiveTable
    search: SearchTable = SearchTable()
    verify: VerifyTable = VerifyTable()

    @field_validator("model", mode="before")
    @classmethod
    def _model_of_kind(cls, value: Any) -> Any:
        return _of_kind(value, _MODEL_KINDS, PluginModel)

    @field_validator("objective", mode="before")
    @classmethod
    def _objective_of_kind(cls, value: Any) -> Any:
        return _of_kind(value, _OBJECTIVE_KINDS, PluginObjective)

    @model_validator(mode="after")
    def _objective_fits_sampler(self) -> Self:
        exact = isinstance(self.objective, PathKlObjective | DivergenceObjective)
        if exact and (self.sampler.order != "random" or self.sampler.temperature != 1):
            raise ValueError(
                f"objective {self.objective.kind!r} is defined for order = 'random' and "
                f"temperature = 1.0 only, got order = {self.sampler.order!r} and temperature = "
                f"{self.sampler.temperature}"
            )
        return self

    def canonical(self) -> dict[str, Any]:
        """All values, defaults included, in a form that TOML and JSON can hold."""
        return self.model_dump(mode="json", exclude_none=True)

    def identity_hash(self) -> str:
        """SHA-256 of what makes two runs the same study.

        Where it runs, how many trials it gets and how it is verified may change later.
        """
        identity = self.canonical()
        for key in ("device", "batch_size"):
            identity["model"].pop(key, None)
        del identity["search"]["trials"], identity["verify"]
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def load_study_file(path: str | Path) -> StudyFile:
    """Reads and validates a study file.

    Raises:
        InputError: one line that names the file, the key, the value and what is accepted.
    """
    path = Path(path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read study file {path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is no valid TOML: {one_line(error)}") from error
    return parse_study(content, str(path))


def parse_study(content: dict[str, Any], source: str) -> StudyFile:
    """Validates the content of a study file; ``source`` names it in messages.

    Raises:
        InputError: as `load_study_file`.
    """
    try:
        return StudyFile.model_validate(content)
    except ValidationError as error:
        details = error.errors(include_url=False)
        more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
        raise InputError(f"{source}: {_describe(details[0])}{more}") from error


def _of_kind(value: Any, kinds: dict[str, type[Table]], plugin: type[Table]) -> Any:
    """Validates a table against the model that its ``kind`` names."""
    if isinstance(value, Table):
        return value
    if not isinstance(value, dict):
        raise ValueError("a table is expected")
    kind = value.get("kind")
    if isinstance(kind, str) and kind in kinds:
        return kinds[kind].model_validate(value)
    if isinstance(kind, str) and is_reference(kind):
        return plugin.model_validate(value)
    accepted = f"must be one of {', '.join(kinds)} or 'package.module:function'"
    raise ValueError(f"kind: {kind!r} is not accepted: {accepted}")


def _describe(detail: ErrorDetails) -> str:
    # Branches of a union are pydantic's words, not keys of the file.
    parts = [str(part) for part in detail["loc"] if "[" not in str(part)]
    table, *keys = parts or ["study file"]
    key = ".".join(keys)
    where = f"[{table}] {key}".strip()
    kind, value = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        return f"{where}: unknown key"
    if kind == "missing":
        return f"{where}: missing, and it has no default"
    message = detail["msg"].removeprefix("Value error, ")
    if isinstance(value, dict | BaseModel):
        return f"{where}: {message}"
    return f"{where}: {value!r} is not accepted: {message}"

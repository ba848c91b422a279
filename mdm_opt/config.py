"""The study file: one TOML file that says everything about a study, validated once."""

from __future__ import annotations

import hashlib
import json
import math
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from mdm_opt.errors import InputError
from mdm_opt.messages import describe
from mdm_opt.plugins import is_reference, one_line
from mdm_opt.schedules import BETA_MAX, BETA_MIN, Reveal, Rounding
from mdm_opt.templates import Template

MAX_STEPS = 4096


class Table(BaseModel):
    """A table of the study file: unknown keys, wrong types and infinities are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class StudyTable(Table):
    """[study]"""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    seed: int = Field(0, ge=0, lt=2**63)


def _plain(value: Any, where: str) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            _plain(item, f"{where}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _plain(item, f"{where}.{index}")
    elif not isinstance(value, str | int) and not (
        isinstance(value, float) and math.isfinite(value)
    ):
        raise ValueError(f"{where}: text, finite numbers, booleans, lists and tables are accepted")


def _plain_options(options: dict[str, Any]) -> dict[str, Any]:
    """Options must survive being kept as JSON."""
    _plain(options, "options")
    return options


Options = Annotated[dict[str, Any], AfterValidator(_plain_options)]


def _batch_size(value: Any) -> int | Literal["auto"]:
    if value == "auto":
        return "auto"
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 65536:
        return value
    raise ValueError("must be 'auto' or a whole number from 1 to 65536")


# One validator instead of a union, whose messages would not say what is accepted.
BatchSize = Annotated[int | Literal["auto"], BeforeValidator(_batch_size)]
# Where a model runs; what it answers does not depend on these.
PLACE_KEYS = ("device", "batch_size", "device_map", "compile")


class RunsOnDevice(Table):
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str = "auto"
    batch_size: BatchSize = "auto"


class BundledModel(RunsOnDevice):
    """The model that ships with the package: 6x6 Sudoku grids, or the last cells of them."""

    kind: Literal["bundled"]
    length: int | None = Field(None, ge=1, le=36)


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
    tokenizer: str | None = Field(None, min_length=1)
    mask_token: str | None = Field(None, min_length=1)
    mask_token_id: int | None = Field(None, ge=0, lt=2**31)
    end_tokens: list[str] | None = None
    logits_shift: int | None = Field(None, ge=0, le=1)
    device_map: Literal["auto", "balanced", "sequential"] | None = None
    compile: bool = False

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.device_map is not None and self.device != "auto":
            raise ValueError(
                f"device_map places the model on several devices: device = {self.device!r} is "
                "not accepted beside it"
            )
        return self

    @model_validator(mode="after")
    def _one_mask(self) -> Self:
        if self.mask_token is not None and self.mask_token_id is not None:
            raise ValueError("mask_token and mask_token_id name the same thing: one is accepted")
        return self

    @model_validator(mode="after")
    def _pin_remote_code(self) -> Self:
        if self.trust_remote_code and self.revision is None:
            raise ValueError("trust_remote_code = true needs a pinned revision")
        return self


class EnumeratedModel(Table):
    """Exact conditionals of an enumerated law."""

    kind: Literal["enumerated"]
    law: str
    options: Options = {}
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
    options: Options = {}
    batch_size: int = Field(64, ge=1, le=65536)


ModelTable = BundledModel | AntibertyModel | HuggingFaceModel | EnumeratedModel | PluginModel


class SamplerTable(Table):
    """[sampler]"""

    order: Literal["random", "confidence", "margin", "entropy"] = "random"
    temperature: float = Field(1.0, ge=0, le=100)
    reveal: Reveal = "fixed"
    rounding: Rounding = "full"
    block_length: int | None = Field(None, ge=1)
    guidance: float = Field(0.0, ge=0, le=100)
    end_last: bool = False

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.block_length is not None and self.reveal != "fixed":
            raise ValueError(f"block_length needs reveal = 'fixed', got reveal = {self.reveal!r}")
        if self.end_last and self.order == "random":
            raise ValueError(
                "end_last needs order = 'confidence', 'margin' or 'entropy', got order = 'random'"
            )
        return self


Bounds = Annotated[
    list[Annotated[float, Field(ge=BETA_MIN, le=BETA_MAX)]], Field(min_length=2, max_length=2)
]


class SpaceTable(Table):
    """[space]; beta_a and beta_b are searched on a log scale, counts around the best known."""

    family: Literal["beta", "free"] = "beta"
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
    options: Options = {}

    @field_validator("verifier")
    @classmethod
    def _known_verifier(cls, verifier: str) -> str:
        if verifier != "sudoku" and not is_reference(verifier):
            raise ValueError("must be 'sudoku' or 'package.module:function'")
        return verifier

    @model_validator(mode="after")
    def _sudoku_has_no_options(self) -> Self:
        if self.verifier == "sudoku" and self.options:
            raise ValueError("verifier 'sudoku' takes no options")
        return self


class CausalJudge(RunsOnDevice):
    """A causal language model as judge."""

    kind: Literal["causal"]
    path: str = Field(min_length=1)
    revision: str | None = None
    batch_size: int = Field(64, ge=1, le=65536)


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
    """A generation task of lm-evaluation-harness."""

    kind: Literal["lm_eval"]
    task: str = Field(min_length=1)
    instances: int = Field(64, ge=2)
    include_path: str | None = Field(None, min_length=1)
    limit: int | None = Field(None, ge=1)
    metric: str | None = Field(None, min_length=1)
    num_fewshot: int | None = Field(None, ge=0)
    chat: bool = False
    allow_code: bool = False


def _template(text: str) -> str:
    Template.of(text)
    return text


TemplateText = Annotated[str, AfterValidator(_template)]
Normalisation = Literal["strip", "lower", "whitespace", "punctuation", "numbers"]


class TaskObjective(Table):
    """Answers to the prompts of a file, each with a score."""

    kind: Literal["task"]
    data: str = Field(min_length=1)
    instances: int = Field(64, ge=2)
    prompt: TemplateText = "{prompt}"
    reference: TemplateText = "{reference}"
    chat: bool = False
    stop: list[Annotated[str, Field(min_length=1)]] = []
    score: str = "exact_match"
    extract: str | None = Field(None, min_length=1)
    extract_match: Literal["last", "first"] = "last"
    normalise: list[Normalisation] = ["strip"]
    program: TemplateText | None = None
    timeout_seconds: float = Field(10.0, gt=0, le=3600)
    memory_mib: int = Field(1024, ge=16, le=2**24)
    direction: Literal["minimize", "maximize"] = "maximize"
    unit: str = Field("accuracy", min_length=1, max_length=32)
    options: Options = {}

    @field_validator("score")
    @classmethod
    def _known_score(cls, score: str) -> str:
        if score not in ("exact_match", "code") and not is_reference(score):
            raise ValueError("must be 'exact_match', 'code' or 'package.module:function'")
        return score

    @field_validator("extract")
    @classmethod
    def _expression(cls, extract: str | None) -> str | None:
        try:
            re.compile(extract or "")
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"must be a regular expression: {error}") from error
        return extract

    @field_validator("program")
    @classmethod
    def _runs_the_answer(cls, program: str | None) -> str | None:
        if program is not None and "answer" not in Template.of(program).keys:
            raise ValueError("must have a place for the {answer}")
        return program

    @model_validator(mode="after")
    def _keys_of_the_score(self) -> Self:
        function = is_reference(self.score)
        needless = {
            "program": self.program is not None and self.score != "code",
            "normalise": self.normalise != ["strip"] and self.score != "exact_match",
            "extract": self.extract is not None and function,
            "extract_match": self.extract_match != "last" and self.extract is None,
            "direction": self.direction != "maximize" and not function,
            "options": bool(self.options) and not function,
        }
        for key, wrong in needless.items():
            if wrong:
                raise ValueError(f"{key} needs {_NEEDS[key]}, got score = {self.score!r}")
        given = [key for key in ("prompt", "answer", "reference") if key in self.options]
        if given:
            raise ValueError(f"options: the function is given its {given[0]!r} in any case")
        return self


_NEEDS = {
    "program": "score = 'code'",
    "normalise": "score = 'exact_match'",
    "extract": "score = 'exact_match' or 'code'",
    "extract_match": "extract",
    "direction": "a score 'package.module:function' to be 'minimize'",
    "options": "a score 'package.module:function'",
}


class PluginObjective(Table):
    """A function of the user's: texts of the samples in, one number a sample out."""

    kind: str
    instances: int = Field(64, ge=2)
    direction: Literal["minimize", "maximize"]
    unit: str = Field("score", min_length=1, max_length=32)
    options: Options = {}


ObjectiveTable = (
    ValidityObjective
    | JudgeNllObjective
    | PathKlObjective
    | DivergenceObjective
    | LmEvalObjective
    | TaskObjective
    | PluginObjective
)

SEED_NAMES = ("energy", "profile", "baselines", "history")


def _seed(value: Any) -> str | list[float]:
    if isinstance(value, str) and value in SEED_NAMES:
        return value
    if isinstance(value, list) and len(value) == 2:
        numbers = [x for x in value if isinstance(x, int | float) and not isinstance(x, bool)]
        if len(numbers) == 2 and all(BETA_MIN <= x <= BETA_MAX for x in numbers):
            return [float(number) for number in numbers]
    raise ValueError(
        f"must be one of {', '.join(SEED_NAMES)}, or a pair [a, b] of numbers in "
        f"[{BETA_MIN:g}, {BETA_MAX:g}]"
    )


# One validator instead of a union, whose messages would not say what is accepted.
Seed = Annotated[Any, BeforeValidator(_seed)]


class SearchTable(Table):
    """[search]; trials is the number of finished trials, seeds included."""

    trials: int = Field(40, ge=1, le=1_000_000)
    sampler: Literal["shape", "gp", "tpe", "random"] = "shape"
    seeds: list[Seed] = ["energy", "profile", "baselines"]
    racing: bool = True
    samples: int = Field(3, ge=0, le=64)


class ProfileTable(Table):
    """[profile]; the information profile that seeds and the search start from."""

    references: str | None = Field(None, min_length=1)
    sequences: int = Field(32, ge=8, le=65536)
    precision: float = Field(0.1, ge=0, lt=1)
    boundaries: int = Field(32, ge=2, le=MAX_STEPS)
    orders: int = Field(2, ge=1, le=1024)
    seed: int = Field(0, ge=0, lt=2**63)


class VerifyTable(Table):
    """[verify]"""

    instances: int = Field(256, ge=2)
    top: int = Field(3, ge=1, le=100)
    confidence: float = Field(0.95, gt=0.5, lt=1)
    equal_linear: bool = True


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
    "task": TaskObjective,
}


_PROMPTED = ("task", "lm_eval")
# Keys that older versions did not have, and what these did.
_ADDED_KEYS = (
    ("space", "family", "beta"),
    ("sampler", "guidance", 0.0),
    ("sampler", "end_last", False),
)


class StudyFile(Table):
    """A whole study file."""

    study: StudyTable
    model: ModelTable
    sampler: SamplerTable = SamplerTable()
    space: SpaceTable
    objective: ObjectiveTable
    search: SearchTable = SearchTable()
    profile: ProfileTable = ProfileTable()
    verify: VerifyTable = VerifyTable()

    @model_validator(mode="before")
    @classmethod
    def _seeds_that_fit(cls, content: Any) -> Any:
        """Where the profile says nothing, the default seeds do without it."""
        if not isinstance(content, dict):
            return content
        tables = [content.get(name) for name in ("objective", "sampler", "search")]
        objective, sampler, search = [t if isinstance(t, dict) else {} for t in tables]
        plain = objective.get("kind") not in _PROMPTED and sampler.get("block_length") is None
        if plain or "seeds" in search or not isinstance(tables[2], dict | None):
            return content
        return {**content, "search": {**search, "seeds": ["energy", "baselines"]}}

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
        if exact and self.sampler.block_length is not None:
            raise ValueError(
                f"objective {self.objective.kind!r} is defined for whole sequences only, got "
                f"[sampler] block_length = {self.sampler.block_length}"
            )
        if exact and (self.sampler.order != "random" or self.sampler.temperature != 1):
            raise ValueError(
                f"objective {self.objective.kind!r} is defined for order = 'random' and "
                f"temperature = 1.0 only, got order = {self.sampler.order!r} and temperature = "
                f"{self.sampler.temperature}"
            )
        return self

    @model_validator(mode="after")
    def _prompts_fit(self) -> Self:
        if self.sampler.guidance and not self.prompted:
            raise ValueError(
                f"[sampler] guidance = {self.sampler.guidance} needs an objective with prompts "
                f"(task or lm_eval), got objective {self.objective.kind!r}"
            )
        whole = not self.prompted and self.sampler.block_length is None
        if self.space.family == "free" and not whole:
            raise ValueError(
                "[space] family 'free' is not accepted with prompts or block_length: it starts "
                "from the profile of whole sequences without prompts"
            )
        if self.needs_profile and not whole:
            raise ValueError(
                "[search] seeds: 'profile' is not accepted with prompts or block_length: the "
                "profile is that of whole sequences without prompts"
            )
        return self

    @model_validator(mode="after")
    def _family_fits(self) -> Self:
        if self.space.family == "free":
            if self.sampler.reveal != "fixed" or self.sampler.rounding != "full":
                raise ValueError(
                    "[space] family 'free' searches counts, which needs reveal = 'fixed' and "
                    f"rounding = 'full', got reveal = {self.sampler.reveal!r} and rounding = "
                    f"{self.sampler.rounding!r}"
                )
            if self.search.sampler != "shape":
                raise ValueError(
                    "[space] family 'free' needs [search] sampler = 'shape', got "
                    f"{self.search.sampler!r}"
                )
        return self

    @property
    def prompted(self) -> bool:
        """Whether samples are answers to the objective's prompts."""
        return self.objective.kind in _PROMPTED

    @property
    def profile_references(self) -> str:
        """Where the clean sequences of the profile come from: a file, or ``model``."""
        if self.profile.references is not None:
            return self.profile.references
        own = self.objective
        return own.references if isinstance(own, PathKlObjective) else "model"

    @property
    def needs_profile(self) -> bool:
        """Whether the study starts from the model's information profile."""
        return "profile" in self.search.seeds or self.space.family == "free"

    def canonical(self) -> dict[str, Any]:
        """All values, defaults included, in a form that TOML and JSON can hold."""
        return self.model_dump(mode="json", exclude_none=True)

    def identity_hash(self) -> str:
        """SHA-256 of what makes two runs the same study.

        Where it runs, how many trials it gets, whether they race, how many samples of them are
        kept, what the profile is measured on and how results are verified may change later.
        """
        identity = self.canonical()
        for table in (identity["model"], identity["objective"].get("judge", {})):
            for key in PLACE_KEYS:
                table.pop(key, None)
        del identity["search"]["trials"], identity["verify"]
        del identity["search"]["racing"], identity["search"]["samples"], identity["profile"]
        # Versions before these keys knew nothing else.
        for table, key, only in _ADDED_KEYS:
            if identity[table].get(key) == only:
                del identity[table][key]
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
    except (ValueError, RecursionError) as error:
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

        def known_keys(table: str) -> list[str]:
            return _accepted_keys(content, table)

        more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
        raise InputError(f"{source}: {describe(details[0], known_keys)}{more}") from error


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


def _accepted_keys(content: dict[str, Any], table: str) -> list[str]:
    """Keys of a table of the study file; the tables themselves where it has no such table."""
    if table not in StudyFile.model_fields:
        return list(StudyFile.model_fields)
    if table in ("model", "objective"):
        kind = str(content[table].get("kind"))
        if table == "model":
            return list(_MODEL_KINDS.get(kind, PluginModel).model_fields)
        return list(_OBJECTIVE_KINDS.get(kind, PluginObjective).model_fields)
    annotation = StudyFile.model_fields[table].annotation
    return list(annotation.model_fields) if isinstance(annotation, type(Table)) else []

"""The study file: one TOML file that says everything about a study, validated once."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any, Self

from pydantic import (
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from mdm_opt.candidates import (
    DECODINGS,
    BirthsDecoding,
    Decoding,
    Family,
    MaskedDecoding,
    OwnDecoding,
    UniformDecoding,
)
from mdm_opt.config.known_keys import accepted_keys
from mdm_opt.config.models import MODEL_KINDS, ModelTable, PluginModel
from mdm_opt.config.objectives import (
    OBJECTIVE_KINDS,
    PROMPTED,
    DivergenceObjective,
    ObjectiveTable,
    PathKlObjective,
    PluginObjective,
    TaskObjective,
)
from mdm_opt.config.own_sampler import check_own_sampler
from mdm_opt.config.search import FAMILY, SearchTable, StudyTable
from mdm_opt.config.settings import check_searched, sampler_apart
from mdm_opt.config.space import SpaceTable
from mdm_opt.config.tables import (
    PLACE_KEYS,
    ProfileTable,
    VerifyTable,
    given_tables,
    of_kind,
)
from mdm_opt.config.track import TrackTable
from mdm_opt.errors import InputError
from mdm_opt.messages import describe, key_name
from mdm_opt.plugins import one_line
from mdm_opt.statistics import simultaneous
from mdm_opt.table import Table

# Keys that older versions did not have, and what these did.
_ADDED_KEYS = (
    ("space", "family", "beta"),
    ("sampler", "guidance", 0.0),
    ("sampler", "end_last", False),
    ("model", "process", "masked"),
    ("model", "attention", "auto"),
)


class StudyFile(Table):
    """A whole study file.

    Attributes:
        study: what the study is called and compared with.
        model: which frozen model, and where it runs.
        sampler: how samples are drawn today, but for what is searched; its keys depend on the
            process of the model.
        space: what is searched, in how many steps, within which bounds.
        objective: how samples are judged.
        search: the goal, and how candidates are looked for.
        profile: how the information profile is measured, from which seeds and search start.
        verify: how the chosen schedules are proved.
        track: where trials and results are sent besides the database (docs/tracking.md).
    """

    study: StudyTable
    model: ModelTable
    sampler: MaskedDecoding | BirthsDecoding | UniformDecoding | OwnDecoding = MaskedDecoding()
    space: SpaceTable
    objective: ObjectiveTable
    search: SearchTable = SearchTable()
    profile: ProfileTable = ProfileTable()
    verify: VerifyTable = VerifyTable()
    track: TrackTable = TrackTable()

    @model_validator(mode="before")
    @classmethod
    def _settings_apart(cls, content: Any) -> Any:
        """A setting of the sampler is fixed or searched."""
        sampler = sampler_apart(*given_tables(content, "sampler", "space"))
        return {**content, "sampler": sampler} if sampler else content

    @model_validator(mode="before")
    @classmethod
    def _seeds_that_fit(cls, content: Any) -> Any:
        """Where the profile says nothing, the default seeds do without it."""
        names = "objective", "sampler", "space", "search"
        objective, sampler, space, search = given_tables(content, *names)
        blocks = [table.get("block_length") for table in (sampler, space)]
        plain = objective.get("kind") not in PROMPTED and blocks == [None, None]
        own = "kind" in sampler
        if (
            (plain and not own)
            or "seeds" in search
            or not isinstance(content.get("search"), dict | None)
        ):
            return content
        named = ["baselines"] if own else ["energy", "baselines"]
        return {**content, "search": {**search, "seeds": named}}

    @field_validator("model", mode="before")
    @classmethod
    def _model_of_kind(cls, value: Any) -> Any:
        return of_kind(value, MODEL_KINDS, PluginModel)

    @model_validator(mode="before")
    @classmethod
    def _sampler_is_there(cls, content: Any) -> Any:
        """What a sampler does by default depends on the process."""
        return {"sampler": {}, **content} if isinstance(content, dict) else content

    @field_validator("sampler", mode="before")
    @classmethod
    def _sampler_of_process(cls, value: Any, info: ValidationInfo) -> Any:
        model = info.data.get("model")
        if isinstance(value, Decoding) or model is None:
            return value
        own = isinstance(value, dict) and "kind" in value
        return DECODINGS["own" if own else model.process].model_validate(value)

    @field_validator("search", mode="before")
    @classmethod
    def _seeds_of_family(cls, value: Any, info: ValidationInfo) -> Any:
        space = info.data.get("space")
        if isinstance(value, Table) or space is None:
            return value
        return SearchTable.model_validate(value, context={FAMILY: space.searched})

    @field_validator("objective", mode="before")
    @classmethod
    def _objective_of_kind(cls, value: Any) -> Any:
        return of_kind(value, OBJECTIVE_KINDS, PluginObjective)

    @model_validator(mode="after")
    def _fits_own_sampler(self) -> Self:
        check_own_sampler(self)
        return self

    @model_validator(mode="after")
    def _objective_fits_sampler(self) -> Self:
        if self.is_exact:
            self.sampler.check_exact(self.objective.kind)
        if isinstance(self.objective, DivergenceObjective) and self.objective.metric == "path_kl":
            if self.model.process == "masked":
                raise ValueError(
                    f"{key_name('objective.metric')} 'path_kl' is for births and uniform "
                    "corruption; of masked models objective 'path_kl' measures it"
                )
            self.sampler.check_exact("path_kl")
        return self

    @model_validator(mode="after")
    def _family_fits(self) -> Self:
        self.family.check_decoding(self.sampler)
        if not self.family.is_box and self.search.sampler != "shape":
            raise ValueError(
                f"{self.space.words} needs "
                f"{key_name('search.sampler')} = 'shape', got {self.search.sampler!r}"
            )
        return self

    @model_validator(mode="after")
    def _spread_fits_process(self) -> Self:
        most, process = getattr(self.objective, "most_spread", None), self.model.process
        if most is not None and process != "uniform":
            raise ValueError(
                f"{key_name('objective.most_spread')} = {most:g} is not accepted with process "
                f"{process!r}, whose samples all start from the same; accepted: 'uniform'"
            )
        return self

    @model_validator(mode="after")
    def _objective_fits_rule(self) -> Self:
        if isinstance(self.objective, PathKlObjective) and self.family.by_rule:
            raise ValueError(
                f"{key_name('objective.kind')} 'path_kl' is not accepted with "
                f"{self.space.words}: it is defined for steps whose "
                "counts are known before they are sampled"
            )
        return self

    @model_validator(mode="after")
    def _prompts_fit(self) -> Self:
        self.sampler.check_prompts(self.objective.kind, prompted=self.prompted)
        whole = not self.prompted and not self.has_blocks
        if self.family.needs_profile and not whole:
            raise ValueError(
                f"{self.space.words} is not accepted with prompts "
                "or block_length: it starts from the profile of whole sequences without prompts"
            )
        if self.needs_profile and not whole:
            raise ValueError(
                f"{key_name('search.seeds')}: 'profile' is not accepted with prompts or "
                "block_length: the profile is that of whole sequences without prompts"
            )
        return self

    @model_validator(mode="after")
    def _estimator_fits(self) -> Self:
        if self.profile.estimator == "chain" and self.model.process != "masked":
            raise ValueError(
                f"{key_name('profile.estimator')} = 'chain' is for masked models, got process "
                f"{self.model.process!r}"
            )
        if self.profile.estimator == "chain" and self.profile_references != "model":
            raise ValueError(
                f"{key_name('profile.estimator')} = 'chain' is for the model's own sequences "
                f"({key_name('profile.references')} = 'model'), got {self.profile_references!r}"
            )
        return self

    @model_validator(mode="after")
    def _settings_fit(self) -> Self:
        kind = self.objective.kind if self.is_exact else None
        for one in self.space.settings:
            check_searched(one, self.sampler, exact=kind, prompted=self.prompted)
        if self.space.order is not None and not self.family.has_order:
            raise ValueError(
                f"{key_name('space.order')} is not accepted with {self.space.words}: what it "
                "reveals does not depend on an order"
            )
        return self

    @property
    def has_blocks(self) -> bool:
        """Whether candidates may fill sequences block by block."""
        return self.sampler.in_blocks or self.space.block_length is not None

    def check_length(self, length: int, attention_block: int | None = None) -> None:
        """Refuses steps and blocks that do not fit the sequences of a model.

        Args:
            length: of these.
            attention_block: tokens of a block of its attention; None where it attends to
                everything.

        Raises:
            InputError: naming the key and the value.
        """
        if attention_block is not None:
            self.space.check_no_settings(attention_block)
        self.sampler.check_attention(attention_block, length)
        self.sampler.check_steps(self.space.steps, length)
        self.space.check_blocks(length)

    @property
    def process(self) -> str:
        """The process that samples: that of the model, or ``own`` for a sampler of the user's."""
        return self.sampler.process

    @property
    def decoding(self) -> Decoding:
        """The settings of the sampler that no candidate brings."""
        if isinstance(self.sampler, OwnDecoding):
            return self.sampler.without(tuple(self.space.arguments))
        return self.sampler

    @property
    def family(self) -> Family:
        """The family that is searched, or several as one, with the settings that are."""
        return self.space.searched

    @property
    def most_trials(self) -> int:
        """See `SearchTable.most_trials`."""
        return self.search.most_trials(len(self.space.steps))

    @property
    def tolerance(self) -> float | None:
        """See `SearchTable.least_gain`."""
        return self.search.least_gain

    @property
    def gain_confidence(self) -> float:
        """Of each interval of a gain, so that all which the study claims hold together.

        It claims one over linear at each step count, and one over the user's baseline.
        """
        each = 1 if self.study.baseline is None else 2
        return simultaneous(self.verify.confidence, each * len(self.space.steps))

    @property
    def is_exact(self) -> bool:
        """Whether the objective is the law's own, which has the default settings of a sampler."""
        return isinstance(self.objective, PathKlObjective | DivergenceObjective)

    @property
    def prompted(self) -> bool:
        """Whether samples are answers to the objective's prompts."""
        return self.objective.kind in PROMPTED

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
        seeded = "profile" in self.search.seeds and self.family.uses_profile
        return seeded or self.family.needs_profile

    def canonical(self) -> dict[str, Any]:
        """All values, defaults included, in a form that TOML and JSON can hold."""
        found = self.model_dump(mode="json", exclude_none=True)
        for one in self.space.settings:
            found["sampler"].pop(one.name, None)
        if not self.track.names:
            del found["track"]
        return found

    def fixed(self) -> dict[str, Any]:
        """What makes two runs the same study: the canonical file without what may change later.

        Where it runs, how long a metric or a trial may take, how many trials it gets, whether
        they race, how many samples of them are kept, what the profile is measured on, what results
        are compared with, how they are verified and where they are sent may change.
        """
        kept = self.canonical()
        for table in (kept["model"], kept["objective"].get("judge", {})):
            for key in PLACE_KEYS:
                table.pop(key, None)
        if not isinstance(self.objective, TaskObjective):
            kept["objective"].pop("timeout_seconds", None)
        kept["study"].pop("baseline", None)
        for key in ("goal", "quality", "margin", "reference"):
            kept["search"].pop(key, None)
        for key in ("trials", "tolerance", "racing", "samples", "trial_seconds"):
            kept["search"].pop(key, None)
        del kept["profile"], kept["verify"]
        kept.pop("track", None)
        return kept

    def identity_hash(self) -> str:
        """SHA-256 of what makes two runs the same study."""
        identity = self.fixed()
        # Versions before these keys knew nothing else.
        judge = identity["objective"].get("judge", {})
        for table, key, only in _ADDED_KEYS:
            for one in (identity[table], judge) if table == "model" else (identity[table],):
                if one.get(key) == only:
                    del one[key]
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def load_study_file(path: str | Path) -> StudyFile:
    """Reads and validates a study file.

    Raises:
        InputError: one line that names the file, the key, the value and what is accepted.
    """
    path = Path(path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"cannot read study file {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no valid TOML: {one_line(error)}") from error
    return parse_study(content, str(path))


def parse_study(content: dict[str, Any], source: str) -> StudyFile:
    """Validates the content of a study file; ``source`` names it in messages, if it has a name.

    Raises:
        InputError: as `load_study_file`.
    """
    try:
        return StudyFile.model_validate(content)
    except ValidationError as error:
        details = error.errors(include_url=False)

        def known_keys(table: str) -> list[str]:
            return accepted_keys(StudyFile, content, table)

        more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
        said = f"{describe(details[0], known_keys)}{more}"
        raise InputError(f"{source}: {said}" if source else said) from error

"""[model]: which frozen model, and where it runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from mdm_opt.config.tables import Options, RunsOnDevice
from mdm_opt.plugins import is_reference
from mdm_opt.table import Table

# How noise becomes data; decides the keys of [sampler].
ProcessName = Literal["masked", "births", "uniform"]


class BundledModel(RunsOnDevice):
    """The model that ships with the package: 6x6 Sudoku grids, or the last cells of them."""

    process: ClassVar[ProcessName] = "masked"

    kind: Literal["bundled"]
    length: int | None = Field(None, ge=1, le=36)


class AntibertyModel(RunsOnDevice):
    """AntiBERTy from its wheel (extra ``antibody``)."""

    process: ClassVar[ProcessName] = "masked"

    kind: Literal["antiberty"]
    length: int = Field(ge=1, le=510)


class ReactionsModel(RunsOnDevice):
    """The BERT of rxnfp from its wheel: SMILES of chemical reactions."""

    process: ClassVar[ProcessName] = "masked"

    kind: Literal["reactions"]
    length: int = Field(ge=1, le=510)


class DigitsModel(RunsOnDevice):
    """The rates that ship with the package: 8x8 digits with counts from 0 to 16."""

    process: ClassVar[ProcessName] = "births"

    kind: Literal["digits"]


# Keys of a checkpoint that mean something in one process only.
_OF_MASKED = (
    *("prefix", "suffix", "mask_token", "mask_token_id", "end_tokens", "logits_shift"),
    "block_length",
)
_OF_UNIFORM = ("time", "least_alpha")


class HuggingFaceModel(RunsOnDevice):
    """A masked LM in a local folder or on the hub."""

    kind: Literal["huggingface"]
    process: Literal["masked", "uniform"] = "masked"
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
    attention: Literal["auto", "full", "block_causal"] = "auto"
    block_length: int | None = Field(None, ge=2, le=2**20)
    text: Literal["joined", "decoded"] | None = None
    device_map: Literal["auto", "balanced", "sequential"] | None = None
    compile: bool = False
    time: Literal["sigma", "alpha"] | None = None
    least_alpha: float | None = Field(None, gt=0, lt=1)

    @model_validator(mode="after")
    def _keys_of_the_process(self) -> Self:
        uniform = self.process == "uniform"
        if uniform and self.attention == "block_causal":
            raise ValueError(
                f"attention = 'block_causal' is for process = 'masked', got process = "
                f"{self.process!r}"
            )
        other = "masked" if uniform else "uniform"
        for key in _OF_MASKED if uniform else _OF_UNIFORM:
            if getattr(self, key) is not None:
                raise ValueError(
                    f"{key} is for process = {other!r}, got process = {self.process!r}"
                )
        return self

    @model_validator(mode="after")
    def _blocks_of_attention(self) -> Self:
        if self.attention == "full" and self.block_length is not None:
            raise ValueError(
                f"block_length = {self.block_length} is not accepted with attention = 'full', "
                "which has no blocks"
            )
        return self

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


# The laws of `mdm_opt.models.laws`, which needs more than a study file does.
LAW_NAMES = (
    "toy_extremes",
    "toy_balanced",
    "sudoku4",
    "bimodal",
    "count_templates",
    "templates4",
    "chain",
    "checkerboard",
    "gaussians",
)


class EnumeratedModel(Table):
    """Exact answers of an enumerated law, to what its process asks."""

    kind: Literal["enumerated"]
    law: str
    process: ProcessName = "masked"
    kernel: str | None = None
    options: Options = {}
    batch_size: int = Field(64, ge=1, le=65536)

    @field_validator("law")
    @classmethod
    def _known_law(cls, law: str) -> str:
        known = LAW_NAMES
        if law not in known and not is_reference(law):
            raise ValueError(f"must be one of {', '.join(known)} or 'package.module:function'")
        return law

    @model_validator(mode="after")
    def _kernel_of_uniform(self) -> Self:
        if self.kernel is not None and self.process != "uniform":
            raise ValueError(f"kernel is for process = 'uniform', got process = {self.process!r}")
        return self


class ServedModel(Table):
    """A model behind a server, which a function of the user's asks; nothing of it is here.

    `name` and `revision` say which it is, for its fingerprint.
    """

    process: ClassVar[ProcessName] = "masked"

    kind: Literal["served"]
    name: str = Field(min_length=1, max_length=256)
    revision: str | None = Field(None, min_length=1)
    length: int = Field(ge=1, le=2**20)
    batch_size: int = Field(64, ge=1, le=65536)


class PluginModel(Table):
    """A model made by a function of the user's."""

    kind: str
    process: ProcessName = "masked"
    options: Options = {}
    batch_size: int = Field(64, ge=1, le=65536)


ModelTable = (
    BundledModel
    | AntibertyModel
    | ReactionsModel
    | DigitsModel
    | HuggingFaceModel
    | EnumeratedModel
    | ServedModel
    | PluginModel
)

MODEL_KINDS: dict[str, type[Table]] = {
    "bundled": BundledModel,
    "antiberty": AntibertyModel,
    "reactions": ReactionsModel,
    "digits": DigitsModel,
    "huggingface": HuggingFaceModel,
    "enumerated": EnumeratedModel,
    "served": ServedModel,
}


def model_words(table: Mapping[str, Any]) -> str:
    """The model of a [model] table for messages, as the study file names it."""
    name = table.get("path") or table.get("law") or table.get("name") or table["kind"]
    return f"model {name!r}"


def source_words(source: Mapping[str, Any]) -> str:
    """What a model was loaded from, in a few words: its kind, its path or law, its revision."""
    keys = ("kind", "path", "law", "revision")
    return " ".join(str(source[key]) for key in keys if source.get(key))

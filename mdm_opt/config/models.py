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
    """The model that ships with the package: 6x6 Sudoku grids, or the last cells of them.

    Attributes:
        kind: the model that ships.
        length: cells after the prompt; default 36, all of them.
    """

    process: ClassVar[ProcessName] = "masked"

    kind: Literal["bundled"]
    length: int | None = Field(None, ge=1, le=36)


class AntibertyModel(RunsOnDevice):
    """AntiBERTy from its wheel (extra ``antibody``).

    Attributes:
        kind: AntiBERTy.
        length: residues that are generated.
    """

    process: ClassVar[ProcessName] = "masked"

    kind: Literal["antiberty"]
    length: int = Field(ge=1, le=510)


class ReactionsModel(RunsOnDevice):
    """The BERT of rxnfp from its wheel: SMILES of chemical reactions.

    Attributes:
        kind: rxnfp's BERT.
        length: atoms and signs that are generated.
    """

    process: ClassVar[ProcessName] = "masked"

    kind: Literal["reactions"]
    length: int = Field(ge=1, le=510)


class DigitsModel(RunsOnDevice):
    """The rates that ship with the package: 8x8 digits with counts from 0 to 16.

    Attributes:
        kind: the model of births that ships.
    """

    process: ClassVar[ProcessName] = "births"

    kind: Literal["digits"]


# Keys of a checkpoint that mean something in one process only.
_OF_MASKED = (
    *("prefix", "suffix", "mask_token", "mask_token_id", "end_tokens", "logits_shift"),
    "block_length",
)
_OF_UNIFORM = ("time", "least_alpha")


class HuggingFaceModel(RunsOnDevice):
    """A masked LM in a local folder or on the hub.

    Attributes:
        kind: a masked LM of transformers, with its own code or not.
        process: ``uniform`` for models that are asked about random tokens and a time (UDLM, Duo).
        path: a folder, or the id of a checkpoint on the hub.
        length: tokens that are generated; special tokens are not.
        revision: commit of a hub id, which keeps the weights what they are; of a folder any word
            will do.
        prefix: fixed token strings before the generated ones. Default: those of the tokenizer.
        suffix: fixed token strings after the generated ones. Default: those of the tokenizer.
        trust_remote_code: runs the checkpoint's own Python code; needs a ``revision``, which is
            recorded.
        tokenizer: folder or hub id of another tokenizer, whose code never runs. Default: the
            checkpoint's.
        mask_token: the token that stands for masked. Default: the tokenizer's, or what is known of
            the model.
        mask_token_id: its number where the tokenizer has no such token; one of the two.
        end_tokens: special tokens that may be generated and end a text. Default: none; known for
            LLaDA, Dream and SDAR.
        logits_shift: 1 where position i is predicted by the output at i - 1; needs a ``prefix``.
            Default: 0, of Dream 1.
        attention: ``full``, ``block_causal`` (a block sees itself and those before it), or
            ``auto``: what is known of the type, or found by asking the model (docs/models.md).
        block_length: tokens of a block of attention in blocks. Default: the configuration's; known
            for LLaDA2 and SDAR.
        text: what the text of tokens is. ``joined``: their strings one after the other, the
            default where every token that can be written is one character and stands for it
            (protein models). ``decoded``: what the tokenizer makes of them, read after the prompt
            or prefix. Part of what makes a study the same; ``mdm-opt doctor`` shows it.
        device_map: shares the layers among the GPUs. Default: one device.
        compile: compile the layers with torch.compile.
        time: of ``process = "uniform"``: what ``timesteps`` (or ``sigma``) of ``forward`` are:
            ``sigma`` = -log(alpha), or ``alpha``. Default: ``sigma``.
        least_alpha: of ``process = "uniform"``: the least alpha that the network was trained on;
            below it is asked as there. Default: 0.001.
    """

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
    """Exact answers of an enumerated law, to what its process asks.

    Attributes:
        kind: a law that is small enough to enumerate.
        law: one that ships (``toy_extremes``, ``toy_balanced``, ``sudoku4``, ``templates4``,
            ``chain``; of counts ``bimodal``, ``count_templates``; for ordinal kernels
            ``checkerboard``, ``gaussians``), or a function ``package.module:function`` that
            returns an ``EnumeratedLaw``.
        process: how noise becomes data, see docs/processes.md.
        kernel: of ``process = "uniform"``: ``uniform``; ordinal: ``nearest``, ``gaussian`` or
            ``gaussian(rate_sigma, target_sigma)``, of at most 512 states. Default: ``uniform``.
        options: arguments of the law's function.
        batch_size: sequences at once; changes speed and memory, not results.
    """

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

    Attributes:
        kind: a model behind a server, for a sampler of your own.
        name: which model it is; part of what makes a study the same.
        revision: likewise.
        length: tokens that an answer may have.
        batch_size: sequences at once; changes speed and memory, not results.
    """

    process: ClassVar[ProcessName] = "masked"

    kind: Literal["served"]
    name: str = Field(min_length=1, max_length=256)
    revision: str | None = Field(None, min_length=1)
    length: int = Field(ge=1, le=2**20)
    batch_size: int = Field(64, ge=1, le=65536)


class PluginModel(Table):
    """A model made by a function of the user's.

    Attributes:
        kind: the function, ``package.module:factory``, in a file beside the study file or
            installed.
        process: how noise becomes data, see docs/processes.md.
        options: arguments of the function.
        batch_size: sequences at once; changes speed and memory, not results.
    """

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

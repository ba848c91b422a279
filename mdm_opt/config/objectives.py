"""[objective]: how samples are judged."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from mdm_opt.config.models import (
    AntibertyModel,
    BundledModel,
    EnumeratedModel,
    HuggingFaceModel,
    ReactionsModel,
)
from mdm_opt.config.tables import Options, RunsOnDevice
from mdm_opt.plugins import is_reference
from mdm_opt.table import Table
from mdm_opt.templates import Template

# Samples of an instance that its spread is measured on, where nobody says.
SPREAD_DRAWS = 8


class SpreadTable(Table):
    """An objective that draws samples, which can be required to spread little.

    The spread is how much is left to chance once sampling has started, and is defined for models
    of uniform corruption.

    Attributes:
        most_spread: process ``uniform``: largest class spread (CSD) of a candidate: the standard
            deviation of a token id of the samples given what sampling starts from, summed over the
            positions, in the mean over starts. Alone it says nothing, for a chain that hardly
            moves spreads little, too. Default: no limit.
        spread_draws: with ``most_spread``: samples of each instance from one start with other
            noise in their steps, on which its spread is measured; each costs as many model calls
            as a sample. Standard deviations of few samples are too small, of 8 by about 4% where
            tokens are normal. Default: 8.
    """

    most_spread: float | None = Field(None, gt=0, allow_inf_nan=False)
    spread_draws: int | None = Field(None, ge=2, le=64)

    @model_validator(mode="after")
    def _draws_of_the_guard(self) -> Self:
        if self.spread_draws is not None and self.most_spread is None:
            raise ValueError("spread_draws needs most_spread")
        return self

    @property
    def spread_samples(self) -> int:
        """Samples of an instance that its spread is measured on; 0 where it is not."""
        return 0 if self.most_spread is None else self.spread_draws or SPREAD_DRAWS


class ValidityObjective(SpreadTable):
    """Share of samples that a verifier accepts; maximised.

    Attributes:
        kind: share of valid samples.
        instances: instances of every search trial.
        verifier: ``sudoku``, or a function ``package.module:function``: a list of texts in, one
            truth value each out.
        options: arguments of the function.
        timeout_seconds: for one batch of samples; may be changed later. Default: 600.
        min_entropy_nats: floor of the mean unigram entropy of samples. Default: none.
    """

    kind: Literal["validity"]
    instances: int = Field(128, ge=2)
    verifier: str
    options: Options = {}
    timeout_seconds: float | None = Field(None, gt=0, le=86400)
    min_entropy_nats: float | None = Field(None, ge=0)

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
    """A causal language model as judge.

    Attributes:
        kind: a causal language model.
        path: a folder, or the id of a checkpoint on the hub.
        revision: commit of a hub id.
        batch_size: texts at once.
    """

    kind: Literal["causal"]
    path: str = Field(min_length=1)
    revision: str | None = None
    batch_size: int = Field(64, ge=1, le=65536)


class JudgeNllObjective(SpreadTable):
    """Mean negative log-likelihood per token under a second frozen model; minimised.

    Attributes:
        kind: likelihood under a second model.
        instances: instances of every search trial.
        judge: ``{ kind = "causal", path = "..." }``, or the keys of a [model] table: a masked
            judge, which must read each text as exactly as many tokens as the model writes.
        min_entropy_nats: floor of the mean unigram entropy of samples. Default: none.
    """

    kind: Literal["judge_nll"]
    instances: int = Field(64, ge=2)
    judge: (
        CausalJudge
        | BundledModel
        | AntibertyModel
        | ReactionsModel
        | HuggingFaceModel
        | EnumeratedModel
    ) = Field(discriminator="kind")
    min_entropy_nats: float | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _judge_reads_masks(self) -> Self:
        process = getattr(self.judge, "process", "masked")
        if process != "masked":
            raise ValueError(f"judge.process: {process!r} is not accepted: must be 'masked'")
        return self


class PathKlObjective(Table):
    """Path KL of random-order sampling against one token per step; minimised.

    Attributes:
        kind: nats lost against the finest steps.
        instances: instances of every search trial.
        references: a text file, one sequence a line, or ``model``: the model's own.
    """

    kind: Literal["path_kl"]
    instances: int = Field(32, ge=2)
    references: str = Field("model", min_length=1)


class EnergyDistanceObjective(SpreadTable):
    """Energy distance of samples from reference sequences; minimised.

    Attributes:
        kind: distance from reference sequences.
        instances: instances of every search trial.
        draws: samples of each instance; so many samples in fewer instances have less noise than in
            more.
        references: a text file, one sequence a line.
        most_references: of more lines than this the seed chooses so many.
        feature: a function ``package.module:function``, given a list of texts, returns a vector
            for each, whose Euclidean distances are taken. Without one, the numbers of the
            sequences (token ids, counts) are the vectors, which says little where the order of the
            tokens means nothing.
        options: arguments of the feature.
        timeout_seconds: for one batch of samples; may be changed later. Default: 600.
    """

    kind: Literal["energy_distance"]
    instances: int = Field(64, ge=2)
    draws: int = Field(8, ge=2, le=64)
    references: str = Field(min_length=1)
    most_references: int = Field(1000, ge=2, le=65536)
    feature: str | None = None
    options: Options = {}
    timeout_seconds: float | None = Field(None, gt=0, le=86400)

    @field_validator("feature")
    @classmethod
    def _reference(cls, feature: str | None) -> str | None:
        if feature is not None and not is_reference(feature):
            raise ValueError("must be 'package.module:function'")
        return feature

    @model_validator(mode="after")
    def _options_of_the_feature(self) -> Self:
        for key in ("options", "timeout_seconds"):
            if getattr(self, key) and self.feature is None:
                raise ValueError(f"{key} needs a feature 'package.module:function'")
        return self


class DivergenceObjective(Table):
    """Exact divergence of the samples of an enumerable law; minimised.

    Attributes:
        kind: exact divergence of an enumerated law.
        metric: ``tv`` or ``kl`` of the samples; ``path_kl`` of whole paths, of births and uniform
            corruption.
        most_spread: process ``uniform``: largest class spread (CSD), which is exact here. Default:
            no limit.
    """

    kind: Literal["divergence"]
    metric: Literal["tv", "kl", "path_kl"] = "tv"
    most_spread: float | None = Field(None, gt=0, allow_inf_nan=False)

    @property
    def instances(self) -> int:
        """Nothing is random, so one instance says it all."""
        return 1


class LmEvalObjective(Table):
    """A generation task of lm-evaluation-harness.

    Attributes:
        kind: a task of lm-evaluation-harness.
        task: a generation task by name, or a local YAML; paths inside the YAML are the harness's,
            relative to where the command runs.
        instances: instances of every search trial. They are documents of the task.
        include_path: folder with tasks of your own, which may then be named.
        limit: only the first so many documents.
        metric: metric, or metric,filter. Default: the task's first.
        num_fewshot: examples in the prompt. Default: the task's.
        chat: puts prompts into the model's chat template, examples as turns
            (``--apply_chat_template``).
        allow_code: agrees to tasks that run what the model writes, unprotected (humaneval, mbpp).
    """

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
    """Answers to the prompts of a file, each with a score.

    Attributes:
        kind: answers to the prompts of a file.
        data: one JSON object a line.
        instances: instances of every search trial. They are lines of the file.
        prompt: template over the keys of a line; ``{{`` is a brace; values that are no text are
            written as JSON.
        reference: likewise: what an answer is compared with, or run with.
        chat: put the prompt into the model's chat template.
        stop: the answer ends before the first of these texts.
        score: ``exact_match``, ``code`` (run in a sandbox), or a function
            ``package.module:function``.
        extract: regular expression; its first group, or the whole match, is compared or run. An
            answer without a match scores 0; for ``exact_match`` a reference is searched, too.
        extract_match: which match counts.
        normalise: before comparing, in this order: ``strip``, ``lower``, ``whitespace`` (runs
            become one space), ``punctuation`` (removed), ``numbers`` (``$1,234.50`` becomes
            ``1234.5``).
        program: for ``code``: template over all keys of the line, and ``{prompt}``, ``{answer}``,
            ``{reference}`` as above. Default: answer, new line, reference.
        timeout_seconds: for each program or call of a function.
        memory_mib: for each program or call of a function.
        direction: of a function.
        unit: of the scores, for tables and pictures.
        options: arguments of a function.
    """

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


class PluginObjective(SpreadTable):
    """A function of the user's: texts of the samples in, one number a sample out.

    Attributes:
        kind: the function, ``package.module:function``, in a file beside the study file or
            installed.
        instances: instances of every search trial.
        direction: of better numbers.
        unit: of the numbers, for tables and pictures.
        options: arguments of the function.
        timeout_seconds: for one batch of samples; may be changed later. Default: 600.
    """

    kind: str
    instances: int = Field(64, ge=2)
    direction: Literal["minimize", "maximize"]
    unit: str = Field("score", min_length=1, max_length=32)
    options: Options = {}
    timeout_seconds: float | None = Field(None, gt=0, le=86400)


ObjectiveTable = (
    ValidityObjective
    | JudgeNllObjective
    | PathKlObjective
    | EnergyDistanceObjective
    | DivergenceObjective
    | LmEvalObjective
    | TaskObjective
    | PluginObjective
)

OBJECTIVE_KINDS: dict[str, type[Table]] = {
    "validity": ValidityObjective,
    "judge_nll": JudgeNllObjective,
    "path_kl": PathKlObjective,
    "energy_distance": EnergyDistanceObjective,
    "divergence": DivergenceObjective,
    "lm_eval": LmEvalObjective,
    "task": TaskObjective,
}
# Their samples are answers to prompts.
PROMPTED = ("task", "lm_eval")

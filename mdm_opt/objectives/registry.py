"""From an [objective] table to an objective."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from mdm_opt import config
from mdm_opt.errors import InputError
from mdm_opt.messages import read_as
from mdm_opt.models.base import Denoiser, check_clean
from mdm_opt.models.enumerated import LawModel
from mdm_opt.models.named import unnamed
from mdm_opt.models.prompts import for_prompts
from mdm_opt.models.registry import build_denoiser
from mdm_opt.objectives.base import Objective
from mdm_opt.objectives.divergence import Divergence
from mdm_opt.objectives.documents import Documents, document_order
from mdm_opt.objectives.energy_distance import EnergyDistance
from mdm_opt.objectives.function_process import FunctionFailed
from mdm_opt.objectives.metrics import Features, Metric
from mdm_opt.objectives.path_kl import PathKl
from mdm_opt.objectives.sample_score import SampleScore, validity
from mdm_opt.objectives.spread import SpreadGuard
from mdm_opt.plugins import user_path
from mdm_opt.processes import process_of
from mdm_opt.sudoku import is_valid


@dataclass(frozen=True)
class Build:
    """What builders are given.

    Attributes:
        denoiser: the model to be judged.
        folder: of the study file.
        draw: maps instance ids to the ranks 0, 1, ... under which data are handed out, so that
            the sets of instances of search and verification get different data.
        total: number of data that all sets together need.
        seed: of the study.
    """

    denoiser: Denoiser
    folder: Path | None
    draw: Callable[[Sequence[int]], list[int]]
    total: int
    seed: int


def build_objective(table: config.Table, build: Build) -> Objective:
    """Makes the objective that a table describes.

    Raises:
        InputError: where the table asks for something that is not there or does not fit.
    """
    made = _BUILDERS[type(table)](table, build)
    if isinstance(table, config.SpreadTable) and table.most_spread is not None:
        return SpreadGuard(made, table.most_spread, table.spread_samples)
    return made


def _validity(table: config.ValidityObjective, build: Build) -> Objective:
    floor = table.min_entropy_nats
    if table.verifier == "sudoku":
        return validity(is_valid, min_entropy_nats=floor)
    metric = Metric(
        table.verifier,
        key="[objective] verifier",
        folder=build.folder,
        options=table.options,
        timeout_seconds=table.timeout_seconds,
    )
    return validity(metric, fingerprint=metric.source, min_entropy_nats=floor)


def _judge_nll(table: config.JudgeNllObjective, build: Build) -> Objective:
    # The loaders of models speak of [model]; here they load the judge.
    with read_as("model", "[objective] judge"):
        return _load_judge(table, build)


def _load_judge(table: config.JudgeNllObjective, build: Build) -> Objective:
    from mdm_opt.models.devices import local_or_hub
    from mdm_opt.objectives.judge_nll import JudgeNll, causal_judge, masked_judge

    if isinstance(table.judge, config.CausalJudge):
        judge, fingerprint = causal_judge(
            local_or_hub(table.judge.path, build.folder),
            revision=table.judge.revision,
            dtype=table.judge.dtype,
            device=table.judge.device,
            batch_size=table.judge.batch_size,
        )
        return JudgeNll(judge, table.min_entropy_nats, fingerprint=fingerprint)
    masked = build_denoiser(table.judge, build.folder)
    if masked.length != build.denoiser.length:
        raise InputError(
            f"[objective] judge: reads sequences of {masked.length} tokens, the model writes "
            f"{build.denoiser.length}"
        )
    return JudgeNll(masked_judge(masked), table.min_entropy_nats, fingerprint=masked.fingerprint)


def _path_kl(table: config.PathKlObjective, build: Build) -> Objective:
    if table.references == "model":
        return PathKl()
    key = "[objective] references"
    tokens, fingerprint = read_references(table.references, key, build.denoiser, build.folder)
    if len(tokens) < build.total:
        file = user_path(table.references, key, build.folder)
        raise InputError(
            f"{key}: {file} has {len(tokens)} sequences; search, selection and verification "
            f"together need {build.total}"
        )
    shuffled = tokens[torch.from_numpy(document_order(len(tokens), build.seed))]
    return PathKl(lambda instances: shuffled[build.draw(instances)], fingerprint=fingerprint)


def read_references(
    path: str, key: str, denoiser: Denoiser, folder: Path | None
) -> tuple[torch.Tensor, str]:
    """Clean sequences from a text file, one a line.

    Args:
        path: of the file, relative ones under ``folder``.
        key: of the study file, for messages.
        denoiser: whose tokens they become.
        folder: of the study file.

    Returns:
        int64 ``(lines, length)``, and a hash of the text.

    Raises:
        InputError: where the file cannot be read, or a line does not fit the model.
    """
    file = user_path(path, key, folder)
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
        lines = [line for line in lines if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{key}: cannot read {file}: {error}") from error
    try:
        tokens = denoiser.encode(lines)
    except InputError as error:
        raise InputError(f"{key}: {file}: {error}") from error
    try:
        check_clean(denoiser, tokens, len(lines))
    except ValueError as error:
        raise InputError(f"{key}: {file}: {error}") from error
    return tokens, hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _energy_distance(table: config.EnergyDistanceObjective, build: Build) -> Objective:
    key = "[objective] references"
    tokens, fingerprint = read_references(table.references, key, build.denoiser, build.folder)
    if len(tokens) < 2:
        file = user_path(table.references, key, build.folder)
        raise InputError(f"{key}: {file} has {len(tokens)} sequences; at least 2 are needed")
    chosen = document_order(len(tokens), build.seed)[: table.most_references]
    tokens = tokens[torch.from_numpy(chosen)]
    if table.feature is None:
        numbers = tokens.cpu().numpy()
        return EnergyDistance(numbers, draws=table.draws, fingerprint=fingerprint)
    feature = Features(
        table.feature,
        key="[objective] feature",
        folder=build.folder,
        options=table.options,
        timeout_seconds=table.timeout_seconds,
    )
    try:
        vectors = feature(build.denoiser.decode(tokens))
    except FunctionFailed as failure:
        raise InputError(
            f"[objective] feature: {table.feature!r} on the references: {failure}"
        ) from None
    both = hashlib.sha256(f"{fingerprint}\0{feature.source}".encode()).hexdigest()
    return EnergyDistance(vectors, feature, draws=table.draws, fingerprint=both)


def _divergence(table: config.DivergenceObjective, build: Build) -> Objective:
    denoiser = unnamed(build.denoiser)
    if not isinstance(denoiser, LawModel):
        raise InputError(
            "[objective] kind 'divergence' needs [model] kind 'enumerated', whose law is known"
        )
    return Divergence(denoiser.law, table.metric, process_of(denoiser), table.most_spread)


def _lm_eval(table: config.LmEvalObjective, build: Build) -> Objective:
    from mdm_opt.objectives.harness import load_task
    from mdm_opt.objectives.lm_eval import LmEval

    denoiser = for_prompts(build.denoiser, "lm_eval")
    task = load_task(table, build.folder)
    documents = Documents(len(task.documents), build.draw, build.total, build.seed, task.source)
    return LmEval(
        task,
        documents,
        denoiser,
        chat=table.chat,
        ready=documents.needed,
        known=table.instances,
    )


def _task(table: config.TaskObjective, build: Build) -> Objective:
    from mdm_opt.objectives.task import build_task

    def which(count: int, source: str) -> Documents:
        return Documents(count, build.draw, build.total, build.seed, source)

    return build_task(table, build.denoiser, build.folder, which)


def _plugin(table: config.PluginObjective, build: Build) -> Objective:
    metric = Metric(
        table.kind,
        key="[objective] kind",
        folder=build.folder,
        options=table.options,
        timeout_seconds=table.timeout_seconds,
    )
    return SampleScore(
        metric,
        name=table.kind,
        direction=table.direction,
        unit=table.unit,
        fingerprint=metric.source,
    )


_BUILDERS: dict[type[config.Table], Callable[[Any, Build], Objective]] = {
    config.ValidityObjective: _validity,
    config.JudgeNllObjective: _judge_nll,
    config.PathKlObjective: _path_kl,
    config.EnergyDistanceObjective: _energy_distance,
    config.DivergenceObjective: _divergence,
    config.LmEvalObjective: _lm_eval,
    config.TaskObjective: _task,
    config.PluginObjective: _plugin,
}

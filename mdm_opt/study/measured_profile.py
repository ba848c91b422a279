"""The information profile of a study's model: found in the database, or measured and kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from pydantic import BaseModel, ConfigDict

from mdm_opt.config import PathKlObjective, StudyFile, load_study_file
from mdm_opt.errors import InputError, MdmOptError, RunError
from mdm_opt.memory import in_fitting_batches
from mdm_opt.models.base import Denoiser
from mdm_opt.models.registry import build_denoiser
from mdm_opt.objectives.documents import document_order
from mdm_opt.objectives.registry import read_references
from mdm_opt.persistence import (
    MeasuredSequence,
    ModelRecord,
    ProfileKey,
    ProfileRecord,
    Profiles,
    Repository,
)
from mdm_opt.plugins import one_line
from mdm_opt.processes import process_of
from mdm_opt.schedules import ProfileSample, profile_boundaries
from mdm_opt.study.batch_size import usual_batch_size
from mdm_opt.study.instances import InstanceSets
from mdm_opt.study.predictions import PredictedBudget, Predictions

# What is measured between two moments at which it is kept.
BLOCK = 4
# Predictions leave each quarter of them out once.
FEWEST = 4
# From here on it is asked whether more are needed.
ENOUGH_TO_JUDGE = 16

Advance = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class MeasuredProfile:
    """A profile as a study uses it.

    Attributes:
        key: which profile it is.
        record: its sequences except those that the study verifies its result on.
    """

    key: ProfileKey
    record: ProfileRecord


def model_record(study_file: StudyFile, denoiser: Denoiser) -> ModelRecord:
    """The model of a study as it is kept."""
    return ModelRecord(
        fingerprint=denoiser.fingerprint,
        source=study_file.canonical()["model"],
        process=process_of(denoiser).name,
        length=denoiser.length,
        vocab_size=denoiser.vocab_size,
    )


def measured_profile(
    study_file: StudyFile,
    folder: Path | None,
    denoiser: Denoiser,
    repository: Repository,
    advance: Advance = lambda done, total: None,
) -> MeasuredProfile:
    """The profile that a study file asks for; measures what the database does not have.

    Sequences that the study verifies its result on are never used. What has been measured is kept
    block by block, so that an interrupted measurement goes on where it stopped.

    Args:
        study_file: the study.
        folder: of the study file.
        denoiser: its model.
        repository: where profiles are kept.
        advance: called with the number of sequences measured and to be measured.

    Raises:
        InputError: where the file of references cannot be used.
        RunError: where the model gives a clean token no probability.
    """
    source = _Sequences(study_file, folder, denoiser)
    key = _key(study_file, denoiser, source.fingerprint)
    profiles = Profiles(repository)
    known = profile_boundaries(denoiser.length, key.boundaries)
    found = profiles.find(key)
    have = set(found.sequences) if found else set()
    missing = [i for i in source.numbers if i not in have]
    kept = _kept(profiles, key, source)
    while missing and (kept is None or not suffices(kept.sample, study_file)):
        advance(len(source.numbers) - len(missing), len(source.numbers))
        block, missing = missing[:BLOCK], missing[BLOCK:]
        profiles.add(key, known.tolist(), _measure(study_file, denoiser, source, block, known))
        kept = _kept(profiles, key, source)
    if kept is None:
        raise InputError("the profile has been deleted while it was being measured")
    return MeasuredProfile(key, kept)


def suffices(sample: ProfileSample, study_file: StudyFile) -> bool:
    """Whether more sequences would not change the schedules that are fitted to them much.

    Args:
        sample: what has been measured.
        study_file: whose ``[profile] precision`` is wanted for its step budgets.
    """
    precision = study_file.profile.precision
    if len(sample) < ENOUGH_TO_JUDGE or not precision:
        return False
    predictions = Predictions(sample, study_file)
    steps = [n for n in study_file.space.steps if n <= sample.length]
    return all(predictions.regret(n) <= precision for n in steps)


def check_sequences(study_file: StudyFile, folder: Path | None, denoiser: Denoiser) -> None:
    """Reads the clean sequences of a profile, to find what is wrong before anything is written.

    Raises:
        InputError: where the file of references cannot be used.
    """
    _Sequences(study_file, folder, denoiser)


def find_profile(
    study_file: StudyFile, folder: Path | None, denoiser: Denoiser, repository: Repository
) -> ProfileRecord | None:
    """The profile that a study file asks for, as far as it has been measured, or None."""
    source = _Sequences(study_file, folder, denoiser)
    key = _key(study_file, denoiser, source.fingerprint)
    return _kept(Profiles(repository), key, source)


def _key(study_file: StudyFile, denoiser: Denoiser, references: str) -> ProfileKey:
    table = study_file.profile
    return ProfileKey(
        model=model_record(study_file, denoiser),
        references_fingerprint=references,
        seed=table.seed,
        boundaries=min(table.boundaries, denoiser.length),
        orders=table.orders,
    )


def _kept(profiles: Profiles, key: ProfileKey, source: _Sequences) -> ProfileRecord | None:
    """The profile without sequences that belong to the study's verification."""
    found = profiles.find(key)
    if found is None:
        return None
    rows = [row for row, number in enumerate(found.sequences) if number not in source.forbidden]
    if len(rows) < FEWEST:
        return None
    return ProfileRecord(
        sequences=tuple(found.sequences[row] for row in rows),
        sample=found.sample.part(rows),
        sequence_calls=found.sequence_calls,
        seconds=found.seconds,
    )


def _measure(
    study_file: StudyFile,
    denoiser: Denoiser,
    source: _Sequences,
    block: Sequence[int],
    known: npt.NDArray[np.int64],
) -> list[MeasuredSequence]:
    started, table = time.perf_counter(), study_file.profile

    def measured(numbers: Sequence[int]) -> tuple[npt.NDArray[np.float64], int]:
        tokens, written = source.tokens(numbers)
        orders, seed = table.orders, table.seed
        found = process_of(denoiser).profiles(
            denoiser, tokens, numbers, known, orders=orders, seed=seed
        )
        return found, written

    try:
        parts, _ = in_fitting_batches(block, usual_batch_size(study_file), measured)
    except MdmOptError:
        raise
    except Exception as error:  # models and devices may raise anything
        raise RunError(
            f"the information profile could not be measured: {type(error).__name__}: "
            f"{one_line(error)}"
        ) from error
    seconds = (time.perf_counter() - started) / len(block)
    calls = sum(written for _, written in parts) // len(block) + len(known) * table.orders
    return [
        MeasuredSequence(number, nats.tolist(), calls, seconds)
        for number, nats in zip(block, np.concatenate([part for part, _ in parts]), strict=True)
    ]


class ProfileResult(BaseModel):
    """What ``mdm-opt profile`` prints.

    `mean` is h(m) at the boundaries `known`, in nats a token, with its standard error; `smooth` is
    what schedules are predicted from. `sequence_calls` counts what all sequences cost,
    `new_sequences` those that were not in the database before.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model_fingerprint: str
    length: int
    references: str
    sequences: int
    new_sequences: int
    orders: int
    sequence_calls: int
    seconds: float
    known: list[int]
    mean: list[float]
    standard_error: list[float]
    smooth: list[float]
    budgets: list[PredictedBudget]


def profile_study(
    path: str | Path,
    url: str,
    advance: Advance = lambda done, total: None,
    steps: Sequence[int] | None = None,
    sequences: int | None = None,
) -> ProfileResult:
    """Measures the profile of a study's model as far as it is not kept yet, and predicts.

    Args:
        path: of the study file; the study itself need not exist.
        url: of the database.
        advance: called with the number of sequences measured and to be measured.
        steps: step budgets; the study file's where None.
        sequences: in place of the study file's.

    Raises:
        InputError: where the file, the model, the references or the database cannot be used.
        RunError: where the profile cannot be measured.
    """
    study_file = load_study_file(path)
    if sequences is not None:
        table = study_file.profile.model_copy(update={"sequences": sequences, "precision": 0.0})
        study_file = study_file.model_copy(update={"profile": table})
    _check_whole(study_file)
    folder = Path(path).resolve().parent
    denoiser = build_denoiser(study_file.model, folder)
    budgets = list(steps or study_file.space.steps)
    space = study_file.space.model_copy(update={"steps": budgets})
    study_file = study_file.model_copy(update={"space": space})
    if budgets[-1] > denoiser.length:
        raise InputError(
            f"--steps: {budgets[-1]} is not accepted: the model writes {denoiser.length} tokens"
        )
    check_sequences(study_file, folder, denoiser)
    repository = Repository(url, create=True)
    before = find_profile(study_file, folder, denoiser, repository)
    kept = measured_profile(study_file, folder, denoiser, repository, advance).record
    sample = kept.sample
    predictions = Predictions(sample, study_file)
    return ProfileResult(
        model_fingerprint=denoiser.fingerprint,
        length=denoiser.length,
        references=study_file.profile_references,
        sequences=len(sample),
        new_sequences=len(sample) - (len(before.sample) if before else 0),
        orders=study_file.profile.orders,
        sequence_calls=kept.sequence_calls,
        seconds=kept.seconds,
        known=sample.known.tolist(),
        mean=sample.mean.tolist(),
        standard_error=sample.standard_error.tolist(),
        smooth=sample.profile()[sample.known].tolist(),
        budgets=[predictions.budget(n) for n in budgets],
    )


def _check_whole(study_file: StudyFile) -> None:
    """Refuses studies of which a profile says nothing.

    Raises:
        InputError: for prompts or blocks.
    """
    found = "block_length" if study_file.sampler.block_length is not None else "prompts"
    if study_file.prompted or found == "block_length":
        raise InputError(
            f"a profile is that of whole sequences without prompts, and this study has {found}; "
            "its schedules cannot be predicted"
        )


class _Sequences:
    """Where the clean sequences of a study's profile come from.

    Attributes:
        fingerprint: of the file; empty for the model's own.
        numbers: of the sequences to be used.
        forbidden: numbers of those that the study verifies its result on.
    """

    def __init__(self, study_file: StudyFile, folder: Path | None, denoiser: Denoiser) -> None:
        self._denoiser, self._seed = denoiser, study_file.profile.seed
        self.forbidden: frozenset[int] = frozenset()
        wanted, path = study_file.profile.sequences, study_file.profile_references
        self._tokens: torch.Tensor | None = None
        if path == "model":
            self.fingerprint = ""
            self.numbers = list(range(wanted))
            return
        table = "profile" if study_file.profile.references is not None else "objective"
        key = f"[{table}] references"
        self._tokens, self.fingerprint = read_references(path, key, denoiser, folder)
        order = document_order(len(self._tokens), study_file.study.seed).tolist()
        objective = study_file.objective
        if isinstance(objective, PathKlObjective) and objective.references == path:
            sets = InstanceSets.of(study_file)
            start = sets.search + sets.selection
            self.forbidden = frozenset(order[start : sets.total])
        self.numbers = [line for line in order if line not in self.forbidden][:wanted]
        if len(self.numbers) < FEWEST:
            raise InputError(
                f"{key}: {path} leaves {len(self.numbers)} sequences for the profile; at least "
                f"{FEWEST} are needed besides those of the verification"
            )

    def tokens(self, numbers: Sequence[int]) -> tuple[torch.Tensor, int]:
        """int64 ``(len(numbers), length)``, and the sequences put through the model for them."""
        if self._tokens is not None:
            return self._tokens[list(numbers)], 0
        samples = process_of(self._denoiser).own_sequences(
            self._denoiser, numbers, seed=self._seed
        )
        return samples.tokens, samples.sequence_calls

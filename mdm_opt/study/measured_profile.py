"""The information profile of a study's model: found in the database, or measured and kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mdm_opt.config import StudyFile
from mdm_opt.errors import InputError, MdmOptError, RunError
from mdm_opt.memory import in_fitting_batches
from mdm_opt.models.base import Denoiser
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
from mdm_opt.schedules import profile_boundaries
from mdm_opt.study.batch_size import usual_batch_size
from mdm_opt.study.predictions import Predictions
from mdm_opt.study.profile_sequences import FEWEST, ProfileSequences

# What is measured between two moments at which it is kept.
BLOCK = 4
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
    source = ProfileSequences(study_file, folder, denoiser)
    key = _key(study_file, denoiser, source.fingerprint)
    profiles = Profiles(repository)
    found = profiles.find(key)
    have = set(found.sequences) if found else set()
    missing = [i for i in source.numbers if i not in have]
    kept = _kept(profiles, key, source)
    while missing and not _suffices(kept, study_file):
        advance(len(source.numbers) - len(missing), len(source.numbers))
        block, missing = missing[:BLOCK], missing[BLOCK:]
        known = _boundaries(key, kept, source)
        profiles.add(key, known.tolist(), _measure(study_file, denoiser, source, block, known))
        kept = _kept(profiles, key, source)
    if kept is None:
        raise InputError("the profile has been deleted while it was being measured")
    return MeasuredProfile(key, kept)


def _boundaries(
    key: ProfileKey, kept: ProfileRecord | None, source: ProfileSequences
) -> npt.NDArray[np.int64]:
    """Where the next sequences are measured: as the first ones, or where these say it falls.

    It depends on the first sequences alone, so that a measurement that was interrupted goes on as
    it would have.
    """
    usual = profile_boundaries(key.model.length, key.boundaries)
    if kept is None:
        return usual
    order = {number: place for place, number in enumerate(source.numbers)}
    at_usual = np.isin(kept.sample.known, usual)
    first = [
        row
        for row, nats in enumerate(kept.sample.nats)
        if kept.sequences[row] in order and (~np.isnan(nats) == at_usual).all()
    ]
    first = sorted(first, key=lambda row: order[kept.sequences[row]])[:FEWEST]
    if len(first) < FEWEST:
        return usual
    better = kept.sample.part(first).better_boundaries()
    return usual if better is None else better


def _suffices(kept: ProfileRecord | None, study_file: StudyFile) -> bool:
    """Whether more sequences would not change the schedules that are fitted to them much."""
    precision = study_file.profile.precision
    if kept is None or len(kept.sample) < ENOUGH_TO_JUDGE or not precision:
        return False
    predictions = Predictions(kept.sample, study_file)
    steps = [n for n in study_file.space.steps if n <= kept.sample.length]
    return all(predictions.regret(n) <= precision for n in steps)


def find_profile(
    study_file: StudyFile, folder: Path | None, denoiser: Denoiser, repository: Repository
) -> ProfileRecord | None:
    """The profile that a study file asks for, as far as it has been measured, or None."""
    source = ProfileSequences(study_file, folder, denoiser)
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


def _kept(profiles: Profiles, key: ProfileKey, source: ProfileSequences) -> ProfileRecord | None:
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
    source: ProfileSequences,
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

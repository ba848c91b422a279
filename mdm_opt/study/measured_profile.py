"""The information profile of a study's model: found in the database, or measured and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mdm_opt.config import StudyFile
from mdm_opt.errors import InputError
from mdm_opt.models.base import Denoiser
from mdm_opt.models.block_causal import attention_block, needs_full_attention
from mdm_opt.persistence import (
    ModelRecord,
    ProfileKey,
    ProfileRecord,
    Profiles,
    Repository,
)
from mdm_opt.processes import process_of
from mdm_opt.schedules import ProfileSample, StepSample, profile_boundaries
from mdm_opt.schedules.step_costs import step_table
from mdm_opt.study.predictions import Predictions
from mdm_opt.study.profile_estimator import (
    FIRST,
    Estimator,
    EstimatorCheck,
    chain_key,
    chosen_estimator,
    estimator_check,
)
from mdm_opt.study.profile_sequences import FEWEST, ProfileSequences
from mdm_opt.study.sequence_measuring import measure_sequences

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
        check: whether what writing a sequence says could be used; None where it was not asked.
        new: sequences measured for it now.
    """

    key: ProfileKey
    record: ProfileRecord
    check: EstimatorCheck | None
    new: int


def model_record(study_file: StudyFile, denoiser: Denoiser) -> ModelRecord:
    """The model of a study as it is kept."""
    return ModelRecord(
        fingerprint=denoiser.fingerprint,
        source=asked_source(study_file, denoiser),
        process=process_of(denoiser).name,
        length=denoiser.length,
        vocab_size=getattr(denoiser, "vocab_size", None),
    )


def asked_source(study_file: StudyFile, denoiser: Denoiser) -> dict[str, Any]:
    """The [model] table of a study, with the attention that the model was found to have."""
    source, block = study_file.canonical()["model"], attention_block(denoiser)
    found = {} if block is None else {"attention": "block_causal", "block_length": block}
    return {**source, **found}


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
        InputError: where the file of references cannot be used, and for a block-causal model.
        RunError: where the model gives a clean token no probability.
    """
    needs_full_attention(denoiser, "the information profile")
    source = ProfileSequences(study_file, folder, denoiser)
    work, new = _Work(study_file, denoiser, source, Profiles(repository)), 0
    state = work.state()
    while state.missing and (state.kept is None or not suffices(state.kept.sample, study_file)):
        advance(len(source.numbers) - len(state.missing), len(source.numbers))
        block = state.missing[:BLOCK]
        work.measure(block, state)
        new, state = new + len(block), work.state()
    if state.kept is None:
        raise InputError("the profile has been deleted while it was being measured")
    return MeasuredProfile(state.key, state.kept, state.check, new)


def kept_profile(
    study_file: StudyFile, folder: Path | None, denoiser: Denoiser, repository: Repository
) -> ProfileRecord | None:
    """What is kept of the profile that a study file asks for; None where it is too little.

    Nothing is measured and nothing is written; see `measured_profile`.
    """
    source = ProfileSequences(study_file, folder, denoiser)
    return _Work(study_file, denoiser, source, Profiles(repository)).state().kept


@dataclass(frozen=True, eq=False)
class _State:
    """How far a profile is.

    Attributes:
        estimator: how it is measured; None before the first sequences have told.
        key: which profile it is, as far as is known.
        check: what they have told.
        kept: its sequences that may be used; None while there are too few.
        missing: numbers of those that it does not have.
    """

    estimator: Estimator | None
    key: ProfileKey
    check: EstimatorCheck | None
    kept: ProfileRecord | None
    missing: Sequence[int]


class _Work:
    """The measuring of one profile.

    Args:
        study_file: the study.
        denoiser: its model.
        source: of the clean sequences.
        profiles: where they are kept.
    """

    def __init__(
        self,
        study_file: StudyFile,
        denoiser: Denoiser,
        source: ProfileSequences,
        profiles: Profiles,
    ) -> None:
        self._file, self._denoiser = study_file, denoiser
        self._source, self._profiles = source, profiles
        table = study_file.profile
        self._key = ProfileKey(
            model=model_record(study_file, denoiser),
            references_fingerprint=source.fingerprint,
            seed=table.seed,
            boundaries=boundary_count(study_file, denoiser.length),
            orders=table.orders,
        )

    def state(self) -> _State:
        """How far it is."""
        orders = self._profiles.find(self._key)
        chain = None
        if not self._source.fingerprint:
            chain = self._profiles.find(chain_key(self._key))
        check = estimator_check(self._key, orders, chain)
        chosen = chosen_estimator(self._file, orders, check)
        found, key = orders, self._key
        if chosen == "chain":
            found, key = chain, chain_key(key)
        have = set(found.sequences) if found else set()
        missing = [number for number in self._source.numbers if number not in have]
        return _State(chosen, key, check, self._usable(found), missing)

    def measure(self, block: Sequence[int], state: _State) -> None:
        """Measures some sequences and keeps them."""
        ways = {"orders": state.estimator != "chain", "chain": state.estimator != "orders"}
        known = _boundaries(self._key, state.kept, self._source)
        found = measure_sequences(self._file, self._denoiser, self._source, block, known, **ways)
        # The first sequences are there once they are measured in orders, and then both ways.
        for key, rows in ((chain_key(self._key), found.chain), (self._key, found.orders)):
            if rows:
                self._profiles.add(key, known.tolist(), rows)

    def _usable(self, found: ProfileRecord | None) -> ProfileRecord | None:
        """The profile without sequences that belong to the study's verification."""
        if found is None:
            return None
        forbidden = self._source.forbidden
        rows = [row for row, number in enumerate(found.sequences) if number not in forbidden]
        return found.part(rows) if len(rows) >= FEWEST else None


def boundary_count(study_file: StudyFile, length: int) -> int:
    """Places at which a sequence is measured; a masked one has no more of them than tokens."""
    wanted = study_file.profile.boundaries
    return min(wanted, length) if study_file.model.process == "masked" else wanted


def _boundaries(
    key: ProfileKey, kept: ProfileRecord | None, source: ProfileSequences
) -> npt.NDArray[np.int64]:
    """Where the next sequences are measured: as the first ones, or where these say it falls.

    It depends on the first sequences alone, so that a measurement that was interrupted goes on as
    it would have.
    """
    if key.model.process != "masked":
        return step_table(key.model.process, key.boundaries).cells
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
    first = sorted(first, key=lambda row: order[kept.sequences[row]])[:FIRST]
    if len(first) < FIRST:
        return usual
    better = kept.sample.part(first).better_boundaries()
    return usual if better is None else better


def suffices(sample: ProfileSample | StepSample, study_file: StudyFile) -> bool:
    """Whether more sequences would not change the schedules that are fitted to them much.

    Args:
        sample: what has been measured.
        study_file: whose ``[profile] precision`` is wanted for its step budgets.
    """
    precision = study_file.profile.precision
    if len(sample) < ENOUGH_TO_JUDGE or not precision:
        return False
    predictions = Predictions(sample, study_file)
    steps = [n for n in study_file.space.steps if n <= sample.most_steps]
    return all(predictions.regret(n) <= precision for n in steps)

"""Information profiles of models: kept sequence by sequence, found again, extended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import ColumnElement, delete, insert, select, tuple_
from sqlalchemy.orm import Session

from mdm_opt.persistence.records import ModelRecord
from mdm_opt.persistence.repository import Repository
from mdm_opt.persistence.tables import (
    PROFILE_KEY,
    ModelRow,
    ProfileRow,
    ProfileSequenceRow,
    ProfileValueRow,
    StudyProfileRow,
)
from mdm_opt.schedules import ProfileSample, StepSample
from mdm_opt.schedules.base import Array
from mdm_opt.schedules.step_costs import Cells, table_of

_WRITTEN = ("divergence_nats", "entropy_nats", "exchange_nats")


@dataclass(frozen=True)
class ProfileKey:
    """Which profile; see `ProfileRow`.

    Attributes:
        model: whose it is.
        references_fingerprint: of the file of clean sequences; empty for the model's own.
        seed: of the noise.
        boundaries: at which each sequence is measured.
        orders: random orders of each sequence; 0 for the order in which the model wrote it.
    """

    model: ModelRecord
    references_fingerprint: str
    seed: int
    boundaries: int
    orders: int

    @property
    def columns(self) -> dict[str, str | int]:
        """Values of the columns that the key stands in, see `PROFILE_KEY`."""
        known = {"model_fingerprint": self.model.fingerprint} | vars(self)
        return {name: known[name] for name in PROFILE_KEY}


@dataclass(frozen=True)
class WrittenSums:
    """What writing a sequence says of all boundaries together, nats; see `WrittenProfiles`.

    Attributes:
        divergence_nats: what h drops by divergences.
        entropy_nats: what h drops by entropies.
        exchange_nats: see `Process.exchange_error`; None where nothing was exchanged.
    """

    divergence_nats: float
    entropy_nats: float
    exchange_nats: float | None = None


@dataclass(frozen=True)
class MeasuredSequence:
    """The profile of one clean sequence.

    Attributes:
        sequence: its number: of the line in a file of references, or of the model's own, from 0.
        nats: one value for each boundary.
        sequence_calls: sequences that were put through the model to find out.
        seconds: wall time.
        written: what writing it says; None where it was not found out.
    """

    sequence: int
    nats: Sequence[float]
    sequence_calls: int
    seconds: float
    written: WrittenSums | None = None


@dataclass(frozen=True, eq=False)
class ProfileRecord:
    """A profile as it is kept.

    Attributes:
        sequences: their numbers, increasing.
        sample: of these sequences.
        sequence_calls: what all of them cost.
        seconds: wall time of all of them.
        written: of each sequence; None where it was not found out.
    """

    sequences: tuple[int, ...]
    sample: ProfileSample | StepSample
    sequence_calls: int
    seconds: float
    written: tuple[WrittenSums | None, ...]

    def part(self, rows: Sequence[int]) -> ProfileRecord:
        """The record of some of its sequences; what all cost stays."""
        return replace(
            self,
            sequences=tuple(self.sequences[row] for row in rows),
            sample=self.sample.part(rows),
            written=tuple(self.written[row] for row in rows),
        )


class Profiles:
    """The profiles in a database.

    Args:
        repository: the database.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def find(self, key: ProfileKey) -> ProfileRecord | None:
        """The profile, or None where no sequence has been measured yet."""
        with self._repository.transaction() as session:
            profile_id = _find_id(session, key)
            if profile_id is None:
                return None
            ours = ProfileSequenceRow.profile_id == profile_id
            return _record(session, key.model.process, key.model.length, ours)

    def of_study(self, name: str) -> ProfileRecord | None:
        """The profile that a study starts from and ranks with; None where it has none."""
        with self._repository.transaction() as session:
            study = self._repository.row(session, name)
            used = select(StudyProfileRow).where(StudyProfileRow.study_id == study.id).subquery()
            ours = tuple_(ProfileSequenceRow.profile_id, ProfileSequenceRow.sequence).in_(
                select(used.c.profile_id, used.c.sequence)
            )
            return _record(session, study.model.process, study.model.length, ours)

    def use(self, name: str, key: ProfileKey, sequences: Collection[int]) -> None:
        """Has a study start from and rank with sequences of a profile, and no others."""
        with self._repository.transaction() as session:
            study = self._repository.row(session, name)
            profile_id = _find_id(session, key)
            session.execute(delete(StudyProfileRow).where(StudyProfileRow.study_id == study.id))
            session.add_all(
                StudyProfileRow(study_id=study.id, profile_id=profile_id, sequence=sequence)
                for sequence in sequences
            )

    def from_any_file(self, key: ProfileKey) -> ProfileRecord | None:
        """The profile with the most sequences of those whose sequences come from a file.

        Args:
            key: its references are not looked at.
        """
        columns = key.columns
        del columns["references_fingerprint"]
        with self._repository.transaction() as session:
            prints = session.scalars(
                select(ProfileRow.references_fingerprint)
                .filter_by(**columns)
                .where(ProfileRow.references_fingerprint != "")
            ).all()
        found = [self.find(replace(key, references_fingerprint=one)) for one in prints]
        return max((one for one in found if one), key=lambda one: len(one.sequences), default=None)

    def add(
        self, key: ProfileKey, known: Sequence[int], sequences: Sequence[MeasuredSequence]
    ) -> None:
        """Keeps measured sequences; those that are there already stay as they are.

        Args:
            key: of the profile, which is made where it does not exist.
            known: the boundaries.
            sequences: one or more.
        """
        with self._repository.transaction() as session:
            _lock_model(session, key.model)
            profile_id = _find_id(session, key)
            if profile_id is None:
                row = ProfileRow(**key.columns)
                session.add(row)
                session.flush()
                profile_id = row.id
            have = set(
                session.scalars(
                    select(ProfileSequenceRow.sequence).where(
                        ProfileSequenceRow.profile_id == profile_id
                    )
                )
            )
            new = [one for one in sequences if one.sequence not in have]
            if not new:
                return
            session.execute(
                insert(ProfileSequenceRow),
                [
                    {
                        "profile_id": profile_id,
                        "sequence": one.sequence,
                        "sequence_calls": one.sequence_calls,
                        "seconds": one.seconds,
                        **_written_columns(one.written),
                    }
                    for one in new
                ],
            )
            session.execute(
                insert(ProfileValueRow),
                [
                    {
                        "profile_id": profile_id,
                        "sequence": one.sequence,
                        "known": int(tokens),
                        "nats": float(value),
                    }
                    for one in new
                    for tokens, value in zip(known, one.nats, strict=True)
                ],
            )


def _record(
    session: Session, process: str, length: int, which: ColumnElement[bool]
) -> ProfileRecord | None:
    """Sequences of one profile, or None where there are none."""
    values, sequences = ProfileValueRow, ProfileSequenceRow
    same = (values.profile_id == sequences.profile_id) & (values.sequence == sequences.sequence)
    rows = session.execute(
        select(values.sequence, values.known, values.nats)
        .join(sequences, same)
        .where(which)
        .order_by(values.sequence, values.known)
    ).all()
    if not rows:
        return None
    ours = session.scalars(select(sequences).where(which).order_by(sequences.sequence)).all()
    # Sequences may have been measured at boundaries of their own.
    known, column = np.unique([row.known for row in rows], return_inverse=True)
    numbers, place = np.unique([row.sequence for row in rows], return_inverse=True)
    nats = np.full((len(numbers), len(known)), np.nan)
    nats[place, column] = [row.nats for row in rows]
    return ProfileRecord(
        sequences=tuple(numbers.tolist()),
        sample=_sample(process, length, known.astype(np.int64), nats),
        sequence_calls=sum(row.sequence_calls for row in ours),
        seconds=float(sum(row.seconds for row in ours)),
        written=tuple(_written(row) for row in ours),
    )


def _sample(process: str, length: int, known: Cells, nats: Array) -> ProfileSample | StepSample:
    if process == "masked":
        return ProfileSample(length, known, nats)
    return StepSample(table_of(process, len(known)), nats)


def _written_columns(written: WrittenSums | None) -> dict[str, float | None]:
    return dict.fromkeys(_WRITTEN) if written is None else vars(written)


def _written(row: ProfileSequenceRow) -> WrittenSums | None:
    if row.divergence_nats is None or row.entropy_nats is None:
        return None
    return WrittenSums(**{name: getattr(row, name) for name in _WRITTEN})


def _lock_model(session: Session, model: ModelRecord) -> None:
    """Makes a model where it does not exist; others that do the same wait until the end.

    What is written first locks the whole of an SQLite file, and the row of a server.
    """
    values = vars(model) | {"source": dict(model.source)}
    # Reading takes half as long without the dialects.
    from sqlalchemy.dialects import postgresql, sqlite

    if session.get_bind().dialect.name == "sqlite":
        session.execute(sqlite.insert(ModelRow).values(values).on_conflict_do_nothing())
        return
    session.execute(postgresql.insert(ModelRow).values(values).on_conflict_do_nothing())
    session.get(ModelRow, model.fingerprint, with_for_update=True)


def _find_id(session: Session, key: ProfileKey) -> int | None:
    return session.scalar(select(ProfileRow.id).filter_by(**key.columns))

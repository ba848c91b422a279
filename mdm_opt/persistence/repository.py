"""What is kept of studies and how it is asked for; the only place with queries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from mdm_opt.errors import InputError
from mdm_opt.persistence.database import open_database, storage_errors
from mdm_opt.persistence.tables import MeasurementRow, ScoreRow, StudyRow


@dataclass(frozen=True)
class StudyRecord:
    """A study as it was created; see `StudyRow`."""

    name: str
    study_file: Mapping[str, Any]
    identity_hash: str
    folder: str
    model_fingerprint: str
    model_length: int
    objective: str
    unit: str
    direction: str
    deterministic: bool
    package_version: str


@dataclass(frozen=True, eq=False)
class MeasurementRecord:
    """A measurement with its scores, float64 ``(instances,)``; see `MeasurementRow`."""

    role: str
    label: str
    budget_steps: int
    steps: int
    schedule: str
    beta_a: float | None
    beta_b: float | None
    counts: list[int]
    scores: npt.NDArray[np.float64]
    nfe: float
    feasible: bool
    guards: Mapping[str, float]
    sequence_calls: int
    seconds: float
    device: str
    trial_number: int | None = None
    id: int | None = None

    @property
    def value(self) -> float:
        """Mean score."""
        return float(self.scores.mean())

    @property
    def instances(self) -> int:
        """Number of instances."""
        return len(self.scores)

    @property
    def standard_error(self) -> float:
        """Of the mean; zero for a single exact score."""
        n = len(self.scores)
        return float(self.scores.std(ddof=1) / np.sqrt(n)) if n > 1 else 0.0


class Repository:
    """Our tables of one database.

    Args:
        url: see `mdm_opt.persistence.database.storage_url`.
        create: whether a missing database is made.

    Raises:
        InputError: where the database cannot be used.
    """

    def __init__(self, url: str, *, create: bool) -> None:
        self.url = url
        self._engine: Engine = open_database(url, create=create)

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()

    def add_study(self, record: StudyRecord) -> None:
        """Keeps a new study; its name must be free."""
        values = vars(record) | {"study_file": json.dumps(record.study_file, sort_keys=True)}
        with storage_errors(self.url), Session(self._engine) as session, session.begin():
            session.add(StudyRow(**values))

    def update_study_file(self, name: str, study_file: Mapping[str, Any], folder: str) -> None:
        """Keeps a changed budget or verification of a study, and where its file lies now."""
        with storage_errors(self.url), Session(self._engine) as session, session.begin():
            row = self._row(session, name)
            row.study_file = json.dumps(study_file, sort_keys=True)
            row.folder = folder

    def find_study(self, name: str) -> StudyRecord | None:
        """The study of that name, or None."""
        with storage_errors(self.url), Session(self._engine) as session:
            row = session.scalar(select(StudyRow).where(StudyRow.name == name))
            return None if row is None else _study_record(row)

    def study(self, name: str) -> StudyRecord:
        """The study of that name.

        Raises:
            InputError: where there is none, listing those there are.
        """
        found = self.find_study(name)
        if found is None:
            names = ", ".join(record.name for record in self.studies()) or "none yet"
            raise InputError(f"no study {name!r} in this database; there are: {names}")
        return found

    def studies(self) -> list[StudyRecord]:
        """All studies in the order of their creation."""
        with storage_errors(self.url), Session(self._engine) as session:
            return [_study_record(r) for r in session.scalars(select(StudyRow).order_by("id"))]

    def delete_study(self, name: str) -> None:
        """Deletes a study with its measurements and scores."""
        with storage_errors(self.url), Session(self._engine) as session, session.begin():
            session.delete(self._row(session, name))

    def add_measurement(self, name: str, record: MeasurementRecord) -> None:
        """Keeps a measurement; that of an earlier attempt at the same trial is replaced."""
        with storage_errors(self.url), Session(self._engine) as session, session.begin():
            study = self._row(session, name)
            if record.trial_number is not None:
                session.execute(
                    delete(MeasurementRow).where(
                        MeasurementRow.study_id == study.id,
                        MeasurementRow.trial_number == record.trial_number,
                    )
                )
            session.add(_measurement_row(study.id, record))

    def replace_verification(
        self, name: str, budget_steps: int, records: Iterable[MeasurementRecord]
    ) -> None:
        """Puts new selection and verification measurements of a budget in place of the old."""
        with storage_errors(self.url), Session(self._engine) as session, session.begin():
            study = self._row(session, name)
            session.execute(
                delete(MeasurementRow).where(
                    MeasurementRow.study_id == study.id,
                    MeasurementRow.budget_steps == budget_steps,
                    MeasurementRow.role != "search",
                )
            )
            for record in records:
                session.add(_measurement_row(study.id, record))
                session.flush()

    def measurements(
        self, name: str, roles: Sequence[str] = ("search", "selection", "verification")
    ) -> list[MeasurementRecord]:
        """Measurements of a study with their scores, oldest first."""
        with storage_errors(self.url), Session(self._engine) as session:
            study = self._row(session, name)
            rows = session.scalars(
                select(MeasurementRow)
                .where(MeasurementRow.study_id == study.id, MeasurementRow.role.in_(roles))
                .order_by(MeasurementRow.id)
            ).all()
            scores = session.execute(
                select(ScoreRow.measurement_id, ScoreRow.score)
                .join(MeasurementRow, MeasurementRow.id == ScoreRow.measurement_id)
                .where(MeasurementRow.study_id == study.id, MeasurementRow.role.in_(roles))
                .order_by(ScoreRow.measurement_id, ScoreRow.instance)
            )
            by_measurement: dict[int, list[float]] = {}
            for measurement_id, score in scores:
                by_measurement.setdefault(measurement_id, []).append(score)
            return [_measurement_record(row, by_measurement[row.id]) for row in rows]

    def finished_trials(self, name: str) -> int:
        """Number of search measurements of a study."""
        with storage_errors(self.url), Session(self._engine) as session:
            count = session.scalar(
                select(func.count(MeasurementRow.id))
                .join(StudyRow)
                .where(StudyRow.name == name, MeasurementRow.role == "search")
            )
            return int(count or 0)

    @staticmethod
    def _row(session: Session, name: str) -> StudyRow:
        row = session.scalar(select(StudyRow).where(StudyRow.name == name))
        if row is None:
            raise InputError(f"no study {name!r} in this database")
        return row


def _study_record(row: StudyRow) -> StudyRecord:
    names = StudyRecord.__dataclass_fields__
    record = StudyRecord(**{field: getattr(row, field) for field in names})
    return replace(record, study_file=json.loads(row.study_file))


def _measurement_row(study_id: int, record: MeasurementRecord) -> MeasurementRow:
    values = {key: value for key, value in vars(record).items() if key not in ("id", "scores")}
    return MeasurementRow(
        study_id=study_id,
        value=record.value,
        standard_error=record.standard_error,
        instances=record.instances,
        scores=[
            ScoreRow(instance=index, score=float(score))
            for index, score in enumerate(record.scores)
        ],
        **values,
    )


def _measurement_record(row: MeasurementRow, scores: list[float]) -> MeasurementRecord:
    names = set(MeasurementRecord.__dataclass_fields__) - {"scores"}
    values = {field: getattr(row, field) for field in names}
    return MeasurementRecord(scores=np.array(scores), **values)

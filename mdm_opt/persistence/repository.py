"""What is kept of studies and how it is asked for; the only place with queries."""

from __future__ import annotations

import json
import weakref
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from mdm_opt.candidates import Candidate
from mdm_opt.errors import InputError
from mdm_opt.persistence.candidates import candidate_of, candidate_row
from mdm_opt.persistence.database import elsewhere, open_database
from mdm_opt.persistence.location import file_identity, shown
from mdm_opt.persistence.measurements import measurement_records, measurement_row
from mdm_opt.persistence.records import MeasurementRecord, ModelRecord, StudyRecord
from mdm_opt.persistence.tables import (
    CandidateRow,
    ExportRow,
    MeasurementRow,
    ModelRow,
    ProfileRow,
    ProfileSequenceRow,
    SampleRow,
    StudyChangeRow,
    StudyProfileRow,
    StudyRow,
    TrialRow,
    VerificationPartRow,
)
from mdm_opt.sample_texts import Sample, read_lines
from mdm_opt.storage_errors import storage_errors

# Measurements whose scores are asked for in one query.
_AT_ONCE = 200


class Repository:
    """Our tables of one database.

    Args:
        url: see `mdm_opt.persistence.storage_url`.
        create: whether missing tables are made.
        adopt: whether they are made beside tables of another program.

    Raises:
        InputError: where the database cannot be used.
    """

    def __init__(self, url: str, *, create: bool, adopt: bool = False) -> None:
        self.url = url
        self.engine: Engine = open_database(url, create=create, adopt=adopt)
        self._file = file_identity(url)
        # A server counts connections; one that nobody uses any more must not wait for its owner
        # to be asked.
        weakref.finalize(self, self.engine.dispose)

    @classmethod
    def through(cls, engine: Engine, url: str) -> Repository:
        """Our tables as they are, by an engine of the caller's; nothing is made or upgraded."""
        found = cls.__new__(cls)
        found.url, found.engine, found._file = url, engine, file_identity(url)
        return found

    def check_file(self) -> None:
        """Refuses to go on where the file of the database is not the one that was opened.

        Raises:
            InputError: where an SQLite file has been deleted or replaced.
        """
        if self._file != file_identity(self.url):
            raise InputError(
                f"storage {shown(self.url)}: the file has been deleted or replaced while it was "
                "used; what was kept in it is not there"
            )

    def close(self) -> None:
        """Gives the connections back."""
        self.engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at its end, with errors in one line."""
        with storage_errors(shown(self.url)), Session(self.engine) as session, session.begin():
            yield session

    def add_study(self, record: StudyRecord) -> None:
        """Keeps a new study; its name must be free."""
        with self.transaction() as session:
            model = vars(record.model) | {"source": dict(record.model.source)}
            session.merge(ModelRow(**model))
            values = vars(record) | {"study_file": json.dumps(record.study_file, sort_keys=True)}
            del values["model"]
            session.add(StudyRow(model_fingerprint=record.model.fingerprint, **values))

    def update_study_file(self, name: str, study_file: Mapping[str, Any], folder: str) -> None:
        """Keeps a changed budget or verification of a study, and where its file lies now."""
        with self.transaction() as session:
            row = self.row(session, name)
            row.study_file = json.dumps(study_file, sort_keys=True)
            row.folder = folder

    def accept_objective(self, name: str, fingerprint: str, reason: str) -> None:
        """Keeps another fingerprint of a study's objective, and why its scores stay comparable."""
        with self.transaction() as session:
            row = self.row(session, name)
            session.add(
                StudyChangeRow(
                    study_id=row.id,
                    before=row.objective_fingerprint,
                    after=fingerprint,
                    reason=reason,
                )
            )
            row.objective_fingerprint = fingerprint

    def accepted_reasons(self, name: str) -> list[str]:
        """Why changes of a study's objective were accepted, oldest first."""
        with self.transaction() as session:
            study = self.row(session, name)
            rows = select(StudyChangeRow.reason).where(StudyChangeRow.study_id == study.id)
            return list(session.scalars(rows.order_by(StudyChangeRow.id)))

    def find_study(self, name: str) -> StudyRecord | None:
        """The study of that name, or None."""
        with self.transaction() as session:
            row = session.scalar(
                select(StudyRow).where(StudyRow.name == name).options(joinedload(StudyRow.model))
            )
            return None if row is None else _study_record(row)

    def study(self, name: str) -> StudyRecord:
        """The study of that name.

        Raises:
            InputError: where there is none, listing those there are.
        """
        found = self.find_study(name)
        if found is None:
            names = ", ".join(record.name for record in self.studies()) or "none yet"
            said = f"no study {name!r} in this database; there are: {names}"
            raise InputError(said + elsewhere(self.url, name))
        return found

    def studies(self) -> list[StudyRecord]:
        """All studies in the order of their creation."""
        with self.transaction() as session:
            rows = session.scalars(
                select(StudyRow).order_by(StudyRow.id).options(joinedload(StudyRow.model))
            )
            return [_study_record(row) for row in rows]

    def delete_study(self, name: str) -> None:
        """Deletes a study with its trials, workers, measurements, scores, samples and exports.

        Its model goes too where no other study and no profile has it.
        """
        with self.transaction() as session:
            row = self.row(session, name)
            fingerprint = row.model_fingerprint
            session.delete(row)
            session.flush()
            others = select(StudyRow.id).where(StudyRow.model_fingerprint == fingerprint)
            profiles = select(ProfileRow.id).where(ProfileRow.model_fingerprint == fingerprint)
            if session.scalar(others.union_all(profiles).limit(1)) is None:
                session.execute(delete(ModelRow).where(ModelRow.fingerprint == fingerprint))

    def add_export(
        self, name: str, *, steps: int, format_name: str, schedule: Mapping[str, Any]
    ) -> None:
        """Keeps a schedule that is handed on."""
        with self.transaction() as session:
            study = self.row(session, name)
            session.add(
                ExportRow(
                    study_id=study.id, steps=steps, format=format_name, schedule=dict(schedule)
                )
            )

    def exports(self, name: str) -> list[Mapping[str, Any]]:
        """Schedules of a study that were handed on, oldest first."""
        with self.transaction() as session:
            study = self.row(session, name)
            rows = session.scalars(
                select(ExportRow).where(ExportRow.study_id == study.id).order_by(ExportRow.id)
            )
            return [row.schedule for row in rows]

    def replace_verification(
        self, name: str, budget_steps: int, records: Iterable[MeasurementRecord]
    ) -> None:
        """Puts new selection and verification measurements of a budget in place of the old.

        What was kept of them while they were made is not needed any more.

        Those of a candidate that a trial has measured share its row.
        """
        with self.transaction() as session:
            # Of two processes that verify at once the second waits here, and replaces the first's.
            session.execute(select(StudyRow.id).where(StudyRow.name == name).with_for_update())
            study = self.row(session, name)
            session.execute(
                delete(MeasurementRow).where(
                    MeasurementRow.study_id == study.id,
                    MeasurementRow.budget_steps == budget_steps,
                    MeasurementRow.role != "search",
                )
            )
            session.execute(
                delete(VerificationPartRow).where(
                    VerificationPartRow.study_id == study.id,
                    VerificationPartRow.budget_steps == budget_steps,
                )
            )
            _delete_unused(session, study.id)
            rows = _candidate_rows(session, study.id)
            for record in records:
                if record.candidate not in rows:
                    rows[record.candidate] = candidate_row(study.id, record.candidate)
                session.add(measurement_row(study.id, record, rows[record.candidate]))
                session.flush()

    def measurements(
        self,
        name: str,
        roles: Sequence[str] = ("search", "selection", "verification"),
        *,
        known: Collection[int] = (),
        numbers: Collection[int] | None = None,
    ) -> list[MeasurementRecord]:
        """Measurements of a study with their scores, without their samples, oldest first.

        Args:
            name: of the study.
            roles: that are asked for.
            known: ids of measurements that need not be read again.
            numbers: of the trials that are asked for; None asks for all.
        """
        with self.transaction() as session:
            study = _study_id(session, name)
            of_study = MeasurementRow.study_id == study, MeasurementRow.role.in_(roles)
            found = session.execute(
                select(MeasurementRow.id, MeasurementRow.trial_number).where(*of_study)
            )
            ids = {id_ for id_, number in found if numbers is None or number in numbers}
            new = sorted(ids - set(known))
            records: list[MeasurementRecord] = []
            for start in range(0, len(new), _AT_ONCE):
                records += measurement_records(session, new[start : start + _AT_ONCE])
            return records

    def verified_steps(self, name: str) -> list[int]:
        """Step counts of a study whose result is verified, in ascending order."""
        asked = (
            select(MeasurementRow.budget_steps)
            .join(StudyRow, StudyRow.id == MeasurementRow.study_id)
            .where(StudyRow.name == name, MeasurementRow.role == "verification")
            .distinct()
        )
        with self.transaction() as session:
            return sorted(session.scalars(asked))

    def samples(
        self, name: str, measurement_ids: Collection[int] | None = None
    ) -> dict[int, list[Sample]]:
        """Samples, from the first instance on, by the id of their measurement.

        Args:
            name: of the study.
            measurement_ids: of the measurements that are asked for; None means all.

        Returns:
            The measurements that have any, oldest first.
        """
        asked = (
            select(SampleRow.measurement_id, SampleRow.text, SampleRow.prompt, SampleRow.lines)
            .join(MeasurementRow, MeasurementRow.id == SampleRow.measurement_id)
            .join(StudyRow, StudyRow.id == MeasurementRow.study_id)
            .where(StudyRow.name == name)
            .order_by(SampleRow.measurement_id, SampleRow.instance)
        )
        if measurement_ids is not None:
            asked = asked.where(SampleRow.measurement_id.in_(measurement_ids))
        with self.transaction() as session:
            found: dict[int, list[Sample]] = {}
            for measurement_id, text, prompt, lines in session.execute(asked):
                sample = Sample(text, prompt or "", read_lines(lines))
                found.setdefault(measurement_id, []).append(sample)
            return found

    def texts(self, measurement_id: int) -> list[str]:
        """Texts of the samples of one measurement, from the first instance on."""
        with self.transaction() as session:
            return list(
                session.scalars(
                    select(SampleRow.text)
                    .where(SampleRow.measurement_id == measurement_id)
                    .order_by(SampleRow.instance)
                )
            )

    def made_at(self, name: str) -> datetime:
        """When a study was made, as naive UTC; one of the same name that came later has another.

        Raises:
            InputError: where there is no such study.
        """
        with self.transaction() as session:
            found = session.scalar(select(StudyRow.created_at).where(StudyRow.name == name))
        if found is None:
            raise _no_study(name)
        return found

    def version(self, name: str) -> tuple[int, ...] | None:
        """Numbers that change whenever something about a study does; None where there is none."""
        with self.transaction() as session:
            study = session.scalar(select(StudyRow.id).where(StudyRow.name == name))
            if study is None:
                return None
            of_study = MeasurementRow.study_id == study
            trials = TrialRow.study_id == study
            counted = [
                select(func.max(MeasurementRow.id)).where(of_study),
                select(func.count(MeasurementRow.id)).where(of_study),
                select(func.count(TrialRow.id)).where(trials),
                select(func.count(TrialRow.worker_id)).where(trials),
                select(func.sum(TrialRow.failures)).where(trials),
                select(func.count(ProfileSequenceRow.sequence)),
                select(func.count(StudyProfileRow.sequence)).where(
                    StudyProfileRow.study_id == study
                ),
            ]
            found = session.execute(select(*(one.scalar_subquery() for one in counted))).one()
            return (study, *(int(value or 0) for value in found))

    @staticmethod
    def row(session: Session, name: str) -> StudyRow:
        """The row of a study."""
        row = session.scalar(select(StudyRow).where(StudyRow.name == name))
        if row is None:
            raise _no_study(name)
        return row


def _study_id(session: Session, name: str) -> int:
    """The id of a study; its row may be long."""
    found = session.scalar(select(StudyRow.id).where(StudyRow.name == name))
    if found is None:
        raise _no_study(name)
    return found


def _no_study(name: str) -> InputError:
    return InputError(f"no study {name!r} in this database")


def _study_record(row: StudyRow) -> StudyRecord:
    names = set(StudyRecord.__dataclass_fields__) - {"model", "study_file"}
    model = ModelRecord(
        **{field: getattr(row.model, field) for field in ModelRecord.__dataclass_fields__}
    )
    return StudyRecord(
        model=model,
        study_file=json.loads(row.study_file),
        **{field: getattr(row, field) for field in names},
    )


def _candidate_rows(session: Session, study_id: int) -> dict[Candidate, CandidateRow]:
    """The candidates of a study, the oldest row of each."""
    rows = session.scalars(
        select(CandidateRow)
        .where(CandidateRow.study_id == study_id)
        .order_by(CandidateRow.id.desc())
        .options(selectinload(CandidateRow.parameters), selectinload(CandidateRow.counts))
    )
    return {candidate_of(row): row for row in rows}


def _delete_unused(session: Session, study_id: int) -> None:
    """Deletes candidates of a study that no trial and no measurement has."""
    used = (
        select(TrialRow.candidate_id)
        .where(TrialRow.study_id == study_id, TrialRow.candidate_id.is_not(None))
        .union_all(select(MeasurementRow.candidate_id).where(MeasurementRow.study_id == study_id))
    )
    session.execute(
        delete(CandidateRow).where(CandidateRow.study_id == study_id, CandidateRow.id.not_in(used))
    )

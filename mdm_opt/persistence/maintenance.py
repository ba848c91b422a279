"""What is done to whole databases: looking before an upgrade, copying studies between two."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Table, insert, select, text
from sqlalchemy import inspect as inspect_tables
from sqlalchemy.orm import Session

from mdm_opt.errors import InputError
from mdm_opt.persistence.database import check_file, make_engine, revisions
from mdm_opt.persistence.location import is_sqlite, shown
from mdm_opt.persistence.repository import Repository
from mdm_opt.persistence.tables import (
    PROFILE_KEY,
    Base,
    CandidateRow,
    CountRow,
    ExportRow,
    MeasurementRow,
    ModelRow,
    ParameterRow,
    ProfileRow,
    ProfileSequenceRow,
    ProfileValueRow,
    SampleRow,
    ScoreRow,
    StudyChangeRow,
    StudyProfileRow,
    StudyRow,
    TrialRow,
    WorkerRow,
)
from mdm_opt.persistence.workers import LOST, database_now
from mdm_opt.storage_errors import storage_errors

_MODELS, _STUDIES, _WORKERS, _TRIALS, _MEASUREMENTS, _SCORES, _EXPORTS = (
    Base.metadata.tables[row.__tablename__]
    for row in (ModelRow, StudyRow, WorkerRow, TrialRow, MeasurementRow, ScoreRow, ExportRow)
)
_SAMPLES = Base.metadata.tables[SampleRow.__tablename__]
_PROFILES, _PROFILE_SEQUENCES, _PROFILE_VALUES = (
    Base.metadata.tables[row.__tablename__]
    for row in (ProfileRow, ProfileSequenceRow, ProfileValueRow)
)
_CANDIDATES, _PARAMETERS, _COUNTS, _STUDY_PROFILES, _STUDY_CHANGES = (
    Base.metadata.tables[row.__tablename__]
    for row in (CandidateRow, ParameterRow, CountRow, StudyProfileRow, StudyChangeRow)
)
_AT_ONCE = 100

Row = dict[str, Any]
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class DatabaseState:
    """A database before an upgrade.

    Attributes:
        revision: of its schema, None where our tables are missing.
        head: this version's revision.
        studies: names.
        workers: host and process of those that are alive.
    """

    revision: str | None
    head: str
    studies: tuple[str, ...]
    workers: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class CopiedStudy:
    """What was copied of a study."""

    name: str
    trials: int
    finished: int
    workers: int
    measurements: int
    scores: int
    samples: int
    exports: int


def database_state(url: str) -> DatabaseState:
    """Looks at a database of any schema that this version knows, and changes nothing.

    Raises:
        InputError: where it cannot be opened, or `upgrade_database` would refuse it.
    """
    if is_sqlite(url):
        check_file(url, create=True)
    engine = make_engine(url)
    try:
        with storage_errors(shown(url)), engine.connect() as connection:
            revision, head = revisions(engine, url)
            tables = inspect_tables(connection).get_table_names()
            studies: tuple[str, ...] = ()
            workers: tuple[tuple[str, int], ...] = ()
            if revision is not None:
                studies = tuple(connection.scalars(select(_STUDIES.c.name)))
            if revision is not None and _WORKERS.name in tables:
                now = database_now(connection)
                open_rows = connection.execute(
                    select(
                        _WORKERS.c.host,
                        _WORKERS.c.pid,
                        _WORKERS.c.heartbeat_at,
                        _WORKERS.c.grace_seconds,
                    ).where(_WORKERS.c.ended_at.is_(None))
                )
                workers = tuple(
                    (host, pid)
                    for host, pid, seen, grace in open_rows
                    if now - seen <= timedelta(seconds=grace)
                )
            return DatabaseState(revision, head, studies, workers)
    finally:
        engine.dispose()


@contextmanager
def held_still(repository: Repository, name: str) -> Iterator[Session]:
    """A session in which a study is read as it is now, while no worker can join or finish a trial.

    Args:
        repository: where the study is.
        name: of the study.

    Raises:
        InputError: where there is none.
    """
    with storage_errors(shown(repository.url)), Session(repository.engine) as session:
        if not is_sqlite(repository.url):
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            # Nothing is asked here while Optuna's part is copied.
            session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        found = select(StudyRow.id).where(StudyRow.name == name).with_for_update()
        if session.scalar(found) is None:
            raise InputError(f"no study {name!r} in {shown(repository.url)}")
        yield session
        session.rollback()


def copy_study(source: Session, target: Session, name: str) -> CopiedStudy:
    """Copies a study's rows in our tables, all values as they are; ids become new ones.

    Trials that a worker holds are free in the copy, and workers that have not ended are lost.
    """
    study = _rows(source, _STUDIES, _STUDIES.c.name == name)[0]
    before = study.pop("id")
    profiles = _copy_model(source, target, study["model_fingerprint"])
    after = _insert(target, _STUDIES, [study])[0]
    _copy_study_profile(source, target, before, after, profiles)
    new = {"worker_id": _copy_workers(source, target, before, after)}
    new["candidate_id"] = _copy_candidates(source, target, before, after)
    trials = _copied(source, _TRIALS, before, after, new)
    for trial in trials:
        trial.pop("id")
        if trial["finished_at"] is None:
            trial["worker_id"] = None
    _insert(target, _TRIALS, trials)
    measurements = _copied(source, _MEASUREMENTS, before, after, new)
    scores = samples = 0
    for part in batched(measurements):
        new_ids = _copy_measurements(target, part)
        scores += _copy_instances(source, target, _SCORES, new_ids)
        samples += _copy_instances(source, target, _SAMPLES, new_ids)
    exports = _copied(source, _EXPORTS, before, after, new)
    changes = _copied(source, _STUDY_CHANGES, before, after, new)
    for row in (*exports, *changes):
        row.pop("id")
    _insert(target, _EXPORTS, exports)
    _insert(target, _STUDY_CHANGES, changes)
    return CopiedStudy(
        name=name,
        trials=len(trials),
        finished=sum(trial["finished_at"] is not None for trial in trials),
        workers=len(new["worker_id"]),
        measurements=len(measurements),
        scores=scores,
        samples=samples,
        exports=len(exports),
    )


def _copy_model(source: Session, target: Session, fingerprint: str) -> dict[int, int]:
    """Copies a model and its profiles, unless the target has them.

    Returns:
        Ids of profiles there by those here.
    """
    mine = _MODELS.c.fingerprint == fingerprint
    if not _rows(target, _MODELS, mine):
        target.execute(insert(_MODELS), _rows(source, _MODELS, mine))
    there = {
        _profile_key(row): int(row["id"])
        for row in _rows(target, _PROFILES, _of_model(fingerprint))
    }
    ids = {}
    for profile in _rows(source, _PROFILES, _of_model(fingerprint)):
        before, key = profile.pop("id"), _profile_key(profile)
        if key not in there:
            there[key] = _insert(target, _PROFILES, [profile])[0]
            every = _sequences(source, before)
            _copy_sequences(source, target, before, there[key], every)
        ids[before] = there[key]
    return ids


def _sequences(session: Session, profile: int) -> set[int]:
    """Numbers of the sequences of a profile."""
    columns = _PROFILE_SEQUENCES.c
    return set(session.scalars(select(columns.sequence).where(columns.profile_id == profile)))


def _copy_sequences(
    source: Session, target: Session, before: int, after: int, numbers: Collection[int]
) -> None:
    """Copies some sequences of a profile."""
    for table in (_PROFILE_SEQUENCES, _PROFILE_VALUES):
        for part in batched(sorted(numbers)):
            chosen = (table.c.profile_id == before) & table.c.sequence.in_(part)
            rows = _rows(source, table, chosen)
            if rows:
                target.execute(insert(table), [row | {"profile_id": after} for row in rows])


def _copy_study_profile(
    source: Session, target: Session, before: int, after: int, profiles: dict[int, int]
) -> None:
    """Copies which sequences a study ranks with, and those of them that the target has not."""
    rows = _rows(source, _STUDY_PROFILES, _STUDY_PROFILES.c.study_id == before)
    for profile in {row["profile_id"] for row in rows}:
        used = {row["sequence"] for row in rows if row["profile_id"] == profile}
        missing = used - _sequences(target, profiles[profile])
        _copy_sequences(source, target, profile, profiles[profile], missing)
    for row in rows:
        row |= {"study_id": after, "profile_id": profiles[row["profile_id"]]}
    if rows:
        target.execute(insert(_STUDY_PROFILES), rows)


def _copy_candidates(source: Session, target: Session, before: int, after: int) -> dict[int, int]:
    """New ids by old ones."""
    candidates = _copied(source, _CANDIDATES, before, after, {})
    old = [row.pop("id") for row in candidates]
    new = dict(zip(old, _insert(target, _CANDIDATES, candidates), strict=True))
    for table in (_PARAMETERS, _COUNTS):
        for part in batched(old):
            rows = _rows(source, table, table.c.candidate_id.in_(part))
            for row in rows:
                row["candidate_id"] = new[row["candidate_id"]]
            if rows:
                target.execute(insert(table), rows)
    return new


def batched(rows: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    """Some at a time: a statement of PostgreSQL has 65,535 parameters at most."""
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]


def _of_model(fingerprint: str) -> ColumnElement[bool]:
    return _PROFILES.c.model_fingerprint == fingerprint


def _profile_key(profile: Row) -> tuple[Any, ...]:
    return tuple(profile[key] for key in PROFILE_KEY)


def _copy_workers(source: Session, target: Session, before: int, after: int) -> dict[int, int]:
    """New ids by old ones."""
    rows = _copied(source, _WORKERS, before, after, {})
    old = [row.pop("id") for row in rows]
    for row in rows:
        if row["ended_at"] is None:
            row["ended_at"], row["ended"] = row["heartbeat_at"], LOST
    return dict(zip(old, _insert(target, _WORKERS, rows), strict=True))


def _copy_measurements(target: Session, rows: Sequence[Row]) -> dict[int, int]:
    """New ids by old ones."""
    old = [row.pop("id") for row in rows]
    return dict(zip(old, _insert(target, _MEASUREMENTS, rows), strict=True))


def _copy_instances(
    source: Session, target: Session, table: Table, new_ids: dict[int, int]
) -> int:
    """Copies what belongs to instances of measurements; returns the number of rows.

    Texts can be long, so that there are never many rows in memory.
    """
    found = source.execute(
        select(table)
        .where(table.c.measurement_id.in_(new_ids))
        .order_by(*table.primary_key)
        .execution_options(yield_per=_AT_ONCE)
    )
    copied = 0
    for part in found.mappings().partitions():
        rows = [
            row | {"measurement_id": new_ids[row["measurement_id"]]} for row in map(dict, part)
        ]
        target.execute(insert(table), rows)
        copied += len(rows)
    return copied


def _copied(
    source: Session, table: Table, before: int, after: int, new: dict[str, dict[int, int]]
) -> list[Row]:
    """A study's rows of a table with the ids that the copy has.

    Args:
        source: where they are.
        table: of the rows.
        before: id of the study there.
        after: id of its copy.
        new: ids of the copy by those here, for each column that holds some.
    """
    rows = _rows(source, table, table.c.study_id == before)
    for row in rows:
        row["study_id"] = after
        for column, ids in new.items():
            if row.get(column) is not None:
                row[column] = ids[row[column]]
    return rows


def _rows(session: Session, table: Table, condition: Any) -> list[Row]:
    found = session.execute(select(table).where(condition).order_by(*table.primary_key))
    return [dict(row) for row in found.mappings()]


def _insert(session: Session, table: Table, rows: Sequence[Row]) -> list[int]:
    """Inserts rows; returns their new ids in the same order."""
    if not rows:
        return []
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list(session.scalars(statement, rows))

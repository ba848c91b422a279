"""The workers of a study: registered, alive while they send heartbeats, and ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, DateTime, func, select, type_coerce, update
from sqlalchemy.orm import Session

from mdm_opt.persistence.records import WorkerRecord
from mdm_opt.persistence.repository import Repository
from mdm_opt.persistence.tables import TrialRow, WorkerRow

# Why a worker ended that was ended by others.
LOST = "lost"
# The error of a trial whose worker ended, and nobody saw how.
DIED = "the process that measured it died"


class Workers:
    """The workers of one study.

    Args:
        repository: the database.
        study_id: of the study's row.
    """

    def __init__(self, repository: Repository, study_id: int) -> None:
        self._repository, self._study_id = repository, study_id

    def register(self, host: str, pid: int, device: str, version: str, grace: float) -> int:
        """Keeps a new worker; returns its id."""
        with self._repository.transaction() as session:
            now = database_now(session)
            row = WorkerRow(
                study_id=self._study_id,
                host=host,
                pid=pid,
                device=device,
                package_version=version,
                grace_seconds=grace,
                started_at=now,
                heartbeat_at=now,
            )
            session.add(row)
            session.flush()
            return row.id

    def beat(self, worker_id: int, *, free_lost: bool = True) -> None:
        """Says that a worker lives, even one that was thought dead.

        Args:
            worker_id: of the worker.
            free_lost: whether to take trials from dead workers, too.
        """
        with self._repository.transaction() as session:
            session.execute(
                update(WorkerRow)
                .where(
                    WorkerRow.id == worker_id,
                    WorkerRow.ended.is_(None) | (WorkerRow.ended == LOST),
                )
                .values(heartbeat_at=database_now(session), ended_at=None, ended=None)
            )
        if free_lost:
            self.free_lost()

    def free_lost(self, *, all_but: int | None = None) -> int:
        """Takes trials from workers without a heartbeat within their grace period.

        Args:
            all_but: where only this worker can be alive, all others are dead.

        Returns:
            The number of workers that were found dead.
        """
        with self._repository.transaction() as session:
            now = database_now(session)
            seen = session.scalars(
                select(WorkerRow).where(
                    WorkerRow.study_id == self._study_id, WorkerRow.ended_at.is_(None)
                )
            ).all()
            lost = [
                row
                for row in seen
                if (now - row.heartbeat_at).total_seconds() > row.grace_seconds
                or (all_but is not None and row.id != all_but)
            ]
            ended = sum(self._end_lost(session, row.id, row.heartbeat_at) for row in lost)
            self._release_from_the_ended(session)
            return ended

    def died(self, host: str, pid: int, error: str) -> None:
        """Ends the worker of a process that has died; its trial has failed.

        Args:
            host: of the process.
            pid: of the process, the last one of that number.
            error: how it died, in words.
        """
        with self._repository.transaction() as session:
            row = session.scalar(
                select(WorkerRow)
                .where(
                    WorkerRow.study_id == self._study_id,
                    WorkerRow.host == host,
                    WorkerRow.pid == pid,
                    WorkerRow.ended_at.is_(None),
                )
                .order_by(WorkerRow.id.desc())
                .limit(1)
            )
            if row is not None:
                self._end_lost(session, row.id, row.heartbeat_at, error)

    def end(self, worker_id: int, reason: str) -> None:
        """Keeps why a worker stopped, and gives back what it holds."""
        with self._repository.transaction() as session:
            session.execute(
                update(WorkerRow)
                .where(WorkerRow.id == worker_id)
                .values(ended_at=func.current_timestamp(), ended=reason)
            )
            self._release(session, worker_id)

    def release(self, worker_id: int) -> None:
        """Gives back what a worker holds."""
        with self._repository.transaction() as session:
            self._release(session, worker_id)

    def all(self) -> list[WorkerRecord]:
        """All workers that the study has had, oldest first."""
        names = set(WorkerRecord.__dataclass_fields__) - {"silent_seconds"}
        with self._repository.transaction() as session:
            now = database_now(session)
            rows = session.scalars(
                select(WorkerRow).where(WorkerRow.study_id == self._study_id).order_by("id")
            )
            return [
                WorkerRecord(
                    silent_seconds=(now - row.heartbeat_at).total_seconds(),
                    **{name: getattr(row, name) for name in names},
                )
                for row in rows
            ]

    def alive(self) -> list[WorkerRecord]:
        """Workers that have not ended, and have shown life within their grace period."""
        return [
            worker
            for worker in self.all()
            if worker.ended is None and worker.silent_seconds <= worker.grace_seconds
        ]

    def _end_lost(
        self, session: Session, worker_id: int, seen: datetime, error: str = DIED
    ) -> bool:
        """Ends a worker unless it has shown life since; True where it has not."""
        ended = session.scalar(
            update(WorkerRow)
            .where(
                WorkerRow.id == worker_id,
                WorkerRow.heartbeat_at == seen,
                WorkerRow.ended_at.is_(None),
            )
            .values(ended_at=func.current_timestamp(), ended=LOST)
            .returning(WorkerRow.id)
        )
        if ended is not None:
            # A candidate on which processes die again and again must not hold up the others.
            session.execute(
                update(TrialRow)
                .where(
                    TrialRow.worker_id == worker_id,
                    TrialRow.finished_at.is_(None),
                    TrialRow.trial_number.is_not(None),
                )
                .values(failures=TrialRow.failures + 1, last_error=error)
            )
            self._release(session, worker_id)
        return ended is not None

    def _release_from_the_ended(self, session: Session) -> None:
        """Frees what a worker took after its end: one that was thought dead and then died."""
        ended = select(WorkerRow.id).where(
            WorkerRow.study_id == self._study_id, WorkerRow.ended_at.is_not(None)
        )
        session.execute(
            update(TrialRow)
            .where(
                TrialRow.study_id == self._study_id,
                TrialRow.finished_at.is_(None),
                TrialRow.worker_id.in_(ended),
            )
            .values(worker_id=None)
            .execution_options(synchronize_session=False)
        )

    def _release(self, session: Session, worker_id: int) -> None:
        session.execute(
            update(TrialRow)
            .where(TrialRow.worker_id == worker_id, TrialRow.finished_at.is_(None))
            .values(worker_id=None)
        )


def database_now(session: Session | Connection) -> datetime:
    """The clock that all workers share, as naive UTC."""
    now: datetime = session.scalars(select(type_coerce(func.current_timestamp(), DateTime))).one()
    return now.replace(tzinfo=None)

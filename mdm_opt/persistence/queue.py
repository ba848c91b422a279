"""The trials of a study's budget, which workers take, begin and finish.

A study of N trials has N rows. A worker takes one, begins it with a number and a candidate,
measures it, and finishes it together with its measurement in one transaction: whatever dies, N
trials mean N measurements. Every call can be repeated after a lost connection.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, case, delete, func, select, update
from sqlalchemy.orm import Session

from mdm_opt.candidates import Candidate, Seed
from mdm_opt.errors import InputError
from mdm_opt.persistence.budget import SEARCHED, missing, without_surplus
from mdm_opt.persistence.candidates import candidate_of, candidate_row, with_candidate
from mdm_opt.persistence.measurements import measurement_row
from mdm_opt.persistence.records import (
    MAX_FAILURES,
    Finished,
    MeasurementRecord,
    Progress,
    TrialRecord,
)
from mdm_opt.persistence.repository import Repository
from mdm_opt.persistence.tables import StudyRow, TrialRow
from mdm_opt.persistence.workers import Workers

# Of the lock under which trials get their numbers.
_NUMBERING = 0x6D646D6E
# Sessions here are empty: there is nothing in them to bring up to date.
_PLAIN = {"synchronize_session": False}


class TrialQueue:
    """The budget of one study.

    Args:
        repository: the database.
        name: of the study.

    Attributes:
        workers: that take its trials.

    Raises:
        InputError: where there is no such study.
    """

    def __init__(self, repository: Repository, name: str) -> None:
        self._repository = repository
        with repository.transaction() as session:
            self._study_id = repository.row(session, name).id
        self.workers = Workers(repository, self._study_id)

    def plan(
        self, seeds: Sequence[Seed], steps: Sequence[int], total: int, *, after: int = -1
    ) -> None:
        """Makes the budget ``total`` trials: seeds that have none yet, then searched ones.

        Step counts get equal shares. Trials that are taken or finished are never removed, and
        those that were given up may be tried again, under another number.

        Args:
            seeds: in the order in which they are tried.
            steps: step counts of the study.
            total: trials in all.
            after: see `begin`.
        """
        with self._repository.transaction() as session:
            # One process at a time plans; others wait here. Workers, whose measurements refer to
            # the study, do not.
            session.execute(
                select(StudyRow.id)
                .where(StudyRow.id == self._study_id)
                .with_for_update(key_share=True)
            )
            self._one_at_a_time(session)
            # No worker can take what is about to be removed.
            rows = list(
                session.scalars(
                    select(TrialRow)
                    .where(self._ours())
                    .order_by(TrialRow.position)
                    .with_for_update()
                )
            )
            for row in rows:
                given_up = row.worker_id is None and row.failures >= MAX_FAILURES
                if given_up and row.finished_at is None:
                    # Once more, after all others.
                    row.trial_number = self._next_number(session, after)
                    row.failures = MAX_FAILURES - 1
                session.flush()
            rows = without_surplus(session, rows, total)
            position = rows[-1].position + 1 if rows else 0
            for label, count, candidate in missing(rows, seeds, steps, total):
                row = TrialRow(
                    study_id=self._study_id, position=position, label=label, steps=count
                )
                if candidate is not None:
                    row.candidate = candidate_row(self._study_id, candidate)
                session.add(row)
                position += 1

    def claim(self, worker_id: int) -> TrialRecord | None:
        """Takes the next trial: one that the worker holds already, else the first that is free.

        Those that have failed come last.
        """
        mine = TrialRow.worker_id == worker_id
        free = TrialRow.worker_id.is_(None) & (TrialRow.failures < MAX_FAILURES)
        candidate = (
            select(TrialRow.id)
            .where(self._ours(), TrialRow.finished_at.is_(None), mine | free)
            .order_by(case((mine, 0), else_=1), TrialRow.failures, TrialRow.position)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        with self._repository.transaction() as session:
            row = session.scalar(
                update(TrialRow)
                .where(TrialRow.id == candidate)
                .values(
                    worker_id=worker_id,
                    attempts=TrialRow.attempts + 1,
                    started_at=func.current_timestamp(),
                )
                .returning(TrialRow)
                .execution_options(**_PLAIN)
            )
            return None if row is None else _trial_record(row)

    def begin(self, trial: TrialRecord, candidate: Candidate, *, after: int = -1) -> TrialRecord:
        """Gives a trial its number and its candidate, unless it has them.

        Args:
            trial: of the budget.
            candidate: of the trial.
            after: a number that is taken though no trial has it.

        Returns:
            The trial as it is now: with another candidate where it was taken over.

        Raises:
            InputError: where the study has been deleted meanwhile.
        """
        with self._repository.transaction() as session:
            self._one_at_a_time(session)
            row = session.scalar(
                select(TrialRow)
                .where(TrialRow.id == trial.id)
                .options(*with_candidate(TrialRow.candidate))
            )
            if row is None:
                raise InputError("the study has been deleted while it was being worked on")
            if row.trial_number is None:
                row.trial_number = self._next_number(session, after)
            if row.candidate is None:
                row.candidate = candidate_row(self._study_id, candidate)
            session.flush()
            return _trial_record(row)

    def _next_number(self, session: Session, after: int) -> int:
        """The number of the next trial that is begun."""
        last = session.scalar(select(func.max(TrialRow.trial_number)).where(self._ours()))
        return max(after, -1 if last is None else last) + 1

    def _one_at_a_time(self, session: Session) -> None:
        """Until the transaction ends, others that give numbers wait here."""
        if session.get_bind().dialect.name != "sqlite":
            session.execute(select(func.pg_advisory_xact_lock(_NUMBERING, self._study_id)))

    def finish(
        self, trial: TrialRecord, worker_id: int, record: MeasurementRecord, *, after: int = -1
    ) -> Finished | None:
        """Finishes a trial with its measurement; the first worker to do so wins.

        Args:
            trial: of the budget.
            worker_id: of the worker.
            record: what it has measured.
            after: see `begin`.

        Returns:
            None where another worker had finished the trial.
        """
        with self._repository.transaction() as session:
            self._one_at_a_time(session)
            won = session.scalar(
                update(TrialRow)
                .where(TrialRow.id == trial.id, TrialRow.finished_at.is_(None))
                .values(worker_id=worker_id, finished_at=func.current_timestamp(), last_error=None)
                .returning(TrialRow)
                .execution_options(**_PLAIN)
            )
            if won is not None:
                won.candidate = won.candidate or candidate_row(self._study_id, record.candidate)
                # Optuna's trial of one that was given up has failed, which cannot be undone.
                if won.trial_number is None or won.failures >= MAX_FAILURES:
                    won.trial_number = self._next_number(session, after)
                kept = replace(record, trial_number=won.trial_number)
                session.add(measurement_row(self._study_id, kept, won.candidate))
                session.flush()
            number = self._finished_by(session, trial, worker_id)
            counts = select(func.count(TrialRow.finished_at), func.count()).where(self._ours())
            return None if number is None else Finished(number, *session.execute(counts).one())

    def fail(self, trial: TrialRecord, worker_id: int, error: str) -> None:
        """Counts an error of the model or the objective, and gives the trial back."""
        with self._repository.transaction() as session:
            session.execute(
                update(TrialRow)
                .where(TrialRow.id == trial.id, TrialRow.worker_id == worker_id)
                .values(worker_id=None, failures=TrialRow.failures + 1, last_error=error)
            )

    def end_search(self, steps: int, worker_id: int) -> int:
        """Removes the trials of a step count that have no candidate yet, but for others' trials.

        Args:
            steps: step count.
            worker_id: whose own trial is removed, too.

        Returns:
            How many there were.
        """
        nobody_else = TrialRow.worker_id.is_(None) | (TrialRow.worker_id == worker_id)
        with self._repository.transaction() as session:
            self._one_at_a_time(session)
            removed = session.scalars(
                delete(TrialRow)
                .where(
                    self._ours(),
                    TrialRow.steps == steps,
                    TrialRow.finished_at.is_(None),
                    TrialRow.trial_number.is_(None),
                    TrialRow.candidate_id.is_(None),
                    nobody_else,
                )
                .returning(TrialRow.id)
                .execution_options(**_PLAIN)
            )
            return len(removed.all())

    def waiting_seeds(self, steps: int) -> bool:
        """Whether there are seeds of a step count that are neither finished nor given up."""
        unfinished = TrialRow.finished_at.is_(None) & (TrialRow.failures < MAX_FAILURES)
        with self._repository.transaction() as session:
            found = session.scalar(
                select(TrialRow.id)
                .where(self._ours(), TrialRow.steps == steps, TrialRow.label != SEARCHED)
                .where(unfinished)
                .limit(1)
            )
            return found is not None

    def begun(self) -> list[TrialRecord]:
        """Trials that have a number and are not finished, by position."""
        return self.trials(finished=False, numbers=(), since=0)

    def given_up(self) -> list[TrialRecord]:
        """Trials that nobody takes any more, by position."""
        return [trial for trial in self.trials(finished=False) if trial.given_up]

    def trials(
        self,
        *,
        numbers: Collection[int] | None = None,
        since: int = 0,
        finished: bool | None = None,
    ) -> list[TrialRecord]:
        """Trials of the budget by position.

        Args:
            numbers: of those that are asked for; None asks for all.
            since: besides these, all numbers from here on.
            finished: only those that are, or are not.
        """
        asked = [self._ours()]
        if finished is not None:
            asked.append(TrialRow.finished_at.is_not(None) == finished)
        if numbers is not None:
            number = TrialRow.trial_number
            asked.append(number.in_(numbers) | (number >= since))
        with self._repository.transaction() as session:
            rows = session.scalars(
                select(TrialRow)
                .where(*asked)
                .order_by(TrialRow.position)
                .options(*with_candidate(TrialRow.candidate))
            )
            return [_trial_record(row) for row in rows]

    def progress(self) -> Progress:
        """Trials by state."""
        unfinished = TrialRow.finished_at.is_(None)
        running = unfinished & TrialRow.worker_id.is_not(None)
        failed = unfinished & TrialRow.worker_id.is_(None) & (TrialRow.failures >= MAX_FAILURES)
        with self._repository.transaction() as session:
            counts = session.execute(
                select(
                    func.count(),
                    func.count(TrialRow.finished_at),
                    func.sum(case((running, 1), else_=0)),
                    func.sum(case((failed, 1), else_=0)),
                ).where(self._ours())
            ).one()
        return Progress(*(int(count or 0) for count in counts))

    def _ours(self) -> ColumnElement[bool]:
        return TrialRow.study_id == self._study_id

    def _finished_by(self, session: Session, trial: TrialRecord, worker_id: int) -> int | None:
        """The number of a trial that this worker has finished, maybe in a call that was lost."""
        return session.scalar(
            select(TrialRow.trial_number).where(
                TrialRow.id == trial.id,
                TrialRow.worker_id == worker_id,
                TrialRow.finished_at.is_not(None),
            )
        )


def _trial_record(row: TrialRow) -> TrialRecord:
    names = set(TrialRecord.__dataclass_fields__) - {"candidate"}
    candidate = None if row.candidate is None else candidate_of(row.candidate)
    return TrialRecord(candidate=candidate, **{name: getattr(row, name) for name in names})

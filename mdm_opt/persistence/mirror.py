"""Our trials in Optuna's tables, for optuna-dashboard and for programs that read with Optuna.

Our tables are the truth; what is here is brought up to date from them, whatever was killed in
between. Nothing is ever read from here except how far it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, TrialState, create_trial
from sqlalchemy import func, select, text

from mdm_opt.candidates import Choice, Family, Parameter
from mdm_opt.config import StudyFile
from mdm_opt.errors import InputError
from mdm_opt.persistence.location import is_sqlite
from mdm_opt.persistence.optuna_tables import (
    LABEL,
    MEASURED,
    NOT_FOUND,
    OURS,
    POSITION,
    make_study,
    name_is_taken,
    optuna_storage,
    storage_errors_of,
)
from mdm_opt.persistence.queue import TrialQueue
from mdm_opt.persistence.records import MeasurementRecord, TrialRecord
from mdm_opt.persistence.repository import Repository

_LOCK = 0x6D646D6D
# How often the study is made anew because another program adds trials to it.
_ATTEMPTS = 3
# A number that no trial has.
_NEVER = 2**31 - 1


class _ForeignTrial(Exception):
    """Another program's trial has the number of one of ours."""


@dataclass(frozen=True)
class _State:
    """How far the mirror is: a study's id, its trials, and those that are not over."""

    study_id: int
    trials: int
    unfinished: Mapping[int, int]


class Mirror:
    """A study in Optuna's tables. One step count: one objective. Several: quality and NFE.

    Args:
        repository: the database.
        study_file: the study.
        length: tokens of one sequence.

    Raises:
        InputError: where there is no such study.
    """

    def __init__(self, repository: Repository, study_file: StudyFile, length: int) -> None:
        self._repository, self._file, self._length = repository, study_file, length
        self._name = study_file.study.name
        self._record = repository.study(self._name)
        self._queue = TrialQueue(repository, self._name)
        self._measured: dict[int | None, MeasurementRecord] = {}
        # Numbers below are known to be those of our trials.
        self._ours_below = 0
        self._largest = -1

    @cached_property
    def _storage(self) -> BaseStorage:
        return optuna_storage(self._repository.engine)

    def sync(self, *, wait: bool = True) -> int:
        """Brings Optuna's tables to what our tables say.

        A study that is missing is made, a trial that has been begun is entered under its number,
        one that is finished gets its value, one that was given up or that nobody knows fails.
        Trials that another program adds stay, and ours go on behind them; where one has taken the
        number of a trial of ours, the study is made anew without them.

        Args:
            wait: for another process that does the same; without, it is left to that one.

        Returns:
            The largest number that a trial is known to have there; -1 without any.

        Raises:
            InputError: where the database cannot be used, or another program's study has the name.
        """
        with storage_errors_of(self._repository.engine), self._alone(wait) as check:
            if check is not None:
                self._largest = self._repeated(check)
            return self._largest

    def _repeated(self, check: Callable[[], object]) -> int:
        for _ in range(_ATTEMPTS):
            try:
                return self._sync(check)
            except _ForeignTrial:
                # Others may have made it anew since, where the lock is ours no longer.
                check()
                self._delete()
            except KeyError as error:
                # Another program has deleted the study meanwhile.
                if error.args != (NOT_FOUND,):
                    raise
                check()
                self._ours_below = 0
        raise InputError(
            f"study {self._name!r}: another program changes it in Optuna's tables all the time"
        )

    def _delete(self) -> None:
        optuna.delete_study(study_name=self._name, storage=self._storage)
        self._ours_below = 0

    def _sync(self, check: Callable[[], object]) -> int:
        state = self._state()
        self._check_ours(state)
        ours = {
            trial.trial_number: trial
            for trial in self._queue.trials(numbers=state.unfinished, since=state.trials)
        }
        wanted = [n for n, trial in ours.items() if n is not None and trial.finished_at]
        self._measured = self._measurements(wanted)
        for number, trial_id in state.unfinished.items():
            self._end(number, trial_id, ours.get(number))
        last = max((n for n in ours if n is not None), default=-1)
        for number in range(state.trials, last + 1):
            check()
            self._enter(state.study_id, number, ours.get(number))
        self._ours_below = max(self._ours_below, last + 1)
        return max(state.trials - 1, last)

    def _measurements(self, numbers: Sequence[int]) -> dict[int | None, MeasurementRecord]:
        if not numbers:
            return {}
        found = self._repository.measurements(self._name, ["search"], numbers=numbers)
        return {record.trial_number: record for record in found}

    def _check_ours(self, state: _State) -> None:
        """Raises where a number of ours has been taken by a trial that is not labelled."""
        unlabelled = text(
            "SELECT t.number FROM trials t LEFT JOIN trial_user_attributes a "
            "ON a.trial_id = t.trial_id AND a.key = :label "
            "WHERE t.study_id = :study AND t.number >= :first AND a.trial_id IS NULL "
            "AND t.state <> 'FAIL'"
        )
        of = {"study": state.study_id, "first": self._ours_below, "label": LABEL}
        with self._repository.engine.connect() as connection:
            foreign = set(connection.scalars(unlabelled, of))
        if foreign and any(self._queue.trials(numbers=foreign, since=_NEVER)):
            raise _ForeignTrial

    def _end(self, number: int, trial_id: int, trial: TrialRecord | None) -> None:
        """Ends a trial that is not over in Optuna, where it is in our tables."""
        with _finished_meanwhile():
            if trial is None or trial.given_up:
                self._storage.set_trial_state_values(trial_id, TrialState.FAIL)
            elif trial.finished_at is not None and number in self._measured:
                record = self._measured[number]
                self._storage.set_trial_user_attr(trial_id, MEASURED, self._facts(record))
                guards = _constraints(record)
                known = self._storage.get_trial(trial_id).system_attrs if guards else {}
                for key, guard in guards.items():
                    if key not in known:
                        self._storage.set_trial_system_attr(trial_id, key, guard)
                state, values = self._outcome(record)
                self._storage.set_trial_state_values(trial_id, state, values)

    def _enter(self, study_id: int, number: int, trial: TrialRecord | None) -> None:
        """Enters a trial that Optuna has not; a number that no trial has becomes a failed one."""
        template = self._template(trial)
        made = self._storage.create_new_trial(study_id, template)
        # Optuna's own call reads the whole trial, which takes ten times as long.
        query = text("SELECT number FROM trials WHERE trial_id = :trial_id")
        with self._repository.engine.connect() as connection:
            given = int(connection.execute(query, {"trial_id": made}).scalar_one())
        if given != number:
            raise _ForeignTrial

    def _template(self, trial: TrialRecord | None) -> FrozenTrial:
        if trial is None or trial.candidate is None:
            return create_trial(state=TrialState.FAIL)
        candidate = trial.candidate
        position = self._family.position(candidate)
        bounds = self._file.space.bounds
        dimensions = distributions(self._family.dimensions(candidate.steps, bounds))
        found = create_trial(
            state=TrialState.FAIL if trial.given_up else TrialState.RUNNING,
            params={"steps": candidate.steps, **position},
            # Where several families are searched, a trial has the dimensions of its own.
            distributions={
                "steps": CategoricalDistribution(self._file.space.steps),
                **{name: dimensions[name] for name in position},
            },
            user_attrs={LABEL: trial.label, POSITION: trial.position}
            | ({} if candidate.counts is None else {"counts": list(candidate.counts)}),
        )
        found.datetime_start = _local(trial.started_at) or found.datetime_start
        record = self._measured.get(trial.trial_number)
        if trial.finished_at is not None and record is not None:
            found.user_attrs[MEASURED] = self._facts(record)
            found.system_attrs.update(_constraints(record))
            found.state, found.values = self._outcome(record)
            found.datetime_complete = _local(trial.finished_at)
        return found

    def _outcome(self, record: MeasurementRecord) -> tuple[TrialState, list[float] | None]:
        """A race that was lost gets no value, which would not be comparable."""
        if record.stopped_early:
            return TrialState.PRUNED, None
        several = len(self._file.space.steps) > 1
        values = [record.value, record.nfe] if several else [record.value]
        return TrialState.COMPLETE, values

    def _facts(self, record: MeasurementRecord) -> dict[str, object]:
        counts = record.candidate.plan(self._file.decoding, self._length).counts
        return {
            "counts": [] if counts is None else counts.tolist(),
            "nfe": record.nfe,
            "value": record.value if record.paired_value is None else record.paired_value,
            "standard_error": record.standard_error,
            "instances": record.instances,
        }

    @property
    def _family(self) -> Family:
        return self._file.family

    def _state(self) -> _State:
        """What Optuna's tables have, asked in three short queries; makes the study first."""
        found = self._study_id()
        if found is None:
            make_study(self._storage, self._file, self._record.direction)
            found = self._study_id() or 0
        count = text("SELECT COUNT(*) FROM trials WHERE study_id = :study")
        open_ones = text(
            "SELECT number, trial_id FROM trials WHERE study_id = :study "
            "AND state IN ('RUNNING', 'WAITING') ORDER BY number"
        )
        of = {"study": found}
        with self._repository.engine.connect() as connection:
            trials = int(connection.execute(count, of).scalar_one())
            rows = connection.execute(open_ones, of).all()
        return _State(found, trials, {int(number): int(trial) for number, trial in rows})

    def _study_id(self) -> int | None:
        """Optuna's id of the study; None where it is missing."""
        query = text(
            "SELECT s.study_id, a.key FROM studies s LEFT JOIN study_user_attributes a "
            "ON a.study_id = s.study_id AND a.key = :ours WHERE s.study_name = :name"
        )
        with self._repository.engine.connect() as connection:
            found = connection.execute(query, {"name": self._name, "ours": OURS}).first()
        if found is not None and found.key is None:
            raise name_is_taken(self._name)
        return None if found is None else int(found.study_id)

    @contextmanager
    def _alone(self, wait: bool) -> Iterator[Callable[[], object] | None]:
        """Lets one process at a time work on the mirror; an SQLite file has one worker anyway.

        Gives what raises where the lock has been lost, which happens where its holder freezes;
        None where another process has it and is not waited for.
        """
        engine = self._repository.engine
        if is_sqlite(self._repository.url):
            yield lambda: None
            return
        with engine.connect() as connection, connection.begin():
            key = _LOCK, func.hashtext(self._name)
            if wait:
                connection.execute(select(func.pg_advisory_xact_lock(*key)))
            elif not connection.scalar(select(func.pg_try_advisory_xact_lock(*key))):
                yield None
                return
            yield lambda: connection.execute(text("SELECT 1"))


def distributions(dimensions: Sequence[Parameter]) -> dict[str, BaseDistribution]:
    """What is searched at a step count, as Optuna says it."""
    return {one.name: _distribution(one) for one in dimensions}


def _distribution(one: Parameter) -> BaseDistribution:
    if isinstance(one, Choice):
        return CategoricalDistribution(one.searched)
    if one.integer:
        low, high = map(round, one.searched)
        return IntDistribution(low, high, log=one.log)
    return FloatDistribution(*one.searched, log=one.log)


def _constraints(record: MeasurementRecord) -> dict[str, float]:
    """Guard values as `optuna.Trial.set_constraint` keeps them."""
    if not record.guards:
        return {}
    made = create_trial(state=TrialState.FAIL, constraints=dict(record.guards))
    return dict(made.system_attrs)


def _local(time: datetime | None) -> datetime | None:
    """A time of our tables, naive UTC, as Optuna keeps it: in the zone of this machine."""
    return None if time is None else time.replace(tzinfo=UTC).astimezone().replace(tzinfo=None)


def _finished_meanwhile() -> suppress:
    """Lets a trial be that another worker, or an earlier attempt of ours, has finished."""
    return suppress(optuna.exceptions.UpdateFinishedTrialError)

"""Our trials in Optuna's tables, for optuna-dashboard and for programs that read with Optuna.

Our tables are the truth; what is here is brought up to date from them, whatever was killed in
between. Nothing is ever read from here except how far it is.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.storages import BaseStorage, RDBStorage, get_storage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial
from sqlalchemy import Connection, Engine, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from mdm_opt import __version__
from mdm_opt.candidates import Bounds, Choice, Family, Parameter
from mdm_opt.config import StudyFile
from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.persistence.location import is_sqlite
from mdm_opt.persistence.queue import TrialQueue, TrialRecord
from mdm_opt.persistence.repository import MeasurementRecord, Repository
from mdm_opt.plugins import one_line
from mdm_opt.storage_errors import storage_error, without_password

LABEL = "label"
# Which trial of the budget an Optuna trial is.
POSITION = "position"
# What our tables know of a finished trial besides its value.
MEASURED = "measured"
# Marks a study as made by this package; another's of the same name is never deleted.
OURS = "mdm_opt_version"
_BEGUN = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)
_LOCK = 0x6D646D6D
# How often the study is made anew because another program adds trials to it.
_ATTEMPTS = 3
# A number that no trial has.
_NEVER = 2**31 - 1
# What Optuna's KeyError says of a study or trial that is not there.
_NOT_FOUND = "Record does not exist."

# What workers do to Optuna's tables, besides reading them. The row of a study is locked, which
# needs the right to update some column of it.
WORKER_RIGHTS = {
    "studies": "UPDATE (study_id)",
    "trials": "INSERT, UPDATE",
    "trial_params": "INSERT",
    "trial_values": "INSERT, UPDATE",
    "trial_user_attributes": "INSERT, UPDATE",
    "trial_system_attributes": "INSERT, UPDATE",
}


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
                if error.args != (_NOT_FOUND,):
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
        new = self._repository.measurements(self._name, ["search"], numbers=wanted)
        self._measured = {record.trial_number: record for record in new}
        for number, trial_id in state.unfinished.items():
            self._end(number, trial_id, ours.get(number))
        last = max((n for n in ours if n is not None), default=-1)
        for number in range(state.trials, last + 1):
            check()
            self._enter(state.study_id, number, ours.get(number))
        self._ours_below = max(self._ours_below, last + 1)
        return max(state.trials - 1, last)

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
                known = self._storage.get_trial(trial_id).system_attrs
                for key, guard in _constraints(record).items():
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
        found = create_trial(
            state=TrialState.FAIL if trial.given_up else TrialState.RUNNING,
            params={"steps": candidate.steps, **self._family.position(candidate)},
            distributions={
                "steps": CategoricalDistribution(self._file.space.steps),
                **distributions(self._family, candidate.steps, self._file.space.bounds),
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
        counts = record.candidate.plan(self._file.sampler, self._length).counts
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
            raise _taken(self._name)
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


def distributions(family: Family, steps: int, bounds: Bounds) -> dict[str, BaseDistribution]:
    """What is searched at a step count, as Optuna says it."""
    return {one.name: _distribution(one) for one in family.dimensions(steps, bounds)}


def _distribution(one: Parameter) -> BaseDistribution:
    if isinstance(one, Choice):
        return CategoricalDistribution(one.searched)
    return FloatDistribution(*one.searched, log=one.log)


def make_tables(engine: Engine) -> None:
    """Makes Optuna's tables where there are none; one process at a time."""
    with storage_errors_of(engine):
        optuna_storage(engine, create=True)


def make_study(storage: BaseStorage, study_file: StudyFile, direction: str) -> None:
    """Makes the study in Optuna's tables, without trials."""
    several = len(study_file.space.steps) > 1
    of_quality = StudyDirection[direction.upper()]
    study = optuna.create_study(
        study_name=study_file.study.name,
        storage=storage,
        directions=[of_quality, StudyDirection.MINIMIZE] if several else [of_quality],
    )
    study.set_user_attr(OURS, __version__)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study.set_metric_names(["quality", "nfe"] if several else ["quality"])


def check_name(engine: Engine, name: str) -> None:
    """Makes room for a new study; what an interrupted creation of ours left is deleted.

    Raises:
        InputError: where another program's study has the name.
    """
    with storage_errors_of(engine):
        storage = optuna_storage(engine)
        if name not in optuna.get_all_study_names(storage):
            return
        left = optuna.load_study(study_name=name, storage=storage)
        if OURS not in left.user_attrs or left.get_trials(deepcopy=False, states=_BEGUN):
            raise _taken(name)
        optuna.delete_study(study_name=name, storage=storage)


def _taken(name: str) -> InputError:
    return InputError(
        f"{key_name('study.name')}: {name!r} is taken by an Optuna study that mdm-opt did not "
        "make; choose "
        "another name or another database"
    )


def delete_mirror(engine: Engine, name: str) -> None:
    """Deletes the study from Optuna's tables, if it and they are there."""
    with storage_errors_of(engine):
        if not _has_tables(engine):
            return
        storage = optuna_storage(engine)
        if name in optuna.get_all_study_names(storage):
            optuna.delete_study(study_name=name, storage=storage)


def _has_tables(engine: Engine) -> bool:
    return inspect(engine).has_table("studies")


def copy_mirror(source: Engine, target: Engine, name: str) -> str | None:
    """Copies a study of Optuna's tables with all its trials and notes, under a passing name.

    No study file can have that name. What a copy that was killed has left under it is made
    anew. `rename_mirror` ends the copy.

    Args:
        source: where the study is.
        target: another database.
        name: of the study.

    Returns:
        The passing name; None where Optuna's tables do not have the study.
    """
    passing = f"{name} (being copied)"
    delete_mirror(target, passing)
    if not _has_tables(source) or name not in optuna_names(source):
        return None
    try:
        with storage_errors_of(source), storage_errors_of(target):
            optuna.copy_study(
                from_study_name=name,
                from_storage=optuna_storage(source),
                to_storage=optuna_storage(target),
                to_study_name=passing,
            )
    except BaseException:
        with suppress(InputError):
            delete_mirror(target, passing)
        raise
    return passing


def rename_mirror(connection: Connection, before: str, after: str) -> None:
    """Gives a study of Optuna's tables another name, in the transaction of the connection."""
    connection.execute(
        text("UPDATE studies SET study_name = :after WHERE study_name = :before"),
        {"before": before, "after": after},
    )


def optuna_names(engine: Engine) -> set[str]:
    """Names of all studies in Optuna's tables, whoever made them."""
    with storage_errors_of(engine):
        return set(optuna.get_all_study_names(optuna_storage(engine)))


def optuna_storage(engine: Engine, *, create: bool = False) -> BaseStorage:
    """Optuna's storage on our connections, which are what they should be (UTC, time-outs)."""
    # Optuna logs every trial, and hints at optional packages, between our own lines.
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    url = engine.url.render_as_string(hide_password=False)
    own = (
        {"pool": engine.pool}
        if engine.dialect.name != "sqlite"
        else {"connect_args": {"timeout": 60}}
    )
    try:
        return get_storage(RDBStorage(url, engine_kwargs=own, skip_table_creation=not create))
    except RuntimeError as error:
        raise InputError(f"storage {without_password(engine.url)}: {one_line(error)}") from error


@contextmanager
def storage_errors_of(engine: Engine) -> Iterator[None]:
    """Turns what Optuna and the driver raise into one line."""
    shown = without_password(engine.url)
    try:
        yield
    except SQLAlchemyError as error:
        raise storage_error(shown, error) from error
    except optuna.exceptions.StorageInternalError as error:
        if isinstance(error.__cause__, SQLAlchemyError):
            raise storage_error(shown, error.__cause__) from error
        raise InputError(f"storage {shown}: {one_line(error)}") from error
    except KeyError as error:
        if error.args != (_NOT_FOUND,):
            raise
        raise InputError(f"storage {shown}: {one_line(error)}") from error


def _constraints(record: MeasurementRecord) -> dict[str, float]:
    """Guard values as `optuna.Trial.set_constraint` keeps them."""
    made = create_trial(state=TrialState.FAIL, constraints=dict(record.guards) or None)
    return dict(made.system_attrs)


def _local(time: datetime | None) -> datetime | None:
    """A time of our tables, naive UTC, as Optuna keeps it: in the zone of this machine."""
    return None if time is None else time.replace(tzinfo=UTC).astimezone().replace(tzinfo=None)


def _finished_meanwhile() -> suppress:
    """Lets a trial be that another worker, or an earlier attempt of ours, has finished."""
    return suppress(optuna.exceptions.UpdateFinishedTrialError)

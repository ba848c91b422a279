"""An Optuna study as the rest of the package sees it: propose, begin, finish."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import optuna
from optuna.storages import BaseStorage, RDBStorage, get_storage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from mdm_opt import __version__
from mdm_opt.config import StudyFile
from mdm_opt.errors import InputError
from mdm_opt.objectives.base import Direction
from mdm_opt.plugins import one_line
from mdm_opt.schedules.base import Array
from mdm_opt.search.observed import Excess, ranked
from mdm_opt.search.samplers import propose
from mdm_opt.search.shape_sampler import COUNTS, MEASURED, observed, point_of
from mdm_opt.search.space import Point, Setting, all_distributions, params
from mdm_opt.storage_errors import storage_error, without_password

LABEL = "label"
# Which trial of the budget an Optuna trial is an attempt at.
POSITION = "position"
# Marks a study as made by this package; another's of the same name is never deleted.
OURS = "mdm_opt_version"
_BEGUN = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)


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


class SearchStudy:
    """A study in Optuna's storage.

    One step count: one objective. Several: quality and NFE.

    Args:
        engine: of the database; its connections are used.
        study_file: the study.
        length: tokens of one sequence.
        profile: float64 ``(length,)``, h(m) of the model, where it is known.

    Raises:
        InputError: where Optuna cannot use the database or the study is missing.
    """

    def __init__(
        self, engine: Engine, study_file: StudyFile, length: int, profile: Array | None = None
    ) -> None:
        self._file, self._profile = study_file, profile
        self._setting = Setting(study_file.space, study_file.sampler, length)
        self._excess = Excess(self._setting, profile)
        with _storage_errors(engine):
            self._storage = _storage(engine)
            self._study = optuna.load_study(
                study_name=study_file.study.name, storage=self._storage
            )
            self._study_id = self._storage.get_study_id_from_name(study_file.study.name)
        self._engine = engine

    @staticmethod
    def create_tables(engine: Engine) -> None:
        """Makes Optuna's tables where there are none; one process at a time."""
        with _storage_errors(engine):
            _storage(engine, create=True)

    @staticmethod
    def create(engine: Engine, study_file: StudyFile, direction: Direction) -> None:
        """Makes the study; what an interrupted attempt left is made anew.

        Raises:
            InputError: where another program's study has the name.
        """
        name = study_file.study.name
        with _storage_errors(engine):
            storage = _storage(engine)
            if name in optuna.get_all_study_names(storage):
                left = optuna.load_study(study_name=name, storage=storage)
                if OURS not in left.user_attrs or left.get_trials(deepcopy=False, states=_BEGUN):
                    raise InputError(
                        f"[study] name: {name!r} is taken by an Optuna study that mdm-opt did "
                        "not make; choose another name or another database"
                    )
                optuna.delete_study(study_name=name, storage=storage)
            several = len(study_file.space.steps) > 1
            study = optuna.create_study(
                study_name=name,
                storage=storage,
                directions=[direction, "minimize"] if several else [direction],
            )
            study.set_user_attr(OURS, __version__)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
                study.set_metric_names(["quality", "nfe"] if several else ["quality"])

    @staticmethod
    def storage(engine: Engine) -> BaseStorage:
        """Optuna's storage in a database whose tables exist."""
        with _storage_errors(engine):
            return _storage(engine)

    @staticmethod
    def delete(engine: Engine, name: str) -> None:
        """Deletes the study, if it is there."""
        with _storage_errors(engine):
            storage = _storage(engine)
            if name in optuna.get_all_study_names(storage):
                optuna.delete_study(study_name=name, storage=storage)

    @staticmethod
    def names(engine: Engine) -> set[str]:
        """Names of all studies in the database, whoever made them."""
        with _storage_errors(engine):
            return set(optuna.get_all_study_names(_storage(engine)))

    @staticmethod
    def copy(source: Engine, target: Engine, name: str) -> str:
        """Copies a study with all its trials to another database, under a passing name.

        No study file can have that name. What a copy that was killed has left under it is made
        anew. `rename` ends the copy.

        Args:
            source: where the study is.
            target: another database.
            name: of the study.

        Returns:
            The passing name.
        """
        passing = f"{name} (being copied)"
        SearchStudy.delete(target, passing)
        try:
            with _storage_errors(source), _storage_errors(target):
                optuna.copy_study(
                    from_study_name=name,
                    from_storage=_storage(source),
                    to_storage=_storage(target),
                    to_study_name=passing,
                )
        except BaseException:
            with suppress(InputError):
                SearchStudy.delete(target, passing)
            raise
        return passing

    @staticmethod
    def rename(connection: Connection, before: str, after: str) -> None:
        """Gives a study another name, in the transaction of the connection."""
        connection.execute(
            text("UPDATE studies SET study_name = :after WHERE study_name = :before"),
            {"before": before, "after": after},
        )

    def propose(self, steps: int, position: int) -> Point:
        """The next candidate of a step budget, from all trials finished, pruned and running.

        Args:
            steps: step budget.
            position: of the trial in the budget; the randomness depends on it and the study's
                seed only, so that a study that was stopped goes on as it would have.
        """

        def trials() -> list[FrozenTrial]:
            found = self._study.get_trials(deepcopy=False, states=_BEGUN)
            return [trial for trial in found if "steps" in trial.params]

        with _storage_errors(self._engine):
            return propose(
                self._file.search.sampler,
                self._setting,
                steps,
                trials,
                direction=self._study.directions[0],
                seed=(self._file.study.seed * 1_000_003 + position) % 2**32,
                profile=self._profile,
            )

    def incumbent(self, steps: int) -> tuple[int, int] | None:
        """The trial that is taken for the best of a step budget, by the model and not by luck.

        Returns:
            Its number, and how many trials it was chosen from; None where none is feasible.
        """
        sign = 1.0 if self._study.directions[0] == StudyDirection.MINIMIZE else -1.0
        with _storage_errors(self._engine):
            states = (TrialState.COMPLETE, TrialState.PRUNED)
            trials = self._study.get_trials(deepcopy=False, states=states)
        seen = [one for one in (observed(trial, steps, sign) for trial in trials) if one]
        ours = [one for one in seen if one.point.steps == steps and one.eligible]
        if not ours:
            return None
        best = next(one for one in ranked(self._setting, self._excess, seen) if one in ours)
        return best.number, len(ours)

    def begin(self, position: int, label: str, point: Point) -> int:
        """Starts a trial; returns its number.

        Args:
            position: in the budget.
            label: of the seed, or ``search``.
            point: the candidate.
        """
        counts = {} if point.counts is None else {COUNTS: list(point.counts)}
        trial = create_trial(
            state=TrialState.RUNNING,
            params={"steps": point.steps, **params(point)},
            distributions=all_distributions(self._file.space, point.steps),
            user_attrs={LABEL: label, POSITION: position, **counts},
        )
        with _storage_errors(self._engine):
            trial_id = self._storage.create_new_trial(self._study_id, trial)
            return self._number(trial_id)

    def begun(self, position: int) -> tuple[int, Point] | None:
        """Number and candidate of a running attempt at a trial of the budget, or None."""
        for number, trial in self._running().items():
            point = point_of(trial, 0)
            if trial.user_attrs.get(POSITION) == position and point is not None:
                return number, point
        return None

    def running(self) -> dict[int, int | None]:
        """Numbers of unfinished trials, and the trial of the budget that each is."""
        return {
            number: trial.user_attrs.get(POSITION) for number, trial in self._running().items()
        }

    def finish(
        self,
        number: int,
        value: float,
        nfe: float,
        guards: Mapping[str, float],
        measured: Mapping[str, object],
        *,
        pruned: bool = False,
    ) -> None:
        """Finishes a trial; one that is finished already is left as it is.

        Args:
            number: of the trial.
            value: mean score.
            nfe: model calls of one sequence.
            guards: constraint values, feasible iff <= 0.
            measured: for the sampler, and for whoever looks at the trial in Optuna.
            pruned: whether its race ended early; it gets no value then, which would not be
                comparable.
        """
        values = [value, nfe] if len(self._study.directions) > 1 else [value]
        with _storage_errors(self._engine), _finished_meanwhile():
            trial_id = self._trial_id(number)
            self._storage.set_trial_user_attr(trial_id, MEASURED, dict(measured))
            if guards:
                self._set_constraints(trial_id, guards)
            if pruned:
                self._storage.set_trial_state_values(trial_id, TrialState.PRUNED)
            else:
                self._storage.set_trial_state_values(trial_id, TrialState.COMPLETE, values)

    def fail(self, number: int) -> None:
        """Marks an unfinished trial as failed."""
        with _storage_errors(self._engine), _finished_meanwhile():
            self._storage.set_trial_state_values(self._trial_id(number), TrialState.FAIL)

    def _set_constraints(self, trial_id: int, guards: Mapping[str, float]) -> None:
        known = self._storage.get_trial(trial_id).constraints
        trial = optuna.Trial(self._study, trial_id)
        for name, guard in guards.items():
            if name not in known:
                trial.set_constraint(name, guard)

    def _running(self) -> dict[int, FrozenTrial]:
        with _storage_errors(self._engine):
            states = (TrialState.RUNNING, TrialState.WAITING)
            trials = self._study.get_trials(deepcopy=False, states=states)
            return {trial.number: trial for trial in trials}

    def _number(self, trial_id: int) -> int:
        # Optuna's own call reads the whole trial, which takes ten times as long.
        query = text("SELECT number FROM trials WHERE trial_id = :trial_id")
        with self._engine.connect() as connection:
            return int(connection.execute(query, {"trial_id": trial_id}).scalar_one())

    def _trial_id(self, number: int) -> int:
        return self._storage.get_trial_id_from_study_id_trial_number(self._study_id, number)


def _storage(engine: Engine, *, create: bool = False) -> BaseStorage:
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


def _finished_meanwhile() -> suppress:
    """Lets a trial be that another worker, or an earlier attempt of ours, has finished."""
    return suppress(optuna.exceptions.UpdateFinishedTrialError)


@contextmanager
def _storage_errors(engine: Engine) -> Iterator[None]:
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
        raise InputError(f"storage {shown}: {one_line(error)}") from error

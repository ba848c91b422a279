"""An Optuna study as the rest of the package sees it: ask, tell, release."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import optuna
from optuna.storages import RDBStorage
from optuna.trial import TrialState
from sqlalchemy.exc import SQLAlchemyError

from mdm_opt import __version__
from mdm_opt.config import StudyFile
from mdm_opt.errors import InputError
from mdm_opt.objectives.base import Direction
from mdm_opt.plugins import one_line
from mdm_opt.search.samplers import BudgetSampler
from mdm_opt.search.space import Seed, distributions

LABEL = "label"
# Marks a study as made by this package; another's of the same name is never deleted.
OURS = "mdm_opt_version"
SEARCHED = "search"


@dataclass(frozen=True)
class Proposal:
    """A trial to be measured.

    Attributes:
        trial: Optuna's.
        label: of the seed, or ``search``.
        steps: step budget.
        beta_a: of the schedule.
        beta_b: of the schedule.
    """

    trial: optuna.Trial
    label: str
    steps: int
    beta_a: float
    beta_b: float

    @property
    def number(self) -> int:
        """The trial's number."""
        return self.trial.number


class SearchStudy:
    """A study in Optuna's storage.

    One step count: one objective. Several: quality and NFE.

    Args:
        url: database URL.
        study_file: the study.

    Raises:
        InputError: where Optuna cannot use the database or the study is missing.
    """

    def __init__(self, url: str, study_file: StudyFile) -> None:
        _quiet_optuna()
        self._space = study_file.space
        with _storage_errors():
            self._study = optuna.load_study(
                study_name=study_file.study.name,
                storage=_storage(url),
                sampler=BudgetSampler(
                    study_file.search.sampler, study_file.space, seed=study_file.study.seed
                ),
            )

    @staticmethod
    def create(
        url: str, study_file: StudyFile, direction: Direction, seeds: Iterable[Seed]
    ) -> None:
        """Makes the study with its seeds; what an interrupted attempt left is made anew.

        Raises:
            InputError: where another program's study has the name.
        """
        _quiet_optuna()
        name = study_file.study.name
        with _storage_errors():
            storage = _storage(url)
            if name in optuna.get_all_study_names(storage):
                left = optuna.load_study(study_name=name, storage=storage)
                if OURS not in left.user_attrs or left.get_trials(
                    deepcopy=False, states=(TrialState.COMPLETE, TrialState.RUNNING)
                ):
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
            for seed in seeds:
                params = {"steps": seed.steps, "beta_a": seed.beta_a, "beta_b": seed.beta_b}
                study.enqueue_trial(params, user_attrs={LABEL: seed.label})

    @staticmethod
    def delete(url: str, name: str) -> None:
        """Deletes the study, if it is there."""
        with _storage_errors():
            storage = _storage(url)
            if name in optuna.get_all_study_names(storage):
                optuna.delete_study(study_name=name, storage=storage)

    def finished(self) -> int:
        """Number of finished trials."""
        with _storage_errors():
            return len(self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)))

    def running(self) -> list[int]:
        """Numbers of trials that are begun and not finished."""
        with _storage_errors():
            trials = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
            return [trial.number for trial in trials]

    def release(self, number: int) -> None:
        """Gives up a begun trial and puts the same candidate back into the queue."""
        with _storage_errors():
            trial = self._study.get_trials(deepcopy=False)[number]
            if trial.state != TrialState.RUNNING:
                return
            params = trial.system_attrs.get("fixed_params") or trial.params
            self._study.tell(number, state=TrialState.FAIL)
            if params:
                label = trial.user_attrs.get(LABEL, SEARCHED)
                self._study.enqueue_trial(params, user_attrs={LABEL: label})

    def ask(self) -> Proposal:
        """The next trial: a seed as long as there are any."""
        with _storage_errors():
            trial = self._study.ask(fixed_distributions=distributions(self._space))
            params = trial.params
        return Proposal(
            trial=trial,
            label=str(trial.user_attrs.get(LABEL, SEARCHED)),
            steps=int(params["steps"]),
            beta_a=float(params["beta_a"]),
            beta_b=float(params["beta_b"]),
        )

    def annotate(
        self, proposal: Proposal, guards: Mapping[str, float], notes: Mapping[str, object]
    ) -> None:
        """Keeps constraint values and notes with a trial that is about to be finished.

        Args:
            proposal: the trial.
            guards: constraint values, feasible iff <= 0.
            notes: for whoever looks at the trial in Optuna.
        """
        with _storage_errors():
            for name, guard in guards.items():
                proposal.trial.set_constraint(name, guard)
            for name, note in {LABEL: proposal.label, **notes}.items():
                proposal.trial.set_user_attr(name, note)

    def finish(self, number: int, value: float, nfe: float) -> None:
        """Finishes a trial with its mean score and the model calls of one sequence."""
        with _storage_errors():
            values = [value, nfe] if len(self._study.directions) > 1 else [value]
            self._study.tell(number, values)


def _quiet_optuna() -> None:
    """Optuna logs every trial, and hints at optional packages, between our own lines."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)


def _storage(url: str) -> RDBStorage:
    return RDBStorage(url, engine_kwargs={"connect_args": {"timeout": 60}})


@contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, optuna.exceptions.StorageInternalError, KeyError) as error:
        cause = getattr(error, "orig", None) or error.__cause__ or error
        raise InputError(f"storage: {one_line(cause)}") from error

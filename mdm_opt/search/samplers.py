"""Proposals: one optimiser for each step budget."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, GPSampler, RandomSampler, TPESampler
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from mdm_opt.config import SpaceTable
from mdm_opt.search.space import beta_distributions

# The four default seeds of a budget count among these; more random trials are wasted on a valley
# that the seeds already lie in.
STARTUP_TRIALS = 6

SAMPLERS: dict[str, Callable[[int], BaseSampler]] = {
    "gp": lambda seed: GPSampler(seed=seed, n_startup_trials=STARTUP_TRIALS),
    "tpe": lambda seed: TPESampler(seed=seed, n_startup_trials=STARTUP_TRIALS),
    "random": lambda seed: RandomSampler(seed=seed),
}


def propose(
    name: str,
    space: SpaceTable,
    trials: Callable[[], Sequence[FrozenTrial]],
    *,
    direction: StudyDirection,
    seed: int,
) -> tuple[float, float]:
    """(beta_a, beta_b) that the optimiser of one step budget wants to see next.

    A model of (beta_a, beta_b) for each budget finds better schedules than one of all budgets
    with the number of calls as a second objective. The optimiser is Optuna's own: it sees the
    budget's trials, running ones included, in a study in memory.

    Args:
        name: ``gp``, ``tpe`` or ``random``.
        space: of the study file.
        trials: gives those of this budget, finished or running, to an optimiser that learns.
        direction: of quality.
        seed: different for every trial of the study; two workers that ask at the same time must
            not be told the same.
    """
    distributions = beta_distributions(space)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        budget = optuna.create_study(direction=direction, sampler=SAMPLERS[name](seed))
        for trial in trials() if name != "random" else ():
            budget.add_trial(_of_budget(trial, distributions))
        params = budget.ask(fixed_distributions=distributions).params
    return float(params["beta_a"]), float(params["beta_b"])


def _of_budget(trial: FrozenTrial, space: dict[str, BaseDistribution]) -> FrozenTrial:
    """A trial as the study of its budget sees it."""
    return create_trial(
        state=trial.state,
        value=trial.values[0] if trial.state == TrialState.COMPLETE else None,
        params={name: trial.params[name] for name in space},
        distributions=space,
        constraints=trial.constraints or None,
    )

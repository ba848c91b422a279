"""Proposals: one optimiser for each step budget."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import optuna
from optuna.samplers import BaseSampler, GPSampler, RandomSampler, TPESampler
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from mdm_opt.schedules.base import Array
from mdm_opt.search.shape_sampler import ShapeSampler
from mdm_opt.search.space import Point, Setting, distributions

# The seeds of a budget count among these; more random trials are wasted on a valley that the
# seeds already lie in.
STARTUP_TRIALS = 6

OPTUNA_SAMPLERS: dict[str, Callable[[int], BaseSampler]] = {
    "gp": lambda seed: GPSampler(seed=seed, n_startup_trials=STARTUP_TRIALS),
    "tpe": lambda seed: TPESampler(seed=seed, n_startup_trials=STARTUP_TRIALS),
    "random": lambda seed: RandomSampler(seed=seed),
}


def propose(
    name: str,
    setting: Setting,
    steps: int,
    trials: Callable[[], Sequence[FrozenTrial]],
    *,
    direction: StudyDirection,
    seed: int,
    profile: Array | None = None,
) -> Point:
    """The candidate that the optimiser of one step budget wants to see next.

    The optimiser is an Optuna sampler that looks at a study in memory. Optuna's own see the trials
    of the budget, running ones included; ``shape`` those of all budgets.

    Args:
        name: ``shape``, ``gp``, ``tpe`` or ``random``.
        setting: of the study.
        steps: the step budget.
        trials: gives those of the study, finished, pruned or running, to an optimiser that learns.
        direction: of quality.
        seed: different for every trial of the study; two workers that ask at the same time must
            not be told the same.
        profile: float64 ``(length,)``, h(m), where it is known.
    """
    space = distributions(setting.space, steps)
    shape = ShapeSampler(setting, steps, profile, seed=seed) if name == "shape" else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = shape or OPTUNA_SAMPLERS[name](seed)
        budget = optuna.create_study(direction=direction, sampler=sampler)
        for trial in trials() if name != "random" else ():
            if shape is not None or trial.params["steps"] == steps:
                budget.add_trial(_alone(trial))
        params = budget.ask(fixed_distributions=space).params
    if shape is not None:
        return shape.point(params)
    return Point(steps, float(params["beta_a"]), float(params["beta_b"]))


def _alone(trial: FrozenTrial) -> FrozenTrial:
    """A trial as a study of quality alone sees it."""
    names = [name for name in trial.params if name != "steps"]
    return create_trial(
        state=trial.state,
        value=trial.values[0] if trial.state == TrialState.COMPLETE else None,
        params={name: trial.params[name] for name in names},
        distributions={name: trial.distributions[name] for name in names},
        constraints=trial.constraints or None,
        user_attrs={**trial.user_attrs, "steps": trial.params["steps"]},
    )

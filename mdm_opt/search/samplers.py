"""Proposals: one optimiser for each step budget, budgets in turn."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, GPSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState, create_trial

from mdm_opt.config import SpaceTable
from mdm_opt.search.space import beta_distributions, distributions

# The four default seeds of a budget count among these; more random trials are wasted on a valley
# that the seeds already lie in.
STARTUP_TRIALS = 6

SAMPLERS: dict[str, Callable[[int], BaseSampler]] = {
    "gp": lambda seed: GPSampler(seed=seed, n_startup_trials=STARTUP_TRIALS),
    "tpe": lambda seed: TPESampler(seed=seed, n_startup_trials=STARTUP_TRIALS),
    "random": lambda seed: RandomSampler(seed=seed),
}


class BudgetSampler(BaseSampler):
    """Gives the next trial to the step budget that has fewest, and asks that budget's optimiser.

    A model of (beta_a, beta_b) for each budget finds better schedules than one of all budgets
    with the number of calls as a second objective. The optimiser is Optuna's own: it sees the
    budget's trials in a study in memory. Its seed depends on the study's seed and the number of
    trials before only, so that a study that was stopped goes on as it would have.

    Args:
        name: ``gp``, ``tpe`` or ``random``.
        space: of the study file.
        seed: of the study.
    """

    def __init__(self, name: str, space: SpaceTable, *, seed: int) -> None:
        self._name = name
        self._space = space
        self._seed = seed

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """The whole space, whatever has been tried."""
        return distributions(self._space)

    def sample_relative(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        search_space: dict[str, BaseDistribution],
    ) -> dict[str, Any]:
        """Step budget and (beta_a, beta_b) of the next trial; nothing for an enqueued one."""
        if "fixed_params" in trial.system_attrs:
            return {}
        states = (TrialState.COMPLETE, TrialState.RUNNING)
        trials = [
            one
            for one in study.get_trials(deepcopy=False, states=states)
            if one.number != trial.number and "steps" in one.params
        ]
        steps = self._next_budget(trials)
        return {"steps": steps, **self._propose(study, steps, trials)}

    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Never needed by our trials; random for anybody who asks for another parameter."""
        return RandomSampler(seed=self._trial_seed(trial.number)).sample_independent(
            study, trial, param_name, param_distribution
        )

    def _next_budget(self, trials: Sequence[FrozenTrial]) -> int:
        tried = Counter(trial.params["steps"] for trial in trials)
        return min(self._space.steps, key=lambda steps: tried[steps])

    def _propose(
        self, study: optuna.Study, steps: int, trials: Sequence[FrozenTrial]
    ) -> Mapping[str, Any]:
        space = beta_distributions(self._space)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            budget = optuna.create_study(
                direction=study.directions[0],
                sampler=SAMPLERS[self._name](self._trial_seed(len(trials))),
            )
            for trial in trials:
                if trial.params["steps"] == steps:
                    budget.add_trial(_of_budget(trial, space))
            return budget.ask(fixed_distributions=space).params

    def _trial_seed(self, number: int) -> int:
        return (self._seed * 1_000_003 + number) % 2**32


def _of_budget(trial: FrozenTrial, space: dict[str, BaseDistribution]) -> FrozenTrial:
    """A trial as the study of its budget sees it."""
    return create_trial(
        state=trial.state,
        value=trial.values[0] if trial.state == TrialState.COMPLETE else None,
        params={name: trial.params[name] for name in space},
        distributions=space,
        constraints=trial.constraints or None,
    )

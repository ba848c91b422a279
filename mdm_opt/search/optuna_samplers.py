"""Proposals by Optuna's own samplers: one optimiser for each step budget."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import optuna
from optuna.samplers import BaseSampler, GPSampler, RandomSampler, TPESampler
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from mdm_opt.candidates import Candidate
from mdm_opt.persistence.mirror import distributions
from mdm_opt.search.observations import Observation
from mdm_opt.search.space import SearchSpace

# The seeds of a budget count among these; more random trials are wasted on a valley that the
# seeds already lie in.
_STARTUP_TRIALS = 6

SAMPLERS: dict[str, Callable[[int], BaseSampler]] = {
    "gp": lambda seed: GPSampler(seed=seed, n_startup_trials=_STARTUP_TRIALS),
    "tpe": lambda seed: TPESampler(seed=seed, n_startup_trials=_STARTUP_TRIALS),
    "random": lambda seed: RandomSampler(seed=seed),
}


def propose(
    name: str,
    space: SearchSpace,
    steps: int,
    observations: Sequence[Observation],
    running: Sequence[tuple[int, Candidate]],
    *,
    direction: str,
    seed: int,
) -> Candidate:
    """The candidate that a sampler of Optuna's wants to see next, looking at a study in memory.

    Args:
        name: ``gp``, ``tpe`` or ``random``.
        space: of the study.
        steps: the step budget, whose trials are looked at.
        observations: trials that have been measured.
        running: numbers and candidates of those that are being measured.
        direction: of the values as they are kept, ``minimize`` or ``maximize``.
        seed: of the proposal.
    """
    dimensions = distributions(space.dimensions(steps))

    def trial(candidate: Candidate, one: Observation | None) -> FrozenTrial:
        state = TrialState.RUNNING
        if one is not None:
            state = TrialState.COMPLETE if one.complete else TrialState.PRUNED
        sign = 1.0 if direction == "minimize" else -1.0
        return create_trial(
            state=state,
            value=sign * one.value if one is not None and one.complete else None,
            params=dict(space.family.position(candidate)),
            distributions=dimensions,
            constraints=None if one is None else dict(one.guards) or None,
        )

    seen = [
        (one.number, trial(one.candidate, one))
        for one in observations
        if one.candidate.steps == steps
    ]
    seen += [(n, trial(one, None)) for n, one in running if one.steps == steps]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        study = optuna.create_study(
            direction=StudyDirection[direction.upper()], sampler=SAMPLERS[name](seed)
        )
        for _, one in sorted(seen, key=lambda pair: pair[0]):
            study.add_trial(one)
        params = study.ask(fixed_distributions=dimensions).params
    return space.family.candidate(steps, params)

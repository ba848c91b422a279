"""The next candidate of a study, from what has been measured."""

from __future__ import annotations

from collections.abc import Sequence

from mdm_opt.candidates import Candidate
from mdm_opt.search.observations import Observation
from mdm_opt.search.shape_search import ShapeSearch
from mdm_opt.search.space import SearchSpace


def propose(
    sampler: str,
    space: SearchSpace,
    steps: int,
    observations: Sequence[Observation],
    running: Sequence[tuple[int, Candidate]],
    *,
    direction: str,
    seed: int,
) -> Candidate:
    """The candidate of a step budget that is to be measured next.

    Args:
        sampler: ``shape``, or Optuna's ``gp``, ``tpe`` or ``random``.
        space: of the study.
        steps: step budget.
        observations: trials of any step budgets that have been measured.
        running: numbers and candidates of those that are being measured.
        direction: of the values as they are kept, ``minimize`` or ``maximize``.
        seed: different for every trial of the study; two workers that ask at the same time must
            not be told the same.
    """
    if sampler == "shape":
        busy = [candidate for _, candidate in running]
        return ShapeSearch(space, steps, seed=seed).propose(observations, busy)
    from mdm_opt.search import optuna_samplers

    return optuna_samplers.propose(
        sampler, space, steps, observations, running, direction=direction, seed=seed
    )


def proposal_seed(study_seed: int, position: int) -> int:
    """The randomness of a trial: its place in the budget and the study's seed decide.

    So a study that was stopped goes on as it would have.
    """
    return (study_seed * 1_000_003 + position) % 2**32

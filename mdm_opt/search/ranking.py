"""Which candidates of a study are taken for the best: the one definition for all who ask."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mdm_opt.candidates import Candidate
from mdm_opt.schedules.base import Array
from mdm_opt.search.calls import CallsModel
from mdm_opt.search.noise import noise_of
from mdm_opt.search.observations import Observation
from mdm_opt.search.profile_instances import with_profile
from mdm_opt.search.shapes import Shapes, shapes_of
from mdm_opt.search.space import SearchSpace
from mdm_opt.search.surrogate import MOST_TRIALS, ShapeModel


def rank(space: SearchSpace, observations: Sequence[Observation]) -> dict[int, list[Observation]]:
    """The feasible, wholly measured trials of each step count, best first.

    By posterior mean: the luckiest value is not the best candidate. What its neighbours scored and
    what the profile predicts count too, as much as the noise of its own value says. Of those that
    sample the same only the first is listed.

    Args:
        space: of the study, with its profile.
        observations: trials of any step budgets.
    """
    found: dict[int, dict[object, Observation]] = {}
    for one in _ordered(space, observations):
        budget = found.setdefault(one.candidate.steps, {})
        budget.setdefault(space.key(one.candidate), one)
    return {steps: list(ranked.values()) for steps, ranked in found.items()}


def _ordered(space: SearchSpace, observations: Sequence[Observation]) -> list[Observation]:
    eligible = [one for one in observations if one.eligible]
    if len(eligible) < 2 or all(one.error == 0 for one in eligible):
        return sorted(eligible, key=lambda one: (one.value, one.number))
    chosen = manageable(observations)
    posterior = model_of(space, chosen).measured
    means = {one.number: float(m) for one, m in zip(chosen, posterior.mean, strict=True)}
    last = max(means.values())
    return sorted(eligible, key=lambda one: (means.get(one.number, last), one.value, one.number))


def expected_values(
    space: SearchSpace, observations: Sequence[Observation], candidates: Sequence[Candidate]
) -> Array:
    """What the measured trials let expect of candidates, on the scale of the trials' values.

    Args:
        space: of the study, with its profile.
        observations: trials of any step budgets, at least one of that of the candidates.
        candidates: of one step budget.

    Returns:
        float64 ``(len(candidates),)``, less is better.
    """
    chosen = manageable(observations)
    spare = CallsModel(space, chosen).spare(candidates)
    model = model_of(space, chosen)
    mean = model.posterior(shapes_of(space, candidates, spare)).mean
    return model.scales[candidates[0].steps].restored(mean)


def measured_shapes(space: SearchSpace, observations: Sequence[Observation]) -> Shapes:
    """Measured candidates, at least one, with the calls that were counted."""
    spare = np.array([one.spare for one in observations])
    return shapes_of(space, [one.candidate for one in observations], spare)


def model_of(space: SearchSpace, observations: Sequence[Observation]) -> ShapeModel:
    """The model of measured trials, at least one, and of the profile where it is one of them."""
    known, sequences = with_profile(space, observations)
    noise = noise_of(known, sequences)
    return ShapeModel.of_values(
        measured_shapes(space, known),
        np.array([one.value for one in known]),
        noise.errors,
        noise.correlations,
    )


def manageable(observations: Sequence[Observation]) -> list[Observation]:
    """At most as many trials as can be handled: the better ones and the newer ones, in order."""
    if len(observations) <= MOST_TRIALS:
        return list(observations)
    newest = {one.number for one in observations[-MOST_TRIALS // 2 :]}
    rest = sorted((one for one in observations if one.number not in newest), key=lambda o: o.value)
    kept = newest | {one.number for one in rest[: MOST_TRIALS // 2]}
    return [one for one in observations if one.number in kept]

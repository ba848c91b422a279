"""The trials that come first: closed forms, the profile's optima, good cells, history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from mdm_opt.candidates import Costs, Seed, beta
from mdm_opt.config import StudyFile
from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.schedules.base import Array
from mdm_opt.search.space import SearchSpace

# (a, b) of Beta schedules by label, for each name of a study file.
OwnSeeds = Mapping[str, Mapping[str, tuple[float, float]]]
OWN_NAMES = ("energy", "baselines")


def seeds(
    study_file: StudyFile,
    length: int,
    profile: Array | None = None,
    history: Sequence[Seed] = (),
    draws: Array | None = None,
    own: OwnSeeds | None = None,
) -> list[Seed]:
    """The seeds of a study, in the order in which they are tried; budgets take turns.

    What earlier studies verified comes first, then what the profile suggests: the best schedule,
    and others that are better where the profile is not what it seems. The others are ordered by
    the path KL that the profile predicts; without one they keep the order of the study file. Two
    that are the same candidate are tried once. A named seed outside the bounds of the space is
    left out, and so are the last named ones where the trials do not suffice.

    Args:
        study_file: the study.
        length: tokens of one sequence.
        profile: float64 ``(length,)``, h(m), where it is known.
        history: of earlier studies, best first.
        draws: float64 ``(draws, length)``, other profiles that the measurement leaves possible.
        own: (a, b) of the seeds that the process of the model has in place of the family's, by
            label, for each name of a study file; None for the family's.

    Raises:
        InputError: for a candidate of the user's outside the bounds, or fewer trials than such.
    """
    check_given_seeds(study_file)
    space = SearchSpace.of(study_file, length, profile, draws)
    ordered = [_of_steps(study_file, space, steps, history, own) for steps in space.steps]
    most = max(len(one) for one in ordered)
    in_turn = [one[rank] for rank in range(most) for one in ordered if rank < len(one)]
    return _affordable(in_turn, study_file.most_trials)


def _affordable(found: list[Seed], trials: int) -> list[Seed]:
    """As many as there are trials; the user's own stay."""
    surplus = max(0, len(found) - trials)
    kept = []
    for seed in reversed(found):
        if surplus and not seed.label.startswith("user"):
            surplus -= 1
        else:
            kept.append(seed)
    return kept[::-1]


def check_given_seeds(study_file: StudyFile) -> None:
    """Refuses candidates of the user's that cannot all be tried; needs no model.

    Raises:
        InputError: for one outside the bounds, or fewer trials than such.
    """
    space, given = study_file.space, 0
    for index, seed in enumerate(study_file.search.seeds):
        if isinstance(seed, str):
            continue
        given += 1
        if not study_file.family.seed_is_inside(seed, space.bounds):
            bounds = ", ".join(f"{name} = {ends}" for name, ends in space.bounds.items())
            raise InputError(f"{key_name('search.seeds', index)}: {seed} lies outside {bounds}")
    needed = given * len(space.steps)
    if needed > study_file.most_trials:
        raise InputError(
            f"{key_name('search.trials')}: {study_file.most_trials} is not accepted: the "
            "pairs of seeds "
            f"alone are {needed} trials ({given} for each of {len(space.steps)} step counts)"
        )


def _of_steps(
    study_file: StudyFile,
    space: SearchSpace,
    steps: int,
    history: Sequence[Seed],
    own: OwnSeeds | None,
) -> list[Seed]:
    """The seeds of one step budget, best expected value first, all different candidates."""
    costs = space.costs
    wanted = study_file.search.seeds
    others = [one for one in wanted if own is None or one not in OWN_NAMES]
    found = space.family.seeds(others, steps, space.bounds, space.length, costs)
    for name in wanted:
        for label, pair in (own or {}).get(str(name), {}).items():
            seed = Seed(label, beta(*pair, steps))
            if space.family.inside(seed.candidate.parameters, space.bounds):
                found.append(seed)
    if costs is not None:
        found.sort(key=lambda seed: _expected(seed, costs))
    earlier = []
    for seed in history:
        ours = space.family.adopted(seed.candidate, steps, space.bounds, space.length)
        if ours is not None and seed.candidate.steps == steps:
            earlier.append(Seed(seed.label, ours))
    return list(_distinct([*earlier, *found], space))


def _expected(seed: Seed, costs: Costs) -> float:
    """Predicted path KL; the order is kept of those without, and of those that cover the draws."""
    if not costs.predicts(seed.candidate):
        return -np.inf
    covers = costs.draws is not None and seed.label.startswith("profile: ")
    return -np.inf if covers else costs.of(seed.candidate)


def _distinct(found: Iterable[Seed], space: SearchSpace) -> Iterable[Seed]:
    seen: set[tuple[object, ...]] = set()
    for seed in found:
        key = space.key(seed.candidate)
        if key not in seen:
            seen.add(key)
            yield seed

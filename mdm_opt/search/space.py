"""What is searched, and the trials that come first."""

from __future__ import annotations

from dataclasses import dataclass

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution

from mdm_opt.config import SpaceTable, StudyFile
from mdm_opt.errors import InputError

# (label, beta_a, beta_b) by the name that a study file uses.
NAMED_SEEDS: dict[str, tuple[tuple[str, float, float], ...]] = {
    # Minimisers of the three energies for the arcsine and the uniform weight [EM sec. 3.2].
    "energy": (("energy: linear", 0.5, 0.5), ("energy: sin2", 1.0, 1.0)),
    # The good cells that the paper reports on code and mathematics [EM sec. 4].
    "baselines": (("paper: (0.9, 0.3)", 0.9, 0.3), ("paper: (1, 0.2)", 1.0, 0.2)),
}


@dataclass(frozen=True)
class Seed:
    """A trial that is tried first.

    Attributes:
        label: where it comes from.
        steps: step budget.
        beta_a: of the schedule.
        beta_b: of the schedule.
    """

    label: str
    steps: int
    beta_a: float
    beta_b: float


def beta_distributions(space: SpaceTable) -> dict[str, BaseDistribution]:
    """(beta_a, beta_b) on a log scale."""
    return {
        "beta_a": FloatDistribution(space.beta_a[0], space.beta_a[1], log=True),
        "beta_b": FloatDistribution(space.beta_b[0], space.beta_b[1], log=True),
    }


def distributions(space: SpaceTable) -> dict[str, BaseDistribution]:
    """The whole search space of a study."""
    return {"steps": CategoricalDistribution(space.steps), **beta_distributions(space)}


def seeds(study_file: StudyFile) -> list[Seed]:
    """The seeds of a study, in the order in which they are tried; budgets take turns.

    A named seed outside the bounds of the space is left out.

    Raises:
        InputError: for a pair of the user's outside the bounds, or fewer trials than seeds.
    """
    space, points = study_file.space, []
    for index, seed in enumerate(study_file.search.seeds):
        if isinstance(seed, str):
            points += [point for point in NAMED_SEEDS[seed] if _inside(space, *point[1:])]
            continue
        if not _inside(space, *seed):
            raise InputError(
                f"[search] seeds.{index}: {seed} lies outside beta_a = {space.beta_a}, "
                f"beta_b = {space.beta_b}"
            )
        points.append((f"user: ({seed[0]:g}, {seed[1]:g})", seed[0], seed[1]))
    distinct = list({point[1:]: point for point in reversed(points)}.values())[::-1]
    found = [Seed(label, steps, a, b) for label, a, b in distinct for steps in space.steps]
    if len(found) > study_file.search.trials:
        raise InputError(
            f"[search] trials: {study_file.search.trials} is not accepted: the seeds alone are "
            f"{len(found)} trials ({len(distinct)} for each of {len(space.steps)} step counts)"
        )
    return found


def _inside(space: SpaceTable, beta_a: float, beta_b: float) -> bool:
    a, b = space.beta_a, space.beta_b
    return a[0] <= beta_a <= a[1] and b[0] <= beta_b <= b[1]

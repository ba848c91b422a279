"""The trials that come first: closed forms, the profile's optima, good cells, history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mdm_opt.config import SamplerTable, SpaceTable, StudyFile
from mdm_opt.errors import InputError
from mdm_opt.schedules import (
    BetaSchedule,
    ancestral_weights,
    best_beta,
    energy_fitted_beta,
    limit,
    path_kl,
    reveal_counts,
    reveal_grid,
)
from mdm_opt.schedules.base import Array
from mdm_opt.search.space import Point, Setting

# (label, beta_a, beta_b) by the name that a study file uses.
NAMED_SEEDS: dict[str, tuple[tuple[str, float, float], ...]] = {
    # Minimisers of the three energies for the arcsine and the uniform weight [EM sec. 3.2].
    "energy": (("energy: linear", 0.5, 0.5), ("energy: sin2", 1.0, 1.0)),
    # The good cells that the paper reports on code and mathematics [EM sec. 4].
    "baselines": (("paper: (0.9, 0.3)", 0.9, 0.3), ("paper: (1, 0.2)", 1.0, 0.2)),
}
LIMIT_LABEL = "profile: limit"


@dataclass(frozen=True)
class Seed:
    """A trial that is tried first.

    Attributes:
        label: where it comes from.
        steps: step budget.
        beta_a: of the schedule, or None.
        beta_b: of the schedule, or None.
        counts: in the family ``free``, or None.
    """

    label: str
    steps: int
    beta_a: float | None = None
    beta_b: float | None = None
    counts: tuple[int, ...] | None = None

    @property
    def point(self) -> Point:
        """The candidate."""
        return Point(self.steps, self.beta_a, self.beta_b, self.counts)


def seeds(
    study_file: StudyFile,
    length: int,
    profile: Array | None = None,
    history: Sequence[Seed] = (),
) -> list[Seed]:
    """The seeds of a study, in the order in which they are tried; budgets take turns.

    What earlier studies verified comes first. The others are ordered by the path KL that the
    profile predicts; without one they keep the order of the study file. Two that are the same
    candidate are tried once. A named seed outside the bounds of the space is left out, and so are
    the last named ones where the trials do not suffice.

    Args:
        study_file: the study.
        length: tokens of one sequence.
        profile: float64 ``(length,)``, h(m), where it is known.
        history: of earlier studies, best first.

    Raises:
        InputError: for a pair of the user's outside the bounds, or fewer trials than pairs.
    """
    check_pairs(study_file)
    setting = Setting(study_file.space, study_file.sampler, length)
    ranked = [
        _ranked(study_file, setting, steps, profile, history) for steps in study_file.space.steps
    ]
    most = max(len(one) for one in ranked)
    in_turn = [one[rank] for rank in range(most) for one in ranked if rank < len(one)]
    return _affordable(in_turn, study_file.search.trials)


def _affordable(found: list[Seed], trials: int) -> list[Seed]:
    """As many as there are trials; the user's own pairs stay."""
    surplus = max(0, len(found) - trials)
    kept = []
    for seed in reversed(found):
        if surplus and not seed.label.startswith("user"):
            surplus -= 1
        else:
            kept.append(seed)
    return kept[::-1]


def check_pairs(study_file: StudyFile) -> None:
    """Refuses pairs of the user's that cannot all be tried; needs no model.

    Raises:
        InputError: for a pair outside the bounds, or fewer trials than pairs.
    """
    space, pairs = study_file.space, 0
    for index, seed in enumerate(study_file.search.seeds):
        if isinstance(seed, str):
            continue
        pairs += 1
        if not _inside(space, *seed):
            raise InputError(
                f"[search] seeds.{index}: {seed} lies outside beta_a = {space.beta_a}, "
                f"beta_b = {space.beta_b}"
            )
    needed = pairs * len(space.steps)
    if needed > study_file.search.trials:
        raise InputError(
            f"[search] trials: {study_file.search.trials} is not accepted: the pairs of seeds "
            f"alone are {needed} trials ({pairs} for each of {len(space.steps)} step counts)"
        )


def _ranked(
    study_file: StudyFile,
    setting: Setting,
    steps: int,
    profile: Array | None,
    history: Sequence[Seed],
) -> list[Seed]:
    """The seeds of one step budget, best expected value first, all different candidates."""
    space = setting.space
    found: list[Seed] = []
    for seed in study_file.search.seeds:
        if seed == "profile" and profile is not None:
            found += _of_profile(setting, steps, profile)
        elif isinstance(seed, str):
            found += [
                Seed(label, steps, a, b)
                for label, a, b in NAMED_SEEDS.get(seed, ())
                if _inside(space, a, b)
            ]
        else:
            found.append(Seed(f"user: ({seed[0]:g}, {seed[1]:g})", steps, seed[0], seed[1]))
    if profile is not None:
        found.sort(key=lambda seed: expected_path_kl(setting, profile, seed.point))
    earlier = [seed for seed in history if seed.steps == steps]
    if space.family == "free":
        found = [_as_counts(seed, setting) for seed in [*earlier, *found]]
        if profile is not None:
            found.insert(len(earlier), _of_limit(steps, profile))
    else:
        found = [*(seed for seed in earlier if seed.counts is None), *found]
    return list(_distinct(found, setting))


def _distinct(found: Iterable[Seed], setting: Setting) -> Iterable[Seed]:
    seen: set[tuple[object, ...]] = set()
    for seed in found:
        key = setting.candidate_key(seed.point)
        if key not in seen:
            seen.add(key)
            yield seed


def _of_profile(setting: Setting, steps: int, profile: Array) -> list[Seed]:
    best = best_beta_in(profile, steps, setting.space, setting.sampler)
    fit = energy_fit_in(profile, setting.space)
    return [
        Seed("profile: best Beta", steps, best.beta_a, best.beta_b),
        Seed("profile: energy fit", steps, fit.beta_a, fit.beta_b),
    ]


def _of_limit(steps: int, profile: Array) -> Seed:
    counts = limit(profile, min(steps, len(profile))).counts(steps)
    return Seed(LIMIT_LABEL, steps, counts=tuple(counts.tolist()))


def _as_counts(seed: Seed, setting: Setting) -> Seed:
    counts = reveal_counts(seed.point.schedule, seed.steps, setting.length, "full")
    return Seed(seed.label, seed.steps, counts=tuple(counts.tolist()))


def expected_path_kl(setting: Setting, profile: Array, point: Point) -> float:
    """The path KL in nats that a profile predicts for a candidate."""
    if setting.sampler.reveal == "fixed":
        return path_kl(profile, setting.counts(point))
    grid = reveal_grid(point.schedule, point.steps)
    return float(ancestral_weights(grid, setting.length) @ profile)


def best_beta_in(
    profile: Array, steps: int, space: SpaceTable, sampler: SamplerTable
) -> BetaSchedule:
    """The Beta schedule of least path KL within the bounds of a study."""
    return best_beta(
        profile,
        steps,
        beta_a=(space.beta_a[0], space.beta_a[1]),
        beta_b=(space.beta_b[0], space.beta_b[1]),
        reveal=sampler.reveal,
        rounding=sampler.rounding,
    )


def energy_fit_in(profile: Array, space: SpaceTable) -> BetaSchedule:
    """The Beta schedule nearest to the minimiser of the measured energy, within the bounds."""
    return energy_fitted_beta(
        profile,
        beta_a=(space.beta_a[0], space.beta_a[1]),
        beta_b=(space.beta_b[0], space.beta_b[1]),
    )


def _inside(space: SpaceTable, beta_a: float, beta_b: float) -> bool:
    a, b = space.beta_a, space.beta_b
    return a[0] <= beta_a <= a[1] and b[0] <= beta_b <= b[1]

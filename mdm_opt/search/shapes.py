"""Candidates as the model of the search sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mdm_opt.candidates import Candidate, rule_coordinates, setting_coordinates
from mdm_opt.schedules.base import Array
from mdm_opt.search.space import SearchSpace


@dataclass(frozen=True, eq=False)
class Shapes:
    """Candidates as the model sees them.

    Attributes:
        steps: int64 ``(n,)``, step budgets.
        angles: float64 ``(n, 7)``, see `mdm_opt.candidates.Family.coordinates`.
        rules: float64 ``(n, 6)``, see `mdm_opt.candidates.rule_coordinates`; zeros for schedules.
        settings: float64 ``(n, 7)``, see `mdm_opt.candidates.setting_coordinates`; zeros where a
            study fixes them.
        excess: float64 ``(n,)``, logarithm of the path KL that the profile predicts over the
            least one; zeros where there is no profile.
        spare: float64 ``(n,)``, logarithm of the budget over the mean calls, measured or expected;
            zeros where a candidate takes its budget.
        parts: how many columns of `angles` belong to each of several arguments that mean
            something by themselves; empty where only all together do, as in a schedule.
    """

    steps: npt.NDArray[np.int64]
    angles: Array
    rules: Array
    settings: Array
    excess: Array
    spare: Array
    parts: tuple[int, ...] = ()

    @classmethod
    def joined(cls, parts: Sequence[Shapes]) -> Shapes:
        """Several sets of candidates as one, in their order."""
        return cls(
            np.concatenate([part.steps for part in parts]),
            np.concatenate([part.angles for part in parts]),
            np.concatenate([part.rules for part in parts]),
            np.concatenate([part.settings for part in parts]),
            np.concatenate([part.excess for part in parts]),
            np.concatenate([part.spare for part in parts]),
            parts[0].parts,
        )

    def __len__(self) -> int:
        return len(self.steps)


def shapes_of(
    space: SearchSpace, candidates: Sequence[Candidate], spare: Array | None = None
) -> Shapes:
    """Candidates of any step budgets as the model sees them, in the same order.

    Args:
        space: of the study.
        candidates: at least one.
        spare: see `Shapes`; None where all take their budget.
    """
    at = space.family.coordinates
    plans = [one.plan(space.decoding, space.length) for one in candidates]
    both = list(zip(candidates, plans, strict=True))
    return Shapes(
        steps=np.array([one.steps for one in candidates], dtype=np.int64),
        angles=np.stack([at(one, plan) for one, plan in both]),
        rules=np.stack([rule_coordinates(plan, one.steps) for one, plan in both]),
        settings=np.stack([setting_coordinates(one, space.length) for one in candidates]),
        excess=space.prior.of(candidates),
        spare=np.zeros(len(candidates)) if spare is None else spare,
        parts=space.family.coordinate_parts,
    )

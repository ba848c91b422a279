"""A law of words of six letters, and files of references for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mdm_opt import config
from mdm_opt.models.base import Denoiser
from mdm_opt.models.laws import EnumeratedLaw
from mdm_opt.objectives.base import Objective
from mdm_opt.objectives.path_kl import PathKl
from mdm_opt.objectives.registry import Build, build_objective
from mdm_opt.study.instances import InstanceSets

LENGTH, SYMBOLS = 6, "abc"
SETS = InstanceSets(search=8, selection=8, verification=14)


def full_support_law() -> EnumeratedLaw:
    """Random weights on all words of six letters: every reference has finite cost."""
    words = np.indices((len(SYMBOLS),) * LENGTH).reshape(LENGTH, -1).T
    weights = np.random.default_rng(1).dirichlet(np.full(len(words), 0.2))
    weights = weights + 1e-4
    return EnumeratedLaw(words, weights / weights.sum(), SYMBOLS)


def words(count: int) -> list[str]:
    """Different words of six letters."""
    chosen = np.random.default_rng(2).choice(len(SYMBOLS) ** LENGTH, count, replace=False)
    digits = [np.base_repr(number, len(SYMBOLS)).zfill(LENGTH) for number in chosen]
    return ["".join(SYMBOLS[int(digit)] for digit in word) for word in digits]


def build(denoiser: Denoiser, folder: Path | None, references: str, seed: int = 3) -> Objective:
    table = config.PathKlObjective(kind="path_kl", instances=8, references=references)
    return build_objective(table, Build(denoiser, folder, SETS.ranks, SETS.total, seed))


def drawn(denoiser: Denoiser, objective: Objective) -> dict[str, list[str]]:
    """References of each set, as the objective hands them out."""
    assert isinstance(objective, PathKl)
    lookup = objective._references
    assert lookup is not None
    return {
        role: denoiser.decode(lookup(SETS.ids(role)))
        for role in ("search", "selection", "verification")
    }

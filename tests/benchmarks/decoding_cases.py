"""Problems on which schedules and rules are compared at equal mean calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from hard_laws import Cliff
from laws import sudoku, templates

from mdm_opt.chemistry import are_molecules
from mdm_opt.config import parse_study
from mdm_opt.measurement import Problem
from mdm_opt.models.packaged import load_bundled, load_reactions
from mdm_opt.objectives.sample_score import validity
from mdm_opt.study.problem import build_problem
from mdm_opt.sudoku import is_valid, sample_grids

# Instances that choose, and fresh ones that tell; the former are looked at in two stages.
FIRST_LOOK, SEARCH, FRESH = 64, 160, 400
FRESH_START = 2**41
_SEED = 20261130
_BATCH = 128
Pairs = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Case:
    """A model with a score of 0 or 1, and what is chosen from.

    Attributes:
        name: of the problem.
        make: the problem; its argument is an empty folder.
        budgets: mean calls of a sequence.
        pairs: of Beta schedules.
        ruled: those that are tried under rules, too.
        caps: steps of the schedules under rules, ascending; others between them are tried, too.
        certain: measures and doubts of rules.
        goals: wanted values of ``adaptive`` by budget.
    """

    name: str
    make: Callable[[Path], Problem]
    budgets: tuple[float, ...]
    pairs: Pairs
    ruled: Pairs
    caps: tuple[int, ...]
    certain: tuple[tuple[str, float], ...]
    goals: Mapping[float, float]


def bundled(_folder: Path) -> Problem:
    """Valid grids of the bundled model."""
    return Problem(load_bundled(), validity(is_valid), _SEED, batch_size=_BATCH)


def sudoku_rows(folder: Path) -> Problem:
    """``studies/sudoku_rows.toml`` with more prompts than its file has."""
    needed = 2 * SEARCH + FRESH
    grids = sample_grids(2 * needed, 6, rng=np.random.default_rng(_SEED))
    rows = ("".join(str(digit + 1) for digit in grid[:12]) for grid in grids.tolist())
    lines = [json.dumps({"prompt": row}) for row in dict.fromkeys(rows)][:needed]
    (folder / "rows.jsonl").write_text("\n".join(lines) + "\n")
    content = {
        "study": {"name": "rows", "seed": _SEED},
        "model": {"kind": "bundled", "length": 24, "batch_size": _BATCH},
        "space": {"steps": [8]},
        "objective": {
            "kind": "task", "data": "rows.jsonl", "reference": "",
            "score": "mdm_opt.sudoku:completes", "instances": SEARCH,
        },
        "search": {"trials": 1},
        "verify": {"instances": FRESH},
    }  # fmt: skip
    return build_problem(parse_study(content, "rows"), folder)


def sudoku4(_folder: Path) -> Problem:
    """Valid samples of the 288 grids of side 4."""
    return Problem(sudoku(), validity(is_valid), _SEED, batch_size=FRESH)


def cliff(_folder: Path) -> Problem:
    """Code words any 20 of whose 32 tokens determine the others; fewer tell nothing."""
    law = Cliff(20, 32, 37)

    def are_words(texts):
        tokens = law.encode(texts)
        return (law._certain(tokens) == tokens).all(dim=1).tolist()

    return Problem(law, validity(are_words), _SEED, batch_size=FRESH)


def noisy_templates(_folder: Path) -> Problem:
    """256 templates of 32 tokens, of which three in ten are replaced by random ones.

    A sample is right where at most half of its tokens differ from some template, which holds for
    99.6% of the law's own.
    """
    count, length, vocab = 256, 32, 27
    law = templates(count, length, vocab, 0.3)
    ids = torch.from_numpy(np.random.default_rng(0).integers(vocab, size=(count, length)))

    def are_near(texts):
        differ = law.encode(texts)[:, None] != ids[None]
        return (differ.sum(dim=2).amin(dim=1) <= length // 2).tolist()

    return Problem(law, validity(are_near), _SEED, batch_size=FRESH)


def reactions(_folder: Path) -> Problem:
    """Texts of 24 atoms and signs of rxnfp's model, all of whose molecules are valid by RDKit.

    Where the model goes on with what it is surest of, it may repeat itself: the mean entropy of
    the tokens of a sample must be at least 1.4 nats; at one token a step it is 1.6.
    """
    for name in ("rxnfp", "rdkit"):
        if find_spec(name) is None:
            pytest.skip(f"package {name} is not installed")
    objective = validity(are_molecules, min_entropy_nats=1.4)
    return Problem(load_reactions(length=24), objective, _SEED, batch_size=_BATCH)


_GRIDS = ((0.3, 0.2), (0.4, 0.26), (0.45, 0.3), (0.55, 0.35))
# The fewer positions are certain, the more calls the longest schedule takes.
_CERTAIN = (("entropy", 0.001), ("entropy", 0.01), ("entropy", 0.1))
_EXACT = (("entropy", 0.02), ("entropy", 1.2), ("confidence", 0.5))
# Noise leaves no token surer than 0.7: what is enough depends on how sure it is of its template.
_NOISY = (("entropy", 0.02), *(("confidence", doubt) for doubt in (0.3, 0.35, 0.4, 0.5)))
_SMILES = ((0.4, 0.26), (0.45, 0.36), (0.5, 0.4), (0.6, 0.5))
_LIKELY = (("entropy", 0.01), ("entropy", 0.1), ("entropy", 0.5))
_WIDE = ((0.2, 0.1), (0.2, 0.2), (0.2, 0.3), (0.3, 0.2), (0.3, 0.3), (0.5, 0.3), (0.8, 0.3))

CASES = (
    Case(
        "bundled", bundled, (7, 9.5, 13, 17), _GRIDS, _GRIDS[1:3],
        (5, 9, 13, 20, 36), _CERTAIN, {9.5: 0.55, 13: 0.75, 17: 0.92},
    ),
    Case(
        "sudoku_rows", sudoku_rows, (6, 7, 8, 10), _GRIDS, _GRIDS[1:4:2],
        (4, 6, 9, 14, 24), _CERTAIN, {8: 0.9},
    ),
    Case(
        "4x4 Sudoku", sudoku4, (3, 4, 5, 6, 8), _WIDE, _WIDE, (2, 4, 6, 10, 16), _EXACT,
        {},
    ),
    Case("cliff at 20 of 32", cliff, (2, 3, 4, 8), _WIDE, _WIDE, (2, 4, 8, 32), _EXACT[:1], {}),
    Case(
        "noisy templates", noisy_templates, (2, 3, 4, 6), _WIDE, _WIDE,
        (2, 4, 8, 32), _NOISY, {},
    ),
    Case(
        "reactions", reactions, (6, 12), _SMILES, _SMILES[2:3], (4, 6, 9, 14, 24), _LIKELY, {},
    ),
)  # fmt: skip

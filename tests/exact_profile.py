"""The exact information profile of 4x4 Sudoku, and study files about it."""

from __future__ import annotations

import numpy as np

from mdm_opt.config import parse_study

# tests/processes/masked/test_path_kl_theory.py checks it by enumeration.
SUDOKU = np.array(
    [1.38629, 1.21369, 1.00704, 0.75215, 0.51167, 0.32472, 0.20043, 0.12259,
     0.07305, 0.04087, 0.02031, 0.00812, 0.00203, 0, 0, 0]
)  # fmt: skip


def study_file(steps=(4, 6), trials=60, space=None, **search):
    """A study file on 4x4 Sudoku, made from tables."""
    content = {
        "study": {"name": "s"},
        "model": {"kind": "enumerated", "law": "sudoku4"},
        "space": {"steps": list(steps), **(space or {})},
        "objective": {"kind": "path_kl"},
        "search": {"trials": trials, **search},
    }
    return parse_study(content, "test")

"""Spaces to search, candidates in them, and what these are worth under a profile."""

from __future__ import annotations

import numpy as np
from exact_profile import study_file

from mdm_opt.candidates import beta
from mdm_opt.config import parse_study
from mdm_opt.schedules import fixed_weights
from mdm_opt.search import SearchSpace


def space(length=16, profile=None, **more):
    return SearchSpace.of(study_file(**more), length, profile)


def validity_file(steps=(8,), search=None, **more):
    """A study whose samples are scored, which may search settings of the sampler."""
    content = {
        "study": {"name": "s"},
        "model": {"kind": "enumerated", "law": "sudoku4"},
        "space": {"steps": list(steps), **more},
        "objective": {"kind": "validity", "verifier": "sudoku"},
        "search": search or {},
    }
    return parse_study(content, "test")


def validity_space(length=16, profile=None, **more):
    """Where such a study looks for candidates."""
    return SearchSpace.of(validity_file(**more), length, profile)


def candidates(count, seed=0, steps=8):
    rng = np.random.default_rng(seed)
    return [beta(*np.exp(rng.uniform(-1.5, 1.0, 2)), steps) for _ in range(count)]


def counts_of(where, candidate):
    return candidate.plan(where.decoding, where.length).counts


def true_value(where, candidate, profile):
    return float(fixed_weights(counts_of(where, candidate)) @ profile)


LONG = np.exp(-np.arange(128) / 12)

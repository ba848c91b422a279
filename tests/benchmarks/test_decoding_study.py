"""What a study over four families finds, beside a dense grid of each of them."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from decoding_study import TRIALS, answer
from measure_decoding import BUDGET, INSTANCES, stored

pytestmark = pytest.mark.bench

RUNS, PROCESSES = 10, 2
# How far from the best of the grid the median may be.
WITHIN = 0.03


def test_a_study_over_all_families_finds_the_best_of_them():
    """With twice the trials of `studies/sudoku_rows.toml`, which has one family."""
    grid = [one for one in stored() if one.affordable]
    print(f"\nbest of a dense grid at {BUDGET} calls:")
    for family in dict.fromkeys(one.candidate.family for one in grid):
        ours = [one for one in grid if one.candidate.family == family]
        most = max(ours, key=lambda one: (one.instances, one.value))
        print(
            f"| {family} | {len(ours)} | {most.candidate.label} | {most.value:.3f} | "
            f"{most.error:.3f} | {most.instances} | {most.calls:.2f} |"
        )
    goal = max(one.value for one in grid if one.instances == INSTANCES)
    spawned = multiprocessing.get_context("spawn")
    found = []
    with ProcessPoolExecutor(PROCESSES, mp_context=spawned) as pool:
        for one in pool.map(answer, range(RUNS)):
            found.append(one)
            worth = one.worth
            print(
                f"seed {one.seed}: {worth.candidate.label}, {worth.value:.3f} at "
                f"{worth.calls:.2f} calls; trials {one.trials}, "
                f"{one.sequence_calls:.0f} thousand calls",
                flush=True,
            )
    values = np.array([one.worth.value for one in found])
    calls = np.array([one.worth.calls for one in found])
    print(
        f"{TRIALS} trials, {RUNS} seeds: median {np.median(values):.3f}, least "
        f"{values.min():.3f}, most {values.max():.3f}; best of the grid {goal:.3f}; calls "
        f"{np.median(calls):.2f}, most {calls.max():.2f}"
    )
    assert np.median(calls) <= BUDGET
    assert np.median(values) >= goal - WITHIN

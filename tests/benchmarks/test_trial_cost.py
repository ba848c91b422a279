"""Ratios of one run: what a trial costs beside its model calls, and what projecting less saves."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import pytest
import torch

from mdm_opt.denoisers.packaged import load_bundled
from mdm_opt.measurement import Candidate, Problem, measure
from mdm_opt.objectives.path_kl import PathKl
from mdm_opt.objectives.sample_score import validity
from mdm_opt.schedules import BetaSchedule
from mdm_opt.sudoku import is_valid

pytestmark = pytest.mark.bench


class Timed:
    """A denoiser that adds up the seconds spent in it."""

    def __init__(self, inner):
        self.inner = inner
        self.seconds = 0.0

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def log_probs(self, tokens, positions):
        started = time.perf_counter()
        try:
            return self.inner.log_probs(tokens, positions)
        finally:
            self.seconds += time.perf_counter() - started


def seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def test_a_trial_costs_little_more_than_its_model_calls():
    denoiser = Timed(load_bundled())
    problem = Problem(denoiser, validity(is_valid), 0)
    ratios = []
    for trial in range(7):
        denoiser.seconds = 0.0
        candidate = Candidate(BetaSchedule(0.5 + trial / 10, 0.5), 12)
        ratios.append(measure(problem, candidate, range(64)).seconds / denoiser.seconds)
    ratio = statistics.median(ratios)
    print(f"\ntrial / model calls, bundled model, 12 steps, 64 instances: {ratio:.3f}")
    assert ratio < 1.25


def test_schedules_after_the_first_cost_no_model_call():
    problem = Problem(load_bundled(), PathKl(), 0)
    first = seconds(lambda: measure(problem, Candidate(BetaSchedule(0.5, 0.5), 12), range(16)))
    rest = seconds(
        lambda: [
            measure(problem, Candidate(BetaSchedule(0.5, 0.1 + k / 40), 12), range(16))
            for k in range(39)
        ]
    )
    print(f"\npath KL, 39 further schedules / the first: {rest / first:.3f}")
    assert rest < first


def test_projecting_only_revealed_positions_saves_the_rest():
    denoiser = load_bundled()
    tokens = torch.full((64, 36), denoiser.mask_token_id)
    few, every = torch.arange(3).expand(64, 3), torch.arange(36).expand(64, 36)
    ratios = [
        seconds(lambda: denoiser.log_probs(tokens, few))
        / seconds(lambda: denoiser.log_probs(tokens, every))
        for _ in range(15)
    ]
    print(f"\nlog_probs at 3 of 36 positions / at all: {statistics.median(ratios):.3f}")
    assert statistics.median(ratios) < 1.1

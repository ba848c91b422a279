"""Ratios of one run: what further schedules cost, and what projecting less saves."""

from __future__ import annotations

import statistics

import pytest
import torch
from sampling_cost import seconds

from mdm_opt.candidates import beta
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.packaged import load_bundled
from mdm_opt.objectives.path_kl import PathKl

pytestmark = pytest.mark.bench


def test_schedules_after_the_first_cost_no_model_call():
    problem = Problem(load_bundled(), PathKl(), 0)
    first = seconds(lambda: measure(problem, beta(0.5, 0.5, 12), range(16)))
    rest = seconds(
        lambda: [measure(problem, beta(0.5, 0.1 + k / 40, 12), range(16)) for k in range(39)]
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

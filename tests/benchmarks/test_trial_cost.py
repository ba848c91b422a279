"""Ratios of one run: what further schedules cost, and what projecting less saves."""

from __future__ import annotations

import statistics

import pytest
import torch
from sampling_cost import seconds

from mdm_opt.candidates import beta
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.named import named
from mdm_opt.models.packaged import load_bundled
from mdm_opt.objectives.function_process import FunctionProcess
from mdm_opt.objectives.path_kl import PathKl
from mdm_opt.objectives.sample_score import validity
from mdm_opt.sudoku import is_valid

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


def test_foreign_code_kept_apart_costs_little(tmp_path):
    """A quickstart trial with a verifier of the user's in its process and a named model."""
    (tmp_path / "metric_apart.py").write_text("from mdm_opt.sudoku import is_valid\n")
    model, batch = load_bundled(), 48
    apart = FunctionProcess(
        "metric_apart:is_valid", key="kind", folder=tmp_path, takes="samples", options={},
        timeout_seconds=600.0, memory_mib=None,
    )  # fmt: skip
    apart.start()

    def asked(texts):
        return apart(samples=texts)

    here = Problem(model, validity(is_valid), 0, batch_size=batch)
    there = Problem(named(model, "model"), validity(asked), 0, batch_size=batch)
    candidate, instances = beta(1.0, 1.0, 12), range(96)
    assert (
        measure(here, candidate, instances).scores == measure(there, candidate, instances).scores
    ).all()
    ratios = [
        seconds(lambda: measure(there, candidate, instances))
        / seconds(lambda: measure(here, candidate, instances))
        for _ in range(7)
    ]
    print(
        f"\nquickstart trial, foreign code kept apart / in place: {statistics.median(ratios):.3f}"
    )
    assert statistics.median(ratios) < 1.05

"""Whole studies of births and uniform corruption against the grids of the papers."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from digit_quality import GRIDS, distance_to_digits, poisson_births
from whole_studies import found_schedules

from mdm_opt.candidates import Candidate, UniformDecoding, baseline, beta
from mdm_opt.models.digits import load_digits_rates
from mdm_opt.models.laws import LAWS, EnumeratedLaw
from mdm_opt.models.timed_law import EnumeratedTimedLaw
from mdm_opt.processes.uniform.kernels import kernel_of
from mdm_opt.processes.uniform.law import ExactCosts, UniformLaw

pytestmark = pytest.mark.bench

STEPS = [4, 8, 16]
SAMPLES, SEEDS = 1500, 5
# Of both parameters of the Beta family.
CELLS = [round(0.1 * k, 1) for k in range(1, 11)]


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def test_digits_against_the_papers_grid(tmp_path: Path) -> None:
    """Frechet distances of 1,500 samples, five fresh seeds; the search takes energy distances."""
    references = Path(__file__).parents[2] / "studies" / "digits_references.txt"
    found = found_schedules(
        {
            "model": {"kind": "digits", "device": "cpu"},
            "space": {"steps": STEPS},
            "objective": {"kind": "energy_distance", "references": str(references)},
        },
        tmp_path,
    )
    model = load_digits_rates(device="cpu")
    values = {}
    for steps in STEPS:
        grids = {"study": found[steps].alphas, **{n: of(steps) for n, of in GRIDS.items()}}
        print(f"\n{steps} steps: {found[steps].candidate.label}", end="")
        for name, grid in grids.items():
            drawn = [
                distance_to_digits(poisson_births(model, grid, SAMPLES, seed=1000 * steps + seed))
                for seed in range(SEEDS)
            ]
            error = np.std(drawn, ddof=1) / np.sqrt(SEEDS)
            values[name, steps] = np.mean(drawn)
            print(f", {name} {values[name, steps]:.1f} ({error:.1f})", end="", flush=True)
    print()
    for steps in STEPS:
        shares = [values[name, steps] / values["study", steps] for name in GRIDS]
        words = [f"{share:.1f} of {name}" for share, name in zip(shares, GRIDS, strict=True)]
        print(f"{steps} steps, times less than: {', '.join(words)}")
    for steps, wanted in zip(STEPS, (5, 4, 3), strict=True):
        assert wanted * values["study", steps] <= values["logit15", steps]
    assert values["study", 4] < values["logit15", 16]


def test_checkerboard_by_the_probability_flow(tmp_path: Path) -> None:
    """Exact total variation and class spread of the discrete probability flow."""
    flow = {"step": "flow", "first_alpha": 0.01}
    found = found_schedules(
        {
            "model": {
                "kind": "enumerated",
                "law": "checkerboard",
                "process": "uniform",
                "kernel": "nearest",
            },
            "sampler": flow,
            "space": {"steps": STEPS},
            "objective": {"kind": "divergence"},
        },
        tmp_path,
    )
    law, decoding = LAWS["checkerboard"](), UniformDecoding.model_validate(flow)
    sampled = UniformLaw(EnumeratedTimedLaw(law, "nearest"))
    for steps in STEPS:
        tried = {"study": found[steps].candidate}
        tried |= {name: baseline(name, steps) for name in UniformDecoding.baselines}
        values, spreads = {}, {}
        for name, candidate in tried.items():
            plan = candidate.plan(decoding, law.length)
            values[name] = total_variation(law, sampled.under(plan, decoding))
            spreads[name] = sampled.conditional_deviation(plan, decoding)
        print(f"\n{steps} steps: {tried['study'].label}", end="")
        for name, value in values.items():
            print(f", {name} {value:.5f} (spread {spreads[name]:.2f})", end="", flush=True)
        assert 4 * values["study"] <= values["constant_rate"]
        assert spreads["study"] <= 2.5
    print()


@pytest.mark.parametrize("name", ["toy_extremes", "toy_balanced"])
@pytest.mark.parametrize("how", ["exact", "sampled"])
def test_toys_by_path_kl(name: str, how: str, tmp_path: Path) -> None:
    """Exact path KL of what a study by path KL finds; total variation parts from it."""
    sampled_path_kl: dict[str, object] = {"kind": "path_kl"}
    exact_path_kl = {"kind": "divergence", "metric": "path_kl"}
    found = found_schedules(
        {
            "model": {"kind": "enumerated", "law": name, "process": "uniform"},
            "space": {"steps": STEPS},
            "objective": exact_path_kl if how == "exact" else sampled_path_kl,
        },
        tmp_path,
    )
    law, decoding = LAWS[name](), UniformDecoding()
    model = EnumeratedTimedLaw(law)
    costs, sampled = ExactCosts(law, kernel_of(model)), UniformLaw(model)

    def exact(candidate: Candidate) -> tuple[float, float]:
        plan = candidate.plan(decoding, law.length)
        variation = total_variation(law, sampled.under(plan, decoding))
        return costs.path_kl(plan.grid), variation

    for steps in STEPS:
        cells = {cell: exact(beta(*cell, steps)) for cell in product(CELLS, CELLS)}
        least = min(cells, key=lambda cell: cells[cell][0])
        nearest = min(cells, key=lambda cell: cells[cell][1])
        linear, ours = exact(baseline("linear", steps)), exact(found[steps].candidate)
        decision = found[steps].result.decision
        action = None if decision is None else decision.action
        within = "within 1%" if ours[0] <= 1.01 * cells[least][0] else "NOT within 1%"
        print(f"\n{name}, {how}, {steps} steps; path KL (total variation): "
              f"linear {_pair(linear)}, least path KL {least}: {_pair(cells[least])}, "
              f"least variation {nearest}: {_pair(cells[nearest])}, "
              f"study {found[steps].candidate.label}: {_pair(ours)}, {within}, "
              f"decision: {action}", end="", flush=True)  # fmt: skip
        # What noise found is not to be used.
        assert action != "use" or ours[0] < linear[0]
        # Without noise the best is found.
        assert how == "sampled" or ours[0] <= 1.01 * cells[least][0]
    print()


def total_variation(law: EnumeratedLaw, samples: np.ndarray) -> float:
    """Of a law and that of samples, ``(V,) * length``."""
    target = np.zeros(samples.shape)
    target[tuple(law.outcomes.T)] = law.probabilities
    return float(np.abs(samples - target).sum() / 2)


def _pair(values: tuple[float, float]) -> str:
    return f"{values[0]:.5f} ({values[1]:.5f})"

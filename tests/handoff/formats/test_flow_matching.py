"""Format flow_matching: its solver reveals on average what was exported.

Everything runs in a stand-in, and in flow_matching itself where it is installed.
"""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import numpy as np
import pytest
import torch
from exported_schedules import EDGES, FIXED, exported, exported_free
from handoff.formats.library_standins import FlowModel, flow_solver, provide_flow_matching
from handoff.formats.standins import MASK, VOCAB, assert_mean_counts, made

from mdm_opt.handoff.formats import render
from mdm_opt.handoff.schedule_file import ExportedSchedule

Solver = Any


def real_solver(model: FlowModel, scheduler: Any, x: torch.Tensor, time_grid: Any) -> Any:
    """flow_matching's MixtureDiscreteEulerSolver."""
    from flow_matching.path import MixtureDiscreteProbPath
    from flow_matching.solver import MixtureDiscreteEulerSolver

    solver = MixtureDiscreteEulerSolver(model, MixtureDiscreteProbPath(scheduler), VOCAB)
    return solver.sample(x, step_size=None, time_grid=time_grid)


@pytest.fixture(params=["stand-in", "flow_matching"])
def solver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Solver:
    if request.param == "stand-in":
        provide_flow_matching(monkeypatch)
        return flow_solver
    if importlib.util.find_spec("flow_matching") is None and os.environ.get("CI") != "true":
        pytest.skip("package flow-matching is not installed")
    return real_solver


def run(solver: Solver, schedule: ExportedSchedule, batch: int = 100) -> np.ndarray[Any, Any]:
    """Tokens that each call reveals, (steps, batch)."""
    torch.manual_seed(0)
    module, model = made(schedule, "flow_matching"), FlowModel()
    x = torch.full((batch, module.LENGTH), MASK)
    final = solver(model, module.MdmOptScheduler(), x, module.time_grid())
    assert not (final == MASK).any()
    return np.array(model.reveals.counts(final))


@pytest.mark.cases(12)
@pytest.mark.parametrize("schedule", [*FIXED, *EDGES])
def test_counts_hold_on_average(solver: Solver, schedule: ExportedSchedule) -> None:
    """With as many calls as steps that reveal any."""
    counts = [count for count in schedule.schedule.counts or () if count]
    revealed = np.cumsum([0, *counts]) / schedule.schedule.length
    batch = 20 if len(counts) > 32 else 100
    found = run(solver, schedule, batch)
    assert_mean_counts(found, revealed.tolist(), schedule.schedule.length)


@pytest.mark.parametrize("betas", [(0.4, 0.26), (0.05, 8.0), (8.0, 0.05)])
def test_ancestral_schedules_are_their_own(solver: Solver, betas: tuple[float, float]) -> None:
    schedule = exported(*betas, 4, 257, reveal="ancestral")
    assert_mean_counts(run(solver, schedule), schedule.schedule.revealed, 257)
    notes = render(schedule, "flow_matching").notes
    assert not any("on average" in note for note in notes)


def test_a_step_has_the_share_of_what_is_left(solver: Solver) -> None:
    """Of 64 tokens 55, 50, 48 and 0 are left."""
    module = made(exported_free([9, 5, 2, 48]), "flow_matching")
    assert module.time_grid().tolist() == [0, 0.25, 0.5, 0.75, 1]
    found = module.MdmOptScheduler()(t=torch.tensor([0.0, 0.25, 0.5, 0.75]))
    shares = 1 - torch.exp(-0.25 * found.d_alpha_t / (1 - found.alpha_t))
    assert shares.tolist() == pytest.approx([9 / 64, 5 / 55, 2 / 50, 1])
    assert found.alpha_t.tolist() == pytest.approx([0, 9 / 64, 14 / 64, 16 / 64])
    assert (found.sigma_t + found.alpha_t).tolist() == pytest.approx([1] * 4)


def test_other_steps_are_refused(solver: Solver) -> None:
    module = made(exported(0.4, 0.26, 4, 16), "flow_matching")
    for time in (0.1, 1.0, -0.25):
        with pytest.raises(ValueError, match="exported for 4 steps"):
            module.MdmOptScheduler()(torch.tensor([time]))
    with pytest.raises(ValueError, match="for sampling only"):
        module.MdmOptScheduler().kappa_inverse(torch.tensor([0.5]))


def test_what_differs_is_stated() -> None:
    notes = render(exported(order="margin"), "flow_matching").notes
    for said in ("hold on average", "order random and temperature 1 only", "with certainty"):
        assert any(said in note for note in notes)
    late = render(exported(20, 0.05, 4, 16, rounding="cumulative"), "flow_matching")
    assert any("3 of 4 steps reveal no token and are left out" in note for note in late.notes)

"""Samplers of libraries that take steps one by one; each keeps its target's arithmetic."""

from __future__ import annotations

import sys
import types
from typing import Any

import torch
from handoff.formats.standins import MASK, VOCAB, Reveals


class BionemoMdlm:
    """bionemo-moco's MDLM, which divides by one step less than it is told."""

    mask_index = MASK

    def step_confidence(
        self,
        logits: torch.Tensor,
        xt: torch.Tensor,
        curr_step: int,
        num_steps: int,
        logit_temperature: float = 1.0,
        randomness: float = 1.0,
        num_tokens_unmask: int = 1,
    ) -> torch.Tensor:
        """Reveals the tokens that are drawn most probably, with annealed noise."""
        if curr_step < 0 or num_steps < 1 or num_tokens_unmask < 1:
            raise ValueError("Invalid input values")
        law = (logits / logit_temperature).softmax(-1)
        drawn = torch.distributions.Categorical(probs=law).sample()
        noise = -(-torch.rand(xt.shape).log()).log()
        noise = noise * randomness * (1 - curr_step / (num_steps - 1))
        certainty = law.gather(-1, drawn[..., None])[..., 0].log() + noise
        chosen = certainty.masked_fill(xt != MASK, -torch.inf).topk(num_tokens_unmask).indices
        return xt.scatter(1, chosen, drawn.gather(1, chosen))


class ConvexScheduler:
    """flow_matching's base class."""


class SchedulerOutput:
    """What it returns."""

    def __init__(self, **values: torch.Tensor) -> None:
        self.__dict__.update(values)


def provide_flow_matching(monkeypatch: Any) -> None:
    """Makes ``flow_matching.path.scheduler`` importable."""
    names = ("flow_matching", "flow_matching.path", "flow_matching.path.scheduler")
    for name in names:
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    sys.modules[names[-1]].ConvexScheduler = ConvexScheduler  # type: ignore[attr-defined]
    sys.modules[names[-1]].SchedulerOutput = SchedulerOutput  # type: ignore[attr-defined]


class FlowModel:
    """Probabilities as flow_matching's solver asks for them; it records what is masked."""

    def __init__(self) -> None:
        self.reveals = Reveals()

    def __call__(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        law = self.reveals.logits(x).softmax(-1)
        known = torch.nn.functional.one_hot(x, VOCAB).to(law)
        return torch.where((x == MASK)[..., None], law, known)


def flow_solver(model: FlowModel, scheduler: Any, x: torch.Tensor, time_grid: Any) -> Any:
    """flow_matching's MixtureDiscreteEulerSolver with step_size=None."""
    steps = len(time_grid) - 1
    for step in range(steps):
        t, h = time_grid[step : step + 1], time_grid[step + 1] - time_grid[step]
        law = model(x=x, t=t.repeat(x.shape[0]))
        drawn = torch.multinomial(law.flatten(0, 1), 1)[:, 0].view(x.shape)
        if step == steps - 1:
            return drawn
        found = scheduler(t=t)
        intensity = found.d_alpha_t / (1 - found.alpha_t) * (drawn != x)
        x = torch.where(torch.rand(x.shape) < 1 - torch.exp(-h * intensity), drawn, x)
    return x

"""What steps of known laws cost exactly, as tables that a measurement without noise would fill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from mdm_opt.models.laws import LAWS
from mdm_opt.processes.births.information import BirthsInformation
from mdm_opt.processes.uniform.kernels import kernel_named
from mdm_opt.processes.uniform.law import ExactCosts
from mdm_opt.schedules.base import Array
from mdm_opt.schedules.step_costs import StepTable, places, step_table

# Intervals of the tables, by process: those of births are cheap.
INTERVALS = {"births": 64, "uniform": 32}
PROCESSES = {
    "bimodal": "births",
    "count_templates": "births",
    "templates4": "uniform",
    "chain": "uniform",
    "toy_extremes": "uniform",
    "toy_balanced": "uniform",
}
# The least path KL of any grid in 4, 8 and 16 steps, by descent on the exact costs.
LIMITS = {
    "bimodal": (0.23004, 0.12094, 0.06215),
    "count_templates": (1.37102, 0.76788, 0.40943),
    "templates4": (0.45243, 0.21738, 0.10654),
    "chain": (0.48648, 0.23442, 0.11500),
}


@dataclass(frozen=True, eq=False)
class ExactSteps:
    """A law, its table and the exact values of its cells.

    Attributes:
        name: of the law.
        table: of its process.
        values: of the cells, float64 ``(cells,)``, nats.
        path_kl: of a grid from 0 to 1, exactly.
    """

    name: str
    table: StepTable
    values: Array
    path_kl: Callable[[Array], float]

    @property
    def process(self) -> str:
        return PROCESSES[self.name]


@cache
def exact_steps(name: str) -> ExactSteps:
    """The exact step costs of a law by name."""
    process, law = PROCESSES[name], LAWS[name]()
    count = INTERVALS[process]
    table, alphas = step_table(process, count), places(count).tolist()
    if process == "births":
        births = BirthsInformation(law)
        values = np.array([-births.at(alpha) for alpha in alphas[:-1]])
        return ExactSteps(name, table, values, births.path_kl)
    uniform = ExactCosts(law, kernel_named("uniform", law.vocab_size))
    ends = [((cell - 1) // count, (cell - 1) % count + 1) for cell in table.cells.tolist()]
    values = np.array([uniform.step_cost(alphas[i], alphas[j]) for i, j in ends])
    return ExactSteps(name, table, values, uniform.path_kl)

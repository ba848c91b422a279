"""Schedules and rules of certainty at equal mean calls, verified on fresh instances."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import pytest
import torch
from decoding_cases import CASES, FIRST_LOOK, FRESH, FRESH_START, SEARCH, Case

from mdm_opt.candidates import Candidate, baseline, beta
from mdm_opt.measurement import Measurement, Problem, joined, measure
from mdm_opt.statistics import Estimate, paired_difference, standard_error

pytestmark = pytest.mark.bench

# Of each family and budget so many are looked at once more.
AGAIN = 4
CONFIDENCE = 0.95
FAMILIES = ("linear", "beta", "threshold", "entropy_bound", "adaptive")


def candidates(case: Case) -> dict[str, list[Candidate]]:
    """What is chosen from, by family; ``steps`` of a rule only gives the scale of its cap."""
    rules = [
        Candidate(
            "adaptive",
            1,
            {"beta_a": a, "beta_b": b, "cap_ratio": cap, "doubt": doubt, "measure": measured_by},
        )
        for (a, b), cap, (measured_by, doubt) in itertools.product(
            case.pairs, case.caps, case.certain
        )
    ]
    # The step counts next above budgets that are none: that favours the schedules.
    counts = sorted({math.ceil(budget) for budget in case.budgets})
    return {
        "linear": [baseline("linear", steps) for steps in counts],
        "beta": [beta(a, b, steps) for steps in counts for a, b in case.pairs],
        "threshold": [Candidate("threshold", 1, {"cutoff": k / 20}) for k in range(1, 20)],
        "entropy_bound": [
            Candidate("entropy_bound", 1, {"cutoff": 0.05 * 2**k}) for k in range(12)
        ],
        "adaptive": rules,
    }


class Pool:
    """The candidates of a case, measured on the instances of the search when they are needed.

    Args:
        case: whose they are.
        problem: of the case.
    """

    def __init__(self, case: Case, problem: Problem) -> None:
        self._problem = problem
        self._families = candidates(case)
        self._measured: dict[tuple[Candidate, int, int], Measurement] = {}

    def best(self, family: str, budget: float) -> Candidate | None:
        """The best of a family that the budget affords, chosen in two stages."""
        found = self._ranked(self._families[family], budget, FIRST_LOOK)
        again = self._ranked(found[:AGAIN], budget, SEARCH)
        return again[0] if again else None

    def fresh(self, candidate: Candidate) -> Measurement:
        """A candidate on instances that choose nothing."""
        return self._part(candidate, FRESH_START, FRESH_START + FRESH)

    def _ranked(
        self, chosen: Sequence[Candidate], budget: float, instances: int
    ) -> list[Candidate]:
        affordable = []
        for one in chosen:
            if one.rule is None:
                # A schedule is for its own budget alone.
                if one.steps != math.ceil(budget):
                    continue
                affordable.append((-self._so_far(one, instances).value, one))
                continue
            found = self._so_far(one, instances)
            # What just affords the budget here would miss it on every other set of instances.
            if found.nfe + 2 * standard_error(found.calls) <= budget:
                affordable.append((-found.value, one))
        return [one for _, one in sorted(affordable, key=lambda pair: pair[0])]

    def _so_far(self, candidate: Candidate, instances: int) -> Measurement:
        ends = [0, FIRST_LOOK, SEARCH]
        parts = [
            self._part(candidate, first, end)
            for first, end in itertools.pairwise(ends)
            if end <= instances
        ]
        return joined(parts)

    def _part(self, candidate: Candidate, first: int, end: int) -> Measurement:
        key = candidate, first, end
        if key not in self._measured:
            self._measured[key] = measure(self._problem, candidate, range(first, end))
        return self._measured[key]


def _cell(found: Measurement | None) -> str:
    if found is None:
        return "-"
    return f"{found.value:.2f} ({found.nfe:.1f})"


def _lead(fresh: dict[str, Measurement]) -> tuple[str, Estimate]:
    """The best of the others, and how far ``adaptive`` is ahead of it."""
    others = [name for name in fresh if name != "adaptive"]
    best = max(others, key=lambda name: fresh[name].value)
    own = fresh["adaptive"].scores
    return best, paired_difference(own, fresh[best].scores, CONFIDENCE)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_rules_and_schedules_at_equal_mean_calls(case, tmp_path):
    pool = Pool(case, case.make(tmp_path))
    print(f"\n{case.name}, {FRESH} fresh instances: value (mean calls)")
    print(f"| calls | {' | '.join(FAMILIES)} | adaptive - best of the others |", flush=True)
    missed = []
    for budget in case.budgets:
        chosen = {name: pool.best(name, budget) for name in FAMILIES}
        fresh = {name: pool.fresh(one) for name, one in chosen.items() if one is not None}
        best, lead = _lead(fresh)
        cells = " | ".join(_cell(fresh.get(name)) for name in FAMILIES)
        print(
            f"| {budget:g} | {cells} | {lead.value:+.2f} [{lead.low:+.2f}, {lead.high:+.2f}] "
            f"({best}) |"
        )
        rules = [chosen[name].label for name in FAMILIES[1:] if chosen[name] is not None]
        print(f"    {'; '.join(rules)}", flush=True)
        for found in fresh.values():
            if found.calls.std() > 0:
                assert found.nfe <= budget + 2 * standard_error(found.calls)
        if lead.high < 0:
            missed.append(f"at {budget:g} calls {best} is better")
        goal, own = case.goals.get(budget), fresh["adaptive"].value
        if goal is not None:
            said = "reached" if own >= goal else "missed"
            print(f"    wanted {goal:.2f}: {said} with {own:.3f}", flush=True)
            if own < goal:
                missed.append(f"{own:.3f} at {budget:g} calls, {goal} wanted")
    assert not missed

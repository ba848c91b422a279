"""Schedules and rules of certainty at equal mean calls, verified on fresh instances."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
import torch
from decoding_cases import CASES, FIRST_LOOK, FRESH, FRESH_START, SEARCH, Case

from mdm_opt.candidates import Candidate, baseline, beta
from mdm_opt.measurement import Measurement, Problem, joined, measure
from mdm_opt.objectives.entropy import ENTROPY
from mdm_opt.statistics import Estimate, paired_difference, standard_error

pytestmark = pytest.mark.bench

# Of each family and budget so many are looked at once more.
AGAIN = 3
CONFIDENCE = 0.95
FAMILIES = ("linear", "beta", "threshold", "entropy_bound", "adaptive")


@dataclass(frozen=True)
class Ladder:
    """Rules that differ in one number, from few calls to many.

    Attributes:
        make: a rule of a number.
        rungs: numbers that are tried, in the order of rising calls.
        between: a number between two neighbours; None where they are too near.
    """

    make: Callable[[float], Candidate]
    rungs: Sequence[float]
    between: Callable[[float, float], float | None]


def schedules(case: Case, budget: float) -> dict[str, list[Candidate]]:
    """Schedules by family; of the step count next above a budget that is none.

    That favours them: rules stay below the budget.
    """
    steps = math.ceil(budget)
    return {
        "linear": [baseline("linear", steps)],
        "beta": [beta(a, b, steps) for a, b in case.pairs],
    }


def ladders(case: Case) -> dict[str, list[Ladder]]:
    """Rules by family; ``steps`` of a rule only gives the scale of its cap."""

    def published(family: str) -> Callable[[float], Candidate]:
        return lambda cutoff: Candidate(family, 1, {"cutoff": cutoff})

    def adaptive(a: float, b: float, measured_by: str, doubt: float):
        values = {"beta_a": a, "beta_b": b, "doubt": doubt, "measure": measured_by}
        return lambda cap: Candidate("adaptive", 1, values | {"cap_ratio": float(cap)})

    return {
        "threshold": [
            Ladder(
                published("threshold"),
                [k / 10 for k in range(1, 10)],
                lambda a, b: (a + b) / 2 if b - a > 0.02 else None,
            )
        ],
        "entropy_bound": [
            Ladder(
                published("entropy_bound"),
                [0.05 * 4**k for k in reversed(range(6))],
                lambda a, b: math.sqrt(a * b) if a / b > 1.3 else None,
            )
        ],
        "adaptive": [
            Ladder(
                adaptive(a, b, *certain),
                case.caps,
                lambda a, b: (a + b) // 2 if b - a > 1 else None,
            )
            for (a, b), certain in itertools.product(case.ruled, case.certain)
        ],
    }


class Pool:
    """The candidates of a case, measured on the instances of the search when they are needed.

    Args:
        case: whose they are.
        problem: of the case.
    """

    def __init__(self, case: Case, problem: Problem) -> None:
        self._case, self._problem, self._ladders = case, problem, ladders(case)
        self._measured: dict[tuple[Candidate, int, int], Measurement] = {}

    def best(self, family: str, budget: float) -> Candidate | None:
        """The best of a family that the budget affords, chosen in two stages."""
        pool = schedules(self._case, budget).get(family)
        if pool is None:
            climbed = (self._climbed(one, budget) for one in self._ladders[family])
            pool = list(itertools.chain.from_iterable(climbed))

        def rank(candidate: Candidate, instances: int) -> tuple[bool, float, float]:
            # Of equal values the one that uses more of the budget.
            known = self._so_far(candidate, instances)
            return known.guards.get(ENTROPY, 0.0) <= 0, known.value, known.nfe

        found = sorted(pool, key=lambda one: rank(one, FIRST_LOOK), reverse=True)
        kept = (one for one in found if self._affordable(one, budget, SEARCH))
        again = itertools.islice(kept, AGAIN)
        return max(again, key=lambda one: rank(one, SEARCH), default=None)

    def fresh(self, candidate: Candidate) -> Measurement:
        """A candidate on instances that choose nothing."""
        return self._part(candidate, FRESH_START, FRESH_START + FRESH)

    def _climbed(self, ladder: Ladder, budget: float) -> list[Candidate]:
        """The two that use most of what the budget affords: more calls are hardly ever worse."""
        # All of them: samples off the support of a law may take more calls than careful ones.
        rungs = ladder.rungs
        affordable = [
            place
            for place, rung in enumerate(rungs)
            if self._affordable(ladder.make(rung), budget, FIRST_LOOK)
        ]
        found = [ladder.make(rungs[place]) for place in affordable]
        low = rungs[affordable[-1]] if affordable else None
        high = (
            rungs[affordable[-1] + 1] if affordable and affordable[-1] + 1 < len(rungs) else None
        )
        while low is not None and high is not None:
            middle = ladder.between(low, high)
            if middle is None:
                break
            if self._affordable(ladder.make(middle), budget, FIRST_LOOK):
                low = middle
                found.append(ladder.make(middle))
            else:
                high = middle
        return sorted(found, key=lambda one: self._so_far(one, FIRST_LOOK).nfe)[-2:]

    def _affordable(self, candidate: Candidate, budget: float, instances: int) -> bool:
        if candidate.rule is None:
            return True
        found = self._so_far(candidate, instances)
        # Of what just affords the budget here, a half would miss it on other instances.
        return found.nfe + standard_error(found.calls) <= budget

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
    worse = []
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
            worse.append(f"at {budget:g} calls {best} is better")
        goal, own = case.goals.get(budget), fresh["adaptive"].value
        if goal is not None:
            said = "reached" if own >= goal else "missed"
            print(f"    wanted {goal:.2f}: {said} with {own:.3f}", flush=True)
    assert not worse

"""Whether a family of candidates of your own is one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from mdm_opt.candidates import Candidate, Choice, Decoding, Family, ProfileCosts, Value
from mdm_opt.testing.checks import Checks

_LENGTHS = (7, 16)


def check_family(
    family: Family,
    *,
    steps: Sequence[int] = (1, 2, 5),
    bounds: Mapping[str, Sequence[Value]] | None = None,
    seed: int = 0,
) -> None:
    """Whether a family of candidates can be searched: what `Family` promises, by its own pool.

    Args:
        family: the family; it must be registered.
        steps: step budgets.
        bounds: of its parameters; those that it has by itself where None.
        seed: of the candidates that are looked at.

    Raises:
        AssertionError: naming all that is wrong, one a line.
    """
    checks = Checks(family, "family")
    ends = {one.name: one.searched for one in family.keys} | dict(bounds or {})
    for budget in steps:
        for length in (max(budget, n) for n in _LENGTHS):
            check = partial(_pool, checks, family, budget, length, ends, seed)
            checks.run(f"{budget} steps of {length} tokens", check)
    checks.finish()


def _pool(
    checks: Checks,
    family: Family,
    steps: int,
    length: int,
    bounds: Mapping[str, Sequence[Value]],
    seed: int,
) -> None:
    # A profile whose tokens get cheaper the more of them are known.
    costs = ProfileCosts(np.linspace(2.0, 0.5, length), Decoding())
    pool = family.pool(steps, bounds, costs, length=length)
    rng = np.random.default_rng(seed)
    some = pool.anything(rng)
    found = [some, *pool.candidates(rng, [some], wide=True), family.optimum(steps, bounds, costs)]
    for candidate in dict.fromkeys(found):
        _family_candidate(checks, family, candidate, length, bounds)


def _family_candidate(
    checks: Checks,
    family: Family,
    candidate: Candidate,
    length: int,
    bounds: Mapping[str, Sequence[Value]],
) -> None:
    shown = f"{candidate.label} in {candidate.steps} steps"
    checks.expect(candidate.family == family.name, f"{shown}: of family {candidate.family!r}")
    if family.parameters:
        checks.expect(family.inside(candidate.parameters, bounds), f"{shown}: outside its bounds")
    kept = json.loads(json.dumps([family.values(candidate), candidate.counts]))
    again = family.candidate(candidate.steps, *kept)
    checks.expect(again == candidate, f"{shown}: another after it was kept: {again!r}")
    checks.expect(candidate.label, f"{candidate!r}: has no label")
    grid = candidate.schedule.revealed(np.linspace(0, 1, 65))
    rises = grid[0] == 0 and grid[-1] == 1 and (np.diff(grid) >= 0).all()
    checks.expect(rises, f"{shown}: alpha does not rise from 0 to 1")
    counts = candidate.plan(Decoding(), length).counts
    checks.expect(counts is not None and counts.sum() == length, f"{shown}: not all is revealed")
    position = family.position(candidate)
    for one in family.dimensions(candidate.steps, bounds):
        value = position.get(one.name)
        known = value in one.searched if isinstance(one, Choice) else _between(value, one.searched)
        checks.expect(known, f"{shown}: {one.name} = {value!r} is none of {one.searched}")


def _between(value: object, ends: tuple[float, float]) -> bool:
    return isinstance(value, int | float) and ends[0] <= value <= ends[1]

"""Whether a family of candidates of your own is one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from mdm_opt.candidates import (
    FAMILIES,
    Candidate,
    Choice,
    Family,
    MaskedDecoding,
    ProfileCosts,
    Value,
)
from mdm_opt.schedules import SHAPE_ANGLES
from mdm_opt.testing.checks import Checks

_LENGTHS = (7, 16)
_OF_A_POOL = 64


def check_family(
    family: Family,
    *,
    steps: Sequence[int] = (1, 2, 5),
    bounds: Mapping[str, Sequence[Value]] | None = None,
    seed: int = 0,
) -> None:
    """Whether a family of candidates can be searched: what `Family` promises, by calls.

    Its seeds and some candidates of its pool are looked at, with and without a profile: they must
    be its own, within the bounds, the same after they were kept as JSON, and schedules.

    Args:
        family: the family; it must be registered.
        steps: step budgets.
        bounds: of its parameters; those that it has by itself where None.
        seed: of the candidates that are looked at.

    Raises:
        AssertionError: naming all that is wrong, one a line.
    """
    checks = Checks(family, "family")
    checks.expect(FAMILIES.get(family.name) is family, f"{family.name!r} is not registered")
    checks.expect(family.searchable, "it is not searchable")
    if checks.failed:
        checks.finish()
    ends = {one.name: one.searched for one in family.keys} | dict(bounds or {})
    for budget in steps:
        for length in (max(budget, n) for n in _LENGTHS):
            at = _At(checks, family, budget, length, ends)
            for what, check in (("seeds", at.seeds), ("pool", partial(at.pool, seed))):
                checks.run(f"{what} of {budget} steps of {length} tokens", check)
    checks.finish()


class _At(NamedTuple):
    """A family at one step budget and length."""

    checks: Checks
    family: Family
    steps: int
    length: int
    bounds: Mapping[str, Sequence[Value]]

    @property
    def costs(self) -> ProfileCosts:
        """A profile whose tokens get cheaper the more of them are known."""
        return ProfileCosts(np.linspace(2.0, 0.5, self.length), MaskedDecoding())

    def seeds(self) -> None:
        """Those that a study file names or gives, those of a profile, one of another study."""
        family, costs = self.family, self.costs
        wanted: list[str | list[Value]] = [*family.named_seeds, "profile"]
        found = family.seeds(wanted, self.steps, self.bounds, self.length, costs)
        for one in found:
            self.checks.expect(one.label, f"a seed has no label: {one.candidate!r}")
            self.candidate(one.candidate)
        given: list[Value] = [bounds[0] for bounds in self.bounds.values()]
        for one in family.seeds([given], self.steps, self.bounds, self.length, None):
            self.candidate(one.candidate)
            again = family.adopted(one.candidate, self.steps, self.bounds, self.length)
            same = again == one.candidate
            self.checks.expect(same, f"adopted: {again!r} in place of {one.candidate!r}")

    def pool(self, seed: int) -> None:
        """Candidates to choose from, and the best under a profile."""
        family, costs = self.family, self.costs
        some: list[Candidate] = []
        for known in [costs] if family.needs_profile else [None, costs]:
            rng = np.random.default_rng(seed)
            pool = family.pool(self.steps, self.bounds, known, length=self.length)
            some.append(pool.anything(rng))
            found = list(pool.candidates(rng, some[-1:], wide=True))
            # A pool may have thousands.
            found = found[:: 1 + len(found) // _OF_A_POOL]
            self.checks.expect(found, "the pool is empty")
            some += found
        if not family.by_rule:
            some.append(family.optimum(self.steps, self.bounds, costs))
        for candidate in dict.fromkeys(some):
            self.candidate(candidate)

    def candidate(self, candidate: Candidate) -> None:
        """What every candidate of a family must be."""
        family, expect = self.family, self.checks.expect
        shown = f"{candidate.label} in {candidate.steps} steps"
        if not expect(candidate.family == family.name, f"{shown}: of {candidate.family!r}"):
            return
        expect(candidate.steps == self.steps, f"{shown}: {self.steps} were asked for")
        if family.parameters:
            inside = family.inside(candidate.parameters, self.bounds)
            expect(inside, f"{shown}: outside its bounds")
        kept = json.loads(json.dumps([family.values(candidate), candidate.counts]))
        again = family.candidate(candidate.steps, *kept)
        expect(again == candidate, f"{shown}: another after it was kept: {again!r}")
        expect(candidate.label, f"{candidate!r}: has no label")
        grid = candidate.schedule.revealed(np.linspace(0, 1, 65))
        rises = grid[0] == 0 and grid[-1] == 1 and (np.diff(grid) >= 0).all()
        expect(rises, f"{shown}: alpha does not rise from 0 to 1")
        plan = candidate.plan(MaskedDecoding(), self.length)
        counts = plan.counts if plan.rule is None else plan.shares
        whole = counts is not None and counts.sum() == self.length
        expect(whole, f"{shown}: not all is revealed")
        expect((plan.rule is not None) == family.by_rule, f"{shown}: by_rule is {family.by_rule}")
        seen = np.asarray(family.coordinates(candidate, plan))
        finite = seen.shape == (SHAPE_ANGLES,) and np.isfinite(seen).all()
        expect(finite, f"{shown}: coordinates {seen} are not {SHAPE_ANGLES} finite numbers")
        position = family.position(candidate)
        for one in family.dimensions(candidate.steps, self.bounds):
            value = position.get(one.name)
            known = one.searched if isinstance(one, Choice) else None
            fits = value in known if known else _between(value, one.searched)
            expect(fits, f"{shown}: {one.name} = {value!r} is none of {one.searched}")


def _between(value: object, ends: Sequence[Value]) -> bool:
    return isinstance(value, int | float) and float(ends[0]) <= value <= float(ends[1])

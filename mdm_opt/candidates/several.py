"""Several families that one study searches."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import numpy as np

from mdm_opt.candidates.base import Bounds, Candidate, Family, Seed, family_named
from mdm_opt.candidates.beta import BETA
from mdm_opt.candidates.costs import Costs
from mdm_opt.candidates.decoding import Decoding
from mdm_opt.candidates.parameters import Choice, Parameter, Value
from mdm_opt.candidates.plan import Plan
from mdm_opt.candidates.pools import Pool
from mdm_opt.schedules import MaskSchedule
from mdm_opt.schedules.base import Array

FAMILY = "family"
# Names of seeds in the order in which they are taken, and how many of each family.
_FIRST = ("profile", "energy", "baselines", "history")
_MOST = 4


class Several(Family):
    """What is searched where the candidates of several families compete.

    A candidate is one of its own family. A key of ``[space]`` that families mean alike is theirs
    together; one that they mean differently has the name of the family in front, as
    ``threshold_cutoff``.

    Args:
        members: at least two, all different.
    """

    name = "several"
    is_box = False

    def __init__(self, members: Sequence[Family]) -> None:
        self.members = tuple(members)
        by_name: dict[str, set[Parameter]] = {}
        for one in self.members:
            for key in one.keys:
                by_name.setdefault(key.name, set()).add(key)
        self._shared = {name for name, keys in by_name.items() if len(keys) == 1}
        # What holds for one of the members holds for all together.
        self.needs_profile = any(one.needs_profile for one in self.members)
        self.by_rule = any(one.by_rule for one in self.members)
        self.uses_profile = any(one.uses_profile for one in self.members)
        self.has_order = any(one.has_order for one in self.members)

    @property
    def keys(self) -> tuple[Parameter, ...]:
        """See `Family.keys`."""
        found = {
            self.key_of(one, key.name): key.named(self.key_of(one, key.name))
            for one in self.members
            for key in one.keys
        }
        return tuple(found.values())

    def key_of(self, member: Family, name: str) -> str:
        """The key of ``[space]`` that is a parameter of a member."""
        return name if name in self._shared else f"{member.name}_{name}"

    def bounds_of(self, member: Family, bounds: Bounds) -> dict[str, Sequence[Value]]:
        """The bounds of a member, by its own names."""
        return {key.name: bounds[self.key_of(member, key.name)] for key in member.keys}

    def schedule(self, candidate: Candidate) -> MaskSchedule:
        """See `Family.schedule`."""
        return candidate.schedule

    def check_decoding(self, decoding: Decoding) -> None:
        """See `Family.check_decoding`."""
        for one in self.members:
            one.check_decoding(decoding)

    def coordinates(self, candidate: Candidate, plan: Plan) -> Array:
        """See `Family.coordinates`."""
        return family_named(candidate.family).coordinates(candidate, plan)

    def dimensions(self, steps: int, bounds: Bounds) -> tuple[Parameter, ...]:
        """See `Family.dimensions`; a candidate has those of its own family."""
        found = {
            self.key_of(one, part.name): part.named(self.key_of(one, part.name))
            for one in self.members
            for part in one.dimensions(steps, self.bounds_of(one, bounds))
        }
        names = tuple(one.name for one in self.members)
        return (Choice(FAMILY, names), *found.values())

    def position(self, candidate: Candidate) -> Mapping[str, Value]:
        """See `Family.position`."""
        own = family_named(candidate.family)
        values = {self.key_of(own, name): v for name, v in own.position(candidate).items()}
        return {FAMILY: own.name, **values}

    @property
    def given_words(self) -> str:
        """See `Family.given_words`."""
        return "a list [family, values of its keys ...]"

    def accepts_seed(self, values: Sequence[object]) -> bool:
        """See `Family.accepts_seed`; the name of a member comes first."""
        own = self._named(values)
        return own is not None and own.accepts_seed(values[1:])

    def seed_is_inside(self, values: Sequence[Value], bounds: Bounds) -> bool:
        """See `Family.seed_is_inside`."""
        own = self._named(values)
        return own is not None and own.seed_is_inside(values[1:], self.bounds_of(own, bounds))

    def _named(self, values: Sequence[object]) -> Family | None:
        return next((one for one in self.members if values and one.name == values[0]), None)

    def seeds(
        self,
        wanted: Sequence[str | Sequence[Value]],
        steps: int,
        bounds: Bounds,
        length: int,
        costs: Costs | None,
    ) -> list[Seed]:
        """See `Family.seeds`; the families take turns.

        Of each family there are the user's own and `_MOST` others, those of the profile first: as
        many as one family has by itself would leave no trials for the search.
        """
        names = sorted((one for one in wanted if isinstance(one, str)), key=_FIRST.index)
        found = []
        for one in self.members:
            own = [
                seed[1:] for seed in wanted if not isinstance(seed, str) and seed[0] == one.name
            ]
            within = self.bounds_of(one, bounds)
            seeds = [
                *one.seeds(own, steps, within, length, costs),
                *one.seeds(names, steps, within, length, costs)[:_MOST],
            ]
            found.append(
                [Seed(f"{one.name}, {seed.label}", seed.candidate) for seed in seeds]
                if one is not self.members[0]
                else seeds
            )
        turns = itertools.zip_longest(*found)
        return [seed for turn in turns for seed in turn if seed is not None]

    def optimum(self, steps: int, bounds: Bounds, costs: Costs) -> Candidate:
        """See `Family.optimum`; of the families of which a profile predicts something."""
        found = [
            one.optimum(steps, self.bounds_of(one, bounds), costs)
            for one in self.members
            if not one.by_rule
        ]
        if not found:
            return BETA.optimum(steps, {key.name: key.searched for key in BETA.keys}, costs)
        return min(found, key=costs.of)

    def adopted(
        self, candidate: Candidate, steps: int, bounds: Bounds, length: int
    ) -> Candidate | None:
        """See `Family.adopted`."""
        own = self._named([candidate.family])
        if own is None:
            return None
        return own.adopted(candidate, steps, self.bounds_of(own, bounds), length)

    def pool(self, steps: int, bounds: Bounds, costs: Costs | None = None, *, length: int) -> Pool:
        """See `Family.pool`."""
        pools = {
            one.name: one.pool(steps, self.bounds_of(one, bounds), costs, length=length)
            for one in self.members
        }
        return _Pools(pools)


class _Pools:
    """The pools of several families together.

    Args:
        pools: by family.
    """

    def __init__(self, pools: Mapping[str, Pool]) -> None:
        self._pools = pools

    def candidates(
        self, rng: np.random.Generator, parents: Sequence[Candidate], *, wide: bool
    ) -> Iterator[Candidate]:
        """See `Pool.candidates`; of a family without parents everywhere."""
        for name, pool in self._pools.items():
            ours = [one for one in parents if one.family == name]
            yield from pool.candidates(rng, ours, wide=wide or not ours)

    def anything(self, rng: np.random.Generator) -> Candidate:
        """See `Pool.anything`."""
        pools = list(self._pools.values())
        return pools[int(rng.integers(len(pools)))].anything(rng)


@cache
def several(names: tuple[str, ...]) -> Several:
    """The families of these names as one."""
    return Several([family_named(name) for name in names])

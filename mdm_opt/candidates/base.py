"""What a candidate is, and what a family of candidates says of itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mdm_opt.candidates.costs import Costs
from mdm_opt.candidates.decoding import Decoding, normal_values
from mdm_opt.candidates.masked_decoding import MaskedDecoding
from mdm_opt.candidates.parameters import Parameter, Range, Value, shown, whole_number
from mdm_opt.candidates.plan import Plan, Rule
from mdm_opt.candidates.reserved import RESERVED
from mdm_opt.schedules import MaskSchedule, shape_angles
from mdm_opt.schedules.base import Array

if TYPE_CHECKING:
    from mdm_opt.candidates.pools import Pool

# What [space] says of each parameter: the ends of a range, or the options of a choice.
Bounds = Mapping[str, Sequence[Value]]
# Label and parameters of seeds, by the name that a study file uses.
NamedSeeds = Mapping[str, Sequence[tuple[str, Mapping[str, Value]]]]

_USUAL = MaskedDecoding()


@dataclass(frozen=True)
class Candidate:
    """What a trial measures: the only carrier of a proposal from seed to database to export.

    Attributes:
        family: name of its family, see `FAMILIES`.
        steps: step budget N >= 1.
        parameters: values of the family's parameters by name, in the family's order.
        counts: tokens that each step reveals, where the family is counts; else None.
        decoding: searched values of `MaskedDecoding`, by keys of `SEARCHABLE`; block lengths are
            ints.

    Raises:
        ValueError: for an unknown family, or values that make none of its schedules.
    """

    family: str
    steps: int
    parameters: Mapping[str, Value] = field(default_factory=dict)
    counts: tuple[int, ...] | None = None
    decoding: Mapping[str, int | Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        family = family_named(self.family)
        steps = whole_number(self.steps, "steps")
        if steps < 1:
            raise ValueError(f"steps must be at least 1, got {steps}")
        parameters, decoding = family.normal(self.parameters), normal_values(self.decoding)
        kept = {"steps": steps, "parameters": parameters, "decoding": decoding}
        if self.counts is not None:
            kept["counts"] = tuple(whole_number(n, "a count") for n in self.counts)
        for name, value in kept.items():
            object.__setattr__(self, name, value)
        family.check(self)
        family.schedule(self)
        _USUAL.with_values(self.decoding)

    def __hash__(self) -> int:
        values = (*self.parameters.items(), *sorted(self.decoding.items()))
        return hash((self.family, self.steps, values, self.counts))

    @property
    def schedule(self) -> MaskSchedule:
        """The mask schedule."""
        return family_named(self.family).schedule(self)

    @property
    def rule(self) -> Rule | None:
        """The rule that decides what a step reveals; None where the schedule alone does."""
        return family_named(self.family).rule(self)

    @property
    def by_calls(self) -> bool:
        """Whether only samples tell how many model calls it takes, see `Family.by_calls`."""
        return family_named(self.family).by_calls

    @property
    def label(self) -> str:
        """The candidate in a few words, e.g. ``beta(0.396, 0.258)``."""
        return self.with_settings(family_named(self.family).label(self))

    def with_settings(self, words: str) -> str:
        """What is said of the candidate, with what it brings of the decoding."""
        brought = [
            f"{key} {value if isinstance(value, str) else format(value, '.3g')}"
            for key, value in self.decoding.items()
        ]
        return ", ".join([words, *brought])

    def plan(self, decoding: Decoding, length: int) -> Plan:
        """What the candidate does to sequences of a length.

        Args:
            decoding: of the study; the candidate's own values take the place of its.
            length: tokens of one sequence.

        Raises:
            ValueError: as `Decoding.plan`.
        """
        return _plan(self, decoding.with_values(self.decoding), length)

    def key(self, decoding: Decoding, length: int) -> tuple[object, ...]:
        """Equal for two candidates of a step budget only where they sample the same.

        Schedules with the same counts do; where counts are random, those with the same grid.
        """
        chosen = decoding.with_values(self.decoding)
        plan = _plan(self, chosen, length)
        return (*family_named(self.family).key(self, plan), chosen.without_one_block(length))


@lru_cache(maxsize=8192)
def _plan(candidate: Candidate, decoding: Decoding, length: int) -> Plan:
    return decoding.plan(candidate.schedule, candidate.steps, length, candidate.rule)


@dataclass(frozen=True)
class Seed:
    """A candidate that is tried first.

    Attributes:
        label: where it comes from, e.g. ``energy: linear``.
        candidate: the candidate.
    """

    label: str
    candidate: Candidate


class Family(ABC):
    """A kind of candidate; one file in `mdm_opt.candidates`, and one line in its table.

    Attributes:
        name: as in the study file.
        parameters: what its candidates are given by.
        named_seeds: label and parameters of the seeds that a study file names.
        searchable: whether a study can search it; baselines are families that none can.
        needs_profile: whether its search starts from the profile of the model.
        is_box: whether its candidates make a box, which Optuna's samplers can search, too.
        by_counts: whether its candidates are given by their counts.
        by_rule: whether a rule decides what a step reveals; a profile predicts nothing of those.
        by_calls: whether only samples tell how many model calls its candidates take, so that the
            step budget bounds their mean.
        is_open: whether its candidates may have any parameters.
        uses_profile: whether some of its seeds come from a profile.
        has_order: whether the order of the sampler makes a difference to its candidates.
        coordinate_parts: numbers of `coordinates` of each parameter that acts by itself, too.
    """

    name: ClassVar[str]
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    named_seeds: ClassVar[NamedSeeds] = {}
    searchable: bool = True
    needs_profile: bool = False
    is_box: bool = True
    by_counts: bool = False
    by_rule: bool = False
    by_calls: bool = False
    is_open: bool = False
    uses_profile: bool = True
    has_order: bool = True
    coordinate_parts: tuple[int, ...] = ()

    @abstractmethod
    def schedule(self, candidate: Candidate) -> MaskSchedule:
        """The mask schedule of a candidate of this family."""

    def rule(self, candidate: Candidate) -> Rule | None:
        """The rule of a candidate; None where the schedule alone decides."""
        return None

    def normal(self, parameters: Mapping[str, Value]) -> dict[str, Value]:
        """Parameters in the order of the family, numbers as floats.

        Raises:
            ValueError: where values are missing, too many, or of the wrong kind.
        """
        wanted = [one.name for one in self.parameters]
        if parameters.keys() != set(wanted):
            names = ", ".join(wanted) or "no parameters"
            raise ValueError(f"family {self.name!r} is given by {names}, got {parameters!r}")
        return {one.name: one.normal(parameters[one.name]) for one in self.parameters}

    def check(self, candidate: Candidate) -> None:
        """Raises ValueError where a candidate is none of this family."""
        if candidate.counts is not None:
            raise ValueError(f"family {self.name!r} has no counts, got {candidate.counts}")

    def check_decoding(self, decoding: Decoding) -> None:  # noqa: B027 - most accept any
        """Raises ValueError where candidates of this family cannot be sampled so."""

    def label(self, candidate: Candidate) -> str:
        """A candidate in a few words."""
        values = ", ".join(map(shown, candidate.parameters.values()))
        return f"{self.name}({values})" if values else self.name

    @property
    def keys(self) -> tuple[Parameter, ...]:
        """The keys that the family has in ``[space]``."""
        return self.parameters

    def values(self, candidate: Candidate) -> dict[str, Value | None]:
        """What JSON has of a candidate beside its counts: its parameters by name."""
        return {one.name: candidate.parameters.get(one.name) for one in self.keys}

    def shown_values(self, candidate: Candidate) -> dict[str, Any]:
        """`values` as JSON has them beside the other keys of a result."""
        return dict(self.values(candidate))

    def candidate(
        self, steps: int, values: Mapping[str, Value | None], counts: Sequence[int] | None = None
    ) -> Candidate:
        """The inverse of `values`.

        Args:
            steps: step budget.
            values: parameters by name.
            counts: of the file; they follow from the parameters where the family has any.

        Raises:
            ValueError: where they are no candidate of this family.
        """
        return Candidate(self.name, steps, {k: v for k, v in values.items() if v is not None})

    def key(self, candidate: Candidate, plan: Plan) -> tuple[object, ...]:
        """Equal for two candidates of a step budget only where their steps do the same."""
        return plan.key

    def coordinates(self, candidate: Candidate, plan: Plan) -> Array:
        """Where the model of the search sees a candidate, float64 ``(7,)``.

        Angles of its schedule, which are comparable between step counts and families.
        """
        return np.asarray(shape_angles(plan.realised[None, :])[0])

    def dimensions(self, steps: int, bounds: Bounds) -> tuple[Parameter, ...]:
        """What Optuna is told that is searched, with the bounds of a study."""
        return tuple(one.within(bounds[one.name]) for one in self.parameters)

    def position(self, candidate: Candidate) -> Mapping[str, Value]:
        """Where a candidate is along `dimensions`."""
        return candidate.parameters

    def inside(self, values: Mapping[str, Value], bounds: Bounds) -> bool:
        """Whether parameters lie within the bounds of a study."""
        for one in self.parameters:
            value, ends = values[one.name], bounds[one.name]
            within = value in ends
            if isinstance(one, Range):
                within = float(ends[0]) <= float(value) <= float(ends[1])
            if not within:
                return False
        return True

    @property
    def given_words(self) -> str:
        """What a study file may give as a seed beside names."""
        return f"a list [{', '.join(one.name for one in self.keys)}] of values that are accepted"

    def accepts_seed(self, values: Sequence[object]) -> bool:
        """Whether a study file may give these parameters as a seed."""
        return len(values) == len(self.keys) and all(
            key.accepts(value) for key, value in zip(self.keys, values, strict=True)
        )

    def seed_is_inside(self, values: Sequence[Value], bounds: Bounds) -> bool:
        """Whether a seed that `accepts_seed` lies within the bounds of a study."""
        return self.inside(self._by_key(values), bounds)

    def given_seed(self, values: Sequence[Value], steps: int) -> Seed:
        """A seed that a study file gives by its parameters, in their order."""
        shown = ", ".join(v if isinstance(v, str) else f"{v:g}" for v in values)
        return Seed(f"user: ({shown})", Candidate(self.name, steps, self._by_key(values)))

    def _by_key(self, values: Sequence[Value]) -> dict[str, Value]:
        return {key.name: value for key, value in zip(self.keys, values, strict=True)}

    def seeds(
        self,
        wanted: Sequence[str | Sequence[Value]],
        steps: int,
        bounds: Bounds,
        length: int,
        costs: Costs | None,
    ) -> list[Seed]:
        """The seeds of one step budget, in the order of the study file.

        Args:
            wanted: names, and parameters of candidates.
            steps: step budget.
            bounds: of the study; named seeds outside are left out.
            length: tokens of one sequence.
            costs: what the profile predicts, where it is known.
        """
        found: list[Seed] = []
        for seed in wanted:
            if not isinstance(seed, str):
                found.append(self.given_seed(seed, steps))
            elif seed != "profile":
                found += [
                    Seed(label, Candidate(self.name, steps, values))
                    for label, values in self.named_seeds.get(seed, ())
                    if self.inside(values, bounds)
                ]
            elif costs is not None:
                found += self.profile_seeds(steps, bounds, costs)
        return found

    def profile_seeds(self, steps: int, bounds: Bounds, costs: Costs) -> list[Seed]:
        """The seeds that a profile suggests for a step budget."""
        label = f"profile: best {self.name.capitalize()}"
        return [Seed(label, self.optimum(steps, bounds, costs))]

    def optimum(self, steps: int, bounds: Bounds, costs: Costs) -> Candidate:
        """The candidate of least predicted path KL within the bounds."""
        rng, pool = np.random.default_rng(0), self.pool(steps, bounds, length=costs.most_steps)
        found = list(pool.candidates(rng, [], wide=True))
        for _ in range(3):
            best = min(found, key=costs.of)
            found = [best, *pool.candidates(rng, [best], wide=False)]
        return min(found, key=costs.of)

    def adopted(
        self, candidate: Candidate, steps: int, bounds: Bounds, length: int
    ) -> Candidate | None:
        """The schedule of a candidate of another study as a candidate of this family.

        What it brought of the decoding is left out: it was measured within that study's.

        Args:
            candidate: of any family and step budget.
            steps: step budget that it is wanted for.
            bounds: of this study.
            length: tokens of one sequence.

        Returns:
            None where it is not in the space of this study.
        """
        if candidate.family != self.name or not self.inside(candidate.parameters, bounds):
            return None
        return Candidate(self.name, steps, candidate.parameters)

    def pool(self, steps: int, bounds: Bounds, costs: Costs | None = None, *, length: int) -> Pool:
        """Candidates of a step budget to choose from.

        Args:
            steps: step budget.
            bounds: of the study.
            costs: what the profile predicts, where it is known.
            length: tokens of one sequence.
        """
        from mdm_opt.candidates.pools import BoxPool

        return BoxPool(self, steps, bounds, costs)


# Families by name; `mdm_opt.candidates` fills it.
FAMILIES: dict[str, Family] = {}


def register(family: Family) -> None:
    """Adds a family to the table.

    Raises:
        ValueError: where its name is taken, or a name cannot be a key.
    """
    if family.name in FAMILIES:
        raise ValueError(f"there is a family {family.name!r} already")
    for name, longest in ((family.name, 32), *((one.name, 64) for one in family.keys)):
        if not name.isidentifier() or len(name) > longest:
            raise ValueError(f"{name!r} is not accepted: a name of at most {longest} letters is")
        if name in RESERVED and not family.is_open:
            raise ValueError(f"{name!r} is not accepted: results have a key of that name")
    FAMILIES[family.name] = family
    _plan.cache_clear()


def searchable_families() -> list[str]:
    """Names of the families that a study can search."""
    return [name for name, one in FAMILIES.items() if one.searchable]


def family_named(name: str) -> Family:
    """The family of that name; ValueError where there is none, naming those there are."""
    if name not in FAMILIES:
        raise ValueError(f"no family {name!r}; there are {', '.join(FAMILIES)}")
    return FAMILIES[name]

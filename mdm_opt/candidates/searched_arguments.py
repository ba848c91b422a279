"""The arguments of a sampler that a study searches: ranges and choices, some with conditions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mdm_opt.candidates.arguments import ARGUMENTS, Arguments
from mdm_opt.candidates.base import Bounds, Candidate, Seed
from mdm_opt.candidates.costs import Costs
from mdm_opt.candidates.parameters import Choice, Parameter, Range, Value
from mdm_opt.candidates.plan import Plan
from mdm_opt.candidates.pools import Pool
from mdm_opt.schedules.base import Array

# How far apart the ends of a range, or two options, are for the model of the search, which takes
# a few tenths for what lies between good and bad.
_RANGE, _OPTION = 0.8, 0.5
# Candidates all over the space, near each parent, and how far from it: deviations as shares of the
# range. How often a neighbour has another option, or the same value of a number.
_SPREAD, _NEAR = 256, 192
_STEPS = (0.03, 0.1, 0.3)
_SWITCHES, _KEPT = 0.2, 0.3
# Names that Optuna's tables have for something else.
_TAKEN = ("steps", "family")


@dataclass(frozen=True)
class Condition:
    """What another argument has to be for one to be given.

    Attributes:
        name: of a choice that stands before.
        options: with which of its options.
    """

    name: str
    options: tuple[Value, ...]


@dataclass(frozen=True)
class Argument:
    """An argument that is searched.

    Attributes:
        parameter: its range or choice.
        when: under which conditions it is given; always where there are none.
    """

    parameter: Parameter
    when: tuple[Condition, ...] = ()

    def is_active(self, values: Mapping[str, Value]) -> bool:
        """Whether it is given beside these values of the arguments before it."""
        return all(one.name in values and values[one.name] in one.options for one in self.when)


class SearchedArguments(Arguments):
    """The family of a study's ``[space.arguments]``; its candidates are those of `Arguments`.

    Args:
        arguments: each after those that its conditions name.
    """

    def __init__(self, arguments: Sequence[Argument]) -> None:
        self.arguments = tuple(arguments)
        # Where an argument is not always there, its dimension is not either.
        self.is_box = not any(one.when for one in self.arguments)
        # One an option, two a number: its place, and whether it is there.
        self.coordinate_parts = tuple(
            len(one.parameter.searched) if isinstance(one.parameter, Choice) else 2
            for one in self.arguments
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all arguments that are searched."""
        return tuple(one.parameter.name for one in self.arguments)

    def active(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """Of values of all arguments those whose conditions hold, as whole numbers where meant.

        Raises:
            KeyError: where one of these has no value.
            ValueError: where a value is none of the argument's.
        """
        found: dict[str, Value] = {}
        for one in self.arguments:
            if one.is_active(found):
                found[one.parameter.name] = one.parameter.normal(values[one.parameter.name])
        return found

    def candidate(
        self, steps: int, values: Mapping[str, Value | None], counts: Sequence[int] | None = None
    ) -> Candidate:
        """See `Family.candidate`; of values along `dimensions`."""
        named = {one.parameter.name: values.get(_dimension(one)) for one in self.arguments}
        given = {name: value for name, value in named.items() if value is not None}
        return Candidate(self.name, steps, self.active(given))

    def coordinates(self, candidate: Candidate, plan: Plan) -> Array:
        """See `Family.coordinates`: numbers by their place in the range, options by themselves.

        Scaled with the root of their number, because the model takes the mean of squares.
        """
        found: list[float] = []
        for one in self.arguments:
            parameter, value = one.parameter, candidate.parameters.get(one.parameter.name)
            if isinstance(parameter, Choice):
                # Two of these are sqrt(2) times as far apart as each is from 0.
                found += [_OPTION / math.sqrt(2) * (value == o) for o in parameter.searched]
            else:
                found.append(0.0 if value is None else _RANGE * place(parameter, float(value)))
                found.append(_OPTION / math.sqrt(2) * (value is None))
        return np.array(found) * math.sqrt(len(found))

    def dimensions(self, steps: int, bounds: Bounds) -> tuple[Parameter, ...]:
        """See `Family.dimensions`; a candidate has those of its arguments that are active."""
        return tuple(one.parameter.named(_dimension(one)) for one in self.arguments)

    def position(self, candidate: Candidate) -> Mapping[str, Value]:
        """See `Family.position`."""
        given = candidate.parameters
        return {
            _dimension(one): given[one.parameter.name]
            for one in self.arguments
            if one.parameter.name in given
        }

    def inside(self, values: Mapping[str, Value], bounds: Bounds) -> bool:
        """See `Family.inside`: whether values are those of the active arguments, all accepted."""
        try:
            active = self.active(values)
        except (KeyError, ValueError):
            return False
        parameters = {one.parameter.name: one.parameter for one in self.arguments}
        return active.keys() == values.keys() and all(
            parameters[name].accepts(value) for name, value in active.items()
        )

    @property
    def given_words(self) -> str:
        """See `Family.given_words`."""
        values = ", ".join(f"{name} = ..." for name in self.names)
        return f"a table {{ {values} }} of values that are searched"

    def accepts_seed(self, values: object) -> bool:
        """See `Family.accepts_seed`; a table of the values of all arguments that are active."""
        return isinstance(values, Mapping) and self.inside(values, {})

    def seed_is_inside(self, values: object, bounds: Bounds) -> bool:
        """See `Family.seed_is_inside`."""
        return self.accepts_seed(values)

    def given_seed(self, values: object, steps: int) -> Seed:
        """See `Family.given_seed`.

        Raises:
            ValueError: for what `accepts_seed` does not.
        """
        if not isinstance(values, Mapping):
            raise ValueError(f"{self.given_words} is expected, got {values!r}")
        candidate = Candidate(self.name, steps, self.active(values))
        return Seed(f"user: {candidate.label}"[:64], candidate)

    def seeds(
        self,
        wanted: Sequence[str | Sequence[Value]],
        steps: int,
        bounds: Bounds,
        length: int,
        costs: Costs | None,
    ) -> list[Seed]:
        """See `Family.seeds`: the user's; the present setting is not known to a family."""
        return [self.given_seed(one, steps) for one in wanted if not isinstance(one, str)]

    def adopted(
        self, candidate: Candidate, steps: int, bounds: Bounds, length: int
    ) -> Candidate | None:
        """See `Family.adopted`."""
        if candidate.family != self.name or not self.inside(candidate.parameters, bounds):
            return None
        return Candidate(self.name, steps, self.active(candidate.parameters))

    def pool(self, steps: int, bounds: Bounds, costs: Costs | None = None, *, length: int) -> Pool:
        """See `Family.pool`."""
        return _ArgumentsPool(self, steps)


class _ArgumentsPool:
    """Candidates all over the space of the arguments, and some near good ones."""

    def __init__(self, family: SearchedArguments, steps: int) -> None:
        self._family, self._steps = family, steps

    def candidates(
        self, rng: np.random.Generator, parents: Sequence[Candidate], *, wide: bool
    ) -> Iterator[Candidate]:
        """See `Pool.candidates`."""
        if wide:
            for _ in range(_SPREAD):
                yield self.anything(rng)
        for parent in parents:
            for step in _STEPS:
                for _ in range(_NEAR // len(_STEPS)):
                    yield self._near(rng, parent, step)

    def anything(self, rng: np.random.Generator) -> Candidate:
        """See `Pool.anything`."""
        return self._candidate({one.parameter.name: _any(rng, one) for one in self._all})

    @property
    def _all(self) -> tuple[Argument, ...]:
        return self._family.arguments

    def _candidate(self, values: Mapping[str, Value]) -> Candidate:
        return Candidate(self._family.name, self._steps, self._family.active(values))

    def _near(self, rng: np.random.Generator, parent: Candidate, step: float) -> Candidate:
        values: dict[str, Value] = {}
        for one in self._all:
            parameter, value = one.parameter, parent.parameters.get(one.parameter.name)
            if value is None or (isinstance(parameter, Choice) and rng.random() < _SWITCHES):
                value = _any(rng, one)
            elif isinstance(parameter, Range) and rng.random() > _KEPT:
                moved = place(parameter, float(value)) + step * rng.normal()
                value = value_at(parameter, min(max(moved, 0.0), 1.0))
            values[parameter.name] = value
        return self._candidate(values)


def place(one: Range, value: float) -> float:
    """Where a value lies in a range, from 0 to 1; by its logarithm where ratios count."""
    low, high = one.searched
    inside = min(max(value, low), high)
    if one.log:
        return math.log(inside / low) / math.log(high / low)
    return (inside - low) / (high - low)


def value_at(one: Range, share: float) -> Value:
    """The inverse of `place`."""
    low, high = one.searched
    found = low * (high / low) ** share if one.log else low + share * (high - low)
    return one.normal(min(max(found, low), high))


def _any(rng: np.random.Generator, one: Argument) -> Value:
    if isinstance(one.parameter, Range):
        return value_at(one.parameter, float(rng.random()))
    return one.parameter.searched[int(rng.integers(len(one.parameter.searched)))]


def _dimension(one: Argument) -> str:
    """Its name among the dimensions of Optuna's tables, which have names of their own."""
    name = one.parameter.name
    return f"{ARGUMENTS}.{name}" if name in _TAKEN else name


@lru_cache(maxsize=64)
def searched_arguments(arguments: tuple[Argument, ...]) -> SearchedArguments:
    """The family of some arguments, one object for all who ask."""
    return SearchedArguments(arguments)

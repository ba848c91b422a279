"""A family that is searched together with settings of the sampler."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from mdm_opt.candidates.base import Bounds, Candidate, Family, Seed, family_named
from mdm_opt.candidates.costs import Costs
from mdm_opt.candidates.decoding import SEARCHABLE, Decoding
from mdm_opt.candidates.masked_decoding import ORDERS, MaskedDecoding
from mdm_opt.candidates.parameters import Choice, Parameter, Range, Value, shown
from mdm_opt.candidates.plan import Plan
from mdm_opt.candidates.pools import Pool
from mdm_opt.schedules import MaskSchedule
from mdm_opt.schedules.base import Array

ORDER, TEMPERATURE, GUIDANCE, BLOCK_LENGTH = SEARCHABLE
# How far apart settings are on the scale of the angles of schedules, of which a few tenths lie
# between good and bad: another order, a temperature of 0 and of 1, a guidance of 0 and of 2, twice
# as many blocks.
_ORDER, _TEMPERATURE, _GUIDANCE, _BLOCKS = 0.3, 0.6, 0.6, 0.15
SETTING_COORDINATES = len(ORDERS) + 3
# A proposal near a parent: how often a setting is another one, and standard deviations of the
# others as shares of their range.
_SWITCHES, _STEPS = 0.2, (0.02, 0.1, 0.3)
# Of those that are looked for everywhere beside parents: how many have the settings of one.
_KEPT_SHARE = 0.5
_LONGEST_LABEL = 64


def setting_coordinates(candidate: Candidate, length: int) -> Array:
    """Where the model of the search sees the settings that a candidate brings.

    Args:
        candidate: of any family.
        length: tokens of one sequence.

    Returns:
        float64 ``(SETTING_COORDINATES,)``; zeros for what it does not bring.
    """
    values = candidate.decoding
    temperature, guidance = float(values.get(TEMPERATURE, 0)), float(values.get(GUIDANCE, 0))
    blocks = length / float(values.get(BLOCK_LENGTH, length))
    return np.array(
        [
            # Two of these are sqrt(2) times as far apart as each is from 0.
            *(_ORDER / math.sqrt(2) * (values.get(ORDER) == one) for one in ORDERS),
            _TEMPERATURE * min(temperature, 1 + math.log(max(temperature, 1.0))),
            _GUIDANCE * math.log1p(guidance) / math.log1p(2),
            _BLOCKS * math.log2(blocks),
        ]
    )


def fitting(dimensions: Iterable[Parameter], steps: int, length: int) -> tuple[Parameter, ...]:
    """Dimensions as they are searched at a step count: of block lengths only those that fit.

    Args:
        dimensions: of any family.
        steps: step budget; a multiple of the number of blocks.
        length: tokens of one sequence; a multiple of the length of a block.
    """
    found = []
    for one in dimensions:
        if one.name == BLOCK_LENGTH and isinstance(one, Choice):
            one = one.within([n for n in one.searched if fits(int(n), steps, length)])
        found.append(one)
    return tuple(found)


def fits(block_length: int, steps: int, length: int) -> bool:
    """Whether blocks share the length and the steps evenly."""
    return length % block_length == 0 and steps % (length // block_length) == 0


class WithSettings(Family):
    """A family, or several as one, and settings of the sampler that are searched with it.

    A candidate is one of its own family that brings a value of each setting in its `decoding`; one
    whose rule knows no order brings none. The keys of ``[space]`` are those of the family, for the
    settings carry their own bounds.

    Args:
        family: that is searched.
        settings: ranges and choices by keys of `SEARCHABLE`, as they are searched; at least one.
    """

    name = "with_settings"

    def __init__(self, family: Family, settings: Sequence[Parameter]) -> None:
        self.inner, self.settings = family, tuple(settings)
        # What holds for the family holds with settings.
        self.needs_profile = family.needs_profile
        self.is_box = family.is_box
        self.by_counts = family.by_counts
        self.by_rule = family.by_rule
        self.uses_profile = family.uses_profile
        self.has_order = family.has_order

    @property
    def keys(self) -> tuple[Parameter, ...]:
        """See `Family.keys`."""
        return self.inner.keys

    def schedule(self, candidate: Candidate) -> MaskSchedule:
        """See `Family.schedule`."""
        return candidate.schedule

    def check_decoding(self, decoding: Decoding) -> None:
        """See `Family.check_decoding`."""
        self.inner.check_decoding(decoding)

    def candidate(
        self, steps: int, values: Mapping[str, Value | None], counts: Sequence[int] | None = None
    ) -> Candidate:
        """See `Family.candidate`; of parameters and settings together."""
        names = [one.name for one in self.settings]
        own = {name: value for name, value in values.items() if name not in names}
        brought = {n: value for n in names if (value := values.get(n)) is not None}
        return replace(self.inner.candidate(steps, own, counts), decoding=brought)

    def coordinates(self, candidate: Candidate, plan: Plan) -> Array:
        """See `Family.coordinates`."""
        return self.inner.coordinates(candidate, plan)

    def dimensions(self, steps: int, bounds: Bounds) -> tuple[Parameter, ...]:
        """See `Family.dimensions`; with all block lengths, see `fitting`."""
        return (*self.inner.dimensions(steps, bounds), *self.settings)

    def position(self, candidate: Candidate) -> Mapping[str, Value]:
        """See `Family.position`."""
        return {**self.inner.position(candidate), **candidate.decoding}

    def inside(self, values: Mapping[str, Value], bounds: Bounds) -> bool:
        """See `Family.inside`."""
        return self.inner.inside(values, bounds)

    @property
    def given_words(self) -> str:
        """See `Family.given_words`."""
        return self.inner.given_words

    def accepts_seed(self, values: Sequence[object]) -> bool:
        """See `Family.accepts_seed`; without settings."""
        return self.inner.accepts_seed(values)

    def seed_is_inside(self, values: Sequence[Value], bounds: Bounds) -> bool:
        """See `Family.seed_is_inside`."""
        return self.inner.seed_is_inside(values, bounds)

    def seeds(
        self,
        wanted: Sequence[str | Sequence[Value]],
        steps: int,
        bounds: Bounds,
        length: int,
        costs: Costs | None,
    ) -> list[Seed]:
        """The family's with default settings; after the first what each setting may be, once."""
        found = self.inner.seeds(wanted, steps, bounds, length, costs)
        at = _Settings(self.settings, steps, length)
        first = next((one for one in found if one.label.startswith("profile: ")), None)
        ordered = sorted(found, key=lambda one: one is not first)
        usual = [replace(one, candidate=at.usual(one.candidate)) for one in ordered]
        return [*usual[:1], *_variants(at, usual), *usual[1:]]

    def profile_seeds(self, steps: int, bounds: Bounds, costs: Costs) -> list[Seed]:
        """See `Family.profile_seeds`; without settings, of which a profile says nothing."""
        return self.inner.profile_seeds(steps, bounds, costs)

    def optimum(self, steps: int, bounds: Bounds, costs: Costs) -> Candidate:
        """See `Family.optimum`; likewise."""
        return self.inner.optimum(steps, bounds, costs)

    def adopted(
        self, candidate: Candidate, steps: int, bounds: Bounds, length: int
    ) -> Candidate | None:
        """See `Family.adopted`; with those of its settings that are searched here, too."""
        found = self.inner.adopted(candidate, steps, bounds, length)
        if found is None:
            return None
        usual = _Settings(self.settings, steps, length).usual(found)
        kept = {
            one.name: candidate.decoding[one.name]
            for one in fitting(self.settings, steps, length)
            if one.name in usual.decoding and _searches(one, candidate.decoding.get(one.name))
        }
        return replace(usual, decoding={**usual.decoding, **kept})

    def pool(self, steps: int, bounds: Bounds, costs: Costs | None = None, *, length: int) -> Pool:
        """See `Family.pool`."""
        inner = self.inner.pool(steps, bounds, costs, length=length)
        return _SettingsPool(inner, _Settings(self.settings, steps, length))


class _Settings:
    """The settings that are searched at a step count.

    Args:
        settings: of the study.
        steps: step budget.
        length: tokens of one sequence.
    """

    def __init__(self, settings: Sequence[Parameter], steps: int, length: int) -> None:
        self._all = fitting(settings, steps, length)
        self._length = length

    def of(self, candidate: Candidate) -> list[Parameter]:
        """Those that make a difference to a candidate."""
        has_order = family_named(candidate.family).has_order
        return [one for one in self._all if has_order or one.name != ORDER]

    def usual(self, candidate: Candidate) -> Candidate:
        """A candidate with what the sampler does where nothing is said, or what is nearest."""
        values = {one.name: self._default(one) for one in self.of(candidate)}
        return replace(candidate, decoding=values)

    def _default(self, one: Parameter) -> Value:
        default = self._length if one.name == BLOCK_LENGTH else getattr(MaskedDecoding(), one.name)
        if isinstance(one, Range):
            return float(np.clip(default, *one.searched))
        return default if default in one.searched else one.searched[0]

    def anywhere(self, rng: np.random.Generator, candidate: Candidate) -> Candidate:
        """A candidate with any settings."""
        values = {one.name: _any(rng, one) for one in self.of(candidate)}
        return replace(candidate, decoding=values)

    def near(self, rng: np.random.Generator, candidate: Candidate, parent: Candidate) -> Candidate:
        """A candidate with nearly the settings of another one."""
        step = _STEPS[int(rng.integers(len(_STEPS)))]
        values = {}
        for one in self.of(candidate):
            value = parent.decoding.get(one.name)
            if value is None or (isinstance(one, Choice) and rng.random() < _SWITCHES):
                value = _any(rng, one)
            elif isinstance(one, Range):
                low, high = one.searched
                value = float(
                    np.clip(float(value) + step * (high - low) * rng.normal(), low, high)
                )
            values[one.name] = value
        return replace(candidate, decoding=values)


def _any(rng: np.random.Generator, one: Parameter) -> Value:
    if isinstance(one, Range):
        return float(rng.uniform(*one.searched))
    return one.searched[int(rng.integers(len(one.searched)))]


def _searches(one: Parameter, value: Value | None) -> bool:
    if value is None or isinstance(one, Choice):
        return value in one.searched
    return one.searched[0] <= float(value) <= one.searched[1]


def _variants(at: _Settings, seeds: Sequence[Seed]) -> Iterator[Seed]:
    """Every option and both ends of every setting, of the first seed that the setting concerns."""
    tried = set()
    for seed in seeds:
        for one in at.of(seed.candidate):
            if one.name in tried:
                continue
            tried.add(one.name)
            for value in one.searched:
                if value == seed.candidate.decoding[one.name]:
                    continue
                values = {**seed.candidate.decoding, one.name: value}
                label = f"{one.name} {shown(value)}, {seed.label}"[:_LONGEST_LABEL]
                yield Seed(label, replace(seed.candidate, decoding=values))


class _SettingsPool:
    """The candidates of a family's pool, each with settings.

    Args:
        inner: of the family.
        settings: that are searched.
    """

    def __init__(self, inner: Pool, settings: _Settings) -> None:
        self._inner, self._settings = inner, settings

    def candidates(
        self, rng: np.random.Generator, parents: Sequence[Candidate], *, wide: bool
    ) -> Iterator[Candidate]:
        """See `Pool.candidates`; near the settings of parents of the same family."""
        plain = [replace(one, decoding={}) for one in parents]
        for one in self._inner.candidates(rng, plain, wide=wide):
            ours = [parent for parent in parents if parent.family == one.family]
            if not ours or (wide and rng.random() > _KEPT_SHARE):
                yield self._settings.anywhere(rng, one)
            else:
                parent = ours[int(rng.integers(len(ours)))]
                yield self._settings.near(rng, one, parent)

    def anything(self, rng: np.random.Generator) -> Candidate:
        """See `Pool.anything`."""
        return self._settings.anywhere(rng, self._inner.anything(rng))


@lru_cache(maxsize=64)
def with_settings(family: Family, settings: tuple[Parameter, ...]) -> Family:
    """A family with settings; itself where there are none."""
    return WithSettings(family, settings) if settings else family

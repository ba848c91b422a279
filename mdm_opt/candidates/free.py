"""The family ``free``: counts of any shape, searched around those of least path KL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from mdm_opt.candidates.base import (
    Bounds,
    Candidate,
    Family,
    Seed,
)
from mdm_opt.candidates.beta import BETA
from mdm_opt.candidates.costs import Costs
from mdm_opt.candidates.decoding import Decoding
from mdm_opt.candidates.parameters import Parameter, Range, Value
from mdm_opt.candidates.pools import Pool
from mdm_opt.messages import key_name
from mdm_opt.schedules import CountsSchedule, count_coordinates, counts_at, limit, reveal_counts
from mdm_opt.schedules.base import Array

# Counts are searched along their slowest cosines; two parameters are what a Beta schedule has.
_MAX_COORDINATES = 4
# Far beyond what counts of 2^20 tokens can reach.
_COORDINATE_BOUND = 64.0
# How far a proposal may be from a parent, as standard deviations of the coordinates.
_STEPS, _NEAR = (0.05, 0.15, 0.4), 192


def counts_candidate(counts: Sequence[int]) -> Candidate:
    """The candidate that reveals given counts."""
    return Candidate("free", len(counts), counts=tuple(int(count) for count in counts))


class Free(Family):
    """Counts; its keys in ``[space]`` bound the Beta schedules among its seeds."""

    name = "free"
    needs_profile = True
    is_box = False
    by_counts = True

    @property
    def keys(self) -> tuple[Parameter, ...]:
        """See `Family.keys`."""
        return BETA.keys

    def schedule(self, candidate: Candidate) -> CountsSchedule:
        """See `Family.schedule`."""
        return CountsSchedule(candidate.counts or ())

    def check(self, candidate: Candidate) -> None:
        """See `Family.check`."""
        if candidate.counts is None or len(candidate.counts) != candidate.steps:
            raise ValueError(
                f"family 'free' is given by {candidate.steps} counts, got {candidate.counts}"
            )

    def check_decoding(self, decoding: Decoding) -> None:
        """See `Family.check_decoding`."""
        try:
            decoding.check_counts()
        except ValueError as error:
            raise ValueError(
                f"{key_name('space.family')} 'free' searches counts, which {error}"
            ) from None

    def label(self, candidate: Candidate) -> str:
        """See `Family.label`."""
        return "free counts"

    def candidate(
        self, steps: int, values: Mapping[str, Value | None], counts: Sequence[int] | None = None
    ) -> Candidate:
        """See `Family.candidate`."""
        given = {name: value for name, value in values.items() if value is not None}
        return Candidate("free", steps, given, None if counts is None else tuple(counts))

    def dimensions(self, steps: int, bounds: Bounds) -> tuple[Parameter, ...]:
        """Coordinates of the counts, see `mdm_opt.schedules.count_coordinates`."""
        ends = (-_COORDINATE_BOUND, _COORDINATE_BOUND)
        return tuple(
            Range(f"free_{i}", ends, ends, log=False, title=f"count coordinate {i}")
            for i in range(1, _dimensions(steps) + 1)
        )

    def position(self, candidate: Candidate) -> Mapping[str, Value]:
        """See `Family.position`."""
        found = count_coordinates(candidate.counts or (), _dimensions(candidate.steps))
        return {f"free_{i}": float(x) for i, x in enumerate(found, start=1)}

    def inside(self, values: Mapping[str, Value], bounds: Bounds) -> bool:
        """See `Family.inside`; of the Beta schedules that become counts."""
        return BETA.inside(values, bounds)

    @property
    def given_words(self) -> str:
        """See `Family.given_words`."""
        return BETA.given_words

    def given_seed(self, values: Sequence[Value], steps: int) -> Seed:
        """A Beta schedule; `seeds` turns it into counts."""
        return BETA.given_seed(values, steps)

    def seeds(
        self,
        wanted: Sequence[str | Sequence[Value]],
        steps: int,
        bounds: Bounds,
        length: int,
        costs: Costs | None,
    ) -> list[Seed]:
        """The limit under the profile, and the counts of the Beta family's seeds."""
        found = BETA.seeds(wanted, steps, bounds, length, costs)
        as_counts = [Seed(one.label, _rounded(one.candidate, steps, length)) for one in found]
        if costs is None:
            return as_counts
        least = limit(costs.profile, steps).counts(steps)
        return [Seed("profile: limit", counts_candidate(least.tolist())), *as_counts]

    def profile_seeds(self, steps: int, bounds: Bounds, costs: Costs) -> list[Seed]:
        """Those of the Beta family; the limit itself is no prediction but a bound."""
        return BETA.profile_seeds(steps, bounds, costs)

    def optimum(self, steps: int, bounds: Bounds, costs: Costs) -> Candidate:
        """See `Family.optimum`."""
        return counts_candidate(limit(costs.profile, steps).counts(steps).tolist())

    def adopted(
        self, candidate: Candidate, steps: int, bounds: Bounds, length: int
    ) -> Candidate | None:
        """Counts of the same length and steps, and Beta schedules as counts."""
        if candidate.counts is not None:
            fits = (candidate.steps, sum(candidate.counts)) == (steps, length)
            return candidate if fits else None
        found = BETA.adopted(candidate, steps, bounds, length)
        return None if found is None else _rounded(found, steps, length)

    def pool(self, steps: int, bounds: Bounds, costs: Costs | None = None, *, length: int) -> Pool:
        """See `Family.pool`.

        Raises:
            ValueError: without a profile.
        """
        if costs is None:
            raise ValueError("the family 'free' starts from a profile")
        return _FreePool(steps, costs)


def _dimensions(steps: int) -> int:
    """How many coordinates counts of a step budget have."""
    return min(steps - 1, _MAX_COORDINATES)


def _rounded(candidate: Candidate, steps: int, length: int) -> Candidate:
    return counts_candidate(reveal_counts(candidate.schedule, steps, length, "full").tolist())


class _FreePool:
    """Counts around those of least path KL and around good ones, along slow cosines."""

    def __init__(self, steps: int, costs: Costs) -> None:
        self._dimensions = _dimensions(steps)
        self._base = limit(costs.profile, steps).counts(steps)

    def candidates(
        self, rng: np.random.Generator, parents: Sequence[Candidate], *, wide: bool
    ) -> Iterator[Candidate]:
        """See `Pool.candidates`."""
        centers = [count_coordinates(self._base, self._dimensions)]
        yield self._at(centers[0])
        centers += [count_coordinates(one.counts or (), self._dimensions) for one in parents]
        # Slower cosines change more tokens for the same logarithm.
        steps = len(self._base)
        slowness = np.sqrt(steps) / np.sqrt(np.arange(1, self._dimensions + 1))
        for center in centers:
            for scale in _STEPS if wide else _STEPS[:2]:
                for step in rng.normal(size=(_NEAR // 4, self._dimensions)):
                    yield self._at(center + scale * slowness * step)

    def anything(self, rng: np.random.Generator) -> Candidate:
        """See `Pool.anything`."""
        return self._at(count_coordinates(self._base, self._dimensions))

    def _at(self, coordinates: Array) -> Candidate:
        return counts_candidate(counts_at(coordinates, self._base).tolist())


FREE = Free()

"""What a study searches in, and what is known of it before any trial."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from mdm_opt.candidates import (
    Bounds,
    Candidate,
    Costs,
    Decoding,
    Family,
    Parameter,
    Pool,
    baseline,
    fitting,
)
from mdm_opt.config import PathKlObjective, StudyFile
from mdm_opt.schedules import ProfileSample, StepSample
from mdm_opt.schedules.base import Array


@dataclass(frozen=True, eq=False)
class SearchSpace:
    """Where a study looks for candidates.

    Attributes:
        family: that is searched.
        steps: step counts, ascending.
        bounds: of the family's parameters.
        decoding: the settings of the sampler that the study fixes.
        length: tokens of one sequence.
        find_costs: finds `costs`, which takes as long as reading a result.
        sample: the sequences of the profile, where trials estimate the same means as it: of path
            KL, by its own references; else None.
    """

    family: Family
    steps: tuple[int, ...]
    bounds: Bounds
    decoding: Decoding
    length: int
    find_costs: Callable[[], Costs | None] = lambda: None
    sample: ProfileSample | StepSample | None = None

    @classmethod
    def of(
        cls,
        study_file: StudyFile,
        length: int,
        profile: Array | Callable[[], Array] | None = None,
        draws: Array | None = None,
        sample: ProfileSample | StepSample | None = None,
    ) -> SearchSpace:
        """The space of a study file.

        Args:
            study_file: the study.
            length: of a sequence of its model.
            profile: what was measured of the model, see `Costs`, or what finds it once it is
                asked for; None where it is not known.
            draws: likewise.
            sample: the sequences that the profile is made from; None where they are not known.
        """
        objective = study_file.objective
        same_means = (
            isinstance(objective, PathKlObjective)
            and objective.references == study_file.profile_references
            # Biased where a model has no joint law, and asked for without a look at that.
            and study_file.profile.estimator != "chain"
        )

        def find_costs() -> Costs | None:
            if profile is None:
                return None
            found = profile() if callable(profile) else profile
            return study_file.sampler.costs(found, draws)

        return cls(
            family=study_file.family,
            steps=tuple(study_file.space.steps),
            bounds=study_file.space.bounds,
            decoding=study_file.decoding,
            length=length,
            find_costs=find_costs,
            sample=sample if same_means else None,
        )

    @cached_property
    def costs(self) -> Costs | None:
        """What is predicted of candidates; None where no profile is known.

        The same for all who rank or propose candidates of the study; with draws for seeds alone.
        """
        return self.find_costs()

    @property
    def profile(self) -> Array | None:
        """What was measured of the model; None where it is not known."""
        return None if self.costs is None else self.costs.profile

    def foretells(self, candidates: Sequence[Candidate]) -> bool:
        """Whether the profile predicts the very means that trials of candidates estimate."""
        costs = self.costs if self.sample is not None else None
        return costs is not None and all(costs.predicts(one) for one in candidates)

    def sequence_costs(self, candidate: Candidate) -> Array:
        """Path KL of a candidate on each sequence of the profile, float64 ``(sequences,)``.

        Their mean is what the smooth profile predicts, which has less noise than theirs.

        Args:
            candidate: one that the space `foretells`.
        """
        if self.sample is None or self.costs is None:
            raise ValueError(f"nothing is foretold of {candidate.label}")
        if candidate not in self._told:
            weights = self.costs.weights(candidate)
            found = self.sample.costs(weights)
            shift = float(weights @ self.costs.profile) - found.mean()
            self._told[candidate] = np.asarray(found + shift, dtype=np.float64)
        return self._told[candidate]

    @cached_property
    def _told(self) -> dict[Candidate, Array]:
        """What has been foretold, which is asked for whenever trials are ranked."""
        return {}

    @cached_property
    def prior(self) -> ProfilePrior:
        """What the profile predicts as a coordinate of the search's model."""
        return ProfilePrior(self)

    def key(self, candidate: Candidate) -> tuple[object, ...]:
        """See `Candidate.key`."""
        return candidate.key(self.decoding, self.length)

    def is_baseline(self, candidate: Candidate, name: str) -> bool:
        """Whether a candidate is a baseline, with the settings that baselines are sampled with."""
        alone = replace(candidate, decoding={}) if candidate.decoding else candidate
        same = alone == baseline(name, candidate.steps)
        return same and self.key(candidate) == self.key(alone)

    def dimensions(self, steps: int) -> tuple[Parameter, ...]:
        """What is searched at a step count."""
        return fitting(self.family.dimensions(steps, self.bounds), steps, self.length)

    def pool(self, steps: int) -> Pool:
        """Candidates of a step budget to choose from.

        Raises:
            ValueError: where the family needs a profile and there is none.
        """
        return self.family.pool(steps, self.bounds, self.costs, length=self.length)


class ProfilePrior:
    """What a profile predicts of candidates, relative to the least of their step budget.

    Args:
        space: of the study.
    """

    def __init__(self, space: SearchSpace) -> None:
        self._space = space
        self._least: dict[int, float] = {}
        self._known: dict[Candidate, float] = {}

    def of(self, candidates: Sequence[Candidate]) -> Array:
        """float64 ``(len(candidates),)``: logarithms of ratios.

        Zeros without a profile, and for what it does not predict.
        """
        costs = self._space.costs
        if costs is None:
            return np.zeros(len(candidates))
        for candidate in candidates:
            if candidate not in self._known:
                self._known[candidate] = self._excess(candidate, costs)
        return np.array([self._known[candidate] for candidate in candidates])

    def _excess(self, candidate: Candidate, costs: Costs) -> float:
        if not costs.predicts(candidate):
            return 0.0
        least = self._least_of(candidate.steps, costs)
        # Next to zero a ratio says nothing.
        floor = 0.05 * least + 1e-3
        value = max(costs.of(candidate), 0.0)
        return float(np.log((value + floor) / (least + floor)))

    def _least_of(self, steps: int, costs: Costs) -> float:
        if steps not in self._least:
            least = costs.least(steps)
            if least is None:
                best = self._space.family.optimum(steps, self._space.bounds, costs)
                least = max(0.0, costs.of(best))
            self._least[steps] = least
        return self._least[steps]

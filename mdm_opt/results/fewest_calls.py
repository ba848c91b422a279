"""The fewest calls whose quality is shown to be kept: what is tested, and in which order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mdm_opt.config import StudyFile
from mdm_opt.errors import RunError
from mdm_opt.messages import key_name
from mdm_opt.statistics import Array, Estimate, mean_interval


@dataclass(frozen=True)
class Kept:
    """What a candidate has to keep of a reference, and with which error it may be said.

    Step counts are tested from the largest down, each at the whole error rate, and the first that
    fails ends it: so the probability that a step count is named which does not keep the quality is
    at most the error rate (fixed-sequence testing, docs/mathematics.md 8).

    Attributes:
        quality: share of the reference's value that is to be kept, for values that are maximised
            and not negative; None for a margin.
        margin: by how much the value may be worse, in its unit; None for a share.
        direction: ``minimize`` or ``maximize``.
        error_rate: of naming a step count that does not keep the quality, in (0, 0.5).
    """

    quality: float | None
    margin: float | None
    direction: str
    error_rate: float

    @classmethod
    def of(cls, study_file: StudyFile, direction: str) -> Kept | None:
        """What a study file asks for; None where its goal is the best quality."""
        search = study_file.search
        if search.goal != "calls":
            return None
        return cls(search.quality, search.margin, direction, 1 - study_file.verify.confidence)

    def differences(self, candidate: Array, reference: Array) -> Array:
        """By how much each instance keeps more than has to be kept, float64 ``(n,)``.

        Args:
            candidate: scores, float64 ``(n,)``.
            reference: scores of the same instances.

        Raises:
            RunError: for a share of values that are negative.
        """
        if self.quality is not None:
            if (reference < 0).any() or (candidate < 0).any():
                raise RunError(
                    f"{key_name('search.quality')} is a share of values that are not negative; "
                    f"use {key_name('search.margin')} for this objective"
                )
            return candidate - self.quality * reference
        lost = candidate - reference if self.direction == "minimize" else reference - candidate
        return np.asarray(float(self.margin or 0.0) - lost)

    def estimate(self, candidate: Array, reference: Array) -> Estimate:
        """The mean of `differences`; its low end holds with the error rate by itself.

        Student's t; where all scores are 0 or 1 with one more pair of both discordant kinds, as in
        Bonett and Price's interval, so that a few instances without a loss show little.
        """
        found = self.differences(candidate, reference)
        wider = found
        if np.isin(np.concatenate([candidate, reference]), (0.0, 1.0)).all():
            both = np.array([1.0, 0.0])
            wider = np.concatenate([found, self.differences(both, both[::-1])])
        interval = mean_interval(wider, 1 - 2 * self.error_rate)
        mean = float(found.mean())
        return Estimate(mean, min(mean, interval.low), max(mean, interval.high))

    def is_shown(self, candidate: Array, reference: Array) -> bool:
        """Whether the quality is shown to be kept."""
        return self.estimate(candidate, reference).low >= 0

"""When another trial is not worth its cost: what it is expected to gain, and what can be told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mdm_opt.candidates import Candidate
from mdm_opt.search.observations import Observation
from mdm_opt.search.shape_search import ShapeSearch
from mdm_opt.search.space import SearchSpace
from mdm_opt.statistics import half_width


@dataclass(frozen=True)
class Outlook:
    """What the next trial of a step count promises, in the unit of the values.

    Attributes:
        gain: by which the best candidate is expected to become better.
        shown: half width that the interval of a verified gain is expected to have.
    """

    gain: float
    shown: float

    def is_below(self, tolerance: float) -> bool:
        """Whether the gain is less than this share of what the verification can tell apart."""
        return self.gain < tolerance * self.shown


def outlook(
    space: SearchSpace,
    steps: int,
    observations: Sequence[Observation],
    running: Sequence[Candidate],
    *,
    instances: int,
    verified: int,
    confidence: float,
    seed: int,
) -> Outlook | None:
    """What another trial of a step count promises.

    Args:
        space: of the study.
        steps: step count.
        observations: trials of all step counts.
        running: candidates that are being measured.
        instances: of a trial.
        verified: of the verification.
        confidence: of the interval of a gain.
        seed: of the candidates that are looked at.

    Returns:
        None where it is not known yet how much the values of the step count vary, or where they
        do not vary at all: an exact objective tells any two candidates apart.
    """
    errors = [
        one.error
        for one in observations
        if one.candidate.steps == steps and one.complete and one.error is not None
    ]
    if not errors or not np.median(errors) > 0:
        return None
    gain = ShapeSearch(space, steps, seed=seed).expected_gain(observations, running)
    if gain is None:
        return None
    # An error is that of one of two values; the difference of both has twice its variance.
    deviation = math.sqrt(2 * instances) * float(np.median(errors))
    return Outlook(gain, half_width(deviation, verified, confidence))

"""Whether anything depends on the schedule of a masked model (docs/mathematics.md 5).

Where every token is as hard to guess whatever is known, all schedules of random order have the
path KL 0, and there is nothing to tune. A measured profile shows it up to its noise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from pydantic import BaseModel, ConfigDict
from scipy import special

from mdm_opt.schedules.base import Array
from mdm_opt.statistics import standard_error

# Differences of less than this part of a sequence's nats are none, even where they are certain.
NEGLIGIBLE_SHARE = 0.001
# Where noise hides every difference, it must be known to be less than this part.
MOST_SHARE = 0.02
_CONFIDENCE = 0.95
_ROUNDING = 1e-9


class LargestDifference(BaseModel):
    """How far two schedules of one step budget are apart in path KL, nats a sequence.

    `at_most` is the upper end of the 95% interval of the difference of `better` and `worse`, the
    two schedules for which it is the largest. `largest_t` is the largest difference of any two in
    standard errors; above `accepted_t` noise does not explain it, at 95% for all pairs together.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    better: str
    worse: str
    value: float
    standard_error: float
    at_most: float
    largest_t: float
    accepted_t: float


class Flatness(BaseModel):
    """Whether anything depends on the schedule, of masked models.

    `at_most` is the most that two schedules of one step budget differ by, and `sequence_nats`
    what a whole sequence costs one token at a time; `share` is their ratio. `noise_only` says
    that no two schedules differ by more than noise explains.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    flat: bool
    at_most: float
    sequence_nats: float
    share: float
    noise_only: bool


def largest_difference(values: Mapping[str, Array]) -> LargestDifference:
    """The largest difference of two schedules, paired over sequences.

    Args:
        values: of at least two schedules by label, path KL of each sequence, float64
            ``(sequences,)``, at least 2.
    """
    count = len(next(iter(values.values())))
    pairs = list(combinations(values, 2))
    quantile = float(special.stdtrit(count - 1, (1 + _CONFIDENCE) / 2))
    accepted = float(special.stdtrit(count - 1, 1 - (1 - _CONFIDENCE) / (2 * len(pairs))))
    found = []
    for one, other in pairs:
        away = values[other] - values[one]
        mean, error = float(away.mean()), standard_error(away)
        better, worse = (one, other) if mean >= 0 else (other, one)
        rounding = _ROUNDING * (1 + float(np.abs(values[one]).max()))
        t = abs(mean) / max(error, rounding)
        found.append((abs(mean) + quantile * error, t, better, worse, abs(mean), error))
    at_most, _, better, worse, mean, error = max(found, key=lambda one: one[0])
    return LargestDifference(
        better=better,
        worse=worse,
        value=mean,
        standard_error=error,
        at_most=at_most,
        largest_t=max(one[1] for one in found),
        accepted_t=accepted,
    )


def flatness(differences: Sequence[LargestDifference], sequence_nats: float) -> Flatness:
    """Judges the largest differences of all step budgets.

    Args:
        differences: of each step budget, at least one.
        sequence_nats: what a sequence costs one token at a time, the sum of h(m); at least 0.
    """
    at_most = max(one.at_most for one in differences)
    share = at_most / sequence_nats if sequence_nats > 0 else 0.0
    noise_only = all(one.largest_t <= one.accepted_t for one in differences)
    return Flatness(
        flat=share <= NEGLIGIBLE_SHARE or (noise_only and share <= MOST_SHARE),
        at_most=at_most,
        sequence_nats=sequence_nats,
        share=share,
        noise_only=noise_only,
    )


def flatness_words(found: Flatness, steps: Sequence[int]) -> str:
    """What is known of the differences of schedules, in one line.

    Args:
        found: see `flatness`.
        steps: the budgets that it is of.
    """
    figure = (
        f"{found.at_most:.3g} nats, {found.share:.2g} of the {found.sequence_nats:.3g} nats of a "
        "sequence"
    )
    budgets = f"{', '.join(map(str, steps))} {'step' if list(steps) == [1] else 'steps'}"
    if not found.flat:
        return f"at {budgets} schedules differ by up to {figure}"
    why = "no more than noise explains" if found.noise_only else "too little to matter"
    return (
        f"the profile is flat: nothing depends on the schedule. At {budgets} any two schedules "
        f"differ by at most {figure}: {why}"
    )

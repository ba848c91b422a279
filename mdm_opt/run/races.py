"""Races: a candidate that is clearly worse than the best one is not measured to the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mdm_opt.candidates import CALLS
from mdm_opt.measurement import Measurement, joined
from mdm_opt.statistics import paired_standard_error, standard_error, worse_p_value

# The best candidate of a step count loses its race in at most this share of studies.
ERROR_RATE = 0.05
# Of the mean calls above the budget, at each look.
_CLEAR = 3.0
# Instances before the first look; fewer say too little for the error rate above.
FIRST_LOOK = 16

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rival:
    """The candidate that others of its step count are compared with.

    Attributes:
        number: of its trial.
        scores: float64 ``(instances,)``.
        chosen_from: how many candidates it was chosen from.
    """

    number: int
    scores: Array
    chosen_from: int


@dataclass(frozen=True, eq=False)
class Paired:
    """A measurement beside the rival on the same instances.

    Attributes:
        value: the mean score on all instances; of a race that was lost, the rival's mean plus
            the mean difference so far.
        error: standard error of the mean difference.
    """

    value: float
    error: float


def looks(instances: int) -> list[int]:
    """After how many instances a race is looked at: an eighth, a quarter and a half of them.

    None are taken before `FIRST_LOOK` instances, so that fewer than twice that many never race.
    """
    wanted = {max(FIRST_LOOK, instances // share) for share in (8, 4, 2)}
    return sorted(look for look in wanted if 2 * look <= instances)


def race(
    measure: Callable[[Sequence[int]], Measurement],
    instances: Sequence[int],
    rival: Rival | None,
    direction: str,
    *,
    by_rule: bool = False,
) -> Measurement:
    """Measures a candidate block by block, until it is done or has clearly lost.

    It has lost where a one-sided paired test rejects that it is as good as the rival at
    `ERROR_RATE` divided by the number of looks and by the number of candidates that the rival was
    chosen from. Then whichever of these the rival is, a candidate as good as all of them loses in
    at most `ERROR_RATE` of studies (Bonferroni), although the rival was chosen for having been
    lucky on these very instances.

    A rule is looked at without a rival, too: it ends where it clearly costs more calls than its
    budget, so that it could not be chosen.

    Args:
        measure: of the candidate on some instances.
        instances: all of them, in their order.
        rival: measured on all of them; None where there is none yet.
        direction: ``minimize`` or ``maximize``.
        by_rule: whether the candidate is a rule.

    Returns:
        The measurement, of fewer instances where the race was lost.
    """
    if rival is None and not by_rule:
        return measure(instances)
    planned = looks(len(instances))
    parts: list[Measurement] = []
    done = 0
    for end in planned:
        parts.append(measure(instances[done:end]))
        done = end
        # What costs nothing need not be stopped.
        if not parts[-1].sequence_calls:
            break
        if costs_too_much(joined(parts)):
            return joined(parts)
        if rival is None:
            continue
        own = np.concatenate([part.scores for part in parts])
        share = ERROR_RATE / (len(planned) * max(1, rival.chosen_from))
        if clearly_worse(own, rival.scores[:done], direction, share):
            return joined(parts)
    return joined([*parts, measure(instances[done:])])


def costs_too_much(measurement: Measurement) -> bool:
    """Whether a rule costs more calls than its budget by `_CLEAR` standard errors of the mean."""
    over = measurement.guards.get(CALLS)
    if over is None:
        return False
    return over > _CLEAR * standard_error(measurement.calls)


def clearly_worse(own: Array, rival: Array, direction: str, error_rate: float) -> bool:
    """Whether a one-sided paired test rejects at ``error_rate`` that ``own`` is as good."""
    worse, better = (own, rival) if direction == "minimize" else (rival, own)
    return worse_p_value(worse, better) <= error_rate


def paired(scores: Array, rival: Rival) -> Paired:
    """A measurement, whole or not, beside its rival."""
    beside = rival.scores[: len(scores)]
    whole = len(scores) == len(rival.scores)
    value = scores.mean() if whole else rival.scores.mean() + (scores - beside).mean()
    return Paired(float(value), paired_standard_error(scores, beside))

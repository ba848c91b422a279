"""Intervals for means and for paired differences."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

Array = npt.NDArray[np.float64]

# Scores in size; the sums and squares of such numbers can be represented.
MOST_SCORE = 1e100


@dataclass(frozen=True)
class Estimate:
    """A value with its confidence interval.

    Attributes:
        value: the mean, in the unit of the scores.
        low: lower end of the interval.
        high: upper end of the interval.
    """

    value: float
    low: float
    high: float


def mean_interval(scores: Array, confidence: float) -> Estimate:
    """Mean of independent scores.

    Student's t; Wilson's score interval where all scores are 0 or 1, which stays honest at
    shares next to the ends. A single score counts as exact.

    Args:
        scores: float64 ``(n,)``, n >= 1.
        confidence: coverage, in (0, 1).
    """
    n, mean = len(scores), float(scores.mean())
    if n == 1:
        return Estimate(mean, mean, mean)
    if np.isin(scores, (0.0, 1.0)).all():
        return _wilson(mean, n, confidence)
    return _student(scores, confidence)


def paired_difference(first: Array, second: Array, confidence: float) -> Estimate:
    """Mean of ``first - second``, both measured on the same instances in the same order.

    Student's t on the differences; where all scores are 0 or 1, Bonett and Price's (2012)
    adjusted interval, which adds one to both kinds of discordant pairs and so never has width 0.

    Args:
        first: float64 ``(n,)``.
        second: float64 ``(n,)``.
        confidence: coverage, in (0, 1).

    Raises:
        ValueError: for different lengths.
    """
    if first.shape != second.shape:
        raise ValueError(f"paired scores differ in shape: {first.shape} and {second.shape}")
    differences = first - second
    n, mean = len(differences), float(differences.mean())
    if n == 1:
        return Estimate(mean, mean, mean)
    if _binary(first, second):
        center, error = _bonett_price(differences)
        half = _normal(confidence) * error
        # At low confidence the centre's shrinkage can exceed the half width.
        low, high = min(mean, center - half), max(mean, center + half)
        return Estimate(mean, max(-1.0, low), min(1.0, high))
    return _student(differences, confidence)


def paired_gain(chosen: Array, other: Array, direction: str, confidence: float) -> Estimate:
    """By how much one is better than another, positive where it is, whatever the direction.

    Args:
        chosen: float64 ``(n,)``, scores from the first instance on.
        other: float64 ``(m,)``, likewise; the instances of both are compared.
        direction: of better scores, ``minimize`` or ``maximize``.
        confidence: coverage, in (0, 1).
    """
    count = min(len(chosen), len(other))
    pair = (other[:count], chosen[:count])
    return paired_difference(*(pair if direction == "minimize" else pair[::-1]), confidence)


def unpaired_gain(chosen: Array, other: Array, direction: str, confidence: float) -> Estimate:
    """As `paired_gain`, of scores that have nothing to do with each other.

    Welch's t; Newcombe's (1998) interval of two of Wilson's where all scores are 0 or 1. Single
    scores count as exact.

    Args:
        chosen: float64 ``(n,)``, n >= 1.
        other: float64 ``(m,)``, m >= 1.
        direction: of better scores, ``minimize`` or ``maximize``.
        confidence: coverage, in (0, 1).
    """
    first, second = (other, chosen) if direction == "minimize" else (chosen, other)
    value = float(first.mean() - second.mean())
    if _binary(first, second):
        a, b = mean_interval(first, confidence), mean_interval(second, confidence)
        below = math.hypot(a.value - a.low, b.high - b.value)
        above = math.hypot(a.high - a.value, b.value - b.low)
        return Estimate(value, value - below, value + above)
    errors = standard_error(first), standard_error(second)
    error = math.hypot(*errors)
    if error == 0:
        return Estimate(value, value, value)
    # Satterthwaite's degrees of freedom; a single score has no error and takes none.
    parts = zip(errors, (len(first), len(second)), strict=True)
    freedom = 1 / sum((own / error) ** 4 / (n - 1) for own, n in parts if n > 1)
    half = float(scipy.special.stdtrit(freedom, (1 + confidence) / 2)) * error
    return Estimate(value, value - half, value + half)


def simultaneous(confidence: float, intervals: int) -> float:
    """Confidence of each of several intervals that hold together with ``confidence``.

    Bonferroni: whatever depends on what.

    Args:
        confidence: that all of them cover, in (0, 1).
        intervals: how many, at least 1.
    """
    return 1 - (1 - confidence) / intervals


# A comparison of fewer instances is looked at once: quantiles far out need more than a few.
_FEWEST_AT_A_LOOK = 32


def early_look(instances: int) -> int | None:
    """After how many of its instances a comparison is looked at before the end; None for never."""
    half = instances // 2
    return half if half >= _FEWEST_AT_A_LOOK else None


def at_look(confidence: float, instances: int, *, early: bool) -> float:
    """Confidence of an interval at one of two looks, so that both hold with ``confidence``.

    The early look, at half of the instances, gets the error rate of O'Brien and Fleming's
    boundary (Lan and DeMets 1983), the last one the rest (Bonferroni). So a comparison may end
    early because of what it has shown, and the last interval is only a fiftieth wider.

    Args:
        confidence: that both cover together, in (0, 1).
        instances: at this look.
        early: whether the comparison ended here, before its last look.
    """
    if not early and early_look(instances) is None:
        return confidence
    error = 1 - confidence
    first = 2 * float(scipy.special.ndtr(-math.sqrt(2) * _normal(confidence)))
    return 1 - (first if early else error - first)


def side_look(instances: int) -> int | None:
    """After how many instances what is measured beside a comparison is looked at first.

    A quarter of those of the comparison, half where that is too few, None for never. The last look
    is at half of them, or at all.
    """
    quarter = instances // 4
    return quarter if quarter >= _FEWEST_AT_A_LOOK else early_look(instances)


def at_side_look(confidence: float, instances: int, *, early: bool) -> float:
    """Confidence of an interval at one of the two looks of `side_look`, each with half the error.

    Args:
        confidence: that both cover together, in (0, 1).
        instances: at this look.
        early: whether it ended before all instances of the comparison.
    """
    if not early and early_look(instances) is None:
        return confidence
    return simultaneous(confidence, 2)


def half_width(deviation: float, instances: int, confidence: float) -> float:
    """Half the width of the interval of a mean that many instances give.

    Args:
        deviation: standard deviation of one instance's number.
        instances: n >= 1.
        confidence: of the interval, in (0, 1).
    """
    return _normal(confidence) * deviation / math.sqrt(instances)


def shown_gain(instances: int, confidence: float) -> float:
    """The gain of a share from which on an interval excludes zero, at worst.

    Differences of paired shares have a variance of at most a half where both are independent;
    pairs that agree more often show less.

    Args:
        instances: n >= 1.
        confidence: of the interval, in (0, 1).
    """
    return half_width(math.sqrt(0.5), instances, confidence)


def needed_instances(instances: int, half_width: float, gain: float) -> int:
    """How many instances would show a gain, going by an interval's width.

    Args:
        instances: that the interval is of.
        half_width: of the interval, > 0.
        gain: that is to be shown, > 0.
    """
    # Of gains next to nothing the square would be no number.
    return math.ceil(instances * min(half_width / gain, 1e9) ** 2)


def paired_standard_error(first: Array, second: Array) -> float:
    """Standard error of the mean of ``first - second``, scores of the same instances.

    Where all scores are 0 or 1, that of Bonett and Price's interval, which is never 0.

    Args:
        first: float64 ``(n,)``.
        second: float64 ``(n,)``.
    """
    differences = first - second
    if len(differences) > 1 and _binary(first, second):
        return _bonett_price(differences)[1]
    return standard_error(differences)


def worse_p_value(first: Array, second: Array) -> float:
    """One-sided p-value of "the mean of ``first`` is at most that of ``second``".

    Small where ``first`` is larger, beyond what chance does. The exact sign test on discordant
    pairs where all scores are 0 or 1, else Student's t on the differences.

    Args:
        first: float64 ``(n,)``.
        second: float64 ``(n,)``, of the same instances.
    """
    differences = first - second
    n = len(differences)
    if _binary(first, second):
        up, down = np.count_nonzero(differences > 0), np.count_nonzero(differences < 0)
        return float(scipy.special.bdtrc(up - 1, up + down, 0.5)) if up + down else 1.0
    mean, spread = float(differences.mean()), deviation(differences) if n > 1 else 0.0
    if spread == 0:
        return 0.0 if mean > 0 and n > 1 else 1.0
    return float(scipy.special.stdtr(n - 1, -mean / (spread / math.sqrt(n))))


def standard_error(values: Array) -> float:
    """Of the mean of float64 ``(n,)`` numbers of any size; zero for a single one."""
    return deviation(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0


def deviation(values: Array) -> float:
    """Standard deviation (n - 1) of float64 ``(n,)``, n >= 2, of any size."""
    about = values - values.mean()
    largest = float(np.abs(about).max())
    if largest == 0 or 1e-100 < largest < 1e100:
        return float(values.std(ddof=1))
    return largest * float((about / largest).std(ddof=1))


def _binary(first: Array, second: Array) -> bool:
    return bool(np.isin(np.concatenate([first, second]), (0.0, 1.0)).all())


def _bonett_price(differences: Array) -> tuple[float, float]:
    """Centre and standard error of the adjusted difference of two paired shares."""
    n = len(differences)
    up = (np.count_nonzero(differences > 0) + 1) / (n + 2)
    down = (np.count_nonzero(differences < 0) + 1) / (n + 2)
    center = up - down
    return center, math.sqrt((up + down - center**2) / (n + 2))


def _wilson(share: float, n: int, confidence: float) -> Estimate:
    z = _normal(confidence)
    shrinkage = 1 + z**2 / n
    center = (share + z**2 / (2 * n)) / shrinkage
    half = z / shrinkage * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low, high = center - half, center + half
    return Estimate(share, 0.0 if share == 0 else low, 1.0 if share == 1 else high)


def _student(scores: Array, confidence: float) -> Estimate:
    n, mean = len(scores), float(scores.mean())
    quantile = scipy.special.stdtrit(n - 1, (1 + confidence) / 2)
    half = float(quantile * standard_error(scores))
    return Estimate(mean, mean - half, mean + half)


def _normal(confidence: float) -> float:
    return float(scipy.special.ndtri((1 + confidence) / 2))

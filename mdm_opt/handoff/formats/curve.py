"""The schedule in plain Python, without numpy or scipy: this source is copied into artefacts."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mdm_opt.candidates import Candidate


def incomplete_beta(x: float, a: float, b: float) -> tuple[float, float]:
    """I_x(a, b), the regularised incomplete beta function, and 1 - I_x(a, b)."""
    if x <= 0 or x >= 1:
        return (0.0, 1.0) if x <= 0 else (1.0, 0.0)
    if x > (a + 1) / (a + b + 2):
        rest, share = incomplete_beta(1 - x, b, a)
        return share, rest
    # Lentz's method on the continued fraction, which converges quickly on this side.
    tiny = 1e-300
    numerator, denominator = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1), tiny)
    fraction = denominator
    for m in range(1, 1000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            denominator = 1 / _not_zero(1 + term * denominator, tiny)
            numerator = _not_zero(1 + term / numerator, tiny)
            change = numerator * denominator
            fraction *= change
        if abs(change - 1) < 1e-16:
            break
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    share = math.exp(a * math.log(x) + b * math.log1p(-x) - log_beta) * fraction / a
    return share, 1 - share


def _not_zero(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny


def beta_revealed(progress: float, a: float, b: float) -> float:
    """alpha(t) = sin^2(pi/2 I_t(a, b)) at progress t in [0, 1]; 0 is noise, 1 is clean."""
    share, _ = incomplete_beta(progress, a, b)
    return math.sin(math.pi / 2 * share) ** 2


def beta_speed(progress: float, a: float, b: float) -> float:
    """alpha'(t), at the ends its value 1e-12 inside."""
    t = min(max(progress, 1e-12), 1 - 1e-12)
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    density = math.exp((a - 1) * math.log(t) + (b - 1) * math.log1p(-t) - log_beta)
    return math.pi / 2 * math.sin(math.pi * min(incomplete_beta(t, a, b))) * density


def straight(progress: float, values: Sequence[float]) -> float:
    """Straight lines between values at equal distances; progress in [0, 1]."""
    steps = len(values) - 1
    step = min(int(progress * steps), steps - 1)
    return values[step] + (values[step + 1] - values[step]) * (progress * steps - step)


@dataclass(frozen=True)
class Curve:
    """A schedule as code.

    Attributes:
        revealed: expression of the revealed fraction at ``progress``.
        speed: expression of its derivative there, inside step number ``step``.
        source: of what both call.
        imports: modules that the source needs.
    """

    revealed: str
    speed: str
    source: str
    imports: tuple[str, ...] = ()


def curve(candidate: Candidate, values: str, *, speed: bool = False) -> Curve:
    """The schedule of a candidate: in closed form, or as straight lines between the steps.

    Args:
        candidate: the candidate.
        values: name of the list of its values at the boundaries of the steps.
        speed: whether the derivative is called.
    """
    if candidate.family in _CLOSED_FORMS:
        return _CLOSED_FORMS[candidate.family](candidate, speed)
    source = inspect.getsource(straight).replace("Sequence[float]", "list[float]")
    slope = f"({values}[step + 1] - {values}[step]) * STEPS"
    return Curve(f"straight(progress, {values})", slope, source)


def _beta_curve(candidate: Candidate, speed: bool) -> Curve:
    given = f"(progress, {', '.join(map(repr, candidate.parameters.values()))})"
    parts: list[Callable[..., object]] = [incomplete_beta, _not_zero, beta_revealed]
    if speed:
        parts.append(beta_speed)
    source = "\n\n".join(inspect.getsource(part) for part in parts)
    return Curve(f"beta_revealed{given}", f"beta_speed{given}", source, ("math",))


_CLOSED_FORMS: dict[str, Callable[[Candidate, bool], Curve]] = {"beta": _beta_curve}

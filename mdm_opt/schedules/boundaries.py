"""Numbers of known tokens at which a profile is measured (docs/mathematics.md 5)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mdm_opt.schedules.base import Array

Boundaries = npt.NDArray[np.int64]

# Of what one step loses, from where on an interval may not hide how its drop is spread.
_MOST = 0.5
# Of sharing drops: rounds at most, when they change nothing any more, and what counts as none.
_ROUNDS, _CONVERGED, _NOTHING = 2000, 1e-10, 1e-15


def profile_boundaries(length: int, boundaries: int) -> npt.NDArray[np.int64]:
    """Numbers of known tokens at which the profile is measured.

    (L - 1) sin^3 of equally spaced angles: denser near both ends, and most at the start, where
    profiles fall fastest.

    Args:
        length: tokens of one sequence, L >= 1.
        boundaries: how many are wanted, at least 2 where there are two; ``length`` or more gives
            all.

    Returns:
        int64 ``(at most boundaries,)``, increasing, from 0 to L - 1.

    Raises:
        ValueError: for fewer than 2 boundaries or a length below 1.
    """
    if length < 1 or boundaries < min(2, length):
        raise ValueError(f"length >= 1 and boundaries >= 2 needed, got {length}, {boundaries}")
    if boundaries >= length:
        return np.arange(length)
    angles = np.linspace(0, np.pi / 2, boundaries)
    # Halves are rounded up on every machine.
    ideal = np.floor((length - 1) * np.sin(angles) ** 3 + 0.5 + 1e-9).astype(np.int64)
    # Next to the ends several fall on one number; they move inwards, and none is lost.
    rank = np.arange(boundaries)
    up = np.maximum.accumulate(ideal - rank) + rank
    return np.minimum(up, length - boundaries + rank)


def placed_anew(known: Boundaries, levels: Array) -> Boundaries | None:
    """As many boundaries where the profile falls, or None where they are close enough there.

    They are close enough unless a single interval of several tokens holds more than half of
    sum(drop x length). The others come from splitting, again and again, the interval of largest
    drop x (length - 1) in its middle.

    Args:
        known: int64 ``(boundaries,)``, from 0 to L - 1.
        levels: float64 ``(boundaries,)``, h there, non-increasing; straight lines between.
    """
    lengths, drops = np.diff(known), -np.diff(levels)
    held = drops * lengths
    total = float(held.sum())
    if total <= 0 or (held * (lengths > 1)).max() <= _MOST * total:
        return None
    profile = np.interp(np.arange(known[-1] + 1), known, levels)
    found = [0, int(known[-1])]
    while len(found) < len(known):
        ends = np.array(found)
        lost = -np.diff(profile[ends]) * (np.diff(ends) - 1)
        # Where nothing falls any more the longest ones are cut.
        worst = int(lost.argmax()) if lost.max() > 1e-9 * total else int(np.diff(ends).argmax())
        found.insert(worst + 1, (found[worst] + found[worst + 1]) // 2)
    return np.array(found, dtype=np.int64)


def completed(known: Boundaries, nats: Array, weights: Array | None = None) -> Array:
    """Profiles of sequences at all boundaries that any of them was measured at.

    What a sequence drops between two of its boundaries is shared over the shorter intervals of
    others in proportion to what these drop on average, which in turn follows from what is shared
    (expectation maximisation; docs/mathematics.md 5).

    Args:
        known: int64 ``(boundaries,)``, from 0 to L - 1.
        nats: float64 ``(sequences, boundaries)``, NaN where a sequence was not measured; never at
            either end.
        weights: of the sequences; None for equal ones.
    """
    measured = ~np.isnan(nats)
    if measured.all():
        return nats
    weights = np.ones(len(nats)) if weights is None else weights
    grids, group = np.unique(measured, axis=0, return_inverse=True)
    group = group.ravel()
    lengths = np.diff(known).astype(np.float64)
    parts, sums = [], []
    for index, grid in enumerate(grids):
        ours = group == index
        mean = weights[ours] @ nats[np.ix_(ours, grid)]
        parts.append(np.cumsum(grid)[:-1] - 1)
        sums.append(np.maximum(-np.diff(mean), 0.0) / weights.sum())
    rates = lengths / lengths.sum()
    for _ in range(_ROUNDS):
        before = rates
        shared = [s[part] * _shares(rates, part) for s, part in zip(sums, parts, strict=True)]
        rates = np.sum(shared, axis=0)
        # An interval in which nothing drops is shared by its tokens.
        rates = rates + _NOTHING * max(rates.sum(), 1.0) * lengths
        if np.abs(rates - before).max() <= _CONVERGED * rates.sum():
            break
    found = nats.copy()
    for index, part in enumerate(parts):
        ours = np.flatnonzero(group == index)
        drops = -np.diff(nats[np.ix_(ours, grids[index])])[:, part] * _shares(rates, part)
        inner = ~grids[index]
        levels = nats[ours, :1] - np.cumsum(drops, axis=1)
        found[np.ix_(ours, inner)] = levels[:, inner[1:]]
    return found


def _shares(rates: Array, part: Boundaries) -> Array:
    """The share that each short interval has in the interval ``part`` that it lies in."""
    return np.asarray(rates / np.bincount(part, rates)[part])

"""Births of one step, from the clocks of the noise (docs/mathematics.md 10).

Under ``poisson`` the clock of a count runs on by (after - before) times the rate, and what it
passes is born. Under ``binomial`` and ``randomised`` each of n units is born with the chance
(after - before) / (1 - before) of the step. That is a death process: in the time -log(1 - alpha)
each unit that is left has rate 1, so the clock runs at the number of units that are left. Its
arrivals have no memory, hence it may go on from wherever the last step has left it.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.candidates import BirthsDecoding, Decoding
from mdm_opt.processes.base import Array
from mdm_opt.processes.births.noise import BirthsNoise

Counts = npt.NDArray[np.int64]

# Digits of an expected rest that count: a half must stay one where it was divided by 1 - alpha
# and multiplied again.
_DIGITS = 9


def births_decoding(decoding: Decoding) -> BirthsDecoding:
    """The decoding itself; TypeError where it is one of another process."""
    if not isinstance(decoding, BirthsDecoding):
        raise TypeError(f"settings of births are expected, got {type(decoding).__name__}")
    return decoding


def passed(clock: Array, used: Array) -> Counts:
    """Arrivals of clocks within their accumulated rates.

    Args:
        clock: float64 ``(batch, length, max_count)``, ascending.
        used: accumulated rates, float64 ``(batch, length)``.

    Returns:
        int64 ``(batch, length)``, in 0..max_count.
    """
    ends = torch.from_numpy(used)[:, :, None].contiguous()
    found = torch.searchsorted(torch.from_numpy(clock), ends, right=True)
    return np.asarray(found[:, :, 0].numpy(), dtype=np.int64)


def chance(before: float, after: float) -> float:
    """The chance that a unit that has not arrived at ``before`` arrives until ``after``."""
    return 1.0 if after >= 1 else (after - before) / (1 - before)


def expected_rest(rates: Array, before: float) -> Array:
    """Births expected until alpha = 1, to 9 digits after the point, of the shape of the rates."""
    return np.asarray(np.round(rates * (1 - before), _DIGITS))


def rounded(rest: Array) -> Array:
    """The nearest whole numbers, halves to even ones, as the paper's code has it."""
    return np.asarray(np.rint(rest))


def rounded_by_chance(rest: Array, uniforms: Array) -> Array:
    """Rounded up with the probability of the fraction, else down."""
    down = np.floor(rest)
    return np.asarray(down + (uniforms < rest - down))


def born_of(
    counts: Counts, used: Array, units: Array, share: float, noise: BirthsNoise
) -> tuple[Counts, Array]:
    """Some of the next units of each count, each of which is born with the same chance.

    Args:
        counts: int64 ``(batch, length)``.
        used: how far the clocks have run, float64 ``(batch, length)``.
        units: whole numbers ``(batch, length)``; no more than up to the largest count are tried.
        share: the chance, in (0, 1].
        noise: of the rows.

    Returns:
        Counts and clocks after the step.
    """
    shape, top = counts.shape, noise.max_count
    clock = noise.clock.reshape(-1, top)
    counts, used = counts.reshape(-1).copy(), used.reshape(-1).copy()
    left = np.minimum(units.reshape(-1), top - counts)
    time = np.full(len(counts), -math.log1p(-share) if share < 1 else math.inf)
    active = np.flatnonzero(left > 0)
    while len(active):
        arrival = clock[active, counts[active]]
        takes = (arrival - used[active]) / left[active]
        born = takes <= time[active]
        out = active[~born]
        used[out] += left[out] * time[out]
        active, arrival = active[born], arrival[born]
        time[active] -= takes[born]
        used[active] = arrival
        counts[active] += 1
        left[active] -= 1
        active = active[left[active] > 0]
    return counts.reshape(shape), used.reshape(shape)

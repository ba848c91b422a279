"""How a profile is measured, decided on its first sequences (docs/mathematics.md 5)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Literal

import numpy as np
import scipy
from pydantic import BaseModel, ConfigDict

from mdm_opt.config import StudyFile
from mdm_opt.persistence import ProfileKey, ProfileRecord
from mdm_opt.schedules.base import Array
from mdm_opt.statistics import standard_error

Estimator = Literal["orders", "chain"]

# Sequences that say how and where the others are measured.
FIRST = 8
# That all three pairs are called equal where they are.
_CONFIDENCE, _PAIRS = 0.99, 3
# Root mean square in nats, from where on conditionals are not taken for those of one law: the
# divergence between two boundaries is too large by half its square for every token.
_MOST_EXCHANGE = 0.01
# Of rounding in float32, relative: differences below are none.
_ROUNDING = 1e-5


class Estimate(BaseModel):
    """A mean over sequences and its standard error, nats a token."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: float
    standard_error: float


class EstimatorCheck(BaseModel):
    """Whether what writing a sequence says of the profile may be taken for the profile.

    `orders`, `divergence` and `entropy` are what h drops over all boundaries by the definition, in
    independent orders, and by both that writing says. They agree where no pair is more than
    `accepted_t` of its standard errors apart (`largest_t`), and the order of two tokens makes no
    difference beyond `accepted_exchange` nats (`exchange`, root mean square).

    `orders_calls` and `chain_calls` are model calls a sequence; `noise_ratio` is the noise of a
    chain for its calls over that of independent orders for theirs. `chosen` is `chain` where they
    agree and it is below 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sequences: int
    orders: Estimate
    divergence: Estimate
    entropy: Estimate
    largest_t: float
    accepted_t: float
    exchange: float
    accepted_exchange: float
    agree: bool
    orders_calls: int
    chain_calls: int
    noise_ratio: float
    chosen: Estimator


def chain_key(key: ProfileKey) -> ProfileKey:
    """The profile along the orders in which the model writes."""
    return ProfileKey(key.model, key.references_fingerprint, key.seed, key.boundaries, orders=0)


def estimator_check(
    key: ProfileKey, orders: ProfileRecord | None, chain: ProfileRecord | None
) -> EstimatorCheck | None:
    """Compares both profiles of the first sequences; None where these were not measured both ways.

    Args:
        key: of the profile in independent orders.
        orders: this profile.
        chain: the one along the orders in which the model writes.
    """
    if orders is None or chain is None:
        return None
    rows = _first_rows(orders), _first_rows(chain)
    written = [chain.written[row] for row in rows[1]]
    sums = [
        (one.divergence_nats, one.entropy_nats, one.exchange_nats)
        for one in written
        if one is not None and one.exchange_nats is not None
    ]
    if len(rows[0]) < FIRST or len(sums) < FIRST:
        return None
    ours, theirs = orders.sample.part(rows[0]), chain.sample.part(rows[1])
    divergence, entropy, exchange = np.array(sums).T
    drops = [ours.nats[:, 0] - ours.nats[:, -1], divergence, entropy]
    largest = max(_apart(one, other) for one, other in combinations(drops, 2))
    accepted = float(scipy.special.stdtrit(FIRST - 1, 1 - (1 - _CONFIDENCE) / (2 * _PAIRS)))
    error = float(np.sqrt(np.mean(exchange**2)))
    length = key.model.length
    calls = length + key.boundaries * key.orders, length
    noise = [float(np.diff(one.nats, axis=1).var(axis=0, ddof=1).sum()) for one in (ours, theirs)]
    # Where both are without noise the calls decide, also where nothing drops at all.
    floor = _ROUNDING**2 * max(float(np.square(drops[0]).mean()), _ROUNDING)
    ratio = (noise[1] + floor) * calls[1] / ((noise[0] + floor) * calls[0])
    agree = largest <= accepted and error <= _MOST_EXCHANGE
    return EstimatorCheck(
        sequences=FIRST,
        orders=_estimate(drops[0]),
        divergence=_estimate(divergence),
        entropy=_estimate(entropy),
        largest_t=largest,
        accepted_t=accepted,
        exchange=error,
        accepted_exchange=_MOST_EXCHANGE,
        agree=agree,
        orders_calls=calls[0],
        chain_calls=calls[1],
        noise_ratio=ratio,
        chosen="chain" if agree and ratio < 1 else "orders",
    )


def chosen_estimator(
    study_file: StudyFile, orders: ProfileRecord | None, check: EstimatorCheck | None
) -> Estimator | None:
    """How a study's profile is measured; None before the first sequences have told.

    Args:
        study_file: the study.
        orders: the profile in independent orders, as far as it is measured.
        check: see `estimator_check`.
    """
    if study_file.profile.estimator != "auto":
        return study_file.profile.estimator
    if study_file.profile_references != "model":
        return "orders"
    if check is not None:
        return check.chosen
    # Measured by a version that did not look at what writing says.
    told = orders is not None and len(_first_rows(orders)) >= FIRST
    return "orders" if told else None


def _first_rows(record: ProfileRecord) -> Sequence[int]:
    return [row for row, number in enumerate(record.sequences) if number < FIRST]


def _estimate(values: Array) -> Estimate:
    return Estimate(value=float(values.mean()), standard_error=standard_error(values))


def _apart(one: Array, other: Array) -> float:
    """How many standard errors two means over the same sequences are apart."""
    away = _estimate(one - other)
    rounding = _ROUNDING * (1 + abs(float(one.mean())))
    return abs(away.value) / max(away.standard_error, rounding)

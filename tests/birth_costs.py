"""What steps of Poisson births cost, by summing over everything that can happen."""

from __future__ import annotations

import numpy as np
import torch
from scipy import special, stats

from mdm_opt.models.laws import EnumeratedLaw
from mdm_opt.models.rates import EnumeratedRates


def step_cost(law: EnumeratedLaw, before: float, after: float) -> float:
    """c(before, after) of the perfect rates: a mean of KL(binomial || Poisson), in nats.

    Over all outcomes, states and births of each count, KL(q || s) = E log q - E log s.
    """
    shape = (law.vocab_size,) * law.length
    states = np.ascontiguousarray(np.indices(shape).reshape(law.length, -1).T)
    given = stats.binom.pmf(states[None], law.outcomes[:, None], before).prod(axis=2)
    means = EnumeratedRates(law).rates(torch.from_numpy(states), before).numpy()
    means *= after - before
    born = np.arange(law.vocab_size)
    exact = stats.binom.pmf(born[None], born[:, None], (after - before) / (1 - before))
    entropies = special.entr(exact).sum(axis=1)
    left = np.maximum(law.outcomes[:, None] - states[None], 0)
    # E log s of a count of births n is E[n log(mean) - mean - log(n!)].
    logs = special.xlogy((exact @ born)[left], means[None]) - means
    logs -= (exact @ special.gammaln(born + 1))[left]
    divergences = (-entropies[left] - logs).sum(axis=2)
    weights = law.probabilities[:, None] * given
    there = weights > 0
    return float(weights[there] @ divergences[there])


def taken_off(law: EnumeratedLaw, alpha: float) -> float:
    """G(alpha), which the costs of steps lack at their start and have too much at their end."""
    ids = np.arange(law.vocab_size)
    logs = [stats.binom.pmf(ids, n, 1 - alpha) @ special.gammaln(ids + 1) for n in ids]
    one = np.array(logs) - ids * special.xlogy(1 - alpha, 1 - alpha)
    return float(law.probabilities @ one[law.outcomes].sum(axis=1))
